import { call, jobPath, sessionPath } from '../../api.js';
import { fill, h } from '../../dom.js';
import * as format from '../../logic/format.js';
import { button, notice } from '../../parts/notice.js';
import { mixerLink, renderLink } from '../../router.js';
import { Stages, timeLeft } from './stages.js';

/** @typedef {import('../../api.js').Job} Job */

/** Reason of a failure in words, and its code. @param {Job} job */
export function failure(job) {
  const { error } = job;
  if (error && typeof error === 'object')
    return { code: String(error.code ?? ''), text: String(error.detail ?? error.message ?? job.message ?? '') };
  return { code: job.error_code ?? '', text: String(error ?? job.message ?? 'no reason is known') };
}

/** A render while it runs, and where it stopped. */
export class Progress {
  /** Creates the card. @param {string} session @param {string} id of the job */
  constructor(session, id) {
    this.session = session;
    this.id = id;
    this.heading = h('span', { role: 'status' });
    this.bar = h('progress', { class: 'whole', max: 100, 'aria-label': 'The whole render' });
    this.cancel = button('Cancel', () => this.stop(), 'danger push');
    this.stages = new Stages();
    this.trouble = h('div', null);
    this.words = h('p', { class: 'small muted gap' });
    this.element = h(
      'section',
      { class: 'card pad', 'aria-label': 'Progress', hidden: true },
      h('div', { class: 'row' }, h('h2', { class: 'flush' }, this.heading), this.cancel),
      this.bar,
      this.trouble,
      this.stages.element,
      this.words,
    );
    this.announced = 0;
  }

  /** Shows a job. @param {Job} job */
  show(job) {
    const failed = job.state === 'error';
    const stopped = job.state === 'cancelled';
    this.element.hidden = job.state === 'complete';
    this.cancel.hidden = failed || stopped;
    this.bar.hidden = failed || stopped;
    this.bar.value = job.progress;
    this.stages.show(job, failed || stopped);
    if (failed || stopped) this.showEnd(job, failed);
    else this.showRunning(job);
  }

  /** @param {Job} job */
  showRunning(job) {
    const left = timeLeft(job);
    const text =
      job.state === 'queued'
        ? 'Waiting for a worker'
        : `Rendering: ${Math.round(job.progress)} %${Number.isFinite(left) ? `, about ${format.left(left)} left` : ''}`;
    // Twice a second is enough for the eye, and for a voice one every five.
    if (Date.now() - this.announced > 500 && this.heading.textContent !== text) {
      this.announced = Date.now();
      this.heading.textContent = text;
    }
    fill(
      this.words,
      'You can leave: the job continues and is listed under ',
      h('a', { href: '#/jobs' }, 'Jobs'),
      `. The mix can be moved meanwhile; this render keeps the state of ${format.clock(new Date(job.created_at ?? Date.now()))}.`,
    );
  }

  /** @param {Job} job @param {boolean} failed */
  showEnd(job, failed) {
    this.heading.textContent = failed ? 'Not rendered' : 'Cancelled';
    const { code, text } = failure(job);
    const retry = button('Try again', () => this.retry(), 'primary');
    const open = h('a', { class: 'btn', href: mixerLink(this.session) }, 'Open the mixer');
    fill(
      this.trouble,
      failed
        ? notice(
            'trouble',
            `The render failed: ${text.replace(/\.$/, '')}.`,
            'Nothing was written, and an earlier master is untouched.',
            retry,
            open,
          )
        : notice(
            'news',
            'The render was cancelled.',
            'Nothing was written, and an earlier master is untouched.',
            retry,
            open,
          ),
    );
    fill(this.words, code ? [h('code', null, code), ' · '] : null, 'job ', h('code', null, this.id));
  }

  /** Cancels the job. */
  async stop() {
    this.cancel.disabled = true;
    try {
      await call('POST', `${jobPath(this.id)}/cancel`, { body: {} });
    } catch (error) {
      fill(this.trouble, notice('trouble', 'It was not cancelled.', error instanceof Error ? error.message : ''));
    }
    this.cancel.disabled = false;
  }

  /** Renders again: the same job where it may, a new one otherwise. */
  async retry() {
    try {
      await call('POST', `${jobPath(this.id)}/retry`, { body: {} });
      dispatchEvent(new Event('mixdown-retry'));
    } catch {
      const { job_id } = await call('POST', `${sessionPath(this.session)}/mix`, { body: {} });
      location.hash = renderLink(this.session, job_id);
    }
  }
}

import { call, ENDED, followJob, jobPath } from '../../api.js';
import { h, setText } from '../../dom.js';
import * as format from '../../logic/format.js';
import { button, notice } from '../../parts/notice.js';
import { renderLink } from '../../router.js';
import { failure } from '../render/progress.js';
import { timeLeft } from '../render/stages.js';

/** @typedef {import('../../api.js').Job} Job */
/** @typedef {import('./mix.js').Mix} Mix */

/** Key of its notice. */
export const RENDER = 'render';

/** A render that runs beside the mixer: its progress, then the way to its master. */
export class Rendering {
  /**
   * Creates one that follows the session's last job while that runs.
   * @param {Mix} mix
   * @param {import('./notices.js').Notices} notices
   * @param {() => void} again starts another render
   */
  constructor(mix, notices, again) {
    this.mix = mix;
    this.notices = notices;
    this.again = again;
    this.unfollow = () => {};
    this.bar = h('progress', { max: 100, 'aria-label': 'The render' });
    this.left = h('span', { class: 'small muted' });
    const last = mix.entry.last_job;
    if (last && !ENDED.includes(last.state)) this.follow(last.job_id);
  }

  /** Follows a job to its end. @param {string} id */
  follow(id) {
    this.unfollow();
    this.bar.value = 0;
    setText(this.left, 'waiting for a worker');
    const cancel = button('Cancel', () => this.cancel(id, cancel));
    const stages = h('a', { class: 'btn', href: renderLink(this.mix.session, id) }, 'Show the stages');
    const progress = h('span', { class: 'progress' }, this.bar, this.left);
    this.put(notice('news', 'Rendering beside the mixer.', progress, cancel, stages));
    this.unfollow = followJob(id, (job) => this.show(job));
  }

  /** Shows a job. @param {Job} job */
  show(job) {
    if (ENDED.includes(job.state)) {
      this.showEnd(job);
      return;
    }
    this.bar.value = job.progress;
    const seconds = timeLeft(job);
    const words = Number.isFinite(seconds) ? `, about ${format.left(seconds)} left` : '';
    if (job.state !== 'queued') setText(this.left, `${Math.round(job.progress)} %${words}`);
  }

  /** Shows what came of a job. @param {Job} job */
  showEnd(job) {
    const link = (/** @type {string} */ text, kind = '') =>
      h('a', { class: `btn ${kind}`.trim(), href: renderLink(this.mix.session, job.job_id) }, text);
    const close = this.notices.dismiss(RENDER);
    if (job.state === 'complete') {
      const words = 'The mixer stays as you have it.';
      this.put(notice('news', 'The master is ready.', words, link('Open the master', 'primary'), this.gain(), close));
    } else if (job.state === 'error') {
      const what = `The render failed: ${failure(job).text.replace(/\.$/, '')}.`;
      const words = 'Nothing was written, and an earlier master is untouched.';
      const retry = button('Try again', this.again, 'primary');
      this.put(notice('trouble', what, words, retry, link('Show the job'), close));
    } else this.put(notice('news', 'The render was cancelled.', 'An earlier master is untouched.', close));
  }

  /** Lets the mixer play at the gain that the render has found: by a press where it plays now. */
  gain() {
    const { live } = this.mix;
    if (!live.playing) {
      live.reopen();
      return null;
    }
    const use = button('Play at its loudness', () => {
      use.remove();
      live.reopen();
    });
    return use;
  }

  /** @param {string} id @param {HTMLButtonElement} pressed */
  async cancel(id, pressed) {
    pressed.disabled = true;
    try {
      await call('POST', `${jobPath(id)}/cancel`, { body: {} });
    } catch (error) {
      setText(this.left, `not cancelled: ${error instanceof Error ? error.message : ''}`);
      pressed.disabled = false;
    }
  }

  /** @param {HTMLElement} element */
  put(element) {
    // One of the same words stands for another job.
    this.notices.put(RENDER, null);
    this.notices.put(RENDER, element);
  }

  /** Ends it. */
  close() {
    this.unfollow();
  }
}

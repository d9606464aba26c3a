import { ApiError, bare, call, filePath, followJob, jobPath, sessionPath } from '../../api.js';
import { fill, h } from '../../dom.js';
import * as format from '../../logic/format.js';
import { button, notice } from '../../parts/notice.js';
import { mixerLink, renderLink } from '../../router.js';
import { beforeAfter, figures } from './figures.js';
import { files } from './files.js';
import { ResultPlayer } from './player.js';
import { Progress } from './progress.js';
import { services } from './services.js';

/** @typedef {import('../../api.js').Job} Job */

const FORMATS = /** @type {Record<string, string>} */ ({
  wav16: '16-bit',
  wav24: '24-bit',
  wav32f: '32-bit float',
  flac16: '16-bit FLAC',
  flac24: '24-bit FLAC',
  opus: 'Opus',
});

/**
 * Creates the view of a render: progress, then the result.
 * @param {string} session
 * @param {string} id of the job
 * @returns {import('../../main.js').View}
 */
export function renderView(session, id) {
  const stop = new AbortController();
  const name = h('span', null, session);
  const words = h('p', null, ' ');
  const badge = h('div', { class: 'row' });
  const progress = new Progress(session, id);
  const trouble = h('div', null);
  const result = h('div', null);
  const element = h(
    'div',
    null,
    h('p', { class: 'back small' }, h('a', { href: mixerLink(session) }, '← Mixer')),
    h(
      'div',
      { class: 'head' },
      h('div', null, h('h1', null, name, ' ', h('span', { class: 'muted of' }, 'master')), words),
      badge,
    ),
    trouble,
    progress.element,
    result,
  );
  /** @type {ResultPlayer|null} */
  let player = null;
  let unfollow = () => {};

  /** Starts another render of the session. */
  const again = async () => {
    const { job_id } = await call('POST', `${sessionPath(session)}/mix`, { body: {} });
    location.hash = renderLink(session, job_id);
  };

  /** Shows a refusal. @param {unknown} error */
  function refuse(error) {
    if (stop.signal.aborted) return;
    const { status, code, message } = error instanceof ApiError ? error : { status: -1, code: '', message: String(error) };
    const open = h('a', { class: 'btn', href: mixerLink(session) }, 'Open the session');
    if (status === 410)
      fill(
        trouble,
        notice(
          'news',
          code === 'JOB_DELETED' ? 'This render was deleted.' : 'This master has expired.',
          `${message} The session is still here.`,
          button('Render again', again, 'primary'),
          open,
        ),
      );
    else
      fill(
        trouble,
        notice('trouble', status === 404 ? 'There is no such render.' : 'The render cannot be shown.', message, open),
      );
  }

  /** Shows a result. @param {Job} job */
  async function show(job) {
    try {
      const report = await bare(filePath(id, 'report.json'), stop.signal);
      const [output, master] = [report.output ?? {}, report.master ?? {}];
      // A job's report has no clock: the job itself has one.
      const seconds =
        report.clock?.elapsed_s ?? (Date.parse(job.finished_at ?? '') - Date.parse(job.started_at ?? '')) / 1000;
      const took = seconds > 0 ? ` in ${format.span(seconds)}` : '';
      words.textContent = [
        format.time(output.duration_s),
        FORMATS[output.format?.format],
        `${Number(((output.sample_rate_hz ?? 48000) / 1000).toFixed(1))} kHz`,
        output.channels === 1 ? 'mono' : 'stereo',
        format.plural((report.tracks ?? []).length, 'stem'),
        `rendered ${format.moment(job.finished_at ?? job.updated_at)}${took}`,
      ]
        .filter(Boolean)
        .join(' · ');
      fill(
        badge,
        master.verified
          ? h(
              'span',
              { class: 'badge good' },
              Number.isFinite(master.target_lufs)
                ? '✓ Measured on the file: target and ceiling are met'
                : '✓ Measured on the file',
            )
          : h('span', { class: 'badge bad' }, `! ${master.note ?? 'Target or ceiling are not met'}`),
      );
      player?.close();
      player = new ResultPlayer(session, job, report, stop.signal);
      const warnings = (report.warnings ?? []).length
        ? h(
            'ul',
            { class: 'card pad warnings', 'aria-label': 'Warnings' },
            report.warnings.map((/** @type {string} */ text) => h('li', null, `! ${text}`)),
          )
        : null;
      fill(
        result,
        figures(report),
        player.element,
        warnings,
        h('div', { class: 'two' }, services(session, report), h('div', null, beforeAfter(report), files(job, report))),
      );
    } catch (error) {
      refuse(error);
      fill(result, files(job, null));
    }
  }

  /** Follows the job from its state of now. */
  function follow() {
    unfollow();
    let shown = '';
    unfollow = followJob(id, (job) => {
      progress.show(job);
      if (job.state === 'complete' && shown !== 'complete') show(job);
      shown = job.state;
    });
  }

  call('GET', sessionPath(session), { signal: stop.signal }).then(
    (entry) => {
      name.textContent = entry.name || session;
      document.title = `${entry.name || session} master · mixdown`;
    },
    () => undefined,
  );
  call('GET', jobPath(id), { signal: stop.signal }).then((job) => {
    progress.show(job);
    if (job.state === 'complete') show(job);
    else follow();
  }, refuse);
  addEventListener('mixdown-retry', follow, { signal: stop.signal });
  return {
    element,
    title: `${session} master`,
    close: () => {
      stop.abort();
      unfollow();
      player?.close();
    },
  };
}

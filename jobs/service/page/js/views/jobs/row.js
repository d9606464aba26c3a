import { call, jobPath } from '../../api.js';
import { h } from '../../dom.js';
import * as format from '../../logic/format.js';
import { button } from '../../parts/notice.js';
import { mixerLink, renderLink } from '../../router.js';
import { failure } from '../render/progress.js';
import { timeLeft } from '../render/stages.js';

/** @typedef {import('../../api.js').Job} Job */

/** Groups of states, as the filter has them. @param {string} state */
export function groupOf(state) {
  if (state === 'queued') return 'waiting';
  if (state === 'error') return 'failed';
  return state === 'complete' || state === 'cancelled' ? state : 'running';
}

/** State with a shape and a word. @param {Job} job */
function stateMark(job) {
  const group = groupOf(job.state);
  const word = job.state === 'running' && job.stage ? job.stage : job.state;
  const [kind, sign] = {
    waiting: ['', '…'],
    failed: ['bad', '!'],
    complete: ['good', '✓'],
    cancelled: ['', '–'],
    running: ['run', '◐'],
  }[group];
  return h('span', { class: `state ${kind}` }, `${sign} ${word.replaceAll('_', ' ')}`);
}

/** Short form of an identifier. @param {string} id */
const short = (id) => (id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-4)}` : id);

/**
 * Progress or result in words.
 * @param {Job} job
 * @param {boolean} replaced a later one owns the result
 */
function middle(job, replaced) {
  const group = groupOf(job.state);
  if (group === 'running') {
    const left = timeLeft(job);
    const bar = h('progress', { max: 100, 'aria-label': `Progress of ${job.session_id}` });
    bar.value = job.progress;
    return [
      bar,
      h(
        'span',
        { class: 'small' },
        `${Math.round(job.progress)} %${Number.isFinite(left) ? `, about ${format.left(left)} left` : ''}`,
      ),
    ];
  }
  if (group === 'failed') {
    const { code, text } = failure(job);
    return h('span', { class: 'small' }, text, code ? [' ', h('code', null, code)] : null);
  }
  if (group === 'complete') {
    const { integrated_lufs: lufs, true_peak_dbtp: dbtp } = job.meters?.master ?? job.meters ?? {};
    const figures = Number.isFinite(lufs)
      ? `${format.number(lufs)} LUFS, ${format.number(dbtp)} dBTP`
      : job.type === 'mix'
        ? 'rendered'
        : (job.message ?? '');
    return h('span', { class: 'small' }, replaced ? `${figures}; its files were replaced, or have expired` : figures);
  }
  return h('span', { class: 'small' }, group === 'waiting' ? 'waiting for a worker' : (job.message ?? ''));
}

/** Seconds that a job took. @param {Job} job */
function took(job) {
  const from = Date.parse(job.started_at ?? job.created_at ?? '');
  const to = groupOf(job.state) === 'running' ? Date.now() : Date.parse(job.finished_at ?? job.updated_at ?? '');
  return job.state === 'queued' || !Number.isFinite(to - from) ? '' : format.span(Math.max(0, (to - from) / 1000));
}

/**
 * Creates the row of a job.
 * @param {Job} job
 * @param {boolean} replaced
 * @param {(action: () => Promise<any>) => void} act carries out, then loads anew
 */
export function jobRow(job, replaced, act) {
  const session = job.session_id ?? '';
  const group = groupOf(job.state);
  const name = `${session} ${short(job.job_id)}`;
  const post = (/** @type {string} */ what) => act(() => call('POST', `${jobPath(job.job_id)}/${what}`, { body: {} }));
  const actions = [];
  const result = renderLink(session, job.job_id);
  if (group === 'running' || group === 'waiting')
    actions.push(button('Cancel', () => post('cancel'), 'small danger', { 'aria-label': `Cancel ${name}` }));
  if (group === 'failed' || group === 'cancelled')
    actions.push(button('Retry', () => post('retry'), 'small', { 'aria-label': `Retry ${name}` }));
  if (job.type === 'mix' && (group !== 'complete' || !replaced))
    actions.push(
      h(
        'a',
        { class: 'btn small', href: result, 'aria-label': `${group === 'complete' ? 'Result' : 'Details'} of ${name}` },
        group === 'complete' ? 'Result' : 'Details',
      ),
    );
  if (group !== 'running' && group !== 'waiting')
    actions.push(
      button('Delete', () => act(() => call('DELETE', jobPath(job.job_id))), 'small quiet', {
        'aria-label': `Delete ${name}`,
      }),
    );
  const started = job.started_at ?? job.created_at;
  return h(
    'tr',
    null,
    h('td', null, stateMark(job)),
    h(
      'td',
      null,
      job.type === 'mix' || !job.type ? h('a', { href: mixerLink(session) }, session) : h('span', null, session),
      h('br', null),
      h('small', null, `${job.type ?? 'mix'} · `, h('code', { title: job.job_id }, short(job.job_id))),
    ),
    h('td', { class: 'full' }, middle(job, replaced)),
    h('td', { class: 'num' }, group === 'waiting' ? '' : format.moment(started)),
    h('td', { class: 'num' }, took(job)),
    h('td', { class: 'num' }, job.attempt ? `${job.attempt} of ${job.max_attempts ?? 3}` : ''),
    h('td', { class: 'right full' }, h('span', { class: 'row tight end' }, actions)),
  );
}

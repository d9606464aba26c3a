import { call, sessionPath } from '../../api.js';
import { h, icon, sr } from '../../dom.js';
import * as format from '../../logic/format.js';
import { confirm } from '../../parts/dialog.js';
import { mixerLink, renderLink } from '../../router.js';
import { drawOutline } from './outline.js';

/** @typedef {import('../../api.js').SessionEntry} SessionEntry */

/** State of a session's master. @param {SessionEntry} session */
function masterState(session) {
  const job = session.last_job;
  if (!job) return h('span', { class: 'state' }, 'not rendered');
  const link = (/** @type {string} */ kind, /** @type {string} */ text) =>
    h('a', { class: `state ${kind}`, href: renderLink(session.session_id, job.job_id) }, text);
  if (job.state === 'error') return link('bad', '! failed');
  if (job.state === 'cancelled') return link('', '– cancelled');
  if (job.state !== 'complete')
    return link('run', job.state === 'queued' ? '… queued' : `rendering ${Math.round(job.progress)} %`);
  if (!session.result_url && !job.result_url) return h('span', { class: 'state' }, 'expired');
  const lufs = job.meters?.integrated_lufs ?? job.meters?.master?.integrated_lufs;
  return link('good', Number.isFinite(lufs) ? `✓ ${format.number(lufs)} LUFS` : '✓ rendered');
}

/** Number of stems. @param {SessionEntry} session */
const stemCount = (session) =>
  Array.isArray(session.stems) ? session.stems.length : (session.stem_count ?? session.stems ?? session.tracks ?? 0);

/**
 * Creates the table of sessions.
 * @param {SessionEntry[]} sessions
 * @param {() => void} onChange something was deleted
 * @param {AbortSignal} signal
 */
export function sessionTable(sessions, onChange, signal) {
  const remove = async (/** @type {SessionEntry} */ session) => {
    const name = session.name || session.session_id;
    const sure = await confirm(
      `Delete ${name}?`,
      `Its ${format.plural(stemCount(session), 'stem')}, its mix and its masters are deleted, ${format.bytes(session.bytes ?? 0)}. This cannot be undone.`,
      'Delete the session',
    );
    if (!sure) return;
    await call('DELETE', sessionPath(session.session_id));
    onChange();
  };
  const row = (/** @type {SessionEntry} */ session) => {
    const canvas = h('canvas', { 'aria-hidden': 'true' });
    const name = session.name || session.session_id;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      drawOutline(canvas, session, signal).catch(() => undefined);
    });
    seen.observe(canvas);
    const count = stemCount(session);
    return h(
      'tr',
      null,
      h(
        'td',
        { class: 'full' },
        h('a', { class: 'name', href: mixerLink(session.session_id) }, name),
        h('br', null),
        h('small', null, format.bytes(session.bytes ?? 0)),
      ),
      h('td', { class: 'full' }, canvas),
      h('td', { class: 'num' }, format.time(session.duration_s)),
      h('td', { 'data-head': 'Stems' }, count),
      h('td', { class: 'num' }, masterState(session)),
      h('td', { class: 'num' }, format.moment(session.updated_at)),
      h(
        'td',
        { class: 'right full' },
        h(
          'button',
          { type: 'button', class: 'btn small quiet', 'aria-label': `Delete ${name}`, onclick: () => remove(session) },
          'Delete',
        ),
      ),
    );
  };
  return h(
    'table',
    { class: 'sess' },
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        ['Session', 'Mix', 'Length', 'Stems', 'Master', 'Changed'].map((text) => h('th', { scope: 'col' }, text)),
        h('th', { scope: 'col' }, sr('Actions')),
      ),
    ),
    h('tbody', null, sessions.map(row)),
  );
}

/** Icon and words of the button that begins an empty session. */
export const newSessionWords = () => [icon('plus'), 'New session'];

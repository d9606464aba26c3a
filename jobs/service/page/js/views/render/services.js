import { call, callTagged, sessionPath } from '../../api.js';
import { h, sr } from '../../dom.js';
import * as format from '../../logic/format.js';
import { TARGETS, treatment } from '../../logic/loudness.js';
import { confirm } from '../../parts/dialog.js';
import { button } from '../../parts/notice.js';
import { renderLink } from '../../router.js';

/**
 * Sets another target and renders for it.
 * @param {string} session
 * @param {{name: string, label: string}} service
 */
async function renderFor(session, { name, label }) {
  const sure = await confirm(
    `Render for ${label}?`,
    'The new master takes the place of this one: the last render of a session owns the result. The target of the mix changes as well.',
    `Render for ${label}`,
  );
  if (!sure) return;
  const { etag } = await callTagged('GET', `${sessionPath(session)}/session`);
  const headers = /** @type {Record<string, string>} */ (etag ? { 'If-Match': etag } : {});
  await call('PATCH', `${sessionPath(session)}/session`, {
    body: { master: { target: name, ceiling_dbtp: null } },
    headers: { 'Content-Type': 'application/merge-patch+json', ...headers },
  });
  const { job_id } = await call('POST', `${sessionPath(session)}/mix`, { body: {} });
  location.hash = renderLink(session, job_id);
}

/**
 * Creates the table of services.
 * @param {string} session
 * @param {any} report
 */
export function services(session, report) {
  const { integrated_lufs: lufs, true_peak_dbtp: dbtp } = report.master?.written ?? {};
  if (!Number.isFinite(lufs) || !Number.isFinite(dbtp)) return null;
  const rows = TARGETS.map((service) => {
    const { kind, text } = treatment(service, lufs, dbtp);
    return h(
      'tr',
      null,
      h('td', { 'data-head': 'Service', class: 'num' }, service.label),
      h(
        'td',
        { 'data-head': 'Asks for', class: 'num' },
        `${format.number(service.lufs, 0)} LUFS`,
        h('br', null),
        h('small', null, `${format.number(service.dbtp, 0)} dBTP`),
      ),
      h('td', { 'data-head': 'This master' }, h('span', { class: `state ${kind === 'plain' ? '' : kind}` }, text)),
      h(
        'td',
        { class: 'right full' },
        kind === 'good'
          ? null
          : button('Render for it', () => renderFor(session, service), 'small', {
              'aria-label': `Render for ${service.label}`,
            }),
      ),
    );
  });
  return h(
    'section',
    { class: 'card pad', 'aria-labelledby': 'h-services' },
    h('h2', { id: 'h-services' }, 'On the services'),
    h(
      'table',
      { class: 'svc' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ['Service', 'Asks for', 'This master'].map((text) => h('th', { scope: 'col' }, text)),
          h('th', { scope: 'col' }, sr('Action')),
        ),
      ),
      h('tbody', null, rows),
    ),
  );
}

import { call } from '../../api.js';
import { fill, h, sr } from '../../dom.js';
import { button, notice } from '../../parts/notice.js';
import { cleanupDialog } from './cleanup.js';
import { groupOf, jobRow } from './row.js';

/** @typedef {import('../../api.js').Job} Job */

const GROUPS = ['running', 'waiting', 'complete', 'failed', 'cancelled'];
const PAGE = 50;

/** Numbers of jobs by group, of all types but cleanups. @param {any} stats */
function counts(stats) {
  const found = /** @type {Record<string, number>} */ (Object.fromEntries(GROUPS.map((group) => [group, 0])));
  for (const [type, states] of Object.entries(stats?.jobs ?? {})) {
    if (type === 'cleanup' || typeof states !== 'object') continue;
    for (const [state, count] of Object.entries(/** @type {any} */ (states))) found[groupOf(state)] += Number(count);
  }
  return found;
}

/**
 * Creates the list of jobs.
 * @returns {import('../../main.js').View}
 */
export function jobsView() {
  const stop = new AbortController();
  const words = h('p', null, ' ');
  const trouble = h('div', null);
  const body = h('tbody', null);
  const total = h('span', { role: 'status' });
  const more = button('Show more', () => loadMore(), 'small push');
  const session = h('select', { 'aria-label': 'Session' }, h('option', { value: '' }, 'all'));
  const boxes = GROUPS.map((group) => ({
    group,
    box: h('input', { type: 'checkbox', checked: true, onchange: () => show() }),
    count: h('span', { class: 'muted count' }),
  }));
  const filter = h(
    'div',
    { class: 'row filter', role: 'group', 'aria-label': 'Filter' },
    boxes.map(({ group, box, count }) =>
      h('label', { class: 'check' }, box, group.charAt(0).toUpperCase() + group.slice(1), count),
    ),
    h('label', { class: 'row push' }, h('span', { class: 'small muted' }, 'Session'), session),
  );
  const table = h(
    'table',
    { class: 'jobst' },
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        ['State', 'Session', 'Progress or result', 'Started', 'Took', 'Attempt'].map((text) =>
          h('th', { scope: 'col' }, text),
        ),
        h('th', { scope: 'col' }, sr('Actions')),
      ),
    ),
    body,
  );
  const element = h(
    'div',
    null,
    h(
      'div',
      { class: 'head' },
      h('div', null, h('h1', null, 'Jobs'), words),
      h(
        'div',
        { class: 'row' },
        button('Clean up …', () => cleanupDialog(load)),
      ),
    ),
    trouble,
    h(
      'section',
      { class: 'card pad', 'aria-label': 'All jobs' },
      filter,
      table,
      h('p', { class: 'row small muted gap-s' }, total, more),
    ),
  );
  /** @type {Job[]} */
  let jobs = [];
  /** @type {string|null} */
  let cursor = null;
  let shown = '';
  let pages = 1;
  /** @type {number|undefined} */
  let timer;

  /** Fetches a page. @param {string|null} after */
  const page = (after) => {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (session.value) query.set('session', session.value);
    if (after) query.set('cursor', after);
    return call('GET', `/jobs?${query}`, { signal: stop.signal });
  };

  /** Loads the pages that are shown, and the numbers. */
  async function load() {
    clearTimeout(timer);
    try {
      let list = /** @type {Job[]} */ ([]);
      let next = /** @type {string|null} */ (null);
      for (let turn = 0; turn < pages && (turn === 0 || next); turn += 1) {
        const data = await page(next);
        list = [...list, ...(data.jobs ?? [])];
        next = data.next_cursor ?? null;
      }
      [jobs, cursor] = [list, next];
      showCounts(await call('GET', '/jobs/stats', { signal: stop.signal }).catch(() => null));
      fill(trouble);
      show();
    } catch (error) {
      if (stop.signal.aborted) return;
      fill(trouble, notice('trouble', 'The list cannot be read.', error instanceof Error ? error.message : ''));
    }
    const busy = jobs.some(({ state }) => ['running', 'waiting'].includes(groupOf(state)));
    if (!stop.signal.aborted) timer = setTimeout(load, busy ? 1500 : 8000);
  }

  /** Loads one page more. */
  function loadMore() {
    pages += 1;
    load();
  }

  /** Writes the numbers. @param {any} stats */
  function showCounts(stats) {
    const all = counts(stats);
    // Without statistics the list itself is counted.
    if (!stats?.jobs) for (const job of jobs) all[groupOf(job.state)] += 1;
    for (const { group, count } of boxes) count.textContent = ` ${all[group]}`;
    words.textContent = `${all.running} running · ${all.waiting} waiting · ${all.complete} complete · ${all.failed} failed`;
  }

  /** Shows the rows of the filter; the table is left alone where nothing has changed. */
  function show() {
    const wanted = new Set(boxes.filter(({ box }) => box.checked).map(({ group }) => group));
    const some = jobs.filter(({ state }) => wanted.has(groupOf(state)));
    const key = JSON.stringify(some);
    more.hidden = !cursor;
    total.textContent =
      some.length === jobs.length
        ? `${jobs.length} shown, newest first`
        : `${some.length} of ${jobs.length} shown, newest first`;
    showSessions();
    if (key === shown) return;
    shown = key;
    const label = body.contains(document.activeElement) ? document.activeElement?.getAttribute('aria-label') : null;
    const owners = new Set();
    const rows = some.map((job) => {
      const replaced =
        job.state === 'complete' && job.type === 'mix' && (owners.has(job.session_id) || !job.result_url);
      if (job.state === 'complete' && job.type === 'mix') owners.add(job.session_id);
      return jobRow(job, replaced, act);
    });
    fill(body, rows.length ? rows : h('tr', null, h('td', { colspan: 7, class: 'muted full' }, 'No jobs here.')));
    if (label) /** @type {HTMLElement|null} */ (body.querySelector(`[aria-label="${CSS.escape(label)}"]`))?.focus();
  }

  /** Offers the sessions that have jobs. */
  function showSessions() {
    const known = new Set([...session.options].map(({ value }) => value));
    for (const { session_id: id } of jobs) {
      if (!id || known.has(id)) continue;
      known.add(id);
      session.append(h('option', { value: id }, id));
    }
  }

  /** Carries out an action of a row. @param {() => Promise<any>} action */
  async function act(action) {
    try {
      await action();
      await load();
    } catch (error) {
      fill(trouble, notice('trouble', 'That was refused.', error instanceof Error ? error.message : ''));
    }
  }

  session.addEventListener('change', () => {
    pages = 1;
    load();
  });
  load();
  return {
    element,
    title: 'Jobs',
    close: () => {
      stop.abort();
      clearTimeout(timer);
    },
  };
}

import { ApiError, call } from '../../api.js';
import { fill, h } from '../../dom.js';
import { demoFiles } from '../../logic/demo.js';
import * as format from '../../logic/format.js';
import { chooseFiles, nameFor, takeDrops } from '../../parts/files.js';
import { button, notice } from '../../parts/notice.js';
import { mixerLink } from '../../router.js';
import { upload, uploads } from '../../store/uploads.js';
import { createSession } from './create.js';
import { newSessionWords, sessionTable } from './table.js';
import { uploadCard } from './uploads.js';

const FORMATS = 'WAV, AIFF, FLAC, MP3, AAC, ALAC, Vorbis, Opus, CAF; up to 2 GB each.';

/**
 * Creates the list of sessions, with the place to drop stems first.
 * @returns {import('../../main.js').View}
 */
export function sessionsView() {
  const stop = new AbortController();
  const count = h('p', null, ' ');
  const find = h('input', { type: 'search', placeholder: 'Find a session', 'aria-label': 'Find a session' });
  const create = h('button', { type: 'button', class: 'btn primary', onclick: () => begin([], '') }, newSessionWords());
  const tools = h('div', { class: 'row' }, find, create);
  const trouble = h('div', null);
  const drop = h('div', { class: 'drop' });
  const cards = h('div', null);
  const list = h('section', { class: 'card pad', 'aria-label': 'All sessions', hidden: true });
  const element = h(
    'div',
    { class: 'view' },
    h('div', { class: 'head' }, h('div', null, h('h1', null, 'Sessions'), count), tools),
    trouble,
    drop,
    cards,
    list,
  );
  /** @type {import('../../api.js').SessionEntry[]} */
  let sessions = [];
  /** Names of sessions begun here, which the list has later. @type {Map<string, string>} */
  const names = new Map();
  /** @type {Map<string, {element: HTMLElement, close: () => void}>} */
  const shown = new Map();
  /** @type {number|undefined} */
  let timer;

  /**
   * Begins a session, with files or empty.
   * @param {File[]} files @param {string} folder name of their folder, or of the session
   * @returns {Promise<string|undefined>} its identifier, unless it was refused
   */
  async function begin(files, folder) {
    try {
      const name = files.length ? nameFor(files, folder) : folder || 'New session';
      const id = await createSession(name);
      names.set(id, name);
      if (files.length) upload(id, files);
      if (files.length) load();
      else location.hash = mixerLink(id);
      return id;
    } catch (error) {
      fill(trouble, notice('trouble', 'The session was not made.', error instanceof Error ? error.message : ''));
      return undefined;
    }
  }

  /** Begins the session of the demo and opens it; its stems arrive there as they are made. */
  async function demo() {
    const id = await begin([], 'Demo');
    if (!id) return;
    const files = demoFiles();
    for (;;) {
      // The page is painted between two stems.
      await new Promise((painted) => setTimeout(painted, 50));
      const { value } = files.next();
      if (!value) return;
      upload(id, [value]);
    }
  }

  /** Shows the target for files. @param {number} over files above it */
  function showDrop(over = 0) {
    const empty = sessions.length === 0;
    drop.className = `drop${empty || over ? ' big' : ''}${over ? ' hot' : ''}`;
    const choose = chooseFiles((files) => begin(files, ''), empty ? 'primary' : 'small');
    if (over)
      fill(
        drop,
        h(
          'p',
          { role: 'status' },
          h('strong', null, `Let go: ${format.plural(over, 'file')} begin a session`),
          'Folders may be dropped too.',
        ),
      );
    else if (empty) {
      fill(
        drop,
        h(
          'p',
          null,
          h('strong', null, 'Drop the stems of a song here'),
          'They are put in time with each other, you hear and move the mix, and one press makes the master.',
          h('br', null),
          `${FORMATS} Nothing leaves this machine.`,
        ),
        h('p', { class: 'row middle gap' }, choose, button('Try the demo: a band, three stems', demo)),
      );
    } else fill(drop, h('p', null, h('strong', null, 'Drop stems here to begin a session'), `${FORMATS} `, choose));
  }

  /** Shows the table, filtered by the words typed. */
  function showTable() {
    const words = find.value.trim().toLowerCase();
    const some = sessions.filter(({ name, session_id }) => `${name ?? ''} ${session_id}`.toLowerCase().includes(words));
    const bytes = sessions.reduce((sum, session) => sum + (session.bytes ?? 0), 0);
    count.textContent = sessions.length
      ? `${format.plural(sessions.length, 'session')} · ${format.bytes(bytes)}`
      : 'none yet';
    list.hidden = sessions.length === 0;
    fill(
      list,
      some.length ? sessionTable(some, load, stop.signal) : h('p', { class: 'muted' }, 'No session has this name.'),
    );
  }

  /** Shows the uploads of sessions that were begun here. */
  function showUploads() {
    for (const session of new Set(uploads.list.map((entry) => entry.session))) {
      if (shown.has(session)) continue;
      const name = sessions.find(({ session_id }) => session_id === session)?.name ?? names.get(session) ?? session;
      const footer = h(
        'p',
        { class: 'row gap' },
        h('a', { class: 'btn primary', href: mixerLink(session) }, 'Open the mixer now'),
        h(
          'span',
          { class: 'small muted' },
          'Stems appear there as they arrive. Uploads continue while you look at other views of this page.',
        ),
      );
      const card = uploadCard(session, name, footer);
      shown.set(session, card);
      cards.append(card.element);
    }
  }

  /** Fetches all pages of the list. */
  async function all() {
    const found = [];
    let cursor = '';
    do {
      const data = await call('GET', `/sessions${cursor && `?cursor=${encodeURIComponent(cursor)}`}`, {
        signal: stop.signal,
      });
      found.push(...(data.sessions ?? []));
      cursor = data.next_cursor ?? '';
    } while (cursor);
    return found;
  }

  /** Loads the list, and again while something renders. */
  async function load() {
    clearTimeout(timer);
    try {
      const before = JSON.stringify(sessions);
      sessions = await all();
      fill(trouble);
      if (JSON.stringify(sessions) !== before || list.hidden) {
        showDrop();
        showTable();
        showUploads();
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      const text =
        error instanceof ApiError && error.status === 0
          ? 'It is tried again by itself; nothing is lost.'
          : String(/** @type {Error} */ (error).message);
      fill(
        trouble,
        notice(
          'trouble',
          error instanceof ApiError && error.status === 0 ? 'The server does not answer.' : 'The list cannot be read.',
          text,
        ),
      );
    }
    const busy = sessions.some(({ last_job: job }) => job && !['complete', 'error', 'cancelled'].includes(job.state));
    timer = setTimeout(load, busy ? 2000 : 10000);
  }

  const onArrived = () => load();
  find.addEventListener('input', showTable);
  uploads.addEventListener('change', showUploads);
  uploads.addEventListener('arrived', onArrived);
  const take = (/** @type {{files: File[], folder: string}} */ { files, folder }) =>
    files.length && begin(files, folder);
  takeDrops(document.body, take, (over, files) => showDrop(over ? files : 0), stop.signal);
  load();
  return {
    element,
    title: 'Sessions',
    close: () => {
      stop.abort();
      clearTimeout(timer);
      uploads.removeEventListener('change', showUploads);
      uploads.removeEventListener('arrived', onArrived);
      for (const card of shown.values()) card.close();
    },
  };
}

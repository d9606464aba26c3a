import { ApiError, call, callTagged, sessionPath } from '../../api.js';
import { fill, h } from '../../dom.js';
import { Live } from '../../live/live.js';
import { button, notice } from '../../parts/notice.js';
import { DocumentStore } from '../../store/document.js';
import { Sync } from '../../store/sync.js';
import { uploads } from '../../store/uploads.js';
import { ViewStore } from '../../store/view.js';
import { SongAnalysis } from './analysis.js';
import { Outlines } from './mix.js';
import { MixerScreen } from './screen.js';

/** @typedef {import('./mix.js').Mix} Mix */

/**
 * Creates the mixer of a session.
 * @param {string} session
 * @param {URLSearchParams} query view state of a link
 * @returns {import('../../main.js').View}
 */
export function mixerView(session, query) {
  const element = h(
    'div',
    { class: 'view' },
    h('h1', null, session),
    h('p', { class: 'muted', role: 'status' }, 'opening …'),
  );
  const stop = new AbortController();
  /** @type {MixerScreen|null} */
  let screen = null;
  // A stem that arrives while the session is fetched is not in what comes, and not yet awaited.
  /** @type {import('../../store/uploads.js').Upload[]} */
  const arrived = [];
  const note = (/** @type {Event} */ event) => arrived.push(/** @type {CustomEvent} */ (event).detail);
  uploads.addEventListener('arrived', note, { signal: stop.signal });
  open(session, query, stop.signal).then(
    (mix) => {
      if (stop.signal.aborted) return;
      screen = new MixerScreen(mix, element, stop.signal);
      uploads.removeEventListener('arrived', note);
      for (const entry of arrived) screen.onArrived(entry);
    },
    (error) => {
      if (stop.signal.aborted) return;
      const lost = error instanceof ApiError && error.status === 404;
      fill(
        element,
        h('h1', null, session),
        notice(
          'trouble',
          lost ? 'There is no such session.' : 'The session cannot be opened.',
          lost ? 'It may have been deleted, or the address may be of another service.' : error.message,
          button('Try again', () => location.reload(), 'primary'),
        ),
        h('p', null, h('a', { href: '#/' }, 'All sessions')),
      );
    },
  );
  return {
    element,
    wide: true,
    title: session,
    rehash: (next) => {
      if (screen && next.size) screen.mix.view.set(new ViewStore(next).state);
      return true;
    },
    close: () => {
      stop.abort();
      screen?.close();
    },
  };
}

/**
 * Fetches a session.
 * @param {string} session
 * @param {URLSearchParams} query
 * @param {AbortSignal} signal
 * @returns {Promise<Mix>}
 */
async function open(session, query, signal) {
  const [entry, tagged] = await Promise.all([
    call('GET', sessionPath(session), { signal }),
    callTagged('GET', `${sessionPath(session)}/session`, { signal }),
  ]);
  const base = tagged.data.session ?? {};
  const store = new DocumentStore(base, session);
  const stems = Array.isArray(entry.stems)
    ? entry.stems
    : ((await call('GET', `${sessionPath(session)}/stems`, { signal })).stems ?? []);
  return {
    session,
    entry,
    store,
    sync: new Sync(session, store, base, tagged.etag),
    view: new ViewStore(query),
    live: new Live(session),
    stems: new Map(stems.map((/** @type {import('../../api.js').Stem} */ stem) => [stem.name, stem])),
    outlines: new Outlines(session, signal),
    song: new SongAnalysis(session, signal),
    bypassed: new Set(),
    version: query.get('v') ?? '',
    schema: null,
  };
}

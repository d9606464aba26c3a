import { call, connection, isLost } from './api.js';
import { fill, h, setAttr } from './dom.js';
import { readRoute } from './router.js';
import { loginView } from './views/login.js';
import { jobsView } from './views/jobs/view.js';
import { libraryView } from './views/library/view.js';
import { mixerView } from './views/mixer/view.js';
import { renderView } from './views/render/view.js';
import { sessionsView } from './views/sessions/view.js';

/** Start of the page: one view at a time, by the fragment. */

/**
 * @typedef {{element: HTMLElement, wide?: boolean, title: string, close?: () => void, rehash?: (query: URLSearchParams) => boolean}} View
 */

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
/** @type {View|null} */
let open = null;
let shown = '';

/** Shows the view of the fragment. */
function show() {
  const { route, query } = readRoute(location.hash);
  const key = JSON.stringify(route);
  if (key === shown && open?.rehash?.(query)) return;
  const first = shown === '';
  open?.close?.();
  shown = key;
  const places = { sessions: 'page', library: null, jobs: null, mixer: 'true', render: 'true' };
  markPlace('nav-sessions', places[route.view]);
  markPlace('nav-library', route.view === 'library' ? 'page' : null);
  markPlace('nav-jobs', route.view === 'jobs' ? 'page' : null);
  if (route.view === 'jobs') open = jobsView();
  else if (route.view === 'library') open = libraryView(query);
  else if (route.view === 'mixer') open = mixerView(route.session, query);
  else if (route.view === 'render') open = renderView(route.session, route.job);
  else open = sessionsView();
  put(open);
  scrollTo(0, 0);
  if (!first) main.focus({ preventScroll: true });
}

/** Marks where the page is in its navigation. @param {string} id @param {string|null} current */
function markPlace(id, current) {
  const link = document.getElementById(id);
  if (link) setAttr(link, 'aria-current', current);
}

/** Puts a view on the page. @param {View} view */
function put(view) {
  main.classList.toggle('wide', view.wide === true);
  fill(main, view.element);
  document.title = `${view.title} · mixdown`;
}

/** Shows the state of the connection at the upper right. */
function showConnection() {
  const place = document.getElementById('connection');
  if (place)
    fill(
      place,
      h('span', null, h('span', { class: isLost() ? 'dot off' : 'dot' }), isLost() ? 'no connection' : 'connected'),
    );
}

/** Tries to reach the server until it is back: after 1, 2, 4, 8, at most 15 s. */
function findServer() {
  let wait = 1000;
  const attempt = async () => {
    if (!isLost()) return;
    try {
      await call('GET', '/sessions?limit=1');
    } catch {
      wait = Math.min(15000, wait * 2);
    }
    if (isLost()) setTimeout(attempt, wait);
  };
  setTimeout(attempt, wait);
}

connection.addEventListener('lost', () => {
  showConnection();
  findServer();
});
connection.addEventListener('back', showConnection);
connection.addEventListener('token', () => {
  open?.close?.();
  shown = 'token';
  open = loginView(() => {
    shown = '';
    show();
  });
  put(open);
});
addEventListener('hashchange', show);
// A file that is dropped beside a target must not replace the page.
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => event.preventDefault());
document.querySelector('.skip')?.addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
showConnection();
show();

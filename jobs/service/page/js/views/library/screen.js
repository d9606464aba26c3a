import { ApiError, call } from '../../api.js';
import { fill, h, setText } from '../../dom.js';
import { isNarrowed, orderWords, requestQuery, writeSearch } from '../../logic/library.js';
import { statsWords } from '../../logic/stem.js';
import { takeDrops } from '../../parts/files.js';
import { button, notice } from '../../parts/notice.js';
import { libraryLink } from '../../router.js';
import { settings } from '../../store/settings.js';
import { songs } from '../../store/songs.js';
import { Actions } from './actions.js';
import { Busy } from './busy.js';
import { noHit, showTarget } from './empty.js';
import { Files } from './files.js';
import { Filter } from './filter.js';
import { List } from './list.js';
import { Listening } from './listening.js';
import { SongNames } from './names.js';
import { PickedBar } from './picked.js';
import { References } from './references.js';
import { Tray } from './tray.js';
import { songCard } from './uploads.js';

/** @typedef {import('../../logic/stem.js').LibraryStem} LibraryStem */
/** @typedef {import('../../logic/library.js').Search} Search */

/** Stems of a page. */
const PAGE = 50;
/** Time until a lost server is tried again, in milliseconds. */
const AGAIN_MS = 4000;

/** All parts of the library on the page. */
export class LibraryScreen {
  /** Builds the parts. @param {Search} search */
  constructor(search) {
    this.search = search;
    this.stop = new AbortController();
    this.signal = this.stop.signal;
    /** @type {LibraryStem[]} */
    this.stems = [];
    this.total = 0;
    /** @type {number|null} */
    this.next = null;
    /** Picked stems; they stay while others are searched for. @type {Map<string, LibraryStem>} */
    this.picked = new Map();
    /** @type {any} */
    this.stats = null;
    /** Why there are no stems, in the server's words. */
    this.reason = '';
    /** True while a notice states that the search failed. */
    this.failed = false;
    this.listening = new Listening();
    this.actions = new Actions(this);
    this.tray = new Tray(this.signal, {
      onStems: (ids) => this.actions.addDragged(ids),
      onFits: (session) => this.change({ session, fits: '', sort: '', down: false }),
      onTrouble: (what, error) => this.trouble(what, error),
    });
    this.filter = new Filter((part) => this.change(part));
    this.references = new References(this);
    this.names = new SongNames(this.signal, () => this.list.renew());
    this.list = new List(this);
    this.busy = new Busy(this);
    this.bar = new PickedBar(this);
    this.uploads = songCard();
    this.counts = h('p', null, ' ');
    this.notices = h('div', null);
    this.files = new Files();
    this.drop = h('div', { class: 'drop big', hidden: true });
    this.none = h('div', null);
    this.found = h(
      'section',
      { class: 'card found', 'aria-label': 'Stems found', hidden: true },
      h('h2', { class: 'sr' }, 'Stems found'),
      this.list.element,
      this.none,
      this.bar.element,
    );
    this.body = h(
      'div',
      { class: 'lib', hidden: true },
      h('div', null, this.filter.element, this.found),
      this.tray.element,
    );
    this.element = h(
      'div',
      { class: 'view' },
      h('div', { class: 'head' }, h('div', null, h('h1', null, 'Library'), this.counts), this.files.add),
      this.notices,
      this.references.element,
      this.files.element,
      this.uploads.element,
      this.drop,
      this.body,
    );
    this.connect();
    this.tray.load().catch((error) => this.trouble('The sessions cannot be read.', error));
    this.loadStats();
    this.show(search);
  }

  /** Connects the parts. */
  connect() {
    const { signal } = this;
    this.listening.addEventListener('change', () => this.list.showSound());
    this.listening.addEventListener('time', () => this.list.showSound(true));
    this.listening.addEventListener('trouble', () =>
      this.trouble('The stem cannot be played.', new Error('The browser cannot decode this format, or its file is gone. Adding it to a session works all the same.')),
    );
    this.tray.addEventListener('change', () => {
      this.list.renew();
      this.showBar();
    });
    songs.addEventListener('arrived', () => this.refresh(), { signal });
    takeDrops(
      document.body,
      ({ files, folder }) => this.files.take(files, folder),
      (over, count) => this.showTarget(over ? count : 0),
      signal,
    );
    addEventListener('keydown', (event) => this.onKey(event), { signal });
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
    if (event.key !== '/' || isTyping || !settings.singleKeys || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.filter.text.focus();
  }

  /** Changes the search; the address follows. @param {Partial<Search>} part */
  change(part) {
    this.show({ ...this.search, ...part });
    history.replaceState(null, '', libraryLink(writeSearch(this.search)));
  }

  /** Shows a search. @param {Search} search */
  show(search) {
    this.search = search;
    this.filter.show(search);
    this.references.show(search);
    this.load();
  }

  /** Fetches the first page, or as many pages as are shown. @param {number} [count] of stems */
  async load(count = PAGE) {
    this.loading?.abort();
    clearTimeout(this.againTimer);
    const loading = new AbortController();
    this.loading = loading;
    const { search } = this;
    try {
      /** @type {LibraryStem[]} */
      const stems = [];
      let data;
      do {
        const query = requestQuery(search, stems.length, PAGE);
        data = await call('GET', `/stems?${query}`, { signal: loading.signal });
        stems.push(...(data.stems ?? []));
      } while (stems.length < count && data.stems?.length && data.next_offset !== null);
      this.take(data, stems);
      if (this.failed) fill(this.notices);
      this.failed = false;
    } catch (error) {
      if (loading.signal.aborted || this.signal.aborted) return;
      this.failed = true;
      if (error instanceof ApiError && error.code === 'NOTHING_TO_COMPARE') {
        this.take({ total: 0, next_offset: null }, [], error.message);
        fill(this.notices);
      } else this.showFailure(error, count);
    }
  }

  /**
   * States why there are no rows, and tries again where the server is lost.
   * @param {unknown} error
   * @param {number} count
   */
  showFailure(error, count) {
    const lost = error instanceof ApiError && error.status === 0;
    const what = lost ? 'The server does not answer.' : 'The library cannot be searched.';
    const words = lost ? 'It is tried again by itself; nothing is lost.' : /** @type {Error} */ (error).message;
    const again = button('Try now', () => this.load(count), 'primary');
    fill(this.notices, notice('trouble', what, words, again));
    if (lost) this.againTimer = setTimeout(() => this.load(count), AGAIN_MS);
  }

  /** Fetches the next page. */
  async loadMore() {
    if (this.next === null) return;
    const { search } = this;
    try {
      const data = await call('GET', `/stems?${requestQuery(search, this.next, PAGE)}`, { signal: this.signal });
      if (search !== this.search) return;
      const shown = new Set(this.stems.map(({ stem_id }) => stem_id));
      const added = (data.stems ?? []).filter((/** @type {LibraryStem} */ { stem_id }) => !shown.has(stem_id));
      this.take(data, [...this.stems, ...added]);
      // Focus stays in the list: the button may be gone.
      this.list.rows.get(added[0]?.stem_id)?.name.focus();
    } catch (error) {
      this.trouble('No more stems can be read.', error);
    }
  }

  /**
   * Takes an answer.
   * @param {any} data
   * @param {LibraryStem[]} stems
   * @param {string} [reason] why there are none
   */
  take(data, stems, reason = '') {
    this.stems = stems;
    this.reason = reason;
    this.total = data.total ?? stems.length;
    this.next = data.next_offset ?? null;
    this.showList();
    this.names.want(stems);
    this.busy.watch();
  }

  /**
   * Takes records that have changed; what only a search gives is kept.
   * @param {LibraryStem[]} changed
   */
  merge(changed) {
    const known = new Map(changed.map((stem) => [stem.stem_id, stem]));
    this.stems = this.stems.map((stem) => ({ ...stem, ...known.get(stem.stem_id) }));
    this.list.take(changed);
  }

  /** Fetches rows and counts anew. */
  refresh() {
    this.loadStats();
    return this.load(Math.max(PAGE, this.stems.length));
  }

  /** Fetches the counts. */
  async loadStats() {
    try {
      this.stats = await call('GET', '/stems/stats', { signal: this.signal });
      setText(this.counts, this.stats.stems ? statsWords(this.stats) : 'nothing in it yet');
    } catch {
      // The rows state what is wrong; without counts the library is not taken for empty.
      this.stats ??= {};
    }
    if (!this.signal.aborted) this.showList();
  }

  /** Shows rows, or why there are none. */
  showList() {
    const { search, stems, total, stats } = this;
    const isEmpty = stats?.stems === 0 && !total && !isNarrowed(search);
    this.body.hidden = isEmpty || stats === null;
    this.showTarget(0);
    this.found.hidden = isEmpty;
    this.list.element.hidden = stems.length === 0;
    this.list.show(stems, search, this.references.head);
    fill(
      this.none,
      stems.length || isEmpty
        ? null
        : noHit(search, this.reason, { onClear: () => this.filter.reset(), onRelated: () => this.change({ related: true }) }),
    );
    this.showBar();
  }

  /** Shows the bar below the rows. */
  showBar() {
    this.bar.element.hidden = !this.stems.length && !this.picked.size;
    this.bar.update({
      rows: this.stems.length,
      total: this.total,
      order: orderWords(this.search),
      more: this.next !== null,
    });
  }

  /** Shows the target for files. @param {number} over files above it */
  showTarget(over) {
    const empty = this.stats?.stems === 0 && !this.total && !isNarrowed(this.search);
    showTarget(this.drop, { empty, over, onFiles: (files) => this.files.take(files, '') });
  }

  /** Picks a stem or not. @param {LibraryStem} stem @param {boolean} on */
  setPicked(stem, on) {
    if (on) this.picked.set(stem.stem_id, stem);
    else this.picked.delete(stem.stem_id);
    this.list.showPicked();
    this.showBar();
  }

  /** Picks all that are shown or none of them. @param {boolean} on */
  pickAll(on) {
    for (const stem of this.list.stems) {
      if (on) this.picked.set(stem.stem_id, stem);
      else this.picked.delete(stem.stem_id);
    }
    this.list.showPicked();
    this.showBar();
  }

  /** Picks none. */
  pickNone() {
    this.picked.clear();
    this.list.showPicked();
    this.showBar();
    this.list.all.focus();
  }

  /** Picked stems as they stand now. */
  pickedStems() {
    return [...this.picked.values()].map((stem) => this.list.rows.get(stem.stem_id)?.stem ?? stem);
  }

  /** States what went wrong, until it is dismissed. @param {string} what @param {unknown} error */
  trouble(what, error) {
    if (this.signal.aborted) return;
    const words = error instanceof Error ? error.message : String(error);
    fill(this.notices, notice('trouble', what, words, button('Dismiss', () => fill(this.notices))));
  }

  /** Ends everything. */
  close() {
    this.stop.abort();
    this.loading?.abort();
    clearTimeout(this.againTimer);
    this.references.close();
    this.filter.close();
    this.busy.close();
    this.listening.close();
    this.list.close();
    this.uploads.close();
  }
}

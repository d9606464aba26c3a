import { call, sessionPath } from '../../api.js';
import { fill, h } from '../../dom.js';
import { button, notice } from '../../parts/notice.js';
import { pillsOf, sessionReference, stemReference } from './context.js';

/** @typedef {import('../../logic/library.js').Search} Search */
/** @typedef {import('./context.js').Reference} Reference */

/** Time between two looks at an analysis, in milliseconds. */
const EVERY_MS = 2000;

/** What the search refers to: pills with names, and the analysis of the session where it lacks. */
export class References {
  /** Creates none. @param {import('./screen.js').LibraryScreen} screen */
  constructor(screen) {
    this.screen = screen;
    this.element = h('div', null);
    /** @type {Reference|null} */
    this.fits = null;
    /** @type {Reference|null} */
    this.like = null;
    this.of = '';
  }

  /** Head of the column that it gives; empty without one. */
  get head() {
    const { like, session, fits } = this.screen.search;
    if (like) return 'Distance in sound';
    return session || fits ? `Fit to ${this.fits?.name ?? '…'}` : '';
  }

  /** Shows those of a search. @param {Search} search */
  show(search) {
    const of = JSON.stringify([search.session, search.fits, search.like]);
    this.screen.filter.showPills(pillsOf(search, this.of === of ? this : { fits: null, like: null }));
    if (of === this.of) return;
    Object.assign(this, { of, fits: null, like: null });
    this.load();
  }

  /** Fetches names and facts. */
  async load() {
    const { of } = this;
    const { search, signal } = this.screen;
    try {
      if (search.session || search.fits) {
        const found = search.session
          ? await sessionReference(search.session, signal)
          : await stemReference(search.fits, signal);
        if (of === this.of) this.fits = found;
      }
      if (search.like) {
        const found = await stemReference(search.like, signal);
        if (of === this.of) this.like = found;
      }
    } catch {
      // The pill keeps the identifier, and the search itself states what is wrong.
    }
    if (signal.aborted || of !== this.of) return;
    this.screen.filter.showPills(pillsOf(this.screen.search, this));
    this.screen.showList();
    this.offer();
  }

  /** Offers the analysis of the session that stems are to fit with. */
  offer() {
    const { fits } = this;
    const { session } = this.screen.search;
    clearTimeout(this.timer);
    if (!session || !fits || fits.state === 'done') {
      fill(this.element);
      return;
    }
    if (fits.state === 'queued' || fits.state === 'running') {
      fill(this.element, notice('news', `${fits.name} is being analysed.`, 'Then its fits are known.'));
      this.timer = setTimeout(() => this.renew(), EVERY_MS);
      return;
    }
    const words = fits.state === 'stale' ? 'has changed since its analysis.' : 'is not analysed yet.';
    const act = button('Analyse it', () => this.analyse(session), 'primary');
    fill(this.element, notice('news', `${fits.name} ${words}`, 'What fits follows from its key and tempo.', act));
  }

  /** @param {string} session */
  async analyse(session) {
    try {
      await call('POST', `${sessionPath(session)}/analyse`, { body: {} });
      await this.renew();
    } catch (error) {
      this.screen.trouble('The analysis was not started.', error);
    }
  }

  /** Fetches them anew, and the rows once the session is analysed. */
  async renew() {
    await this.load();
    if (this.fits?.state === 'done') this.screen.load();
  }

  /** Ends it. */
  close() {
    clearTimeout(this.timer);
  }
}

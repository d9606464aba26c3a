import { ApiError, callTagged, connection, sessionPath } from '../api.js';
import { diff, same, threeWay } from '../logic/merge.js';

/** @typedef {import('../logic/session.js').SessionDocument} SessionDocument */
/**
 * @typedef {{base: SessionDocument, theirs: SessionDocument, merged: SessionDocument, clashes: any[], etag: string|null}} Conflict
 */
/** @typedef {'saved'|'saving'|'unsaved'|'kept'|'conflict'|'refused'} SaveState */

/** Time after the last movement until it is saved, in milliseconds. */
const PAUSE_MS = 400;
const WAITS_MS = [1000, 2000, 4000, 8000, 15000];

/**
 * Keeps the server's document and one's own together. Events: `state`. What is not saved lies in
 * this
 * browser and survives a reload.
 */
export class Sync extends EventTarget {
  /**
   * Creates the link of a document store to its session.
   * @param {string} session
   * @param {import('./document.js').DocumentStore} store
   * @param {SessionDocument} base the server's document
   * @param {string|null} etag its version
   */
  constructor(session, store, base, etag) {
    super();
    this.session = session;
    this.store = store;
    this.base = base;
    this.etag = etag;
    /** @type {SaveState} */
    this.state = 'saved';
    /** Problems of a refused document. @type {{pointer: string, message: string}[]} */
    this.problems = [];
    /** @type {Conflict|null} */
    this.conflict = null;
    this.turn = 0;
    /** @type {number|undefined} */
    this.timer = undefined;
    this.closed = false;
    /** The last exchange with the server: each waits for the one before. @type {Promise<void>} */
    this.last = Promise.resolve();
    this.channel = new BroadcastChannel(`mixdown:${session}`);
    this.channel.onmessage = () => this.pull();
    this.onBack = () => this.schedule(0);
    connection.addEventListener('back', this.onBack);
    store.addEventListener('change', (event) => {
      if (/** @type {CustomEvent} */ (event).detail.from !== 'server') this.noteChange();
    });
    this.recover();
  }

  /** Key of the unsent document in this browser. */
  get key() {
    return `mixdown:unsent:${this.session}`;
  }

  /** True if something is not saved. */
  get dirty() {
    return !same(this.base, this.store.current);
  }

  /** Takes up what an earlier visit could not save. */
  recover() {
    const text = localStorage.getItem(this.key);
    if (!text) return;
    try {
      const { base, mine } = JSON.parse(text);
      this.meet(base, this.base, mine, this.etag, false);
      if (!this.conflict) this.noteChange();
    } catch {
      localStorage.removeItem(this.key);
    }
  }

  /** @param {SaveState} state */
  setState(state) {
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }

  /** Keeps a change in this browser and saves it after a pause. */
  noteChange() {
    try {
      if (this.dirty) localStorage.setItem(this.key, JSON.stringify({ base: this.base, mine: this.store.current }));
      else localStorage.removeItem(this.key);
    } catch {
      // A full or forbidden storage loses the safety net alone; the change is still sent.
    }
    if (this.conflict) return;
    if (!this.dirty) this.setState('saved');
    else if (this.state !== 'kept') this.setState('unsaved');
    this.turn = 0;
    this.schedule(PAUSE_MS);
  }

  /** @param {number} wait milliseconds */
  schedule(wait) {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => this.flush(), wait);
  }

  /**
   * Runs an exchange after the earlier ones: an answer that is late would bring back an old document.
   * @param {() => Promise<void>} exchange
   */
  inTurn(exchange) {
    this.last = this.last.catch(() => {}).then(exchange);
    return this.last;
  }

  /** Saves now; resolves when everything is saved, or cannot be. @returns {Promise<void>} */
  async flush() {
    clearTimeout(this.timer);
    if (this.closed) return;
    await this.inTurn(async () => {
      if (this.dirty && !this.conflict) await this.save();
    });
  }

  /** Sends a merge patch. */
  async save() {
    const sent = this.store.current;
    this.setState('saving');
    try {
      const headers = /** @type {Record<string, string>} */ ({ 'Content-Type': 'application/merge-patch+json' });
      if (this.etag) headers['If-Match'] = this.etag;
      const { data, etag } = await callTagged('PATCH', `${sessionPath(this.session)}/session`, {
        body: diff(this.base, sent),
        headers,
      });
      this.settle(sent, data.session, etag);
    } catch (error) {
      await this.refused(error);
    }
  }

  /**
   * @param {SessionDocument} sent
   * @param {SessionDocument|undefined} stored
   * @param {string|null} etag
   */
  settle(sent, stored, etag) {
    const base = stored ?? sent;
    // What the server filled in becomes part of one's own, unless it has moved on meanwhile.
    const mine = threeWay(sent, base, this.store.current).merged;
    Object.assign(this, { base, etag: etag ?? this.etag, problems: [], turn: 0 });
    this.store.replace(mine);
    if (!this.closed) this.channel.postMessage('saved');
    localStorage.removeItem(this.key);
    if (this.dirty) this.noteChange();
    else this.setState('saved');
  }

  /** @param {unknown} error */
  async refused(error) {
    if (error instanceof ApiError && (error.status === 412 || error.code === 'DOCUMENT_CHANGED')) {
      await this.fetch(false);
    } else if (error instanceof ApiError && error.status === 422) {
      this.problems = error.data?.problems ?? [{ pointer: '', message: error.message }];
      this.setState('refused');
    } else if (error instanceof ApiError && error.status === 404) {
      this.problems = [{ pointer: '', message: error.message }];
      this.setState('refused');
    } else {
      this.setState('kept');
      this.schedule(WAITS_MS[Math.min(this.turn++, WAITS_MS.length - 1)]);
    }
  }

  /**
   * Fetches the server's document and takes it up.
   * @param {boolean} [quiet] merges without a question where nothing clashes: the change was one's own
   */
  async pull(quiet = false) {
    await this.inTurn(() => this.fetch(quiet));
  }

  /** @param {boolean} quiet */
  async fetch(quiet) {
    if (this.closed) return;
    const mine = this.store.current;
    try {
      const { data, etag } = await callTagged('GET', `${sessionPath(this.session)}/session`);
      if (etag !== null && etag === this.etag && !quiet && !this.conflict) {
        if (this.dirty) this.schedule(PAUSE_MS);
        return;
      }
      this.meet(this.base, data.session, same(mine, this.store.current) ? mine : this.store.current, etag, quiet);
    } catch (error) {
      if (error instanceof ApiError && error.status === 0) this.setState('kept');
    }
  }

  /**
   * Brings the server's document and one's own together.
   * @param {SessionDocument} base @param {SessionDocument} theirs @param {SessionDocument} mine
   * @param {string|null} etag @param {boolean} quiet
   */
  meet(base, theirs, mine, etag, quiet) {
    const { merged, clashes } = threeWay(base, theirs, mine);
    if (same(base, mine) || same(theirs, mine) || same(base, theirs) || (quiet && !clashes.length)) {
      Object.assign(this, { base: theirs, etag, conflict: null });
      this.store.replace(merged);
      if (this.dirty) this.noteChange();
      else this.setState('saved');
      return;
    }
    this.conflict = { base, theirs, merged, clashes, etag };
    if (!same(this.store.current, mine)) this.store.replace(mine);
    this.setState('conflict');
  }

  /** Ends a conflict. @param {'both'|'theirs'|'mine'} choice */
  resolve(choice) {
    const conflict = this.conflict;
    if (!conflict) return;
    const mine = this.store.current;
    Object.assign(this, { base: conflict.theirs, etag: conflict.etag, conflict: null });
    if (choice === 'theirs') this.store.replace(conflict.theirs);
    if (choice === 'both') this.store.replace(threeWay(conflict.base, conflict.theirs, mine).merged);
    if (this.dirty) this.noteChange();
    else {
      localStorage.removeItem(this.key);
      this.setState('saved');
    }
  }

  /** Leaves the session; what is not saved stays in this browser. */
  close() {
    if (this.dirty && !this.conflict) this.flush();
    this.closed = true;
    clearTimeout(this.timer);
    this.channel.close();
    connection.removeEventListener('back', this.onBack);
  }
}

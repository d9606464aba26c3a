import { call, sessionPath } from '../../api.js';
import { fill, h, setText } from '../../dom.js';
import * as format from '../../logic/format.js';
import { button } from '../../parts/notice.js';
import { mixerLink } from '../../router.js';
import { settings } from '../../store/settings.js';
import { createSession } from '../sessions/create.js';
import { STEMS_TYPE } from './row.js';

/** Value of the choice that makes a session. */
const NEW = '+';

/** Session that stems are added to. Events: `change` when it is another one. */
export class Tray extends EventTarget {
  /**
   * Creates the tray.
   * @param {AbortSignal} signal
   * @param {{onStems: (ids: string[]) => void, onFits: (session: string) => void, onTrouble: (what: string, error: unknown) => void}} parts
   */
  constructor(signal, { onStems, onFits, onTrouble }) {
    super();
    this.signal = signal;
    this.onTrouble = onTrouble;
    /** @type {import('../../api.js').SessionEntry[]} */
    this.sessions = [];
    this.session = settings.tray;
    /** Stems that were added from here, with their session. @type {Set<string>} */
    this.added = new Set();
    /** @type {Promise<void>} */
    this.adding = Promise.resolve();
    this.choice = h('select', { onchange: () => this.choose(this.choice.value) });
    this.target = h('div', { class: 'drop' });
    this.stems = h('ul', { class: 'small' });
    this.status = h('p', { class: 'small', role: 'status' });
    this.open = h('a', { class: 'btn' }, 'Open the mixer');
    this.fits = button('Show what fits', () => onFits(this.session), 'small quiet');
    this.element = h(
      'aside',
      { class: 'card pad tray', 'aria-label': 'Session to add to' },
      h('h2', null, 'Into a session'),
      h('label', { class: 'field' }, 'Session', this.choice),
      this.target,
      this.status,
      this.stems,
      h('p', { class: 'row tight gap-s' }, this.open, this.fits),
    );
    this.setHot(null);
    this.takeRows(onStems);
    this.show();
  }

  /** Name of the session, or empty. */
  get name() {
    const found = this.sessions.find(({ session_id }) => session_id === this.session);
    return found ? found.name || found.session_id : '';
  }

  /** Returns true if a stem was added from here. @param {string} stem */
  has(stem) {
    return this.added.has(`${this.session}/${stem}`);
  }

  /** Takes rows that are dragged here. @param {(ids: string[]) => void} onStems */
  takeRows(onStems) {
    const carries = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes(STEMS_TYPE) ?? false;
    this.element.addEventListener('dragover', (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      this.target.classList.add('over');
    });
    this.element.addEventListener('dragleave', () => this.target.classList.remove('over'));
    this.element.addEventListener('drop', (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      this.setHot(null);
      onStems(JSON.parse(event.dataTransfer?.getData(STEMS_TYPE) ?? '[]'));
    });
  }

  /** Shows that something is dragged. @param {string|null} what */
  setHot(what) {
    this.target.className = what === null ? 'drop' : 'drop hot';
    fill(
      this.target,
      what === null
        ? h('p', null, h('strong', null, 'Drag stems here'), 'or press Add')
        : h('p', null, h('strong', null, `Let go: ${what}`), 'starts with the song'),
    );
  }

  /** Fetches the sessions. @param {string} [wanted] session to choose */
  async load(wanted = '') {
    const found = [];
    let cursor = '';
    do {
      const query = cursor && `?cursor=${encodeURIComponent(cursor)}`;
      const data = await call('GET', `/sessions${query}`, { signal: this.signal });
      found.push(...(data.sessions ?? []));
      cursor = data.next_cursor ?? '';
    } while (cursor);
    this.sessions = found;
    const ids = found.map(({ session_id }) => session_id);
    this.session = [wanted, this.session, ids[0]].find((id) => id && ids.includes(id)) ?? '';
    this.show();
    this.dispatchEvent(new Event('change'));
    await this.loadStems();
  }

  /** Chooses a session, or makes one. @param {string} value */
  async choose(value) {
    try {
      if (value === NEW) await this.load(await createSession('New session'));
      else {
        this.session = value;
        this.show();
        this.dispatchEvent(new Event('change'));
        await this.loadStems();
      }
      settings.tray = this.session;
    } catch (error) {
      this.onTrouble('The session cannot be used.', error);
      this.show();
    }
  }

  /** Returns the session; makes one where there is none. */
  async ready() {
    if (!this.session) await this.choose(NEW);
    return this.session;
  }

  /** Shows the choice. */
  show() {
    fill(
      this.choice,
      this.sessions.map(({ session_id, name }) => h('option', { value: session_id }, name || session_id)),
      this.sessions.length ? null : h('option', { value: '' }, 'none yet'),
      h('option', { value: NEW }, 'new session …'),
    );
    this.choice.value = this.session;
    this.open.hidden = !this.session;
    this.open.href = mixerLink(this.session);
    this.fits.hidden = !this.session;
    this.stems.setAttribute('aria-label', `Stems in ${this.name || 'the session'}`);
    this.stems.hidden = !this.stems.childElementCount;
  }

  /** Shows the stems of the session. */
  async loadStems() {
    const { session } = this;
    const { stems = [] } = session ? await call('GET', `${sessionPath(session)}/stems`, { signal: this.signal }) : {};
    if (session !== this.session) return;
    fill(
      this.stems,
      stems.map((/** @type {import('../../api.js').Stem} */ stem) =>
        h('li', null, h('span', null, stem.name), h('span', { class: 'muted' }, format.time(stem.duration_s))),
      ),
    );
    this.stems.hidden = !stems.length;
  }

  /**
   * Adds stems of the library to the session, after those that are being added.
   * @param {string[]} ids
   * @param {string} what in words
   */
  add(ids, what) {
    this.adding = this.adding.then(() => this.addNow(ids, what));
    return this.adding;
  }

  /** @param {string[]} ids @param {string} what */
  async addNow(ids, what) {
    const session = await this.ready();
    if (!session) return;
    setText(this.status, `Adding ${what} …`);
    try {
      await call('POST', `${sessionPath(session)}/stems/from-library`, { body: { stem_ids: ids } });
      for (const id of ids) this.added.add(`${session}/${id}`);
      await this.loadStems();
      setText(this.status, `✓ ${what} added to ${this.name}`);
      this.dispatchEvent(new Event('change'));
    } catch (error) {
      setText(this.status, '');
      this.onTrouble(`Not added: ${what}.`, error);
      // Of several stems some may be in the session even where one was refused.
      await this.loadStems().catch(() => undefined);
    }
  }
}

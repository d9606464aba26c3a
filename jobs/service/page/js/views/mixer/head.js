import { fill, h, icon, setAttr, setText } from '../../dom.js';
import { button } from '../../parts/notice.js';
import { mixerLink } from '../../router.js';
import { Findings } from './findings.js';
import { showKeys } from './keys.js';

/** @typedef {import('./mix.js').Mix} Mix */

const STATES = /** @type {Record<import('../../store/sync.js').SaveState, string>} */ ({
  saved: '✓ Saved',
  saving: 'Saving …',
  unsaved: 'Saving …',
  kept: '! Kept in this browser',
  conflict: '! Not saved',
  refused: '! Not saved',
});

/** Version without the marks of a header. @param {string} etag */
export const plainTag = (etag) => etag.replace(/^W\/|"/g, '');

/** Head of the mixer: name, saved or not, undo, redo, link, keys, render. */
export class Head {
  /** Creates the head. @param {Mix} mix @param {() => void} onRender */
  constructor(mix, onRender) {
    this.mix = mix;
    this.saved = h('span', { class: 'small muted', role: 'status' });
    this.facts = h('span', { class: 'row tight hide-n' });
    const { store } = mix;
    this.undo = h('button', { type: 'button', class: 'btn icon', onclick: () => store.undoStep() }, icon('undo'));
    this.redo = h('button', { type: 'button', class: 'btn icon', onclick: () => store.redoStep() }, icon('redo'));
    this.link = button('Copy link', () => this.copy(), 'hide-n');
    this.render = button('Render', onRender, 'primary', { title: 'Render (Ctrl+Enter)' });
    const title = h('h1', null, mix.entry.name || mix.session);
    this.element = h(
      'div',
      { class: 'top' },
      title,
      this.saved,
      this.facts,
      new Findings(mix).element,
      h(
        'span',
        { class: 'row tight push' },
        this.undo,
        this.redo,
        this.link,
        h('button', { type: 'button', class: 'btn hide-n', onclick: showKeys }, 'Keys ', h('kbd', null, '?')),
        this.render,
      ),
    );
    mix.sync.addEventListener('state', () => this.update());
    store.addEventListener('change', () => this.update());
    this.update();
  }

  /** Shows the state. */
  update() {
    const { store, sync, stems } = this.mix;
    setText(this.saved, STATES[sync.state]);
    const { backLabel, forthLabel } = store.undo;
    this.undo.disabled = backLabel === null;
    this.redo.disabled = forthLabel === null;
    setAttr(this.undo, 'aria-label', backLabel ? `Undo: ${backLabel}` : 'Undo');
    setAttr(this.undo, 'title', backLabel ? `Undo: ${backLabel}` : 'Undo');
    setAttr(this.redo, 'aria-label', forthLabel ? `Redo: ${forthLabel}` : 'Redo');
    setAttr(this.redo, 'title', forthLabel ? `Redo: ${forthLabel}` : 'Redo');
    this.render.disabled = !(store.current.tracks ?? []).length;
    const rate = store.current.sample_rate_hz ?? [...stems.values()][0]?.sample_rate;
    fill(
      this.facts,
      stems.size ? h('span', { class: 'pill' }, h('b', null, stems.size), stems.size === 1 ? 'stem' : 'stems') : null,
      rate ? h('span', { class: 'pill' }, `${Number((rate / 1000).toFixed(1))} kHz`) : null,
    );
  }

  /** Copies a link with view and mix. */
  async copy() {
    const { view, session, sync } = this.mix;
    await sync.flush();
    const query = view.toQuery();
    if (sync.etag) query.set('v', plainTag(sync.etag));
    const address = `${location.origin}${location.pathname}${mixerLink(session)}${query.size ? `?${query}` : ''}`;
    history.replaceState(null, '', address);
    try {
      await navigator.clipboard.writeText(address);
      setText(this.link, 'Copied');
    } catch {
      // Without permission the address bar has the link all the same.
      setText(this.link, 'Link in the address bar');
    }
    setTimeout(() => setText(this.link, 'Copy link'), 2500);
  }
}

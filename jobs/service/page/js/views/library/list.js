import { h, sr } from '../../dom.js';
import { scheme } from '../../draw/canvas.js';
import { isBusy, ordered } from '../../logic/stem.js';
import { Row } from './row.js';

/** @typedef {import('../../logic/stem.js').LibraryStem} LibraryStem */

/** Table of the stems that were found; rows are kept while their stem is. */
export class List {
  /** Creates an empty table. @param {import('./screen.js').LibraryScreen} screen */
  constructor(screen) {
    this.screen = screen;
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** Progress of analyses by song, in percent. @type {Map<string, number>} */
    this.progress = new Map();
    this.all = h('input', {
      type: 'checkbox',
      onchange: () => screen.pickAll(this.all.checked),
    });
    this.fit = h('th', { scope: 'col', class: 'fit' });
    const heads = ['Stem', 'Level over time', 'Key and tempo', 'First chords', 'Length'];
    this.body = h('tbody', null);
    this.element = h(
      'table',
      { class: 'libt' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('th', { scope: 'col' }, h('label', { class: 'check' }, this.all, sr('Pick all shown'))),
          h('th', { scope: 'col' }, sr('Listen')),
          heads.map((text) => h('th', { scope: 'col' }, text)),
          this.fit,
          h('th', { scope: 'col' }, sr('Actions')),
        ),
      ),
      this.body,
    );
    this.onScheme = () => {
      for (const row of this.rows.values()) row.outline.draw();
    };
    scheme.addEventListener('change', this.onScheme);
  }

  /** Stems as they stand in the table. */
  get stems() {
    return [...this.rows.values()].map(({ stem }) => stem);
  }

  /**
   * Shows stems; rows of others are removed.
   * @param {LibraryStem[]} stems
   * @param {import('../../logic/library.js').Search} search
   * @param {string} fit head of the column of fits; empty without one
   */
  show(stems, search, fit) {
    const order = ordered(stems, search);
    const ids = new Set(order.map(({ stem_id }) => stem_id));
    for (const [id, row] of this.rows) {
      if (ids.has(id)) continue;
      row.close();
      this.rows.delete(id);
    }
    const old = this.rows;
    this.rows = new Map();
    /** @type {Element|null} */
    let last = null;
    for (const stem of order) {
      const row = old.get(stem.stem_id) ?? new Row(this.screen, stem);
      this.rows.set(stem.stem_id, row);
      row.update(stem, this.progress.get(stem.audio_file_id) ?? null);
      row.setPicked(this.screen.picked.has(stem.stem_id));
      /** @type {Element|null} */
      const next = last ? last.nextElementSibling : this.body.firstElementChild;
      // A row that is moved loses the focus within it: those in their place stay.
      if (next !== row.element) {
        if (last) last.after(row.element);
        else this.body.prepend(row.element);
        if (row.more) row.element.after(row.more);
      }
      last = row.more ?? row.element;
    }
    this.element.classList.toggle('fits', fit !== '');
    this.fit.textContent = fit;
    this.showPicked();
  }

  /** Takes records that have changed. @param {LibraryStem[]} stems */
  take(stems) {
    for (const stem of stems) {
      const row = this.rows.get(stem.stem_id);
      if (!row) continue;
      const wasBusy = isBusy(row.stem);
      const { fit, distance } = row.stem;
      row.update({ fit, distance, ...stem }, this.progress.get(stem.audio_file_id) ?? null);
      if (wasBusy && !isBusy(stem)) row.renewDetails();
    }
  }

  /** Writes names anew: of the session to add to, or of songs. */
  renew() {
    for (const row of this.rows.values()) row.update(row.stem, this.progress.get(row.stem.audio_file_id) ?? null);
  }

  /** Shows what is picked. */
  showPicked() {
    const { picked } = this.screen;
    for (const [id, row] of this.rows) row.setPicked(picked.has(id));
    this.all.checked = this.rows.size > 0 && [...this.rows.keys()].every((id) => picked.has(id));
    this.all.indeterminate = !this.all.checked && picked.size > 0;
  }

  /**
   * Shows what plays.
   * @param {boolean} [only] the row that is loaded, where no other has changed
   */
  showSound(only = false) {
    const { stem } = this.screen.listening;
    for (const [id, row] of this.rows) if (!only || id === stem) row.showSound();
  }

  /** Ends it. */
  close() {
    scheme.removeEventListener('change', this.onScheme);
    for (const row of this.rows.values()) row.close();
  }
}

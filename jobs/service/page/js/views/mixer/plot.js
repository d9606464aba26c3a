import { fill, h, setAttr, setText } from '../../dom.js';
import { drawDynamics, LevelHistory } from '../../draw/dynamics.js';
import { drawEq, EQ_BOTTOM_DB, EQ_TOP_DB, gainToY } from '../../draw/eq.js';
import { hzToX, xToHz } from '../../draw/canvas.js';
import { DYNAMICS, thresholdOf } from '../../logic/dynamics.js';
import { FILTERS } from '../../logic/filters.js';
import * as format from '../../logic/format.js';
import { littleMotion } from '../../store/settings.js';
import { editStrip, rateOf } from './mix.js';

/** @typedef {import('./mix.js').Mix} Mix */
/** @typedef {import('../../logic/session.js').Place} Place */

/** Plot beside a form: response of the filters, or transfer of the dynamics. */
export class EditorPlot {
  /** Creates a plot. @param {Mix} mix */
  constructor(mix) {
    this.mix = mix;
    this.canvas = h('canvas', { class: 'plot-editor', role: 'img' });
    this.title = h('b', null);
    this.legend = h('span', { class: 'legend' });
    this.y = h('div', { class: 'y', 'aria-hidden': 'true' });
    this.x = h('div', { class: 'x', 'aria-hidden': 'true' });
    this.reduction = h('i', { class: 'red' });
    this.reductionWords = h('span', null, 'no signal');
    this.reductionRow = h(
      'div',
      { class: 'gap-s' },
      h('div', { class: 'cap' }, h('b', null, 'Gain reduction'), this.reductionWords),
      h('div', { class: 'hbar' }, this.reduction),
    );
    this.element = h(
      'div',
      null,
      h('div', { class: 'cap' }, this.title, this.legend),
      h('div', { class: 'plot' }, this.y, h('div', { class: 'area' }, this.canvas), h('span', null), this.x),
      this.reductionRow,
    );
    this.history = new LevelHistory();
    /** @type {Place} */
    this.place = 'master';
    /** @type {any[]} */
    this.chain = [];
    this.open = -1;
    this.kind = '';
    this.type = '';
    this.at = 0;
    this.canvas.addEventListener('pointerdown', (event) => this.onPress(event));
    this.canvas.addEventListener('wheel', (event) => this.onWheel(event), { passive: false });
  }

  /** Insert that is open. */
  get insert() {
    return this.chain[this.open];
  }

  /** Shows a chain. @param {Place} place @param {any} strip @param {number} open */
  show(place, strip, open) {
    this.place = place;
    this.chain = strip.inserts ?? [];
    this.open = open;
    const type = this.insert?.type ?? '';
    const kind = DYNAMICS.includes(type)
      ? 'levels'
      : FILTERS.includes(type) || (open === -1 && this.chain.some((one) => FILTERS.includes(one.type)))
        ? 'response'
        : '';
    this.element.hidden = kind === '';
    this.reductionRow.hidden = kind !== 'levels';
    if (kind && (kind !== this.kind || type !== this.type)) this.drawAxes(kind);
    [this.kind, this.type] = [kind, type];
    setAttr(
      this.canvas,
      'aria-label',
      kind === 'levels'
        ? type === 'multiband'
          ? 'Transfer curve of each band'
          : `Transfer curve, threshold ${format.number(thresholdOf(this.insert))} dB`
        : 'Frequency response of the filters',
    );
    this.dirty = true;
  }

  /** @param {string} kind */
  drawAxes(kind) {
    const key = (/** @type {string} */ mark, /** @type {string} */ text) =>
      h('span', null, mark ? h('i', { class: `key ${mark}` }) : null, text);
    const mark = (
      /** @type {string} */ text,
      /** @type {'left'|'top'} */ side,
      /** @type {number} */ share,
      end = false,
    ) => h('span', { class: end ? 'end' : '', style: { [side]: `${share * 100}%` } }, text);
    if (kind === 'response') {
      setText(this.title, 'Response');
      fill(
        this.legend,
        key('k-average', 'all filters'),
        key('k-now', 'the open one'),
        this.insert?.type === 'dynamic_bell' ? key('k-target', 'at its full range') : null,
      );
      fill(
        this.y,
        [12, 6, 0, -6, -12, -18].map((db) => mark(format.signed(db, 0), 'top', gainToY(db))),
      );
      fill(
        this.x,
        [
          ['20 Hz', 20],
          ['100', 100],
          ['500', 500],
          ['1k', 1000],
          ['5k', 5000],
        ].map(([text, hz]) => mark(String(text), 'left', hzToX(Number(hz)))),
        mark('20k', 'left', 1, true),
      );
      return;
    }
    setText(this.title, 'Transfer');
    fill(
      this.legend,
      key('k-average', this.insert?.type === 'multiband' ? 'out, a colour each band' : 'out'),
      key('k-target', this.insert?.type === 'saturator' ? 'bends from here' : 'threshold'),
      key('', 'bars: how loud the last 30 s came'),
    );
    fill(
      this.y,
      [0, -12, -24, -36, -48, -60].map((db) => mark(format.number(db, 0), 'top', -db / 60)),
    );
    fill(
      this.x,
      [-60, -36, -24, -12].map((db) => mark(format.number(db, 0), 'left', (db + 60) / 60)),
      mark('0 dBFS in', 'left', 1, true),
    );
  }

  /** Drags frequency and gain of the open filter. @param {PointerEvent} event */
  onPress(event) {
    if (this.kind !== 'response' || !this.insert || !FILTERS.includes(this.insert.type)) return;
    const { canvas, mix, place, open } = this;
    canvas.setPointerCapture(event.pointerId);
    const box = canvas.getBoundingClientRect();
    const move = (/** @type {PointerEvent} */ now) => {
      const hz = Number(xToHz(Math.min(1, Math.max(0, (now.clientX - box.left) / box.width))).toPrecision(3));
      const db =
        Math.round((EQ_TOP_DB - ((now.clientY - box.top) / box.height) * (EQ_TOP_DB - EQ_BOTTOM_DB)) * 10) / 10;
      editStrip(
        mix,
        place,
        `${this.insert.type} → ${format.frequency(hz)}Hz`,
        (strip) => {
          const insert = strip.inserts[open];
          if (insert.cutoff_hz !== undefined) insert.cutoff_hz = Math.min(hz, rateOf(mix) / 2 - 1);
          else insert.frequency_hz = Math.min(hz, rateOf(mix) / 2 - 1);
          if (insert.gain_db !== undefined) insert.gain_db = Math.min(EQ_TOP_DB, Math.max(EQ_BOTTOM_DB, db));
        },
        `handle ${open}`,
      );
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener(
      'pointerup',
      () => {
        canvas.removeEventListener('pointermove', move);
        mix.store.endGesture();
      },
      { once: true },
    );
  }

  /** Turns the quality of the open filter. @param {WheelEvent} event */
  onWheel(event) {
    if (this.kind !== 'response' || (this.insert?.q === undefined && !['bell', 'dynamic_bell'].includes(this.insert?.type))) return;
    event.preventDefault();
    const q = Math.min(100, Math.max(0.05, (this.insert.q ?? 1) * (event.deltaY > 0 ? 0.9 : 1.1)));
    editStrip(
      this.mix,
      this.place,
      `Q → ${q.toFixed(2)}`,
      (strip) => (strip.inserts[this.open].q = Number(q.toPrecision(3))),
      `q ${this.open}`,
    );
  }

  /**
   * Draws it.
   * @param {number} now
   * @param {import('../../live/protocol.js').StripReading|undefined} reading
   */
  draw(now, reading) {
    const level = reading ? Math.max(...reading.peak) : null;
    if (level !== null && this.mix.live.playing) this.history.take(level);
    if (!this.kind || now - this.at < (littleMotion() ? 250 : 33) || (!this.dirty && !this.mix.live.playing)) return;
    this.at = now;
    this.dirty = false;
    if (this.kind === 'response') {
      drawEq(this.canvas, this.chain, this.open, rateOf(this.mix));
      return;
    }
    drawDynamics(this.canvas, this.insert, this.history, level);
    const reduction = reading?.reduction ?? 0;
    this.reduction.style.width = `${Math.min(100, (reduction / 24) * 100)}%`;
    setText(this.reductionWords, level === null ? 'no signal' : `now ${format.number(-reduction)} dB`);
  }
}

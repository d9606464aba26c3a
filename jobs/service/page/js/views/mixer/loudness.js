import { fill, h, setAttr, setText } from '../../dom.js';
import * as format from '../../logic/format.js';
import { button } from '../../parts/notice.js';

/** Scale of the loudness bars, in LUFS. */
const [LOWEST, HIGHEST] = [-36, -5];

/** One horizontal bar with its number. */
class Bar {
  /**
   * Creates a bar.
   * @param {string} label @param {string} title for screen readers @param {string} kind colour
   * @param {string} unit @param {number} lowest @param {number} highest
   */
  constructor(label, title, kind, unit, lowest, highest) {
    this.unit = unit;
    this.lowest = lowest;
    this.highest = highest;
    this.fill = h('i', { class: kind });
    this.mark = h('u', { hidden: true });
    this.meter = h(
      'div',
      {
        role: 'meter',
        'aria-label': title,
        'aria-valuemin': lowest,
        'aria-valuemax': highest,
        'aria-valuenow': lowest,
        'aria-valuetext': 'no signal',
      },
      h('div', { class: 'hbar' }, this.fill, this.mark),
    );
    this.value = h('span', { class: 'v' }, '–');
    this.parts = [h('span', null, label), this.meter, this.value];
  }

  /** Place on the scale, in percent. @param {number} value */
  at(value) {
    return Math.min(100, Math.max(0, ((value - this.lowest) / (this.highest - this.lowest)) * 100));
  }

  /** Sets the mark. @param {number|null} value */
  setMark(value) {
    this.mark.hidden = value === null;
    if (value !== null) this.mark.style.left = `${this.at(value).toFixed(1)}%`;
  }

  /** Moves the bar. @param {number|null} value */
  move(value) {
    this.fill.style.width = value === null ? '0' : `${this.at(value).toFixed(1)}%`;
  }

  /** Writes the number. @param {number|null} value @param {string} [beside] */
  write(value, beside = '') {
    if (value === null) setText(this.value, '–');
    else fill(this.value, `${format.number(value)} `, h('small', null, this.unit));
    setAttr(this.meter, 'aria-valuenow', String(Math.round((value ?? this.lowest) * 10) / 10));
    setAttr(
      this.meter,
      'aria-valuetext',
      value === null ? 'no signal' : `${format.number(value)} ${this.unit}${beside}`,
    );
  }
}

/** Loudness of what plays: momentary, short-term, integrated, true peak, range. */
export class Loudness {
  /** Creates the block. @param {() => void} onAnew */
  constructor(onAnew) {
    this.momentary = new Bar('Momentary', 'Momentary loudness', 'mom', 'LUFS', LOWEST, HIGHEST);
    this.short = new Bar('Short-term', 'Short-term loudness', 'short', 'LUFS', LOWEST, HIGHEST);
    this.integrated = new Bar('Integrated', 'Integrated loudness since play began', 'int', 'LUFS', LOWEST, HIGHEST);
    this.peak = new Bar('True peak', 'True peak', 'pk', 'dBTP', -36, 0);
    this.targetMark = h('span', { class: 'target-mark' });
    this.axis = h('div', { class: 'axis', 'aria-hidden': 'true' }, h('span', { class: 'a' }, '−36'), this.targetMark);
    this.range = h('span', { class: 'muted' }, 'Range –');
    this.since = 0;
    this.textAt = 0;
    /** @type {number|null} */
    this.highest = null;
    /** @type {number|null} */
    this.target = null;
    this.element = h(
      'div',
      null,
      h(
        'div',
        { class: 'loud' },
        this.momentary.parts,
        this.short.parts,
        this.integrated.parts,
        h('span', null),
        this.axis,
        h('span', null),
        this.peak.parts,
      ),
      h('div', { class: 'row small apart gap-s' }, this.range, button('Measure anew', onAnew, 'small')),
    );
  }

  /** Sets the marks. @param {number|null} lufs @param {number|null} dbtp */
  setTarget(lufs, dbtp) {
    this.target = lufs;
    for (const bar of [this.momentary, this.short, this.integrated]) bar.setMark(lufs);
    this.peak.setMark(dbtp);
    this.targetMark.hidden = lufs === null;
    if (lufs === null) return;
    setText(this.targetMark, `target ${format.number(lufs, Number.isInteger(lufs) ? 0 : 1)}`);
    this.targetMark.style.left = `${this.integrated.at(lufs).toFixed(1)}%`;
  }

  /**
   * Draws the bars.
   * @param {import('../../live/protocol.js').MasterReading|null} master
   * @param {number} now
   */
  draw(master, now) {
    this.momentary.move(master?.momentary ?? null);
    this.short.move(master?.short ?? null);
    this.integrated.move(master?.integrated ?? null);
    this.peak.move(master?.truePeak ?? null);
    if (now - this.textAt < 500) return;
    this.textAt = now;
    this.momentary.write(master?.momentary ?? null);
    this.short.write(master?.short ?? null);
    this.integrated.write(
      master?.integrated ?? null,
      this.target === null ? '' : `, target ${format.number(this.target)}`,
    );
    this.peak.write(master?.truePeak ?? null);
    const range = master?.range ?? null;
    fill(
      this.range,
      'Range ',
      h('b', { class: 'strong' }, range === null ? '–' : `${format.number(range)} LU`),
      ` · since ${format.time(this.since)}`,
    );
  }
}

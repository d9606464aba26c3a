import { h, setAttr, setText } from '../dom.js';
import { number, signed } from '../logic/format.js';
import { Ballistics, METER_LOWEST_DB, meterShare } from '../logic/ballistics.js';

/** Level meter of a strip: two bars, their text twice a second, the highest peak as a number. */
export class MeterPart {
  /** Creates a meter. @param {string} name of the strip */
  constructor(name) {
    this.name = name;
    this.bars = [0, 1].map(() => ({
      move: new Ballistics(),
      pk: h('u', { class: 'pk' }),
      rms: h('u', { class: 'rms' }),
      hold: h('u', { class: 'hold' }),
    }));
    this.element = h(
      'div',
      {
        class: 'meter',
        role: 'meter',
        'aria-label': `Level of ${name}`,
        'aria-valuemin': METER_LOWEST_DB,
        'aria-valuemax': 0,
        'aria-valuenow': METER_LOWEST_DB,
        'aria-valuetext': 'no signal',
      },
      this.bars.map(({ pk, rms, hold }) => h('i', null, pk, rms, hold)),
    );
    this.max = h('button', { class: 'max', type: 'button', onclick: () => this.reset() }, '–');
    this.highest = -200;
    this.textAt = 0;
    this.reset();
  }

  /** Forgets the highest peak. */
  reset() {
    this.highest = -200;
    setText(this.max, '–');
    this.max.classList.remove('clip');
    setAttr(this.max, 'aria-label', `Highest peak of ${this.name}: none; reset`);
  }

  /**
   * Moves and draws the bars.
   * @param {number[]} peak dBFS @param {number[]} rms dBFS
   * @param {number} seconds since the last time @param {number} now milliseconds
   */
  step(peak, rms, seconds, now) {
    this.bars.forEach(({ move, pk, rms: low, hold }, at) => {
      move.step(peak[at] ?? peak[0], rms[at] ?? rms[0], seconds);
      pk.style.setProperty('--w', `${(meterShare(move.peak) * 100).toFixed(1)}%`);
      low.style.setProperty('--w', `${(meterShare(move.rms) * 100).toFixed(1)}%`);
      hold.style.setProperty('--w', `${(meterShare(move.hold) * 100).toFixed(1)}%`);
      hold.hidden = move.hold <= METER_LOWEST_DB;
    });
    this.highest = Math.max(this.highest, ...peak);
    if (now - this.textAt > 500) this.write(now, Math.max(...this.bars.map(({ move }) => move.peak)));
  }

  /** @param {number} now @param {number} level */
  write(now, level) {
    this.textAt = now;
    const seen = this.highest > -120;
    setAttr(this.element, 'aria-valuenow', String(Math.round(Math.max(METER_LOWEST_DB, Math.min(0, level)) * 10) / 10));
    setAttr(
      this.element,
      'aria-valuetext',
      level > -120 ? `${number(level)} dBFS, highest ${number(this.highest)}` : 'no signal',
    );
    if (!seen) return;
    const clips = this.highest > 0;
    this.max.classList.toggle('clip', clips);
    setText(this.max, clips ? `clip ${signed(this.highest)}` : number(this.highest));
    setAttr(this.max, 'aria-label', `Highest peak of ${this.name} ${number(this.highest)} dBFS; reset`);
    setAttr(
      this.max,
      'title',
      clips
        ? 'Above 0 dBFS here loses nothing: the mix is computed in floats. Press to reset'
        : 'Highest peak since it was reset',
    );
  }
}

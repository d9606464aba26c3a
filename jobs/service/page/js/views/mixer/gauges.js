import { h, setAttr, setText } from '../../dom.js';
import * as format from '../../logic/format.js';
import { LimiterPlot } from '../../draw/limiter.js';
import { correlationWords, drawScope } from '../../draw/scope.js';
import { SpectrumPlot } from '../../draw/spectrum.js';
import { littleMotion } from '../../store/settings.js';

/** @typedef {import('./mix.js').Mix} Mix */

/** Limiter, spectrum and phase scope of the master. */
export class Gauges {
  /** Creates the gauges. @param {Mix} mix */
  constructor(mix) {
    this.mix = mix;
    this.limiter = new LimiterPlot(
      h('canvas', { class: 'plot-limiter', role: 'img', 'aria-label': 'Gain reduction of the last 20 seconds' }),
    );
    this.limiterWords = h('span', null, 'no signal');
    this.spectrum = new SpectrumPlot(
      h('canvas', {
        class: 'plot-spectrum',
        role: 'img',
        'aria-label': 'Spectrum now and on average, against pink noise',
      }),
    );
    this.scope = h('canvas', { class: 'plot-scope', role: 'img', 'aria-label': 'Phase scope' });
    this.scopeWords = h('span', null, 'no signal');
    this.correlation = h('b', null, '–');
    this.needle = h('u', { class: 'needle', hidden: true });
    this.correlationBar = h(
      'div',
      {
        role: 'meter',
        'aria-label': 'Correlation',
        'aria-valuemin': -1,
        'aria-valuemax': 1,
        'aria-valuenow': 0,
        'aria-valuetext': 'no signal',
      },
      h('div', { class: 'hbar thin' }, this.needle, h('u', { class: 'zero' })),
    );
    this.blocks = [this.limiterBlock(), this.spectrumBlock(), this.scopeBlock()];
    /** @type {import('../../live/protocol.js').Readings|null} */
    this.lastReadings = null;
    /** @type {import('../../live/protocol.js').Spectrum|null} */
    this.lastSpectrum = null;
    this.drawn = false;
    this.textAt = 0;
    this.plotAt = 0;
  }

  /** Gain reduction. */
  limiterBlock() {
    return h(
      'div',
      { class: 'blk' },
      h('div', { class: 'cap' }, h('b', null, 'Limiter'), this.limiterWords),
      this.limiter.canvas,
    );
  }

  /** Spectrum with its legend and axis. */
  spectrumBlock() {
    const key = (/** @type {string} */ kind, /** @type {string} */ text) =>
      h('span', null, h('i', { class: `key ${kind}` }), text);
    const at = [
      ['20', 0, 'a'],
      ['100', 23.3, ''],
      ['1k', 56.6, ''],
      ['10k Hz', 100, 'z'],
    ];
    const axis = h(
      'div',
      { class: 'axis', 'aria-hidden': 'true' },
      at.map(([text, left, kind]) => h('span', { class: kind, style: { left: `${left}%` } }, text)),
    );
    return h(
      'div',
      { class: 'blk' },
      h(
        'div',
        { class: 'cap' },
        h('b', null, 'Spectrum'),
        h('span', { class: 'legend' }, key('k-now', 'now'), key('k-average', 'average'), key('k-pink', 'pink')),
      ),
      this.spectrum.canvas,
      axis,
    );
  }

  /** Phase scope and correlation. */
  scopeBlock() {
    const axis = h(
      'div',
      { class: 'axis', 'aria-hidden': 'true' },
      [
        ['−1', 0, 'a'],
        ['0', 50, ''],
        ['+1', 100, 'z'],
      ].map(([text, left, kind]) => h('span', { class: kind, style: { left: `${left}%` } }, text)),
    );
    return h(
      'div',
      { class: 'blk scoperow' },
      this.scope,
      h(
        'div',
        null,
        h('div', { class: 'cap stack' }, h('b', null, 'Phase scope'), this.scopeWords),
        this.correlationBar,
        axis,
        h('p', { class: 'small muted' }, 'Correlation ', this.correlation),
      ),
    );
  }

  /** Begins average and history anew. */
  reset() {
    this.spectrum.reset();
    this.limiter.reset();
  }

  /** Draws everything that moves. @param {number} now */
  draw(now) {
    const { live } = this.mix;
    const { readings, spectrum, scope } = live.audible;
    const moving = live.playing && readings !== null;
    if (moving && readings !== this.lastReadings) {
      this.lastReadings = readings;
      this.limiter.take(readings.frame / (live.ready?.rate ?? 48000), readings.master.reduction);
    }
    if (moving && spectrum && spectrum !== this.lastSpectrum) this.spectrum.take(spectrum.levels);
    if (now - this.plotAt > (littleMotion() ? 250 : 33)) {
      this.plotAt = now;
      if (spectrum !== this.lastSpectrum || !this.drawn)
        this.spectrum.draw(spectrum?.bands ?? [], spectrum?.levels ?? []);
      this.lastSpectrum = spectrum;
      this.limiter.draw();
      drawScope(this.scope, moving ? (scope?.points ?? []) : [], littleMotion());
      this.drawn = true;
    }
    if (now - this.textAt > 500) this.write(now, moving ? readings.master : null);
  }

  /** @param {number} now @param {import('../../live/protocol.js').MasterReading|null} master */
  write(now, master) {
    this.textAt = now;
    setText(
      this.limiterWords,
      master ? `${format.number(-master.reduction)} now, ${format.number(-this.limiter.most)} dB at most` : 'no signal',
    );
    const value = master?.correlation ?? null;
    setText(this.scopeWords, value === null ? 'no signal' : `${correlationWords(value)}; the edge is 0 dBFS`);
    setText(this.correlation, value === null ? '–' : format.signed(value, 2));
    this.needle.hidden = value === null;
    if (value !== null) this.needle.style.left = `${((value + 1) / 2) * 97}%`;
    setAttr(this.correlationBar, 'aria-valuenow', String(value ?? 0));
    setAttr(this.correlationBar, 'aria-valuetext', value === null ? 'no signal' : format.signed(value, 2));
  }
}

import { fill, h, setAttr, setText } from '../../dom.js';
import * as format from '../../logic/format.js';
import { TARGETS, targetLufs } from '../../logic/loudness.js';
import { LimiterPlot } from '../../draw/limiter.js';
import { correlationWords, drawScope } from '../../draw/scope.js';
import { SpectrumPlot } from '../../draw/spectrum.js';
import { littleMotion } from '../../store/settings.js';
import { chips } from './chain.js';
import { Loudness } from './loudness.js';

/** @typedef {import('./mix.js').Mix} Mix */

const FORMATS = [
  ['wav16', '16-bit WAV'],
  ['wav24', '24-bit WAV'],
  ['wav32f', '32-bit float WAV'],
  ['flac16', '16-bit FLAC'],
  ['flac24', '24-bit FLAC'],
  ['opus', 'Opus'],
];

/** Master: target, ceiling, format, inserts; loudness, limiter, spectrum, phase scope. */
export class Master {
  /** Creates the panel. @param {Mix} mix */
  constructor(mix) {
    this.mix = mix;
    this.target = h('select', { 'aria-label': 'Loudness target' });
    this.number = h('input', {
      type: 'number',
      min: -40,
      max: -5,
      step: 0.5,
      'aria-label': 'Loudness target, LUFS',
      hidden: true,
    });
    this.ceiling = h('input', { type: 'text', inputmode: 'decimal', 'aria-label': 'Ceiling, dBTP, or off' });
    this.format = h(
      'select',
      { class: 'plain', 'aria-label': 'Format of the master' },
      FORMATS.map(([value, text]) => h('option', { value }, `to ${text}`)),
    );
    this.words = h('p', { class: 'small muted gap-s', role: 'status' });
    this.chain = h('div', { class: 'gap-s' });
    this.loudness = new Loudness(() => this.measureAnew());
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
    this.element = h(
      'aside',
      { class: 'card master', 'aria-label': 'Master' },
      this.settingsBlock(),
      h('div', { class: 'blk' }, this.loudness.element),
      this.limiterBlock(),
      this.spectrumBlock(),
      this.scopeBlock(),
    );
    this.listen();
    this.chainKey = '';
    /** @type {import('../../live/protocol.js').Readings|null} */
    this.lastReadings = null;
    /** @type {import('../../live/protocol.js').Spectrum|null} */
    this.lastSpectrum = null;
    this.drawn = false;
    this.textAt = 0;
    this.plotAt = 0;
    this.update();
  }

  /** Settings at the top. */
  settingsBlock() {
    return h(
      'div',
      { class: 'blk' },
      h('h2', null, 'Master ', this.format),
      h(
        'div',
        { class: 'tgt' },
        h('label', { class: 'field' }, 'Loudness target', this.target, this.number),
        h('label', { class: 'field' }, 'Ceiling, dBTP', this.ceiling),
      ),
      this.words,
      this.chain,
    );
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

  /** Takes the settings' movements. */
  listen() {
    const { store } = this.mix;
    const edit = (/** @type {string} */ label, /** @type {(master: any) => void} */ change) =>
      store.change(label, (draft) => change((draft.master ??= {})));
    this.target.addEventListener('change', () => {
      const { value } = this.target;
      if (value === 'number') {
        this.number.hidden = false;
        this.number.value = String(targetLufs(store.current.master?.target) ?? -14);
        this.number.focus();
        return;
      }
      const words = this.target.selectedOptions[0]?.textContent ?? value;
      edit(`target ${words}`, (master) => (master.target = value));
    });
    this.number.addEventListener('change', () => {
      const lufs = Math.min(-5, Math.max(-40, Number(this.number.value)));
      if (Number.isFinite(lufs)) edit(`target ${format.number(lufs)} LUFS`, (master) => (master.target = lufs));
    });
    this.ceiling.addEventListener('change', () => {
      const text = this.ceiling.value.trim();
      const value = /^off$/i.test(text) ? 'off' : format.parse(text);
      if (text === '') edit('ceiling of the target', (master) => delete master.ceiling_dbtp);
      else if (value !== null)
        edit(
          `ceiling ${value}`,
          (master) => (master.ceiling_dbtp = typeof value === 'number' ? Math.min(0, Math.max(-20, value)) : value),
        );
      this.update();
    });
    this.format.addEventListener('change', () =>
      store.change(`format ${this.format.value}`, (draft) => ((draft.output ??= {}).format = this.format.value)),
    );
  }

  /** Shows the document. */
  update() {
    const { store } = this.mix;
    const master = store.current.master ?? {};
    const target = master.target ?? -14;
    const named = TARGETS.some(({ name }) => name === target);
    const options = [
      ...TARGETS.map(({ name, label, lufs }) => [name, `${label}, ${format.number(lufs, 0)} LUFS`]),
      ['number', typeof target === 'number' ? `${format.number(target)} LUFS` : 'a number …'],
      ['none', 'none'],
    ];
    if (document.activeElement !== this.target)
      this.target.replaceChildren(...options.map(([value, text]) => h('option', { value }, text)));
    this.target.value = named || target === 'none' ? String(target) : 'number';
    this.number.hidden = typeof target !== 'number';
    if (typeof target === 'number' && document.activeElement !== this.number) this.number.value = String(target);
    const ceiling = master.ceiling_dbtp ?? TARGETS.find(({ name }) => name === target)?.dbtp ?? -1;
    if (document.activeElement !== this.ceiling)
      this.ceiling.value = typeof ceiling === 'number' ? format.number(ceiling) : ceiling;
    this.format.value = store.current.output?.format ?? 'wav24';
    this.loudness.setTarget(targetLufs(target), typeof ceiling === 'number' ? ceiling : null);
    const open = this.mix.view.state.open;
    const key = JSON.stringify([master.inserts, open?.place === 'master' ? open.insert : null, [...this.mix.bypassed]]);
    if (key !== this.chainKey) {
      this.chainKey = key;
      const made = chips(this.mix, 'master');
      this.chain.replaceChildren(made.element);
    }
    this.showGain();
  }

  /** Writes where the live gain comes from. */
  showGain() {
    const { live, store } = this.mix;
    const steps = store.undo.done.length;
    const gain = live.ready?.gain;
    if (store.current.master?.target === 'none') fill(this.words, 'No target: the mix keeps its own level.');
    else if (gain?.from === 'render' && gain.gain_db !== undefined) {
      const since = steps ? `${format.plural(steps, 'change')} since: a render finds it anew.` : '';
      const when = gain.rendered_at ? ` of ${format.moment(gain.rendered_at)}` : '';
      fill(
        this.words,
        'Gain to target ',
        h('b', { class: 'strong' }, `${format.signed(gain.gain_db)} dB`),
        `, found by the render${when}. ${since}`,
      );
    } else
      fill(
        this.words,
        'You hear the mix at its own level. The gain to the target comes with the first render; the ceiling holds already.',
      );
  }

  /** Begins all measurements of this play anew. */
  measureAnew() {
    this.spectrum.reset();
    this.limiter.reset();
    this.mix.live.seek(this.mix.live.heard.position);
    this.loudness.since = this.mix.live.heard.position;
  }

  /** Draws everything that moves. @param {number} now */
  draw(now) {
    const { live } = this.mix;
    const { readings, spectrum, scope } = live.heard;
    const moving = live.playing && readings !== null;
    this.loudness.draw(moving ? readings.master : null, now);
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

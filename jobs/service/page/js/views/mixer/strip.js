import { h, setAttr, setText } from '../../dom.js';
import { gain, pan } from '../../logic/format.js';
import { same } from '../../logic/merge.js';
import { outputs, placeKey, placeName, soloElsewhere, stripAt } from '../../logic/session.js';
import { fader } from '../../parts/fader.js';
import { MeterPart } from '../../parts/meter.js';
import { bypassKey, chips, openChain } from './chain.js';
import { editStrip } from './mix.js';

/** @typedef {import('./mix.js').Mix} Mix */
/** @typedef {import('../../logic/session.js').Place} Place */

let count = 0;

/** One strip of the console. */
export class Strip {
  /** Creates a strip. @param {Mix} mix @param {Exclude<Place, 'master'>} place */
  constructor(mix, place) {
    this.mix = mix;
    this.place = place;
    this.name = placeName(place);
    this.key = placeKey(place);
    const id = `strip-${(count += 1)}`;
    const { name } = this;
    const bus = 'bus' in place;
    this.nameButton = h(
      'button',
      {
        type: 'button',
        class: 'nm',
        id,
        title: `${name}: chain, sends, settings`,
        onclick: () => openChain(mix, place, -1),
      },
      name,
      bus ? h('small', null, 'bus') : null,
    );
    this.mute = this.toggle('m', 'M', `Mute ${name}`, 'Mute (M)', 'mute');
    this.solo = this.toggle('s', 'S', `Solo ${name}`, 'Solo (S)', 'solo');
    this.polarity = h(
      'button',
      {
        type: 'button',
        class: 'tog p',
        'aria-pressed': 'false',
        'aria-label': `Polarity of ${name} inverted`,
        title: 'Polarity (P)',
        onclick: () => this.flip('polarity'),
      },
      'ø',
    );
    this.fader = fader(name, (db, done) => this.setGain(db, done));
    this.meter = new MeterPart(name);
    this.pan = this.dial('Pan', -1, 1, 0.01, 'pan', pan);
    this.width = this.dial('Width', 0, 2, 0.05, 'width', (value) => value.toFixed(1));
    this.chain = h('div', { class: 'chainbox' });
    this.chainKey = '';
    /** @type {HTMLElement[]} */
    this.bars = [];
    this.output = h('select', { class: 'outsel', 'aria-label': `Output of ${name}` });
    this.output.addEventListener('change', () =>
      editStrip(mix, place, `output → ${this.output.value}`, (strip) => (strip.output = this.output.value)),
    );
    this.element = h(
      'section',
      { class: bus ? 'strip bus' : 'strip', role: 'group', 'aria-labelledby': id },
      h('h3', null, this.nameButton),
      h('div', { class: 'msp' }, this.mute, this.solo, this.polarity),
      h('div', { class: 'level' }, this.fader.scale, this.fader.slider, this.meter.element),
      h('div', { class: 'out2' }, this.fader.field, this.meter.max, this.fader.reason),
      this.pan.element,
      this.width.element,
      this.chain,
      this.output,
    );
    this.element.addEventListener('pointerdown', () => this.select());
    this.element.addEventListener('focusin', () => this.select());
    this.update();
  }

  /** Makes this the selected strip. */
  select() {
    if (this.mix.view.state.selected !== this.key) this.mix.view.set({ selected: this.key });
  }

  /** Settings of this strip. */
  get settings() {
    return stripAt(this.mix.store.current, this.place) ?? {};
  }

  /**
   * @param {string} kind @param {string} text @param {string} label @param {string} title
   * @param {'mute'|'solo'} key
   */
  toggle(kind, text, label, title, key) {
    return h(
      'button',
      {
        type: 'button',
        class: `tog ${kind}`,
        'aria-pressed': 'false',
        'aria-label': label,
        title,
        onclick: () => this.flip(key),
      },
      text,
    );
  }

  /** Turns a switch over. @param {'mute'|'solo'|'polarity'} key */
  flip(key) {
    if (key === 'polarity') {
      const inverted = this.settings.polarity === 'inverted';
      editStrip(
        this.mix,
        this.place,
        `polarity ${inverted ? 'normal' : 'inverted'}`,
        (strip) => (strip.polarity = inverted ? 'normal' : 'inverted'),
      );
      return;
    }
    const on = !this.settings[key];
    editStrip(this.mix, this.place, `${key} ${on ? 'on' : 'off'}`, (strip) => (strip[key] = on));
  }

  /** Moves the fader. @param {number} db @param {boolean} done ends the gesture */
  setGain(db, done) {
    const from = this.settings.gain_db ?? 0;
    editStrip(this.mix, this.place, `fader ${gain(from)} → ${gain(db)} dB`, (strip) => (strip.gain_db = db), 'fader');
    if (done) this.mix.store.endGesture();
  }

  /** Moves pan. @param {number} value */
  setPan(value) {
    const to = Math.round(Math.min(1, Math.max(-1, value)) * 100) / 100;
    editStrip(
      this.mix,
      this.place,
      `pan ${pan(this.settings.pan ?? 0)} → ${pan(to)}`,
      (strip) => (strip.pan = to),
      'pan',
    );
  }

  /**
   * @param {string} label @param {number} min @param {number} max @param {number} step
   * @param {'pan'|'width'} key @param {(value: number) => string} words
   */
  dial(label, min, max, step, key, words) {
    const output = h('output', null);
    // A label around both would name the output, which comes first.
    const input = h('input', { type: 'range', min, max, step, 'aria-label': `${label} of ${this.name}` });
    const fallback = key === 'width' ? 1 : 0;
    const set = (/** @type {number} */ value) => {
      const from = words(this.settings[key] ?? fallback);
      editStrip(this.mix, this.place, `${key} ${from} → ${words(value)}`, (strip) => (strip[key] = value), key);
    };
    input.addEventListener('input', () => set(Number(input.value)));
    input.addEventListener('change', () => this.mix.store.endGesture());
    input.addEventListener('dblclick', () => set(fallback));
    const element = h(
      'label',
      { class: 'mini' },
      h('span', null, label),
      output,
      input,
    );
    const show = (/** @type {number} */ value) => {
      if (Number(input.value) !== value) input.value = String(value);
      setText(output, words(value));
      setAttr(input, 'aria-valuetext', words(value));
    };
    return { element, show };
  }

  /** Shows the document. */
  update() {
    const { settings, mix, place } = this;
    const document = mix.store.current;
    const muted = settings.mute ?? false;
    const elsewhere = 'track' in place && soloElsewhere(document, settings);
    setAttr(this.mute, 'aria-pressed', String(muted));
    setAttr(this.solo, 'aria-pressed', String(settings.solo ?? false));
    setAttr(this.polarity, 'aria-pressed', String(settings.polarity === 'inverted'));
    this.fader.show(settings.gain_db ?? 0);
    this.pan.show(settings.pan ?? 0);
    this.width.show(settings.width ?? 1);
    this.element.classList.toggle('off', muted);
    this.element.classList.toggle('quiet', elsewhere);
    const selected = mix.view.state.selected === this.key;
    this.element.classList.toggle('sel', selected);
    setAttr(this.nameButton, 'aria-current', selected ? 'true' : null);
    this.updateChain(settings);
    const names = outputs(document, place);
    if (
      !same(
        names,
        [...this.output.options].map(({ value }) => value),
      )
    )
      this.output.replaceChildren(...names.map((name) => h('option', { value: name }, name)));
    this.output.value = settings.output ?? 'master';
  }

  /** @param {any} settings */
  updateChain(settings) {
    const { open } = this.mix.view.state;
    const off = (settings.inserts ?? []).map((/** @type {any} */ _, /** @type {number} */ at) =>
      this.mix.bypassed.has(bypassKey(this.place, at)),
    );
    const key = JSON.stringify([settings.inserts, settings.sends, open?.place === this.key ? open.insert : null, off]);
    if (key === this.chainKey) return;
    this.chainKey = key;
    const { element, bars } = chips(this.mix, this.place);
    const focused = this.chain.contains(document.activeElement)
      ? [...this.chain.querySelectorAll('button')].indexOf(/** @type {any} */ (document.activeElement))
      : -1;
    this.chain.replaceChildren(element);
    if (focused >= 0) this.chain.querySelectorAll('button')[focused]?.focus();
    this.bars = bars;
  }

  /**
   * Draws the meter.
   * @param {import('../../live/protocol.js').StripReading|undefined} reading
   * @param {number} seconds @param {number} now
   */
  draw(reading, seconds, now) {
    this.meter.step(reading?.peak ?? [-200], reading?.rms ?? [-200], seconds, now);
    const share = Math.min(1, (reading?.reduction ?? 0) / 12);
    for (const bar of this.bars) bar.style.width = `${(share * 100).toFixed(0)}%`;
  }
}

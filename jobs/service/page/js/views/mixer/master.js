import { fill, h } from '../../dom.js';
import * as format from '../../logic/format.js';
import { ceilingOf, TARGETS, targetLufs } from '../../logic/loudness.js';
import { entry } from '../../parts/entry.js';
import { chips } from './chain.js';
import { Loudness } from './loudness.js';
import { Gauges } from './gauges.js';

/** @typedef {import('./mix.js').Mix} Mix */

const FORMATS = [
  ['wav16', '16-bit WAV'],
  ['wav24', '24-bit WAV'],
  ['wav32f', '32-bit float WAV'],
  ['flac16', '16-bit FLAC'],
  ['flac24', '24-bit FLAC'],
  ['opus', 'Opus'],
];

/** Text of the ceiling that holds. @param {any} master */
function ceilingText(master) {
  const ceiling = ceilingOf(master ?? {});
  return typeof ceiling === 'number' ? format.number(ceiling) : ceiling;
}

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
    this.gauges = new Gauges(mix);
    this.typedTarget = this.enterTarget();
    this.typedCeiling = this.enterCeiling();
    this.element = h(
      'aside',
      { class: 'card master', 'aria-label': 'Master' },
      this.settingsBlock(),
      h('div', { class: 'blk' }, this.loudness.element),
      this.gauges.blocks,
    );
    this.connect();
    this.chainKey = '';
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
        h('div', null, h('label', { class: 'field' }, 'Loudness target', this.target, this.number), this.typedTarget.reason),
        h('div', null, h('label', { class: 'field' }, 'Ceiling, dBTP', this.ceiling), this.typedCeiling.reason),
      ),
      this.words,
      this.chain,
    );
  }

  /** Takes the settings' movements. */
  connect() {
    const { store } = this.mix;
    this.target.addEventListener('change', () => {
      const { value } = this.target;
      if (value === 'number') {
        this.number.hidden = false;
        this.number.value = String(targetLufs(store.current.master?.target) ?? -14);
        this.number.focus();
        return;
      }
      const words = this.target.selectedOptions[0]?.textContent ?? value;
      this.edit(`target ${words}`, (master) => (master.target = value));
    });
    this.format.addEventListener('change', () =>
      store.change(`format ${this.format.value}`, (draft) => ((draft.output ??= {}).format = this.format.value)),
    );
  }

  /** Takes a target in LUFS. */
  enterTarget() {
    return entry(this.number, {
      // The browser has no text for what is not a number.
      read: (text) => (text === '' ? null : Math.min(-5, Math.max(-40, Number(text)))),
      take: (lufs) => this.edit(`target ${format.number(lufs)} LUFS`, (master) => (master.target = lufs)),
      shown: () => String(targetLufs(this.mix.store.current.master?.target) ?? -14),
      accepted: () => `Type ${format.number(-40, 0)} to ${format.number(-5, 0)}.`,
    });
  }

  /** Takes a ceiling, or its absence. */
  enterCeiling() {
    return entry(this.ceiling, {
      read: (text) => (/^\s*(off|)\s*$/i.test(text) ? text.trim().toLowerCase() : format.parse(text)),
      take: (value) => {
        if (value === '') this.edit('ceiling of the target', (master) => delete master.ceiling_dbtp);
        else
          this.edit(
            `ceiling ${value}`,
            (master) => (master.ceiling_dbtp = typeof value === 'number' ? Math.min(0, Math.max(-20, value)) : value),
          );
      },
      shown: () => ceilingText(this.mix.store.current.master),
      accepted: () => `Type ${format.number(-20, 0)} to 0, or off.`,
    });
  }

  /** Changes the settings of the master. @param {string} label @param {(master: any) => void} change */
  edit(label, change) {
    this.mix.store.change(label, (draft) => change((draft.master ??= {})));
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
    this.typedTarget.show();
    const ceiling = ceilingOf(master);
    this.typedCeiling.show();
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
    const rendered = Date.parse(live.ready?.gain.rendered_at ?? '');
    const steps = store.undo.done.filter(({ at }) => !(at < rendered)).length;
    const gain = live.ready?.gain;
    if (store.current.master?.target === 'none') fill(this.words, 'No target: the mix keeps its own level.');
    else if (gain?.from === 'render' && Number.isFinite(gain.gain_db)) {
      const since = steps ? `${format.plural(steps, 'change')} since: a render finds it anew.` : '';
      const when = gain.rendered_at ? ` of ${format.moment(gain.rendered_at)}` : '';
      fill(
        this.words,
        'Gain to target ',
        h('b', { class: 'strong' }, `${format.signed(Number(gain.gain_db))} dB`),
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
    this.gauges.reset();
    this.mix.live.seek(this.mix.live.audible.position);
  }

  /** Draws everything that moves. @param {number} now */
  draw(now) {
    const { live } = this.mix;
    this.loudness.since = live.audible.start;
    this.loudness.draw(live.playing ? (live.audible.readings?.master ?? null) : null, now);
    this.gauges.draw(now);
  }
}

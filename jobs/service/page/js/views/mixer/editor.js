import { fill, h } from '../../dom.js';
import { typeName, twoValues } from '../../logic/inserts.js';
import * as format from '../../logic/format.js';
import { fieldsOf, insertKinds, newInsert } from '../../logic/schema.js';
import { outputs, placeFrom, placeKey, placeName, stripAt } from '../../logic/session.js';
import { commands } from '../../live/protocol.js';
import { form } from '../../parts/form.js';
import { button } from '../../parts/notice.js';
import { bypassKey, openChain, sendNumber } from './chain.js';
import { editStrip, rateOf, removeBus, rename } from './mix.js';
import { EditorPlot } from './plot.js';

/** @typedef {import('./mix.js').Mix} Mix */
/** @typedef {import('../../logic/session.js').Place} Place */

/** Keys of a strip that stand on the strip itself or in its chain. */
const ELSEWHERE = ['file', 'name', 'gain_db', 'pan', 'width', 'polarity', 'mute', 'solo', 'inserts', 'output', 'sends'];

/** One strip in full: its chain, the plot, and the form of the open step. */
export class Editor {
  /** Creates the editor. @param {Mix} mix */
  constructor(mix) {
    this.mix = mix;
    this.steps = h('div', { class: 'steps', role: 'group' });
    this.plot = new EditorPlot(mix);
    this.form = h('div', { class: 'editor-form' });
    this.body = h('div', { class: 'edit' }, this.plot.element, this.form);
    this.element = h('section', { class: 'card editor', 'aria-label': 'Chain', hidden: true }, this.steps, this.body);
    this.key = '';
    this.stepsKey = '';
    this.values = '';
    this.update();
  }

  /** Place that is open, or null. @returns {Place|null} */
  get place() {
    const { open } = this.mix.view.state;
    if (!open) return null;
    const place = placeFrom(open.place);
    return place === 'master' || stripAt(this.mix.store.current, place) ? place : null;
  }

  /** Shows the document; the form is made anew only where its structure is another. */
  update() {
    const { mix, place } = this;
    this.element.hidden = place === null;
    if (!place) {
      this.key = '';
      return;
    }
    const strip = stripAt(mix.store.current, place) ?? {};
    const number = mix.view.state.open?.insert ?? -1;
    this.drawSteps(place, strip, number);
    const insert = strip.inserts?.[number];
    const values = insert ?? (number <= -2 ? strip.sends?.[-2 - number] : strip);
    const key = JSON.stringify([
      placeKey(place),
      number,
      insert?.type,
      Boolean(mix.schema),
      mix.bypassed.has(bypassKey(place, number)),
      Object.keys(strip.inserts ?? {}),
      number === -1 ? [mix.store.current.buses?.map(({ name }) => name), strip.output] : null,
    ]);
    const focused = this.form.contains(document.activeElement);
    if (key !== this.key || (!focused && JSON.stringify(values) !== this.values)) {
      this.key = key;
      fill(
        this.form,
        insert
          ? this.insertForm(place, insert, number)
          : number <= -2
            ? this.sendForm(place, -2 - number)
            : this.stripForm(place, strip),
      );
    }
    this.values = JSON.stringify(values);
    this.plot.show(place, strip, number);
    this.body.classList.toggle('alone', this.plot.element.hidden);
  }

  /** Moves the focus into the form. */
  focus() {
    const first = /** @type {HTMLElement|null} */ (
      this.form.querySelector('input, select') ?? this.steps.querySelector('button')
    );
    first?.focus();
  }

  /** @param {Place} place @param {any} strip @param {number} open */
  drawSteps(place, strip, open) {
    const { mix } = this;
    const key = JSON.stringify([
      placeKey(place),
      open,
      strip.inserts,
      strip.sends,
      Boolean(mix.schema),
      [...mix.bypassed],
      (mix.store.current.buses ?? []).map(({ name }) => name),
    ]);
    if (key === this.stepsKey) return;
    this.stepsKey = key;
    this.steps.setAttribute('aria-label', `Chain of ${placeName(place)}`);
    const chip = (
      /** @type {string} */ name,
      /** @type {string} */ value,
      /** @type {number} */ at,
      /** @type {string} */ kind,
    ) =>
      h(
        'button',
        {
          type: 'button',
          class: `chip ${kind}${open === at ? ' open' : ''}`,
          'aria-current': open === at ? 'true' : null,
          onclick: () => openChain(mix, place, at),
        },
        name,
        value ? h('span', null, value) : null,
      );
    const arrow = () => h('span', { class: 'arrow', 'aria-hidden': 'true' }, '→');
    const inserts = (strip.inserts ?? []).flatMap((/** @type {any} */ insert, /** @type {number} */ at) => [
      chip(typeName(insert.type), twoValues(insert), at, mix.bypassed.has(bypassKey(place, at)) ? 'off' : ''),
      arrow(),
    ]);
    const sends = (strip.sends ?? []).map((/** @type {any} */ send, /** @type {number} */ at) =>
      chip(`→ ${send.to}`, `${format.number(send.gain_db ?? 0)} dB`, sendNumber(at), 'send'),
    );
    const hadFocus = this.steps.contains(document.activeElement);
    fill(
      this.steps,
      button('← All stems', () => mix.view.set({ open: null }), 'small'),
      place === 'master' ? h('b', null, 'Master') : chip(placeName(place), 'settings', -1, 'settings'),
      inserts,
      this.addInsert(place),
      h('span', { class: 'push row tight' }, sends, place === 'master' ? null : this.addSend(place, strip)),
    );
    if (hadFocus)
      /** @type {HTMLElement|null} */ (
        this.steps.querySelector('[aria-current]') ?? this.steps.querySelector('button')
      )?.focus();
  }

  /** @param {Place} place */
  addInsert(place) {
    const kinds = this.mix.schema ? insertKinds(this.mix.schema) : [];
    const select = h(
      'select',
      { class: 'chip add', 'aria-label': `Add an insert to ${placeName(place)}` },
      h('option', { value: '' }, '+ insert'),
      kinds.map(({ type, description }) => h('option', { value: type, title: description }, typeName(type))),
    );
    select.addEventListener('change', () => {
      const kind = kinds.find(({ type }) => type === select.value);
      if (!kind) return;
      const at = stripAt(this.mix.store.current, place)?.inserts?.length ?? 0;
      editStrip(
        this.mix,
        place,
        `add ${typeName(kind.type)}`,
        (strip) => (strip.inserts = [...(strip.inserts ?? []), newInsert(kind)]),
      );
      openChain(this.mix, place, at);
      this.focus();
    });
    return select;
  }

  /** @param {Place} place @param {any} strip */
  addSend(place, strip) {
    const sent = (strip.sends ?? []).map((/** @type {any} */ send) => send.to);
    const free = outputs(this.mix.store.current, place).filter((name) => name !== 'master' && !sent.includes(name));
    if (!free.length) return null;
    const select = h(
      'select',
      { class: 'chip add', 'aria-label': `Send ${placeName(place)} to a bus` },
      h('option', { value: '' }, '+ send'),
      free.map((name) => h('option', { value: name }, name)),
    );
    select.addEventListener('change', () => {
      if (!select.value) return;
      const to = select.value;
      editStrip(this.mix, place, `send to ${to}`, (one) => (one.sends = [...(one.sends ?? []), { to, gain_db: -12 }]));
      openChain(this.mix, place, sendNumber(sent.length));
      this.focus();
    });
    return select;
  }

  /** @param {Place} place @param {any} insert @param {number} at */
  insertForm(place, insert, at) {
    const { mix } = this;
    const kind = mix.schema ? insertKinds(mix.schema).find(({ type }) => type === insert.type) : undefined;
    const nyquist = Math.floor(rateOf(mix) / 2 - 1);
    const fields = (kind?.fields ?? []).map((field) =>
      field.key.endsWith('_hz')
        ? { ...field, max: Math.min(field.max ?? nyquist, nyquist, 22000), min: Math.max(field.min ?? 1, 10) }
        : field,
    );
    const off = mix.bypassed.has(bypassKey(place, at));
    const count = stripAt(mix.store.current, place)?.inserts?.length ?? 0;
    return [
      h(
        'div',
        { class: 'cap' },
        h('b', { class: 'first-big' }, typeName(insert.type)),
        h('span', null, kind?.description ?? ''),
      ),
      form(fields, insert, (key, value, done) => this.setField(place, at, key, value, done)),
      h(
        'div',
        { class: 'row tight gap-s' },
        button('Bypass', () => this.toggleBypass(place, at), 'small', {
          'aria-pressed': String(off),
          title: 'For comparison while listening: a render has the insert',
        }),
        button('← Earlier', () => this.shift(place, at, -1), 'small', {
          disabled: at === 0,
          'aria-label': `Move ${typeName(insert.type)} earlier`,
        }),
        button('Later →', () => this.shift(place, at, 1), 'small', {
          disabled: at >= count - 1,
          'aria-label': `Move ${typeName(insert.type)} later`,
        }),
        button('Remove', () => this.remove(place, at), 'small danger push', {
          'aria-label': `Remove ${typeName(insert.type)}`,
        }),
      ),
    ];
  }

  /** @param {Place} place @param {number} at @param {string} key @param {any} value @param {boolean} done */
  setField(place, at, key, value, done) {
    editStrip(
      this.mix,
      place,
      `${format.label(key).toLowerCase()} → ${value}`,
      (strip) => (strip.inserts[at][key] = value),
      `insert ${at} ${key}`,
    );
    if (done) this.mix.store.endGesture();
  }

  /** Bypasses an insert while listening, or restores it. @param {Place} place @param {number} at */
  toggleBypass(place, at) {
    const key = bypassKey(place, at);
    const on = !this.mix.bypassed.delete(key);
    if (on) this.mix.bypassed.add(key);
    this.mix.live.send(commands.bypass(place, at, on));
    this.mix.view.set({});
  }

  /** @param {Place} place @param {number} at @param {number} by */
  shift(place, at, by) {
    editStrip(this.mix, place, 'order of inserts', (strip) => {
      const [moved] = strip.inserts.splice(at, 1);
      strip.inserts.splice(at + by, 0, moved);
    });
    openChain(this.mix, place, at + by);
  }

  /** @param {Place} place @param {number} at */
  remove(place, at) {
    const type = stripAt(this.mix.store.current, place)?.inserts[at]?.type ?? 'insert';
    for (const key of [...this.mix.bypassed]) if (key.startsWith(`${placeKey(place)}#`)) this.mix.bypassed.delete(key);
    editStrip(this.mix, place, `remove ${typeName(type)}`, (strip) => strip.inserts.splice(at, 1));
    openChain(this.mix, place, -1);
    this.focus();
  }

  /** @param {Place} place @param {number} at */
  sendForm(place, at) {
    const { mix } = this;
    const send = stripAt(mix.store.current, place)?.sends?.[at];
    if (!send) return [h('p', { class: 'muted' }, 'This send is no longer there.')];
    const root = mix.schema?.$defs?.AuxSend ?? {
      properties: {
        gain_db: { type: 'number', minimum: -120, maximum: 60, default: 0 },
        pre_fader: { type: 'boolean', default: false },
      },
    };
    return [
      h('div', { class: 'cap' }, h('b', null, `Send to ${send.to}`)),
      form(fieldsOf(root, mix.schema, ['to']), send, (key, value, done) => {
        editStrip(
          mix,
          place,
          `send to ${send.to} → ${value}`,
          (strip) => (strip.sends[at][key] = value),
          `send ${at} ${key}`,
        );
        if (done) mix.store.endGesture();
      }),
      h(
        'div',
        { class: 'row tight gap-s' },
        button(
          'Remove',
          () => {
            editStrip(mix, place, `remove send to ${send.to}`, (strip) => strip.sends.splice(at, 1));
            openChain(mix, place, -1);
          },
          'small danger push',
          { 'aria-label': `Remove the send to ${send.to}` },
        ),
      ),
    ];
  }

  /** @param {Place} place @param {any} strip */
  stripForm(place, strip) {
    const { mix } = this;
    const root = mix.schema?.$defs?.[place === 'master' ? 'Master' : 'track' in place ? 'Track' : 'Bus'];
    if (place === 'master')
      return [
        h('div', { class: 'cap' }, h('b', null, 'Master')),
        root
          ? form(fieldsOf(root, mix.schema, ['inserts', 'target', 'ceiling_dbtp']), strip, (key, value, done) => {
              editStrip(mix, place, `${format.label(key).toLowerCase()} → ${value}`, (one) => (one[key] = value), key);
              if (done) mix.store.endGesture();
            })
          : null,
      ];
    const name = h('input', { type: 'text', value: placeName(place), maxlength: 255 });
    name.addEventListener('change', () => {
      if (rename(mix, place, name.value.trim()))
        openChain(mix, 'track' in place ? { track: name.value.trim() } : { bus: name.value.trim() }, -1);
      else name.value = placeName(place);
    });
    const output = h(
      'select',
      null,
      outputs(mix.store.current, place).map((to) => h('option', { value: to }, to)),
    );
    output.value = strip.output ?? 'master';
    output.addEventListener('change', () =>
      editStrip(mix, place, `output → ${output.value}`, (one) => (one.output = output.value)),
    );
    return [
      h('div', { class: 'cap' }, h('b', null, placeName(place)), h('span', null, strip.file ?? 'bus')),
      h(
        'div',
        { class: 'form' },
        h('label', { class: 'field' }, 'Name', name),
        h('label', { class: 'field' }, 'Output', output),
      ),
      root
        ? h(
            'div',
            { class: 'gap-s' },
            form(fieldsOf(root, mix.schema, ELSEWHERE), strip, (key, value, done) => {
              editStrip(mix, place, `${format.label(key).toLowerCase()} → ${value}`, (one) => (one[key] = value), key);
              if (done) mix.store.endGesture();
            }),
          )
        : null,
      h(
        'div',
        { class: 'row tight gap-s' },
        'bus' in place
          ? button(
              'Remove this bus',
              () => (mix.view.set({ open: null }), removeBus(mix, place.bus)),
              'small danger push',
            )
          : button('Remove this stem', () => mix.live.emit('remove-stem', strip.file), 'small danger push'),
      ),
    ];
  }

  /** Draws the plot. @param {number} now @param {import('../../live/protocol.js').StripReading|undefined} reading */
  draw(now, reading) {
    if (!this.element.hidden) this.plot.draw(now, reading);
  }
}

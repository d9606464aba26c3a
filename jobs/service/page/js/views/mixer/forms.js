import { h } from '../../dom.js';
import { typeName } from '../../logic/inserts.js';
import * as format from '../../logic/format.js';
import { fieldsOf, insertKinds } from '../../logic/schema.js';
import { keySources, outputs, placeKey, placeName, stripAt } from '../../logic/session.js';
import { commands } from '../../live/protocol.js';
import { form } from '../../parts/form.js';
import { button } from '../../parts/notice.js';
import { bypassKey, openChain } from './chain.js';
import { editStrip, rateOf, removeBus, rename } from './mix.js';

/** @typedef {import('./mix.js').Mix} Mix */
/** @typedef {import('../../logic/session.js').Place} Place */

/** Keys of a strip that stand on the strip itself or in its chain. */
const ELSEWHERE = ['file', 'name', 'gain_db', 'pan', 'width', 'polarity', 'mute', 'solo', 'inserts', 'output', 'sends'];

/** Forms of an insert, a send, and a strip. */
export class StepForms {
  /** Creates the forms. @param {Mix} mix @param {() => void} onRemoved moves the focus */
  constructor(mix, onRemoved) {
    this.mix = mix;
    this.onRemoved = onRemoved;
  }

  /** @param {Place} place @param {any} insert @param {number} at */
  insertForm(place, insert, at) {
    const { mix } = this;
    const kind = mix.schema ? insertKinds(mix.schema).find(({ type }) => type === insert.type) : undefined;
    const nyquist = Math.floor(rateOf(mix) / 2 - 1);
    const fields = (kind?.fields ?? []).map((field) => {
      if (field.key === 'key') return this.keyField(field, place, insert);
      if (!field.key.endsWith('_hz')) return field;
      // A frequency of 0 stands for none.
      const min = field.min === 0 ? 0 : Math.max(field.min ?? 1, 10);
      return { ...field, max: Math.min(field.max ?? nyquist, nyquist, 22000), min };
    });
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
          title: 'For comparison by ear: a render has the insert',
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

  /**
   * Field of the strip that a detector measures.
   * @param {import('../../logic/schema.js').Field} field @param {Place} place @param {any} insert
   * @returns {import('../../logic/schema.js').Field}
   */
  keyField(field, place, insert) {
    const names = keySources(this.mix.store.current, place);
    // A key that the server refuses stays in sight.
    const given = insert.key && !names.includes(insert.key) ? [insert.key] : [];
    return { ...field, kind: 'choice', choices: ['', ...names, ...given], none: 'own input' };
  }

  /**
   * @param {Place} place
   * @param {number} at
   * @param {string} key
   * @param {any} value
   * @param {boolean} done
   */
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

  /** Bypasses an insert while it plays, or restores it. @param {Place} place @param {number} at */
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
    this.onRemoved();
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
}

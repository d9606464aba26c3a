import { fill, h, setAttr } from '../../dom.js';
import { typeName, twoValues } from '../../logic/inserts.js';
import * as format from '../../logic/format.js';
import { insertKinds, newInsert } from '../../logic/schema.js';
import { keySources, outputs, placeFrom, placeKey, placeName, stripAt } from '../../logic/session.js';
import { button } from '../../parts/notice.js';
import { bypassKey, openChain, sendNumber } from './chain.js';
import { editStrip } from './mix.js';
import { EditorPlot } from './plot.js';
import { StepForms } from './forms.js';

/** @typedef {import('./mix.js').Mix} Mix */
/** @typedef {import('../../logic/session.js').Place} Place */

/** One strip in full: its chain, the plot, and the form of the open step. */
export class Editor {
  /** Creates the editor. @param {Mix} mix */
  constructor(mix) {
    this.mix = mix;
    this.steps = h('div', { class: 'steps', role: 'group' });
    this.plot = new EditorPlot(mix);
    this.forms = new StepForms(mix, () => this.focus());
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
      insert && 'key' in insert ? keySources(mix.store.current, place) : null,
    ]);
    const focused = this.form.contains(document.activeElement);
    if (key !== this.key || (!focused && JSON.stringify(values) !== this.values)) {
      this.key = key;
      fill(
        this.form,
        insert
          ? this.forms.insertForm(place, insert, number)
          : number <= -2
            ? this.forms.sendForm(place, -2 - number)
            : this.forms.stripForm(place, strip),
      );
    }
    this.values = JSON.stringify(values);
    this.markProblems(place, number);
    this.plot.show(place, strip, number);
    this.body.classList.toggle('alone', this.plot.element.hidden);
  }

  /**
   * Marks the controls that the server refused, each described by its words.
   * @param {Place} place @param {number} number of the open step
   */
  markProblems(place, number) {
    const { sync, store } = this.mix;
    const list = place !== 'master' && 'bus' in place ? 'buses' : 'tracks';
    const at = (store.current[list] ?? []).indexOf(stripAt(store.current, place));
    const base = place === 'master' ? '/master' : `/${list}/${at}`;
    const prefix =
      number >= 0 ? `${base}/inserts/${number}/` : number <= -2 ? `${base}/sends/${-2 - number}/` : `${base}/`;
    for (const control of this.form.querySelectorAll('[data-key]')) {
      const pointer = prefix + control.getAttribute('data-key');
      const problem = sync.state === 'refused' ? sync.problems.find((one) => one.pointer === pointer) : undefined;
      // A field with wrong text has its own reason.
      const isWrong = problem !== undefined || control.hasAttribute('aria-describedby');
      setAttr(control, 'aria-invalid', isWrong ? 'true' : null);
      setAttr(control, 'aria-description', problem?.message ?? null);
    }
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

  /**
   * Draws the plot.
   * @param {number} now
   * @param {import('../../live/protocol.js').StripReading|undefined} reading
   */
  draw(now, reading) {
    if (!this.element.hidden) this.plot.draw(now, reading);
  }
}

import { h, setAttr } from '../dom.js';
import { label, number, parse, signed, unit } from '../logic/format.js';
import { fromSlider, toSlider } from '../logic/schema.js';
import { entry } from './entry.js';

/** @typedef {import('../logic/schema.js').Field} Field */
/** @typedef {(key: string, value: any, done: boolean) => void} OnField */

let count = 0;

/** Number of a field in words. @param {Field} field @param {number} value */
const words = (field, value) => {
  const digits = field.whole || Math.abs(value) >= 1000 ? 0 : (field.max ?? 1) - (field.min ?? 0) > 20 ? 1 : 2;
  return /gain_db|makeup_db/.test(field.key) ? signed(value, digits) : number(value, digits);
};

/**
 * Creates a number's field and slider.
 * @param {Field} field @param {any} value @param {OnField} onField
 */
function numberField(field, value, onField) {
  const id = `field-${(count += 1)}`;
  const known = Number.isFinite(value);
  const text = h('input', {
    type: 'text',
    inputmode: 'decimal',
    value: known ? words(field, value) : '',
    placeholder: known ? null : 'auto',
    'aria-label': `${label(field.key)}${unit(field.key) ? `, ${unit(field.key)}` : ''}`,
    'data-key': field.key,
  });
  const slider = h('input', {
    id,
    type: 'range',
    min: 0,
    max: 1000,
    step: 1,
    value: String(Math.round(1000 * toSlider(field, known ? value : (field.min ?? 0)))),
    'aria-valuetext': known ? `${words(field, value)} ${unit(field.key)}` : 'automatic',
  });
  let shown = known ? words(field, value) : '';
  const [low, high] = [field.min ?? 0, field.max ?? 1];
  const typed = entry(text, {
    // An empty field of an automatic value is left as it is.
    read: (typing) => (typing === '' && shown === '' ? NaN : parse(typing)),
    take: (next) => Number.isNaN(next) || set(field.whole ? Math.round(next) : next, true),
    shown: () => shown,
    accepted: () => `Type ${[words(field, low), 'to', words(field, high), unit(field.key)].join(' ').trim()}.`,
  });
  const set = (/** @type {number} */ next, /** @type {boolean} */ done) => {
    const within = Math.min(high, Math.max(low, next));
    shown = words(field, within);
    typed.show();
    if (document.activeElement !== slider) slider.value = String(Math.round(1000 * toSlider(field, within)));
    setAttr(slider, 'aria-valuetext', `${words(field, within)} ${unit(field.key)}`);
    onField(field.key, within, done);
  };
  slider.addEventListener('input', () => set(fromSlider(field, Number(slider.value) / 1000), false));
  slider.addEventListener('change', () => set(fromSlider(field, Number(slider.value) / 1000), true));
  return h(
    'div',
    { class: 'par' },
    h('label', { for: id }, label(field.key)),
    h('span', { class: 'n' }, text, unit(field.key)),
    slider,
    typed.reason,
    hint(field),
  );
}

/** @param {Field} field */
const hint = (field) => (field.hint ? h('p', { class: 'hint' }, field.hint) : null);

/** @param {Field} field @param {any} value @param {OnField} onField */
function choiceField(field, value, onField) {
  const choices = field.choices ?? [];
  const select = h(
    'select',
    { 'data-key': field.key },
    choices.map((choice) => {
      // Names of strips stand as they are.
      const text = field.none === undefined ? String(choice).replaceAll('_', ' ') : choice || field.none;
      return h('option', { value: String(choice) }, text);
    }),
  );
  select.value = String(value ?? choices[0]);
  select.addEventListener('change', () =>
    onField(
      field.key,
      choices.find((choice) => String(choice) === select.value),
      true,
    ),
  );
  const suffix = unit(field.key);
  return h(
    'div',
    { class: 'par' },
    h('label', { class: 'field' }, `${label(field.key)}${suffix ? `, ${suffix}` : ''}`, select),
    hint(field),
  );
}

/** @param {Field} field @param {any} value @param {OnField} onField */
function booleanField(field, value, onField) {
  const box = h('input', { type: 'checkbox', checked: Boolean(value), 'data-key': field.key });
  box.addEventListener('change', () => onField(field.key, box.checked, true));
  return h('div', { class: 'par' }, h('label', { class: 'check' }, box, label(field.key)), hint(field));
}

/** @param {Field} field @param {any} value @param {OnField} onField */
function textField(field, value, onField) {
  const input = h('input', { type: 'text', value: value ?? '', 'data-key': field.key });
  input.addEventListener('change', () => onField(field.key, input.value, true));
  return h('div', { class: 'par' }, h('label', { class: 'field' }, label(field.key), input), hint(field));
}

/**
 * Creates the field of a value.
 * @param {Field} field @param {any} value @param {OnField} onField
 */
function fieldFor(field, value, onField) {
  const shown = value ?? field.fallback;
  if (field.kind === 'number') return numberField(field, shown, onField);
  if (field.kind === 'choice') return choiceField(field, shown, onField);
  if (field.kind === 'boolean') return booleanField(field, shown, onField);
  return textField(field, shown, onField);
}

/**
 * Creates a form from fields of the schema: required ones and those off their default first, the
 * rest
 * folded.
 * @param {Field[]} fields
 * @param {Record<string, any>} values
 * @param {OnField} onField
 */
export function form(fields, values, onField) {
  const isFirst = (/** @type {Field} */ field) =>
    field.required || (values[field.key] !== undefined && values[field.key] !== field.fallback);
  const first = fields.filter(isFirst);
  const rest = fields.filter((field) => !isFirst(field));
  // A short form is not folded: nothing is gained by hiding three fields.
  const all = fields.length <= 4;
  const open = all ? fields : first;
  const folded = all ? [] : rest;
  const names = folded.map(({ key }) => label(key).toLowerCase()).join(', ');
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'form' },
      open.map((field) => fieldFor(field, values[field.key], onField)),
    ),
    folded.length
      ? h(
          'details',
          { class: 'gap-s' },
          h('summary', { class: 'small' }, `${names.charAt(0).toUpperCase()}${names.slice(1)}: at their defaults`),
          h(
            'div',
            { class: 'form gap-s' },
            folded.map((field) => fieldFor(field, values[field.key], onField)),
          ),
        )
      : null,
  );
}

import { h, setAttr, setText } from '../dom.js';

let count = 0;

/**
 * Makes a text field take values. Text that is none stays in the field with the reason below it,
 * until it is corrected, given up with Escape, or the value moves otherwise.
 * @template T
 * @param {HTMLInputElement} field
 * @param {object} parts
 * @param {(text: string) => T|null} parts.read null for text that is not a value
 * @param {(value: T) => void} parts.take
 * @param {() => string} parts.shown text of the value that holds
 * @param {() => string} parts.accepted what may be typed, as a sentence
 * @returns {{reason: HTMLElement, show: () => void}} `show` writes the value that holds, over wrong
 * text only once the value has moved
 */
export function entry(field, { read, take, shown, accepted }) {
  const reason = h('p', { class: 'reason', id: `reason-${(count += 1)}`, role: 'alert', hidden: true });
  /** The value that holds beside wrong text. */
  let held = '';
  const mark = (/** @type {string} */ text) => {
    reason.hidden = !text;
    setText(reason, text && `! ${text}`);
    setAttr(field, 'aria-invalid', text ? 'true' : null);
    setAttr(field, 'aria-describedby', text ? reason.id : null);
  };
  const reset = () => {
    mark('');
    field.value = shown();
  };
  field.addEventListener('change', () => {
    const value = read(field.value);
    if (value === null) {
      held = shown();
      mark(accepted());
    } else {
      mark('');
      take(value);
      field.value = shown();
    }
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || reason.hidden) return;
    event.stopPropagation();
    reset();
  });
  field.addEventListener('blur', () => {
    if (reason.hidden) field.value = shown();
  });
  return {
    reason,
    show: () => {
      if (!reason.hidden && shown() !== held) reset();
      else if (reason.hidden && document.activeElement !== field) field.value = shown();
    },
  };
}

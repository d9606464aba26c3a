import { h } from '../dom.js';
import { button } from './notice.js';

let count = 0;

/**
 * Opens a dialog; Escape and "Close" end it, and focus returns to where it was.
 * @param {string} title
 * @param {...any} content
 * @returns {HTMLDialogElement}
 */
export function dialog(title, ...content) {
  const id = `dialog-${(count += 1)}`;
  const element = h(
    'dialog',
    { 'aria-labelledby': id },
    h(
      'h2',
      { id },
      title,
      button('Close', () => element.close(), 'small'),
    ),
    content,
  );
  element.addEventListener('close', () => element.remove());
  document.body.append(element);
  element.showModal();
  return element;
}

/**
 * Confirms before something is deleted.
 * @param {string} title
 * @param {string} text
 * @param {string} action words of the button
 * @returns {Promise<boolean>}
 */
export function confirm(title, text, action) {
  return new Promise((resolve) => {
    let sure = false;
    const element = dialog(
      title,
      h('p', { class: 'gap' }, text),
      h(
        'p',
        { class: 'row gap' },
        button(action, () => ((sure = true), element.close()), 'danger'),
        button('Cancel', () => element.close()),
      ),
    );
    element.addEventListener('close', () => resolve(sure));
  });
}

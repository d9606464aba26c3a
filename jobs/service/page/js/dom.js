/**
 * Elements without a framework. Styles are set through CSSOM alone: the page allows no attributes.
 */

/** @typedef {Node|string|number|null|undefined|false} Child */

/**
 * Creates an element. Keys that begin with "on" are handlers, "class" and "data" are as named,
 * other
 * values of true, false and null set or leave out an attribute.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>|null} [props]
 * @param {...(Child|Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'data') Object.assign(element.dataset, value);
    else if (key === 'style') Object.assign(element.style, value);
    else if (key === 'value' || key === 'checked' || key === 'htmlFor') /** @type {any} */ (element)[key] = value;
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  add(element, children);
  return element;
}

/**
 * Appends children; lists are opened, nothing is left out.
 * @param {Element|DocumentFragment} element
 * @param {any[]} children
 */
export function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/**
 * Replaces the content of an element.
 * @param {Element} element
 * @param {...any} children
 */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
}

/**
 * Sets text where it differs: a live region is not announced twice.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Sets or removes an attribute.
 * @param {Element} element
 * @param {string} name
 * @param {string|boolean|null} value
 */
export function setAttr(element, name, value) {
  if (value === null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? '' : value);
}

const PATHS = /** @type {Record<string, string>} */ ({
  plus: 'M7 2h2v5h5v2H9v5H7V9H2V7h5z',
  more: 'M3 6.500a1.500 1.500 0 1 0 .01 0zM8 6.500a1.500 1.500 0 1 0 .01 0zM13 6.500a1.500 1.500 0 1 0 .01 0z',
  undo: 'M6 2v3h4a4.500 4.500 0 0 1 0 9H4v-2h6a2.500 2.500 0 0 0 0-5H6v3L1 6z',
  redo: 'M10 2v3H6a4.500 4.500 0 0 0 0 9h6v-2H6a2.500 2.500 0 0 1 0-5h4v3l5-4z',
  start: 'M2 1h2v14H2zM14 1v14L5 8z',
  play: 'M3 1l11 7-11 7z',
  pause: 'M3 1h4v14H3zM9 1h4v14H9z',
  loop: 'M4 3h7a4 4 0 0 1 0 10H8v2.5L4 12l4-3.5V11h3a2 2 0 0 0 0-4H4z',
  close: 'M3 1.600 8 6.600 13 1.600 14.400 3 9.400 8 14.400 13 13 14.400 8 9.400 3 14.400 1.600 13 6.600 8 1.600 3z',
  star: 'M8 1l2.200 4.600 5 .6-3.700 3.500 1 5L8 12.200 3.500 14.700l1-5L.8 6.200l5-.6z',
  grip: 'M5 2h2v2H5zM9 2h2v2H9zM5 7h2v2H5zM9 7h2v2H9zM5 12h2v2H5zM9 12h2v2H9z',
  down: 'M7 1h2v7h3l-4 5-4-5h3zM2 13h12v2H2z',
});

/**
 * Creates an icon, hidden from screen readers: the control beside it has the name.
 * @param {string} name
 * @param {number} [size] pixels
 */
export function icon(name, size = 16) {
  const root = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [key, value] of Object.entries({ width: size, height: size, viewBox: '0 0 16 16', 'aria-hidden': 'true' }))
    root.setAttribute(key, String(value));
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  root.append(path);
  return root;
}

/** Text for screen readers alone. @param {string} text */
export const sr = (text) => h('span', { class: 'sr' }, text);

import { h } from '../dom.js';

/**
 * Creates a notice: what happened, what is safe, what to do.
 * @param {'trouble'|'news'} kind trouble interrupts a screen reader, news waits
 * @param {string} what
 * @param {import('../dom.js').Child|import('../dom.js').Child[]} rest
 * @param {...(HTMLElement|null)} actions
 */
export function notice(kind, what, rest, ...actions) {
  return h(
    'div',
    { class: kind === 'trouble' ? 'notice' : 'notice info', role: kind === 'trouble' ? 'alert' : 'status' },
    h('p', null, h('b', null, what), ' ', rest),
    actions.length ? h('span', { class: 'push' }, actions) : null,
  );
}

/**
 * Creates a button.
 * @param {string} text
 * @param {(event: MouseEvent) => void} onclick
 * @param {string} [kind] more classes: primary, danger, small
 * @param {Record<string, any>} [more]
 */
export const button = (text, onclick, kind = '', more = {}) =>
  h('button', { type: 'button', class: `btn ${kind}`.trim(), onclick, ...more }, text);

import { h } from '../../dom.js';
import { number } from '../../logic/format.js';
import { oneValue, shortName, typeName, twoValues } from '../../logic/inserts.js';
import { placeKey, placeName, stripAt } from '../../logic/session.js';

/** @typedef {import('../../logic/session.js').Place} Place */
/** @typedef {import('./mix.js').Mix} Mix */

/** Key of an insert's bypass. @param {Place} place @param {number} at */
export const bypassKey = (place, at) => `${placeKey(place)}#${at}`;

/** Number that a send has in the view state: inserts count from 0 up. @param {number} at */
export const sendNumber = (at) => -2 - at;

/** Opens the chain of a strip. @param {Mix} mix @param {Place} place @param {number} insert */
export const openChain = (mix, place, insert) =>
  mix.view.set({
    open: { place: placeKey(place), insert },
    selected: place === 'master' ? mix.view.state.selected : placeKey(place),
  });

/**
 * Creates the chips of a strip: inserts, "+", sends.
 * @param {Mix} mix
 * @param {Place} place
 * @returns {{element: HTMLElement, bars: HTMLElement[]}} `bars` show gain reduction
 */
export function chips(mix, place) {
  const strip = stripAt(mix.store.current, place) ?? {};
  const name = placeName(place);
  const { open } = mix.view.state;
  /** @type {HTMLElement[]} */
  const bars = [];
  const isOpen = (/** @type {number} */ at) => open?.place === placeKey(place) && open.insert === at;
  const items = (strip.inserts ?? []).map((/** @type {any} */ insert, /** @type {number} */ at) => {
    const off = mix.bypassed.has(bypassKey(place, at));
    const bar = /^(compressor|gate|limiter|de_esser|multiband|dynamic_bell|transient_shaper)$/.test(insert.type) ? h('i', { class: 'gr' }) : null;
    if (bar) bars.push(bar);
    const words = `${typeName(insert.type)} ${twoValues(insert)}${off ? ', bypassed' : ''}`;
    return h(
      'li',
      null,
      h(
        'button',
        {
          type: 'button',
          class: `chip${isOpen(at) ? ' open' : ''}${off ? ' off' : ''}`,
          title: words,
          'aria-label': `${words}, insert ${at + 1} of ${name}`,
          onclick: () => openChain(mix, place, at),
        },
        shortName(insert),
        h('span', null, oneValue(insert)),
        bar,
      ),
    );
  });
  const plus = h(
    'li',
    null,
    h(
      'button',
      {
        type: 'button',
        class: 'chip add',
        'aria-label': `Open the chain of ${name} to add to it`,
        title: 'Chain, sends and settings',
        onclick: () => openChain(mix, place, -1),
      },
      '+',
    ),
  );
  const sends = (strip.sends ?? []).map((/** @type {any} */ send, /** @type {number} */ at) => {
    const db = number(send.gain_db ?? 0, 0);
    return h(
      'li',
      null,
      h(
        'button',
        {
          type: 'button',
          class: `chip send${isOpen(sendNumber(at)) ? ' open' : ''}`,
          'aria-label': `Send of ${name} to ${send.to}, ${db} dB`,
          onclick: () => openChain(mix, place, sendNumber(at)),
        },
        `→ ${send.to}`,
        h('span', null, db),
      ),
    );
  });
  return {
    element: h(
      'ul',
      {
        class: place === 'master' ? 'chain flat' : 'chain',
        'aria-label': `Inserts${place === 'master' ? '' : ' and sends'} of ${name}`,
      },
      items,
      plus,
      sends,
    ),
    bars,
  };
}

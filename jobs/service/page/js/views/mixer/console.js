import { h } from '../../dom.js';
import { freeBusName, placeKey, strips } from '../../logic/session.js';
import { same } from '../../logic/merge.js';
import { button } from '../../parts/notice.js';
import { libraryLink } from '../../router.js';
import { openChain } from './chain.js';
import { Strip } from './strip.js';

/** All strips: tracks, then buses. */
export class Console {
  /** Creates the console. @param {import('./mix.js').Mix} mix */
  constructor(mix) {
    this.mix = mix;
    /** @type {Strip[]} */
    this.strips = [];
    this.element = h('section', { class: 'card console', 'aria-label': 'Strips', tabindex: 0 });
    this.footer = h(
      'p',
      { class: 'row tight below' },
      button('Add a bus', () => this.addBus(), 'small'),
      h('a', { class: 'btn small', href: libraryLink(new URLSearchParams({ session: mix.session })) }, 'Find stems that fit'),
      h(
        'span',
        { class: 'small muted hide-n' },
        'Drop more stems anywhere on this page. Meters: dark is RMS, light is peak, the line the highest peak of 1.5 s.',
      ),
    );
    this.update();
  }

  /** Adds a bus and opens it. */
  addBus() {
    const name = freeBusName(this.mix.store.current);
    this.mix.store.change(`add ${name}`, (draft) => (draft.buses = [...(draft.buses ?? []), { name }]));
    openChain(this.mix, { bus: name }, -1);
  }

  /** Shows the document; strips are made anew only if there are others. */
  update() {
    const keys = strips(this.mix.store.current).map(({ place }) => placeKey(place));
    if (
      !same(
        keys,
        this.strips.map(({ key }) => key),
      )
    ) {
      const old = new Map(this.strips.map((strip) => [strip.key, strip]));
      this.strips = strips(this.mix.store.current).map(
        ({ place }) => old.get(placeKey(place)) ?? new Strip(this.mix, place),
      );
      this.element.replaceChildren(h('h2', { class: 'sr' }, 'Strips'), ...this.strips.map(({ element }) => element));
    }
    for (const strip of this.strips) strip.update();
  }

  /** Returns a strip. @param {string} key */
  strip(key) {
    return this.strips.find((strip) => strip.key === key);
  }

  /** Draws all meters. @param {number} now @param {number} seconds */
  draw(now, seconds) {
    const { live } = this.mix;
    const readings = live.playing ? (live.audible.readings?.strips ?? []) : [];
    for (const strip of this.strips)
      strip.draw(
        readings.find(({ key }) => key === strip.key),
        seconds,
        now,
      );
  }
}

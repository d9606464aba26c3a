import { connection, isLost } from '../../api.js';
import { h } from '../../dom.js';
import * as format from '../../logic/format.js';
import { changes } from '../../logic/words.js';
import { button, notice } from '../../parts/notice.js';
import { settings } from '../../store/settings.js';
import { openChain } from './chain.js';
import { titleOf } from '../../logic/session.js';

/** @typedef {import('./mix.js').Mix} Mix */

/** Lists fragments as a sentence. @param {string[]} list */
const sentence = (list) =>
  list.length > 4 ? `${list.slice(0, 3).join('; ')}; ${list.length - 3} more` : list.join('; ') || 'nothing';

/** Notices over the mixer: two tabs, server lost, refusals, gaps. Each stays until it is over. */
export class Notices {
  /** Creates the place. @param {Mix} mix */
  constructor(mix) {
    this.mix = mix;
    this.element = h('div', null);
    /** @type {Map<string, HTMLElement>} */
    this.shown = new Map();
    this.wasLost = false;
    mix.sync.addEventListener('state', () => this.update());
    mix.live.addEventListener('state', () => this.update());
    mix.live.addEventListener('refused', (event) =>
      this.put(
        'refused',
        notice(
          'trouble',
          'The engine refused a change.',
          `${/** @type {CustomEvent} */ (event).detail} The mix is as it was for the ear.`,
          this.dismiss('refused'),
        ),
      ),
    );
    mix.live.addEventListener('warning', (event) =>
      this.put(
        'warning',
        notice('news', 'From the engine:', String(/** @type {CustomEvent} */ (event).detail), this.dismiss('warning')),
      ),
    );
    mix.live.addEventListener('gaps', () => this.showGaps());
    this.onConnection = () => this.update();
    connection.addEventListener('lost', this.onConnection);
    connection.addEventListener('back', this.onConnection);
    this.update();
  }

  /** @param {string} key */
  dismiss(key) {
    return button('Dismiss', () => this.put(key, null));
  }

  /** Shows, replaces or removes a notice. @param {string} key @param {HTMLElement|null} element */
  put(key, element) {
    const old = this.shown.get(key);
    if (old?.textContent === element?.textContent) return;
    // The others stay where they are: an alert that is inserted again is read again.
    old?.remove();
    if (element) {
      this.shown.set(key, element);
      this.element.append(element);
    } else this.shown.delete(key);
  }

  /** Shows what the state requires. */
  update() {
    this.showConflict();
    this.showLost();
    this.showProblems();
    this.showLive();
  }

  /** Two tabs. */
  showConflict() {
    const { sync, store } = this.mix;
    const { conflict } = sync;
    if (!conflict) {
      this.put('conflict', null);
      return;
    }
    const there = sentence(changes(conflict.base, conflict.theirs));
    const here = sentence(changes(conflict.base, store.current));
    const fits = conflict.clashes.length
      ? `${format.plural(conflict.clashes.length, 'place')} differ in both; “both” takes yours there.`
      : 'Both fit together.';
    this.put(
      'conflict',
      notice(
        'trouble',
        'Changed elsewhere meanwhile.',
        `There: ${there}. Here, not saved: ${here}. ${fits}`,
        button('Keep both', () => sync.resolve('both'), 'primary'),
        button('Take theirs', () => sync.resolve('theirs')),
        button('Keep mine', () => sync.resolve('mine')),
      ),
    );
  }

  /** Server lost, and back. */
  showLost() {
    const { sync, live } = this.mix;
    if (isLost()) {
      this.wasLost = true;
      const kept = sync.dirty
        ? 'Your changes are kept in this browser and are sent as soon as it is back.'
        : 'Nothing is unsaved.';
      this.put(
        'lost',
        notice(
          'trouble',
          'The server does not answer.',
          `The sound has stopped at ${format.time(live.audible.position)}. ${kept} It is tried again by itself.`,
          button('Try now', () => sync.flush()),
        ),
      );
      return;
    }
    this.put('lost', null);
    if (!this.wasLost) return;
    this.wasLost = false;
    this.put(
      'back',
      notice(
        'news',
        'Connected again.',
        `Sound continues from ${format.time(live.audible.position)} when you press play.`,
      ),
    );
    setTimeout(() => this.put('back', null), 8000);
  }

  /** A document that the server refused: all problems, each with the way to its control. */
  showProblems() {
    const { sync, store } = this.mix;
    if (sync.state !== 'refused') {
      this.put('problems', null);
      return;
    }
    const lines = sync.problems.map(({ pointer, message }) =>
      h('span', { class: 'problem' }, h('br', null), this.problemLink(pointer, message)),
    );
    this.put(
      'problems',
      notice(
        'trouble',
        `${format.plural(sync.problems.length, 'setting')} cannot be used.`,
        lines,
        button('Undo the last step', () => store.undoStep(), 'primary'),
      ),
    );
  }

  /** @param {string} pointer @param {string} message */
  problemLink(pointer, message) {
    const found = pointer.match(/^\/(tracks|buses)\/(\d+)(?:\/inserts\/(\d+))?/);
    const { store } = this.mix;
    const strip = found ? store.current[/** @type {'tracks'|'buses'} */ (found[1])]?.[Number(found[2])] : undefined;
    if (!found || !strip) return message;
    const place = found[1] === 'tracks' ? { track: titleOf(strip) } : { bus: strip.name ?? '' };
    return h(
      'button',
      {
        type: 'button',
        class: 'linklike',
        onclick: () => openChain(this.mix, place, found[3] ? Number(found[3]) : -1),
      },
      message,
    );
  }

  /** Live engine refused or lost. */
  showLive() {
    const { live } = this.mix;
    if (live.state === 'refused')
      this.put(
        'live',
        notice(
          'trouble',
          'There is no sound.',
          `${live.reason} You can look and edit; it is tried again by itself.`,
          button('Try again', () => live.open()),
        ),
      );
    else if (live.state === 'lost' && !isLost())
      this.put(
        'live',
        notice(
          'trouble',
          'The sound has stopped.',
          'The live engine ended. It is opened again by itself; press play then.',
          button('Try again', () => live.open()),
        ),
      );
    else this.put('live', null);
  }

  /** Offers 16-bit sound. */
  showGaps() {
    if (this.offered16 || settings.soundFormat === 'int16') return;
    this.offered16 = true;
    const use = () => {
      settings.soundFormat = 'int16';
      this.put('gaps', null);
      this.mix.live.reopen();
    };
    this.put(
      'gaps',
      notice(
        'news',
        'Your connection is too slow for 32-bit sound.',
        'Three gaps in the last 10 s; the mix itself is not affected.',
        button('Use 16-bit sound', use, 'primary'),
        button('Keep 32-bit', () => this.put('gaps', null)),
      ),
    );
  }

  /** Ends it. */
  close() {
    connection.removeEventListener('lost', this.onConnection);
    connection.removeEventListener('back', this.onConnection);
  }
}

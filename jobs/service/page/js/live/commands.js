import { ceilingOf } from '../logic/loudness.js';
import { same } from '../logic/merge.js';
import { strips } from '../logic/session.js';
import { commands } from './protocol.js';

/** @typedef {import('../logic/session.js').SessionDocument} SessionDocument */
/** @typedef {import('../logic/session.js').Insert} Insert */
/** @typedef {import('./protocol.js').Place} Place */
/** @typedef {import('./protocol.js').Command} Command */

/** Keys of the document that no command changes while it plays. */
const STRUCTURE = ['output', 'sends', 'start_s', 'trim_start_s', 'trim_end_s', 'delay_ms', 'pan_law', 'file', 'name'];

/**
 * Returns the commands that turn one chain into another.
 * @param {Place} place
 * @param {Insert[]} from
 * @param {Insert[]} to
 * @returns {Command[]}
 */
export function chainCommands(place, from, to) {
  if (from.length === to.length && from.every((insert, at) => insert.type === to[at].type)) {
    return to.flatMap((insert, at) => {
      if (same(from[at], insert)) return [];
      const kept = Object.keys(from[at]).every((key) => key in insert);
      // A setting that returns to its default has no value to send: the insert is made anew.
      if (!kept) return [commands.remove(place, at), commands.insert(place, at, insert)];
      return Object.entries(insert)
        .filter(([key, value]) => !same(from[at][key], value))
        .map(([key, value]) => commands.parameter(place, at, key, value));
    });
  }
  let start = 0;
  while (start < Math.min(from.length, to.length) && same(from[start], to[start])) start += 1;
  let end = 0;
  while (end < Math.min(from.length, to.length) - start && same(from[from.length - 1 - end], to[to.length - 1 - end]))
    end += 1;
  /** @type {Command[]} */
  const found = [];
  for (let at = from.length - end - 1; at >= start; at -= 1) found.push(commands.remove(place, at));
  for (let at = start; at < to.length - end; at += 1) found.push(commands.insert(place, at, to[at]));
  return found;
}

/** @param {SessionDocument} document */
const structure = (document) => ({
  rate: document.sample_rate_hz,
  align: /** @type {any} */ (document).align,
  strips: strips(document).map(({ place, strip }) => [
    place,
    ...STRUCTURE.map((key) => /** @type {any} */ (strip)[key] ?? null),
  ]),
});

/**
 * Returns the commands between two documents; `reopen` is true where only a new engine can follow.
 * @param {SessionDocument} before
 * @param {SessionDocument} after
 * @returns {{list: Command[], reopen: boolean}}
 */
export function commandsBetween(before, after) {
  if (!same(structure(before), structure(after))) return { list: [], reopen: true };
  /** @type {Command[]} */
  const list = [];
  const old = strips(before);
  strips(after).forEach(({ place, strip }, at) => {
    const was = old[at].strip;
    const moved = (/** @type {keyof typeof strip} */ key, /** @type {any} */ fallback) =>
      (strip[key] ?? fallback) !== (was[key] ?? fallback);
    if (moved('gain_db', 0)) list.push(commands.gain(place, strip.gain_db ?? 0));
    if (moved('pan', 0)) list.push(commands.pan(place, strip.pan ?? 0));
    if (moved('width', 1)) list.push(commands.width(place, strip.width ?? 1));
    if (moved('mute', false)) list.push(commands.mute(place, strip.mute ?? false));
    if (moved('solo', false)) list.push(commands.solo(place, strip.solo ?? false));
    if (moved('polarity', 'normal')) list.push(commands.polarity(place, strip.polarity ?? 'normal'));
    list.push(...chainCommands(place, was.inserts ?? [], strip.inserts ?? []));
  });
  const [was, is] = [before.master ?? {}, after.master ?? {}];
  list.push(...chainCommands('master', was.inserts ?? [], is.inserts ?? []));
  if ((was.target ?? -14) !== (is.target ?? -14)) list.push(commands.target(is.target ?? -14));
  // A target brings its own ceiling along in the document, but not as a command.
  if (ceilingOf(was) !== ceilingOf(is)) list.push(commands.ceiling(ceilingOf(is)));
  const style = (/** @type {typeof is} */ master) => master.limiter_style ?? 'clean';
  if (style(was) !== style(is)) list.push(commands.limiterStyle(style(is)));
  const link = (/** @type {typeof is} */ master) => master.limiter_stereo_link_percent ?? 100;
  if (link(was) !== link(is)) list.push(commands.limiterLink(link(is)));
  return { list, reopen: false };
}

/**
 * Holds back changes of one dial to 60 a second; the last one is always sent.
 */
export class Throttle {
  /** Creates a throttle. @param {(command: Command) => void} send */
  constructor(send) {
    this.send = send;
    /** @type {Map<string, Command>} */
    this.waiting = new Map();
    this.due = 0;
    /** True while the engine stands: changes of a dial wait, and only the last is sent. */
    this.held = false;
  }

  /** Sends a command, or keeps it until its turn. @param {Command} command */
  push(command) {
    if (!['gain', 'pan', 'width', 'parameter', 'ceiling', 'limiter_link'].includes(command.command)) {
      this.flush();
      this.send(command);
      return;
    }
    const { command: name, place, insert, field } = command;
    this.waiting.set(JSON.stringify([name, place, insert, field]), command);
    if (!this.due && !this.held) this.due = setTimeout(() => this.flush(), 16);
  }

  /** Holds changes back, or lets them run. @param {boolean} held */
  hold(held) {
    this.held = held;
    if (!held) this.flush();
  }

  /** Sends what waits. */
  flush() {
    clearTimeout(this.due);
    this.due = 0;
    for (const command of this.waiting.values()) this.send(command);
    this.waiting.clear();
  }
}

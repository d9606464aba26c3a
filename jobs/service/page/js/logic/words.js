import { label, pan, signed } from './format.js';
import { same } from './merge.js';
import { titleOf } from './session.js';

/** Changes between two documents in words, for the notice of a conflict and the names of steps. */

const PLAIN = /** @type {Record<string, string>} */ ({
  gain_db: 'fader',
  pan: 'pan',
  width: 'width',
  mute: 'mute',
  solo: 'solo',
  polarity: 'polarity',
  output: 'output',
  inserts: 'inserts',
  sends: 'sends',
  target: 'target',
  ceiling_dbtp: 'ceiling',
});

/** @param {string} key @param {any} value */
function valueWords(key, value) {
  if (value === undefined) return 'default';
  if (key === 'gain_db') return signed(value);
  if (key === 'pan') return pan(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return String(value.length);
  return typeof value === 'object' ? '…' : String(value).replace('-', '−');
}

/**
 * Lists the changes of one strip.
 * @param {string} name @param {any} from @param {any} to @param {string[]} found
 */
function stripChanges(name, from, to, found) {
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (same(from[key], to[key])) continue;
    const what = `${name} ${PLAIN[key] ?? label(key).toLowerCase()}`;
    const unit = key === 'gain_db' ? ' dB' : '';
    if (Array.isArray(from[key] ?? []) && Array.isArray(to[key] ?? [])) found.push(`${what} changed`);
    else found.push(`${what} ${valueWords(key, from[key])} → ${valueWords(key, to[key])}${unit}`);
  }
}

/**
 * Returns what changed from one document to another, a sentence fragment each.
 * @param {any} from
 * @param {any} to
 * @returns {string[]}
 */
export function changes(from, to) {
  /** @type {string[]} */
  const found = [];
  for (const [list, noun] of [
    ['tracks', 'track'],
    ['buses', 'bus'],
  ]) {
    const before = new Map((from[list] ?? []).map((/** @type {any} */ strip) => [titleOf(strip), strip]));
    const after = new Map((to[list] ?? []).map((/** @type {any} */ strip) => [titleOf(strip), strip]));
    for (const [name, strip] of after) {
      if (before.has(name)) stripChanges(name, before.get(name), strip, found);
      else found.push(`${noun} ${name} added`);
    }
    for (const name of before.keys()) if (!after.has(name)) found.push(`${noun} ${name} removed`);
  }
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (key === 'tracks' || key === 'buses' || same(from[key], to[key])) continue;
    if (typeof (from[key] ?? {}) === 'object' && typeof (to[key] ?? {}) === 'object')
      stripChanges(key, from[key] ?? {}, to[key] ?? {}, found);
    else found.push(`${label(key).toLowerCase()} ${valueWords(key, from[key])} → ${valueWords(key, to[key])}`);
  }
  return found;
}

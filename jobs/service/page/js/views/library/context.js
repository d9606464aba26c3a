import { analysisPath, call, libraryPath, sessionPath } from '../../api.js';
import { gridOf } from '../../logic/grid.js';
import { fullTitle, isSure, tempo } from '../../logic/stem.js';

/** What a search refers to: the session or stem to fit with, the stem to sound like. */

/**
 * @typedef {object} Reference
 * @property {string} name
 * @property {string} facts key and tempo in words
 * @property {string} state of the analysis, as the server has it
 */

/** @param {string|null|undefined} key @param {number|null|undefined} bpm */
const facts = (key, bpm) => [key, bpm ? `${tempo(bpm)} BPM` : null].filter(Boolean).join(', ');

/**
 * Fetches name and facts of a session.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Reference>}
 */
export async function sessionReference(id, signal) {
  const [entry, found] = await Promise.all([
    call('GET', sessionPath(id), { signal }),
    call('GET', analysisPath(id), { signal }),
  ]);
  const song = found.analysis?.song;
  const { key = null, bpm = null } = song ? gridOf(song) : {};
  return { name: entry.name || id, facts: facts(key, bpm), state: found.state };
}

/**
 * Fetches name and facts of a stem.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Reference>}
 */
export async function stemReference(id, signal) {
  const { stem } = await call('GET', libraryPath(id), { signal });
  const words = facts(isSure(stem, 'key') ? stem.key : null, isSure(stem, 'tempo') ? stem.bpm : null);
  return { name: fullTitle(stem), facts: words, state: stem.status };
}

/**
 * Returns the pills of a search.
 * @param {import('../../logic/library.js').Search} search
 * @param {{fits: Reference|null, like: Reference|null}} references
 * @returns {import('./filter.js').Pill[]}
 */
export function pillsOf(search, { fits, like }) {
  /** @type {import('./filter.js').Pill[]} */
  const pills = [];
  const named = (/** @type {Reference|null} */ reference, /** @type {string} */ id) =>
    reference ? `${reference.name}${reference.facts ? `: ${reference.facts}` : ''}` : id;
  if (search.session || search.fits) {
    const note = fits && !fits.facts ? 'key and tempo are not known yet' : 'Half and double tempo count, stretch up to 6 %.';
    const clear = { session: '', fits: '', ...(search.sort ? {} : { down: false }) };
    pills.push({ words: 'Fits with', text: named(fits, search.session || search.fits), clear, note });
  }
  if (search.like) pills.push({ words: 'Sounds like', text: like?.name ?? search.like, clear: { like: '' } });
  if (search.tag) pills.push({ words: 'Tag', text: search.tag, clear: { tag: '' } });
  return pills;
}

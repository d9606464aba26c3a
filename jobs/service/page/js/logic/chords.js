import { noteNumber, readKey } from './keys.js';

/** Chord labels by Harte (ISMIR 2005), in the short form that musicians write. */

const ENDS = /** @type {Record<string, string>} */ ({
  maj: '',
  min: 'm',
  7: '7',
  maj7: 'maj7',
  min7: 'm7',
  sus2: 'sus2',
  sus4: 'sus4',
  dim: 'dim',
  dim7: 'dim7',
  hdim7: 'm7b5',
  aug: 'aug',
  maj6: '6',
  min6: 'm6',
  9: '9',
  5: '5',
});
const NAMES = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B'];
/** Semitones of the degrees of a major scale. */
const DEGREES = [0, 0, 2, 4, 5, 7, 9, 11];

/** Returns the note of a degree such as `b7`. @param {number} root @param {string} degree */
function bass(root, degree) {
  const found = degree.match(/^([b#]*)([1-7])$/);
  if (!found) return '';
  const shift = [...found[1]].reduce((sum, sign) => sum + (sign === '#' ? 1 : -1), 0);
  return NAMES[(root + DEGREES[Number(found[2])] + shift + 12) % 12];
}

/**
 * Returns the short form of a label: `F#:min` is F#m, `C:maj/3` is C/E, `N` is N.C.
 * @param {string} label
 */
export function shortChord(label) {
  if (label === 'N' || label === 'X' || !label) return 'N.C.';
  const [body, below] = label.split('/');
  const [name, quality = 'maj'] = body.split(':');
  const root = noteNumber(name);
  if (root === null) return label;
  const under = below ? bass(root, below) : '';
  return `${name}${ENDS[quality] ?? quality}${under ? `/${under}` : ''}`;
}

/**
 * Returns true if a chord is built on the tonic of a key, in its mode.
 * @param {string} label
 * @param {string|null|undefined} key
 */
export function isTonic(label, key) {
  const home = readKey(key);
  const [name, quality = 'maj'] = label.split('/')[0].split(':');
  if (!home || noteNumber(name) !== home.tonic) return false;
  return /^(min|dim|hdim)/.test(quality) === home.minor;
}

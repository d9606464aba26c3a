/** Keys of songs: names with sharps, Camelot codes, keys that mix. */

const NOTES = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B'];
const FLATS = /** @type {Record<string, number>} */ ({ Cb: 11, Db: 1, Eb: 3, Fb: 4, Gb: 6, Ab: 8, Bb: 10, 'E#': 5, 'B#': 0 });

/** @typedef {{tonic: number, minor: boolean}} Key */

/**
 * Returns the number of a note, C being 0, or null.
 * @param {string} name
 */
export function noteNumber(name) {
  const at = NOTES.indexOf(name);
  return at >= 0 ? at : (FLATS[name] ?? null);
}

/**
 * Reads a key as the server writes it: `C# major`, `A minor`.
 * @param {string|null|undefined} text
 * @returns {Key|null}
 */
export function readKey(text) {
  const [name, mode] = (text ?? '').split(' ');
  const tonic = noteNumber(name);
  return tonic === null || !['major', 'minor'].includes(mode) ? null : { tonic, minor: mode === 'minor' };
}

/** Returns the name of a key. @param {Key} key */
export const keyName = ({ tonic, minor }) => `${NOTES[((tonic % 12) + 12) % 12]} ${minor ? 'minor' : 'major'}`;

/**
 * Returns the Camelot code of a key: 8B for C major, one up for each fifth, A for minor keys.
 * @param {string|null|undefined} text
 */
export function camelot(text) {
  const key = readKey(text);
  if (!key) return '';
  const major = key.minor ? key.tonic + 3 : key.tonic;
  return `${((major * 7 + 7) % 12) + 1}${key.minor ? 'A' : 'B'}`;
}

/**
 * Returns a key and those that mix with it: its relative, and a fifth up and down in its mode.
 * @param {string} text
 * @returns {string[]}
 */
export function relatedKeys(text) {
  const key = readKey(text);
  if (!key) return [];
  const { tonic, minor } = key;
  return [
    key,
    { tonic: tonic + (minor ? 3 : 9), minor: !minor },
    { tonic: tonic + 7, minor },
    { tonic: tonic + 5, minor },
  ].map(keyName);
}

/** All keys in the order of the Camelot wheel: code and name. */
export const ALL_KEYS = NOTES.flatMap((_, tonic) => [true, false].map((minor) => keyName({ tonic, minor })))
  .map((name) => ({ name, code: camelot(name) }))
  .sort((one, other) => parseInt(one.code, 10) - parseInt(other.code, 10) || one.code.localeCompare(other.code));

/** Text for numbers: a real minus sign, fixed digits, units beside. */

/**
 * Returns a number with a real minus sign.
 * @param {number} value
 * @param {number} [digits] digits after the point
 */
export function number(value, digits = 1) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/**
 * Returns a number with its sign, plus included.
 * @param {number} value
 * @param {number} [digits]
 */
export function signed(value, digits = 1) {
  const text = number(value, digits);
  return Number(value.toFixed(digits)) > 0 ? `+${text}` : text;
}

/**
 * Returns a fader's gain, without unit.
 * @param {number} db
 */
export const gain = (db) => (db <= -120 ? 'off' : signed(db));

/**
 * Reads a number as people type it: real minus sign, comma, unit, "off".
 * @param {string} text
 * @returns {number|null}
 */
export function parse(text) {
  const plain = text.trim().replace(/[−–]/g, '-').replace(',', '.');
  if (/^(off|-∞|-inf)$/i.test(plain)) return -120;
  const found = plain.match(/^[+-]?(\d+\.?\d*|\.\d+)/);
  if (!found) return null;
  const rest = plain.slice(found[0].length).trim();
  return Number(found[0]) * (/^k(hz)?$/i.test(rest) ? 1000 : 1);
}

/**
 * Returns a time as minutes, seconds and tenths.
 * @param {number|null|undefined} seconds
 * @param {number} [digits]
 */
export function time(seconds, digits = 1) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  const factor = 10 ** digits;
  const total = Math.floor(Math.max(0, seconds) * factor + 1e-6);
  const minutes = Math.floor(total / (60 * factor));
  const rest = ((total - minutes * 60 * factor) / factor).toFixed(digits);
  return `${minutes}:${rest.padStart(digits ? 3 + digits : 2, '0')}`;
}

/**
 * Returns a size in bytes, kB, MB or GB.
 * @param {number} count
 */
export function bytes(count) {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let size = count;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/**
 * Returns a pan position: C, L35, R40.
 * @param {number} pan -1 to 1
 */
export function pan(pan) {
  const share = Math.round(Math.abs(pan) * 100);
  return share === 0 ? 'C' : `${pan < 0 ? 'L' : 'R'}${share}`;
}

/**
 * Returns a frequency without unit: 80, 3.2 k.
 * @param {number} hz
 */
export const frequency = (hz) =>
  hz >= 1000 ? `${Number((hz / 1000).toPrecision(3))} k` : String(Number(hz.toPrecision(3)));

/**
 * Returns a moment: the time today, "yesterday", or the date.
 * @param {string|null|undefined} text RFC 3339
 * @param {Date} [now]
 */
export function moment(text, now = new Date()) {
  if (!text) return '';
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return '';
  const day = (/** @type {Date} */ of) => new Date(of.getFullYear(), of.getMonth(), of.getDate()).getTime();
  const days = Math.round((day(now) - day(date)) / 86400000);
  if (days === 0) return clock(date);
  if (days === 1) return 'yesterday';
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/**
 * Returns hours and minutes.
 * @param {Date} date
 */
export const clock = (date) => date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

/**
 * Returns a span: "3 s", "2 min", "1 h 5 min".
 * @param {number} seconds
 */
export function span(seconds) {
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 10) return `${number(Math.max(0, seconds))} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Returns the time left: whole seconds, one at least.
 * @param {number} seconds
 */
export const left = (seconds) => (seconds < 10 ? `${Math.max(1, Math.round(seconds))} s` : span(seconds));

/**
 * Returns a count with its noun.
 * @param {number} count
 * @param {string} noun singular
 * @param {string} [plural]
 */
export const plural = (count, noun, plural = `${noun}s`) => `${count} ${count === 1 ? noun : plural}`;

/**
 * Returns a key as a label: `look_ahead_ms` becomes "Look ahead".
 * @param {string} key
 */
export function label(key) {
  const words = key.replace(/_(db|dbtp|dbfs|hz|ms|s|lufs|db_per_octave)$/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Returns the unit that the ending of a key names.
 * @param {string} key
 */
export function unit(key) {
  const ends = /** @type {[RegExp, string][]} */ ([
    [/_db_per_octave$/, 'dB/oct'],
    [/_dbtp$/, 'dBTP'],
    [/_lufs$/, 'LUFS'],
    [/_db$/, 'dB'],
    [/_hz$/, 'Hz'],
    [/_ms$/, 'ms'],
    [/_s$/, 's'],
    [/^ratio$/, ': 1'],
  ]);
  return ends.find(([end]) => end.test(key))?.[1] ?? '';
}

/**
 * Responses of the equalisers: the analogue curves, which the engine's matched designs follow, and
 * those of the bilinear transform for `design = "cookbook"`, notch and all-pass.
 */

/** @typedef {import('./session.js').Insert} Insert */
/** @typedef {{b: [number, number, number], a: [number, number, number]}} Biquad */

/** Types that the plot of responses shows; a dynamic bell at rest. */
export const FILTERS = [
  'high_pass',
  'low_pass',
  'bell',
  'low_shelf',
  'high_shelf',
  'notch',
  'all_pass',
  'tilt',
  'band_pass',
  'dynamic_bell',
];

/** Returns a dynamic bell whose gain is as far from rest as it moves. @param {Insert} insert @returns {Insert} */
export const atFullRange = (insert) => ({
  ...insert,
  gain_db: (insert.gain_db ?? 0) + (insert.ratio === 1 ? 0 : (insert.range_db ?? -12)),
});

/** @param {number} hz @param {number} q @param {number} rate */
function angle(hz, q, rate) {
  const w = (2 * Math.PI * Math.min(hz, rate * 0.499)) / rate;
  return { cos: Math.cos(w), alpha: Math.sin(w) / (2 * q), w };
}

/**
 * @param {number} hz
 * @param {number} q
 * @param {number} rate
 * @param {boolean} high
 * @returns {Biquad}
 */
function pass(hz, q, rate, high) {
  const { cos, alpha } = angle(hz, q, rate);
  const edge = high ? (1 + cos) / 2 : (1 - cos) / 2;
  return { b: [edge, high ? -2 * edge : 2 * edge, edge], a: [1 + alpha, -2 * cos, 1 - alpha] };
}

/** @param {number} hz @param {number} rate @param {boolean} high @returns {Biquad} */
function firstOrder(hz, rate, high) {
  const k = Math.tan((Math.PI * Math.min(hz, rate * 0.499)) / rate);
  return { b: high ? [1, -1, 0] : [k, k, 0], a: [1 + k, k - 1, 0] };
}

/** @param {Insert} insert @param {number} rate @returns {Biquad[]} */
function butterworth(insert, rate) {
  const order = Math.round((insert.slope_db_per_octave ?? 12) / 6);
  const high = insert.type === 'high_pass';
  const sections = order % 2 ? [firstOrder(insert.cutoff_hz, rate, high)] : [];
  for (let at = 0; at < Math.floor(order / 2); at += 1) {
    const q = 1 / (2 * Math.sin((Math.PI * (2 * at + 1)) / (2 * order)));
    sections.push(pass(insert.cutoff_hz, q, rate, high));
  }
  return sections;
}

/** @param {Insert} insert @param {number} rate @param {boolean} high @returns {Biquad} */
function shelf(insert, rate, high) {
  const gain = 10 ** ((insert.gain_db ?? 0) / 40);
  const { cos, alpha } = angle(insert.frequency_hz, insert.q ?? Math.SQRT1_2, rate);
  const s = high ? -1 : 1;
  const root = 2 * Math.sqrt(gain) * alpha;
  return {
    b: [
      gain * (gain + 1 - s * (gain - 1) * cos + root),
      s * 2 * gain * (gain - 1 - s * (gain + 1) * cos),
      gain * (gain + 1 - s * (gain - 1) * cos - root),
    ],
    a: [
      gain + 1 + s * (gain - 1) * cos + root,
      -s * 2 * (gain - 1 + s * (gain + 1) * cos),
      gain + 1 + s * (gain - 1) * cos - root,
    ],
  };
}

/** @param {Insert} insert @param {number} rate @returns {Biquad[]} */
function sections(insert, rate) {
  const { type } = insert;
  if (type === 'high_pass' || type === 'low_pass') return butterworth(insert, rate);
  if (type === 'low_shelf' || type === 'high_shelf') return [shelf(insert, rate, type === 'high_shelf')];
  const { cos, alpha } = angle(insert.frequency_hz, insert.q ?? 1, rate);
  if (type === 'notch') return [{ b: [1, -2 * cos, 1], a: [1 + alpha, -2 * cos, 1 - alpha] }];
  if (type !== 'bell') return [];
  const gain = 10 ** ((insert.gain_db ?? 0) / 40);
  return [{ b: [1 + alpha * gain, -2 * cos, 1 - alpha * gain], a: [1 + alpha / gain, -2 * cos, 1 - alpha / gain] }];
}

/** @param {[number, number, number]} c @param {number} w */
function power(c, w) {
  const re = c[0] + c[1] * Math.cos(w) + c[2] * Math.cos(2 * w);
  const im = c[1] * Math.sin(w) + c[2] * Math.sin(2 * w);
  return re * re + im * im;
}

/** @param {number} ratio @param {number} q */
const second = (ratio, q) => (1 - ratio * ratio) ** 2 + (ratio / q) ** 2;

/**
 * Power of the analogue curve of a filter, or undefined for one without a matched design.
 * @param {Insert} insert
 * @param {number} hz
 */
function analoguePower(insert, hz) {
  const gain = 10 ** ((insert.gain_db ?? 0) / 40);
  const root = Math.sqrt(gain);
  const ratio = hz / (insert.frequency_hz ?? insert.cutoff_hz ?? 1000);
  const q = insert.q ?? (insert.type.endsWith('shelf') ? Math.SQRT1_2 : 1);
  const order = (insert.slope_db_per_octave ?? 12) / 6;
  switch (insert.type) {
    case 'high_pass':
      return 1 / (1 + ratio ** (-2 * order));
    case 'low_pass':
      return 1 / (1 + ratio ** (2 * order));
    case 'bell':
    case 'dynamic_bell':
      return second(ratio, q / gain) / second(ratio, q * gain);
    case 'low_shelf':
      return (gain ** 4 * second(ratio / root, q)) / second(ratio * root, q);
    case 'high_shelf':
      return second(ratio * root, q) / second(ratio / root, q);
    case 'tilt':
      return (1 + (ratio * gain * gain) ** 2) / (gain ** 4 + ratio ** 2);
    case 'band_pass':
      return (ratio / q) ** 2 / second(ratio, q);
    default:
      return undefined;
  }
}

/**
 * Returns the gain of a filter at a frequency.
 * @param {Insert} insert
 * @param {number} hz
 * @param {number} rate frames a second
 * @returns {number} decibels
 */
export function responseDb(insert, hz, rate) {
  const analogue = insert.design === 'cookbook' ? undefined : analoguePower(insert, hz);
  if (analogue !== undefined) return 10 * Math.log10(analogue + 1e-20);
  const w = (2 * Math.PI * hz) / rate;
  return sections(insert, rate).reduce(
    (sum, { b, a }) => sum + 10 * Math.log10((power(b, w) + 1e-20) / (power(a, w) + 1e-20)),
    0,
  );
}

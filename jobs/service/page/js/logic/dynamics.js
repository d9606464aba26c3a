/** Static curves of the processors of level. */

/** @typedef {import('./session.js').Insert} Insert */

/** Types that the plot of levels shows. */
export const DYNAMICS = [
  'compressor',
  'gate',
  'limiter',
  'soft_clip',
  'de_esser',
  'saturator',
  'multiband',
  'ducker',
];

/** Width and bias of the saturator's curves. @type {Record<string, [number, number]>} */
const SATURATION = { tube: [2, 0.22], tape: [0.885, 0], transformer: [0.6, 0.027] };

/** @param {Insert} insert */
const saturation = (insert) => SATURATION[insert.curve ?? 'tube'] ?? SATURATION.tube;

/**
 * Amplitude of a saturated tone, as the mean of its two sides; of a low one for the transformer.
 * @param {Insert} insert
 * @param {number} amplitude of the input
 */
function saturated(insert, amplitude) {
  const [width, bias] = saturation(insert);
  const drive = 10 ** ((insert.drive_db ?? 6) / 20);
  const s = (/** @type {number} */ u) => u / Math.sqrt(1 + u * u);
  const scale = (width * (1 + bias * bias) ** 1.5) / drive;
  const u = (amplitude * drive) / width;
  const wet = (scale * (s(u + bias) - s(bias - u))) / 2;
  const mix = insert.mix ?? 1;
  return (mix * wet + (1 - mix) * amplitude) * 10 ** ((insert.output_db ?? 0) / 20);
}

/**
 * Returns the inserts whose curves a plot of levels shows: a compressor for each band of a multiband one.
 * @param {Insert} insert
 * @returns {Insert[]}
 */
export function curvesOf(insert) {
  if (insert.type !== 'multiband') return [insert];
  return Array.from({ length: insert.bands ?? 3 }, (_, at) => ({
    type: 'compressor',
    threshold_db: insert[`threshold_${at + 1}_db`] ?? -24,
    ratio: insert[`ratio_${at + 1}`] ?? 1,
    knee_db: insert.knee_db ?? 6,
    makeup_db: insert[`gain_${at + 1}_db`] ?? 0,
  }));
}

/** @param {number} level @param {number} threshold @param {number} ratio @param {number} knee */
function compressed(level, threshold, ratio, knee) {
  const over = level - threshold;
  const slope = 1 / ratio - 1;
  if (knee > 0 && Math.abs(over) <= knee / 2) return level + (slope * (over + knee / 2) ** 2) / (2 * knee);
  return over > 0 ? level + slope * over : level;
}

/**
 * Returns the level that a steady level leaves with.
 * @param {Insert} insert
 * @param {number} level dBFS
 * @returns {number} dBFS
 */
export function transferDb(insert, level) {
  const { type } = insert;
  const threshold = insert.threshold_db ?? -24;
  if (type === 'compressor') {
    const wet = compressed(level, threshold, insert.ratio ?? 1, insert.knee_db ?? 6) + (insert.makeup_db ?? 0);
    const mix = insert.mix ?? 1;
    return mix >= 1 ? wet : 20 * Math.log10(mix * 10 ** (wet / 20) + (1 - mix) * 10 ** (level / 20));
  }
  if (type === 'de_esser')
    return Math.max(level - (insert.range_db ?? 12), compressed(level, threshold, insert.ratio ?? 4, 6));
  if (type === 'gate')
    return level >= threshold
      ? level
      : Math.max(level - (insert.range_db ?? 60), threshold + (level - threshold) * (insert.ratio ?? 100));
  if (type === 'ducker') return level > (insert.threshold_db ?? -40) ? level - (insert.depth_db ?? 12) : level;
  if (type === 'saturator') return 20 * Math.log10(saturated(insert, 10 ** (level / 20)));
  if (type === 'limiter') return Math.min(level, insert.ceiling_dbtp ?? -1);
  if (type === 'soft_clip') return Math.min(level + (insert.drive_db ?? 0), insert.ceiling_db ?? 0);
  return level;
}

/** Returns the level at which a processor begins. @param {Insert} insert */
export function thresholdOf(insert) {
  const { type } = insert;
  if (type === 'saturator') return 20 * Math.log10(saturation(insert)[0]) - (insert.drive_db ?? 6);
  if (type === 'ducker') return insert.threshold_db ?? -40;
  return insert.threshold_db ?? insert.ceiling_dbtp ?? (insert.ceiling_db ?? 0) - (insert.drive_db ?? 0);
}

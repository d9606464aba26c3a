/** Static curves of the processors of level. */

/** @typedef {import('./session.js').Insert} Insert */

/** Types that the plot of levels shows. */
export const DYNAMICS = ['compressor', 'gate', 'limiter', 'soft_clip', 'de_esser'];

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
  if (type === 'limiter') return Math.min(level, insert.ceiling_dbtp ?? -1);
  if (type === 'soft_clip') return Math.min(level + (insert.drive_db ?? 0), insert.ceiling_db ?? 0);
  return level;
}

/** Returns the level at which a processor begins. @param {Insert} insert */
export const thresholdOf = (insert) =>
  insert.threshold_db ?? insert.ceiling_dbtp ?? (insert.ceiling_db ?? 0) - (insert.drive_db ?? 0);

import { frequency, number, signed } from './format.js';

/** @typedef {import('./session.js').Insert} Insert */

const SHORT = /** @type {Record<string, string>} */ ({
  high_pass: 'HP',
  low_pass: 'LP',
  bell: 'bell',
  low_shelf: 'LS',
  high_shelf: 'HS',
  notch: 'notch',
  all_pass: 'AP',
  band_pass: 'BP',
  compressor: 'comp',
  gate: 'gate',
  soft_clip: 'clip',
  gain: 'gain',
  delay: 'delay',
  limiter: 'limit',
  de_esser: 'de-ess',
  saturator: 'satur',
  transient_shaper: 'trans',
  multiband: 'multi',
  dynamic_bell: 'dyn',
  ducker: 'duck',
  linear_phase: 'lin EQ',
  match_eq: 'match',
});

/** Short name of an insert, for a chip on a strip. @param {Insert} insert */
export const shortName = ({ type }) => SHORT[type] ?? type.replaceAll('_', ' ');

/** Name of a type in words. @param {string} type */
export const typeName = (type) => type.replaceAll('_', ' ');

/** The one value of an insert that a strip has room for. @param {Insert} insert */
export function oneValue(insert) {
  switch (insert.type) {
    case 'high_pass':
    case 'low_pass':
      return `${frequency(insert.cutoff_hz)}${insert.cutoff_hz < 1000 ? ' Hz' : 'Hz'}`;
    case 'bell':
    case 'low_shelf':
    case 'high_shelf':
    case 'gain':
    case 'tilt':
      return signed(insert.gain_db ?? 0);
    case 'notch':
    case 'all_pass':
    case 'band_pass':
      return frequency(insert.frequency_hz);
    case 'compressor':
      return `${Number((insert.ratio ?? 1).toFixed(1))} : 1`;
    case 'gate':
    case 'de_esser':
    case 'dynamic_bell':
      return number(insert.threshold_db ?? 0, 0);
    case 'soft_clip':
    case 'saturator':
      return `${number(insert.drive_db ?? 0, 0)} dB`;
    case 'transient_shaper':
      return signed(insert.attack_db ?? 0);
    case 'multiband':
      return `${insert.bands ?? 3}`;
    case 'delay':
      return `${Math.round(insert.time_ms)}`;
    case 'ducker':
      return `${number(insert.depth_db ?? 12, 0)} dB`;
    case 'limiter':
      return number(insert.ceiling_dbtp ?? -1);
    default:
      return '';
  }
}

/** Two values of an insert, for a chip above its form. @param {Insert} insert */
export function twoValues(insert) {
  const hz = insert.frequency_hz ?? insert.cutoff_hz;
  const parts = insert.key ? [`← ${insert.key}`] : [];
  if (hz !== undefined) parts.push(`${frequency(hz)}Hz`.replace(/(\d)Hz/, '$1 Hz'));
  if (insert.threshold_db !== undefined) parts.push(`${number(insert.threshold_db, 0)} dB`);
  if (insert.gain_db !== undefined) parts.push(`${signed(insert.gain_db)} dB`);
  if (insert.ratio !== undefined) parts.push(`${Number(insert.ratio.toFixed(1))} : 1`);
  return parts.length ? parts.join(' ') : oneValue(insert);
}

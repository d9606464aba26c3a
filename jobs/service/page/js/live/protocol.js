import { sessionPath } from '../api.js';
import { placeKey } from '../logic/session.js';

/** The live socket's field names, all in this file: text both ways, sound from the server. */

/**
 * @typedef {import('../logic/session.js').Place} Place
 * @typedef {{command: string, [key: string]: any}} Command
 *
 * @typedef {object} Ready
 * @property {'ready'} event
 * @property {number} rate frames a second
 * @property {number} channels
 * @property {number} blockFrames
 * @property {number} latencyFrames
 * @property {'float'|'int16'} format
 * @property {{from: string, gain_db?: number, rendered_at?: string}} gain
 * @property {number|null} duration_s
 * @property {any[]} alignment
 * @property {string[]} warnings
 *
 * @typedef {object} StripReading
 * @property {string} key of the place
 * @property {number[]} peak dBFS, one or two channels
 * @property {number[]} rms dBFS
 * @property {number} reduction decibels, 0 or more
 *
 * @typedef {object} MasterReading
 * @property {number|null} momentary LUFS
 * @property {number|null} short LUFS
 * @property {number|null} integrated LUFS
 * @property {number|null} range LU
 * @property {number|null} truePeak dBTP
 * @property {number} reduction decibels, 0 or more
 * @property {number|null} correlation
 *
 * @typedef {{event: 'readings', frame: number, position_s: number, playing: boolean, strips: StripReading[], master: MasterReading}} Readings
 * @typedef {{event: 'spectrum', frame: number, bands: number[], levels: number[]}} Spectrum
 * @typedef {{event: 'scope', frame: number, points: [number, number][]}} Scope
 * @typedef {{event: 'accepted', id: number|null, frame: number}} Accepted
 * @typedef {{event: 'refused', id: number|null, message: string}} Refused
 * @typedef {{event: 'warning', message: string}} Warning
 * @typedef {{event: 'ended', frame: number}} Ended
 * @typedef {{event: 'preparing', phase: string, fraction: number}} Preparing
 * @typedef {{event: 'gap', frames: number}} Gap
 * @typedef {Preparing|Gap|Ready|Readings|Spectrum|Scope|Accepted|Refused|Warning|Ended} Message
 */

/** Returns the socket's address. @param {string} session @param {'float'|'int16'} format */
export function liveAddress(session, format) {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}/api${sessionPath(session)}/live?format=${format}&rate_hz=30`;
}

/** @param {any} value @returns {number|null} */
const reading = (value) => (Number.isFinite(value) ? value : null);
/** Silence as a level. */
const SILENT_DB = -200;
/** @param {any} value @returns {number[]} one level a channel */
const levels = (value) =>
  (Array.isArray(value) ? value : [value]).map((level) => (Number.isFinite(level) ? level : SILENT_DB));

/** @param {any} text @returns {Readings} */
function readReadings(text) {
  const master = text.master ?? {};
  return {
    event: 'readings',
    frame: Number(text.frame ?? 0),
    position_s: Number(text.position_s ?? 0),
    playing: Boolean(text.playing ?? true),
    strips: (text.strips ?? []).map((/** @type {any} */ strip) => ({
      key: placeKey(strip.place ?? 'master'),
      peak: levels(strip.peak_dbfs),
      rms: levels(strip.rms_dbfs),
      reduction: strip.reduction_db ?? 0,
    })),
    master: {
      momentary: reading(master.momentary_lufs),
      short: reading(master.short_term_lufs),
      integrated: reading(master.integrated_lufs),
      range: reading(master.loudness_range_lu ?? master.range_lu),
      truePeak: reading(master.true_peak_dbtp),
      reduction: master.reduction_db ?? 0,
      correlation: reading(master.correlation),
    },
  };
}

/**
 * Reads a text message; unknown ones are null.
 * @param {string} data
 * @returns {Message|null}
 */
export function readText(data) {
  const text = JSON.parse(data);
  const id = text.id ?? null;
  switch (text.event) {
    case 'ready':
      return {
        event: 'ready',
        rate: text.sample_rate ?? 48000,
        channels: text.channels ?? 2,
        blockFrames: text.block_frames ?? 1024,
        latencyFrames: text.latency_frames ?? 0,
        format: text.format === 'int16' ? 'int16' : 'float',
        gain: text.gain ?? { from: 'none' },
        duration_s: text.duration_s ?? null,
        alignment: text.alignment?.stems ?? text.alignment ?? [],
        warnings: text.warnings ?? [],
      };
    case 'readings':
      return readReadings(text);
    case 'spectrum':
      return { event: 'spectrum', frame: text.frame ?? 0, bands: text.bands_hz ?? [], levels: text.levels_db ?? [] };
    case 'scope':
      return { event: 'scope', frame: text.frame ?? 0, points: text.points ?? [] };
    case 'accepted':
      return { event: 'accepted', id, frame: Number(text.frame ?? 0) };
    case 'refused':
      return { event: 'refused', id, message: text.message ?? 'refused' };
    case 'warning':
      return { event: 'warning', message: text.message ?? '' };
    case 'ended':
      return { event: 'ended', frame: Number(text.frame ?? 0) };
    case 'preparing':
      return { event: 'preparing', phase: text.phase ?? '', fraction: Number(text.fraction ?? 0) };
    case 'gap':
      return { event: 'gap', frames: Number(text.frames ?? 0) };
    default:
      return null;
  }
}

/**
 * Reads sound: frame number, then interleaved stereo samples.
 * @param {ArrayBuffer} buffer
 * @param {'float'|'int16'} format
 * @returns {{frame: number, samples: Float32Array<ArrayBuffer>}}
 */
export function readSound(buffer, format) {
  const frame = Number(new DataView(buffer).getBigUint64(0, true));
  if (format === 'float') return { frame, samples: new Float32Array(buffer, 8) };
  const whole = new Int16Array(buffer, 8);
  const samples = new Float32Array(whole.length);
  for (let at = 0; at < whole.length; at += 1) samples[at] = whole[at] / 32768;
  return { frame, samples };
}

/** Commands as docs/live.md has them. */
export const commands = {
  play: () => ({ command: 'play' }),
  pause: () => ({ command: 'pause' }),
  seek: (/** @type {number} */ frame) => ({ command: 'seek', position: frame }),
  loop: (/** @type {{start: number, end: number}|null} */ range) => ({
    command: 'loop',
    range: range && [range.start, range.end],
  }),
  gain: (/** @type {Place} */ place, /** @type {number} */ db) => ({ command: 'gain', place, gain_db: db }),
  pan: (/** @type {Place} */ place, /** @type {number} */ pan) => ({ command: 'pan', place, pan }),
  width: (/** @type {Place} */ place, /** @type {number} */ width) => ({ command: 'width', place, width }),
  mute: (/** @type {Place} */ place, /** @type {boolean} */ mute) => ({ command: 'mute', place, mute }),
  solo: (/** @type {Place} */ place, /** @type {boolean} */ solo) => ({ command: 'solo', place, solo }),
  polarity: (/** @type {Place} */ place, /** @type {string} */ polarity) => ({ command: 'polarity', place, polarity }),
  parameter: (
    /** @type {Place} */ place,
    /** @type {number} */ insert,
    /** @type {string} */ field,
    /** @type {any} */ value,
  ) => ({ command: 'parameter', place, insert, field, value }),
  bypass: (/** @type {Place} */ place, /** @type {number} */ insert, /** @type {boolean} */ bypass) => ({
    command: 'bypass',
    place,
    insert,
    bypass,
  }),
  insert: (/** @type {Place} */ place, /** @type {number} */ before, /** @type {any} */ settings) => ({
    command: 'insert',
    place,
    before,
    settings,
  }),
  remove: (/** @type {Place} */ place, /** @type {number} */ insert) => ({ command: 'remove', place, insert }),
  target: (/** @type {any} */ target) => ({ command: 'target', target }),
  ceiling: (/** @type {any} */ ceiling) => ({ command: 'ceiling', ceiling }),
  limiterStyle: (/** @type {string} */ style) => ({ command: 'limiter_style', style }),
  limiterLink: (/** @type {number} */ percent) => ({ command: 'limiter_link', stereo_link_percent: percent }),
  credit: (/** @type {number} */ frames) => ({ command: 'credit', frames }),
  readings: (/** @type {number} */ rate, /** @type {boolean} */ spectrum, /** @type {boolean} */ scope) => ({
    command: 'readings',
    rate_hz: rate,
    spectrum,
    scope,
  }),
};

import { camelot } from './keys.js';
import { number, plural } from './format.js';

/** A stem of the library in words. What is not known is a word, never an invented number. */

/** Confidence below which an answer counts as "not sure". */
export const SURE = 0.5;

/**
 * @typedef {object} LibraryStem
 * @property {string} stem_id
 * @property {string} audio_file_id
 * @property {string} type
 * @property {string} name
 * @property {string} [file]
 * @property {string} [song] name of its song
 * @property {number|null} [bpm]
 * @property {string|null} [key]
 * @property {string|null} [camelot]
 * @property {number|null} [tuning_hz]
 * @property {number|null} [beats_per_bar]
 * @property {number|null} [duration_s]
 * @property {number|null} [integrated_lufs]
 * @property {string} status
 * @property {string[]} tags
 * @property {boolean} favourite
 * @property {number} [uses]
 * @property {string} [created]
 * @property {number} [distance]
 * @property {string[]} [chord_labels]
 * @property {Record<string, number>|null} [confidence]
 * @property {{key: string, tempo: string, stretch?: number|null}|null} [fit]
 * @property {any} [chords]
 * @property {any} [sections]
 * @property {string|null} [part_of] the stem that it is a part of
 * @property {any} [notation]
 */

/** @typedef {{text: string, good?: boolean, bad?: boolean, muted?: boolean, title?: string}} Words */

/** Returns true while a stem waits for its analysis. @param {LibraryStem} stem */
export const isBusy = ({ status }) => status === 'pending' || status === 'running';

/**
 * Returns true if an answer was found and is not doubtful.
 * @param {LibraryStem} stem
 * @param {'tempo'|'beats'|'downbeats'|'metre'|'key'|'chords'|'sections'} what
 */
export const isSure = ({ confidence }, what) => (confidence?.[what] ?? 1) >= SURE;

/** Returns the name of a stem: its file without extension. @param {LibraryStem} stem */
export const stemTitle = ({ file, name }) => (file ?? '').replace(/\.[^.]+$/, '') || name;

/** Returns the name of a stem's song, where it is another name. @param {LibraryStem} stem */
function songName(stem) {
  const title = stemTitle(stem);
  return [stem.song, stem.name].find((name) => name && name !== title && name !== stem.file) ?? '';
}

/** Returns the song and type of a stem. @param {LibraryStem} stem */
export const stemSong = (stem) => [songName(stem), stem.type].filter(Boolean).join(' · ');

/**
 * Returns a stem's name with that of its song, for the names of controls.
 * @param {LibraryStem} stem
 */
export const fullTitle = (stem) => [stemTitle(stem), songName(stem)].filter(Boolean).join(' of ');

/** Returns a tempo: two digits at most. @param {number} bpm */
export const tempo = (bpm) => String(Number(bpm.toFixed(2)));

/** @param {LibraryStem} stem @param {string} none words where nothing was found */
function unknown({ status }, none) {
  if (status === 'pending') return 'waiting';
  if (status === 'running') return 'analysing';
  return status === 'failed' ? 'not analysed' : none;
}

/** @param {Record<string, number>|null|undefined} confidence @param {string} what */
const percent = (confidence, what) => `${Math.round(100 * (confidence?.[what] ?? 0))} % sure`;

/**
 * Returns code and name of a stem's key.
 * @param {LibraryStem} stem
 * @returns {{code: string} & Words}
 */
export function keyWords(stem) {
  const { key, confidence } = stem;
  if (!key) return { code: '', text: unknown(stem, 'no key'), muted: true };
  if (!isSure(stem, 'key'))
    return { code: '', text: 'key not sure', muted: true, title: `${key}? ${percent(confidence, 'key')}` };
  return { code: stem.camelot || camelot(key), text: key };
}

/**
 * Returns tempo and beats of a bar.
 * @param {LibraryStem} stem
 * @returns {Words}
 */
export function tempoWords(stem) {
  const { bpm, beats_per_bar: beats, confidence } = stem;
  if (!bpm) return { text: isBusy(stem) || stem.status === 'failed' ? '' : 'no tempo', muted: true };
  if (!isSure(stem, 'tempo'))
    return { text: 'tempo not sure', muted: true, title: `${tempo(bpm)} BPM? ${percent(confidence, 'tempo')}` };
  return { text: `${tempo(bpm)} BPM${beats && isSure(stem, 'metre') ? ` · ${beats} a bar` : ''}` };
}

const KEY_FITS = /** @type {Record<string, string>} */ ({
  same: 'same key',
  related: 'neighbour key',
  other: 'other key',
});
const TEMPO_FITS = /** @type {Record<string, string>} */ ({
  same: 'same tempo',
  stretch: 'near tempo',
  half: 'half tempo',
  double: 'double tempo',
  other: 'tempo too far',
});

/**
 * Returns how a stem fits: key, then tempo.
 * @param {LibraryStem} stem
 * @returns {[Words, Words]|null} null without anything to fit to
 */
export function fitWords(stem) {
  const { fit } = stem;
  if (!fit) return null;
  if (isBusy(stem)) return [{ text: 'not known yet', muted: true }, { text: '', muted: true }];
  const key =
    fit.key in KEY_FITS && isSure(stem, 'key')
      ? { text: KEY_FITS[fit.key], good: fit.key === 'same', muted: fit.key === 'other' }
      : { text: 'key not known', muted: true };
  if (!(fit.tempo in TEMPO_FITS) || !isSure(stem, 'tempo')) return [key, { text: 'tempo not known', muted: true }];
  const change = Math.abs((fit.stretch ?? 1) - 1) * 100;
  const stretch = change >= 0.05 && fit.tempo !== 'other' ? `, stretch ${number(change)} %` : '';
  return [
    key,
    {
      text: `${TEMPO_FITS[fit.tempo]}${stretch}`,
      good: fit.tempo === 'same' && !stretch,
      muted: fit.tempo === 'other',
    },
  ];
}

const KEY_RANKS = ['same', 'related', 'unknown', 'other'];
const TEMPO_RANKS = ['same', 'stretch', 'half', 'double', 'unknown', 'other'];

/** Returns how well a stem fits: less is better. @param {LibraryStem} stem */
function misfit({ fit }) {
  if (!fit) return 0;
  const key = KEY_RANKS.indexOf(fit.key);
  const tempo = TEMPO_RANKS.indexOf(fit.tempo);
  return key + tempo + Math.min(0.9, Math.abs((fit.stretch ?? 1) - 1));
}

/**
 * Orders stems: the best fit first, unless another order is wanted, and those last whose key or
 * tempo is doubtful where the order or the filter goes by it.
 * @param {LibraryStem[]} stems
 * @param {import('./library.js').Search} search
 */
export function ordered(stems, { sort, key, least, most, session, fits, like }) {
  const byFit = Boolean(session || fits) && !sort;
  const byKey = sort === 'key' || Boolean(key) || byFit;
  const byTempo = sort === 'bpm' || least !== null || most !== null || byFit;
  const isDoubtful = (/** @type {LibraryStem} */ stem) =>
    (byKey && (!stem.key || !isSure(stem, 'key'))) || (byTempo && (!stem.bpm || !isSure(stem, 'tempo')));
  const all = byFit && !like ? [...stems].sort((one, other) => misfit(one) - misfit(other)) : stems;
  return [...all.filter((stem) => !isDoubtful(stem)), ...all.filter(isDoubtful)];
}

/**
 * Returns the counts of the library in words.
 * @param {any} stats
 */
export function statsWords(stats) {
  const count = (/** @type {any[]} */ list, /** @type {number} */ most) =>
    (list ?? [])
      .filter(({ value, stems }) => value && stems)
      .sort((one, other) => other.stems - one.stems)
      .slice(0, most)
      .map(({ value, stems }) => `${stems} ${value}`)
      .join(', ');
  const keys = (stats.by_key ?? []).filter((/** @type {any} */ { value }) => value);
  return [
    `${plural(stats.stems ?? 0, 'stem')} of ${plural(stats.audio_files ?? 0, 'song')}`,
    count(stats.by_type, 4),
    keys.length ? `most in ${count(keys, 2).replace(/(\d+) ([^,]+)/g, '$2 ($1)')}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

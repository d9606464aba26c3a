import { isTonic, shortChord } from './chords.js';
import { SURE } from './stem.js';

/** Musical time of a song: beats, bars, chords and sections, as far as they are sure. */

/** Least room of a bar's number, in pixels. */
const BAR_ROOM = 44;
/** Least room between beats that are marked, in pixels. */
const BEAT_ROOM = 14;
/** Least width of a chord that has a cell, in pixels. */
const CHORD_ROOM = 5;
/** Widths of letters in a chord's cell, in pixels of its font; of all others together. */
const LETTERS = /** @type {Record<string, number>} */ ({ m: 9, '#': 7.5, j: 3, i: 3 });
const LETTER = 6.4;

/** @typedef {{start_s: number, end_s: number, label: string}} Span */
/** @typedef {{left: number, width: number, label: string}} Cell pixels */

/**
 * @typedef {object} Grid
 * @property {number[]} beats seconds; empty where they are not sure
 * @property {number[]} downbeats seconds; empty where they are not sure
 * @property {Span[]} chords
 * @property {Span[]} sections
 * @property {string|null} key null where it is not sure
 * @property {number|null} bpm null where it is not sure
 * @property {Set<string>} doubtful what was found but is not sure
 */

/**
 * Takes from an analysis what is sure.
 * @param {any} song `song` of a document mixdown.song/1
 * @returns {Grid}
 */
export function gridOf(song) {
  const doubtful = new Set();
  const sure = (/** @type {string} */ what, /** @type {any} */ value, /** @type {any} */ none) => {
    const found = Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined;
    if (!found) return none;
    if ((song.confidence?.[what] ?? 1) >= SURE) return value;
    doubtful.add(what);
    return none;
  };
  const beats = sure('beats', song.beats_s, []);
  const downbeats = sure('downbeats', song.downbeats_s, []);
  return {
    beats,
    // Bars without beats would have nothing to be counted by.
    downbeats: beats.length ? downbeats : [],
    chords: sure('chords', song.chords, []),
    sections: sure('sections', song.sections, []),
    key: sure('key', song.key, null),
    bpm: sure('tempo', song.tempo_bpm, null),
    doubtful,
  };
}

/** Returns the width that a chord's name takes, in pixels. @param {string} name */
const nameWidth = (name) => [...name].reduce((sum, letter) => sum + (LETTERS[letter] ?? LETTER), 1);

/**
 * Returns the index of the last time at or before a time, or -1.
 * @param {number[]} times
 * @param {number} at
 */
export function lastBefore(times, at) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Returns the beat nearest to a time, or the time where no beats are known.
 * @param {number[]} beats
 * @param {number} at seconds
 */
export function snap(beats, at) {
  const before = lastBefore(beats, at);
  const near = [beats[before], beats[before + 1]].filter((beat) => beat !== undefined);
  return near.reduce((best, beat) => (Math.abs(beat - at) < Math.abs(best - at) ? beat : best), near[0] ?? at);
}

/**
 * Returns a stretch that starts and ends on beats, one beat long at least.
 * @param {number[]} beats
 * @param {{start: number, end: number}} stretch seconds
 */
export function snapStretch(beats, { start, end }) {
  if (beats.length < 2) return { start, end };
  const from = snap(beats, start);
  const to = snap(beats, end);
  if (to > from) return { start: from, end: to };
  const at = Math.min(beats.length - 2, beats.indexOf(from));
  return { start: beats[at], end: beats[at + 1] };
}

/**
 * Returns the time of the next or earlier mark.
 * @param {number[]} times
 * @param {number} at seconds
 * @param {number} by 1 or -1
 * @param {number} [slack] a mark that lies this near behind counts as reached already, in seconds
 */
export function step(times, at, by, slack = 0.01) {
  if (by > 0) return times[lastBefore(times, at + 0.01) + 1] ?? at;
  // A sound that plays has moved past the mark that the last step led to.
  const before = lastBefore(times, at - slack);
  return times[before] ?? 0;
}

/** Returns the span at a time. @param {Span[]} spans @param {number} at seconds */
export const spanAt = (spans, at) => spans.find(({ start_s, end_s }) => at >= start_s && at < end_s) ?? null;

/**
 * Returns bar, beat and chord at a time, counted from 1; empty where they are not known.
 * @param {Grid} grid
 * @param {number} at seconds
 */
export function placeWords(grid, at) {
  const bar = lastBefore(grid.downbeats, at + 1e-3);
  const beat = lastBefore(grid.beats, at + 1e-3);
  const parts = [];
  if (bar >= 0) {
    const first = lastBefore(grid.beats, grid.downbeats[bar] + 0.02);
    parts.push(`bar ${bar + 1} beat ${Math.max(1, beat - first + 1)}`);
  } else if (beat >= 0 && !grid.downbeats.length) parts.push(`beat ${beat + 1}`);
  const chord = spanAt(grid.chords, at);
  if (chord) parts.push(shortChord(chord.label));
  return parts.join(' · ');
}

/**
 * Lays spans out.
 * @param {Span[]} spans
 * @param {{from: number, span: number}} window seconds
 * @param {number} width pixels
 * @returns {(Cell & {span: Span})[]}
 */
function cells(spans, { from, span }, width) {
  const scale = width / span;
  return spans.flatMap((one) => {
    const left = Math.max(0, (one.start_s - from) * scale);
    const right = Math.min(width, (one.end_s - from) * scale);
    return right > left ? [{ left, width: right - left, label: one.label, span: one }] : [];
  });
}

/**
 * Lays sections out.
 * @param {Grid} grid
 * @param {{from: number, span: number}} window seconds
 * @param {number} width pixels
 */
export const sectionCells = (grid, window, width) => cells(grid.sections, window, width);

/**
 * Lays chords out: those too narrow for their name are empty, those too narrow to be seen left out.
 * @param {Grid} grid
 * @param {{from: number, span: number}} window seconds
 * @param {number} width pixels
 * @returns {(Cell & {tonic: boolean})[]}
 */
export const chordCells = (grid, window, width) =>
  cells(grid.chords, window, width)
    .filter((cell) => cell.width >= CHORD_ROOM && cell.span.label !== 'N')
    .map(({ left, width: wide, span }) => {
      const name = shortChord(span.label);
      return {
        left,
        width: wide,
        label: nameWidth(name) <= wide ? name : '',
        tonic: isTonic(span.label, grid.key),
      };
    });

/**
 * Lays bars out: every bar, or one of 2, 4, 8 … that have room; beats between them where they have.
 * @param {Grid} grid
 * @param {{from: number, span: number}} window seconds
 * @param {number} width pixels
 * @returns {{left: number, label: string}[]} beats have no label
 */
export function barMarks(grid, { from, span }, width) {
  const { beats, downbeats } = grid;
  const scale = width / span;
  const inside = (/** @type {number} */ at) => at >= from - 1e-6 && at <= from + span;
  const room = (/** @type {number[]} */ times) =>
    times.length > 1 ? ((times[times.length - 1] - times[0]) / (times.length - 1)) * scale : Infinity;
  let every = 1;
  while (room(downbeats) * every < BAR_ROOM) every *= 2;
  const marks = downbeats
    .map((at, index) => ({ at, label: index % every === 0 ? String(index + 1) : '' }))
    .filter(({ label }) => label);
  if (room(beats) >= BEAT_ROOM)
    for (const at of beats)
      if (!downbeats.some((bar) => Math.abs(bar - at) < 0.02)) marks.push({ at, label: '' });
  return marks
    .filter(({ at }) => inside(at))
    .sort((one, other) => one.at - other.at)
    .map(({ at, label }) => ({ left: (at - from) * scale, label }));
}

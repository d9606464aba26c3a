import { curvesOf, thresholdOf, transferDb } from '../logic/dynamics.js';
import { begin, colour, grid, line } from './canvas.js';

const LOWEST_DB = -60;
/** Width of a bar of the level's history, in decibels. */
const BAR_DB = 3;
/** Colours of the bands of a multiband compressor, from the lowest on. */
const BAND_COLOURS = ['short', 'pink', 'steady', 'reduction', 'momentary'];

/** Levels of the last half minute, for the bars behind the curve. */
export class LevelHistory {
  /** Creates an empty one. */
  constructor() {
    /** @type {number[]} */
    this.levels = [];
  }

  /** Takes a level. @param {number} db */
  take(db) {
    this.levels.push(db);
    if (this.levels.length > 900) this.levels.shift();
  }

  /** Returns the share of the time in each bar. */
  bars() {
    const counts = new Array(-LOWEST_DB / BAR_DB).fill(0);
    for (const db of this.levels)
      if (db > LOWEST_DB && db <= 0) counts[Math.min(counts.length - 1, Math.floor((db - LOWEST_DB) / BAR_DB))] += 1;
    return counts.map((count) => count / Math.max(1, this.levels.length));
  }
}

/**
 * Draws the transfer curves and thresholds, and the level of now and of the last half minute.
 * @param {HTMLCanvasElement} canvas
 * @param {import('../logic/session.js').Insert} insert
 * @param {LevelHistory} history
 * @param {number|null} level dBFS of now
 */
export function drawDynamics(canvas, insert, history, level) {
  const surface = begin(canvas);
  if (!surface) return;
  const { paint, width, height } = surface;
  const x = (/** @type {number} */ db) => ((db - LOWEST_DB) / -LOWEST_DB) * width;
  const y = (/** @type {number} */ db) => height - ((Math.max(LOWEST_DB, db) - LOWEST_DB) / -LOWEST_DB) * height;
  grid(
    paint,
    [-48, -36, -24, -12].flatMap(
      (db) =>
        /** @type {[number, number, number, number][]} */ ([
          [0, y(db), width, y(db)],
          [x(db), 0, x(db), height],
        ]),
    ),
  );
  paint.fillStyle = colour('select');
  const bars = history.bars();
  const most = Math.max(0.05, ...bars);
  bars.forEach((share, at) => {
    const tall = (share / most) * height * 0.45;
    paint.fillRect(x(LOWEST_DB + at * BAR_DB) + 1, height - tall, x(LOWEST_DB + BAR_DB) - 2, tall);
  });
  line(
    paint,
    [
      [0, height],
      [width, 0],
    ],
    'peak',
    1,
  );
  const curves = curvesOf(insert);
  curves.forEach((curve, at) => {
    /** @type {[number, number][]} */
    const points = [];
    for (let db = LOWEST_DB; db <= 0; db += 0.5) points.push([x(db), Math.max(0, y(transferDb(curve, db)))]);
    line(paint, points, BAND_COLOURS[at], 2.2);
    const threshold = thresholdOf(curve);
    if (threshold > 0) return;
    line(
      paint,
      [
        [x(threshold), 0],
        [x(threshold), height],
      ],
      curves.length > 1 ? BAND_COLOURS[at] : 'target',
      1.6,
      { dash: [4, 3] },
    );
  });
  // Bands have levels of their own.
  if (level === null || level < LOWEST_DB || curves.length > 1) return;
  paint.beginPath();
  paint.arc(x(level), y(transferDb(insert, level)), 5, 0, 2 * Math.PI);
  paint.fillStyle = colour('short');
  paint.fill();
}

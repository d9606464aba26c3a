import { atFullRange, FILTERS, responseDb } from '../logic/filters.js';
import { begin, grid, hzToX, line, xToHz, colour } from './canvas.js';

/** Highest and lowest gain of the plot, in decibels. */
export const [EQ_TOP_DB, EQ_BOTTOM_DB] = [12, -18];

/** Returns the height of a gain, 0 at the top to 1. @param {number} db */
export const gainToY = (db) => (EQ_TOP_DB - db) / (EQ_TOP_DB - EQ_BOTTOM_DB);

/**
 * Draws the response of a chain: all filters thick, the open one as a handle.
 * @param {HTMLCanvasElement} canvas
 * @param {import('../logic/session.js').Insert[]} chain
 * @param {number} open index of the open insert
 * @param {number} rate frames a second
 */
export function drawEq(canvas, chain, open, rate) {
  const surface = begin(canvas);
  if (!surface) return;
  const { paint, width, height } = surface;
  const y = (/** @type {number} */ db) => Math.max(-2, Math.min(height + 2, gainToY(db) * height));
  const verticals = [50, 100, 200, 500, 1000, 2000, 5000, 10000].map(
    (hz) => /** @type {[number, number, number, number]} */ ([hzToX(hz) * width, 0, hzToX(hz) * width, height]),
  );
  const levels = [6, -6, -12].map((db) => /** @type {[number, number, number, number]} */ ([0, y(db), width, y(db)]));
  grid(paint, [...verticals, ...levels]);
  grid(paint, [[0, y(0), width, y(0)]], 'control');
  const filters = chain.filter(({ type }) => FILTERS.includes(type));
  const curve = (/** @type {import('../logic/session.js').Insert[]} */ of) => {
    /** @type {[number, number][]} */
    const points = [];
    for (let x = 0; x <= width; x += 2) {
      const hz = xToHz(x / width);
      points.push([x, y(of.reduce((sum, insert) => sum + responseDb(insert, hz, rate), 0))]);
    }
    return points;
  };
  const at = chain[open];
  if (at?.type === 'dynamic_bell') line(paint, curve([atFullRange(at)]), 'target', 1.6, { dash: [4, 3] });
  if (at && FILTERS.includes(at.type) && filters.length > 1) line(paint, curve([at]), 'momentary', 1.2);
  line(paint, curve(filters), 'short', 2.2, { fillTo: y(0), alpha: 0.1 });
  if (!at || !FILTERS.includes(at.type)) return;
  const hz = at.frequency_hz ?? at.cutoff_hz;
  paint.beginPath();
  paint.arc(hzToX(hz) * width, y(at.gain_db ?? 0), 6, 0, 2 * Math.PI);
  paint.fillStyle = colour('card');
  paint.strokeStyle = colour('action');
  paint.lineWidth = 3;
  paint.fill();
  paint.stroke();
}

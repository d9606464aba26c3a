/**
 * Taper of the faders: travel in tenths of a percent against decibels.
 * @type {[number, number][]}
 */
const POINTS = [
  [0, -120],
  [50, -60],
  [100, -48],
  [180, -36],
  [310, -24],
  [500, -12],
  [625, -6],
  [750, 0],
  [875, 6],
  [1000, 12],
];

/** Range of the field beside a fader, in decibels. */
export const LOWEST_DB = -120;
export const HIGHEST_DB = 60;

/**
 * Returns the gain at a position.
 * @param {number} travel 0 to 1000
 * @returns {number} decibels; -120 stands for off
 */
export function travelToDb(travel) {
  const at = Math.min(1000, Math.max(0, travel));
  const upper = Math.max(
    1,
    POINTS.findIndex(([position]) => position >= at),
  );
  const [x0, y0] = POINTS[upper - 1];
  const [x1, y1] = POINTS[upper];
  // Steps of 0.1 dB: a finer value cannot be read in the field.
  return Math.round((y0 + ((at - x0) / (x1 - x0)) * (y1 - y0)) * 10) / 10;
}

/**
 * Returns the position of a gain; gains beyond the scale stand at its ends.
 * @param {number} db decibels
 * @returns {number} 0 to 1000
 */
export function dbToTravel(db) {
  if (db <= LOWEST_DB) return 0;
  const upper = POINTS.findIndex(([, value]) => value >= db);
  if (upper < 0) return 1000;
  const [x0, y0] = POINTS[upper - 1];
  const [x1, y1] = POINTS[upper];
  return x0 + ((db - y0) / (y1 - y0)) * (x1 - x0);
}

/** Marks beside a fader: label and travel. */
export const SCALE = /** @type {[string, number][]} */ (
  [
    ['+12', 12],
    ['+6', 6],
    ['0', 0],
    ['−6', -6],
    ['−12', -12],
    ['−24', -24],
    ['−36', -36],
    ['−60', -60],
  ].map(([label, db]) => [String(label), dbToTravel(Number(db))])
);

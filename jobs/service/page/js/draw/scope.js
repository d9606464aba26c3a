import { begin, colour, grid } from './canvas.js';

/**
 * Draws the phase scope: mono upright, left to the upper left, opposite polarity level.
 * @param {HTMLCanvasElement} canvas
 * @param {[number, number][]} points left and right, -1 to 1
 * @param {boolean} outline true draws the hull alone, for those who want little motion
 */
export function drawScope(canvas, points, outline) {
  const surface = begin(canvas);
  if (!surface) return;
  const { paint, width, height } = surface;
  const [cx, cy] = [width / 2, height / 2];
  const half = Math.min(cx, cy) - 3;
  grid(paint, [
    [cx, cy - half, cx, cy + half],
    [cx - half, cy, cx + half, cy],
  ]);
  paint.beginPath();
  for (const [x, y] of [
    [cx, cy - half],
    [cx + half, cy],
    [cx, cy + half],
    [cx - half, cy],
    [cx, cy - half],
  ])
    paint.lineTo(x, y);
  paint.strokeStyle = colour('grid');
  paint.stroke();
  const place = (/** @type {[number, number]} */ [left, right]) =>
    /** @type {[number, number]} */ ([cx + ((right - left) / 2) * half, cy - ((left + right) / 2) * half]);
  paint.fillStyle = colour('wave');
  paint.globalAlpha = 0.6;
  if (!outline) {
    for (const point of points) {
      const [x, y] = place(point);
      paint.fillRect(x - 0.9, y - 0.9, 1.8, 1.8);
    }
    return;
  }
  const reach = points
    .map(place)
    .reduce((most, [x, y]) => [Math.max(most[0], Math.abs(x - cx)), Math.max(most[1], Math.abs(y - cy))], [0, 0]);
  paint.strokeStyle = colour('wave');
  paint.beginPath();
  paint.ellipse(cx, cy, reach[0], reach[1], 0, 0, 2 * Math.PI);
  paint.stroke();
}

/** Returns a correlation in words. @param {number|null} value -1 to 1 */
export function correlationWords(value) {
  if (value === null) return 'no signal';
  if (value > 0.9) return 'nearly mono';
  if (value > 0.3) return 'wide';
  if (value > -0.2) return 'very wide';
  return 'sides cancel in mono';
}

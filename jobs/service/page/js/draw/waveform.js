import { range } from '../logic/waveform.js';
import { begin, colour } from './canvas.js';

/**
 * Draws the outline of a stem.
 * @param {HTMLCanvasElement} canvas
 * @param {import('../logic/waveform.js').Outline|null} outline
 * @param {{from: number, to: number, scale?: number, alpha?: number, cut?: [number, number]}} view `from`
 *   and `to` are times in the file, in seconds; `cut` is what is played of it
 */
export function drawWaveform(canvas, outline, { from, to, scale = 1, alpha = 1, cut = [0, Infinity] }) {
  const surface = begin(canvas);
  if (!surface) return;
  const { paint, width, height } = surface;
  const middle = height / 2;
  paint.globalAlpha = alpha;
  paint.fillStyle = colour('wave');
  const step = 1 / Math.min(2, devicePixelRatio || 1);
  const perPixel = (to - from) / width;
  for (let x = 0; x < width; x += step) {
    const at = from + x * perPixel;
    const found = outline && at >= cut[0] && at < cut[1] ? range(outline, at, at + step * perPixel) : null;
    if (!found) continue;
    const top = Math.max(0, middle - Math.min(1, found[1] * scale) * middle);
    const bottom = Math.min(height, middle - Math.max(-1, found[0] * scale) * middle);
    paint.fillRect(x, top, step, Math.max(0.7, bottom - top));
  }
}

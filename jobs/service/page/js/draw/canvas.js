/** Canvases in device pixels, with the colours of the tokens. */

/** @type {Map<string, string>} */
const colours = new Map();
const dark = matchMedia('(prefers-color-scheme: dark)');
/** Events: `change` when all must be drawn anew. */
export const scheme = new EventTarget();
dark.addEventListener('change', () => {
  colours.clear();
  scheme.dispatchEvent(new Event('change'));
});

/** Returns the colour of a token, as `wave` or `grid`. @param {string} token */
export function colour(token) {
  let found = colours.get(token);
  if (found === undefined) {
    found = getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
    colours.set(token, found);
  }
  return found;
}

/**
 * Fits a canvas to its place on the screen and clears it.
 * @param {HTMLCanvasElement} canvas
 * @returns {{paint: CanvasRenderingContext2D, width: number, height: number}|null} CSS pixels; null if nothing can be seen
 */
export function begin(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const paint = canvas.getContext('2d');
  if (!paint || !width || !height) return null;
  const scale = devicePixelRatio || 1;
  const [w, hh] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== hh) Object.assign(canvas, { width: w, height: hh });
  paint.setTransform(scale, 0, 0, scale, 0, 0);
  paint.clearRect(0, 0, width, height);
  return { paint, width, height };
}

/**
 * Draws lines of a grid.
 * @param {CanvasRenderingContext2D} paint
 * @param {[number, number, number, number][]} lines x0, y0, x1, y1
 * @param {string} [token]
 */
export function grid(paint, lines, token = 'grid') {
  paint.strokeStyle = colour(token);
  paint.lineWidth = 1;
  paint.beginPath();
  for (const [x0, y0, x1, y1] of lines) {
    paint.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
    paint.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  }
  paint.stroke();
}

/**
 * Draws a line through points.
 * @param {CanvasRenderingContext2D} paint
 * @param {[number, number][]} points
 * @param {string} token
 * @param {number} width
 * @param {{dash?: number[], fillTo?: number, alpha?: number}} [style] `fillTo` is the y of the ground
 */
export function line(paint, points, token, width, { dash = [], fillTo, alpha = 0.28 } = {}) {
  if (!points.length) return;
  paint.save();
  paint.lineJoin = 'round';
  paint.setLineDash(dash);
  paint.beginPath();
  points.forEach(([x, y], at) => (at ? paint.lineTo(x, y) : paint.moveTo(x, y)));
  paint.strokeStyle = colour(token);
  paint.lineWidth = width;
  paint.stroke();
  if (fillTo !== undefined) {
    paint.lineTo(points[points.length - 1][0], fillTo);
    paint.lineTo(points[0][0], fillTo);
    paint.closePath();
    paint.globalAlpha = alpha;
    paint.fillStyle = colour(token);
    paint.fill();
  }
  paint.restore();
}

/** Lowest and highest frequency of plots, in hertz. */
export const [LOW_HZ, HIGH_HZ] = [20, 20000];

/** Returns the place of a frequency, 0 to 1. @param {number} hz */
export const hzToX = (hz) => Math.log(hz / LOW_HZ) / Math.log(HIGH_HZ / LOW_HZ);

/** Returns the frequency of a place. @param {number} x 0 to 1 */
export const xToHz = (x) => LOW_HZ * (HIGH_HZ / LOW_HZ) ** x;

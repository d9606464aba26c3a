import { begin, grid, line } from './canvas.js';

const SECONDS = 20;
const DEEPEST_DB = 12;

/** Gain reduction of the limiter over the last 20 s. */
export class LimiterPlot {
  /** Creates a plot. @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    /** @type {{at: number, db: number}[]} */
    this.points = [];
    this.most = 0;
  }

  /** Forgets everything. */
  reset() {
    this.points = [];
    this.most = 0;
  }

  /** Takes a reading. @param {number} at seconds @param {number} db 0 or more */
  take(at, db) {
    this.points.push({ at, db });
    this.points = this.points.filter((point) => point.at > at - SECONDS);
    this.most = Math.max(this.most, db);
  }

  /** Draws it. */
  draw() {
    const surface = begin(this.canvas);
    if (!surface) return;
    const { paint, width, height } = surface;
    grid(
      paint,
      [0, 1, 2, 3].map((at) => [0, (at * (height - 1)) / 3, width, (at * (height - 1)) / 3]),
    );
    const end = this.points.at(-1)?.at ?? 0;
    const scale = Math.max(6, Math.min(24, Math.ceil(this.most / 3) * 3));
    line(
      paint,
      this.points.map(({ at, db }) => [
        width * (1 - (end - at) / SECONDS),
        (Math.min(db, DEEPEST_DB * 2) / scale) * height,
      ]),
      'reduction',
      1.2,
      { fillTo: 0, alpha: 0.45 },
    );
  }
}

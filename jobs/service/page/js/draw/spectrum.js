import { begin, colour, grid, hzToX, line } from './canvas.js';

const LINES_HZ = [50, 100, 200, 500, 1000, 2000, 5000, 10000];
const [TOP_DB, BOTTOM_DB] = [0, -78];

/** Spectrum of the master: now, average since play, and the slope of pink noise. */
export class SpectrumPlot {
  /** Creates a plot. @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    /** @type {number[]} */
    this.power = [];
    this.count = 0;
  }

  /** Begins the average anew. */
  reset() {
    this.power = [];
    this.count = 0;
  }

  /** Takes a spectrum into the average. @param {number[]} levels dBFS */
  take(levels) {
    if (this.power.length !== levels.length) this.power = levels.map(() => 0);
    levels.forEach((level, at) => (this.power[at] += 10 ** (level / 10)));
    this.count += 1;
  }

  /** Draws it. @param {number[]} bands hertz @param {number[]} levels dBFS */
  draw(bands, levels) {
    const surface = begin(this.canvas);
    if (!surface) return;
    const { paint, width, height } = surface;
    const y = (/** @type {number} */ db) => ((TOP_DB - Math.max(BOTTOM_DB, db)) / (TOP_DB - BOTTOM_DB)) * height;
    grid(paint, [
      ...LINES_HZ.map(
        (hz) => /** @type {[number, number, number, number]} */ ([hzToX(hz) * width, 0, hzToX(hz) * width, height]),
      ),
      [0, height / 3, width, height / 3],
      [0, (2 * height) / 3, width, (2 * height) / 3],
    ]);
    const points = (/** @type {number[]} */ of) =>
      bands
        .map((hz, at) => /** @type {[number, number]} */ ([hzToX(hz) * width, y(of[at])]))
        .filter(([x]) => x >= 0 && x <= width);
    if (levels.length) line(paint, points(levels), 'momentary', 1.1, { fillTo: height });
    if (this.count > 0) {
      const average = this.power.map((sum) => 10 * Math.log10(sum / this.count + 1e-12));
      line(paint, points(average), 'short', 2.2);
      // Bands of equal ratio show pink noise level: the line stands at the mean of the middle
      // bands.
      const middle = average.filter((_, at) => bands[at] > 60 && bands[at] < 8000);
      const level = middle.reduce((sum, db) => sum + db, 0) / Math.max(1, middle.length);
      line(
        paint,
        [
          [0, y(level)],
          [width, y(level)],
        ],
        'pink',
        1.4,
        { dash: [6, 4] },
      );
    }
    paint.fillStyle = colour('edge');
    paint.fillRect(0, height - 1, width, 1);
  }
}

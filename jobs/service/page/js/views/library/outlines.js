import { bytesOf, libraryPath } from '../../api.js';
import { drawWaveform } from '../../draw/waveform.js';
import { readOutline } from '../../logic/waveform.js';

/** Frames of a pixel: a row is about 150 pixels wide, a song some minutes long. */
const FRAMES = 8192;

/** Outline of a row, fetched once it comes into sight. */
export class RowOutline {
  /**
   * Creates an outline.
   * @param {HTMLCanvasElement} canvas
   * @param {string} stem
   * @param {AbortSignal} signal
   * @param {() => void} onLength its length is known
   */
  constructor(canvas, stem, signal, onLength) {
    this.canvas = canvas;
    this.onLength = onLength;
    /** @type {import('../../logic/waveform.js').Outline|null} */
    this.outline = null;
    this.seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      this.seen.disconnect();
      this.fetch(stem, signal);
    });
    this.seen.observe(canvas);
  }

  /** @param {string} stem @param {AbortSignal} signal */
  async fetch(stem, signal) {
    try {
      this.outline = readOutline(
        await bytesOf(`${libraryPath(stem)}/waveform.dat?samples_per_pixel=${FRAMES}`, signal),
      );
      this.draw();
      this.onLength();
    } catch {
      // A row without outline is complete otherwise; a later visit tries again.
    }
  }

  /** Length of the stem as the outline has it, in seconds; 0 before it is there. */
  get seconds() {
    const { outline } = this;
    return outline ? (outline.length * outline.perPixel) / outline.rate : 0;
  }

  /** Draws it at full height. */
  draw() {
    const { outline } = this;
    if (!outline) return;
    drawWaveform(this.canvas, outline, { from: 0, to: this.seconds, scale: outline.peak ? 0.94 / outline.peak : 1 });
  }

  /** Ends it. */
  close() {
    this.seen.disconnect();
  }
}

/** Frames to begin with, after silence and after a gap. */
const ENOUGH_FRAMES = 4800;

/**
 * Player on the audio thread: a queue of blocks with their frame numbers. Where it runs empty there
 * is silence, and a gap is counted.
 */
class Player extends AudioWorkletProcessor {
  /** Creates an empty, held player. */
  constructor() {
    super();
    /** @type {{frame: number, samples: Float32Array}[]} */
    this.queue = [];
    this.offset = 0;
    this.held = true;
    this.frame = 0;
    this.gaps = 0;
    this.dry = true;
    /** Blocks that were waited for a beginning of sound. */
    this.waited = 0;
    this.peak = 0;
    this.blocks = 0;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  /** @param {any} message */
  take(message) {
    if (message.samples) this.queue.push(message);
    if (message.clear) {
      this.queue = [];
      this.offset = 0;
      this.dry = true;
    }
    if (message.held !== undefined) {
      this.held = message.held;
      this.dry = true;
    }
  }

  /** Returns the number of frames in the queue. */
  buffered() {
    return this.queue.reduce((sum, { samples }) => sum + samples.length / 2, 0) - this.offset;
  }

  /**
   * Returns true once there is enough to begin with: a tenth of a second, or what came in as long a
   * time, which at the end of a song is all.
   */
  primed() {
    if (!this.dry) return true;
    if (!this.queue.length) return false;
    this.waited += 1;
    const enough = this.buffered() >= ENOUGH_FRAMES || this.waited * 128 >= ENOUGH_FRAMES;
    if (enough) this.waited = 0;
    return enough;
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    const [left, right] = outputs[0];
    let at = 0;
    const ready = !this.held && this.primed();
    while (ready && at < left.length && this.queue.length) {
      const { frame, samples } = this.queue[0];
      const count = Math.min(left.length - at, samples.length / 2 - this.offset);
      for (let turn = 0; turn < count; turn += 1, at += 1) {
        const from = 2 * (this.offset + turn);
        left[at] = samples[from];
        (right ?? left)[at] = samples[from + 1];
        this.peak = Math.max(this.peak, Math.abs(samples[from]), Math.abs(samples[from + 1]));
      }
      this.offset += count;
      this.frame = frame + this.offset;
      this.dry = false;
      if (this.offset >= samples.length / 2) {
        this.queue.shift();
        this.offset = 0;
      }
    }
    // One gap however long it lasts; before the first sound there is none.
    if (ready && at < left.length && !this.dry) {
      this.gaps += 1;
      this.dry = true;
    }
    this.blocks += 1;
    if (this.blocks % 6 === 0) {
      this.port.postMessage({ frame: this.frame, buffered: this.buffered(), gaps: this.gaps, peak: this.peak });
      this.peak = 0;
    }
    return true;
  }
}

registerProcessor('mixdown-player', Player);

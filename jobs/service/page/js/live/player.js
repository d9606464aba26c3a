import { ScheduledPlayer } from './fallback.js';

/** @typedef {{frame: number, buffered: number, gaps: number, peak: number}} Report */

/** Sound from blocks: by an AudioWorklet, or by scheduled buffers where the browser has none. */
export class Player {
  /** Creates a player, before any sound. */
  constructor() {
    /** @type {AudioContext|null} */
    this.context = null;
    /** @type {AudioWorkletNode|null} */
    this.node = null;
    /** @type {ScheduledPlayer|null} */
    this.scheduled = null;
    /** @type {GainNode|null} */
    this.gain = null;
    /** @type {Report} */
    this.last = { frame: 0, buffered: 0, gaps: 0, peak: 0 };
    this.lastAt = 0;
    this.held = true;
    this.opening = Promise.resolve();
    /** @type {(report: Report) => void} */
    this.onReport = () => {};
  }

  /**
   * Opens the sound; called from a press, for browsers give sound to no one else.
   * @param {number} rate frames a second
   */
  open(rate) {
    // One after the other: two presses must not make two contexts.
    this.opening = this.opening.catch(() => undefined).then(() => this.openNow(rate));
    return this.opening;
  }

  /** @param {number} rate frames a second */
  async openNow(rate) {
    if (this.context?.sampleRate === rate && this.context.state !== 'closed') {
      await this.context.resume();
      return;
    }
    await this.close();
    // The session's rate, so that the browser resamples once at the very end and not block by
    // block.
    const context = new AudioContext({ sampleRate: rate, latencyHint: 'interactive' });
    this.context = context;
    this.gain = new GainNode(context);
    this.gain.connect(context.destination);
    if (context.audioWorklet) {
      await context.audioWorklet.addModule('/js/live/worklet.js');
      this.node = new AudioWorkletNode(context, 'mixdown-player', { numberOfInputs: 0, outputChannelCount: [2] });
      this.node.port.onmessage = ({ data }) => this.report(data);
      this.node.connect(this.gain);
    } else {
      this.scheduled = new ScheduledPlayer(context, this.gain, (report) => this.report(report));
    }
    await context.resume();
  }

  /** @param {Report} report */
  report(report) {
    this.last = report;
    this.lastAt = performance.now();
    this.onReport(report);
  }

  /** @param {any} message @param {Transferable[]} [moved] */
  post(message, moved = []) {
    this.node?.port.postMessage(message, moved);
    this.scheduled?.post(message);
  }

  /**
   * Queues a block.
   * @param {number} frame number of its first frame
   * @param {Float32Array<ArrayBuffer>} samples interleaved stereo
   */
  push(frame, samples) {
    this.post({ frame, samples }, this.node ? [samples.buffer] : []);
  }

  /** Empties the queue. */
  clear() {
    this.post({ clear: true });
    this.last = { ...this.last, buffered: 0 };
  }

  /** Holds the sound, or lets it run; the queue stays. @param {boolean} held */
  hold(held) {
    this.held = held;
    this.post({ held });
  }

  /** Fades to a gain in 20 ms. @param {number} factor */
  fade(factor) {
    if (this.gain && this.context) this.gain.gain.setTargetAtTime(factor, this.context.currentTime, 0.005);
  }

  /** Number of the frame that leaves the loudspeaker now. */
  get audibleFrame() {
    if (!this.context) return 0;
    const since = this.held ? 0 : ((performance.now() - this.lastAt) / 1000) * this.context.sampleRate;
    const late = (this.context.outputLatency || this.context.baseLatency || 0) * this.context.sampleRate;
    return this.last.frame + Math.min(since, this.last.buffered) - late;
  }

  /** Ends the sound. */
  async close() {
    this.scheduled?.close();
    this.node?.disconnect();
    const context = this.context;
    Object.assign(this, { node: null, scheduled: null, context: null, gain: null });
    if (context && context.state !== 'closed') await context.close();
  }
}

/**
 * Player by scheduled buffers, for pages without AudioWorklet: plain http from another machine.
 * Has the same face as the worklet's node.
 */
export class ScheduledPlayer {
  /**
   * Creates a held player.
   * @param {AudioContext} context
   * @param {AudioNode} output
   * @param {(report: {frame: number, buffered: number, gaps: number, peak: number}) => void} onReport
   */
  constructor(context, output, onReport) {
    this.context = context;
    this.output = output;
    this.onReport = onReport;
    /** @type {{frame: number, samples: Float32Array}[]} */
    this.queue = [];
    /** @type {{frame: number, start: number, count: number, peak: number, samples: Float32Array, node: AudioBufferSourceNode}[]} */
    this.scheduled = [];
    this.held = true;
    this.next = 0;
    this.gaps = 0;
    this.frame = 0;
    this.timer = setInterval(() => this.tick(), 20);
  }

  /** @param {{frame?: number, samples?: Float32Array, clear?: boolean, held?: boolean}} message */
  post(message) {
    if (message.samples) this.queue.push({ frame: message.frame ?? 0, samples: message.samples });
    if (message.clear) {
      this.stop();
      this.queue = [];
    }
    if (message.held === true && !this.held) this.queue.unshift(...this.stop());
    if (message.held !== undefined) this.held = message.held;
    this.tick();
  }

  /** Stops what is scheduled and returns what has not begun. */
  stop() {
    const now = this.context.currentTime;
    const left = this.scheduled.filter(({ start }) => start > now).map(({ frame, samples }) => ({ frame, samples }));
    for (const { node } of this.scheduled) node.stop();
    this.scheduled = [];
    this.next = 0;
    return left;
  }

  /** Schedules what is there a fifth of a second ahead, and reports. */
  tick() {
    const { currentTime, sampleRate } = this.context;
    let peak = 0;
    while (this.scheduled.length && this.scheduled[0].start + this.scheduled[0].count / sampleRate <= currentTime) {
      const done = this.scheduled.shift();
      if (done) this.frame = done.frame + done.count;
    }
    const playing = this.scheduled[0];
    if (playing && playing.start <= currentTime) {
      this.frame = playing.frame + Math.floor((currentTime - playing.start) * sampleRate);
      peak = playing.peak;
    }
    while (!this.held && this.queue.length && this.next < currentTime + 0.2) this.schedule();
    const waiting = this.queue.reduce((sum, { samples }) => sum + samples.length / 2, 0);
    const ahead = Math.max(0, this.next - currentTime) * sampleRate;
    this.onReport({ frame: this.frame, buffered: waiting + ahead, gaps: this.gaps, peak });
  }

  /** Schedules the first block of the queue. */
  schedule() {
    const { context } = this;
    const block = this.queue.shift();
    if (!block) return;
    const count = block.samples.length / 2;
    const buffer = context.createBuffer(2, count, context.sampleRate);
    let peak = 0;
    for (const channel of [0, 1]) {
      const into = buffer.getChannelData(channel);
      for (let at = 0; at < count; at += 1) {
        into[at] = block.samples[2 * at + channel];
        peak = Math.max(peak, Math.abs(into[at]));
      }
    }
    if (this.next < context.currentTime) {
      if (this.next > 0) this.gaps += 1;
      this.next = context.currentTime + 0.02;
    }
    const node = new AudioBufferSourceNode(context, { buffer });
    node.connect(this.output);
    node.start(this.next);
    this.scheduled.push({ frame: block.frame, start: this.next, count, peak, samples: block.samples, node });
    this.next += count / context.sampleRate;
  }

  /** Ends the player. */
  close() {
    clearInterval(this.timer);
    this.stop();
  }
}

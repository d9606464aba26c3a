/** @typedef {import('./protocol.js').Readings} Readings */

/**
 * Readings in the order of the sound: each is due when its frame leaves the loudspeaker, so that
 * meters agree with the ear and not with the network.
 */
export class Audible {
  /** Creates an empty one. @param {import('./live.js').Live} live */
  constructor(live) {
    this.live = live;
    /** @type {(Readings|import('./protocol.js').Spectrum|import('./protocol.js').Scope)[]} */
    this.waiting = [];
    /** @type {Readings|null} */
    this.readings = null;
    /** @type {import('./protocol.js').Spectrum|null} */
    this.spectrum = null;
    /** @type {import('./protocol.js').Scope|null} */
    this.scope = null;
    this.start = 0;
    /** @type {{frame: number, at: number}[]} */
    this.expected = [];
    /** @type {number[]} */
    this.latencies = [];
  }

  /** Forgets everything and stands at a position. @param {number} seconds */
  reset(seconds) {
    this.waiting = [];
    this.readings = null;
    this.start = seconds;
    this.expected = [];
  }

  /**
   * Takes a message.
   * @param {Readings|import('./protocol.js').Spectrum|import('./protocol.js').Scope} message
   */
  take(message) {
    if (this.live.seeking) return;
    this.waiting.push(message);
    // Without a player nothing becomes due by itself.
    if (this.waiting.length > 400) this.waiting.splice(0, 200);
  }

  /**
   * Expects the sound of a command.
   * @param {number} frame
   * @param {number} at time of the press, milliseconds
   */
  expect(frame, at) {
    this.expected.push({ frame, at });
  }

  /** Takes up what is due; called once a drawn frame. */
  advance() {
    const now = this.live.player.audibleFrame;
    while (this.waiting.length && this.waiting[0].frame <= now) {
      const due = this.waiting.shift();
      if (due?.event === 'readings') this.readings = due;
      if (due?.event === 'spectrum') this.spectrum = due;
      if (due?.event === 'scope') this.scope = due;
    }
    while (this.live.playing && this.expected.length && this.expected[0].frame <= now) {
      const { at } = /** @type {{frame: number, at: number}} */ (this.expected.shift());
      this.latencies = [...this.latencies.slice(-4), performance.now() - at];
      const sorted = [...this.latencies].sort((a, b) => a - b);
      this.live.latency_ms = sorted[Math.floor(sorted.length / 2)];
      this.live.emit('latency');
    }
  }

  /** Position that is audible, in seconds. */
  get position() {
    const { readings, live } = this;
    if (!readings || !live.ready) return this.start;
    const since =
      live.playing && readings.playing ? Math.max(0, (live.player.audibleFrame - readings.frame) / live.ready.rate) : 0;
    let at = readings.position_s + Math.min(since, 0.5);
    const { loop } = live;
    if (loop && readings.position_s < loop.end && at >= loop.end)
      at = loop.start + ((at - loop.end) % (loop.end - loop.start));
    return at;
  }
}

/** Sound that is requested ahead, in seconds. */
const AHEAD_S = 0.3;
/** The same at most, after gaps. */
const AHEAD_MOST_S = 0.8;
/** Time in which gaps count together, in milliseconds. */
const TOGETHER_MS = 10000;

/** Supply of sound: frames granted and under way, frames in the player, and gaps. */
export class Supply {
  /** Creates an empty one. */
  constructor() {
    /** Frames granted and not yet arrived. */
    this.outstanding = 0;
    /** Frames in the player, as far as known here. */
    this.queued = 0;
    this.ahead_s = AHEAD_S;
    /** @type {number[]} */
    this.gapTimes = [];
  }

  /** Forgets what is under way: the place is another. */
  reset() {
    this.outstanding = 0;
    this.queued = 0;
  }

  /** Notes granted frames that arrived, or that the server left out. @param {number} frames */
  arrived(frames) {
    this.outstanding = Math.max(0, this.outstanding - frames);
  }

  /**
   * Returns the frames that there is room for, and counts them as granted; 0 while it is little.
   * @param {number} rate frames a second
   * @param {number} least smallest number that is worth a message
   */
  grant(rate, least) {
    const room = Math.round(this.ahead_s * rate) - this.queued - this.outstanding;
    if (room < least) return 0;
    this.outstanding += room;
    return room;
  }

  /** Notes a gap. @returns {number} gaps of the last ten seconds */
  noteGap() {
    const now = performance.now();
    this.gapTimes = [...this.gapTimes.filter((at) => now - at < TOGETHER_MS), now];
    // A connection with gaps gets more ahead, at the price of a later change.
    if (this.gapTimes.length >= 2) this.ahead_s = Math.min(AHEAD_MOST_S, this.ahead_s + 0.1);
    return this.gapTimes.length;
  }
}

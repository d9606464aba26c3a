/** Fall of a meter, in decibels a second. */
const FALL = 20;
/** Time that the highest peak stands, in seconds. */
const HOLD_S = 1.5;

/** Lowest level of meters, in dBFS. */
export const METER_LOWEST_DB = -60;

/** Movement of one bar: at once up, slowly down, the highest peak held. */
export class Ballistics {
  /** Creates a bar at rest. */
  constructor() {
    this.peak = -200;
    this.rms = -200;
    this.hold = -200;
    this.holdFor = 0;
  }

  /**
   * Moves on.
   * @param {number} peak dBFS
   * @param {number} rms dBFS
   * @param {number} seconds since the last time
   */
  step(peak, rms, seconds) {
    this.peak = Math.max(peak, this.peak - FALL * seconds);
    this.rms = Math.max(rms, this.rms - FALL * seconds);
    this.holdFor -= seconds;
    if (peak >= this.hold || this.holdFor <= 0) {
      this.hold = peak >= this.hold ? peak : this.peak;
      this.holdFor = HOLD_S;
    }
  }
}

/** Returns the share of a meter that a level fills, 0 to 1. @param {number} db */
export const meterShare = (db) => Math.min(1, Math.max(0, (db - METER_LOWEST_DB) / -METER_LOWEST_DB));

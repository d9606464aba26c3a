import { threeWay } from '../logic/merge.js';
import { changes } from '../logic/words.js';

const DEEPEST = 200;
/** Steps by keys within this time are one, in milliseconds. */
const TOGETHER_MS = 800;

/** @typedef {{label: string, before: any, after: any, gesture: string|null, at: number}} Step */

/**
 * One's own steps. A step taken back after changes from elsewhere takes back what is one's own
 * alone.
 */
export class Undo {
  /** Creates the list of this tab, which a reload keeps. @param {string} session */
  constructor(session) {
    this.key = `mixdown:undo:${session}`;
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} */
    this.undone = [];
    this.open = false;
    /** @type {number|undefined} */
    this.timer = undefined;
    try {
      Object.assign(this, JSON.parse(sessionStorage.getItem(this.key) ?? '{}'));
    } catch {
      // A damaged list is an empty one.
    }
  }

  /** Keeps the list for a reload, after a pause. */
  keep() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      try {
        sessionStorage.setItem(this.key, JSON.stringify({ done: this.done, undone: this.undone }));
      } catch {
        // A full storage keeps the list for this page alone.
      }
    }, 300);
  }

  /**
   * Notes a step, or joins it to the last one of the same gesture.
   * @param {string} label @param {any} before @param {any} after @param {string|null} gesture
   */
  note(label, before, after, gesture) {
    this.undone = [];
    const last = this.done.at(-1);
    const now = Date.now();
    if (gesture !== null && last?.gesture === gesture && (this.open || now - last.at < TOGETHER_MS)) {
      // The whole way of the gesture, not its last movement.
      const [whole] = changes(last.before, after);
      Object.assign(last, { label: whole ?? label, after, at: now });
    } else {
      this.done.push({ label, before, after, gesture, at: now });
      if (this.done.length > DEEPEST) this.done.shift();
    }
    this.open = gesture !== null;
    this.keep();
  }

  /** Ends a gesture. */
  endGesture() {
    this.open = false;
  }

  /** Returns the document without the last step, or null. @param {any} current */
  back(current) {
    const step = this.done.pop();
    if (!step) return null;
    step.gesture = null;
    this.undone.push(step);
    this.keep();
    return threeWay(step.after, current, step.before).merged;
  }

  /** Returns the document with the step that was taken back, or null. @param {any} current */
  forth(current) {
    const step = this.undone.pop();
    if (!step) return null;
    this.done.push(step);
    this.keep();
    return threeWay(step.before, current, step.after).merged;
  }

  /** Name of the step that would be taken back, or null. */
  get backLabel() {
    return this.done.at(-1)?.label ?? null;
  }

  /** Name of the step that would be done again, or null. */
  get forthLabel() {
    return this.undone.at(-1)?.label ?? null;
  }
}

import { libraryPath } from '../../api.js';
import { announceSound, onOtherSound } from '../../store/sound.js';

/** Player of the library: one stem at a time. Events: `change`, `time`, `trouble`. */
export class Listening extends EventTarget {
  /** Creates a silent player. */
  constructor() {
    super();
    this.audio = new Audio();
    this.audio.preload = 'none';
    /** Stem that is loaded, or empty. */
    this.stem = '';
    for (const type of ['play', 'pause', 'ended']) this.audio.addEventListener(type, () => this.emit('change'));
    this.audio.addEventListener('timeupdate', () => this.emit('time'));
    this.audio.addEventListener('error', () => this.onError());
    this.endTurns = onOtherSound(() => this.pause());
  }

  /** @param {string} type */
  emit(type) {
    this.dispatchEvent(new Event(type));
  }

  /** Returns true while a stem plays. @param {string} id */
  plays(id) {
    return this.stem === id && !this.audio.paused;
  }

  /** Seconds since the beginning of the stem. */
  get position() {
    return this.audio.currentTime;
  }

  /** Plays a stem, or pauses it. @param {string} id */
  async toggle(id) {
    if (this.plays(id)) {
      this.pause();
      return;
    }
    if (this.stem !== id) {
      this.stem = id;
      this.audio.src = `/api${libraryPath(id)}/file`;
    }
    announceSound();
    try {
      await this.audio.play();
    } catch (error) {
      // A pause right after a press is no failure; the others have an event of their own.
      if (/** @type {Error} */ (error).name === 'NotAllowedError') this.onError();
    }
  }

  /** Moves within the stem. @param {number} seconds */
  seek(seconds) {
    this.audio.currentTime = seconds;
  }

  /** Pauses. */
  pause() {
    this.audio.pause();
  }

  /** Announces that a stem cannot be played. */
  onError() {
    if (!this.stem) return;
    const failed = this.stem;
    this.stem = '';
    this.emit('change');
    this.dispatchEvent(new CustomEvent('trouble', { detail: failed }));
  }

  /** Ends it. */
  close() {
    this.endTurns();
    this.stem = '';
    this.audio.pause();
    this.audio.removeAttribute('src');
  }
}

import { Live } from '../../live/live.js';
import { commands } from '../../live/protocol.js';
import { equalGains, factor } from '../../logic/loudness.js';

/**
 * Before and after at one position: before is the live engine without target and ceiling, after the
 * written file. Events: `change`, `trouble`.
 */
export class Compare extends EventTarget {
  /**
   * Creates it on "after".
   * @param {string} session
   * @param {string} address of the file
   * @param {{before: number|null, after: number|null, start_s: number}} figures LUFS, and the session
   *   time of the file's first frame
   */
  constructor(session, address, { before, after, start_s }) {
    super();
    this.session = session;
    this.figures = { before, after };
    this.start_s = start_s;
    this.audio = new Audio(address);
    this.audio.preload = 'metadata';
    /** @type {Live|null} */
    this.live = null;
    /** @type {'before'|'after'} */
    this.side = 'after';
    this.equal = true;
    this.playing = false;
    for (const type of ['timeupdate', 'ended', 'error']) this.audio.addEventListener(type, () => this.onAudio(type));
    this.setVolume();
  }

  /** @param {string} type */
  onAudio(type) {
    if (type === 'ended') this.playing = false;
    if (type === 'error' && this.playing)
      this.dispatchEvent(
        new CustomEvent('trouble', { detail: 'This browser cannot play the file. It can still be downloaded.' }),
      );
    this.dispatchEvent(new Event('change'));
  }

  /** Gains of both sides, in decibels. */
  get gains() {
    return this.equal ? equalGains(this.figures.before, this.figures.after) : { before: 0, after: 0, lufs: null };
  }

  /** Sets the gains of this moment. */
  setVolume() {
    this.audio.volume = Math.min(1, factor(this.gains.after));
    if (this.side === 'before') this.live?.player.fade(factor(this.gains.before));
  }

  /** Turns equal loudness on or off. @param {boolean} on */
  setEqual(on) {
    this.equal = on;
    this.setVolume();
    this.dispatchEvent(new Event('change'));
  }

  /** Position in the file, in seconds. */
  get position() {
    return this.side === 'before' && this.live
      ? Math.max(0, this.live.audible.position - this.start_s)
      : this.audio.currentTime;
  }

  /** Plays or pauses. */
  async toggle() {
    this.playing = !this.playing;
    if (this.side === 'before') this.playing ? this.live?.play() : this.live?.pause();
    else if (this.playing) await this.audio.play().catch(() => (this.playing = false));
    else this.audio.pause();
    this.dispatchEvent(new Event('change'));
  }

  /** Moves to a position. @param {number} seconds */
  seek(seconds) {
    this.audio.currentTime = seconds;
    if (this.side === 'before') this.live?.seek(seconds + this.start_s);
    this.dispatchEvent(new Event('change'));
  }

  /** Changes sides; the position stays. @param {'before'|'after'} side */
  switchTo(side) {
    if (side === this.side) return;
    const at = this.position;
    this.side = side;
    if (side === 'after') {
      this.audio.currentTime = at;
      this.setVolume();
      if (this.playing) this.audio.play().catch(() => undefined);
      this.live?.player.fade(0);
      setTimeout(() => this.side === 'after' && this.live?.playing && this.live.pause(), 30);
    } else this.openBefore(at);
    this.dispatchEvent(new Event('change'));
  }

  /**
   * Begins the live engine; the file plays on until its first sound is there.
   * @param {number} at seconds
   */
  openBefore(at) {
    const live = this.live ?? this.makeLive();
    const begin = () => {
      if (this.side !== 'before') return;
      live.seek((this.playing ? this.audio.currentTime : at) + this.start_s);
      if (this.playing) live.play();
    };
    const onFirst = () => {
      if (this.side !== 'before' || live.player.last.peak <= 0) return;
      live.removeEventListener('peak', onFirst);
      live.player.fade(factor(this.gains.before));
      this.audio.pause();
    };
    live.addEventListener('peak', onFirst);
    if (live.state === 'open') begin();
    else {
      live.addEventListener('ready', begin, { once: true });
      live.open();
    }
  }

  /** Makes the live engine without target and ceiling. */
  makeLive() {
    const live = new Live(this.session);
    this.live = live;
    live.wanted = { spectrum: false, scope: false };
    live.addEventListener('ready', () => {
      live.send(commands.target('none'));
      live.send(commands.ceiling('off'));
    });
    live.addEventListener('playing', () => this.dispatchEvent(new Event('change')));
    live.addEventListener('state', () => {
      if (live.state !== 'lost' && live.state !== 'refused') return;
      if (this.side === 'before') this.switchTo('after');
      this.dispatchEvent(
        new CustomEvent('trouble', {
          detail: `“Before” needs the live engine: ${live.reason || 'it does not answer'}`,
        }),
      );
    });
    return live;
  }

  /** Ends all sound. */
  close() {
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.live?.close();
  }
}

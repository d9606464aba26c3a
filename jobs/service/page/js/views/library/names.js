import { audioPath, call } from '../../api.js';

/** @typedef {import('../../logic/stem.js').LibraryStem} LibraryStem */

/** Names of the songs that stems belong to: records name the stem alone. */
export class SongNames {
  /**
   * Creates an empty store.
   * @param {AbortSignal} signal
   * @param {() => void} onName another name is known
   */
  constructor(signal, onName) {
    this.signal = signal;
    this.onName = onName;
    /** Names by audio file; empty while one is fetched. @type {Map<string, string>} */
    this.known = new Map();
    /** @type {string[]} */
    this.wanted = [];
    this.isBusy = false;
  }

  /** Returns a stem with the name of its song, as far as it is known. @param {LibraryStem} stem */
  named(stem) {
    return { ...stem, song: stem.song || this.known.get(stem.audio_file_id) || '' };
  }

  /** Fetches the names that are not known, one after the other. @param {LibraryStem[]} stems */
  async want(stems) {
    for (const { audio_file_id: song } of stems) {
      if (this.known.has(song)) continue;
      this.known.set(song, '');
      this.wanted.push(song);
    }
    if (this.isBusy) return;
    this.isBusy = true;
    for (let song = this.wanted.shift(); song && !this.signal.aborted; song = this.wanted.shift()) {
      try {
        const { name } = await call('GET', audioPath(song), { signal: this.signal });
        this.known.set(song, name ?? '');
        this.onName();
      } catch {
        // A stem without the name of its song is complete otherwise; the next search tries again.
        this.known.delete(song);
      }
    }
    this.isBusy = false;
  }
}

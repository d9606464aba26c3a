import { audioPath, call, jobPath } from '../../api.js';
import { isBusy } from '../../logic/stem.js';

/** @typedef {import('../../logic/stem.js').LibraryStem} LibraryStem */

/** Time between two looks, in milliseconds. */
const EVERY_MS = 2000;
/** Songs that are looked up in one turn. */
const AT_ONCE = 6;

/** Follows songs while they are analysed. */
export class Busy {
  /** Creates a follower. @param {import('./screen.js').LibraryScreen} screen */
  constructor(screen) {
    this.screen = screen;
    this.list = screen.list;
    this.signal = screen.signal;
    /** @type {number|undefined} */
    this.timer = undefined;
  }

  /** Looks again soon if a stem is under way. */
  watch() {
    clearTimeout(this.timer);
    if (this.list.stems.some(isBusy)) this.timer = setTimeout(() => this.look(), EVERY_MS);
  }

  /** Looks up the songs under way. */
  async look() {
    const songs = [...new Set(this.list.stems.filter(isBusy).map(({ audio_file_id }) => audio_file_id))];
    let done = 0;
    for (const song of songs.slice(0, AT_ONCE)) {
      try {
        const { job_id, stems = [] } = await call('GET', audioPath(song), { signal: this.signal });
        if (job_id) await this.lookAtJob(song, job_id);
        this.screen.merge(stems);
        if (!stems.some(isBusy)) {
          this.list.progress.delete(song);
          done += 1;
        }
      } catch {
        // The connection's own banner names the cause; the next turn tries again.
      }
      if (this.signal.aborted) return;
    }
    if (done) this.screen.refresh();
    this.watch();
  }

  /** @param {string} song @param {string} job */
  async lookAtJob(song, job) {
    const { state, progress } = await call('GET', jobPath(job), { signal: this.signal });
    if (state === 'running') this.list.progress.set(song, progress);
  }

  /** Ends it. */
  close() {
    clearTimeout(this.timer);
  }
}

import { analysisPath, ApiError, call, followJob, sessionPath } from '../../api.js';
import { gridOf } from '../../logic/grid.js';

/** Time between two looks while it runs, in milliseconds. */
const EVERY_MS = 2000;

/** What an analysis found in the song of a session. Events: `change`. */
export class SongAnalysis extends EventTarget {
  /** Creates an unknown one. @param {string} session @param {AbortSignal} signal */
  constructor(session, signal) {
    super();
    this.session = session;
    this.signal = signal;
    /** @type {'unknown'|'none'|'queued'|'running'|'done'|'failed'|'stale'} */
    this.state = 'unknown';
    this.percent = 0;
    this.job = '';
    /** Why it was not started, or failed. */
    this.reason = '';
    /** @type {any} */
    this.song = null;
    this.grid = gridOf({});
    /** @type {() => void} */
    this.endJob = () => undefined;
    signal.addEventListener('abort', () => this.close());
  }

  /** True while it is under way. */
  get isBusy() {
    return this.state === 'queued' || this.state === 'running';
  }

  /** Fetches it; again while it runs. */
  async load() {
    clearTimeout(this.timer);
    try {
      const { state, analysis, job_id } = await call('GET', analysisPath(this.session), { signal: this.signal });
      this.state = state;
      this.song = analysis?.song ?? null;
      this.grid = gridOf(this.song ?? {});
      if (this.isBusy) this.follow(job_id ?? '');
    } catch (error) {
      if (this.signal.aborted) return;
      // A service without analyses has no button for them; a lost one is tried again.
      if (error instanceof ApiError && error.status === 404) this.state = 'unknown';
      else this.timer = setTimeout(() => this.load(), 2 * EVERY_MS);
    }
    this.announce();
  }

  /** Follows its job, or looks again where it has none. @param {string} job */
  follow(job) {
    if (!job) this.timer = setTimeout(() => this.load(), EVERY_MS);
    if (!job || job === this.job) return;
    this.endJob();
    this.job = job;
    this.endJob = followJob(job, ({ state, progress, message, error }) => {
      this.percent = progress;
      if (['complete', 'error', 'cancelled'].includes(state)) {
        this.job = '';
        this.reason = state === 'error' ? String(error?.message ?? message ?? '') : '';
        this.load();
        return;
      }
      this.state = state === 'queued' ? 'queued' : 'running';
      this.announce();
    });
  }

  /** Starts it. */
  async start() {
    this.reason = '';
    try {
      const { job_id } = await call('POST', `${sessionPath(this.session)}/analyse`, { body: {} });
      Object.assign(this, { state: 'queued', percent: 0 });
      this.follow(job_id ?? '');
    } catch (error) {
      this.reason = error instanceof Error ? error.message : String(error);
    }
    this.announce();
  }

  /** Notes that the stems are others than those that were analysed. */
  noteStems() {
    if (!this.signal.aborted && !this.isBusy) this.load();
  }

  /** Announces a change. */
  announce() {
    this.dispatchEvent(new Event('change'));
  }

  /** Ends it. */
  close() {
    clearTimeout(this.timer);
    this.endJob();
  }
}

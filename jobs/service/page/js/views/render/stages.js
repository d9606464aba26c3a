import { fill, h, sr } from '../../dom.js';
import * as format from '../../logic/format.js';

/** Stages of a render in their order, in words. */
const STAGES = /** @type {[string, string][]} */ ([
  ['loading_stems', 'Open the stems'],
  ['aligning_stems', 'Put them in time'],
  ['processing_tracks', 'Process the tracks'],
  ['mixing', 'Mix'],
  ['mastering', 'Master'],
  ['exporting', 'Measure and write'],
]);

/** List of stages with the time each took, as far as it was seen. */
export class Stages {
  /** Creates an empty list. */
  constructor() {
    this.element = h('ol', { class: 'stages' });
    /** @type {Map<string, {from: number, to: number|null}>} */
    this.times = new Map();
    this.current = '';
  }

  /**
   * Shows a job.
   * @param {import('../../api.js').Job} job
   * @param {boolean} failed
   */
  show(job, failed) {
    const now = Date.now();
    const state = failed ? this.current : job.stage || job.state;
    if (state !== this.current) {
      const last = this.times.get(this.current);
      if (last) last.to = now;
      if (!this.times.has(state)) this.times.set(state, { from: now, to: null });
      this.current = state;
    }
    // A job that ended before this view was opened has no known stage.
    this.element.hidden = failed && this.current === '';
    const at = job.state === 'complete' ? STAGES.length : STAGES.findIndex(([name]) => name === this.current);
    fill(
      this.element,
      STAGES.map(([name, words], index) => this.line(name, words, index - at, failed)),
    );
  }

  /**
   * @param {string} name
   * @param {string} words
   * @param {number} side below 0 is done, 0 runs
   * @param {boolean} failed
   */
  line(name, words, side, failed) {
    const time = this.times.get(name);
    const seconds = time ? ((time.to ?? Date.now()) - time.from) / 1000 : null;
    if (side < 0)
      return h(
        'li',
        null,
        h('span', { class: 'mk' }, h('span', { 'aria-hidden': 'true' }, '✓'), sr('done: ')),
        h('span', null, words),
        h('span', { class: 'bar-n' }),
        h('span', { class: 'right small muted' }, seconds === null ? '' : format.span(seconds)),
      );
    if (side === 0 && failed)
      return h(
        'li',
        null,
        h('span', { class: 'mk trouble' }, h('span', { 'aria-hidden': 'true' }, '✕'), sr('failed: ')),
        h('span', null, words),
        h('span', { class: 'bar-n' }),
        h('span', { class: 'right small muted' }, seconds === null ? '' : `stopped after ${format.span(seconds)}`),
      );
    if (side === 0)
      return h(
        'li',
        { 'aria-current': 'step' },
        h('span', { class: 'mk' }, h('span', { class: 'spin', 'aria-hidden': 'true' }), sr('now: ')),
        h('span', { class: 'now' }, words),
        h('span', { class: 'bar-n' }),
        h('span', { class: 'right small muted' }, seconds === null ? '' : `${format.span(seconds)} so far`),
      );
    return h(
      'li',
      null,
      h('span', { class: 'mk todo' }, h('span', { 'aria-hidden': 'true' }, '○'), sr('to do: ')),
      h('span', { class: 'todo' }, words),
      h('span', { class: 'bar-n' }),
      h('span', { class: 'right small muted' }),
    );
  }
}

/** Time left of a job, in seconds; NaN while unknown. @param {import('../../api.js').Job} job */
export function timeLeft(job) {
  const start = Date.parse(job.started_at ?? job.created_at ?? '');
  const elapsed = (Date.now() - start) / 1000;
  return job.progress > 3 && elapsed > 0.3 ? (elapsed * (100 - job.progress)) / job.progress : NaN;
}

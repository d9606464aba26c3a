import { fill, h } from '../../dom.js';
import { camelot } from '../../logic/keys.js';
import { number, plural } from '../../logic/format.js';
import { tempo } from '../../logic/stem.js';
import { button } from '../../parts/notice.js';

/** Key, tempo, metre and tuning in the head of the mixer, or the button that finds them. */
export class Findings {
  /** Creates the place. @param {import('./mix.js').Mix} mix */
  constructor(mix) {
    this.mix = mix;
    this.status = h('span', { class: 'small muted', role: 'status' });
    this.start = button('Analyse', () => mix.song.start(), 'small', {
      title: 'Finds tempo, bars, key, chords and sections by the sound of the stems',
    });
    this.pills = h('span', { class: 'row tight' });
    this.element = h('span', { class: 'findings' }, this.pills, this.status, this.start);
    mix.song.addEventListener('change', () => this.update());
    this.update();
  }

  /** Shows the state. */
  update() {
    const { song } = this.mix;
    const { state, percent, reason } = song;
    const lacks = state === 'none' || state === 'stale' || state === 'failed';
    const hadFocus = document.activeElement === this.start;
    this.start.hidden = !lacks || !this.mix.stems.size;
    this.start.textContent = state === 'none' ? 'Analyse' : 'Analyse anew';
    const words = {
      unknown: '',
      none: '',
      queued: 'analysis waits …',
      running: `analysing, ${Math.round(percent)} %`,
      done: '',
      failed: '! The analysis failed.',
      stale: 'stems changed since the analysis',
    }[state];
    fill(this.status, reason ? `${words || '!'} ${reason}` : words);
    this.status.classList.toggle('trouble', state === 'failed' || Boolean(reason));
    fill(this.pills, song.song ? this.facts() : null);
    if (hadFocus && this.start.hidden) this.element.closest('.top')?.querySelector('button')?.focus();
  }

  /** What was found, a pill each. */
  facts() {
    const { song, grid } = this.mix.song;
    const pill = (/** @type {any[]} */ ...content) => h('span', { class: 'pill' }, content);
    const beats = song.beats_per_bar;
    const metre = beats && (song.confidence?.metre ?? 1) >= 0.5 ? ` · ${plural(beats, 'beat')} a bar` : '';
    return [
      grid.key
        ? pill(h('b', null, grid.key), camelot(grid.key))
        : pill(h('span', { class: 'muted' }, grid.doubtful.has('key') ? 'key not sure' : 'no key')),
      grid.bpm
        ? pill(h('b', null, tempo(grid.bpm)), `BPM${metre}`)
        : pill(h('span', { class: 'muted' }, grid.doubtful.has('tempo') ? 'tempo not sure' : 'no tempo')),
      song.tuning_hz ? h('span', { class: 'pill hide-n' }, `A = ${number(song.tuning_hz, 0)} Hz`) : null,
    ];
  }
}

import { fill, h, icon, setAttr, setText } from '../../dom.js';
import * as format from '../../logic/format.js';
import { placeWords, snapStretch, spanAt } from '../../logic/grid.js';
import { button } from '../../parts/notice.js';
import { duration } from './mix.js';

/** Length of a loop made by a key, in seconds. */
const LOOP_S = 8;

/** Play, position, loop, latency, zoom. */
export class Transport {
  /**
   * Creates the transport.
   * @param {import('./mix.js').Mix} mix
   * @param {import('./timeline.js').Timeline} timeline
   */
  constructor(mix, timeline) {
    this.mix = mix;
    this.timeline = timeline;
    this.peak = 0;
    this.peakAt = 0;
    /** Name of the loop as its button has it. */
    this.looped = '';
    this.play = h(
      'button',
      { type: 'button', class: 'btn primary play', 'aria-label': 'Play', onclick: () => this.toggle() },
      icon('play', 18),
    );
    this.time = h('span', null, '0:00.0');
    this.of = h('small', null);
    this.loop = h('button', {
      type: 'button',
      class: 'btn',
      'aria-pressed': 'false',
      onclick: () => this.toggleLoop(),
    });
    this.late = h('span', { class: 'small muted hide-n' });
    const heights = ['full height', 'true level'].map((text, at) => {
      const input = h('input', {
        type: 'radio',
        name: 'wave-height',
        checked: (at === 1) === mix.view.state.level,
        onchange: () => mix.view.set({ level: at === 1 }),
      });
      return h('label', null, input, text);
    });
    this.zoom = h('input', { type: 'range', min: 0, max: 100, step: 1, 'aria-label': 'Zoom' });
    this.zoom.addEventListener('input', () => {
      const { span } = timeline.window;
      const wanted = duration(mix) * (1 / this.deepest) ** (Number(this.zoom.value) / 100);
      timeline.zoom(wanted / span);
    });
    this.element = h(
      'div',
      { class: 'transport dock', role: 'group', 'aria-label': 'Transport' },
      h(
        'button',
        {
          type: 'button',
          class: 'btn icon hide-n',
          'aria-label': 'To the beginning',
          title: 'To the beginning (Home)',
          onclick: () => timeline.seek(0),
        },
        icon('start'),
      ),
      this.play,
      h('p', { class: 'clock' }, this.time, this.of),
      this.loop,
      this.late,
      h(
        'span',
        { class: 'row tight push hide-n' },
        h('span', { class: 'small muted' }, 'Waves'),
        h('fieldset', { class: 'seg' }, h('legend', { class: 'sr' }, 'Height of the waveforms'), heights),
        button('−', () => timeline.zoom(1.5), 'icon', { 'aria-label': 'Zoom out' }),
        h('span', { class: 'zoom' }, this.zoom),
        button('+', () => timeline.zoom(1 / 1.5), 'icon', { 'aria-label': 'Zoom in' }),
        button('Whole song', () => mix.view.set({ from_s: 0, span_s: null })),
      ),
    );
    mix.live.addEventListener('playing', () => this.update());
    mix.live.addEventListener('state', () => this.update());
    mix.live.addEventListener('latency', () => this.update());
    mix.live.addEventListener('peak', (event) => this.noteLevel(/** @type {CustomEvent} */ (event).detail));
    mix.view.addEventListener('change', () => this.update());
    mix.song.addEventListener('change', () => this.update());
    this.update();
  }

  /** Ratio of the whole song to the closest zoom. */
  get deepest() {
    return Math.max(2, duration(this.mix) / 0.5);
  }

  /** Plays or pauses. */
  toggle() {
    if (this.mix.live.playing) this.mix.live.pause();
    else this.mix.live.play();
  }

  /** Loops the section here, a stretch around here where none is known, or no longer. */
  toggleLoop() {
    const { view, live, song } = this.mix;
    const at = live.audible.position;
    const section = spanAt(song.grid.sections, at);
    const start = Math.max(0, Math.min(at - LOOP_S / 2, duration(this.mix) - LOOP_S));
    const around = { start, end: Math.min(duration(this.mix), start + LOOP_S) };
    const loop = section ? { start: section.start_s, end: section.end_s } : snapStretch(song.grid.beats, around);
    this.timeline.setLoop(view.state.loop ? null : loop);
  }

  /** Name of what is looped, or would be. */
  get loopName() {
    const { view, live, song } = this.mix;
    const { loop } = view.state;
    const section = spanAt(song.grid.sections, loop?.start ?? live.audible.position);
    const isWhole = !loop || (section && Math.abs(section.start_s - loop.start) + Math.abs(section.end_s - loop.end) < 0.01);
    if (section && isWhole) return section.label;
    return loop ? `${format.time(loop.start)} – ${format.time(loop.end)}` : '';
  }

  /** Notes the highest level that was played, for tests and for support. @param {number} peak */
  noteLevel(peak) {
    this.peak = Math.max(this.peak, peak);
    if (performance.now() - this.peakAt < 200) return;
    this.peakAt = performance.now();
    this.element.dataset.playedDbfs = this.peak > 0 ? (20 * Math.log10(this.peak)).toFixed(1) : '-200';
    this.peak = 0;
  }

  /** Shows the state. */
  update() {
    const { live, view } = this.mix;
    const words = live.playing ? 'Pause' : 'Play';
    if (this.play.getAttribute('aria-label') !== words) {
      setAttr(this.play, 'aria-label', words);
      fill(this.play, icon(live.playing ? 'pause' : 'play', 18));
    }
    this.play.disabled = live.state === 'refused' || live.state === 'lost';
    const { loop } = view.state;
    setAttr(this.loop, 'aria-pressed', String(loop !== null));
    const name = this.loopName;
    setAttr(this.loop, 'aria-label', name ? `Loop ${name}` : 'Loop 8 s around here');
    fill(this.loop, icon('loop'), h('span', { class: 'hide-n' }, name ? `Loop ${name}` : 'Loop'));
    this.looped = name;
    if (live.state === 'lost' || live.state === 'refused') fill(this.late, 'no signal');
    else if (live.latency_ms !== null)
      fill(
        this.late,
        'you hear a change after ',
        h('b', { class: 'strong' }, `${Math.round(live.latency_ms / 10) * 10} ms`),
      );
    else fill(this.late, live.state === 'opening' ? `opening the engine: ${live.preparing || '…'}` : '');
    const { span, all } = this.timeline.window;
    this.zoom.value = String((100 * Math.log(all / span)) / Math.log(this.deepest));
    setAttr(this.zoom, 'aria-valuetext', `${format.span(span)} of ${format.time(all)}`);
  }

  /** Shows the position. */
  draw() {
    setText(this.time, format.time(this.mix.live.audible.position));
    const place = placeWords(this.mix.song.grid, this.mix.live.audible.position);
    setText(this.of, place || `of ${format.time(duration(this.mix))}`);
    if (this.loopName !== this.looped) this.update();
  }
}

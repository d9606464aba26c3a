import { h } from '../../dom.js';
import * as format from '../../logic/format.js';
import { barMarks, chordCells, sectionCells, snapStretch, spanAt } from '../../logic/grid.js';

/** Distances of marks, in seconds. */
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800];
/** Least room of a mark, in pixels. */
const ROOM = 64;
/** Height of the row of sections, in pixels. */
const SECTIONS = 22;

/**
 * Ruler above the lanes: sections, chords and bars, or times. A press seeks, on a section it loops
 * the section, a drag loops a stretch.
 */
export class Ruler {
  /** Creates a ruler. @param {import('./timeline.js').Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    this.element = h('div', { class: 'ruler', role: 'img', 'aria-label': 'Times' });
    this.corner = h('div', { class: 'corner', 'aria-hidden': 'true' });
  }

  /** What the analysis found. */
  get grid() {
    return this.timeline.mix.song.grid;
  }

  /** True where sections, chords and bars have rows. */
  get isMusical() {
    return this.timeline.mix.song.song !== null;
  }

  /**
   * Draws the marks.
   * @param {{from: number, to: number, span: number, all: number}} window seconds
   */
  draw(window) {
    const { from, to, all } = window;
    const { grid, isMusical } = this;
    const width = this.element.clientWidth || 800;
    const bars = isMusical && grid.downbeats.length ? this.bars(window, width) : this.times(window, width);
    this.element.replaceChildren(...(isMusical ? [...this.sections(window, width), ...this.chords(window, width)] : []), ...bars);
    const rows = isMusical ? ['section', 'chord', grid.downbeats.length ? 'bar' : 'time'] : ['time'];
    this.corner.replaceChildren(...rows.map((row) => h('span', null, row)));
    const parts = grid.sections.map(({ label, start_s }) => `${label} from ${format.time(start_s, 0)}`);
    this.element.setAttribute(
      'aria-label',
      `Times from ${format.time(from)} to ${format.time(to)} of ${format.time(all)}${parts.length ? `; sections: ${parts.join(', ')}` : ''}`,
    );
  }

  /** @param {{from: number, to: number, span: number}} window @param {number} width */
  times({ from, to, span }, width) {
    const step = STEPS_S.find((one) => (one / span) * width >= ROOM) ?? 3600;
    const marks = [];
    for (let at = Math.ceil(from / step) * step; at < to; at += step) {
      marks.push(
        h('span', { class: 't', style: { left: `${((at - from) / span) * 100}%` } }, format.time(at, step < 1 ? 1 : 0)),
      );
    }
    return marks;
  }

  /** @param {{from: number, span: number}} window @param {number} width */
  bars(window, width) {
    return barMarks(this.grid, window, width).map(({ left, label }) =>
      h('span', { class: 'b', style: { left: `${left.toFixed(1)}px` } }, label),
    );
  }

  /** @param {{from: number, span: number}} window @param {number} width */
  sections(window, width) {
    const { grid } = this;
    if (!grid.sections.length)
      return [h('span', { class: 's none' }, grid.doubtful.has('sections') ? 'not sure' : 'none found')];
    return sectionCells(grid, window, width).map(({ left, width: wide, label }) =>
      h('span', { class: 's', style: { left: `${left.toFixed(1)}px`, width: `${wide.toFixed(1)}px` } }, label),
    );
  }

  /** @param {{from: number, span: number}} window @param {number} width */
  chords(window, width) {
    const { grid } = this;
    const row = h('span', { class: 'line' });
    if (!grid.chords.length)
      return [row, h('span', { class: 'c none' }, grid.doubtful.has('chords') ? 'not sure' : 'none found')];
    const cells = chordCells(grid, window, width).map(({ left, width: wide, label, tonic }) =>
      h(
        'span',
        { class: tonic ? 'c t' : 'c', style: { left: `${left.toFixed(1)}px`, width: `${wide.toFixed(1)}px` } },
        label,
      ),
    );
    return [row, ...cells];
  }

  /**
   * Returns the section under a pointer.
   * @param {PointerEvent} event
   */
  sectionUnder(event) {
    const top = this.element.getBoundingClientRect().top;
    if (event.clientY < top || event.clientY >= top + SECTIONS) return null;
    return spanAt(this.grid.sections, this.timeline.timeAt(event.clientX));
  }

  /**
   * Follows a drag that makes a loop; without movement a section is looped, or the press seeks.
   * @param {PointerEvent} event
   */
  press(event) {
    const { timeline } = this;
    const { slider, mix } = timeline;
    const start = timeline.timeAt(event.clientX);
    let moved = false;
    slider.setPointerCapture(event.pointerId);
    const onMove = (/** @type {PointerEvent} */ move) => {
      if (!moved && Math.abs(move.clientX - event.clientX) < 5) return;
      moved = true;
      const now = timeline.timeAt(move.clientX);
      const free = { start: Math.min(start, now), end: Math.max(start, now) };
      const loop = move.altKey ? free : snapStretch(this.grid.beats, free);
      if (loop.end - loop.start >= 0.1) mix.view.set({ loop });
    };
    slider.addEventListener('pointermove', onMove);
    slider.addEventListener(
      'pointerup',
      () => {
        slider.removeEventListener('pointermove', onMove);
        const section = moved ? null : this.sectionUnder(event);
        if (section) timeline.setLoop({ start: section.start_s, end: section.end_s });
        else if (moved) mix.live.setLoop(mix.view.state.loop);
        else timeline.seek(start);
      },
      { once: true },
    );
  }
}

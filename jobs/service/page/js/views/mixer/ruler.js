import { h } from '../../dom.js';
import * as format from '../../logic/format.js';

/** Distances of marks, in seconds. */
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800];
/** Least room of a mark, in pixels. */
const ROOM = 64;

/** Ruler above the lanes: a press seeks, a drag loops. */
export class Ruler {
  /** Creates a ruler. @param {import('./timeline.js').Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    this.element = h('div', { class: 'ruler', role: 'img', 'aria-label': 'Times' });
  }

  /**
   * Draws the marks.
   * @param {{from: number, to: number, span: number, all: number}} window seconds
   */
  draw({ from, to, span, all }) {
    const width = this.element.clientWidth || 800;
    const step = STEPS_S.find((one) => (one / span) * width >= ROOM) ?? 3600;
    const marks = [];
    for (let at = Math.ceil(from / step) * step; at < to; at += step) {
      marks.push(
        h('span', { class: 't', style: { left: `${((at - from) / span) * 100}%` } }, format.time(at, step < 1 ? 1 : 0)),
      );
    }
    this.element.replaceChildren(...marks);
    this.element.setAttribute(
      'aria-label',
      `Times from ${format.time(from)} to ${format.time(to)} of ${format.time(all)}`,
    );
  }

  /**
   * Follows a drag that makes a loop; a press without movement seeks.
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
      const [from, to] = [Math.min(start, now), Math.max(start, now)];
      if (to - from >= 0.1) mix.view.set({ loop: { start: from, end: to } });
    };
    slider.addEventListener('pointermove', onMove);
    slider.addEventListener(
      'pointerup',
      () => {
        slider.removeEventListener('pointermove', onMove);
        if (!moved) timeline.seek(start);
        else mix.live.setLoop(mix.view.state.loop);
      },
      { once: true },
    );
  }
}

import { h, setAttr, setText } from '../../dom.js';
import { drawWaveform } from '../../draw/waveform.js';
import { scheme } from '../../draw/canvas.js';
import { alignmentMark, findingOf } from '../../logic/alignment.js';
import * as format from '../../logic/format.js';
import { placeWords, spanAt, step } from '../../logic/grid.js';
import { placeKey, soloElsewhere, titleOf } from '../../logic/session.js';
import { same } from '../../logic/merge.js';
import { openChain } from './chain.js';
import { duration, rateOf, stemOf } from './mix.js';
import { Ruler } from './ruler.js';

/** @typedef {import('./mix.js').Mix} Mix */

/** Shortest span that can be seen, in seconds. */
const SHORTEST_S = 0.5;

/** Time line: ruler, a lane per track, loop, play head; one stop of the keyboard. */
export class Timeline {
  /** Creates the time line. @param {Mix} mix */
  constructor(mix) {
    this.mix = mix;
    this.ruler = new Ruler(this);
    this.loop = h('div', { class: 'loop', hidden: true });
    this.head = h('div', { class: 'head-line' });
    this.slider = h(
      'div',
      {
        class: 'lay catch',
        tabindex: 0,
        role: 'slider',
        'aria-label': 'Position',
        'aria-valuemin': 0,
        'aria-orientation': 'horizontal',
      },
      this.loop,
      this.head,
    );
    this.element = h('section', { class: 'card time', 'aria-label': 'Time line' });
    /** @type {{file: string, name: string, label: HTMLElement, title: HTMLElement, tag: HTMLElement, lane: HTMLElement, canvas: HTMLCanvasElement}[]} */
    this.lanes = [];
    this.dirty = true;
    this.textAt = 0;
    this.slider.addEventListener('keydown', (event) => this.onKey(event));
    this.slider.addEventListener('pointerdown', (event) => this.onPress(event));
    this.element.addEventListener('wheel', (event) => this.onWheel(event), { passive: false });
    this.onRedraw = () => (this.dirty = true);
    scheme.addEventListener('change', this.onRedraw);
    mix.outlines.addEventListener('change', this.onRedraw);
    mix.song.addEventListener('change', () => this.update());
    this.slider.addEventListener('pointermove', (event) =>
      this.slider.classList.toggle('on-section', this.ruler.sectionUnder(event) !== null),
    );
    this.watch = new ResizeObserver(this.onRedraw);
    this.watch.observe(this.element);
    this.update();
  }

  /** Times at the edges, in seconds. */
  get window() {
    const all = duration(this.mix);
    const { from_s, span_s } = this.mix.view.state;
    const span = Math.min(all, Math.max(SHORTEST_S, span_s ?? all));
    const from = span_s === null ? 0 : Math.min(Math.max(0, from_s), all - span);
    return { from, to: from + span, span, all };
  }

  /** Place of a time, 0 to 1. @param {number} seconds */
  share(seconds) {
    const { from, span } = this.window;
    return (seconds - from) / span;
  }

  /** Time under a pointer. @param {number} clientX */
  timeAt(clientX) {
    const box = this.slider.getBoundingClientRect();
    const { from, span, all } = this.window;
    return Math.min(all, Math.max(0, from + ((clientX - box.left) / box.width) * span));
  }

  /**
   * Zooms about a time.
   * @param {number} factor below 1 is closer
   * @param {number} [about] seconds
   */
  zoom(factor, about = this.mix.live.audible.position) {
    const { from, span, all } = this.window;
    const next = Math.min(all, Math.max(SHORTEST_S, span * factor));
    const middle = about >= from && about <= from + span ? about : from + span / 2;
    if (next >= all * 0.999) this.mix.view.set({ from_s: 0, span_s: null });
    else
      this.mix.view.set({
        from_s: Math.max(0, Math.min(all - next, middle - ((middle - from) / span) * next)),
        span_s: next,
      });
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const page = { PageDown: -10, PageUp: 10 }[event.key];
    if (by === undefined && page === undefined && event.key !== 'Home' && event.key !== 'End') return;
    event.preventDefault();
    event.stopPropagation();
    if (by !== undefined) this.seek(this.stepped(by, event.shiftKey));
    else if (page !== undefined) this.seek(this.mix.live.audible.position + page);
    else this.seek(event.key === 'Home' ? 0 : duration(this.mix));
  }

  /**
   * Time a step away: a beat, or a bar; a second, or five, where beats are not known.
   * @param {number} by 1 or -1
   * @param {boolean} far
   */
  stepped(by, far) {
    const { live, song } = this.mix;
    const { beats, downbeats } = song.grid;
    const at = live.audible.position;
    const marks = far ? downbeats : beats;
    if (!marks.length) return at + by * (far ? 5 : 1);
    return step(marks, at, by, live.playing ? 0.2 : undefined);
  }

  /** Sets the loop, or ends it. @param {{start: number, end: number}|null} loop seconds */
  setLoop(loop) {
    this.mix.view.set({ loop });
    this.mix.live.setLoop(loop);
  }

  /** Moves the play head. @param {number} seconds */
  seek(seconds) {
    this.mix.live.seek(Math.min(duration(this.mix), Math.max(0, seconds)));
    this.dirtyHead = true;
  }

  /** @param {PointerEvent} event */
  onPress(event) {
    if (event.button !== 0) return;
    const box = this.slider.getBoundingClientRect();
    if (event.clientY - box.top < this.ruler.element.clientHeight) {
      this.ruler.press(event);
      return;
    }
    this.seek(this.timeAt(event.clientX));
    const lane = this.lanes.find(({ lane: element }) => {
      const { top, bottom } = element.getBoundingClientRect();
      return event.clientY >= top && event.clientY < bottom;
    });
    if (lane) this.mix.view.set({ selected: placeKey({ track: lane.name }) });
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.timeAt(event.clientX));
      return;
    }
    const by = event.shiftKey ? event.deltaY : event.deltaX;
    if (!by || this.mix.view.state.span_s === null) return;
    event.preventDefault();
    const { from, span } = this.window;
    this.mix.view.set({ from_s: from + (by / 800) * span });
  }

  /** Shows the document: a lane per track, or the open one alone. */
  update() {
    const { store, view, live } = this.mix;
    const { open } = view.state;
    const tracks = (store.current.tracks ?? []).map((track, index) => ({ track, index, name: titleOf(track) }));
    const only = open?.place.startsWith('track:') ? open.place.slice(6) : null;
    const some = open ? tracks.filter(({ name }) => name === only) : tracks;
    if (
      !same(
        some.map(({ name, track }) => [name, track.file]),
        this.lanes.map(({ name, file }) => [name, file]),
      ) ||
      !this.element.childElementCount
    )
      this.build(some);
    this.element.classList.toggle('one', only !== null);
    this.element.classList.toggle('musical', this.ruler.isMusical);
    some.forEach(({ track, index, name }, at) => {
      const { label, tag, lane, canvas } = this.lanes[at];
      const selected = view.state.selected === placeKey({ track: name });
      const silent = Boolean(track.mute) || soloElsewhere(store.current, track);
      const mark = alignmentMark(
        findingOf(live.ready?.alignment ?? [], name, track.file ?? '', index),
        rateOf(this.mix),
      );
      for (const element of [label, lane]) element.classList.toggle('sel', selected);
      lane.classList.toggle('mute', silent);
      lane.dataset.words = track.mute ? 'muted' : 'solo elsewhere';
      setText(tag, mark.text);
      tag.className = `tag ${mark.kind}`;
      setAttr(tag, 'title', mark.title || null);
      setAttr(canvas, 'aria-label', `Waveform of ${name}${silent ? `, ${lane.dataset.words}` : ''}`);
    });
    this.dirty = true;
  }

  /** @param {{track: import('../../logic/session.js').StripSettings, name: string}[]} tracks */
  build(tracks) {
    this.lanes = tracks.map(({ track, name }) => {
      const title = h(
        'button',
        { type: 'button', class: 'lane-name', tabindex: -1, onclick: () => openChain(this.mix, { track: name }, -1) },
        name,
      );
      const tag = h('span', { class: 'tag' });
      const canvas = h('canvas', { role: 'img', 'aria-label': `Waveform of ${name}` });
      return {
        file: track.file ?? '',
        name,
        title,
        tag,
        canvas,
        label: h('div', { class: 'lab' }, title, tag),
        lane: h('div', { class: 'lane' }, canvas),
      };
    });
    this.element.replaceChildren(
      this.ruler.corner,
      this.ruler.element,
      ...this.lanes.flatMap(({ label, lane }) => [label, lane]),
      this.slider,
    );
  }

  /** Draws what has changed. @param {number} now milliseconds */
  draw(now) {
    const { live, view } = this.mix;
    const position = live.audible.position;
    if (live.playing) this.follow(position);
    if (this.dirty) {
      this.dirty = false;
      this.drawLanes();
      this.ruler.draw(this.window);
    }
    const at = this.share(position);
    this.head.style.left = `${(at * 100).toFixed(3)}%`;
    this.head.hidden = at < 0 || at > 1;
    const { loop } = view.state;
    this.loop.hidden = loop === null;
    if (loop) {
      const [from, to] = [Math.max(0, this.share(loop.start)), Math.min(1, this.share(loop.end))];
      this.loop.hidden = to <= from;
      Object.assign(this.loop.style, { left: `${from * 100}%`, width: `${(to - from) * 100}%` });
    }
    if (now - this.textAt < 500) return;
    this.textAt = now;
    setAttr(this.slider, 'aria-valuemax', duration(this.mix).toFixed(1));
    setAttr(this.slider, 'aria-valuenow', Math.min(position, duration(this.mix)).toFixed(1));
    const { grid } = this.mix.song;
    const section = spanAt(grid.sections, position)?.label;
    const musical = [placeWords(grid, position), section ? `section ${section}` : ''].filter(Boolean);
    const words = [`${format.time(position)} of ${format.time(duration(this.mix))}`, ...musical].join(', ');
    setAttr(this.slider, 'aria-valuetext', words);
  }

  /** Turns the page when the play head leaves it. @param {number} position */
  follow(position) {
    const { from, to, span, all } = this.window;
    if (this.mix.view.state.span_s === null || (position >= from && position <= to)) return;
    this.mix.view.set({ from_s: Math.max(0, Math.min(all - span, position - span * 0.05)) });
  }

  /** Draws the outlines. */
  drawLanes() {
    const { from, to } = this.window;
    const { store, outlines, live, view } = this.mix;
    (store.current.tracks ?? []).forEach((track, index) => {
      const name = titleOf(track);
      const lane = this.lanes.find((one) => one.name === name);
      if (!lane) return;
      const stem = stemOf(this.mix, track);
      const outline = stem ? outlines.get(stem.name) : null;
      const finding = findingOf(live.ready?.alignment ?? [], name, track.file ?? '', index);
      const moved =
        finding?.decision === 'moved' ? Number(finding.late_samples ?? finding.late_frames ?? 0) / rateOf(this.mix) : 0;
      const start = (track.start_s ?? 0) + (track.delay_ms ?? 0) / 1000 - (track.trim_start_s ?? 0) - moved;
      const seconds = stem?.duration_s ?? Infinity;
      lane.lane.classList.toggle('load', !outline);
      drawWaveform(lane.canvas, outline, {
        from: from - start,
        to: to - start,
        scale: view.state.level || !outline?.peak ? 1 : 0.94 / outline.peak,
        cut: [track.trim_start_s ?? 0, seconds - (track.trim_end_s ?? 0)],
      });
    });
  }

  /** Ends it. */
  close() {
    scheme.removeEventListener('change', this.onRedraw);
    this.watch.disconnect();
  }
}

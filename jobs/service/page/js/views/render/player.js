import { bare, bytesOf, filePath } from '../../api.js';
import { fill, h, icon, setAttr, setText } from '../../dom.js';
import { begin, colour, line, scheme } from '../../draw/canvas.js';
import { range, readOutline } from '../../logic/waveform.js';
import * as format from '../../logic/format.js';
import { notice } from '../../parts/notice.js';
import { Compare } from './compare.js';
import { masterFile } from './files.js';

/** Range of the loudness line over the outline, in LUFS. */
const [LINE_TOP, LINE_BOTTOM] = [-4, -40];

/** Player of a result, on its outline. */
export class ResultPlayer {
  /**
   * Creates the player.
   * @param {string} session @param {import('../../api.js').Job} job @param {any} report
   * @param {AbortSignal} signal
   */
  constructor(session, job, report, signal) {
    const [master, output] = [report.master ?? {}, report.output ?? {}];
    this.report = report;
    this.duration = output.duration_s ?? 0;
    const file = masterFile(job);
    const address = file ? `/api${filePath(job.job_id, file.name)}` : '';
    this.compare = new Compare(session, address, {
      before: master.before?.integrated_lufs ?? null,
      after: master.written?.integrated_lufs ?? null,
      start_s: output.start_s ?? 0,
    });
    this.play = h(
      'button',
      { type: 'button', class: 'btn primary play', 'aria-label': 'Play', onclick: () => this.compare.toggle() },
      icon('play', 18),
    );
    this.time = h('span', null, '0:00.0');
    this.canvas = h('canvas', { class: 'outline', 'aria-hidden': 'true' });
    this.seek = h('input', {
      class: 'seek',
      type: 'range',
      min: 0,
      max: Math.max(0.1, this.duration),
      step: 0.1,
      value: '0',
      'aria-label': 'Position',
    });
    this.seek.addEventListener('input', () => this.compare.seek(Number(this.seek.value)));
    this.head = h('div', { class: 'head-line' });
    this.words = h('span', null);
    this.trouble = h('div', null);
    const equal = h('input', { type: 'checkbox', checked: true });
    equal.addEventListener('change', () => this.compare.setEqual(equal.checked));
    this.sides = ['before', 'after'].map((side) => {
      const input = h('input', { type: 'radio', name: 'side', value: side, checked: side === 'after' });
      input.addEventListener('change', () => this.compare.switchTo(/** @type {'before'|'after'} */ (side)));
      return input;
    });
    const [before, after] = this.sides;
    const choice = h(
      'fieldset',
      { class: 'seg' },
      h('legend', { class: 'sr' }, 'Compare'),
      h('label', null, before, 'Before ', h('small', { class: 'muted' }, 'mix')),
      h('label', null, after, 'After ', h('small', { class: 'muted' }, 'master')),
    );
    const comparable = Number.isFinite(master.before?.integrated_lufs);
    const download = file
      ? h(
          'a',
          { class: 'btn primary push', href: address, download: file.name },
          icon('down'),
          `${file.name} `,
          h('span', { class: 'light' }, format.bytes(file.bytes)),
        )
      : null;
    this.element = h(
      'section',
      { class: 'card pad', 'aria-label': 'Player' },
      h(
        'div',
        { class: 'row spaced' },
        this.play,
        h('p', { class: 'clock' }, this.time, h('small', null, `of ${format.time(this.duration)}`)),
        comparable ? choice : null,
        comparable ? h('label', { class: 'check' }, equal, 'at equal loudness') : null,
        download,
      ),
      this.trouble,
      h('div', { class: 'player' }, h('div', { class: 'wv' }, this.canvas, this.head, this.seek)),
      h(
        'p',
        { class: 'legend gap-s' },
        this.words,
        h('span', null, h('i', { class: 'key k-ink' }), 'short-term loudness'),
        Number.isFinite(master.target_lufs)
          ? h('span', null, h('i', { class: 'key k-target' }), `target ${format.number(master.target_lufs)}`)
          : null,
        h(
          'a',
          { class: 'push', href: `/api${filePath(job.job_id, 'report.html')}` },
          'Open the report: every plot and number',
        ),
      ),
    );
    this.compare.addEventListener('change', () => this.update());
    this.compare.addEventListener('trouble', (event) =>
      fill(this.trouble, notice('news', 'Not played.', /** @type {CustomEvent} */ (event).detail)),
    );
    /** @type {import('../../logic/waveform.js').Outline|null} */
    this.outline = null;
    /** @type {(number|null)[]} */
    this.shortTerm = [];
    this.load(job.job_id, signal);
    scheme.addEventListener('change', () => this.draw(), { signal });
    this.shownAt = -1;
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.canvas);
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.key(event);
    addEventListener('keydown', this.onKey);
    this.update();
    this.frame = requestAnimationFrame(() => this.tick());
  }

  /** @param {string} id @param {AbortSignal} signal */
  async load(id, signal) {
    const [outline, meters] = await Promise.allSettled([
      bytesOf(filePath(id, 'waveform.dat'), signal),
      bare(filePath(id, 'meters.json'), signal),
    ]);
    if (outline.status === 'fulfilled') this.outline = readOutline(outline.value);
    if (meters.status === 'fulfilled') this.shortTerm = meters.value.master?.series?.short_term_lufs ?? [];
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const busy =
      event.target instanceof HTMLElement && event.target.matches('button, a, summary, select, input:not(.seek)');
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key === ' ' && !busy) (event.preventDefault(), this.compare.toggle());
    if (event.key.toLowerCase() === 'x') this.compare.switchTo(this.compare.side === 'before' ? 'after' : 'before');
  }

  /** Shows the state. */
  update() {
    const { compare } = this;
    const words = compare.playing ? 'Pause' : 'Play';
    if (this.play.getAttribute('aria-label') !== words) {
      setAttr(this.play, 'aria-label', words);
      fill(this.play, icon(compare.playing ? 'pause' : 'play', 18));
    }
    for (const input of this.sides) input.checked = input.value === compare.side;
    const { after, before, lufs } = compare.gains;
    if (lufs === null) fill(this.words, 'each at its own loudness');
    else {
      const down =
        after < before
          ? `the master is turned down ${format.number(-after)} dB`
          : `the mix is turned down ${format.number(-before)} dB`;
      fill(
        this.words,
        `both play at ${format.number(lufs)} LUFS: ${down}`,
        h('span', { class: 'kbd-n' }, ' · ', h('kbd', null, 'X'), ' switches'),
      );
    }
  }

  /** Draws while it plays. */
  tick() {
    this.frame = requestAnimationFrame(() => this.tick());
    this.compare.live?.audible.advance();
    const at = this.compare.position;
    if (at === this.shownAt) return;
    this.shownAt = at;
    setText(this.time, format.time(at));
    const share = this.duration ? Math.min(1, at / this.duration) : 0;
    this.head.style.left = `${share * 100}%`;
    if (document.activeElement !== this.seek || this.compare.playing) this.seek.value = String(at);
    setAttr(this.seek, 'aria-valuetext', `${format.time(at)} of ${format.time(this.duration)}`);
    this.draw();
  }

  /** Draws the outline, done and to come, and the loudness over it. */
  draw() {
    const surface = begin(this.canvas);
    if (!surface || !this.outline) return;
    const { paint, width, height } = surface;
    const split = this.duration ? (this.compare.position / this.duration) * width : 0;
    const middle = height / 2;
    paint.fillStyle = colour('wave');
    for (let x = 0; x < width; x += 1) {
      const found = range(this.outline, (x / width) * this.duration, ((x + 1) / width) * this.duration);
      if (!found) continue;
      paint.globalAlpha = x < split ? 1 : 0.38;
      paint.fillRect(x, middle - found[1] * middle, 1, Math.max(0.8, (found[1] - found[0]) * middle));
    }
    paint.globalAlpha = 1;
    const y = (/** @type {number} */ lufs) =>
      ((LINE_TOP - Math.max(LINE_BOTTOM, lufs)) / (LINE_TOP - LINE_BOTTOM)) * height;
    const points = this.shortTerm.flatMap((lufs, at) =>
      lufs === null ? [] : [/** @type {[number, number]} */ ([((at * 0.1) / this.duration) * width, y(lufs)])],
    );
    line(paint, points, 'card', 4.5);
    line(paint, points, 'ink', 1.8);
    const target = this.report.master?.target_lufs;
    if (Number.isFinite(target))
      line(
        paint,
        [
          [0, y(target)],
          [width, y(target)],
        ],
        'target',
        1.6,
        { dash: [6, 4] },
      );
  }

  /** Ends it. */
  close() {
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
    removeEventListener('keydown', this.onKey);
    this.compare.close();
  }
}

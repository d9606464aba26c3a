import { bare, call, sessionPath, stemPath } from '../../api.js';
import { fill, h } from '../../dom.js';
import { commandsBetween } from '../../live/commands.js';
import { commands } from '../../live/protocol.js';
import * as format from '../../logic/format.js';
import { placeFrom } from '../../logic/session.js';
import { confirm } from '../../parts/dialog.js';
import { chooseFiles, takeDrops } from '../../parts/files.js';
import { notice } from '../../parts/notice.js';
import { littleMotion } from '../../store/settings.js';
import { announceSound, onOtherSound } from '../../store/sound.js';
import { upload, uploads } from '../../store/uploads.js';
import { uploadCard } from '../sessions/uploads.js';
import { Console } from './console.js';
import { Editor } from './editor.js';
import { Head, plainTag } from './head.js';
import { keys } from './keys.js';
import { Master } from './master.js';
import { Notices } from './notices.js';
import { RENDER, Rendering } from './rendering.js';
import { Timeline } from './timeline.js';
import { Transport } from './transport.js';

/** @typedef {import('./mix.js').Mix} Mix */

/** All parts of the mixer on the page. */
export class MixerScreen {
  /** Builds the parts. @param {Mix} mix @param {HTMLElement} root @param {AbortSignal} signal */
  constructor(mix, root, signal) {
    this.mix = mix;
    this.root = root;
    document.title = `${mix.entry.name || mix.session} · mixdown`;
    this.notices = new Notices(mix);
    this.rendering = new Rendering(mix, this.notices, () => this.render());
    this.head = new Head(mix, () => this.render());
    this.timeline = new Timeline(mix);
    this.transport = new Transport(mix, this.timeline);
    this.console = new Console(mix);
    this.editor = new Editor(mix);
    this.master = new Master(mix);
    this.uploads = uploadCard(mix.session, mix.entry.name || mix.session, null);
    this.drop = h('div', { class: 'drop big' });
    this.desk = h(
      'div',
      { class: 'desk' },
      h('div', null, this.timeline.element, this.editor.element, this.console.element, this.console.footer),
      this.master.element,
    );
    fill(
      root,
      this.head.element,
      this.notices.element,
      this.uploads.element,
      this.transport.element,
      this.drop,
      this.desk,
    );
    this.endKeys = keys(mix, {
      transport: this.transport,
      timeline: this.timeline,
      console: this.console,
      editor: this.editor,
      render: () => this.render(),
    });
    this.connect(signal);
    if (mix.version && mix.sync.etag && mix.version !== plainTag(mix.sync.etag)) {
      const words = 'You see it as it is now; view, zoom and loop are those of the link.';
      const close = this.notices.dismiss('version');
      this.notices.put('version', notice('news', 'The mix has changed since this link was made.', words, close));
    }
    this.showEmpty();
    mix.live.loop = mix.view.state.loop;
    this.openLive();
    mix.song.load();
    bare('/schema/session', signal).then(
      (schema) => {
        mix.schema = schema;
        this.editor.update();
      },
      () => undefined,
    );
    this.last = performance.now();
    this.frame = requestAnimationFrame((now) => this.draw(now));
  }

  /** Connects the parts. @param {AbortSignal} signal */
  connect(signal) {
    const { store, sync, view, live } = this.mix;
    store.addEventListener('change', (event) => this.onChange(/** @type {CustomEvent} */ (event).detail));
    sync.addEventListener('state', () => this.editor.update());
    view.addEventListener('change', (event) => this.onView(/** @type {CustomEvent} */ (event).detail));
    live.addEventListener('ready', () => this.onReady());
    live.addEventListener('playing', () => live.playing && announceSound());
    this.endTurns = onOtherSound(() => live.playing && live.pause());
    live.addEventListener('remove-stem', (event) => this.removeStem(/** @type {CustomEvent} */ (event).detail));
    uploads.addEventListener('arrived', (event) => this.onArrived(/** @type {CustomEvent} */ (event).detail), {
      signal,
    });
    document.addEventListener('visibilitychange', () => this.onVisible(), { signal });
    const take = (/** @type {{files: File[]}} */ { files }) => files.length && upload(this.mix.session, files);
    takeDrops(document.body, take, (over, count) => this.showDrop(over ? count : 0), signal);
    this.root.addEventListener('pointerup', () => store.endGesture());
  }

  /** Shows where dragged files belong. @param {number} count files above the page */
  showDrop(count) {
    this.showEmpty();
    this.drop.classList.toggle('hot', count > 0);
    if (!count) return;
    this.drop.hidden = false;
    const files = format.plural(count, 'file');
    fill(this.drop, h('p', { role: 'status' }, h('strong', null, `Let go: ${files} for this session`)));
  }

  /** Shows the target for files while there is no track. */
  showEmpty() {
    const empty = !(this.mix.store.current.tracks ?? []).length;
    for (const part of [this.desk, this.transport.element]) part.hidden = empty;
    this.drop.hidden = !empty;
    if (empty)
      fill(
        this.drop,
        h(
          'p',
          null,
          h('strong', null, 'Drop the stems of this song here'),
          'They are put in time with each other; you can listen as soon as the first has arrived.',
        ),
        h(
          'p',
          { class: 'row middle gap' },
          chooseFiles((files) => upload(this.mix.session, files), 'primary'),
        ),
      );
  }

  /** Follows a change of the document. @param {{before: any, after: any}} change */
  onChange({ before, after }) {
    const { list, reopen } = commandsBetween(before, after);
    if (reopen) this.reopen();
    else for (const command of list) this.mix.live.change(command);
    this.showEmpty();
    this.update();
  }

  /** Shows the document in every part. */
  update() {
    this.timeline.update();
    this.console.update();
    this.editor.update();
    this.master.update();
    this.head.update();
  }

  /** Follows a change of the view. @param {string[]} parts */
  onView(parts) {
    const onlyZoom =
      parts.length > 0 && parts.every((part) => part === 'from_s' || part === 'span_s' || part === 'loop');
    this.timeline.update();
    if (onlyZoom) return;
    this.console.update();
    this.editor.update();
    this.master.update();
    if (parts.includes('selected') && !parts.includes('open')) this.revealSelected();
  }

  /** Scrolls the selected strip into sight. */
  revealSelected() {
    const strip = this.console.strip(this.mix.view.state.selected);
    const box = this.console.element;
    if (!strip || box.scrollWidth <= box.clientWidth || strip.element.contains(document.activeElement)) return;
    strip.element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: littleMotion() ? 'auto' : 'smooth' });
  }

  /** Opens the live engine on what is saved. */
  async openLive() {
    if (!(this.mix.store.current.tracks ?? []).length) return;
    await this.mix.sync.flush();
    this.opened = this.mix.sync.base;
    this.mix.live.open();
  }

  /** Opens another engine: the structure is another. */
  async reopen() {
    clearTimeout(this.reopenTimer);
    this.reopenTimer = setTimeout(async () => {
      await this.mix.sync.flush();
      if (!(this.mix.store.current.tracks ?? []).length || this.mix.sync.dirty) return;
      this.opened = this.mix.sync.base;
      this.mix.live.reopen();
    }, 450);
  }

  /** Brings a new engine to the document as it stands now. */
  onReady() {
    const { list } = commandsBetween(this.opened ?? this.mix.sync.base, this.mix.store.current);
    for (const command of list) this.mix.live.send(command);
    for (const key of this.mix.bypassed) {
      const [place, at] = key.split('#');
      this.mix.live.send(commands.bypass(placeFrom(place), Number(at), true));
    }
    this.update();
  }

  /** Takes a stem that has arrived. @param {import('../../store/uploads.js').Upload} entry */
  async onArrived(entry) {
    if (entry.session !== this.mix.session) return;
    if (entry.stem) this.mix.stems.set(entry.stem.name, entry.stem);
    this.mix.outlines.forget(entry.stem?.name ?? entry.file.name);
    await this.mix.sync.pull(true);
    this.mix.song.noteStems();
    if (this.mix.live.state === 'closed') this.openLive();
    this.update();
  }

  /** Removes a stem with its track. @param {string} file */
  async removeStem(file) {
    const sure = await confirm(
      `Remove ${file}?`,
      'The stem and its track are deleted from this session. This cannot be undone.',
      'Remove the stem',
    );
    if (!sure) return;
    this.mix.view.set({ open: null });
    try {
      await this.mix.sync.flush();
      await call('DELETE', stemPath(this.mix.session, file));
      this.mix.stems.delete(file);
      await this.mix.sync.pull(true);
      this.mix.song.noteStems();
    } catch (error) {
      this.notices.put(
        'remove',
        notice(
          'trouble',
          `${file} was not removed.`,
          error instanceof Error ? error.message : '',
          this.notices.dismiss('remove'),
        ),
      );
    }
  }

  /** Requests no readings while nothing can be seen; looks for changes on return. */
  onVisible() {
    this.mix.live.requestReadings();
    if (!document.hidden) this.mix.sync.pull();
  }

  /** Renders the document as it stands, beside the mixer. */
  async render() {
    this.head.render.disabled = true;
    try {
      await this.mix.sync.flush();
      if (this.mix.sync.dirty) throw new Error('The last changes are not saved yet.');
      const { job_id } = await call('POST', `${sessionPath(this.mix.session)}/mix`, { body: {} });
      this.rendering.follow(job_id);
    } catch (error) {
      const words = error instanceof Error ? error.message : '';
      this.notices.put(
        RENDER,
        notice('trouble', 'The render was not started.', words, this.notices.dismiss(RENDER)),
      );
    }
    this.head.update();
  }

  /** Draws everything that moves, once a frame. @param {number} now */
  draw(now) {
    this.frame = requestAnimationFrame((next) => this.draw(next));
    if (littleMotion() && now - this.last < 250) return;
    const seconds = Math.min(0.5, (now - this.last) / 1000);
    this.last = now;
    const { live, view } = this.mix;
    live.audible.advance();
    this.timeline.draw(now);
    this.transport.draw();
    this.console.draw(now, seconds);
    this.master.draw(now);
    const { open } = view.state;
    this.editor.draw(
      now,
      live.audible.readings?.strips.find(({ key }) => key === open?.place),
    );
  }

  /** Ends everything. */
  close() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.reopenTimer);
    this.endKeys();
    this.endTurns?.();
    this.notices.close();
    this.rendering.close();
    this.timeline.close();
    this.uploads.close();
    this.mix.sync.close();
    this.mix.live.close();
  }
}

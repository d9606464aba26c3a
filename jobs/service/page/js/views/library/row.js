import { fill, h, icon, setAttr, sr } from '../../dom.js';
import { isTonic, shortChord } from '../../logic/chords.js';
import * as format from '../../logic/format.js';
import { fitWords, fullTitle, isBusy, isSure, keyWords, stemSong, stemTitle, tempoWords } from '../../logic/stem.js';
import { button } from '../../parts/notice.js';
import { details } from './details.js';
import { RowOutline } from './outlines.js';

/** @typedef {import('../../logic/stem.js').LibraryStem} LibraryStem */
/** @typedef {import('../../logic/stem.js').Words} Words */
/** @typedef {import('./screen.js').LibraryScreen} LibraryScreen */

/** Kind of what is dragged from the library. */
export const STEMS_TYPE = 'application/x-mixdown-stems';

/** @param {Words} words */
const phrase = ({ text, good, bad, muted, title }) =>
  h(
    'span',
    { class: bad ? 'trouble' : good ? 'good' : muted ? 'muted' : null, title: title ?? null },
    bad ? `! ${text}` : good ? `✓ ${text}` : text,
  );

/** First chords of a stem, the tonic marked. @param {LibraryStem} stem */
function chords(stem) {
  const labels = (stem.chord_labels ?? []).filter((label) => label !== 'N');
  if (isBusy(stem)) return h('span', { class: 'small muted' }, '…');
  if (stem.status === 'failed') return null;
  if (stem.type === 'drums') return h('span', { class: 'small muted' }, 'none: no pitch');
  if (!labels.length) return h('span', { class: 'small muted' }, 'none found');
  if (!isSure(stem, 'chords')) return h('span', { class: 'small muted' }, 'chords not sure');
  const short = labels.slice(0, 8).map(shortChord);
  const key = isSure(stem, 'key') ? stem.key : null;
  return h(
    'span',
    { class: 'ch', role: 'img', 'aria-label': `First chords: ${short.join(', ')}` },
    labels.slice(0, 8).map((label, at) => h('span', { class: isTonic(label, key) ? 't' : null }, short[at])),
  );
}

/** Row of a stem, and below it its details while they are open. */
export class Row {
  /** Creates a row. @param {LibraryScreen} screen @param {LibraryStem} stem */
  constructor(screen, stem) {
    this.screen = screen;
    this.stem = stem;
    this.shown = '';
    this.pick = h('input', { type: 'checkbox', onchange: () => screen.setPicked(this.stem, this.pick.checked) });
    this.listen = h('button', {
      type: 'button',
      class: 'btn icon quiet',
      onclick: () => screen.listening.toggle(stem.stem_id),
    });
    this.name = h('button', {
      type: 'button',
      class: 'lane-name',
      'aria-expanded': 'false',
      onclick: () => this.toggleDetails(),
    });
    this.song = h('small', null);
    this.tags = h('span', { class: 'tags' });
    this.canvas = h('canvas', { 'aria-hidden': 'true' });
    this.position = h('input', {
      type: 'range',
      class: 'over',
      min: 0,
      max: 1000,
      step: 1,
      hidden: true,
      oninput: () => screen.listening.seek((Number(this.position.value) / 1000) * this.seconds),
    });
    this.played = h('i', { class: 'played', hidden: true });
    this.key = h('td', { class: 'num k' });
    this.chords = h('td', { class: 'c' });
    this.length = h('td', { class: 'num grp' });
    this.fit = h('td', { class: 'fit' });
    this.star = h('button', { type: 'button', class: 'btn icon quiet star', onclick: () => screen.actions.flipFavourite(this.stem) }, icon('star', 15));
    this.addIt = button('Add', () => screen.actions.add([this.stem]), 'small add');
    const grip = h('span', { class: 'grip hide-n', draggable: 'true', title: 'Drag into a session' }, icon('grip', 14));
    this.element = h(
      'tr',
      null,
      h('td', { class: 'pick' }, h('label', { class: 'check' }, this.pick, (this.pickName = sr('')))),
      h('td', { class: 'listen' }, this.listen),
      h('td', { class: 'name' }, this.name, this.song, this.tags),
      h('td', { class: 'w' }, h('span', { class: 'wv' }, this.canvas, this.played, this.position)),
      this.key,
      this.chords,
      this.length,
      this.fit,
      h('td', { class: 'act' }, h('span', { class: 'row tight' }, this.star, this.addIt, grip)),
    );
    grip.addEventListener('dragstart', (event) => this.onDrag(event));
    grip.addEventListener('dragend', () => screen.tray.setHot(null));
    this.outline = new RowOutline(this.canvas, stem.stem_id, screen.signal, () => this.showLength());
    /** @type {HTMLTableRowElement|null} */
    this.more = null;
    this.update(stem);
  }

  /** Shows a record. @param {LibraryStem} stem @param {number|null} [percent] of its analysis */
  update(stem, percent = null) {
    stem = this.screen.names.named(stem);
    this.stem = stem;
    const session = this.screen.tray.name;
    const isAdded = this.screen.tray.has(stem.stem_id);
    const state = JSON.stringify([stem, percent, session, isAdded]);
    if (state === this.shown) return;
    this.shown = state;
    this.element.dataset.status = stem.status;
    const title = fullTitle(stem);
    this.pickName.textContent = `Pick ${title}`;
    fill(this.name, stemTitle(stem));
    this.song.textContent = stemSong(stem);
    fill(
      this.tags,
      stem.tags.map((tag) =>
        h(
          'button',
          { type: 'button', class: 'tagged', title: `Only stems with ${tag}`, onclick: () => this.screen.change({ tag }) },
          tag,
        ),
      ),
    );
    this.showKey(percent);
    fill(this.chords, chords(stem));
    this.showLength();
    this.showFit();
    setAttr(this.star, 'aria-pressed', String(stem.favourite));
    setAttr(this.star, 'aria-label', `Favourite: ${title}`);
    setAttr(this.star, 'title', stem.favourite ? 'A favourite; press to undo' : 'Make it a favourite');
    fill(this.addIt, isAdded ? '✓ Added' : 'Add');
    setAttr(this.addIt, 'aria-label', `${isAdded ? '✓ Added: ' : 'Add '}${title} to ${session || 'a session'}`);
    setAttr(this.addIt, 'title', isAdded ? `In ${session}; press to add it again` : null);
    setAttr(this.position, 'aria-label', `Position in ${title}`);
    this.showSound();
  }

  /** @param {number|null} percent of its analysis */
  showKey(percent) {
    const { stem } = this;
    const { code, ...words } = keyWords(stem);
    const tempo = tempoWords(stem);
    if (stem.status === 'running' && percent !== null) words.text = `analysing, ${Math.round(percent)} %`;
    if (stem.status === 'failed')
      Object.assign(words, { text: 'analysis failed', bad: true, title: 'Open the details to analyse it again' });
    fill(this.key, code ? [h('b', null, code), ' '] : null, phrase(words), h('br', null), h('small', null, phrase(tempo)));
  }

  /** Shows how it fits, or how far its sound is. */
  showFit() {
    const fit = fitWords(this.stem);
    if (fit) fill(this.fit, phrase(fit[0]), h('br', null), phrase(fit[1]));
    else if (Number.isFinite(this.stem.distance)) fill(this.fit, `${format.number(this.stem.distance ?? 0, 2)} apart`);
    else fill(this.fit);
  }

  /** Length as far as it is known, in seconds. */
  get seconds() {
    const { audio, stem } = this.screen.listening;
    const playing = stem === this.stem.stem_id && Number.isFinite(audio.duration) ? audio.duration : 0;
    return this.stem.duration_s || playing || this.outline.seconds || 1;
  }

  /** Shows the length: of the record, or of the outline. */
  showLength() {
    const { duration_s, integrated_lufs: loudness } = this.stem;
    // An outline ends with a whole pixel: tenths would be made up.
    const rough = this.outline.seconds ? format.time(this.outline.seconds, 0) : '';
    fill(
      this.length,
      duration_s ? format.time(duration_s) : rough,
      h('br', null),
      h('small', null, Number.isFinite(loudness) ? `${format.number(loudness ?? 0)} LUFS` : ''),
    );
  }

  /** Shows whether it is picked. @param {boolean} on */
  setPicked(on) {
    this.pick.checked = on;
  }

  /** Shows whether it plays, and where. */
  showSound() {
    const { listening } = this.screen;
    const { stem } = this;
    const plays = listening.plays(stem.stem_id);
    const loaded = listening.stem === stem.stem_id;
    const words = `${plays ? 'Pause' : 'Listen to'} ${fullTitle(stem)}`;
    if (this.listen.getAttribute('aria-label') !== words) {
      setAttr(this.listen, 'aria-label', words);
      fill(this.listen, icon(plays ? 'pause' : 'play', 14));
    }
    this.element.classList.toggle('on', loaded);
    this.position.hidden = !loaded;
    this.played.hidden = !loaded;
    if (!loaded) return;
    const length = this.seconds;
    const share = Math.min(1, listening.position / length);
    if (document.activeElement !== this.position || plays) this.position.value = String(Math.round(share * 1000));
    setAttr(this.position, 'aria-valuetext', `${format.time(listening.position)} of ${format.time(length)}`);
    this.played.style.left = `${(share * 100).toFixed(2)}%`;
  }

  /** Opens or closes the details. */
  toggleDetails() {
    const open = this.more === null;
    setAttr(this.name, 'aria-expanded', String(open));
    this.more?.remove();
    this.more = null;
    if (!open) return;
    const cell = h('td', { class: 'full' }, details(this.screen, this.stem));
    cell.colSpan = 9;
    this.more = h('tr', { class: 'more' }, cell);
    this.element.after(this.more);
  }

  /** Opens the details anew where they are open. */
  renewDetails() {
    if (!this.more) return;
    this.toggleDetails();
    this.toggleDetails();
  }

  /** @param {DragEvent} event */
  onDrag(event) {
    const { screen, stem } = this;
    const stems = screen.picked.has(stem.stem_id) ? screen.pickedStems() : [stem];
    event.dataTransfer?.setData(STEMS_TYPE, JSON.stringify(stems.map(({ stem_id }) => stem_id)));
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copy';
    event.dataTransfer?.setDragImage(this.element, 40, 20);
    screen.tray.setHot(stems.length === 1 ? fullTitle(stem) : format.plural(stems.length, 'stem'));
  }

  /** Removes it. */
  close() {
    this.outline.close();
    this.more?.remove();
    this.element.remove();
  }
}

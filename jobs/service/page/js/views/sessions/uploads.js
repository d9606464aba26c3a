import { h, setText } from '../../dom.js';
import * as format from '../../logic/format.js';
import { received } from '../../logic/received.js';
import { button } from '../../parts/notice.js';
import { again, dismiss, uploads, uploadsOf } from '../../store/uploads.js';

/** Container and codec, once where they are the same. @param {string} format */
const kindOf = (format) => [...new Set(format.split(' '))].join(' ');

/** Kind of a stem in words. @param {import('../../api.js').Stem} stem */
export function stemWords(stem) {
  const channels = ['', 'mono', 'stereo'][stem.channels] ?? `${stem.channels} channels`;
  return [
    format.time(stem.duration_s),
    `${Number((stem.sample_rate / 1000).toFixed(1))} kHz`,
    channels,
    kindOf(stem.format ?? ''),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** State of an upload in words. @param {import('../../store/uploads.js').Upload} entry */
function words(entry) {
  const { state, sent, file, startedAt, stem, message } = entry;
  if (state === 'waiting') return 'waiting';
  if (state === 'checking') return 'checking the sound …';
  if (state === 'refused') return `✕ refused: ${message}`;
  if (state === 'done')
    return `✓ ${stem ? stemWords(stem) : 'received'}${stem?.warnings?.length ? `; ${stem.warnings.join('; ')}` : ''}`;
  const seconds = (performance.now() - startedAt) / 1000;
  const left = sent > 0 ? ((file.size - sent) / sent) * seconds : NaN;
  return `${format.bytes(sent)} of ${format.bytes(file.size)}${Number.isFinite(left) ? ` · ${format.left(left)} left` : ''}`;
}

/** One line of a file, which is moved and not made anew while it lasts. */
class Line {
  /** Creates a line. @param {import('../../store/uploads.js').Upload} entry */
  constructor(entry) {
    this.entry = entry;
    this.progress = h('progress', { max: 100, 'aria-label': `Upload of ${entry.file.name}` });
    this.words = h('span', { class: 'small' });
    this.actions = h(
      'span',
      { class: 'row tight', hidden: true },
      button('Upload again', () => again(entry), 'small'),
      button('Dismiss', () => dismiss(entry), 'small quiet'),
    );
    this.element = h(
      'div',
      { class: 'up' },
      h('b', null, entry.file.name),
      this.progress,
      h('span', null, this.words, this.actions),
    );
  }

  /** Shows where it is. */
  show() {
    const { entry } = this;
    this.progress.value =
      entry.state === 'done' ? 100 : entry.state === 'refused' ? 0 : (100 * entry.sent) / Math.max(1, entry.file.size);
    this.words.textContent = words(entry);
    this.words.classList.toggle('trouble', entry.state === 'refused');
    this.actions.hidden = entry.state !== 'refused';
  }
}

/**
 * Creates the list of a session's uploads.
 * @param {string} session
 * @param {string} title
 * @param {HTMLElement|null} footer
 * @returns {{element: HTMLElement, close: () => void}}
 */
export function uploadCard(session, title, footer) {
  /** @type {Map<number, Line>} */
  const lines = new Map();
  const list = h('div', null);
  const heading = h('span', { role: 'status' });
  const element = h(
    'section',
    { class: 'card pad', 'aria-label': `Upload to ${title}` },
    h('h2', null, heading),
    list,
    footer,
  );
  const show = () => {
    // In the mixer a stem that has arrived is a strip: only the others are listed.
    const entries = uploadsOf(session).filter(({ state }) => footer || state !== 'done');
    element.hidden = !entries.length;
    setText(
      heading,
      received(
        title,
        entries.map(({ state }) => state),
      ),
    );
    for (const entry of entries) {
      let line = lines.get(entry.id);
      if (!line) {
        line = new Line(entry);
        lines.set(entry.id, line);
        list.append(line.element);
      }
      line.show();
    }
    for (const [id, line] of lines) {
      if (entries.some((entry) => entry.id === id)) continue;
      line.element.remove();
      lines.delete(id);
    }
  };
  uploads.addEventListener('change', show);
  show();
  return { element, close: () => uploads.removeEventListener('change', show) };
}

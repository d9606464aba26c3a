import { h, setText } from '../../dom.js';
import * as format from '../../logic/format.js';
import { received } from '../../logic/received.js';
import { button } from '../../parts/notice.js';
import { addAgain, dismissSong, songs } from '../../store/songs.js';

/** @typedef {import('../../store/songs.js').Song} Song */

/** State of an upload in words. @param {Song} song */
function words({ state, sent, size, startedAt, message, files }) {
  if (state === 'waiting') return 'waiting';
  if (state === 'checking') return 'checking the sound …';
  if (state === 'refused') return `✕ refused: ${message}`;
  if (state === 'done') return `✓ ${format.plural(files.length, 'stem')} in the library`;
  const seconds = (performance.now() - startedAt) / 1000;
  const left = sent > 0 ? ((size - sent) / sent) * seconds : NaN;
  return `${format.bytes(sent)} of ${format.bytes(size)}${Number.isFinite(left) ? ` · ${format.left(left)} left` : ''}`;
}

/** @param {Song} song */
function line(song) {
  const progress = h('progress', { max: 100, 'aria-label': `Upload of ${song.name}` });
  progress.value = song.state === 'done' ? 100 : song.state === 'refused' ? 0 : (100 * song.sent) / Math.max(1, song.size);
  const text = h('span', { class: song.state === 'refused' ? 'small trouble' : 'small' }, words(song));
  const again = button('Upload again', () => addAgain(song), 'small');
  const away = button(song.state === 'done' || song.state === 'refused' ? 'Dismiss' : 'Stop', () => dismissSong(song), 'small quiet', {
    'aria-label': `Dismiss ${song.name}`,
  });
  return {
    element: h('div', { class: 'up' }, h('b', null, song.name), progress, h('span', { class: 'row tight' }, text, again, away)),
    show: () => {
      progress.value = song.state === 'done' ? 100 : song.state === 'refused' ? 0 : (100 * song.sent) / Math.max(1, song.size);
      setText(text, words(song));
      text.classList.toggle('trouble', song.state === 'refused');
      again.hidden = song.state !== 'refused';
      setText(away, song.state === 'done' || song.state === 'refused' ? 'Dismiss' : 'Stop');
    },
  };
}

/**
 * Creates the list of uploads into the library.
 * @returns {{element: HTMLElement, close: () => void}}
 */
export function songCard() {
  // What had arrived before is a row of the table.
  songs.list = songs.list.filter(({ state }) => state !== 'done');
  /** @type {Map<Song, ReturnType<typeof line>>} */
  const lines = new Map();
  const heading = h('span', { role: 'status' });
  const list = h('div', null);
  const element = h('section', { class: 'card pad', 'aria-label': 'Uploads to the library' }, h('h2', null, heading), list);
  const show = () => {
    element.hidden = !songs.list.length;
    setText(
      heading,
      received(
        'Library',
        songs.list.flatMap(({ state, files }) => files.map(() => state)),
      ),
    );
    for (const song of songs.list) {
      let one = lines.get(song);
      if (!one) {
        one = line(song);
        lines.set(song, one);
        list.append(one.element);
      }
      one.show();
    }
    for (const [song, { element: old }] of lines) {
      if (songs.list.includes(song)) continue;
      old.remove();
      lines.delete(song);
    }
  };
  songs.addEventListener('change', show);
  show();
  return { element, close: () => songs.removeEventListener('change', show) };
}

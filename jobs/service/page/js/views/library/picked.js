import { fill, h, icon, setText } from '../../dom.js';
import * as format from '../../logic/format.js';
import { readTags } from '../../logic/library.js';
import { button } from '../../parts/notice.js';

/** Bar below the rows: what is done with all picked ones, how many there are, and more of them. */
export class PickedBar {
  /** Creates the bar. @param {import('./screen.js').LibraryScreen} screen */
  constructor(screen) {
    this.screen = screen;
    this.count = h('span', { class: 'small', role: 'status' });
    this.add = button('Add', () => screen.actions.add(screen.pickedStems()), 'small');
    this.zip = h('a', { class: 'btn small', download: '' }, icon('down', 14), 'Download as zip');
    this.tags = h('input', { type: 'text', class: 'tagging', placeholder: 'tags', 'aria-label': 'Tags for all picked' });
    const tag = () => {
      const tags = readTags(this.tags.value);
      this.tags.value = '';
      if (tags.length) screen.actions.batch('tag', screen.pickedStems(), tags);
    };
    this.tags.addEventListener('keydown', (event) => event.key === 'Enter' && tag());
    this.actions = h(
      'span',
      { class: 'row tight' },
      this.add,
      this.zip,
      h('span', { class: 'row tight bounds' }, this.tags, button('Tag', tag, 'small', { 'aria-label': 'Tag all picked' })),
      button('Analyse again', () => screen.actions.analyse(screen.pickedStems()), 'small', { 'aria-label': 'Analyse all picked again' }),
      button('Delete', () => screen.actions.remove(screen.pickedStems()), 'small danger', { 'aria-label': 'Delete all picked' }),
      button('Pick none', () => screen.pickNone(), 'small quiet'),
    );
    this.shown = h('span', { class: 'small muted', role: 'status' });
    this.more = button('Load more', () => screen.loadMore(), 'small');
    this.element = h(
      'div',
      { class: 'row foot' },
      this.count,
      this.actions,
      h('span', { class: 'row tight push' }, this.shown, this.more),
    );
  }

  /**
   * Shows the state.
   * @param {{rows: number, total: number, order: string, more: boolean}} of
   */
  update({ rows, total, order, more }) {
    const stems = this.screen.pickedStems();
    setText(this.count, stems.length ? `${stems.length} picked` : '');
    this.actions.hidden = !stems.length;
    const { name } = this.screen.tray;
    fill(this.add, `Add to ${name || 'a session'}`);
    this.zip.href = `/api/stems/zip?ids=${stems.map(({ stem_id }) => encodeURIComponent(stem_id)).join(',')}`;
    setText(this.shown, `${rows < total ? `${rows} of ${total}` : format.plural(total, 'stem')}, ${order}`);
    this.more.hidden = !more;
  }
}

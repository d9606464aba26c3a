import { fill, h, icon } from '../../dom.js';
import { chooseFiles, nameFor } from '../../parts/files.js';
import { button } from '../../parts/notice.js';
import { addSong } from '../../store/songs.js';

/** Returns a file's name without its ending. @param {File} file */
const bare = (file) => file.name.replace(/\.[^.]+$/, '');

/** Files that begin songs of the library. */
export class Files {
  /** Creates the button that offers files, and the place of the question what they are. */
  constructor() {
    this.add = chooseFiles((files) => this.take(files, ''), 'primary');
    this.add.firstChild?.replaceWith(icon('plus'), 'Add songs');
    this.element = h('div', null);
  }

  /**
   * Takes files. Those of a folder are stems of one song; of several others that is asked.
   * @param {File[]} files
   * @param {string} folder
   */
  take(files, folder) {
    if (files.length === 1 || (files.length && folder)) addSong(folder || bare(files[0]), files);
    else if (files.length) this.inquire(files);
  }

  /** Offers what several files may be. @param {File[]} files */
  inquire(files) {
    const shared = nameFor(files, '');
    const name = h('input', { type: 'text', value: shared === 'New session' ? 'New song' : shared });
    const answer = (/** @type {() => void} */ act) => () => {
      fill(this.element);
      act();
    };
    fill(
      this.element,
      h(
        'div',
        { class: 'notice info', role: 'group', 'aria-label': 'What the files are' },
        h(
          'p',
          null,
          h('b', null, `${files.length} files.`),
          ' Stems of one song share tempo, key and chords; songs are analysed each by itself.',
        ),
        h('label', { class: 'field' }, 'Name of the song', name),
        h(
          'span',
          { class: 'push' },
          button('Stems of one song', answer(() => addSong(name.value.trim() || bare(files[0]), files)), 'primary'),
          button(`${files.length} songs`, answer(() => files.forEach((file) => addSong(bare(file), [file])))),
          button('Cancel', answer(() => undefined)),
        ),
      ),
    );
    this.element.querySelector('button')?.focus();
  }
}

import { readSearch } from '../../logic/library.js';
import { LibraryScreen } from './screen.js';

/**
 * Creates the library: search, rows, and the session that stems are added to.
 * @param {URLSearchParams} query search of a link
 * @returns {import('../../main.js').View}
 */
export function libraryView(query) {
  const screen = new LibraryScreen(readSearch(query));
  return {
    element: screen.element,
    wide: true,
    title: 'Library',
    rehash: (next) => {
      screen.show(readSearch(next));
      return true;
    },
    close: () => screen.close(),
  };
}

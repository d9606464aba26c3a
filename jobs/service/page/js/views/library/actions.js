import { call, libraryPath } from '../../api.js';
import * as format from '../../logic/format.js';
import { ALL } from '../../logic/library.js';
import { fullTitle } from '../../logic/stem.js';
import { confirm } from '../../parts/dialog.js';

/** @typedef {import('../../logic/stem.js').LibraryStem} LibraryStem */

/** What is done with stems of the library. */
export class Actions {
  /** Creates the actions. @param {import('./screen.js').LibraryScreen} screen */
  constructor(screen) {
    this.screen = screen;
  }

  /** Adds stems to the session of the tray. @param {LibraryStem[]} stems */
  add(stems) {
    const what = stems.length === 1 ? fullTitle(stems[0]) : format.plural(stems.length, 'stem');
    return this.screen.tray.add(
      stems.map(({ stem_id }) => stem_id),
      what,
    );
  }

  /** @param {string[]} ids */
  addDragged(ids) {
    const known = new Map([...this.screen.stems.map((stem) => /** @type {[string, LibraryStem]} */ ([stem.stem_id, stem])), ...this.screen.picked]);
    const stems = ids.map((id) => known.get(id)).filter((stem) => stem !== undefined);
    if (stems.length) this.add(stems);
  }

  /** Searches for what sounds like a stem. @param {LibraryStem} stem */
  showLike(stem) {
    this.screen.change({ ...ALL, like: stem.stem_id });
  }

  /** Searches for what fits with a stem. @param {LibraryStem} stem */
  showFits(stem) {
    this.screen.change({ ...ALL, fits: stem.stem_id });
  }

  /**
   * Changes a record.
   * @param {LibraryStem} stem
   * @param {{tags?: string[], favourite?: boolean}} marks
   */
  async mark(stem, marks) {
    try {
      const { stem: changed } = await call('PATCH', libraryPath(stem.stem_id), { body: marks });
      this.screen.merge([changed]);
    } catch (error) {
      this.screen.trouble(`${fullTitle(stem)} was not changed.`, error);
    }
  }

  /** Makes a stem a favourite or not. @param {LibraryStem} stem */
  flipFavourite(stem) {
    return this.mark(stem, { favourite: !stem.favourite });
  }

  /** Replaces the tags of a stem. @param {LibraryStem} stem @param {string[]} tags */
  setTags(stem, tags) {
    return this.mark(stem, { tags });
  }

  /** Analyses stems again. @param {LibraryStem[]} stems */
  analyse(stems) {
    return this.batch('analyse', stems);
  }

  /** Deletes stems after a confirmation. @param {LibraryStem[]} stems */
  async remove(stems) {
    const what = stems.length === 1 ? fullTitle(stems[0]) : format.plural(stems.length, 'stem');
    const sure = await confirm(
      `Delete ${what}?`,
      `${stems.length === 1 ? 'Its record and its file leave' : 'Their records and their files leave'} the library. This cannot be undone.`,
      stems.length === 1 ? 'Delete the stem' : `Delete ${what}`,
    );
    if (!sure) return;
    if (stems.some(({ stem_id }) => stem_id === this.screen.listening.stem)) this.screen.listening.pause();
    if (await this.batch('delete', stems)) for (const { stem_id } of stems) this.screen.picked.delete(stem_id);
    this.screen.showBar();
    this.screen.filter.text.focus();
  }

  /**
   * Does one thing with several stems.
   * @param {'analyse'|'tag'|'delete'} action
   * @param {LibraryStem[]} stems
   * @param {string[]} [tags]
   * @returns {Promise<boolean>} false if nothing was done
   */
  async batch(action, stems, tags) {
    try {
      const ids = stems.map(({ stem_id }) => stem_id);
      const { failed = [] } = await call('POST', '/stems/batch', { body: { action, stem_ids: ids, ...(tags ? { tags } : {}) } });
      await this.screen.refresh();
      if (failed.length) {
        const names = new Map(stems.map((stem) => [stem.stem_id, fullTitle(stem)]));
        const words = failed.map((/** @type {any} */ one) => `${names.get(one.stem_id) ?? one.stem_id}: ${one.message}`);
        this.screen.trouble(`${format.plural(failed.length, 'stem')} of ${stems.length} refused.`, new Error(words.slice(0, 5).join('; ')));
      }
      return true;
    } catch (error) {
      this.screen.trouble('Nothing was changed.', error);
      return false;
    }
  }
}

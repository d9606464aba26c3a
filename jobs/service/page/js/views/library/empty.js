import { fill, h } from '../../dom.js';
import * as format from '../../logic/format.js';
import { chooseFiles } from '../../parts/files.js';
import { button } from '../../parts/notice.js';

/** What stands where no row does: the target for files, or the reason. */

/**
 * Shows the target for files.
 * @param {HTMLElement} drop
 * @param {{empty: boolean, over: number, onFiles: (files: File[]) => void}} state `over` files are above it
 */
export function showTarget(drop, { empty, over, onFiles }) {
  drop.hidden = !empty && !over;
  drop.className = `drop big${over ? ' hot' : ''}`;
  if (over)
    fill(
      drop,
      h('p', { role: 'status' }, h('strong', null, `Let go: ${format.plural(over, 'file')} for the library`), 'Folders may be dropped too.'),
    );
  else if (empty)
    fill(
      drop,
      h(
        'p',
        null,
        h('strong', null, 'Drop stems or songs here'),
        'The library finds tempo, key, chords, sections and type of each stem by its sound. ',
        'Then it finds stems that fit with a session, or that sound alike, and adds them to a mix. ',
        'Nothing leaves this machine.',
      ),
      h('p', { class: 'row middle gap' }, chooseFiles(onFiles, 'primary')),
    );
}

/**
 * Creates the words for a search without result.
 * @param {import('../../logic/library.js').Search} search
 * @param {string} reason the server's words, or empty
 * @param {{onClear: () => void, onRelated: () => void}} actions
 */
export function noHit({ key, related, least, most, text }, reason, { onClear, onRelated }) {
  const reasons = [
    reason,
    text.trim() && `each of the words “${text.trim()}” must begin a word of its name, path or tags`,
    key && !related && `only ${key} itself is looked for`,
    (least !== null || most !== null) && 'stems of unknown tempo are left out',
  ].filter(Boolean);
  return h(
    'div',
    { class: 'nohit' },
    h('p', null, h('b', null, 'No stem matches.'), reasons.length ? ` Here ${reasons.join(', and ')}.` : null),
    h(
      'p',
      { class: 'row tight gap-s' },
      button('Show all stems', onClear, 'small'),
      key && !related ? button('Related keys too', onRelated, 'small') : null,
    ),
  );
}

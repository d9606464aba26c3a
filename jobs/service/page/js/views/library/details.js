import { call, libraryPath } from '../../api.js';
import { fill, h } from '../../dom.js';
import { isTonic, shortChord } from '../../logic/chords.js';
import * as format from '../../logic/format.js';
import { readTags } from '../../logic/library.js';
import { fullTitle, isBusy, isSure } from '../../logic/stem.js';
import { button, notice } from '../../parts/notice.js';
import { notes } from './notes.js';

/** @typedef {import('../../logic/stem.js').LibraryStem} LibraryStem */

/** Readings: field, words, unit, digits. */
const READINGS = /** @type {[string, string, string, number][]} */ ([
  ['integrated_lufs', 'Loudness', 'LUFS', 1],
  ['true_peak_dbtp', 'True peak', 'dBTP', 1],
  ['sample_peak_dbfs', 'Sample peak', 'dBFS', 1],
  ['rms_dbfs', 'RMS', 'dBFS', 1],
  ['crest_db', 'Crest', 'dB', 1],
  ['tuning_hz', 'Tuning, A', 'Hz', 1],
  ['spectral_centroid_hz', 'Spectral centroid', 'Hz', 0],
  ['spectral_bandwidth_hz', 'Bandwidth', 'Hz', 0],
  ['spectral_rolloff_hz', 'Roll-off', 'Hz', 0],
  ['onset_rate_hz', 'Onsets', 'a second', 2],
  ['silence_share', 'Silence', '%', 0],
]);

/** Most chords that a section lists. */
const CHORDS = 32;

/** @param {any} stem */
function readings(stem) {
  const rows = READINGS.filter(([key]) => Number.isFinite(stem[key])).map(([key, words, unit, digits]) => [
    words,
    `${format.number(unit === '%' ? stem[key] * 100 : stem[key], digits)} ${unit}`,
  ]);
  rows.push(['Used', stem.uses ? `${format.plural(stem.uses, 'time')}` : 'not yet'], ['Added', format.moment(stem.created)]);
  return h(
    'dl',
    { class: 'readings' },
    rows.map(([words, value]) => h('div', null, h('dt', null, words), h('dd', null, value))),
  );
}

/** Sections with their chords; one line without sections. @param {any} stem */
function sheet(stem) {
  const chords = stem.chords ?? [];
  if (isBusy(stem)) return h('p', { class: 'small muted' }, 'The analysis is not done yet.');
  if (!chords.length) return h('p', { class: 'small muted' }, 'No chords were found.');
  const found = isSure(stem, 'sections') ? (stem.sections ?? []) : [];
  const parts = found.length ? found : [{ start_s: 0, end_s: Infinity, label: '' }];
  const doubt = isSure(stem, 'chords') ? null : h('p', { class: 'small muted' }, 'The chords are not sure.');
  const lines = parts.map((/** @type {any} */ part) => {
    const some = chords.filter(
      (/** @type {any} */ one) => one.label !== 'N' && one.end_s > part.start_s + 0.1 && one.start_s < part.end_s - 0.1,
    );
    const names = some
      .slice(0, CHORDS)
      .flatMap((/** @type {any} */ { label }, /** @type {number} */ at) => [
        at ? ' ' : '',
        h('span', { class: isTonic(label, isSure(stem, 'key') ? stem.key : null) ? 'strong' : null }, shortChord(label)),
      ]);
    return h(
      'li',
      null,
      part.label ? h('b', null, part.label) : null,
      part.label ? h('small', { class: 'muted' }, format.time(part.start_s, 0)) : null,
      h('span', null, names, some.length > CHORDS ? ' …' : null),
    );
  });
  return [doubt, h('ol', { class: 'sheet' }, lines)];
}

/**
 * Creates the details of a stem; chords and readings are fetched.
 * @param {import('./screen.js').LibraryScreen} screen
 * @param {LibraryStem} stem
 */
export function details(screen, stem) {
  const title = fullTitle(stem);
  const tags = h('input', { type: 'text', value: stem.tags.join(', '), placeholder: 'live, dry' });
  const save = () => screen.actions.setTags(stem, readTags(tags.value));
  tags.addEventListener('keydown', (event) => event.key === 'Enter' && save());
  const named = (/** @type {string} */ words) => ({ 'aria-label': `${words}: ${title}` });
  const rest = h('div', { class: 'rest' }, h('p', { class: 'small muted', role: 'status' }, '…'));
  call('GET', libraryPath(stem.stem_id), { signal: screen.signal }).then(
    ({ stem: whole }) =>
      fill(
        rest,
        h('div', null, h('h3', null, 'Chords'), sheet(whole)),
        h('div', null, h('h3', null, 'Readings'), readings(whole)),
        notes(screen, { ...stem, ...whole, song: stem.song }),
      ),
    (error) => screen.signal.aborted || fill(rest, notice('trouble', 'The details cannot be read.', error.message)),
  );
  return h(
    'div',
    { class: 'details', role: 'group', 'aria-label': `Details of ${title}` },
    h(
      'div',
      { class: 'row acts' },
      h('label', { class: 'field' }, 'Tags, with commas between', tags),
      button('Save tags', save, 'small', named('Save tags')),
      h(
        'span',
        { class: 'row tight push' },
        button('Sounds like this', () => screen.actions.showLike(stem), 'small', named('Sounds like this')),
        button('Fits with this', () => screen.actions.showFits(stem), 'small', named('Fits with this')),
        h(
          'a',
          { class: 'btn small', href: `/api${libraryPath(stem.stem_id)}/file`, download: stem.file ?? '', ...named('Download') },
          'Download',
        ),
        button('Analyse again', () => screen.actions.analyse([stem]), 'small', named('Analyse again')),
        button('Delete', () => screen.actions.remove([stem]), 'small danger', named('Delete')),
      ),
    ),
    rest,
  );
}

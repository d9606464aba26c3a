import { relatedKeys } from './keys.js';

/** Search of the library: fields, their form in a link and in a request. */

/**
 * @typedef {object} Search
 * @property {string} text
 * @property {string} key
 * @property {boolean} related related keys too
 * @property {number|null} least BPM
 * @property {number|null} most BPM
 * @property {string} type
 * @property {string} tag
 * @property {boolean} favourite
 * @property {string} session stems that fit with the song of this session
 * @property {string} fits stems that fit with this stem
 * @property {string} like stems that sound like this stem
 * @property {string} sort empty for the order that the search itself has
 * @property {boolean} down true for the other direction
 */

/** @type {Readonly<Search>} */
export const ALL = Object.freeze({
  text: '',
  key: '',
  related: true,
  least: null,
  most: null,
  type: '',
  tag: '',
  favourite: false,
  session: '',
  fits: '',
  like: '',
  sort: '',
  down: false,
});

/** Types of stems that a search offers. */
export const TYPES = ['drums', 'bass', 'vocals', 'other'];

/** Orders of a search: field, words, and whether it starts with the largest. */
export const SORTS = /** @type {[string, string, boolean][]} */ ([
  ['created', 'newest', true],
  ['name', 'name', false],
  ['bpm', 'tempo', false],
  ['key', 'key', false],
  ['type', 'type', false],
  ['loudness', 'loudness', true],
  ['uses', 'most used', true],
]);

const TEXTS = /** @type {const} */ (['text', 'key', 'type', 'tag', 'session', 'fits', 'like', 'sort']);

/** @param {string|null} text */
const positive = (text) => {
  const value = Number(text);
  return text && Number.isFinite(value) && value > 0 ? value : null;
};

/**
 * Reads a search from a link.
 * @param {URLSearchParams} query
 * @returns {Search}
 */
export function readSearch(query) {
  const search = { ...ALL };
  for (const key of TEXTS) search[key] = query.get(key) ?? '';
  return {
    ...search,
    related: query.get('related') !== 'no',
    least: positive(query.get('least')),
    most: positive(query.get('most')),
    favourite: query.has('favourite'),
    down: query.has('down'),
  };
}

/**
 * Returns a search for a link; what holds anyhow is left out.
 * @param {Search} search
 */
export function writeSearch(search) {
  const query = new URLSearchParams();
  for (const key of TEXTS) if (search[key]) query.set(key, search[key]);
  if (!search.related) query.set('related', 'no');
  if (search.least !== null) query.set('least', String(search.least));
  if (search.most !== null) query.set('most', String(search.most));
  if (search.favourite) query.set('favourite', '');
  if (search.down) query.set('down', '');
  return query;
}

/**
 * Returns the query of a request.
 * @param {Search} search
 * @param {number} offset
 * @param {number} limit
 */
export function requestQuery(search, offset, limit) {
  const query = new URLSearchParams();
  const put = (/** @type {string} */ key, /** @type {string|number|null} */ value) =>
    value !== '' && value !== null && query.set(key, String(value));
  const { key, related, session, fits, like, sort } = search;
  put('text', search.text.trim());
  put('key', key && related ? relatedKeys(key).join(',') || key : key);
  put('min_bpm', search.least);
  put('max_bpm', search.most);
  put('type', search.type);
  put('tag', search.tag);
  put('favourite', search.favourite ? 'true' : '');
  put('session', session);
  put('compatible_with', fits);
  put('similar_to', like);
  if (sort) {
    const largest = SORTS.find(([name]) => name === sort)?.[2] ?? false;
    put('sort', sort);
    put('order', largest !== search.down ? 'desc' : 'asc');
  }
  put('limit', limit);
  put('offset', offset);
  return query;
}

/** Returns true if a search leaves stems out. @param {Search} search */
export const isNarrowed = (search) =>
  Boolean(
    search.text.trim() ||
      search.key ||
      search.least !== null ||
      search.most !== null ||
      search.type ||
      search.tag ||
      search.favourite ||
      search.session ||
      search.fits,
  );

/** Returns the order of a search in words. @param {Search} search */
export function orderWords({ sort, down, session, fits, like }) {
  const found = SORTS.find(([name]) => name === sort);
  if (!found) return like ? 'most alike first' : session || fits ? 'best fit first' : 'newest first';
  const [name, words] = found;
  if (name === 'created') return down ? 'oldest first' : 'newest first';
  if (name === 'loudness') return down ? 'softest first' : 'loudest first';
  if (name === 'uses') return down ? 'least used first' : 'most used first';
  if (name === 'bpm') return down ? 'fastest first' : 'slowest first';
  return `by ${words}${down ? ', backwards' : ''}`;
}

/**
 * Returns tags as they are typed: parts between commas, each once.
 * @param {string} text
 */
export const readTags = (text) => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

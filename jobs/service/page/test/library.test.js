import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, isNarrowed, orderWords, readSearch, readTags, requestQuery, writeSearch } from '../js/logic/library.js';

const query = (change) => requestQuery({ ...ALL, ...change }, 0, 50).toString();

test('a search without fields asks for the first page alone', () => {
  assert.equal(query({}), 'limit=50&offset=0');
  assert.equal(isNarrowed(ALL), false);
});

test('fields have the names of the interface', () => {
  const found = requestQuery(
    { ...ALL, text: ' soft drums ', least: 90, most: 120.5, type: 'drums', tag: 'live', favourite: true },
    100,
    50,
  );
  assert.deepEqual(Object.fromEntries(found), {
    text: 'soft drums',
    min_bpm: '90',
    max_bpm: '120.5',
    type: 'drums',
    tag: 'live',
    favourite: 'true',
    limit: '50',
    offset: '100',
  });
});

test('a key brings its relative and its fifths with it, unless it is to be alone', () => {
  assert.equal(new URLSearchParams(query({ key: 'B minor' })).get('key'), 'B minor,D major,F# minor,E minor');
  assert.equal(new URLSearchParams(query({ key: 'B minor', related: false })).get('key'), 'B minor');
});

test('what fits, what is alike, and its order', () => {
  assert.match(query({ session: 's1' }), /^session=s1&limit/);
  assert.match(query({ fits: 'a' }), /^compatible_with=a&limit/);
  assert.match(query({ like: 'a', sort: 'bpm' }), /^similar_to=a&sort=bpm&order=asc/);
  assert.match(query({ sort: 'loudness' }), /sort=loudness&order=desc/);
  assert.match(query({ sort: 'loudness', down: true }), /sort=loudness&order=asc/);
  assert.equal(orderWords({ ...ALL, session: 's' }), 'best fit first');
  assert.equal(orderWords({ ...ALL, like: 's' }), 'most alike first');
  assert.equal(orderWords({ ...ALL, like: 's', sort: 'bpm', down: true }), 'fastest first');
  assert.equal(orderWords({ ...ALL, sort: 'key', down: true }), 'by key, backwards');
});

test('a link brings the same search back', () => {
  const search = { ...ALL, text: 'a&b', key: 'C# major', related: false, least: 60, favourite: true, sort: 'key', down: true };
  assert.deepEqual(readSearch(writeSearch(search)), search);
  assert.equal(writeSearch(ALL).toString(), '');
  assert.deepEqual(readSearch(new URLSearchParams('least=-3&most=fast')), ALL);
});

test('tags are parts between commas, each once', () => {
  assert.deepEqual(readTags(' live, dry ,, live,very soft'), ['live', 'dry', 'very soft']);
});

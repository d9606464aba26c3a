import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTonic, shortChord } from '../js/logic/chords.js';
import { ALL_KEYS, camelot, relatedKeys } from '../js/logic/keys.js';

test('Camelot codes follow the circle of fifths', () => {
  const codes = { 'C major': '8B', 'A minor': '8A', 'G major': '9B', 'F major': '7B', 'B minor': '10A', 'C# major': '3B', 'G# minor': '1A', 'E major': '12B' };
  for (const [key, code] of Object.entries(codes)) assert.equal(camelot(key), code, key);
  assert.equal(camelot(null), '');
  assert.equal(camelot('H major'), '');
});

test('all 24 keys stand in the order of the wheel', () => {
  assert.deepEqual([ALL_KEYS.length, new Set(ALL_KEYS.map(({ code }) => code)).size], [24, 24]);
  assert.deepEqual(ALL_KEYS.slice(0, 3).map(({ code }) => code), ['1A', '1B', '2A']);
  assert.equal(ALL_KEYS[23].name, 'E major');
});

test('relatives and fifths mix', () => {
  assert.deepEqual(relatedKeys('C major'), ['C major', 'A minor', 'G major', 'F major']);
  assert.deepEqual(relatedKeys('A minor'), ['A minor', 'C major', 'E minor', 'D minor']);
  assert.deepEqual(relatedKeys('loud'), []);
});

test('chords have their short form', () => {
  const short = { 'F#:min': 'F#m', 'C:maj/3': 'C/E', 'A:min7': 'Am7', 'G:maj/b7': 'G/F', 'A:min/b3': 'Am/C', D: 'D', N: 'N.C.', 'B:hdim7': 'Bm7b5' };
  for (const [label, text] of Object.entries(short)) assert.equal(shortChord(label), text, label);
});

test('the tonic is the chord of the key, in its mode', () => {
  assert.ok(isTonic('B:min', 'B minor'));
  assert.ok(isTonic('B:min7/b3', 'B minor'));
  assert.ok(!isTonic('B:maj', 'B minor'));
  assert.ok(!isTonic('D:maj', 'B minor'));
  assert.ok(isTonic('Db:maj', 'C# major'));
  assert.ok(!isTonic('N', 'C major'));
  assert.ok(!isTonic('C:maj', null));
});

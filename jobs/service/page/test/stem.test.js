import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL } from '../js/logic/library.js';
import { fitWords, fullTitle, keyWords, ordered, statsWords, stemSong, tempoWords } from '../js/logic/stem.js';

const stem = (change) => ({
  stem_id: 'a',
  audio_file_id: 'f',
  type: 'bass',
  name: 'band-106',
  file: 'bass.wav',
  status: 'completed',
  bpm: 67.84,
  key: 'B minor',
  beats_per_bar: 3,
  tags: [],
  favourite: false,
  ...change,
});
const texts = (words) => words?.map(({ text }) => text);

test('key and tempo stand in words', () => {
  assert.deepEqual(keyWords(stem()), { code: '10A', text: 'B minor' });
  assert.equal(tempoWords(stem()).text, '67.84 BPM · 3 a bar');
  assert.equal(tempoWords(stem({ bpm: 120, beats_per_bar: null })).text, '120 BPM');
});

test('what is doubtful is not stated as a number', () => {
  const found = stem({ confidence: { key: 0.49, tempo: 0.3 } });
  assert.deepEqual([keyWords(found).text, tempoWords(found).text], ['key not sure', 'tempo not sure']);
  assert.equal(keyWords(found).title, 'B minor? 49 % sure');
  assert.equal(keyWords(stem({ confidence: { key: 0.5 } })).text, 'B minor');
  assert.doesNotMatch(tempoWords(stem({ confidence: { metre: 0.2 } })).text, /bar/);
});

test('what is not known has a word', () => {
  const none = { key: null, bpm: null };
  const key = (status) => keyWords(stem({ ...none, status })).text;
  assert.deepEqual(['completed', 'pending', 'running', 'failed'].map(key), ['no key', 'waiting', 'analysing', 'not analysed']);
  assert.equal(tempoWords(stem(none)).text, 'no tempo');
  assert.equal(tempoWords(stem({ ...none, status: 'running' })).text, '');
});

test('names have their song, where it is another name', () => {
  assert.deepEqual([fullTitle(stem()), stemSong(stem())], ['bass of band-106', 'band-106 · bass']);
  const own = stem({ name: 'bass', song: 'Road' });
  assert.deepEqual([fullTitle(own), stemSong(own)], ['bass of Road', 'Road · bass']);
  assert.deepEqual([fullTitle(stem({ name: 'bass' })), stemSong(stem({ name: 'bass' }))], ['bass', 'bass']);
});

test('fit stands in words, and doubt takes it back', () => {
  const fit = (key, tempo, stretch = null, more = {}) => fitWords(stem({ fit: { key, tempo, stretch }, ...more }));
  assert.deepEqual(texts(fit('same', 'same', 1)), ['same key', 'same tempo']);
  assert.deepEqual(fit('same', 'same', 1).map(({ good }) => good), [true, true]);
  assert.deepEqual(texts(fit('related', 'half', 0.985)), ['neighbour key', 'half tempo, stretch 1.5 %']);
  assert.deepEqual(texts(fit('other', 'other', 1.7)), ['other key', 'tempo too far']);
  assert.deepEqual(texts(fit('unknown', 'unknown')), ['key not known', 'tempo not known']);
  assert.deepEqual(texts(fit('same', 'same', 1, { confidence: { key: 0.1, tempo: 0.1 } })), ['key not known', 'tempo not known']);
  assert.equal(fit('same', 'same', 1, { status: 'running' })[0].text, 'not known yet');
  assert.equal(fitWords(stem()), null);
});

test('doubtful stems come last where key or tempo counts', () => {
  const list = [
    stem({ stem_id: 'doubt', confidence: { tempo: 0.2, key: 0.9 } }),
    stem({ stem_id: 'sure' }),
    stem({ stem_id: 'none', key: null }),
  ];
  const order = (change) => ordered(list, { ...ALL, ...change }).map(({ stem_id }) => stem_id);
  assert.deepEqual(order({}), ['doubt', 'sure', 'none']);
  assert.deepEqual(order({ sort: 'bpm' }), ['sure', 'none', 'doubt']);
  assert.deepEqual(order({ key: 'B minor' }), ['doubt', 'sure', 'none']);
  assert.deepEqual(order({ session: 's' }), ['sure', 'doubt', 'none']);
  assert.deepEqual(order({ session: 's', sort: 'name' }), ['doubt', 'sure', 'none']);
});

test('the best fit comes first, unless another order is wanted', () => {
  const list = [
    ['far', 'related', 'double', 1.05],
    ['near', 'same', 'stretch', 1.03],
    ['nearest', 'same', 'stretch', 0.99],
    ['best', 'same', 'same', 1],
  ].map(([stem_id, key, tempo, stretch]) => stem({ stem_id, fit: { key, tempo, stretch } }));
  const order = (change) => ordered(list, { ...ALL, ...change }).map(({ stem_id }) => stem_id);
  assert.deepEqual(order({ fits: 'x' }), ['best', 'nearest', 'near', 'far']);
  assert.deepEqual(order({ fits: 'x', sort: 'name' }), ['far', 'near', 'nearest', 'best']);
  assert.deepEqual(order({}), ['far', 'near', 'nearest', 'best']);
});

test('counts stand in one line', () => {
  const stats = {
    stems: 28,
    audio_files: 8,
    by_type: [{ value: 'bass', stems: 6 }, { value: 'drums', stems: 12 }],
    by_key: [{ value: 'A major', stems: 4 }, { value: null, stems: 3 }, { value: 'B minor', stems: 9 }],
  };
  assert.equal(statsWords(stats), '28 stems of 8 songs · 12 drums, 6 bass · most in B minor (9), A major (4)');
  assert.equal(statsWords({ stems: 1, audio_files: 1 }), '1 stem of 1 song');
});

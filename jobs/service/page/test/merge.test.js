import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, diff, same, threeWay } from '../js/logic/merge.js';

/** Cases of RFC 7396, appendix A: document, patch, result. */
const RFC = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

test('patches are put on as in RFC 7396', () => {
  for (const [document, patch, result] of RFC) assert.deepEqual(apply(document, patch), result);
});

test('a difference leads from one document to the other', () => {
  const from = { rate: 48000, tracks: [{ file: 'a', gain_db: 0 }], master: { target: 'spotify', inserts: [] }, old: 1 };
  const to = { rate: 48000, tracks: [{ file: 'a', gain_db: -3 }], master: { target: -16, inserts: [] } };
  const patch = diff(from, to);
  assert.deepEqual(patch, { tracks: to.tracks, master: { target: -16 }, old: null });
  assert.deepEqual(apply(from, patch), to);
  assert.deepEqual(diff(to, structuredClone(to)), {});
});

test('the order of keys makes no difference', () => {
  assert.ok(same({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }));
  assert.ok(!same({ a: undefined }, { b: undefined }));
});

const BASE = {
  tracks: [{ file: 'a.wav', gain_db: 0 }, { file: 'b.wav' }],
  buses: [{ name: 'x' }],
  master: { target: 'spotify' },
};

test('changes of different strips and keys fit together', () => {
  const theirs = structuredClone(BASE);
  theirs.tracks[0].gain_db = -3;
  theirs.tracks.push({ file: 'c.wav' });
  const mine = structuredClone(BASE);
  mine.tracks[1].pan = 0.5;
  mine.tracks[0].mute = true;
  mine.master.target = -16;
  const { merged, clashes } = threeWay(BASE, theirs, mine);
  assert.deepEqual(clashes, []);
  assert.deepEqual(merged, {
    tracks: [{ file: 'a.wav', gain_db: -3, mute: true }, { file: 'b.wav', pan: 0.5 }, { file: 'c.wav' }],
    buses: [{ name: 'x' }],
    master: { target: -16 },
  });
});

test('one key changed on both sides is a clash, and mine stays', () => {
  const [theirs, mine] = [structuredClone(BASE), structuredClone(BASE)];
  theirs.tracks[0].gain_db = -3;
  mine.tracks[0].gain_db = 4;
  const { merged, clashes } = threeWay(BASE, theirs, mine);
  assert.equal(merged.tracks[0].gain_db, 4);
  assert.deepEqual(clashes, [{ path: ['tracks', 'a.wav', 'gain_db'], theirs: -3, mine: 4 }]);
});

test('a strip removed on one side and left on the other is removed', () => {
  const theirs = structuredClone(BASE);
  theirs.tracks.pop();
  assert.deepEqual(threeWay(BASE, theirs, structuredClone(BASE)).merged.tracks, [{ file: 'a.wav', gain_db: 0 }]);
});

test('a strip removed on one side and changed on the other is a clash', () => {
  const theirs = structuredClone(BASE);
  theirs.tracks.pop();
  const mine = structuredClone(BASE);
  mine.tracks[1].gain_db = 2;
  const { merged, clashes } = threeWay(BASE, theirs, mine);
  assert.equal(clashes.length, 1);
  assert.deepEqual(merged.tracks[1], { file: 'b.wav', gain_db: 2 });
});

test('taking a step back keeps what came from elsewhere', () => {
  const before = structuredClone(BASE);
  const after = structuredClone(BASE);
  after.tracks[0].gain_db = 6;
  const current = structuredClone(after);
  current.tracks[1].mute = true;
  assert.deepEqual(threeWay(after, current, before).merged.tracks, [
    { file: 'a.wav', gain_db: 0 },
    { file: 'b.wav', mute: true },
  ]);
});

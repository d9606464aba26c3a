import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barMarks, chordCells, gridOf, placeWords, sectionCells, snap, snapStretch, spanAt, step } from '../js/logic/grid.js';

const beats = Array.from({ length: 16 }, (_, n) => 1 + n / 2);
const song = (change) => ({
  beats_s: beats,
  downbeats_s: [1, 3, 5, 7],
  key: 'B minor',
  tempo_bpm: 120,
  chords: [
    { start_s: 0, end_s: 1, label: 'N' },
    { start_s: 1, end_s: 3, label: 'B:min' },
    { start_s: 3, end_s: 5, label: 'G:maj' },
  ],
  sections: [
    { start_s: 1, end_s: 5, label: 'A' },
    { start_s: 5, end_s: 9, label: 'B' },
  ],
  confidence: { tempo: 0.9, beats: 0.9, downbeats: 0.8, key: 0.9, chords: 0.9, sections: 0.6 },
  ...change,
});
const whole = { from: 0, span: 10 };

test('only what is sure makes the grid', () => {
  const grid = gridOf(song({ confidence: { beats: 0.4, downbeats: 0.9, chords: 0.2, key: 0.1 } }));
  assert.deepEqual([grid.beats, grid.downbeats, grid.chords, grid.key], [[], [], [], null]);
  assert.equal(grid.sections.length, 2);
  assert.deepEqual([...grid.doubtful], ['beats', 'chords', 'key']);
  assert.equal(gridOf(song({ sections: [] })).doubtful.size, 0);
});

test('a time snaps to the nearest beat', () => {
  assert.deepEqual([1.2, 1.26, 0.1, 99].map((at) => snap(beats, at)), [1, 1.5, 1, 8.5]);
  assert.equal(snap([], 1.23), 1.23);
});

test('a stretch snaps to beats and keeps one at least', () => {
  assert.deepEqual(snapStretch(beats, { start: 1.1, end: 2.9 }), { start: 1, end: 3 });
  assert.deepEqual(snapStretch(beats, { start: 2.05, end: 2.1 }), { start: 2, end: 2.5 });
  assert.deepEqual(snapStretch(beats, { start: 8.4, end: 9 }), { start: 8, end: 8.5 });
  assert.deepEqual(snapStretch([], { start: 1.1, end: 2.9 }), { start: 1.1, end: 2.9 });
});

test('steps lead from mark to mark', () => {
  assert.equal(step(beats, 1, 1), 1.5);
  assert.equal(step(beats, 1.2, 1), 1.5);
  assert.equal(step(beats, 1.5, -1), 1);
  assert.equal(step(beats, 1.6, -1), 1.5);
  assert.equal(step(beats, 1.6, -1, 0.15), 1);
  assert.equal(step(beats, 0.5, -1), 0);
  assert.equal(step(beats, 8.5, 1), 8.5);
});

test('a place has its bar, beat and chord', () => {
  const grid = gridOf(song());
  assert.equal(placeWords(grid, 3.6), 'bar 2 beat 2 · G');
  assert.equal(placeWords(grid, 1), 'bar 1 beat 1 · Bm');
  assert.equal(placeWords(grid, 0.5), 'N.C.');
  assert.equal(placeWords(gridOf(song({ downbeats_s: [] })), 1.6), 'beat 2 · Bm');
  assert.equal(spanAt(grid.sections, 5)?.label, 'B');
  assert.equal(spanAt(grid.sections, 9), null);
});

test('sections are laid out and cut at the edges', () => {
  const grid = gridOf(song());
  assert.deepEqual(
    sectionCells(grid, whole, 1000).map(({ left, width, label }) => [left, width, label]),
    [
      [100, 400, 'A'],
      [500, 400, 'B'],
    ],
  );
  assert.deepEqual(
    sectionCells(grid, { from: 4, span: 2 }, 1000).map(({ left, width }) => [left, width]),
    [
      [0, 500],
      [500, 500],
    ],
  );
});

test('chords have a name where it has room, the tonic is marked', () => {
  const grid = gridOf(song());
  assert.deepEqual(chordCells(grid, whole, 1000), [
    { left: 100, width: 200, label: 'Bm', tonic: true },
    { left: 300, width: 200, label: 'G', tonic: false },
  ]);
  assert.deepEqual(chordCells(grid, whole, 60).map(({ label }) => label), ['', 'G']);
  assert.deepEqual(chordCells(grid, whole, 20), []);
});

test('bars are thinned until their numbers have room', () => {
  const grid = gridOf(song());
  const labels = (width) => barMarks(grid, whole, width).map(({ label }) => label).filter(Boolean);
  assert.deepEqual(labels(1000), ['1', '2', '3', '4']);
  assert.deepEqual(labels(150), ['1', '3']);
  assert.deepEqual(labels(60), ['1']);
  // Beats stand between bars only where they have room.
  assert.equal(barMarks(grid, whole, 1000).length, 16);
  assert.equal(barMarks(grid, whole, 200).length, 2);
  const [only, ...others] = barMarks(grid, { from: 4.9, span: 0.2 }, 100);
  assert.deepEqual([Math.round(only.left), only.label, others.length], [50, '3', 0]);
});

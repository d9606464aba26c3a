import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as format from '../js/logic/format.js';

test('numbers have a real minus sign and no negative zero', () => {
  assert.equal(format.number(-3.14), '−3.1');
  assert.equal(format.number(-0.04), '0.0');
  assert.equal(format.signed(2.84), '+2.8');
  assert.equal(format.signed(0.04), '0.0');
  assert.equal(format.gain(-120), 'off');
});

test('what people type is read', () => {
  for (const [text, value] of [
    ['−6.5', -6.5],
    ['-6,5 dB', -6.5],
    ['+3', 3],
    ['.5', 0.5],
    ['3.2k', 3200],
    ['3.2 kHz', 3200],
    ['off', -120],
  ])
    assert.equal(format.parse(text), value, text);
  for (const text of ['', 'loud', '-', '.']) assert.equal(format.parse(text), null, text);
});

test('times are minutes, seconds and tenths', () => {
  assert.equal(format.time(87.04), '1:27.0');
  assert.equal(format.time(59.99), '0:59.9');
  assert.equal(format.time(3.3), '0:03.3');
  assert.equal(format.time(60, 0), '1:00');
  assert.equal(format.time(null), '–');
});

test('sizes have the unit that fits', () => {
  assert.deepEqual([0, 999, 1000, 41_200_000, 323_000, 2e9].map(format.bytes), [
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '41.2 MB',
    '323 kB',
    '2.0 GB',
  ]);
});

test('a moment is a time today and a date before yesterday', () => {
  const now = new Date(2026, 10, 28, 12);
  assert.equal(format.moment(new Date(2026, 10, 28, 3, 46).toISOString(), now), '03:46');
  assert.equal(format.moment(new Date(2026, 10, 27, 23).toISOString(), now), 'yesterday');
  assert.equal(format.moment(new Date(2026, 10, 2).toISOString(), now), '2 Nov 2026');
});

test('labels and units come from keys', () => {
  assert.deepEqual(
    ['look_ahead_ms', 'ratio', 'ceiling_dbtp', 'slope_db_per_octave', 'pan_law'].map((key) => [
      format.label(key),
      format.unit(key),
    ]),
    [
      ['Look ahead', 'ms'],
      ['Ratio', ': 1'],
      ['Ceiling', 'dBTP'],
      ['Slope', 'dB/oct'],
      ['Pan law', ''],
    ],
  );
});

test('pan has a side', () => {
  assert.deepEqual([0, -0.35, 0.4, 0.004].map(format.pan), ['C', 'L35', 'R40', 'C']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { curvesOf, thresholdOf, transferDb } from '../js/logic/dynamics.js';
import { atFullRange, responseDb } from '../js/logic/filters.js';

const near = (/** @type {number} */ value, /** @type {number} */ wanted, within = 0.02) =>
  assert.ok(Math.abs(value - wanted) < within, `${value} is not ${wanted}`);

test('passes are 3.01 dB down at their cutoff, whatever the slope', () => {
  for (const type of ['high_pass', 'low_pass'])
    for (let slope = 6; slope <= 48; slope += 6)
      near(responseDb({ type, cutoff_hz: 1000, slope_db_per_octave: slope }, 1000, 48000), -3.01);
});

test('a bell has its gain at its centre, a shelf half of it at its frequency', () => {
  near(responseDb({ type: 'bell', frequency_hz: 3200, gain_db: 2.5, q: 1.4 }, 3200, 48000), 2.5);
  near(responseDb({ type: 'high_shelf', frequency_hz: 2000, gain_db: 6 }, 2000, 48000), 3);
  near(responseDb({ type: 'low_shelf', frequency_hz: 2000, gain_db: -8 }, 2000, 48000), -4);
  near(responseDb({ type: 'high_shelf', frequency_hz: 500, gain_db: 6 }, 20000, 48000), 6, 0.1);
  near(responseDb({ type: 'low_shelf', frequency_hz: 5000, gain_db: 6 }, 20, 48000), 6, 0.1);
});

test('a tilt turns about its frequency, a band-pass passes its own', () => {
  near(responseDb({ type: 'tilt', gain_db: 6 }, 1000, 48000), 0);
  near(responseDb({ type: 'tilt', gain_db: 6 }, 20, 48000), -6);
  near(responseDb({ type: 'tilt', gain_db: 6 }, 20000, 48000), 6, 0.05);
  near(responseDb({ type: 'band_pass', frequency_hz: 500 }, 500, 48000), 0);
  near(responseDb({ type: 'band_pass', frequency_hz: 500, q: 2 }, 500 * (Math.sqrt(17 / 16) + 0.25), 48000), -3.01);
});

test('the two designs differ near Nyquist alone', () => {
  const bell = { type: 'bell', frequency_hz: 15000, gain_db: 6 };
  near(responseDb(bell, 20000, 44100) - responseDb({ ...bell, design: 'cookbook' }, 20000, 44100), 3.94);
  for (const type of ['bell', 'low_shelf', 'high_shelf']) {
    const insert = { type, frequency_hz: 300, gain_db: -9 };
    near(responseDb(insert, 700, 48000), responseDb({ ...insert, design: 'cookbook' }, 700, 48000));
  }
});

test('a compressor follows its ratio above the threshold and its knee around it', () => {
  const insert = { type: 'compressor', threshold_db: -24, ratio: 4, knee_db: 6 };
  near(transferDb(insert, -40), -40);
  near(transferDb(insert, -4), -19);
  near(transferDb(insert, -24), -24 - (0.75 * 9) / 12);
});

test('a gate closes below its threshold, by its range at most', () => {
  const insert = { type: 'gate', threshold_db: -40, ratio: 2, range_db: 12 };
  near(transferDb(insert, -30), -30);
  near(transferDb(insert, -44), -48);
  near(transferDb(insert, -60), -72);
});

test('a saturator keeps soft tones, bends loud ones, and falls below its end', () => {
  for (const curve of ['tube', 'tape', 'transformer']) {
    const insert = { type: 'saturator', curve, drive_db: 12 };
    near(transferDb(insert, -60), -60, 0.01);
    assert.ok(transferDb(insert, 0) < -1 && transferDb(insert, 0) > transferDb(insert, -3));
    near(transferDb({ ...insert, mix: 0, output_db: 3 }, -6), -3);
    // At the level where it bends, a symmetric curve takes off half of the power.
    if (curve !== 'tube') near(transferDb(insert, thresholdOf(insert)), thresholdOf(insert) - 3.01, 0.02);
  }
});

test('a ducker takes its depth off above the threshold', () => {
  near(transferDb({ type: 'ducker', key: 'kick' }, -20), -32);
  near(transferDb({ type: 'ducker', key: 'kick', threshold_db: -30, depth_db: 6 }, -31), -31);
});

test('a multiband compressor has a curve for each of its bands', () => {
  const insert = { type: 'multiband', bands: 2, knee_db: 0, threshold_2_db: -30, ratio_2: 4, gain_1_db: 3, ratio_3: 8 };
  const curves = curvesOf(insert);
  assert.equal(curves.length, 2);
  near(transferDb(curves[0], -10), -7);
  near(transferDb(curves[1], -10), -25);
  assert.deepEqual(curvesOf({ type: 'gate', threshold_db: -40 }), [{ type: 'gate', threshold_db: -40 }]);
});

test('a dynamic bell is a bell between its gain at rest and its full range', () => {
  const insert = { type: 'dynamic_bell', frequency_hz: 3000, threshold_db: -30, gain_db: 2, range_db: -8 };
  near(responseDb(insert, 3000, 48000), 2);
  near(responseDb(atFullRange(insert), 3000, 48000), -6);
  near(responseDb(atFullRange({ ...insert, ratio: 1 }), 3000, 48000), 2);
  near(responseDb(insert, 30, 48000), 0);
});

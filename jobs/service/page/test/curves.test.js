import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transferDb } from '../js/logic/dynamics.js';
import { responseDb } from '../js/logic/filters.js';

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

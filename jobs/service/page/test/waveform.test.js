import assert from 'node:assert/strict';
import { test } from 'node:test';
import { range, readOutline } from '../js/logic/waveform.js';

/**
 * Writes an outline.
 * @param {{version: number, bits: number, channels: number, values: number[]}} of
 */
function write({ version, bits, channels, values }) {
  const start = version === 2 ? 24 : 20;
  const view = new DataView(new ArrayBuffer(start + (values.length * bits) / 8));
  view.setInt32(0, version, true);
  view.setUint32(4, bits === 8 ? 1 : 0, true);
  view.setInt32(8, 48000, true);
  view.setInt32(12, 480, true);
  view.setUint32(16, values.length / 2 / channels, true);
  if (version === 2) view.setInt32(20, channels, true);
  values.forEach((value, at) =>
    bits === 8 ? view.setInt8(start + at, value) : view.setInt16(start + 2 * at, value, true),
  );
  return view.buffer;
}

test('version 2 with 16 bits: channels are drawn as one', () => {
  const outline = readOutline(
    write({ version: 2, bits: 16, channels: 2, values: [-100, 200, -16384, 100, -5, 5, 0, 32767] }),
  );
  assert.equal(outline.length, 2);
  assert.equal(outline.low[0], -0.5);
  assert.ok(Math.abs(outline.high[0] - 200 / 32768) < 1e-6);
  assert.ok(Math.abs(outline.peak - 32767 / 32768) < 1e-6);
});

test('version 1 with 8 bits has one channel', () => {
  const outline = readOutline(write({ version: 1, bits: 8, channels: 1, values: [-128, 64, -1, 1] }));
  assert.deepEqual([outline.channels, outline.length, outline.low[0], outline.high[0]], [1, 2, -1, 0.5]);
});

test('a file that breaks off is read as far as it is there', () => {
  const whole = write({ version: 2, bits: 16, channels: 1, values: [1, 2, 3, 4, 5, 6] });
  assert.equal(readOutline(whole.slice(0, 24 + 8)).length, 2);
});

test('other files are refused', () => {
  assert.throws(() => readOutline(new ArrayBuffer(8)), RangeError);
  assert.throws(() => readOutline(write({ version: 3, bits: 16, channels: 1, values: [] })), RangeError);
});

test('a range spans its pixels, and is null beyond them', () => {
  const outline = readOutline(write({ version: 2, bits: 16, channels: 1, values: [-100, 100, -300, 50, -10, 400] }));
  const found = range(outline, 0, 0.02);
  assert.ok(found);
  assert.ok(Math.abs(found[0] + 300 / 32768) < 1e-6 && Math.abs(found[1] - 100 / 32768) < 1e-6);
  assert.equal(range(outline, 0.03, 0.04), null);
  assert.equal(range(outline, -1, -0.5), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BARS, BEAT_S, demoFiles, RATE, STEMS } from '../js/logic/demo.js';
import { wav } from '../js/logic/wav.js';

const peak = (samples) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

test('the demo has three stems of twenty seconds, which sound in every bar and fit together', () => {
  assert.deepEqual(Object.keys(STEMS), ['drums', 'bass', 'keys']);
  const bar = 4 * BEAT_S * RATE;
  for (const [name, make] of Object.entries(STEMS))
    for (const channel of make()) {
      assert.equal(channel.length, 20 * RATE);
      for (let n = 0; n < BARS; n += 1) {
        const loudest = peak(channel.subarray(n * bar, (n + 1) * bar));
        assert.ok(loudest > 0.05 && loudest < 0.9, `${name}, bar ${n + 1}: ${loudest}`);
      }
      assert.ok(Math.abs(channel[channel.length - 1]) < 0.001, `${name} ends in a click`);
    }
});

test('the demo is the same every time', async () => {
  const bytes = () => Promise.all([...demoFiles()].map((file) => file.arrayBuffer()));
  assert.deepEqual(await bytes(), await bytes());
});

test('a WAV file has its lengths in its head, and samples in turns', () => {
  const file = wav([Float32Array.of(0, 0.5, 2), Float32Array.of(-1, -2, 1 / 32768)], 48000);
  const view = new DataView(file);
  assert.equal(file.byteLength, 44 + 12);
  assert.deepEqual([view.getUint32(4, true), view.getUint32(40, true)], [48, 12]);
  assert.deepEqual([view.getUint16(22, true), view.getUint32(24, true), view.getUint32(28, true)], [2, 48000, 192000]);
  assert.deepEqual([...new Int16Array(file, 44)], [0, -32768, 16384, -32768, 32767, 1]);
});

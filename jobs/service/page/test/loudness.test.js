import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ceilingOf, equalGains, factor, targetLufs, TARGETS, treatment } from '../js/logic/loudness.js';

test('both sides play at the loudness of the softer one', () => {
  const gains = equalGains(-20.3, -14);
  assert.equal(gains.before, 0);
  assert.ok(Math.abs(gains.after + 6.3) < 1e-9);
  assert.equal(gains.lufs, -20.3);
  assert.deepEqual(equalGains(-10, -14), { before: -4, after: 0, lufs: -14 });
});

test('nothing is turned up, and unknown loudness changes nothing', () => {
  for (const [before, after] of [
    [-30, -5],
    [-5, -30],
    [-14, -14],
  ]) {
    const gains = equalGains(before, after);
    assert.ok(gains.before <= 0 && gains.after <= 0);
  }
  assert.deepEqual(equalGains(null, -14), { before: 0, after: 0, lufs: null });
});

test('a target is a name, a number, the default or none', () => {
  assert.deepEqual([undefined, 'ebu-r128', -18, 'none'].map(targetLufs), [-14, -23, -18, null]);
});

test('who turns down and who refuses', () => {
  const find = (/** @type {string} */ name) => TARGETS.find((one) => one.name === name);
  assert.deepEqual(treatment(find('spotify'), -14, -1), { kind: 'good', text: '✓ plays as it is' });
  assert.deepEqual(treatment(find('apple'), -14, -1), { kind: 'plain', text: 'turned down 2.0 dB' });
  assert.deepEqual(treatment(find('ebu-r128'), -14, -1), { kind: 'bad', text: '! too loud by 9.0 dB' });
  assert.equal(treatment(find('atsc-a85'), -24, -1).text, '! peaks 1.0 dB too high');
});

test('a factor of 6 dB is about two', () => {
  assert.ok(Math.abs(factor(20 * Math.log10(2)) - 2) < 1e-12);
});

test('a ceiling is the document’s, the target’s, or -1', () => {
  assert.equal(ceilingOf({ target: 'atsc-a85' }), -2);
  assert.equal(ceilingOf({ target: 'atsc-a85', ceiling_dbtp: 'off' }), 'off');
  assert.equal(ceilingOf({ target: -18 }), -1);
});

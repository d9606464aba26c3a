import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Supply } from '../js/live/supply.js';

test('no more is granted than there is room for', () => {
  const supply = new Supply();
  assert.equal(supply.grant(48000, 1024), 14400);
  assert.equal(supply.grant(48000, 1024), 0);
  supply.arrived(4800);
  supply.queued = 4800;
  assert.equal(supply.grant(48000, 1024), 0);
  supply.queued = 2400;
  assert.equal(supply.grant(48000, 1024), 2400);
});

test('frames that the server left out are granted again', () => {
  const supply = new Supply();
  supply.grant(48000, 1024);
  supply.arrived(14400);
  assert.equal(supply.grant(48000, 1024), 14400);
});

test('a second gap in ten seconds brings more sound ahead, up to a limit', () => {
  const supply = new Supply();
  supply.noteGap();
  assert.equal(supply.ahead_s, 0.3);
  for (let turn = 0; turn < 20; turn += 1) supply.noteGap();
  assert.ok(Math.abs(supply.ahead_s - 0.8) < 1e-9);
});

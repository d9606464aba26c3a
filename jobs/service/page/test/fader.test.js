import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dbToTravel, travelToDb } from '../js/logic/fader.js';

test('the taper passes through its points', () => {
  for (const [travel, db] of [
    [1000, 12],
    [875, 6],
    [750, 0],
    [625, -6],
    [500, -12],
    [310, -24],
    [180, -36],
    [100, -48],
    [50, -60],
    [0, -120],
  ]) {
    assert.equal(travelToDb(travel), db);
    assert.ok(Math.abs(dbToTravel(db) - travel) < 1e-9, `${db} dB`);
  }
});

test('every tenth of a decibel on the scale returns to itself', () => {
  for (let tenths = -600; tenths <= 120; tenths += 1) assert.equal(travelToDb(dbToTravel(tenths / 10)), tenths / 10);
});

test('gains beyond the scale stand at its ends', () => {
  assert.equal(dbToTravel(40), 1000);
  assert.equal(dbToTravel(-130), 0);
  assert.equal(travelToDb(-5), -120);
  assert.equal(travelToDb(2000), 12);
});

test('the taper only rises', () => {
  for (let travel = 1; travel <= 1000; travel += 1) assert.ok(travelToDb(travel) >= travelToDb(travel - 1));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.location = /** @type {any} */ ({ protocol: 'http:', host: 'localhost' });
const { chainCommands, commandsBetween, Throttle } = await import('../js/live/commands.js');

const DOCUMENT = {
  tracks: [{ file: 'a.wav', gain_db: 0, inserts: [{ type: 'high_pass', cutoff_hz: 80 }] }],
  buses: [{ name: 'x' }],
  master: {},
};

test('movements become commands', () => {
  const after = structuredClone(DOCUMENT);
  Object.assign(after.tracks[0], { gain_db: -3, polarity: 'inverted' });
  after.tracks[0].inserts[0].cutoff_hz = 100;
  Object.assign(after.buses[0], { solo: true });
  Object.assign(after.master, {
    target: 'none',
    ceiling_dbtp: 'off',
    limiter_style: 'loud',
    limiter_stereo_link_percent: 40,
  });
  const { list, reopen } = commandsBetween(DOCUMENT, after);
  assert.equal(reopen, false);
  assert.deepEqual(list, [
    { command: 'gain', place: { track: 'a' }, gain_db: -3 },
    { command: 'polarity', place: { track: 'a' }, polarity: 'inverted' },
    { command: 'parameter', place: { track: 'a' }, insert: 0, field: 'cutoff_hz', value: 100 },
    { command: 'solo', place: { bus: 'x' }, solo: true },
    { command: 'target', target: 'none' },
    { command: 'ceiling', ceiling: 'off' },
    { command: 'limiter_style', style: 'loud' },
    { command: 'limiter_link', stereo_link_percent: 40 },
  ]);
});

test('routing needs a new engine', () => {
  const after = structuredClone(DOCUMENT);
  Object.assign(after.tracks[0], { output: 'x' });
  assert.equal(commandsBetween(DOCUMENT, after).reopen, true);
});

/** Carries out commands for chains on a list. @param {any[]} chain @param {any[]} list */
function carryOut(chain, list) {
  const result = chain.map((insert) => structuredClone(insert));
  for (const one of list) {
    if (one.command === 'remove') result.splice(one.insert, 1);
    else if (one.command === 'insert') result.splice(one.before, 0, one.settings);
    else result[one.insert][one.field] = one.value;
  }
  return result;
}

test('commands for chains lead from any chain to any other', () => {
  const kinds = [
    { type: 'gain', gain_db: 1 },
    { type: 'bell', gain_db: 2 },
    { type: 'gain', gain_db: 3 },
    { type: 'notch', q: 2 },
    { type: 'bell', gain_db: 2, q: 3 },
  ];
  const chains = [
    [],
    ...kinds.map((kind) => [kind]),
    ...kinds.flatMap((a) => kinds.map((b) => [a, b])),
    kinds,
    [...kinds].reverse(),
  ];
  for (const from of chains)
    for (const to of chains) assert.deepEqual(carryOut(from, chainCommands('master', from, to)), to);
});

test('movements of a held dial are sent once, when it runs again', () => {
  /** @type {any[]} */
  const sent = [];
  const throttle = new Throttle((command) => sent.push(command));
  throttle.hold(true);
  for (let db = 0; db < 100; db += 1) throttle.push({ command: 'gain', place: { track: 'a' }, gain_db: db });
  assert.deepEqual(sent, []);
  throttle.hold(false);
  assert.deepEqual(sent, [{ command: 'gain', place: { track: 'a' }, gain_db: 99 }]);
});

test('a switch is sent after the movements before it', () => {
  /** @type {any[]} */
  const sent = [];
  const throttle = new Throttle((command) => sent.push(command.command));
  throttle.push({ command: 'gain', place: { track: 'a' }, gain_db: 1 });
  throttle.push({ command: 'mute', place: { track: 'a' }, mute: true });
  assert.deepEqual(sent, ['gain', 'mute']);
});

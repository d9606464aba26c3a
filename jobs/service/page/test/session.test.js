import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertKinds, fromSlider, newInsert, toSlider } from '../js/logic/schema.js';
import { freeBusName, keySources, outputs, titleOf } from '../js/logic/session.js';
import { changes } from '../js/logic/words.js';

test('outputs that would make a circle are not offered', () => {
  const document = {
    tracks: [{ file: 'a.wav' }],
    buses: [{ name: 'x', output: 'y' }, { name: 'y' }, { name: 'z', sends: [{ to: 'x' }] }],
  };
  assert.deepEqual(outputs(document, { track: 'a' }), ['master', 'x', 'y', 'z']);
  assert.deepEqual(outputs(document, { bus: 'x' }), ['master', 'y']);
  assert.deepEqual(outputs(document, { bus: 'y' }), ['master']);
  assert.deepEqual(outputs(document, { bus: 'z' }), ['master', 'x', 'y']);
});

test('keys that would make a circle are not offered', () => {
  const document = {
    tracks: [{ file: 'kick.wav', output: 'drums' }, { file: 'bass.wav', inserts: [{ type: 'ducker', key: 'kick' }] }],
    buses: [{ name: 'drums' }, { name: 'echo' }],
  };
  assert.deepEqual(keySources(document, { track: 'kick' }), ['echo']);
  assert.deepEqual(keySources(document, { track: 'bass' }), ['kick', 'drums', 'echo']);
  assert.deepEqual(keySources(document, { bus: 'drums' }), ['kick', 'bass', 'echo']);
  assert.deepEqual(keySources(document, 'master'), ['kick', 'bass', 'drums', 'echo']);
});

test('titles and free names', () => {
  assert.equal(titleOf({ file: 'in/lead.vox.wav' }), 'lead.vox');
  assert.equal(titleOf({ file: 'a.wav', name: 'lead' }), 'lead');
  assert.equal(freeBusName({ buses: [{ name: 'bus 1' }] }), 'bus 2');
});

test('changes are put into words', () => {
  const from = { tracks: [{ file: 'keys.flac', gain_db: 1.5 }], master: { target: 'spotify' } };
  const to = { tracks: [{ file: 'keys.flac', gain_db: 0, mute: true }, { file: 'new.wav' }], master: { target: -16 } };
  assert.deepEqual(changes(from, to), [
    'keys fader +1.5 → 0.0 dB',
    'keys mute default → on',
    'track new added',
    'master target spotify → −16',
  ]);
});

test('inserts are read from a schema, and begin with their required values', () => {
  const slope = { type: 'integer', enum: [6, 12, 18] };
  const root = {
    $defs: {
      Slope: slope,
      Insert: {
        oneOf: [
          {
            type: 'object',
            description: 'High-pass.',
            required: ['type', 'cutoff_hz'],
            properties: {
              type: { const: 'high_pass' },
              cutoff_hz: { type: 'number', minimum: 1, maximum: 384000 },
              slope: { $ref: '#/$defs/Slope', default: 12 },
            },
          },
        ],
      },
    },
  };
  const [kind] = insertKinds(root);
  assert.deepEqual(
    kind.fields.map(({ key, kind: form, required }) => [key, form, required]),
    [
      ['cutoff_hz', 'number', true],
      ['slope', 'choice', false],
    ],
  );
  assert.deepEqual(kind.fields[1].choices, [6, 12, 18]);
  assert.deepEqual(newInsert(kind), { type: 'high_pass', cutoff_hz: 80 });
});

test('a slider is logarithmic where the range is wide', () => {
  const wide = {
    key: 'f_hz',
    kind: /** @type {const} */ ('number'),
    required: true,
    fallback: undefined,
    hint: '',
    min: 20,
    max: 20000,
  };
  assert.ok(Math.abs(toSlider(wide, 632.46) - 0.5) < 1e-4);
  assert.equal(fromSlider(wide, 0.5), 632);
  const plain = { ...wide, min: -48, max: 48 };
  assert.equal(toSlider(plain, 0), 0.5);
  assert.equal(fromSlider(plain, 0.75), 24);
});

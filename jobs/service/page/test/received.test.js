import assert from 'node:assert/strict';
import { test } from 'node:test';
import { received } from '../js/logic/received.js';

test('uploads are announced by what came of them, and nothing by nothing', () => {
  assert.equal(received('Song', []), '');
  assert.equal(received('Song', ['stopped']), '');
  assert.equal(received('Song', ['done', 'sending', 'waiting']), 'Song: receiving 2 files');
  assert.equal(received('Song', ['done']), 'Song: 1 file received');
  assert.equal(received('Song', ['done', 'done', 'refused']), 'Song: 2 files received, 1 refused');
  assert.equal(received('Song', ['refused', 'refused']), 'Song: 2 files refused');
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { DocumentStore } from '../js/store/document.js';
import { Sync } from '../js/store/sync.js';

const noStorage = { getItem: () => null, setItem() {}, removeItem() {} };
Object.assign(globalThis, { localStorage: noStorage, sessionStorage: noStorage });

/** Replaces the server by one whose answers are of the request's time, and arrive after given waits. */
function serve(/** @type {any} */ document, /** @type {number[]} */ waits) {
  let version = 1;
  const server = { document };
  globalThis.fetch = /** @type {any} */ (
    async (/** @type {string} */ _path, /** @type {any} */ { method, body }) => {
      if (method === 'PATCH') {
        Object.assign(server.document, JSON.parse(body));
        version += 1;
      }
      const text = JSON.stringify({ ok: true, data: { session: server.document } });
      const answer = new Response(text, { headers: { ETag: `"${version}"` } });
      await new Promise((ready) => setTimeout(ready, waits.shift() ?? 0));
      return answer;
    }
  );
  return server;
}

const track = (/** @type {string} */ file) => ({ file });

test('of two fetches the later document stays, however late the first one arrives', async (t) => {
  const server = serve({ tracks: [track('one')] }, [60, 0]);
  const store = new DocumentStore({ tracks: [] }, 'a');
  const sync = new Sync('a', store, store.current, '"0"');
  t.after(() => sync.close());
  const first = sync.pull(true);
  await new Promise((ready) => setTimeout(ready, 20));
  server.document = { tracks: [track('one'), track('two')] };
  await Promise.all([first, sync.pull(true)]);
  assert.deepEqual(store.current, server.document);
});

test('an answer from before a save does not take the saved change back', async (t) => {
  const server = serve({ gain: 0 }, [60, 0]);
  const store = new DocumentStore({ gain: 0 }, 'b');
  const sync = new Sync('b', store, store.current, '"1"');
  t.after(() => sync.close());
  const pulled = sync.pull(true);
  store.change('gain', (/** @type {any} */ draft) => {
    draft.gain = -3;
  });
  await Promise.all([pulled, sync.flush()]);
  assert.deepEqual([store.current, server.document], [{ gain: -3 }, { gain: -3 }]);
  assert.equal(sync.dirty, false);
});

test('what is not saved is still sent as the session is left', async () => {
  const server = serve({ gain: 0 }, []);
  const store = new DocumentStore({ gain: 0 }, 'c');
  const sync = new Sync('c', store, store.current, '"1"');
  store.change('gain', (/** @type {any} */ draft) => {
    draft.gain = -6;
  });
  sync.close();
  await sync.last;
  assert.deepEqual(server.document, { gain: -6 });
});

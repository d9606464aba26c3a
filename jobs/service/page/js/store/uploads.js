import { ApiError, noteServer, stemPath, unwrap } from '../api.js';

/** Uploads of stems: two at a time, large ones in parts that resume where they stopped. */

const PART = 8 * 1024 * 1024;
const AT_ONCE = 2;
/**
 * Refusals after a break: the server still has the old connection, or other bytes than was thought.
 */
const AGAIN = ['UPLOAD_IN_PROGRESS', 'UPLOAD_OFFSET'];
const WAITS_MS = [1000, 2000, 4000, 8000, 15000];

/**
 * @typedef {object} Upload
 * @property {number} id
 * @property {string} session
 * @property {File} file
 * @property {'waiting'|'sending'|'checking'|'done'|'refused'|'stopped'} state
 * @property {number} sent bytes
 * @property {number} startedAt milliseconds
 * @property {string} message the server's words
 * @property {import('../api.js').Stem|null} stem
 * @property {XMLHttpRequest|null} request
 * @property {string} key keeps its parts apart from those of another upload of the name
 */

/** Events: `change` for any movement; `arrived` when a stem is there. */
export const uploads = new (class extends EventTarget {
  /** All uploads of this tab, oldest first. @type {Upload[]} */
  list = [];
})();
let next = 1;

/** Announces a movement. @param {string} [type] @param {Upload} [upload] */
const announce = (type = 'change', upload) => uploads.dispatchEvent(new CustomEvent(type, { detail: upload }));

/**
 * Queues files.
 * @param {string} session
 * @param {File[]} files
 */
export function upload(session, files) {
  for (const file of files) {
    uploads.list.push({
      id: next++,
      session,
      file,
      state: 'waiting',
      sent: 0,
      startedAt: 0,
      message: '',
      stem: null,
      request: null,
      key: newKey(),
    });
  }
  announce();
  work();
}

/** Queues an upload again. @param {Upload} entry */
export function again(entry) {
  Object.assign(entry, { state: 'waiting', sent: 0, message: '' });
  announce();
  work();
}

/** Stops and forgets an upload. @param {Upload} entry */
export function dismiss(entry) {
  entry.state = 'stopped';
  entry.request?.abort();
  uploads.list = uploads.list.filter((other) => other !== entry);
  announce();
  work();
}

/** Returns the uploads of a session. @param {string} session */
export const uploadsOf = (session) => uploads.list.filter((entry) => entry.session === session);

/** Returns true while an upload is not at its end. @param {Upload} entry */
export const isOpen = (entry) => ['waiting', 'sending', 'checking'].includes(entry.state);

/** Returns true while bytes of an upload are under way. @param {Upload} entry */
const isSending = ({ state }) => state === 'sending' || state === 'checking';

/** Returns true if two uploads have one place. @param {Upload} one @param {Upload} other */
const isSame = (one, other) => one.session === other.session && one.file.name === other.file.name;

/** Begins waiting uploads as far as there is room. */
function work() {
  const running = uploads.list.filter(({ state }) => state === 'sending' || state === 'checking').length;
  const waiting = uploads.list.filter(({ state }) => state === 'waiting');
  let room = AT_ONCE - running;
  for (const entry of waiting) {
    // Two files of one name are sent one after the other: their parts have one place.
    const isTaken = uploads.list.some((other) => other !== entry && isSending(other) && isSame(other, entry));
    if (room <= 0) break;
    if (isTaken) continue;
    room -= 1;
    run(entry);
  }
}

/** Sends a file from start to end. @param {Upload} entry */
async function run(entry) {
  entry.state = 'sending';
  entry.startedAt = performance.now();
  announce();
  try {
    const data =
      entry.file.size <= PART ? await retried(entry, () => put(entry, 0, entry.file.size)) : await inParts(entry);
    entry.stem = data.stem ?? null;
    entry.sent = entry.file.size;
    entry.state = 'done';
    forget(entry);
    announce('arrived', entry);
  } catch (error) {
    if (uploads.list.includes(entry)) {
      entry.state = 'refused';
      entry.message = error instanceof Error ? error.message : String(error);
      forget(entry);
    }
  }
  announce();
  work();
}

/**
 * Repeats a step while the server does not answer.
 * @template T
 * @param {Upload} entry
 * @param {() => Promise<T>} step
 */
async function retried(entry, step) {
  for (let turn = 0; ; turn += 1) {
    try {
      return await step();
    } catch (error) {
      const lost =
        error instanceof ApiError && (error.status === 0 || error.status === 503 || AGAIN.includes(error.code));
      if (!lost || turn >= 12 || entry.state === 'stopped') throw error;
      await new Promise((ready) => setTimeout(ready, WAITS_MS[Math.min(turn, WAITS_MS.length - 1)]));
    }
  }
}

/** Sends a file in parts, from where an earlier upload of it stopped. @param {Upload} entry */
async function inParts(entry) {
  entry.key = remembered(entry) ?? entry.key;
  remember(entry);
  let offset = await offsetOf(entry);
  for (;;) {
    const end = Math.min(offset + PART, entry.file.size);
    const from = offset;
    let lost = false;
    const data = await retried(entry, async () => {
      // After a break the server's own count is what holds.
      if (lost) offset = await offsetOf(entry);
      lost = true;
      return put(entry, offset, Math.min(offset + PART, entry.file.size));
    });
    if (data.stem) return data;
    offset = data.offset ?? (offset === from ? end : offset + PART);
    if (offset >= entry.file.size && !data.offset) return data;
  }
}

/** Returns how many bytes of a file the server has. @param {Upload} entry */
async function offsetOf(entry) {
  try {
    const answer = await fetch(`/api${stemPath(entry.session, entry.file.name)}`, {
      method: 'HEAD',
      headers: { 'Upload-Key': entry.key },
    });
    const offset = Number(answer.headers.get('Upload-Offset') ?? 0);
    return offset <= entry.file.size ? offset : 0;
  } catch {
    throw new ApiError(0, 'SERVER_GONE', 'The server does not answer.');
  }
}

/**
 * Sends bytes of a file. XMLHttpRequest, since fetch does not state the progress of an upload.
 * @param {Upload} entry
 * @param {number} from
 * @param {number} to
 * @returns {Promise<any>}
 */
function put(entry, from, to) {
  return new Promise((resolve, reject) => {
    const { file } = entry;
    const request = new XMLHttpRequest();
    entry.request = request;
    request.open('PUT', `/api${stemPath(entry.session, file.name)}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('Upload-Key', entry.key);
    // With all bytes there, an empty part completes the file.
    const part = from < to ? `${from}-${to - 1}` : '*';
    if (to - from < file.size) request.setRequestHeader('Content-Range', `bytes ${part}/${file.size}`);
    request.upload.onprogress = (event) => {
      entry.sent = from + event.loaded;
      if (entry.sent >= file.size) entry.state = 'checking';
      announce();
    };
    request.onload = () => {
      noteServer(true);
      try {
        const data = unwrap(request.status, request.responseText);
        const offset = request.getResponseHeader('Upload-Offset');
        resolve(offset === null || data.stem ? data : { ...data, offset: Number(offset) });
      } catch (error) {
        reject(error);
      }
    };
    request.onerror = () => reject(new ApiError(0, 'SERVER_GONE', 'The connection broke off.'));
    request.onabort = () => reject(new ApiError(-1, 'STOPPED', 'Stopped.'));
    entry.state = 'sending';
    request.send(file.slice(from, to));
  });
}

/** Returns a random key. Pages over plain HTTP have no `randomUUID`. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-');

/** Name of the mark that a part of this file is on the server, under the key it has. @param {Upload} entry */
const markKey = ({ session, file }) => `mixdown:part:${session}/${file.name}/${file.size}/${file.lastModified}`;
/** @param {Upload} entry */
const remembered = (entry) => localStorage.getItem(markKey(entry));
/** @param {Upload} entry */
const remember = (entry) => localStorage.setItem(markKey(entry), entry.key);
/** @param {Upload} entry */
const forget = (entry) => localStorage.removeItem(markKey(entry));

import { ApiError, noteServer, unwrap } from '../api.js';

/** Uploads of songs into the library: one after the other, the stems of a song in one request. */

/**
 * @typedef {object} Song
 * @property {string} name
 * @property {File[]} files its stems
 * @property {'waiting'|'sending'|'checking'|'done'|'refused'} state
 * @property {number} sent bytes
 * @property {number} size bytes
 * @property {number} startedAt milliseconds
 * @property {string} message the server's words
 * @property {XMLHttpRequest|null} request
 */

/** Events: `change` for any movement; `arrived` when a song is in the library. */
export const songs = new (class extends EventTarget {
  /** All uploads of this tab, oldest first. @type {Song[]} */
  list = [];
})();

/** @param {string} [type] */
const announce = (type = 'change') => songs.dispatchEvent(new Event(type));

/** Queues a song. @param {string} name @param {File[]} files its stems */
export function addSong(name, files) {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  songs.list.push({ name, files, state: 'waiting', sent: 0, size, startedAt: 0, message: '', request: null });
  announce();
  work();
}

/** Queues a song again. @param {Song} song */
export function addAgain(song) {
  Object.assign(song, { state: 'waiting', sent: 0, message: '' });
  announce();
  work();
}

/** Stops and forgets an upload. @param {Song} song */
export function dismissSong(song) {
  songs.list = songs.list.filter((other) => other !== song);
  song.request?.abort();
  announce();
}

/** Begins the next song unless one is under way. */
async function work() {
  if (songs.list.some(({ state }) => state === 'sending' || state === 'checking')) return;
  const song = songs.list.find(({ state }) => state === 'waiting');
  if (!song) return;
  Object.assign(song, { state: 'sending', startedAt: performance.now() });
  announce();
  try {
    await post(song);
    song.state = 'done';
    announce('arrived');
  } catch (error) {
    Object.assign(song, { state: 'refused', message: error instanceof Error ? error.message : String(error) });
  }
  announce();
  work();
}

/**
 * Sends a song. XMLHttpRequest, since fetch does not state the progress of an upload.
 * @param {Song} song
 * @returns {Promise<any>}
 */
function post(song) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append('name', song.name);
    for (const file of song.files) form.append('file', file, file.name);
    const request = new XMLHttpRequest();
    song.request = request;
    request.open('POST', '/api/audio');
    request.upload.onprogress = (event) => {
      song.sent = Math.min(event.loaded, song.size);
      if (event.loaded >= event.total) song.state = 'checking';
      announce();
    };
    request.onload = () => {
      noteServer(true);
      try {
        resolve(unwrap(request.status, request.responseText));
      } catch (error) {
        reject(error);
      }
    };
    request.onerror = () => reject(new ApiError(0, 'SERVER_GONE', 'The connection broke off; nothing was kept.'));
    request.onabort = () => reject(new ApiError(-1, 'STOPPED', 'Stopped.'));
    request.send(form);
  });
}

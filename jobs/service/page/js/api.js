/** Calls to the server. Every JSON answer is `{ok, data, error, message}`. */

/**
 * @typedef {object} Job
 * @property {string} job_id
 * @property {string} state
 * @property {number} progress 0 to 100
 * @property {string} [message]
 * @property {any} [error]
 * @property {string|null} [error_code]
 * @property {boolean} [cancel_requested]
 * @property {any} [cleanup]
 * @property {string} [created_at]
 * @property {string} [updated_at]
 * @property {string} [started_at]
 * @property {string} [finished_at]
 * @property {string|null} [result_url]
 * @property {string} [type]
 * @property {string} [session_id]
 * @property {string} [stage]
 * @property {number} [attempt]
 * @property {number} [max_attempts]
 * @property {{name: string, url?: string, bytes: number}[]} [files]
 * @property {any} [meters]
 *
 * @typedef {object} Stem
 * @property {string} name
 * @property {number} bytes
 * @property {number} duration_s
 * @property {number} [frames]
 * @property {number} sample_rate
 * @property {number} channels
 * @property {string} [format]
 * @property {string[]} [warnings]
 * @property {string} [etag]
 *
 * @typedef {object} SessionEntry
 * @property {string} session_id
 * @property {string} [name]
 * @property {string} [created_at]
 * @property {string} [updated_at]
 * @property {number} [tracks]
 * @property {number|null} [duration_s]
 * @property {number|Stem[]} [stems]
 * @property {number} [stem_count]
 * @property {number} [bytes]
 * @property {Job|null} [last_job]
 * @property {string|null} [result_url]
 */

/** A refusal by the server, or none at all: then `status` is 0 and `code` is SERVER_GONE. */
export class ApiError extends Error {
  /**
   * Creates a refusal.
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {any} [data]
   */
  constructor(status, code, message, data) {
    super(message);
    this.status = status;
    this.code = code;
    this.data = data;
  }
}

/** Events: `token` when a token is needed, `lost` and `back` with the connection. */
export const connection = new EventTarget();
let lost = false;

/** Notes that the server is there or not. @param {boolean} there */
export function noteServer(there) {
  if (lost === !there) return;
  lost = !there;
  connection.dispatchEvent(new Event(there ? 'back' : 'lost'));
}

/** Returns true while the server does not answer. */
export const isLost = () => lost;

/**
 * Reads an answer's envelope, or makes a refusal of what has none.
 * @param {number} status
 * @param {string} text
 */
export function unwrap(status, text) {
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // An answer without JSON is described by its status alone.
  }
  if (status === 401) connection.dispatchEvent(new Event('token'));
  if (status >= 200 && status < 300 && answer?.ok !== false) return answer?.data ?? answer ?? {};
  throw new ApiError(
    status,
    answer?.error ?? `HTTP_${status}`,
    answer?.message ?? `The server answered ${status}.`,
    answer?.data,
  );
}

/**
 * Sends a request.
 * @param {string} method
 * @param {string} path below /api
 * @param {{body?: any, headers?: Record<string, string>, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
async function send(method, path, { body, headers = {}, signal } = {}) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const typed = body === undefined ? headers : { 'Content-Type': 'application/json', ...headers };
  try {
    const answer = await fetch(`/api${path}`, { method, headers: typed, signal, credentials: 'same-origin', ...sent });
    noteServer(true);
    return answer;
  } catch (error) {
    if (signal?.aborted) throw error;
    noteServer(false);
    throw new ApiError(0, 'SERVER_GONE', 'The server does not answer.');
  }
}

/**
 * Calls the server and returns the answer's data, with its ETag beside.
 * @param {string} method
 * @param {string} path below /api
 * @param {{body?: any, headers?: Record<string, string>, signal?: AbortSignal}} [options]
 * @returns {Promise<{data: any, etag: string|null}>}
 */
export async function callTagged(method, path, options) {
  const answer = await send(method, path, options);
  return { data: unwrap(answer.status, await answer.text()), etag: answer.headers.get('ETag') };
}

/**
 * Calls the server and returns the answer's data.
 * @param {string} method
 * @param {string} path below /api
 * @param {{body?: any, headers?: Record<string, string>, signal?: AbortSignal}} [options]
 */
export const call = async (method, path, options) => (await callTagged(method, path, options)).data;

/** Returns the bytes of a file. @param {string} path below /api @param {AbortSignal} [signal] */
export async function bytesOf(path, signal) {
  const answer = await send('GET', path, { signal });
  if (!answer.ok) unwrap(answer.status, await answer.text());
  return answer.arrayBuffer();
}

/**
 * Returns a JSON file that stands bare, without envelope.
 * @param {string} path below /api
 * @param {AbortSignal} [signal]
 */
export async function bare(path, signal) {
  const answer = await send('GET', path, { signal });
  const text = await answer.text();
  return answer.ok ? JSON.parse(text) : unwrap(answer.status, text);
}

/** Path of a session. @param {string} id */
export const sessionPath = (id) => `/sessions/${encodeURIComponent(id)}`;
/** Path of a stem. @param {string} id @param {string} name */
export const stemPath = (id, name) => `${sessionPath(id)}/stems/${encodeURIComponent(name)}`;
/** Path of what an analysis found in a session. @param {string} id */
export const analysisPath = (id) => `${sessionPath(id)}/analysis`;
/** Path of a stem of the library. @param {string} id */
export const libraryPath = (id) => `/stems/${encodeURIComponent(id)}`;
/** Path of a song of the library. @param {string} id */
export const audioPath = (id) => `/audio/${encodeURIComponent(id)}`;
/** Path of a job. @param {string} id */
export const jobPath = (id) => `/jobs/${encodeURIComponent(id)}`;
/** Path of a job's file. @param {string} id @param {string} name */
export const filePath = (id, name) => `${jobPath(id)}/files/${encodeURIComponent(name)}`;
/** Path of all files of a job as one archive. @param {string} id */
export const archivePath = (id) => `${jobPath(id)}/files.zip`;

/** Time without an event after which a job is looked up, in milliseconds. */
const SILENT_MS = 3000;

/**
 * Follows a job by server-sent events, by polling where they break off.
 * @param {string} id
 * @param {(job: Job) => void} onJob
 * @returns {() => void} ends it
 */
export function followJob(id, onJob) {
  let done = false;
  let seenAt = Date.now();
  const take = (/** @type {Job} */ job) => {
    if (done) return;
    seenAt = Date.now();
    if (ENDED.includes(job.state)) stop();
    onJob(job);
  };
  // A stream that is silent may wait for its job, or be held by something on the way.
  const poll = async () => {
    if (Date.now() - seenAt < SILENT_MS) return;
    try {
      take(await call('GET', jobPath(id)));
    } catch {
      // The connection's own banner names the cause.
    }
  };
  const timer = setInterval(poll, 1000);
  const source = new EventSource(`/api${jobPath(id)}/events`);
  source.addEventListener('job', (event) => take(JSON.parse(event.data)));
  const stop = () => {
    done = true;
    source.close();
    clearInterval(timer);
  };
  return stop;
}

/** States in which a job stays. */
export const ENDED = ['complete', 'error', 'cancelled'];

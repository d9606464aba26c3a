import { ApiError, call } from '../../api.js';
import { slug } from '../../parts/files.js';

/**
 * Makes a session; its identifier follows the name, with a number where that is taken.
 * @param {string} name
 * @returns {Promise<string>} its identifier
 */
export async function createSession(name) {
  const id = slug(name);
  // Looked up first: a refusal would stand in the browser's console as an error.
  const { sessions = [] } = await call('GET', '/sessions');
  const taken = new Set(sessions.map((/** @type {any} */ one) => one.session_id));
  for (let turn = 1; turn <= 99 && id; turn += 1) {
    const wanted = turn === 1 ? id : `${id}-${turn}`;
    if (taken.has(wanted)) continue;
    try {
      return (await call('POST', '/sessions', { body: { session_id: wanted, name } })).session_id;
    } catch (error) {
      // Another page came first.
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
    }
  }
  return (await call('POST', '/sessions', { body: { name } })).session_id;
}

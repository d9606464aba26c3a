import { ApiError, call } from '../../api.js';
import { slug } from '../../parts/files.js';

/**
 * Makes a session; its identifier follows the name where that is free.
 * @param {string} name
 * @returns {Promise<string>} its identifier
 */
export async function createSession(name) {
  const id = slug(name);
  for (let turn = 1; turn <= 9 && id; turn += 1) {
    try {
      const wanted = turn === 1 ? id : `${id}-${turn}`;
      return (await call('POST', '/sessions', { body: { session_id: wanted, name } })).session_id;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
    }
  }
  return (await call('POST', '/sessions', { body: { name } })).session_id;
}

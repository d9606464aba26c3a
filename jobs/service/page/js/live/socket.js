import { ApiError, call, sessionPath } from '../api.js';
import { settings } from '../store/settings.js';
import { liveAddress } from './protocol.js';

/** Refusals of the live route that have a reason in words. */
const REASONS = [404, 409, 429, 503];

/**
 * Opens the socket of a session.
 * @param {string} session
 * @param {{text: (data: string) => void, sound: (data: ArrayBuffer) => void, close: () => void}} on
 */
export function openSocket(session, on) {
  const socket = new WebSocket(liveAddress(session, settings.soundFormat));
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => (typeof data === 'string' ? on.text(data) : on.sound(data));
  socket.onclose = on.close;
  return socket;
}

/**
 * Returns the reason why a socket was refused, or null if it was only lost. The socket itself gives
 * none; the same address without an upgrade does.
 * @param {string} session
 * @returns {Promise<string|null>}
 */
export async function reasonFor(session) {
  try {
    await call('GET', `${sessionPath(session)}/live`);
    return null;
  } catch (error) {
    return error instanceof ApiError && REASONS.includes(error.status) ? error.message : null;
  }
}

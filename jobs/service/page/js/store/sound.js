/** One sound at a time: mixers and the library pause each other over all tabs of this browser. */

const channel = new BroadcastChannel('mixdown:sound');

/** Announces that this tab plays. */
export const announceSound = () => channel.postMessage('plays');

/**
 * Calls back when another tab begins to play.
 * @param {() => void} pause
 * @returns {() => void} ends it
 */
export function onOtherSound(pause) {
  channel.addEventListener('message', pause);
  return () => channel.removeEventListener('message', pause);
}

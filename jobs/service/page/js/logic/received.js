import { plural } from './format.js';

/**
 * Returns the state of a session's uploads in words; an empty text where there are none.
 * @param {string} title of the session
 * @param {string[]} states of the uploads
 */
export function received(title, states) {
  const count = (/** @type {string[]} */ ...some) => states.filter((state) => some.includes(state)).length;
  const open = count('waiting', 'sending', 'checking');
  if (open) return `${title}: receiving ${plural(open, 'file')}`;
  const [done, refused] = [count('done'), count('refused')];
  const parts = [done && `${plural(done, 'file')} received`, refused && `${done ? refused : plural(refused, 'file')} refused`];
  const words = parts.filter(Boolean).join(', ');
  return words && `${title}: ${words}`;
}

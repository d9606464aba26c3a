/** Loudness: named targets, and gains for a fair comparison. */

/**
 * Named targets as docs/session.md lists them: LUFS, ceiling in dBTP, and conduct towards a louder
 * master: `down` turns it down, `refuse` does not take it.
 * @type {{name: string, label: string, lufs: number, dbtp: number, louder: 'down'|'refuse'}[]}
 */
export const TARGETS = [
  { name: 'spotify', label: 'Spotify', lufs: -14, dbtp: -1, louder: 'down' },
  { name: 'youtube', label: 'YouTube', lufs: -14, dbtp: -1, louder: 'down' },
  { name: 'apple', label: 'Apple Music', lufs: -16, dbtp: -1, louder: 'down' },
  { name: 'aes-td1008', label: 'AES TD1008', lufs: -16, dbtp: -1, louder: 'down' },
  { name: 'podcast', label: 'Podcast', lufs: -16, dbtp: -1, louder: 'refuse' },
  { name: 'ebu-r128', label: 'EBU R 128', lufs: -23, dbtp: -1, louder: 'refuse' },
  { name: 'atsc-a85', label: 'ATSC A/85', lufs: -24, dbtp: -2, louder: 'refuse' },
];

/**
 * Returns the loudness that a document's target stands for.
 * @param {any} target name, number or "none"
 * @returns {number|null} LUFS
 */
export function targetLufs(target) {
  if (target === undefined || target === null) return -14;
  if (typeof target === 'number') return target;
  return TARGETS.find(({ name }) => name === target)?.lufs ?? null;
}

/**
 * Returns the ceiling that holds: the document's, else the target's own, else -1.
 * @param {{target?: any, ceiling_dbtp?: any}} master
 * @returns {number|string} dBTP, or "off"
 */
export function ceilingOf({ target, ceiling_dbtp }) {
  return ceiling_dbtp ?? TARGETS.find(({ name }) => name === target)?.dbtp ?? -1;
}

/**
 * Returns the gains that bring two programmes to the loudness of the softer one; none is above 0
 * dB.
 * @param {number|null|undefined} before LUFS
 * @param {number|null|undefined} after LUFS
 * @returns {{before: number, after: number, lufs: number|null}} decibels
 */
export function equalGains(before, after) {
  if (!Number.isFinite(before) || !Number.isFinite(after)) return { before: 0, after: 0, lufs: null };
  const [a, b] = [Number(before), Number(after)];
  const lufs = Math.min(a, b);
  return { before: lufs - a, after: lufs - b, lufs };
}

/**
 * Returns a service's treatment of a master, in words.
 * @param {{lufs: number, dbtp: number, louder: 'down'|'refuse'}} service
 * @param {number} lufs of the master
 * @param {number} dbtp of the master
 * @returns {{kind: 'good'|'plain'|'bad', text: string}}
 */
export function treatment(service, lufs, dbtp) {
  const over = Math.round((lufs - service.lufs) * 10) / 10;
  const peak = Math.round((dbtp - service.dbtp) * 10) / 10;
  if (over > 0.1 && service.louder === 'refuse') return { kind: 'bad', text: `! too loud by ${over.toFixed(1)} dB` };
  if (over > 0.1) return { kind: 'plain', text: `turned down ${over.toFixed(1)} dB` };
  if (peak > 0) return { kind: 'bad', text: `! peaks ${peak.toFixed(1)} dB too high` };
  if (over < -1 && service.louder === 'refuse') return { kind: 'bad', text: `! too soft by ${(-over).toFixed(1)} dB` };
  return { kind: 'good', text: '✓ plays as it is' };
}

/** Returns a factor from decibels. @param {number} db */
export const factor = (db) => 10 ** (db / 20);

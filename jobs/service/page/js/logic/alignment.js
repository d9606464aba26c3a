import { number } from './format.js';

/**
 * Finds what was found about a track, by name, path or place in the list.
 * @param {any[]} list of the live engine
 * @param {string} name title of the track
 * @param {string} file its stem
 * @param {number} index its place in the document
 */
export function findingOf(list, name, file, index) {
  const base = (/** @type {any} */ path) => String(path ?? '').replace(/^.*[\\/]/, '');
  return (
    list.find(
      (one) => one?.name === name || one?.track === name || (file && base(one?.path ?? one?.file) === base(file)),
    ) ?? (list.some((one) => one?.name ?? one?.track ?? one?.path ?? one?.file) ? undefined : list[index])
  );
}

/**
 * Returns the mark under a name: text, kind, and the sentence behind it.
 * @param {any} finding
 * @param {number} rate frames a second
 * @returns {{text: string, kind: ''|'moved'|'flag', title: string}}
 */
export function alignmentMark(finding, rate) {
  if (!finding) return { text: '', kind: '', title: '' };
  const reason = String(finding.reason ?? '');
  const sure =
    Number.isFinite(finding.confidence) && finding.confidence > 0
      ? `; confidence ${Number(finding.confidence).toFixed(3)}`
      : '';
  const title = `${reason}${sure}`;
  const late = Number(finding.late_samples ?? finding.late_frames ?? 0);
  const decision = String(finding.decision ?? '');
  const turned = finding.polarity === -1 ? ', turned over' : '';
  if (decision === 'moved' || decision === 'aligned') {
    const ms = (late / rate) * 1000;
    const text =
      Math.abs(ms) < 0.05 && !turned ? 'in time' : `${ms >= 0 ? '←' : '→'} moved ${number(Math.abs(ms))} ms${turned}`;
    return { text, kind: text === 'in time' ? '' : 'moved', title };
  }
  if (decision === 'reference') return { text: 'reference', kind: '', title };
  if (/ambiguous/.test(decision + reason)) return { text: '! ambiguous, kept', kind: 'flag', title };
  if (/effect.?return/.test(decision + reason)) return { text: 'effect return, kept', kind: '', title };
  if (/unrelated/.test(decision + reason)) return { text: 'unrelated, kept', kind: '', title };
  if (/bleed/.test(decision + reason)) return { text: 'mutual bleed, kept', kind: '', title };
  return { text: late ? 'kept' : 'in time', kind: '', title };
}

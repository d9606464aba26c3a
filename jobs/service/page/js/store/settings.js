/** Settings of this browser. */

/** @param {string} key @param {string} fallback */
const read = (key, fallback) => localStorage.getItem(`mixdown:${key}`) ?? fallback;

export const settings = {
  /** True if single keys are commands (WCAG 2.1.4 lets them be turned off). */
  get singleKeys() {
    return read('single-keys', 'on') === 'on';
  },
  set singleKeys(on) {
    localStorage.setItem('mixdown:single-keys', on ? 'on' : 'off');
  },
  /** Form of the samples over the socket. @returns {'float'|'int16'} */
  get soundFormat() {
    return read('sound', 'float') === 'int16' ? 'int16' : 'float';
  },
  set soundFormat(format) {
    localStorage.setItem('mixdown:sound', format);
  },
  /** Session that stems of the library are added to; empty until one was chosen. */
  get tray() {
    return read('tray', '');
  },
  set tray(session) {
    localStorage.setItem('mixdown:tray', session);
  },
};

const motion = matchMedia('(prefers-reduced-motion: reduce)');

/** Returns true where motion is to be little. */
export const littleMotion = () => motion.matches;

import { h, setAttr } from '../dom.js';
import { dbToTravel, HIGHEST_DB, LOWEST_DB, SCALE, travelToDb } from '../logic/fader.js';
import { gain, parse } from '../logic/format.js';
import { entry } from './entry.js';

/**
 * A fader with its scale and its field.
 * @typedef {object} FaderPart
 * @property {HTMLElement} scale
 * @property {HTMLInputElement} slider
 * @property {HTMLInputElement} field
 * @property {HTMLElement} reason for which the field's text is not taken
 * @property {(db: number) => void} show
 */

/**
 * Creates a fader.
 * @param {string} name of the strip
 * @param {(db: number, done: boolean) => void} onMove `done` ends the gesture
 * @returns {FaderPart}
 */
export function fader(name, onMove) {
  let shown = 0;
  const slider = h('input', {
    class: 'v',
    type: 'range',
    min: 0,
    max: 1000,
    step: 1,
    'aria-label': `Fader of ${name}`,
    'aria-orientation': 'vertical',
    title: 'Double click: 0 dB',
  });
  const field = h('input', { class: 'db', type: 'text', inputmode: 'decimal', 'aria-label': `Fader of ${name} in dB` });
  const move = (/** @type {number} */ db, /** @type {boolean} */ done) => {
    show(Math.min(HIGHEST_DB, Math.max(LOWEST_DB, db)));
    onMove(shown, done);
  };
  const typed = entry(field, {
    read: parse,
    take: (db) => move(db, true),
    shown: () => gain(shown),
    accepted: () => `Type ${gain(LOWEST_DB + 0.1)} to ${gain(HIGHEST_DB)}, or off.`,
  });
  const show = (/** @type {number} */ db) => {
    shown = db;
    if (Math.abs(Number(slider.value) - dbToTravel(db)) > 0.5) slider.value = String(dbToTravel(db));
    setAttr(slider, 'aria-valuetext', db <= LOWEST_DB ? 'off' : `${gain(db)} dB`);
    typed.show();
  };
  slider.addEventListener('input', () => move(travelToDb(Number(slider.value)), false));
  slider.addEventListener('change', () => onMove(shown, true));
  slider.addEventListener('dblclick', () => move(0, true));
  slider.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? 0.1 : 1;
    const by = { ArrowUp: step, ArrowRight: step, ArrowDown: -step, ArrowLeft: -step, PageUp: 6, PageDown: -6 }[
      event.key
    ];
    if (by === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(Math.round((shown + by) * 10) / 10, true);
  });
  drags(slider, () => shown, move);
  const scale = h(
    'div',
    { class: 'scale', 'aria-hidden': 'true' },
    SCALE.map(([text, travel]) =>
      h(
        'i',
        { style: { bottom: `calc(14px + (100% - 28px) * ${travel / 1000})` } },
        text === '0' ? h('b', null, text) : text,
      ),
    ),
  );
  show(0);
  return { scale, slider, field, reason: typed.reason, show };
}

/**
 * Makes a drag with Shift ten times finer, and lets a touch beside the cap scroll instead of move.
 * @param {HTMLInputElement} slider
 * @param {() => number} value
 * @param {(db: number, done: boolean) => void} move
 */
function drags(slider, value, move) {
  const upright = () => slider.clientHeight > slider.clientWidth;
  slider.addEventListener('pointerdown', (event) => {
    const box = slider.getBoundingClientRect();
    const share = upright()
      ? (box.bottom - 14 - event.clientY) / (box.height - 28)
      : (event.clientX - box.left - 12) / (box.width - 24);
    const far = (Math.abs(share * 1000 - dbToTravel(value())) * (upright() ? box.height : box.width)) / 1000 > 24;
    if (event.pointerType === 'touch' && far) {
      event.preventDefault();
      return;
    }
    if (!event.shiftKey) return;
    event.preventDefault();
    slider.focus();
    slider.setPointerCapture(event.pointerId);
    let at = upright() ? -event.clientY : event.clientX;
    let travel = dbToTravel(value());
    const onMove = (/** @type {PointerEvent} */ moved) => {
      const now = upright() ? -moved.clientY : moved.clientX;
      travel = Math.min(1000, Math.max(0, travel + ((now - at) / ((upright() ? box.height : box.width) - 28)) * 100));
      at = now;
      move(travelToDb(travel), false);
    };
    slider.addEventListener('pointermove', onMove);
    slider.addEventListener(
      'pointerup',
      () => {
        slider.removeEventListener('pointermove', onMove);
        move(value(), true);
      },
      { once: true },
    );
  });
}

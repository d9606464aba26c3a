import { h } from '../../dom.js';
import { placeKey, stripAt, strips } from '../../logic/session.js';
import { commands } from '../../live/protocol.js';
import { dialog } from '../../parts/dialog.js';
import { settings } from '../../store/settings.js';
import { bypassKey, openChain } from './chain.js';
import { selectedPlace } from './mix.js';

/** @typedef {import('./mix.js').Mix} Mix */
/**
 * @typedef {{transport: import('./transport.js').Transport, timeline: import('./timeline.js').Timeline, console: import('./console.js').Console, editor: import('./editor.js').Editor, render: () => void}} Parts
 */

const MAP = /** @type {[string[], string][]} */ ([
  [['Space'], 'play, pause'],
  [[',', '.'], '5 s back, 5 s on'],
  [['Home'], 'to the beginning'],
  [['L'], 'loop the section here, or 8 s; again: off'],
  [['←', '→'], 'select a strip; in the time line: a beat, with Shift a bar'],
  [['↑', '↓'], 'fader by 1 dB'],
  [['Shift', '↑', '↓'], 'fader by 0.1 dB'],
  [['R'], 'fader to 0 dB'],
  [['[', ']'], 'pan'],
  [['M', 'S', 'P'], 'mute, solo, polarity'],
  [['B'], 'bypass the strip’s inserts'],
  [['Enter'], 'open the strip’s chain; Esc: all stems'],
  [['Z', 'Shift Z'], 'zoom in, out'],
  [['F'], 'the whole song'],
  [['Ctrl', 'Z'], 'undo'],
  [['Ctrl', 'Shift', 'Z'], 'redo'],
  [['Ctrl', 'Enter'], 'render'],
  [['?'], 'this map'],
]);

/** Shows the key map. */
export function showKeys() {
  const box = h('input', { type: 'checkbox', checked: settings.singleKeys });
  box.addEventListener('change', () => (settings.singleKeys = box.checked));
  dialog(
    'Keys',
    h(
      'div',
      { class: 'keys' },
      MAP.map(([keys, words]) =>
        h(
          'div',
          null,
          h(
            'span',
            null,
            keys.flatMap((key) => [h('kbd', null, key), ' ']),
          ),
          h('span', null, words),
        ),
      ),
    ),
    h(
      'p',
      { class: 'small muted gap' },
      'They are the keys of ',
      h('code', null, 'mixdown play'),
      '. In a field or on a slider, the field’s own keys come first.',
    ),
    h('p', { class: 'gap-s' }, h('label', { class: 'check' }, box, 'Single keys on; off leaves those with Ctrl')),
  );
}

/**
 * Returns true if the focused element has keys of its own.
 * @param {EventTarget|null} target
 * @param {string} key
 */
function ownsKeys(target, key) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog')) return true;
  if (target.matches('input:not([type=range],[type=checkbox],[type=radio]), select, textarea')) return true;
  if (target.matches('input[type=range], input[type=radio]')) return /^(Arrow|Home|End|Page)/.test(key);
  if (target.matches('[role=slider]')) return /^(Arrow|Home|End|Page)/.test(key);
  return target.matches('button, a, summary, input[type=checkbox]') && (key === ' ' || key === 'Enter');
}

/** Selects the strip beside the selected one. @param {Mix} mix @param {number} by */
function selectBeside(mix, by) {
  const all = strips(mix.store.current);
  const place = selectedPlace(mix);
  if (!place) return;
  const at = all.findIndex((one) => placeKey(one.place) === placeKey(place));
  const next = all[Math.min(all.length - 1, Math.max(0, at + (mix.view.state.selected ? by : 0)))];
  mix.view.set({
    selected: placeKey(next.place),
    ...(mix.view.state.open ? { open: { place: placeKey(next.place), insert: -1 } } : {}),
  });
}

/**
 * Bypasses all inserts of a strip while it plays, or restores them.
 * @param {Mix} mix
 * @param {import('../../logic/session.js').Place} place
 */
function bypassAll(mix, place) {
  const inserts = stripAt(mix.store.current, place)?.inserts ?? [];
  const on = inserts.some((/** @type {any} */ _, /** @type {number} */ at) => !mix.bypassed.has(bypassKey(place, at)));
  inserts.forEach((/** @type {any} */ _, /** @type {number} */ at) => {
    if (on) mix.bypassed.add(bypassKey(place, at));
    else mix.bypassed.delete(bypassKey(place, at));
    mix.live.send(commands.bypass(place, at, on));
  });
  mix.view.set({});
}

/**
 * Carries out keys.
 * @param {Mix} mix
 * @param {Parts} parts
 * @returns {() => void} ends it
 */
export function keys(mix, parts) {
  const strip = () => parts.console.strip(placeKey(selectedPlace(mix) ?? 'master'));
  const nudge = (/** @type {number} */ by) =>
    strip()?.setGain(Math.round(((strip()?.settings.gain_db ?? 0) + by) * 10) / 10, false);
  const seekBy = (/** @type {number} */ by) => parts.timeline.seek(mix.live.audible.position + by);
  const single = /** @type {Record<string, (event: KeyboardEvent) => void>} */ ({
    ' ': () => parts.transport.toggle(),
    ',': () => seekBy(-5),
    '.': () => seekBy(5),
    Home: () => parts.timeline.seek(0),
    l: () => parts.transport.toggleLoop(),
    ArrowLeft: () => selectBeside(mix, -1),
    ArrowRight: () => selectBeside(mix, 1),
    ArrowUp: (event) => nudge(event.shiftKey ? 0.1 : 1),
    ArrowDown: (event) => nudge(event.shiftKey ? -0.1 : -1),
    r: () => strip()?.setGain(0, true),
    '[': () => strip()?.setPan((strip()?.settings.pan ?? 0) - 0.05),
    ']': () => strip()?.setPan((strip()?.settings.pan ?? 0) + 0.05),
    m: () => strip()?.flip('mute'),
    s: () => strip()?.flip('solo'),
    p: () => strip()?.flip('polarity'),
    b: () => bypassAll(mix, selectedPlace(mix) ?? 'master'),
    Enter: () => {
      const place = selectedPlace(mix);
      if (place) openChain(mix, place, -1);
      parts.editor.focus();
    },
    Escape: () => mix.view.set({ open: null }),
    z: (event) => parts.timeline.zoom(event.shiftKey ? 1.5 : 1 / 1.5),
    f: () => mix.view.set({ from_s: 0, span_s: null }),
    '?': showKeys,
  });
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.altKey || event.defaultPrevented) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey) {
      const typing =
        event.target instanceof HTMLElement &&
        event.target.matches('input[type=text], input[type=search], input[type=number]');
      if (key === 'z' && !typing)
        (event.preventDefault(), event.shiftKey ? mix.store.redoStep() : mix.store.undoStep());
      else if (key === 'y' && !typing) (event.preventDefault(), mix.store.redoStep());
      else if (key === 'Enter') (event.preventDefault(), parts.render());
      return;
    }
    const inDialog = event.target instanceof HTMLElement && event.target.closest('dialog');
    if (key === 'Escape' && !inDialog && mix.view.state.open) {
      closeChain(mix, parts);
      return;
    }
    if (!settings.singleKeys || ownsKeys(event.target, event.key) || !single[key]) return;
    event.preventDefault();
    single[key](event);
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}

/** Closes the chain; focus returns to the strip's name. @param {Mix} mix @param {Parts} parts */
function closeChain(mix, parts) {
  const key = mix.view.state.open?.place ?? '';
  mix.view.set({ open: null });
  parts.console.strip(key)?.nameButton.focus();
}

import { bytesOf, stemPath } from '../../api.js';
import { readOutline } from '../../logic/waveform.js';
import { placeKey, placeName, stripAt, strips, titleOf } from '../../logic/session.js';

/** @typedef {import('../../logic/session.js').Place} Place */

/**
 * A session that is open in the mixer: document, saving, sound, and what is seen of it.
 * @typedef {object} Mix
 * @property {string} session
 * @property {import('../../api.js').SessionEntry} entry
 * @property {import('../../store/document.js').DocumentStore} store
 * @property {import('../../store/sync.js').Sync} sync
 * @property {import('../../store/view.js').ViewStore} view
 * @property {import('../../live/live.js').Live} live
 * @property {Map<string, import('../../api.js').Stem>} stems by name
 * @property {Outlines} outlines
 * @property {import('./analysis.js').SongAnalysis} song what an analysis found
 * @property {Set<string>} bypassed keys of inserts that are bypassed while it plays
 * @property {string} version of the document that a link was made of, or empty
 * @property {any} schema JSON Schema of the document, or null until loaded
 */

/** Outlines of the stems, fetched once each. Events: `change`. */
export class Outlines extends EventTarget {
  /** Creates an empty store. @param {string} session @param {AbortSignal} signal */
  constructor(session, signal) {
    super();
    this.session = session;
    this.signal = signal;
    /** @type {Map<string, import('../../logic/waveform.js').Outline|null>} */
    this.known = new Map();
  }

  /** Returns an outline, or null and fetches it. @param {string} name of a stem */
  get(name) {
    if (!this.known.has(name)) this.fetch(name);
    return this.known.get(name) ?? null;
  }

  /** Forgets an outline: the stem has other bytes. @param {string} name */
  forget(name) {
    this.known.delete(name);
  }

  /** @param {string} name */
  async fetch(name) {
    this.known.set(name, null);
    try {
      this.known.set(
        name,
        readOutline(await bytesOf(`${stemPath(this.session, name)}/waveform.dat?samples_per_pixel=256`, this.signal)),
      );
      this.dispatchEvent(new Event('change'));
    } catch {
      // A lane without outline is marked; a later visit tries again.
    }
  }
}

/** Returns the length of the song, in seconds. @param {Mix} mix */
export function duration(mix) {
  const ends = (mix.store.current.tracks ?? []).map((track) => {
    const stem = mix.stems.get(track.file ?? '');
    return stem
      ? (track.start_s ?? 0) +
          stem.duration_s -
          (track.trim_start_s ?? 0) -
          (track.trim_end_s ?? 0) +
          (track.delay_ms ?? 0) / 1000
      : 0;
  });
  return Math.max(1, mix.live.ready?.duration_s ?? 0, ...ends);
}

/** Rate of the session, in frames a second. @param {Mix} mix */
export const rateOf = (mix) =>
  mix.live.ready?.rate ?? mix.store.current.sample_rate_hz ?? [...mix.stems.values()][0]?.sample_rate ?? 48000;

/**
 * Changes one strip.
 * @param {Mix} mix
 * @param {Place} place
 * @param {string} label of the step: what, from, to
 * @param {(strip: any, draft: import('../../logic/session.js').SessionDocument) => void} edit
 * @param {string|null} [gesture] name of the dial, if its movements are one step
 */
export function editStrip(mix, place, label, edit, gesture = null) {
  const key = gesture === null ? null : `${placeKey(place)} ${gesture}`;
  mix.store.change(
    `${placeName(place)} ${label}`,
    (draft) => {
      const strip = stripAt(draft, place);
      if (strip) edit(strip, draft);
    },
    key,
  );
}

/**
 * Returns the selected place: the first strip where none is selected.
 * @param {Mix} mix
 * @returns {Place|null}
 */
export function selectedPlace(mix) {
  const all = strips(mix.store.current);
  return (all.find(({ place }) => placeKey(place) === mix.view.state.selected) ?? all[0])?.place ?? null;
}

/**
 * Renames a bus or track wherever it is named.
 * @param {Mix} mix @param {Place} place @param {string} name
 */
export function rename(mix, place, name) {
  const old = placeName(place);
  const used = strips(mix.store.current).some((one) => placeName(one.place) === name);
  if (!name || name === old || used || place === 'master') return false;
  mix.store.change(`rename ${old}`, (draft) => {
    const strip = stripAt(draft, place);
    strip.name = name;
    for (const { inserts } of [...strips(draft).map((one) => one.strip), draft.master ?? {}]) {
      for (const insert of inserts ?? []) if (insert.key === old) insert.key = name;
    }
    if (!('bus' in place)) return;
    for (const other of [...(draft.tracks ?? []), ...(draft.buses ?? [])]) {
      if (other.output === old) other.output = name;
      for (const send of other.sends ?? []) if (send.to === old) send.to = name;
    }
  });
  return true;
}

/** Removes a bus; what led to it leads to the master, and its keys end. @param {Mix} mix @param {string} name */
export function removeBus(mix, name) {
  mix.store.change(`remove bus ${name}`, (draft) => {
    draft.buses = (draft.buses ?? []).filter((bus) => bus.name !== name);
    for (const other of [...(draft.tracks ?? []), ...draft.buses]) {
      if (other.output === name) delete other.output;
      if (other.sends) other.sends = other.sends.filter((send) => send.to !== name);
    }
    for (const { inserts } of [...(draft.tracks ?? []), ...draft.buses, draft.master ?? {}]) {
      for (const insert of inserts ?? []) if (insert.key === name) insert.key = '';
    }
  });
}

/**
 * Stem of a track.
 * @param {Mix} mix
 * @param {import('../../logic/session.js').StripSettings} track
 */
export const stemOf = (mix, track) => mix.stems.get(track.file ?? '') ?? mix.stems.get(titleOf(track));

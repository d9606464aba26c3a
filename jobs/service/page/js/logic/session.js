/** Reading and addressing of the session document. */

/**
 * @typedef {{type: string, [key: string]: any}} Insert
 * @typedef {{to: string, gain_db?: number, pre_fader?: boolean}} Send
 * @typedef {object} StripSettings
 * @property {string} [file] of tracks alone
 * @property {string} [name]
 * @property {number} [gain_db]
 * @property {number} [pan]
 * @property {number} [width]
 * @property {string} [polarity]
 * @property {boolean} [mute]
 * @property {boolean} [solo]
 * @property {Insert[]} [inserts]
 * @property {string} [output]
 * @property {Send[]} [sends]
 * @property {number} [start_s]
 * @property {number} [trim_start_s]
 * @property {number} [trim_end_s]
 * @property {number} [delay_ms]
 * @typedef {{inserts?: Insert[], target?: string|number, ceiling_dbtp?: string|number, max_limiting_db?: number,
 *   limiter_style?: string, limiter_stereo_link_percent?: number}} Master
 * @typedef {object} SessionDocument
 * @property {number} [sample_rate_hz]
 * @property {StripSettings[]} [tracks]
 * @property {StripSettings[]} [buses]
 * @property {Master} [master]
 * @property {{format?: string}} [output]
 * @typedef {{track: string}|{bus: string}|'master'} Place
 */

/**
 * Returns the title of a track: its name, or that of its file without extension.
 * @param {StripSettings} track
 */
export const titleOf = (track) => track.name ?? (track.file ?? '').replace(/^.*\//, '').replace(/\.[^.]+$/, '');

/** Returns a key for a place. @param {Place} place */
export const placeKey = (place) =>
  place === 'master' ? 'master' : 'track' in place ? `track:${place.track}` : `bus:${place.bus}`;

/** Returns the name of a place. @param {Place} place */
export const placeName = (place) => (place === 'master' ? 'master' : 'track' in place ? place.track : place.bus);

/**
 * Returns the place that a key stands for.
 * @param {string} key
 * @returns {Place}
 */
export function placeFrom(key) {
  if (key.startsWith('track:')) return { track: key.slice(6) };
  return key.startsWith('bus:') ? { bus: key.slice(4) } : 'master';
}

/**
 * Returns all strips but the master, tracks first.
 * @param {SessionDocument} document
 * @returns {{place: Exclude<Place, 'master'>, strip: StripSettings}[]}
 */
export function strips(document) {
  return [
    ...(document.tracks ?? []).map((strip) => ({ place: { track: titleOf(strip) }, strip })),
    ...(document.buses ?? []).map((strip) => ({ place: { bus: strip.name ?? '' }, strip })),
  ];
}

/**
 * Returns the settings of a place, or undefined.
 * @param {SessionDocument} document
 * @param {Place} place
 * @returns {any}
 */
export function stripAt(document, place) {
  if (place === 'master') return (document.master ??= {});
  const key = placeKey(place);
  return strips(document).find((entry) => placeKey(entry.place) === key)?.strip;
}

/**
 * Returns true if a track is silent because of a solo elsewhere: neither it nor a bus on its way is
 * soloed.
 * @param {SessionDocument} document
 * @param {StripSettings} track
 */
export function soloElsewhere(document, track) {
  if (track.mute || !strips(document).some(({ strip }) => strip.solo)) return false;
  /** @type {(strip: StripSettings, seen: Set<StripSettings>) => boolean} */
  const leads = (strip, seen) => {
    if (strip.solo) return true;
    seen.add(strip);
    const names = [strip.output, ...(strip.sends ?? []).map(({ to }) => to)];
    return (document.buses ?? []).some((bus) => names.includes(bus.name) && !seen.has(bus) && leads(bus, seen));
  };
  return !leads(track, new Set());
}

/**
 * Returns the outputs that a strip may have without a circle: master first.
 * @param {SessionDocument} document
 * @param {Place} place
 */
export function outputs(document, place) {
  const buses = document.buses ?? [];
  if (place === 'master') return [];
  const names = buses.map((bus) => bus.name ?? '');
  if ('track' in place) return ['master', ...names];
  /** @type {(from: string, seen: Set<string>) => boolean} */
  const reaches = (from, seen) => {
    if (from === place.bus) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    const bus = buses.find(({ name }) => name === from);
    const next = [bus?.output ?? 'master', ...(bus?.sends ?? []).map(({ to }) => to)];
    return next.some((name) => reaches(name, seen));
  };
  return ['master', ...names.filter((name) => !reaches(name, new Set()))];
}

/**
 * Returns the strips that a detector of a place may measure without a circle, by name.
 * @param {SessionDocument} document
 * @param {Place} place
 */
export function keySources(document, place) {
  const all = strips(document);
  const waiting = new Set(place === 'master' ? [] : [placeName(place)]);
  // Grows while it is walked: each name adds the strips that it feeds or keys.
  for (const name of waiting) {
    const from = all.find((one) => placeName(one.place) === name)?.strip;
    for (const to of [from?.output, ...(from?.sends ?? []).map((send) => send.to)]) {
      if (to && to !== 'master') waiting.add(to);
    }
    for (const { place: other, strip } of all) {
      if (strip.inserts?.some(({ key }) => key === name)) waiting.add(placeName(other));
    }
  }
  return all.map((one) => placeName(one.place)).filter((name) => !waiting.has(name));
}

/**
 * Returns a name that no bus has.
 * @param {SessionDocument} document
 */
export function freeBusName(document) {
  const names = new Set((document.buses ?? []).map(({ name }) => name));
  let count = 1;
  while (names.has(`bus ${count}`)) count += 1;
  return `bus ${count}`;
}

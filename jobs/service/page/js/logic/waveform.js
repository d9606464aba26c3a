/** Reader of waveform.dat, version 1 and 2 (BBC audiowaveform). */

/**
 * @typedef {object} Outline
 * @property {number} rate frames a second
 * @property {number} perPixel frames a pixel
 * @property {number} length pixels
 * @property {number} channels
 * @property {Float32Array} low lowest sample of each pixel over all channels, -1 to 1
 * @property {Float32Array} high highest sample of each pixel
 * @property {number} peak largest magnitude of all
 */

/**
 * Reads an outline. Channels are drawn as one: lowest and highest of all.
 * @param {ArrayBuffer} buffer
 * @returns {Outline}
 */
export function readOutline(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 20) throw new RangeError('the outline is too short for its header');
  const version = view.getInt32(0, true);
  if (version !== 1 && version !== 2) throw new RangeError(`the outline has version ${version}`);
  const eight = (view.getUint32(4, true) & 1) === 1;
  const rate = view.getInt32(8, true);
  const perPixel = view.getInt32(12, true);
  const channels = version === 2 ? view.getInt32(20, true) : 1;
  const start = version === 2 ? 24 : 20;
  const size = eight ? 1 : 2;
  if (channels < 1 || perPixel < 1 || rate < 1) throw new RangeError('the header of the outline is damaged');
  // A file that breaks off is drawn as far as it is there.
  const there = Math.floor((buffer.byteLength - start) / (2 * size * channels));
  const length = Math.min(view.getUint32(16, true), there);
  const low = new Float32Array(length);
  const high = new Float32Array(length);
  const value = (/** @type {number} */ at) => (eight ? view.getInt8(at) / 128 : view.getInt16(at, true) / 32768);
  let peak = 0;
  let at = start;
  for (let pixel = 0; pixel < length; pixel += 1) {
    let [least, most] = [1, -1];
    for (let channel = 0; channel < channels; channel += 1) {
      least = Math.min(least, value(at));
      most = Math.max(most, value(at + size));
      at += 2 * size;
    }
    low[pixel] = least;
    high[pixel] = most;
    peak = Math.max(peak, -least, most);
  }
  return { rate, perPixel, length, channels, low, high, peak };
}

/**
 * Returns lowest and highest sample between two times.
 * @param {Outline} outline
 * @param {number} from seconds
 * @param {number} to seconds
 * @returns {[number, number]|null} null where there is nothing
 */
export function range(outline, from, to) {
  const perSecond = outline.rate / outline.perPixel;
  const first = Math.max(0, Math.floor(from * perSecond));
  const last = Math.min(outline.length, Math.max(Math.ceil(to * perSecond), first + 1));
  if (to <= 0 || first >= last) return null;
  let [least, most] = [outline.low[first], outline.high[first]];
  for (let pixel = first + 1; pixel < last; pixel += 1) {
    if (outline.low[pixel] < least) least = outline.low[pixel];
    if (outline.high[pixel] > most) most = outline.high[pixel];
  }
  return [least, most];
}

/**
 * Returns a WAV file of 16 bits; samples beyond full scale are clipped.
 * @param {Float32Array[]} channels of equal length
 * @param {number} rate frames per second
 * @returns {ArrayBuffer}
 */
export function wav(channels, rate) {
  const [count, frames] = [channels.length, channels[0].length];
  const bytes = 2 * count * frames;
  const file = new ArrayBuffer(44 + bytes);
  const view = new DataView(file);
  const text = (/** @type {number} */ at, /** @type {string} */ word) =>
    [...word].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, 36 + bytes, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, count, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * count * rate, true);
  view.setUint16(32, 2 * count, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, bytes, true);
  const samples = new Int16Array(count * frames);
  channels.forEach((channel, c) => {
    for (let n = 0; n < frames; n += 1)
      samples[n * count + c] = Math.round(Math.min(32767, Math.max(-32768, channel[n] * 32768)));
  });
  // Samples of WAV files are little-endian, and so is every machine that runs a browser.
  new Int16Array(file, 44).set(samples);
  return file;
}

/**
 * Returns a WAV file of a sine: 48 kHz, mono, 16 bits.
 * @param {number} hz @param {number} dbfs peak @param {number} seconds
 */
export function tone(hz, dbfs, seconds) {
  const frames = seconds * 48_000;
  const file = Buffer.alloc(44 + 2 * frames);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + 2 * frames, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(48_000, 24);
  file.writeUInt32LE(96_000, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(2 * frames, 40);
  const peak = 32_768 * 10 ** (dbfs / 20);
  for (let n = 0; n < frames; n++) {
    file.writeInt16LE(Math.round(peak * Math.sin((2 * Math.PI * hz * n) / 48_000)), 44 + 2 * n);
  }
  return file;
}

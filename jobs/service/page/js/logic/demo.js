import { wav } from './wav.js';

/**
 * Stems of the demo: eight bars of a small band, made here, so that the program carries no sound.
 * The same samples on every call.
 */

export const RATE = 48000;
/** Seconds of a beat: 96 a minute, so that eight bars last 20 s. */
export const BEAT_S = 0.625;
export const BARS = 8;
const FRAMES = BARS * 4 * BEAT_S * RATE;

/** A minor, F, C, G: root of the bass and notes of the keys, as numbers of MIDI. */
const CHORDS = [
  { root: 33, notes: [57, 60, 64, 67] },
  { root: 29, notes: [57, 60, 65, 69] },
  { root: 36, notes: [55, 60, 64, 67] },
  { root: 31, notes: [55, 59, 62, 67] },
];

/** @param {number} note */
const hertz = (note) => 440 * 2 ** ((note - 69) / 12);

/**
 * Returns noise between -1 and 1, the same on every call (the generator of Numerical Recipes).
 * @param {number} seed
 */
function noise(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2147483648;
  };
}

/**
 * Adds a sound from a beat on, as long as the song lasts.
 * @param {Float32Array[]} song channels
 * @param {number[]} gains of the channels
 * @param {number} beat
 * @param {number} seconds
 * @param {(time: number, left: number) => number} sound by seconds since its start and until its end
 */
function play(song, gains, beat, seconds, sound) {
  const start = Math.round(beat * BEAT_S * RATE);
  const end = Math.min(song[0].length, start + Math.round(seconds * RATE));
  for (let n = start; n < end; n += 1) {
    const sample = sound((n - start) / RATE, (end - n) / RATE);
    for (let c = 0; c < song.length; c += 1) song[c][n] += gains[c] * sample;
  }
}

/** Repeats the first half of a song in its second. @param {Float32Array[]} song */
function repeat(song) {
  for (const channel of song) channel.copyWithin(FRAMES / 2, 0, FRAMES / 2);
  return song;
}

/** Returns a factor that ends a sound without a click. @param {number} left seconds */
const release = (left) => Math.min(1, left / 0.01);

/** Kick on one and three, snare on two and four, hats on eighths, a fill in every fourth bar. */
function drums() {
  const song = new Float32Array(FRAMES);
  const random = noise(1);
  const kick = (/** @type {number} */ beat) =>
    play([song], [1], beat, 0.35, (time, left) => {
      const phase = 2 * Math.PI * (46 * time + (95 / 32) * (1 - Math.exp(-32 * time)));
      return 0.55 * Math.sin(phase) * Math.exp(-9 * time) * release(left);
    });
  const snare = (/** @type {number} */ beat, loud = 1) =>
    play([song], [1], beat, 0.25, (time, left) => {
      const tone = 0.5 * Math.sin(2 * Math.PI * 185 * time) * Math.exp(-22 * time);
      return 0.3 * loud * (tone + 0.8 * random() * Math.exp(-17 * time)) * release(left);
    });
  const hat = (/** @type {number} */ beat, /** @type {number} */ loud) => {
    let before = 0;
    play([song], [1], beat, 0.08, (time, left) => {
      const now = random();
      // The difference of neighbours leaves the treble.
      const bright = now - before;
      before = now;
      return 0.09 * loud * bright * Math.exp(-60 * time) * release(left);
    });
  };
  for (let bar = 0; bar < BARS; bar += 1) {
    const at = 4 * bar;
    for (const beat of [0, 1.5, 2]) kick(at + beat);
    for (const beat of [1, 3]) snare(at + beat);
    for (let eighth = 0; eighth < 8; eighth += 1) hat(at + eighth / 2, eighth % 2 ? 0.6 : 1);
    if (bar % 4 === 3) for (const beat of [3.25, 3.5, 3.75]) snare(at + beat, 0.5 + (beat - 3) / 2);
  }
  return [song];
}

/** Roots of the chords in the rhythm of the kick, with the octave before each change. */
function bass() {
  const song = new Float32Array(FRAMES);
  CHORDS.forEach(({ root }, bar) => {
    for (const [beat, beats, up] of [[0, 1.4, 0], [1.5, 0.5, 0], [2, 0.9, 0], [3, 0.45, 0], [3.5, 0.45, 12]]) {
      const turn = 2 * Math.PI * hertz(root + up);
      play([song], [1], 4 * bar + beat, beats * BEAT_S, (time, left) => {
        // Harmonics fade the sooner the higher they are, as those of a string do. Each follows from
        // the two below it.
        const [twice, fade] = [2 * Math.cos(turn * time), Math.exp(-0.9 * time)];
        let [below, sine, loud, sum] = [0, Math.sin(turn * time), Math.exp(-0.6 * time), 0];
        for (let k = 1; k <= 8; k += 1) {
          loud *= fade;
          sum += (sine * loud) / k;
          [below, sine] = [sine, twice * sine - below];
        }
        return 0.26 * sum * Math.min(1, time / 0.004) * release(left);
      });
    }
  });
  return repeat([song]);
}

/** Chords of an electric piano, the low notes to the left and the high ones to the right. */
function keys() {
  const [left, right] = [new Float32Array(FRAMES), new Float32Array(FRAMES)];
  CHORDS.forEach(({ notes }, bar) => {
    for (const [beat, beats] of [[0, 1.4], [1.5, 2.4]])
      notes.forEach((note, n) => {
        const turn = 2 * Math.PI * hertz(note);
        const angle = (Math.PI / 2) * (0.25 + n / 6);
        play([left, right], [Math.cos(angle), Math.sin(angle)], 4 * bar + beat, beats * BEAT_S, (time, rest) => {
          const bell = 1.4 * Math.exp(-5 * time) * Math.sin(turn * time);
          return 0.09 * Math.sin(turn * time + bell) * Math.exp(-1.3 * time) * Math.min(1, time / 0.003) * release(rest);
        });
      });
  });
  return repeat([left, right]);
}

/** The stems by name: what makes the channels of each. @type {Record<string, () => Float32Array[]>} */
export const STEMS = { drums, bass, keys };

/** Makes the stems as files, each when it is taken. */
export function* demoFiles() {
  for (const [name, make] of Object.entries(STEMS))
    yield new File([wav(make(), RATE)], `${name}.wav`, { type: 'audio/wav', lastModified: 0 });
}

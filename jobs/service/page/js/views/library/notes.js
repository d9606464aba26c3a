import { audioPath, call, jobPath, libraryPath } from '../../api.js';
import { fill, h } from '../../dom.js';
import * as format from '../../logic/format.js';
import { fullTitle } from '../../logic/stem.js';
import { button, notice } from '../../parts/notice.js';

/** @typedef {import('../../logic/stem.js').LibraryStem} LibraryStem */

/** Time between two looks at a job, in milliseconds. */
const EVERY_MS = 1000;

/** Files of the notes: format, name of the link. */
const FILES = /** @type {[string, string, string][]} */ ([
  ['midi', 'MIDI', 'mid'],
  ['musicxml', 'MusicXML', 'musicxml'],
  ['json', 'Notes as JSON', 'notes.json'],
]);

/** Returns what the notes of a stem amount to. @param {any} notation */
function count({ notes = [], hits = [] }) {
  return hits.length ? format.plural(hits.length, 'hit') : format.plural(notes.length, 'note');
}

/** Returns the piano roll of a stem with its files. @param {any} stem */
function roll(stem) {
  const title = fullTitle(stem);
  const at = (/** @type {string} */ form) => `/api${libraryPath(stem.stem_id)}/notation?format=${form}`;
  const links = FILES.map(([form, words, ending]) =>
    h('a', { class: 'btn small', href: at(form), download: `${stem.name}.${ending}`, 'aria-label': `${words}: ${title}` }, words),
  );
  return [
    h('img', { class: 'roll', src: at('svg'), alt: `Piano roll of ${title}: ${count(stem.notation)}`, loading: 'lazy' }),
    h('p', { class: 'row tight' }, h('span', { class: 'small muted' }, count(stem.notation)), links),
  ];
}

/**
 * Queues a job of a song, and waits for its end.
 * @param {import('./screen.js').LibraryScreen} screen
 * @param {LibraryStem} stem
 * @param {string} step notate or separate
 * @param {any} body
 * @param {(words: string) => void} tell
 * @returns {Promise<any>} the job once it is complete, or null
 */
async function run(screen, stem, step, body, tell) {
  try {
    const { job_id } = await call('POST', `${audioPath(stem.audio_file_id)}/${step}`, { body });
    for (;;) {
      const job = await call('GET', jobPath(job_id), { signal: screen.signal });
      if (job.state === 'complete') return job;
      if (job.state === 'error' || job.state === 'cancelled') {
        tell(job.error ?? 'The job was cancelled.');
        return null;
      }
      tell(`${job.message} … ${job.progress} %`);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      if (screen.signal.aborted) return null;
    }
  } catch (error) {
    if (!screen.signal.aborted) tell(error instanceof Error ? error.message : String(error));
    return null;
  }
}

/**
 * Shows the parts of a song that was split, and how deep their sum nulls against it.
 * @param {import('./screen.js').LibraryScreen} screen
 * @param {LibraryStem} stem
 * @param {any} job
 */
async function shows(screen, stem, job) {
  const { parts = [], residual } = job.outcome?.separation ?? {};
  const depth = residual?.whole?.null_db;
  const words = Number.isFinite(depth)
    ? `The sum of the parts nulls to ${format.number(depth)} dB against the song.`
    : 'The song is silent: its parts were not compared with it.';
  const figures = h('a', { class: 'btn', href: `/api${jobPath(job.job_id)}`, target: '_blank' }, 'By band and time');
  const close = button('Dismiss', () => fill(screen.notices));
  fill(screen.notices, notice('news', `${fullTitle(stem)} was split: ${parts.join(', ')}.`, words, figures, close));
  await screen.refresh();
}

/**
 * Creates the part of the details that shows notes, and lets a song be transcribed or split.
 * @param {import('./screen.js').LibraryScreen} screen
 * @param {any} stem with its notation
 */
export function notes(screen, stem) {
  const title = fullTitle(stem);
  const shown = h('div', null, stem.notation ? roll(stem) : h('p', { class: 'small muted' }, 'Its notes were not looked for.'));
  const said = h('p', { class: 'small muted', role: 'status' });
  const tell = (/** @type {string} */ words) => fill(said, words);
  /** @type {(step: string, body: any, done: (job: any) => Promise<void>) => Promise<void>} */
  const during = async (step, body, done) => {
    for (const one of acts) one.disabled = true;
    const job = await run(screen, stem, step, body, tell);
    if (job) {
      tell('');
      await done(job);
    }
    for (const one of acts) one.disabled = false;
  };
  const find = () =>
    during('notate', undefined, async () => {
      const { stem: whole } = await call('GET', libraryPath(stem.stem_id), { signal: screen.signal });
      fill(shown, whole.notation ? roll(whole) : h('p', { class: 'small muted' }, 'No notes were found.'));
    });
  const split = (/** @type {string} */ way) => () => during('separate', { with: way, stem_id: stem.stem_id }, (job) => shows(screen, stem, job));
  const acts = [
    button(stem.notation ? 'Find notes again' : 'Find notes', find, 'small', { 'aria-label': `Find notes: ${title}` }),
    button('Split with demucs', split('demucs'), 'small', {
      'aria-label': `Split with demucs: ${title}`,
      title: 'Drums, bass, vocals, other. Needs the program demucs on the machine of the service.',
    }),
    button('Split by masks', split('classical'), 'small', {
      'aria-label': `Split by masks: ${title}`,
      title: 'Percussive, harmonic and centre parts, which sum to the song. Not drums, bass and vocals.',
    }),
  ];
  // A part of a split is not split again.
  const offered = stem.part_of ? acts.slice(0, 1) : acts;
  return h('div', { class: 'notes' }, h('h3', null, 'Notes'), shown, h('p', { class: 'row tight' }, offered), said);
}

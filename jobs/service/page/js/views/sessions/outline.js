import { bytesOf, call, filePath, sessionPath, stemPath } from '../../api.js';
import { begin, colour } from '../../draw/canvas.js';
import { range, readOutline } from '../../logic/waveform.js';

/** Outlines of a session: the last master, or the stems together before there is one. */

const STEMS = 8;

/** @param {import('../../api.js').SessionEntry} session @param {AbortSignal} signal */
async function outlines(session, signal) {
  const job = session.last_job;
  if (job?.state === 'complete' && job.job_id) {
    try {
      return [readOutline(await bytesOf(filePath(job.job_id, 'waveform.dat'), signal))];
    } catch {
      // An expired result has no outline; the stems have.
    }
  }
  const { stems = [] } = await call('GET', `${sessionPath(session.session_id)}/stems`, { signal });
  const some = stems.slice(0, STEMS);
  return Promise.all(
    some.map(async (/** @type {any} */ stem) =>
      readOutline(
        await bytesOf(`${stemPath(session.session_id, stem.name)}/waveform.dat?samples_per_pixel=16384`, signal),
      ),
    ),
  );
}

/**
 * Draws the outline of a session.
 * @param {HTMLCanvasElement} canvas
 * @param {import('../../api.js').SessionEntry} session
 * @param {AbortSignal} signal
 */
export async function drawOutline(canvas, session, signal) {
  const found = await outlines(session, signal);
  const surface = begin(canvas);
  if (!surface || !found.length) return;
  const { paint, width, height } = surface;
  const seconds = Math.max(...found.map(({ length, perPixel, rate }) => (length * perPixel) / rate));
  paint.fillStyle = colour('wave');
  const step = 1 / Math.min(2, devicePixelRatio || 1);
  // Stems are drawn at full height: their sum has no level before there is a mix.
  const scale = found.length > 1 ? 1 / Math.sqrt(found.reduce((sum, { peak }) => sum + peak ** 2, 1e-9)) : 1;
  for (let x = 0; x < width; x += step) {
    const [from, to] = [(x / width) * seconds, ((x + step) / width) * seconds];
    let power = 0;
    for (const outline of found) {
      const [low, high] = range(outline, from, to) ?? [0, 0];
      power += Math.max(-low, high) ** 2;
    }
    const tall = Math.max(0.7, Math.min(1, Math.sqrt(power) * scale) * height);
    paint.fillRect(x, (height - tall) / 2, step, tall);
  }
}

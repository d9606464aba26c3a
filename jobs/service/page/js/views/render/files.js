import { archivePath, filePath } from '../../api.js';
import { h, icon } from '../../dom.js';
import * as format from '../../logic/format.js';

const WHAT = /** @type {Record<string, string>} */ ({
  'report.html': 'every plot and number, one page',
  'report.json': 'the same as data',
  'waveform.dat': 'outline for players',
  'waveform.json': 'outline as JSON',
  'meters.json': 'loudness and peaks, every 100 ms',
  'spectrum.json': 'spectrum and spectrogram',
});

/** Time that a result is kept, in hours. */
const KEPT_H = 48;

/** @param {string} name @param {any} report */
function what(name, report) {
  if (WHAT[name]) return WHAT[name];
  if (!/\.(wav|flac|opus)$/.test(name)) return '';
  const { format: settings, sample_rate_hz: rate, channels } = report?.output ?? {};
  const form = settings ?? {};
  const bits = {
    wav16: '16-bit',
    wav24: '24-bit',
    wav32f: '32-bit float',
    flac16: '16-bit',
    flac24: '24-bit',
    opus: 'Opus',
  }[/** @type {string} */ (form.format)];
  return [
    bits,
    rate ? `${Number((rate / 1000).toFixed(1))} kHz` : '',
    channels === 1 ? 'mono' : 'stereo',
    form.dither && /16|24/.test(form.format ?? '') ? 'dithered' : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** The master among the files. @param {import('../../api.js').Job} job */
export const masterFile = (job) => (job.files ?? []).find(({ name }) => /\.(wav|flac|opus)$/.test(name));

/**
 * Creates the table of files.
 * @param {import('../../api.js').Job} job
 * @param {any} report
 */
export function files(job, report) {
  const sorted = [...(job.files ?? [])].sort(
    (a, b) =>
      Number(/json|dat|html/.test(a.name)) - Number(/json|dat|html/.test(b.name)) || a.name.localeCompare(b.name),
  );
  const end = job.finished_at ?? job.updated_at;
  const until = end ? new Date(Date.parse(end) + KEPT_H * 3600000) : null;
  return h(
    'section',
    { class: 'card pad', 'aria-labelledby': 'h-files' },
    h(
      'div',
      { class: 'row' },
      h('h2', { id: 'h-files', class: 'flush' }, 'Files'),
      sorted.length
        ? h(
            'a',
            { class: 'btn small', href: `/api${archivePath(job.job_id)}`, download: '' },
            icon('down', 12),
            'All as zip',
          )
        : null,
    ),
    h(
      'table',
      { class: 'keep gap-s' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('th', { scope: 'col' }, 'File'),
          h('th', { scope: 'col' }, 'What'),
          h('th', { scope: 'col', class: 'right' }, 'Size'),
        ),
      ),
      h(
        'tbody',
        null,
        sorted.map(({ name, bytes }) =>
          h(
            'tr',
            null,
            h(
              'td',
              null,
              h('a', { href: `/api${filePath(job.job_id, name)}`, download: /html$/.test(name) ? null : name }, name),
            ),
            h('td', null, h('small', null, what(name, report))),
            h('td', { class: 'num right' }, format.bytes(bytes)),
          ),
        ),
      ),
    ),
    until
      ? h(
          'p',
          { class: 'small muted gap-s' },
          `Kept until ${until.toLocaleDateString('en-GB', { weekday: 'long' })} ${format.clock(until)}, ${KEPT_H} hours after the render.`,
        )
      : null,
  );
}

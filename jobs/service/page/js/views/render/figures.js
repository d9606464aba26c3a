import { h } from '../../dom.js';
import * as format from '../../logic/format.js';

/** @param {any} value @param {number} [digits] */
const text = (value, digits) => (Number.isFinite(value) ? format.number(value, digits) : '–');

/**
 * Creates the six figures of the report.
 * @param {any} report
 */
export function figures(report) {
  const master = report.master ?? {};
  const written = master.written ?? {};
  const { limiter } = master;
  const figure = (
    /** @type {string} */ label,
    /** @type {string} */ value,
    /** @type {string} */ unit,
    /** @type {string} */ note,
  ) =>
    h(
      'div',
      null,
      h('dt', null, label),
      h('dd', null, value, unit ? h('small', null, unit) : null),
      note ? h('dd', { class: 'note' }, note) : null,
    );
  return h(
    'dl',
    { class: 'card figures' },
    figure(
      'Loudness',
      text(written.integrated_lufs),
      'LUFS',
      Number.isFinite(master.target_lufs) ? `target ${text(master.target_lufs)}` : 'no target',
    ),
    figure(
      'True peak',
      text(written.true_peak_dbtp),
      'dBTP',
      Number.isFinite(master.ceiling_dbtp) ? `ceiling ${text(master.ceiling_dbtp)}` : 'no ceiling',
    ),
    figure('Loudness range', text(written.loudness_range_lu), 'LU', ''),
    figure(
      'Loudest 3 s',
      text(written.max_short_term_lufs),
      'LUFS',
      `loudest 0.4 s ${text(written.max_momentary_lufs)}`,
    ),
    figure('Peak to loudness', text(written.plr_db), 'dB', `crest ${text(written.crest_db)}`),
    limiter
      ? figure(
          'Limiter, at most',
          text(limiter.max_reduction_db),
          'dB',
          `${format.number((limiter.share_of_time ?? 0) * 100)} % of the time`,
        )
      : figure('Limiter', 'off', '', ''),
  );
}

/**
 * Creates the table of before and after.
 * @param {any} report
 */
export function beforeAfter(report) {
  const { before, written } = report.master ?? {};
  if (!before || !written) return null;
  const rows = /** @type {[string, string, string][]} */ ([
    ['Loudness', 'integrated_lufs', 'LUFS'],
    ['True peak', 'true_peak_dbtp', 'dBTP'],
    ['Loudness range', 'loudness_range_lu', 'LU'],
    ['Peak to loudness', 'plr_db', 'dB'],
  ]);
  return h(
    'section',
    { class: 'card pad', 'aria-labelledby': 'h-before' },
    h('h2', { id: 'h-before' }, 'Before and after'),
    h(
      'table',
      { class: 'keep' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('th', { scope: 'col' }, h('span', { class: 'sr' }, 'Figure')),
          h('th', { scope: 'col' }, 'Before'),
          h('th', { scope: 'col' }, 'After'),
        ),
      ),
      h(
        'tbody',
        null,
        rows.map(([label, key, unit]) =>
          h(
            'tr',
            null,
            h('td', null, label),
            h('td', { class: 'num' }, text(before[key]), ' ', h('small', null, unit)),
            h('td', { class: 'num' }, h('b', null, text(written[key])), ' ', h('small', null, unit)),
          ),
        ),
      ),
    ),
  );
}

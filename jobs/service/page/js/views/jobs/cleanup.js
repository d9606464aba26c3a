import { ApiError, call, ENDED, jobPath } from '../../api.js';
import { fill, h } from '../../dom.js';
import * as format from '../../logic/format.js';
import { dialog } from '../../parts/dialog.js';
import { button, notice } from '../../parts/notice.js';

/** Parts of a cleanup: name for `only`, words, hint, count in the document, bytes if stated. */
const PARTS = /** @type {{only: string, words: string, hint: string, count: (d: any) => number}[]} */ ([
  {
    only: 'expired',
    words: 'Expired jobs and their results',
    hint: 'complete for over 48 h, failed or cancelled for over 24 h',
    count: (d) => d.old_jobs_deleted ?? 0,
  },
  { only: 'stale', words: 'Hung jobs', hint: 'their worker gives no sign of life', count: (d) => d.cleaned_jobs ?? 0 },
  { only: 'orphans', words: 'Left over from crashes', hint: '', count: (d) => d.orphans_deleted ?? 0 },
  { only: 'history', words: 'Old lines of history', hint: 'over 30 days', count: (d) => d.history_deleted ?? 0 },
  { only: 'imports', words: 'Old notes of imports', hint: 'over 14 days', count: (d) => d.imports_deleted ?? 0 },
  { only: 'quarantine', words: 'Damaged records', hint: 'set aside, not deleted', count: (d) => d.quarantined ?? 0 },
]);

/** Waits for a cleanup that runs as a job. @param {any} data answer of the request */
async function finished(data) {
  let job = data;
  while (job.job_id && !ENDED.includes(job.state)) job = await call('GET', `${jobPath(data.job_id)}?wait=10`);
  return job.cleanup ?? job;
}

/** Runs a cleanup. @param {boolean} dry @param {string[]} only */
const run = (dry, only) =>
  call('POST', '/jobs/run', { body: { job_type: 'cleanup', dry_run: dry, ...(only.length ? { only } : {}) } });

/**
 * Shows what a cleanup would delete, and does it if wanted.
 * @param {() => void} onDone
 */
export function cleanupDialog(onDone) {
  const body = h('tbody', null);
  const trouble = h('div', null);
  const remove = button('Delete these', () => clean(), 'danger strong-words', { disabled: true });
  const close = button('Cancel', () => element.close());
  const words = h('p', { class: 'muted' }, 'Looking …');
  const element = dialog(
    'Clean up: what would be deleted',
    words,
    trouble,
    h(
      'table',
      { class: 'keep gap-s' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('th', { scope: 'col' }, 'Part'),
          h('th', { scope: 'col' }, 'How many'),
          h('th', { scope: 'col', class: 'right' }, 'Frees'),
        ),
      ),
      body,
    ),
    h('p', { class: 'row gap' }, remove, close),
  );
  element.classList.add('cleanup');
  /** @type {Map<string, {box: HTMLInputElement, bytes: number, count: number}>} */
  const rows = new Map();
  const chosen = () => [...rows].filter(([, { box }]) => box.checked).map(([only]) => only);

  /** Names what is freed on the button. */
  function update() {
    const some = chosen().map((only) => /** @type {{bytes: number, count: number}} */ (rows.get(only)));
    const bytes = some.reduce((sum, one) => sum + one.bytes, 0);
    remove.textContent = bytes ? `Delete these, free ${format.bytes(bytes)}` : 'Delete these';
    remove.disabled = !some.some(({ count }) => count > 0);
  }

  /** Makes the preview, a part at a time: the document sums bytes over its parts. */
  async function preview() {
    try {
      const documents = /** @type {any[]} */ ([]);
      // One after the other: only one cleanup runs at a time.
      for (const { only } of PARTS) documents.push(await run(true, [only]));
      PARTS.forEach((part, at) => {
        const document = documents[at].cleanup ?? documents[at];
        const box = h('input', { type: 'checkbox', checked: part.count(document) > 0, onchange: update });
        rows.set(part.only, { box, bytes: document.bytes_freed ?? 0, count: part.count(document) });
        const hung =
          part.only === 'stale'
            ? (document.cleaned_job_details ?? [])
                .map((/** @type {any} */ one) => `${one.job_type}, ${Math.round(one.elapsed_minutes)} min`)
                .join('; ')
            : '';
        body.append(
          h(
            'tr',
            null,
            h(
              'td',
              { class: 'full' },
              h('label', { class: 'check' }, box, part.words),
              h('br', null),
              h('small', null, hung || part.hint),
            ),
            h('td', { class: 'num' }, part.count(document)),
            h('td', { class: 'right num' }, document.bytes_freed ? format.bytes(document.bytes_freed) : '0'),
          ),
        );
      });
      words.textContent =
        'Nothing has been deleted yet. The rules are those of the automatic cleanup, which runs every 30 minutes.';
      update();
    } catch (error) {
      refuse(error);
    }
  }

  /** Deletes what is chosen. */
  async function clean() {
    remove.disabled = true;
    try {
      const document = await finished(await run(false, chosen()));
      fill(
        trouble,
        document.errors?.length
          ? notice('trouble', 'Some of it was not deleted.', document.errors.join('; '))
          : notice('news', 'Done.', `${format.bytes(document.bytes_freed ?? 0)} are free again.`),
      );
      close.textContent = 'Close';
      onDone();
    } catch (error) {
      refuse(error);
    }
  }

  /** @param {unknown} error */
  function refuse(error) {
    const running = error instanceof ApiError && error.status === 409;
    fill(
      trouble,
      notice(
        'trouble',
        running ? 'A cleanup runs already.' : 'Nothing was deleted.',
        error instanceof Error ? error.message : '',
      ),
    );
  }
  preview();
}

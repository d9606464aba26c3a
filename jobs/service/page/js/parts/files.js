import { h } from '../dom.js';

/** Endings that are offered; the server decides by content. */
const ENDINGS = '.wav,.wave,.aif,.aiff,.aifc,.flac,.mp3,.mp2,.m4a,.mp4,.aac,.ogg,.oga,.opus,.caf,.mka,.webm,audio/*';

/**
 * Creates a button that offers the files of this machine.
 * @param {(files: File[]) => void} onFiles
 * @param {string} [kind] classes of the button
 */
export function chooseFiles(onFiles, kind = '') {
  const input = h('input', { class: 'sr', type: 'file', multiple: true, accept: ENDINGS });
  input.addEventListener('change', () => {
    if (input.files?.length) onFiles([...input.files]);
    input.value = '';
  });
  return h('label', { class: `btn file ${kind}`.trim() }, 'Choose files', input);
}

/**
 * Returns the files of a drop, those of folders included, and the name of the one folder if any.
 * @param {DataTransfer} transfer
 * @returns {Promise<{files: File[], folder: string}>}
 */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry?.())
    .filter((entry) => entry !== null && entry !== undefined);
  if (!entries.length) return { files: [...transfer.files], folder: '' };
  const folders = entries.filter(({ isDirectory }) => isDirectory);
  const files = (await Promise.all(entries.map(filesIn))).flat().filter(({ name }) => !name.startsWith('.'));
  return { files, folder: folders.length === 1 && entries.length === 1 ? folders[0].name : '' };
}

/** @param {any} entry @returns {Promise<File[]>} */
async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A folder is read in portions; an empty one is the end.
    const some = await /** @type {Promise<any[]>} */ (
      new Promise((resolve, reject) => reader.readEntries(resolve, reject))
    );
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(filesIn))).flat();
}

/**
 * Makes an element take dropped files.
 * @param {HTMLElement} element
 * @param {(found: {files: File[], folder: string}) => void} onFiles
 * @param {(over: boolean, count: number) => void} onOver
 * @param {AbortSignal} signal ends it
 */
export function takeDrops(element, onFiles, onOver, signal) {
  let depth = 0;
  const carries = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  element.addEventListener(
    'dragenter',
    (event) => {
      if (!carries(event)) return;
      depth += 1;
      onOver(true, [...(event.dataTransfer?.items ?? [])].length);
    },
    { signal },
  );
  element.addEventListener(
    'dragleave',
    (event) => {
      if (!carries(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) onOver(false, 0);
    },
    { signal },
  );
  element.addEventListener(
    'drop',
    async (event) => {
      event.preventDefault();
      event.stopPropagation();
      depth = 0;
      onOver(false, 0);
      if (event.dataTransfer && carries(event)) onFiles(await droppedFiles(event.dataTransfer));
    },
    { signal },
  );
}

/**
 * Returns a name for the session of some files: their folder, their common beginning, or the first.
 * @param {File[]} files
 * @param {string} folder
 */
export function nameFor(files, folder) {
  if (folder) return folder;
  const above = files[0]?.webkitRelativePath?.split('/')[0];
  if (above) return above;
  const names = files.map(({ name }) => name.replace(/\.[^.]+$/, ''));
  let shared = names[0] ?? '';
  for (const name of names) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  shared = shared.replace(/[\s_.-]+$/, '');
  return files.length > 1 && shared.length >= 3 ? shared : 'New session';
}

/** Returns an identifier from a name, or an empty text. @param {string} name */
export const slug = (name) =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48);

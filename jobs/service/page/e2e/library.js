// The library in a real browser: two stems are added, found, listened to and mixed.
import assert from 'node:assert/strict';
import { demoFiles } from '../js/logic/demo.js';
import { look, lookAt } from './look.js';

/** Time that an analysis may take, in milliseconds. */
const ANALYSIS = 180_000;

/** Fills the empty library, and follows a stem of it into the ruler of a mixer. */
export async function library(browser, page, address, pictures) {
  await page.goto(`${address}/#/library`);
  await page.waitForSelector('text=Drop stems or songs here');
  await lookAt(page, 'library-empty', pictures);
  await page.setInputFiles('.head input[type=file]', await files('drums', 'keys'));
  await page.fill('.notice input[type=text]', 'Demo song');
  await page.click('button:text-is("Stems of one song")');
  await page.waitForFunction(rowsAre, ['completed', 2], { timeout: ANALYSIS });
  await page.reload();
  await page.waitForFunction(rowsAre, ['completed', 2]);
  await finds(page);
  await listens(page);
  await marks(page);
  await lookAt(page, 'library', pictures);
  await mixes(page);
  await page.waitForSelector('button[aria-label="Mute keys"]', { timeout: 30_000 });
  await page.click('.findings button:text-is("Analyse")');
  await page.waitForSelector('.time.musical', { timeout: ANALYSIS });
  await follows(page);
  await lookAt(page, 'ruler', pictures);
  await page.click('text=Find stems that fit');
  await page.waitForSelector('.pill >> text=/BPM/');
  await page.waitForFunction(rowsAre, ['completed', 2]);
  assert.match(await page.locator('td.fit').first().innerText(), /same key|same tempo/);
  await look(browser, page.url(), 'library-fits', pictures);
  await splits(page, address, pictures);
}

/** Splits one of two stems by masks: the parts are named, and how deep their sum nulls. */
async function splits(page, address, pictures) {
  await page.goto(`${address}/#/library`);
  await page.click('.libt .lane-name:text-is("keys")');
  await page.click('button:text-is("Split by masks")');
  await page.waitForSelector('text=/was split: percussive, harmonic, centre/', { timeout: ANALYSIS });
  const words = await page.locator('.notice >> text=/nulls to/').innerText();
  assert.ok(Number(/nulls to −([\d.]+) dB/.exec(words)?.[1]) > 90, words);
  await lookAt(page, 'library-split', pictures);
}

/** Returns true if there are as many rows in a state. */
const rowsAre = ([status, count]) =>
  document.querySelectorAll(`.libt tr[data-status=${status}]`).length === count &&
  document.querySelectorAll('.libt tr[data-status]').length === count;

/** Returns stems of the demo as files of a form. */
async function files(...names) {
  const all = [];
  for (const file of demoFiles()) all.push(file);
  const some = all.filter(({ name }) => names.includes(name.replace('.wav', '')));
  return Promise.all(
    some.map(async (file) => ({ name: file.name, mimeType: 'audio/wav', buffer: Buffer.from(await file.arrayBuffer()) })),
  );
}

/** Searches by type and by words; the address keeps the search. */
async function finds(page) {
  const types = await page.locator('.libt td.name small').allInnerTexts();
  const type = types[0].split(' · ').pop();
  const count = types.filter((text) => text.endsWith(type)).length;
  await page.click(`.seg >> text="${type}"`);
  await page.waitForFunction(rowsAre, ['completed', count]);
  for (const text of await page.locator('.libt td.name small').allInnerTexts()) assert.ok(text.endsWith(type), text);
  assert.equal(new URL(page.url()).hash, `#/library?type=${type}`);
  await page.click('.seg >> text="all"');
  await page.fill('.find input[type=search]', 'no such stem');
  await page.waitForSelector('text=No stem matches.');
  await page.click('text=Show all stems');
  await page.waitForFunction(rowsAre, ['completed', 2]);
}

/** Plays a stem, and moves within it. */
async function listens(page) {
  await page.click('button[aria-label^="Listen to keys"]');
  const position = page.locator('input[aria-label^="Position in keys"]');
  const moves = (least) => Number(document.querySelector('.libt tr.on input.over')?.value) > least;
  await page.waitForFunction(moves, 1, { timeout: 30_000 });
  await position.fill('700');
  await page.waitForFunction(moves, 690);
  await page.click('button[aria-label^="Pause keys"]');
}

/** Makes a stem a favourite, and tags it. */
async function marks(page) {
  const star = page.locator('button[aria-label^="Favourite: keys"]');
  await star.click();
  await page.waitForSelector('button[aria-label^="Favourite: keys"][aria-pressed=true]');
  await page.click('.libt .lane-name:text-is("keys")');
  await page.fill('.details input[type=text]', 'deep, round');
  await page.click('button:text-is("Save tags")');
  await page.click('.tagged:text-is("round")');
  await page.waitForFunction(rowsAre, ['completed', 1]);
  await page.click('button[aria-label="Take away: Tag round"]');
  await page.waitForFunction(rowsAre, ['completed', 2]);
  await page.waitForSelector('.details .readings');
}

/** Adds a stem to a new session by its button, drags the other, and opens the mixer. */
async function mixes(page) {
  await page.selectOption('.tray select', '+');
  await page.waitForSelector('.tray select:has(option:checked:text-is("New session"))');
  await page.click('button[aria-label^="Add keys"]');
  await page.waitForSelector('.tray [role=status] >> text=/keys.* added to New session/', { timeout: 30_000 });
  await page.dragAndDrop('.libt tr:has(button[aria-label^="Add drums"]) .grip', '.tray .drop');
  await page.waitForSelector('.tray [role=status] >> text=/drums.* added/', { timeout: 30_000 });
  assert.deepEqual((await page.locator('.tray li span:first-child').allInnerTexts()).sort(), ['drums.wav', 'keys.wav']);
  await page.click('text=Open the mixer');
}

/** Moves by beats in the time line, and loops what snaps to them. */
async function follows(page) {
  const rows = await page.locator('.corner span').allInnerTexts();
  assert.deepEqual(rows.slice(0, 2), ['section', 'chord']);
  const slider = page.locator('.time [role=slider]');
  const at = async () => Number(await slider.getAttribute('aria-valuenow'));
  const reaches = (/** @type {number} */ most) =>
    page.waitForFunction(
      (limit) => Number(document.querySelector('.time [role=slider]')?.getAttribute('aria-valuenow')) < limit,
      most,
    );
  await slider.focus();
  await page.keyboard.press('Home');
  await reaches(0.1);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  // A beat of the demo lasts 0.625 s; without beats a step lasts a second.
  await page.waitForFunction(
    () => Number(document.querySelector('.time [role=slider]')?.getAttribute('aria-valuenow')) > 0.5,
  );
  assert.ok((await at()) < 1.95, `${await at()} s after two steps`);
  await page.keyboard.press('Home');
}

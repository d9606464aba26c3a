// The page in a real browser: upload, sound, a fader, a render, a download, the library; and no
// finding of axe.
// Usage: node e2e/mix.e2e.js PROGRAM [FOLDER FOR PICTURES]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { library } from './library.js';
import { look, lookAt } from './look.js';
import { tone } from './tone.js';

const [program, pictures] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'mixdown-page-'));
const server = spawn(program, ['serve', '--bind', '127.0.0.1:0', '--json', '--quiet'], {
  cwd: folder,
  // An unread pipe would fill and stop the service.
  stdio: ['ignore', 'pipe', 'inherit'],
});
const address = await new Promise((resolve, reject) => {
  server.stdout.once('data', (line) => resolve(JSON.parse(String(line)).address));
  server.once('exit', (code) => reject(new Error(`the service ended with ${code}`)));
});
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const trouble = [];
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, acceptDownloads: true });
  const page = await watched(context);

  await tryDemo(browser);
  await page.goto(`${address}/`);
  const stems = { one: tone(440, -20, 24), two: tone(1_000, -40, 24) };
  const files = Object.entries(stems).map(([name, buffer]) => ({ name: `${name}.wav`, mimeType: 'audio/wav', buffer }));
  await page.setInputFiles('input[type=file]', files);
  await page.click('text=Open the mixer now');
  await page.waitForSelector('button[aria-label="Mute two"]', { timeout: 30_000 });

  await page.click('button[aria-label="Mute two"]');
  await page.click('button[aria-label=Play]');
  await level(page, -20);
  await page.locator('input[aria-label="Fader of one in dB"]').fill('-12');
  await page.keyboard.press('Enter');
  await level(page, -32);
  await page.click('button[aria-label=Pause]');
  await look(browser, page.url(), 'mixer', pictures);

  await refuses(page);

  // The mixer plays on beside a render, however long that takes: in a loop.
  await page.click('button[aria-label=Play]');
  await page.keyboard.press('l');
  await page.waitForSelector('.transport button[aria-pressed=true]');
  await page.click('.top >> text=Render');
  await page.waitForSelector('text=The master is ready.', { timeout: 120_000 });
  await level(page, -32);
  await page.click('text=Play at its loudness');
  // A tone of 440 Hz in both channels at −14 LUFS: BS.1770 weighs it as it is, and takes 0.69 off.
  await level(page, -13.3);
  await page.click('text=Open the master');
  await page.waitForSelector('.figures', { timeout: 120_000 });
  const loudness = (await page.locator('.figures dd').first().innerText()).replace(/\s+/g, ' ');
  assert.match(loudness, /^−14\.0 ?LUFS/);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a.btn.primary[download]')]);
  const master = readFileSync(await download.path());
  assert.equal(download.suggestedFilename(), 'final_mix.wav');
  assert.equal(master.toString('latin1', 0, 4), 'RIFF');
  assert.ok(master.length >= 24 * 48_000 * 6, `${master.length} bytes`);
  const [zip] = await Promise.all([page.waitForEvent('download'), page.click('text=All as zip')]);
  const archive = readFileSync(await zip.path());
  assert.match(zip.suggestedFilename(), /\.zip$/);
  assert.ok(archive.includes(master), 'the archive has the master as it is');
  await reads(context, String(await page.locator('a[href$="report.html"]').first().getAttribute('href')));
  await look(browser, page.url(), 'result', pictures);
  await look(browser, `${address}/#/jobs`, 'jobs', pictures);
  await look(browser, `${address}/`, 'sessions', pictures);
  await library(browser, page, address, pictures);
  assert.deepEqual(trouble, []);
} finally {
  await browser.close();
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}

/** Opens a page whose errors, and requests to other machines, are trouble. */
async function watched(context) {
  const page = await context.newPage();
  page.on('console', (line) => line.type() === 'error' && trouble.push(line.text()));
  page.on('pageerror', (error) => trouble.push(String(error.stack)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(blob|data|ws:\/\/127)/.test(url)) trouble.push(`leaves the machine: ${url}`);
  });
  return page;
}

/** Presses the demo on the empty page: its stems arrive in the mixer and play. */
async function tryDemo(browser) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  const page = await watched(context);
  await page.goto(`${address}/`);
  await page.waitForSelector('text=Try the demo');
  await lookAt(page, 'empty', pictures);
  await page.click('text=Try the demo');
  for (const stem of ['drums', 'bass', 'keys'])
    await page.waitForSelector(`button[aria-label="Mute ${stem}"]`, { timeout: 60_000 });
  await page.click('button[aria-label=Play]');
  const sounds = () => Number(document.querySelector('.transport')?.dataset.playedDbfs) > -12;
  await page.waitForFunction(sounds, null, { timeout: 30_000 });
  await lookAt(page, 'demo', pictures);
  await context.close();
}

/** Waits until the sound that the browser plays has a peak within 0.3 dB of a level, in dBFS. */
async function level(page, expected) {
  const within = (level) => Math.abs(Number(document.querySelector('.transport')?.dataset.playedDbfs) - level) < 0.3;
  const read = () => page.locator('.transport').getAttribute('data-played-dbfs');
  await page.waitForFunction(within, expected, { timeout: 30_000 }).catch(async () => {
    assert.fail(`the browser plays ${await read()} dBFS, not ${expected}`);
  });
}

/** Checks that a fader's field keeps what is not a level, gives the reason, and takes the next. */
async function refuses(page) {
  const field = page.locator('input[aria-label="Fader of one in dB"]');
  await field.fill('abc');
  await page.keyboard.press('Enter');
  assert.equal(await field.inputValue(), 'abc');
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  const reason = page.locator(`#${await field.getAttribute('aria-describedby')}`);
  assert.match(await reason.innerText(), /Type −119\.9 to \+60\.0, or off/);
  await lookAt(page, 'refused', pictures);
  await page.keyboard.press('Escape');
  assert.equal(await field.inputValue(), '−12.0');
  assert.ok(!(await reason.isVisible()));
}

/** Opens a report, and checks that its script runs: it reads out the figures under the pointer. */
async function reads(context, path) {
  const page = await context.newPage();
  page.on('console', (line) => line.type() === 'error' && trouble.push(`report: ${line.text()}`));
  await page.goto(new URL(path, address).href);
  await page.locator('.frame.time .area').first().hover();
  assert.match(await page.locator('#readout').innerText({ timeout: 5_000 }), /\d/);
  await page.close();
}

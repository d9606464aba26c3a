// The page in a real browser: upload, sound, a fader, a render, a download; and no finding of axe.
// Usage: node e2e/mix.e2e.js PROGRAM [FOLDER FOR PICTURES]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { tone } from './tone.js';

const [program, pictures] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
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
  const page = await context.newPage();
  page.on('console', (line) => line.type() === 'error' && trouble.push(line.text()));
  page.on('pageerror', (error) => trouble.push(String(error.stack)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(blob|data|ws:\/\/127)/.test(url)) trouble.push(`leaves the machine: ${url}`);
  });

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
  await look(browser, page.url(), 'mixer');

  await refuses(page);

  // The mixer plays on beside a render.
  await page.click('button[aria-label=Play]');
  await page.click('.top >> text=Render');
  await page.waitForSelector('text=The master is ready.', { timeout: 120_000 });
  await level(page, -32);
  await page.click('text=Play at its loudness');
  await level(page, -11);
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
  await look(browser, page.url(), 'result');
  await look(browser, `${address}/#/jobs`, 'jobs');
  await look(browser, `${address}/`, 'sessions');
  assert.deepEqual(trouble, []);
} finally {
  await browser.close();
  server.removeAllListeners('exit');
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
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
  await look(page, 'refused');
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

/** Checks a view by axe, light, dark and narrow, and takes a picture of each. */
async function look(browser, url, name) {
  const forms = { light: [1_440, 'light'], dark: [1_440, 'dark'], narrow: [400, 'light'] };
  for (const [form, [width, colorScheme]] of Object.entries(forms)) {
    const context = await browser.newContext({ viewport: { width, height: 1_000 }, colorScheme, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForTimeout(2_000);
    if (pictures) {
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${name}-${form}.png`), fullPage: true });
    }
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}, ${form}: too wide`);
    await page.addScriptTag({ content: axe });
    const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules }), rules);
    assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`), [], `${name}, ${form}`);
    // A label around two elements names the first alone, which axe does not notice.
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll('input, select, textarea')]
        .filter((field) => field.checkVisibility() && !field.labels.length && !field.ariaLabel)
        .map((field) => field.outerHTML),
    );
    assert.deepEqual(unnamed, [], `${name}, ${form}: without a name`);
    await context.close();
  }
}

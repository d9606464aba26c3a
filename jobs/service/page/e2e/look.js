// Checks of a view by axe, light, dark and narrow, with a picture of each.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const FORMS = { light: [1_440, 'light'], dark: [1_440, 'dark'], narrow: [400, 'light'] };

/** Checks an address in pages of its own, side by side. */
export async function look(browser, url, name, pictures) {
  const one = async ([form, [width, colorScheme]]) => {
    const context = await browser.newContext({ viewport: { width, height: 1_000 }, colorScheme });
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForTimeout(2_000);
    await check(page, name, form, pictures);
    await context.close();
  };
  await Promise.all(Object.entries(FORMS).map(one));
}

/** Checks a page as it stands. */
export async function lookAt(page, name, pictures) {
  const before = page.viewportSize();
  for (const [form, [width, colorScheme]] of Object.entries(FORMS)) {
    await page.setViewportSize({ width, height: 1_000 });
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(500);
    await check(page, name, form, pictures);
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: 'light' });
}

async function check(page, name, form, pictures) {
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}-${form}.png`), fullPage: true });
  }
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}, ${form}: too wide`);
  // Evaluated by the browser itself: the page's policy allows no other script.
  await page.evaluate(`${axe};0`);
  const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules }), rules);
  assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`), [], `${name}, ${form}`);
  // A label around two elements names the first alone, which axe does not notice.
  const unnamed = await page.evaluate(() =>
    [...document.querySelectorAll('input, select, textarea')]
      .filter((field) => field.checkVisibility() && !field.labels.length && !field.ariaLabel)
      .map((field) => field.outerHTML),
  );
  assert.deepEqual(unnamed, [], `${name}, ${form}: without a name`);
}

/**
 * `npm run screenshots [FOLDER] [NAME…]`: opens the album in Chromium with real photos (those of FOLDER, otherwise the
 * ones beside the checkout, otherwise the samples), visits each page of views.ts (or the named ones) in both themes, on
 * a phone and on a desktop, and writes the pictures of README and docs to docs/images. Exits with 1 if axe-core finds
 * something, or a page shows an error; the pictures are written nevertheless.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { breaches } from '../browser/axe.js';
import { openChromium } from '../browser/chromium.js';
import { type View, views } from './views.js';
import { openWorld, type World } from './world.js';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const sizes = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
];

/** Takes one picture; returns the problems of the page. */
async function take(browser: Browser, world: World, view: View, width: number, theme: 'light' | 'dark') {
  const context = await browser.newContext({
    viewport: sizes.find((size) => size.width === width)!,
    ...{ colorScheme: theme, reducedMotion: 'reduce', locale: 'en-GB', serviceWorkers: 'block' },
    ...(!view.visitor && { storageState: world.owner }),
  });
  context.setDefaultTimeout(120_000);
  try {
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(error.message));
    await page.goto(world.home.url + view.path(world));
    await view.ready(page);
    await page.waitForFunction(() =>
      [...document.images].every((image) => {
        const { left, top, width, height } = image.getBoundingClientRect();
        // Lazy images outside of the visible part may be unloaded.
        return image.complete || document.elementFromPoint(left + width / 2, top + height / 2) !== image;
      }),
    );
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    const name = `${view.name}-${width}-${theme}.webp`;
    const small = await sharp(picture).webp({ quality: 70, effort: 6 }).toBuffer();
    await writeFile(join(at('docs/images'), name), small);
    wrong.push(...(await breaches(page)));
    console.log(`${name}  ${Math.round(small.length / 1024)} KiB${wrong.map((what) => `\n  ${what}`).join('')}`);
    return wrong.length;
  } finally {
    await context.close();
  }
}

const args = process.argv.slice(2);
const named = views.filter(({ name }) => args.includes(name));
const folder = args.find((one) => !views.some(({ name }) => name === one));
const { browser, close } = await openChromium();
const world = await openWorld(browser, at('dist/web'), folder);
let wrong = 0;
try {
  await mkdir(at('docs/images'), { recursive: true });
  for (const view of named.length > 0 ? named : views)
    for (const { width } of sizes)
      for (const theme of ['light', 'dark'] as const) wrong += await take(browser, world, view, width, theme);
} finally {
  await world.close();
  await close();
}
process.exitCode = wrong > 0 ? 1 : 0;

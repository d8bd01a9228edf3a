/**
 * `npm run screenshots [FOLDER] [NAME…]`: opens the album in Chromium with real photos (those of FOLDER, otherwise the
 * ones beside the checkout, otherwise the samples), visits each page of views.ts (or the named ones) in both themes, on
 * a phone and on a desktop, and writes the pictures of README and docs to docs/images. `manifest` among the names, or no
 * name, also writes those of the manifest to web/public; they show the samples, which the package may contain. Exits
 * with 1 if axe-core finds something, or a page shows an error; the pictures are still written.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { openFiles } from '../../src/base/files.js';
import { placeSamples } from '../../src/ingest/samples/sample-photos.js';
import { breaches } from '../browser/axe.js';
import { openChromium } from '../browser/chromium.js';
import { type View, views } from './views.js';
import { openWorld, type World } from './world.js';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const sizes = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
];

/** The windows of the pictures in the manifest, and their scale: install dialogs show them small. */
const manifestSizes = {
  narrow: { width: 390, height: 844, scale: 1 },
  wide: { width: 1280, height: 800, scale: 0.75 },
};

interface Shot {
  view: View;
  size: { width: number; height: number; scale?: number };
  theme: 'light' | 'dark';
  /** The file, and its quality. */
  path: string;
  quality: number;
}

/** Takes one picture; returns the number of problems of the page. */
async function take(browser: Browser, world: World, { view, size, theme, path, quality }: Shot): Promise<number> {
  const context = await browser.newContext({
    viewport: size,
    deviceScaleFactor: size.scale ?? 1,
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
    const small = await sharp(picture).webp({ quality, effort: 6 }).toBuffer();
    await writeFile(at(path), small);
    wrong.push(...(await breaches(page)));
    console.log(`${path}  ${Math.round(small.length / 1024)} KiB${wrong.map((what) => `\n  ${what}`).join('')}`);
    return wrong.length;
  } finally {
    await context.close();
  }
}

/** The pictures of README and docs. */
async function takeDocs(browser: Browser, wanted: readonly View[], folder: string | undefined): Promise<number> {
  const world = await openWorld(browser, at('dist/web'), folder);
  let wrong = 0;
  try {
    await mkdir(at('docs/images'), { recursive: true });
    for (const view of wanted)
      for (const size of sizes)
        for (const theme of ['light', 'dark'] as const) {
          const path = `docs/images/${view.name}-${size.width}-${theme}.webp`;
          wrong += await take(browser, world, { view, size, theme, path, quality: 70 });
        }
  } finally {
    await world.close();
  }
  return wrong;
}

/** The pictures of the manifest. */
async function takeManifest(browser: Browser): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'samples-'));
  await placeSamples(folder, openFiles());
  const world = await openWorld(browser, at('dist/web'), folder);
  const view = views.find(({ name }) => name === 'album-page')!;
  const context = await browser.newContext({ storageState: world.owner });
  const data = { album: 'A day out', description: 'Mountains and dunes, the sea and the stars.' };
  await context.request.post(`${world.home.url}/api/albums/named`, { data });
  await context.close();
  let wrong = 0;
  try {
    for (const [form, size] of Object.entries(manifestSizes)) {
      const path = `web/public/screenshot-${form}.webp`;
      wrong += await take(browser, world, { view, size, theme: 'light', path, quality: 35 });
    }
  } finally {
    await world.close();
    await rm(folder, { recursive: true });
  }
  return wrong;
}

const args = process.argv.slice(2);
const named = views.filter(({ name }) => args.includes(name));
const [isManifest, isAll] = [args.includes('manifest'), named.length === 0];
const folder = args.find((one) => one !== 'manifest' && !views.some(({ name }) => name === one));
const { browser, close } = await openChromium();
let wrong = 0;
try {
  if (!isAll || !isManifest) wrong += await takeDocs(browser, isAll ? views : named, folder);
  if (isAll || isManifest) wrong += await takeManifest(browser);
} finally {
  await close();
}
process.exitCode = wrong > 0 ? 1 : 0;

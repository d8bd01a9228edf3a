/**
 * Is the page quick in a large library? Puts synthetic photos into a temporary library, serves them with the real server
 * and looks at them in a real browser: bytes of script, time to the first tiles, and the longest blank screen while it is
 * scrolled through from end to end. Prints a Markdown table. `npm run bench page [PHOTOS] [SCREENS A SECOND]`.
 */
/// <reference lib="dom" />
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { openArchive } from '../src/archive/archive.js';
import { openBlobs } from '../src/archive/blobs.js';
import { systemClock } from '../src/base/clock.js';
import { openFiles } from '../src/base/files.js';
import { silent } from '../src/base/log.js';
import { openSqlite } from '../src/base/sqlite.js';
import { openAccess } from '../src/access/access.js';
import { openCatalog } from '../src/catalog/catalog.js';
import { openLibrary } from '../src/library/library.js';
import { openExchange } from '../src/replication/exchange.js';
import { openServer, type Server } from '../src/server/app.js';
import { makeChanges } from '../src/server/changes.js';
import { idleStatus as nothing, type SpoolPort } from '../src/spool/port.js';
import { openChromium } from '../test/browser/chromium.js';
import { makePictures } from '../test/browser/pictures.js';
import { syntheticPhotos } from './synthetic.js';

export const title = 'the album page with 100,000 photos: script, first tiles, scrolling at 20 screens a second';

const seed = 11;
/** Documents in a transaction. */
const batch = 2_000;
const webRoot = fileURLToPath(new URL('../dist/web', import.meta.url));

/** Measures; the first argument is how many photos, the second how many screens a second to scroll. */
export async function run(args: string[]): Promise<void> {
  const count = Number(args[0] ?? 100_000);
  const speed = Number(args[1] ?? 20);
  const folder = await mkdtemp(join(tmpdir(), 'photospool-bench-'));
  const server = await openLarge(folder, count);
  const chromium = await openChromium();
  try {
    const version = chromium.browser.version();
    const page = await chromium.browser.newPage({ viewport: { width: 1440, height: 900 } });
    // Functions that go into the page were compiled for here: their names are kept by a helper that the page lacks.
    await page.addInitScript('globalThis.__name = (value) => value');
    await page.addInitScript(watchFirst);
    const firsts: First[] = [];
    for (let n = 0; n < 5; n++) firsts.push(await measureFirst(page, server.url));
    const scroll = await measureScroll(page, speed);
    print(count, speed, version, await scriptBytes(), firsts, scroll);
  } finally {
    await chromium.close();
    await server.close();
    await rm(folder, { recursive: true });
  }
}

/** A server on a library of synthetic photos. Their pictures are a handful of real ones, over and over. */
async function openLarge(folder: string, count: number): Promise<Server> {
  const pictures = await makePictures();
  for (const [i, { thumb, preview }] of pictures.entries()) {
    await writeFile(join(folder, `${i}.webp`), thumb);
    await writeFile(join(folder, `${i}.jpg`), preview);
  }
  const db = openSqlite(join(folder, 'library.db'));
  const catalog = openCatalog(db);
  const library = openLibrary(db, { index: (id, body, n) => catalog.index(id, body, n) });
  catalog.clear();
  const photos = [...syntheticPhotos(count, seed)];
  for (let done = 0; done < count; done += batch) {
    library.transaction(() => {
      for (const [k, { id, document }] of photos.slice(done, done + batch).entries()) {
        const { width, height, thumbhash } = pictures[k % pictures.length]!;
        const facts = { ...document.facts, width, height };
        const renditions = { ...document.renditions, thumbhash };
        library.update(id, () => ({ ...document, facts, renditions }));
      }
    });
  }
  catalog.finish();
  const changes = makeChanges();
  const onChange = (listener: () => void): (() => void) => changes.on(listener);
  const files = openFiles();
  const archive = await openArchive(join(folder, 'archive'), files);
  const blobs = await openBlobs(join(folder, 'blobs'), files);
  const rendition = (sha256: string): string =>
    join(folder, `${parseInt(sha256.slice(8, 14), 16) % pictures.length}.webp`);
  return openServer({
    library,
    catalog,
    access: openAccess(db, library),
    spool: stillSpool,
    blobs: { rendition, original: (path) => join(folder, path), discard: archive.discard },
    changes,
    databases: [],
    exchange: openExchange({ db, library, archive, blobs, files, clock: systemClock, onChange }),
    mesh: { status: () => [], on: () => () => undefined },
    samples: () => Promise.resolve(0),
    config: { host: '127.0.0.1', port: 0, role: 'home', webRoot, incoming: folder, version: 'bench' },
    log: silent,
    clock: systemClock,
  });
}

const refuse = (): Promise<never> => Promise.reject(new Error('the bench has no spool'));
const stillSpool: SpoolPort = {
  status: () => Promise.resolve(nothing),
  pass: refuse,
  retry: refuse,
  steps: () => [],
  place: refuse,
  uploads: { begin: refuse, find: refuse, append: refuse, finish: refuse, remove: refuse },
  on: () => () => undefined,
};

/** When the first tiles were painted, in ms since the navigation began: as ThumbHash, and as thumb. */
interface First {
  hash: number;
  thumb: number;
}

/** Runs in the page from its start: notes the frame after which the first tiles are on the screen. */
function watchFirst(): void {
  const first: Partial<First> = {};
  Object.assign(globalThis, { first });
  const look = (): void => {
    const now = performance.now();
    if (document.querySelector('a.tile canvas[width="32"], a.tile canvas[height="32"]')) first.hash ??= now;
    if (document.querySelector('a.tile img.shown')) first.thumb ??= now;
    if (first.thumb === undefined) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function measureFirst(page: Page, url: string): Promise<First> {
  await page.goto(url);
  await page.waitForSelector('a.tile img.shown');
  await page.waitForTimeout(300);
  return page.evaluate(() => (globalThis as unknown as { first: First }).first);
}

interface Scrolling {
  screens: number;
  seconds: number;
  frames: number;
  /** Frames that showed a place without ThumbHash or thumb. */
  blank: number;
  /** The longest time without a whole screen, ms. */
  longest: number;
  /** The most tiles that were in the document, and the largest heap, MiB. */
  tiles: number;
  heap: number;
}

/** Scrolls a screen at a time, by the clock, and looks at every frame what of the screen is blank. */
function measureScroll(page: Page, speed: number): Promise<Scrolling> {
  return page.evaluate(async (screens) => {
    const seen = { screens: 0, seconds: 0, frames: 0, blank: 0, longest: 0, tiles: 0, heap: 0 };
    const isBlank = (): boolean => {
      const onScreen = (element: Element): boolean => {
        const { top, bottom } = element.getBoundingClientRect();
        return bottom > 56 && top < innerHeight;
      };
      const tiles = [...document.querySelectorAll('a.tile')];
      seen.tiles = Math.max(seen.tiles, tiles.length);
      const shown = tiles.filter(onScreen);
      const painted = (tile: Element): boolean =>
        tile.querySelector('canvas')!.width <= 32 || tile.querySelector('img.shown') !== null;
      return shown.length === 0 || !shown.every(painted) || [...document.querySelectorAll('.ghost')].some(onScreen);
    };
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const start = performance.now();
    const end = (): boolean => scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    let whole = start;
    for (let done = false; !done;) {
      await frame();
      // After the frame's own callbacks, so that what is asked about is what it paints.
      await Promise.resolve();
      const now = performance.now();
      seen.frames++;
      if (isBlank()) {
        seen.blank++;
        seen.longest = Math.max(seen.longest, now - whole);
      } else whole = now;
      done = end();
      const due = Math.floor(((now - start) / 1000) * screens);
      if (due > seen.screens) {
        scrollBy(0, innerHeight * Math.min(2, due - seen.screens));
        seen.screens = due;
      }
      const { memory } = performance as unknown as { memory?: { usedJSHeapSize: number } };
      seen.heap = Math.max(seen.heap, (memory?.usedJSHeapSize ?? 0) / 2 ** 20);
    }
    seen.seconds = (performance.now() - start) / 1000;
    return seen;
  }, speed);
}

async function scriptBytes(): Promise<number> {
  const folder = join(webRoot, 'assets');
  let bytes = 0;
  for (const name of await readdir(folder)) if (name.endsWith('.js.gz')) bytes += (await stat(join(folder, name))).size;
  return bytes;
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

function print(
  count: number,
  speed: number,
  version: string,
  script: number,
  firsts: First[],
  scroll: Scrolling,
): void {
  const ms = (value: number): string => `${Math.round(value)} ms`;
  const n = (value: number): string => Math.round(value).toLocaleString('en');
  const rows = [
    ['script of the first view, gzip', `${(script / 1024).toFixed(1)} KiB`, '150 KiB'],
    ['first tiles painted as ThumbHash, median of 5', ms(middle(firsts.map(({ hash }) => hash))), '1,000 ms'],
    ['first thumb shown, median of 5', ms(middle(firsts.map(({ thumb }) => thumb))), ''],
    [`longest blank while scrolling ${speed} screens/s`, ms(scroll.longest), '300 ms'],
    ['frames with a blank place', `${n(scroll.blank)} of ${n(scroll.frames)}`, ''],
    ['screens, seconds', `${n(scroll.screens)}, ${n(scroll.seconds)}`, ''],
    ['most tiles in the document', n(scroll.tiles), ''],
    ['largest heap', `${n(scroll.heap)} MiB`, ''],
  ];
  console.log(`## Page: ${n(count)} photos\n`);
  console.log(
    `Node ${process.version}, Chromium ${version}, 1440 × 900, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}).\n`,
  );
  console.log('| | measured | bound |\n| --- | --- | --- |');
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}

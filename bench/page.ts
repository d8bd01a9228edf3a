/**
 * Is the page fast in a large library? Writes synthetic photos into a temporary library, serves them with the real
 * server and opens them in a real browser: bytes of script, time to the first tiles, the longest blank screen while
 * scrolling from end to end, the delay of keys, also while photos arrive, and the memory afterwards. Prints a Markdown
 * table. `npm run bench page [PHOTOS] [SCREENS A SECOND]`.
 */
/// <reference lib="dom" />
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { openChromium } from '../test/browser/chromium.js';
import { type Large, openLarge, webRoot } from './large.js';
import { percentile } from './timing.js';

export const title = 'the album page with 100,000 photos: script, first tiles, scrolling at 20 screens a second';

/**
 * How long keys are pressed while photos arrive (ms), at which interval, and how many photos arrive at which interval.
 */
const live = { lasts: 10_000, key: 50, photos: 5, every: 200 };

/** Measures; the first argument is the number of photos, the second the scroll speed in screens per second. */
export async function run(args: string[]): Promise<void> {
  const count = Number(args[0] ?? 100_000);
  const speed = Number(args[1] ?? 20);
  const folder = await mkdtemp(join(tmpdir(), 'photospool-bench-'));
  const large = await openLarge(folder, count);
  const chromium = await openChromium();
  try {
    const version = chromium.browser.version();
    const page = await chromium.browser.newPage({ viewport: { width: 1440, height: 900 } });
    // Functions compiled here keep their names with a helper that the page lacks.
    await page.addInitScript('globalThis.__name = (value) => value');
    await page.addInitScript(watchFirst);
    await page.addInitScript(watchKeys);
    const scripts = new Set<string>();
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.add(new URL(request.url()).pathname);
    });
    const firsts: First[] = [];
    for (let n = 0; n < 5; n++) firsts.push(await measureFirst(page, large.server.url));
    const script = await gzipped(scripts);
    const session = await page.context().newCDPSession(page);
    const before = await heapOf(session);
    const pressing = pressKeys(page);
    const scroll = await measureScroll(page, speed);
    const scrolling = await pressing.stop();
    const heap = { before, after: await heapOf(session) };
    const adding = await measureLive(page, large);
    print(count, speed, version, script, firsts, scroll, { scrolling, adding }, heap);
  } finally {
    await chromium.close();
    await large.server.close();
    await rm(folder, { recursive: true });
  }
}

/** When the first tiles were painted, in ms since the start of navigation: as ThumbHash, and as thumb. */
interface First {
  hash: number;
  thumb: number;
}

/** Runs in the page from its start: records the frame in which the first tiles are visible. */
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
  /** The longest time without a complete screen, ms. */
  longest: number;
  /** The maximum number of tiles in the document, and the largest heap, MiB. */
  tiles: number;
  heap: number;
}

/** Scrolls a screen at a time, by the clock, and checks in every frame which part of the screen is blank. */
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
      // After the frame's own callbacks, so that the check sees what is painted.
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

/** The bytes of scripts as the server sends them with gzip. */
async function gzipped(paths: ReadonlySet<string>): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += (await stat(join(webRoot, `${path}.gz`))).size;
  return bytes;
}

/** The memory of the page's own objects after a garbage collection, MiB. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

/** The delays of keys, and the longest task of the page; ms. */
interface Waits {
  delays: number[];
  busy: number;
}

/**
 * Runs in the page from its start: records the delay of each key (Event Timing), and each task of the page longer than
 * 50 ms (Long Tasks), which distinguishes waiting for the page from waiting for a core.
 */
function watchKeys(): void {
  const delays: number[] = [];
  const tasks: number[] = [];
  Object.assign(globalThis, { delays, tasks });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  }).observe({ type: 'longtask' });
  addEventListener('keydown', (event) => delays.push(performance.now() - event.timeStamp), true);
}

/** Presses a key without effect repeatedly; `stop` returns the result since the last call. */
function pressKeys(page: Page): { stop(): Promise<Waits> } {
  let on = true;
  const pressing = (async () => {
    while (on) {
      await page.keyboard.press('Shift');
      await page.waitForTimeout(live.key);
    }
  })();
  return {
    async stop() {
      on = false;
      await pressing;
      return page.evaluate(() => {
        const { delays, tasks } = globalThis as unknown as { delays: number[]; tasks: number[] };
        return { delays: delays.splice(0), busy: Math.max(0, ...tasks.splice(0)) };
      });
    },
  };
}

/** Presses keys at the top of the timeline while photos arrive there. */
async function measureLive(page: Page, large: Large): Promise<Waits> {
  await page.evaluate('scrollTo(0, 0)');
  await page.waitForSelector('a.tile img.shown');
  const pressing = pressKeys(page);
  const end = performance.now() + live.lasts;
  while (performance.now() < end) {
    large.add(live.photos);
    await page.waitForTimeout(live.every);
  }
  return pressing.stop();
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

function print(
  count: number,
  speed: number,
  version: string,
  script: number,
  firsts: First[],
  scroll: Scrolling,
  waits: { scrolling: Waits; adding: Waits },
  heap: { before: number; after: number },
): void {
  const ms = (value: number): string => `${Math.round(value)} ms`;
  const n = (value: number): string => Math.round(value).toLocaleString('en');
  const worst = ({ delays, busy }: Waits): string =>
    `${ms(Math.max(...delays))} (99 % of ${n(delays.length)} keys below ${ms(percentile(delays, 0.99))}; longest task of the page ${ms(busy)})`;
  const rows = [
    ['script that the timeline loads, gzip', `${(script / 1024).toFixed(1)} KiB`, '110 KiB'],
    ['first tiles painted as ThumbHash, median of 5', ms(middle(firsts.map(({ hash }) => hash))), '500 ms'],
    ['first thumb shown, median of 5', ms(middle(firsts.map(({ thumb }) => thumb))), ''],
    [`longest blank while scrolling ${speed} screens/s`, ms(scroll.longest), '300 ms'],
    ['frames with a blank place', `${n(scroll.blank)} of ${n(scroll.frames)}`, ''],
    ['screens, seconds', `${n(scroll.screens)}, ${n(scroll.seconds)}`, ''],
    ['most tiles in the document', n(scroll.tiles), ''],
    ['longest wait of a key while scrolling', worst(waits.scrolling), '100 ms'],
    ['longest wait of a key while 25 photos/s come in', worst(waits.adding), '100 ms'],
    ['largest heap while scrolling', `${n(scroll.heap)} MiB`, ''],
    ['heap before, and after all passed by (collected)', `${n(heap.before)}, ${n(heap.after)} MiB`, ''],
  ];
  console.log(`## Page: ${n(count)} photos\n`);
  console.log(
    `Node ${process.version}, Chromium ${version}, 1440 × 900, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}).\n`,
  );
  console.log('| | measured | bound |\n| --- | --- | --- |');
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}

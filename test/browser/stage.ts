/// <reference lib="dom" />
/**
 * The stage of browser tests: the built page, a fixture behind it, and a browser that records everything that must not
 * happen (errors, policy violations, requests to other hosts).
 */
import { setTimeout } from 'node:timers/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import { launchPrepared } from './chromium.js';
import { type Fixture, type FixturePhoto, openFixture } from './fixture.js';
import { drawn } from './painted.js';
import { type FixturePicture, loadPictures } from './pictures.js';

export { drawn, opened, shown } from './painted.js';

/** An open page. `mishaps` must stay empty. */
export interface Seen {
  page: Page;
  mishaps: string[];
  close(): Promise<void>;
}

export interface Stage {
  pictures: FixturePicture[];
  /** The address of the built page. */
  folder: string;
  /** A fixture with these photos; closed with the stage. */
  fixture(photos?: FixturePhoto[]): Promise<Fixture>;
  /**
   * Opens an empty window for pages of the server of `url`, in a fresh browser profile. `expected` are mishaps that this
   * test causes. Only a `newcomer` has not dismissed the steps that follow the first photos.
   */
  open(url: string, options?: BrowserContextOptions, expected?: RegExp, newcomer?: boolean): Promise<Seen>;
  /** Opens an address in such a window. */
  see(url: string, options?: BrowserContextOptions, expected?: RegExp, newcomer?: boolean): Promise<Seen>;
  close(): Promise<void>;
}

/**
 * The browser of this process, for all its files, one after the other. One for all processes would cost more: each call
 * would pass through the process that started it.
 */
let running: Promise<Browser> | undefined;

/** A file's windows in the browser of its process; `close` closes them. */
export interface Windows {
  newContext(options: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Starts the browser of this process, unless it runs already. */
export async function joinChromium(): Promise<Windows> {
  const browser = await (running ??= start());
  const contexts: BrowserContext[] = [];
  return {
    async newContext(options) {
      const context = await browser.newContext(options);
      contexts.push(context);
      return context;
    },
    async close() {
      await Promise.all(contexts.map((context) => context.close()));
    },
  };
}

/** A browser that crashes, or does not start, only affects its file. */
async function start(): Promise<Browser> {
  const forget = (): void => void (running = undefined);
  try {
    return (await launchPrepared(inject('chromium'))).once('disconnected', forget);
  } catch (error) {
    forget();
    throw error;
  }
}

/** The page, pictures and browser prepared by `ground.ts`. */
export async function openStage(): Promise<Stage> {
  const folder = inject('page');
  const [browser, pictures] = await Promise.all([joinChromium(), loadPictures(inject('pictures'))]);
  const fixtures: Fixture[] = [];
  const stage: Stage = {
    pictures,
    folder,
    async fixture(photos = []) {
      const fixture = await openFixture(folder, photos);
      fixtures.push(fixture);
      return fixture;
    },
    async open(url, options = {}, expected, newcomer = false) {
      const size = { width: 1440, height: 900 };
      const context = await browser.newContext({
        viewport: size,
        locale: 'en-GB',
        serviceWorkers: 'block',
        ...options,
      });
      // Waiting may take long on a busy machine.
      context.setDefaultTimeout(45_000);
      if (!newcomer) await context.addInitScript(dismissSteps);
      if (slow !== undefined) await slowDown(context, slow);
      const page = await context.newPage();
      const mishaps = watch(page, url, expected);
      return { page, mishaps, close: () => context.close() };
    },
    async see(url, ...how) {
      const seen = await stage.open(url, ...how);
      await seen.page.goto(url);
      return seen;
    },
    async close() {
      await browser.close();
      for (const fixture of fixtures) await fixture.close();
    },
  };
  return stage;
}

/** `$PHOTOSPOOL_SLOW_PAGES`, as 100-900: how long each request of a page's code waits, ms. Finds tests and pages that race. */
const slow = process.env['PHOTOSPOOL_SLOW_PAGES'];

async function slowDown(context: BrowserContext, range: string): Promise<void> {
  const [least, most] = range.split('-').map(Number) as [number, number];
  await context.route('**/api/**', async (route) => {
    if (['fetch', 'xhr'].includes(route.request().resourceType()))
      await setTimeout(least + Math.random() * (most - least));
    // Its page may be closed by now.
    await route.fallback().catch(() => undefined);
  });
}

/** Runs in each page and frame before its scripts. An empty one (about:blank) has no storage. */
function dismissSteps(): void {
  if (!location.protocol.startsWith('http')) return;
  for (const step of ['account', 'family']) localStorage.setItem(`photospool.step.${step}`, 'dismissed');
}

/** Tests the open page in both themes: opening it twice would cost more, with the same result. */
export async function inBothThemes(page: Page, look: (theme: 'light' | 'dark') => Promise<void>): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await look(colorScheme);
  }
}

/** Moves the mouse over the photo view, so that its bars are visible. */
export async function wake(page: Page): Promise<void> {
  await page.mouse.move(40, 300);
  await page.mouse.move(60, 320);
}

/** Opens the menu of the photo view with the actions that have no separate button. */
export async function openMore(page: Page): Promise<void> {
  await wake(page);
  await page.getByRole('toolbar', { name: 'Photo actions' }).getByRole('button', { name: 'More' }).click();
  await page.locator('ul.menu').waitFor();
}

/** An action in the menu of the selection bar, which it opens. */
export async function inSelectionMenu(page: Page, name: string): Promise<Locator> {
  const toolbar = page.getByRole('toolbar', { name: 'Actions for selected photos' });
  await toolbar.getByRole('button', { name: 'More', exact: true }).click();
  return toolbar.getByRole('menuitem', { name, exact: true });
}

function watch(page: Page, url: string, expected: RegExp | undefined): string[] {
  const mishaps: string[] = [];
  const origin = new URL(url).origin;
  const note = (what: string, where = ''): void => {
    // Only upload tests allow the service worker; and only tests read a canvas back, never the page.
    const ours = /^(?:Service Worker registration blocked by Playwright$|Canvas2D: Multiple readback operations)/;
    if (!ours.test(what) && !expected?.test(what)) mishaps.push(where === '' ? what : `${what} (${where})`);
  };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(message.text(), message.location().url);
  });
  page.on('pageerror', (error) => note(error.message));
  page.on('dialog', (dialog) => {
    note(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin)
      note(`request: ${request.url()}`);
  });
  return mishaps;
}

/** A visible tile. */
export interface SeenTile {
  id: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** True if a part of the photo is painted: its ThumbHash or its thumb. */
  painted: boolean;
}

/** The tiles in the document, in order. */
export const seenTiles = (page: Page): Promise<SeenTile[]> =>
  page.$$eval('a.tile', (tiles) =>
    tiles.map((tile) => {
      const { left, right, top, bottom } = tile.getBoundingClientRect();
      const canvas = tile.querySelector('canvas');
      const painted = (canvas !== null && canvas.width <= 32) || tile.querySelector('img.shown') !== null;
      return { id: (tile as HTMLElement).dataset['id'] ?? '', left, right, top, bottom, painted };
    }),
  );

/** The rows of tiles, from top to bottom. */
export function rowsOf(tiles: readonly SeenTile[]): SeenTile[][] {
  const rows = new Map<number, SeenTile[]>();
  for (const tile of tiles) rows.set(tile.top, [...(rows.get(tile.top) ?? []), tile]);
  return [...rows.values()];
}

/** Scrolls the timeline; resolves when it has stopped there, by its own record, and is drawn. */
export async function scrollAndRest(page: Page, to: number): Promise<void> {
  const before = await page.evaluate(placeKept);
  await page.evaluate((y) => scrollTo(0, y), to);
  await expect.poll(() => page.evaluate(placeKept)).not.toEqual(before);
  await drawn(page);
}

/** Runs in the page: its stored position. */
export const placeKept = (): unknown => (history.state as { place?: unknown } | null)?.place;

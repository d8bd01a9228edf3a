/// <reference lib="dom" />
/**
 * What a browser test stands on: the built page, a fixture behind it, and a browser that notes everything that must not
 * happen (errors, breaches of the policy, requests to anyone else).
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { openChromium } from './chromium.js';
import { type Fixture, type FixturePhoto, openFixture } from './fixture.js';
import { type FixturePicture, makePictures } from './pictures.js';

/** A page that is looked at. `mishaps` must stay empty. */
export interface Seen {
  page: Page;
  mishaps: string[];
  close(): Promise<void>;
}

export interface Stage {
  pictures: FixturePicture[];
  /** Where the built page is. */
  folder: string;
  /** A fixture with these photos; closed with the stage. */
  fixture(photos?: FixturePhoto[]): Promise<Fixture>;
  /** A fresh browser profile on an address. `expect` are mishaps that this test provokes. */
  see(url: string, options?: BrowserContextOptions, expected?: RegExp): Promise<Seen>;
  close(): Promise<void>;
}

const config = fileURLToPath(new URL('../../web/vite.config.ts', import.meta.url));

/** Builds the page into a folder of its own, so that what is tested is what is in `web`. */
async function buildPage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'photospool-page-'));
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  await build({ configFile: config, logLevel: 'error', build: { outDir: folder } });
  process.env['NODE_ENV'] = before;
  if (!existsSync(join(folder, 'index.html'))) throw new Error('the page was not built');
  return folder;
}

/** Builds the page and starts a browser. */
export async function openStage(): Promise<Stage> {
  const [folder, chromium, pictures] = await Promise.all([buildPage(), openChromium(), makePictures()]);
  const fixtures: Fixture[] = [];
  return {
    pictures,
    folder,
    async fixture(photos = []) {
      const fixture = await openFixture(folder, photos);
      fixtures.push(fixture);
      return fixture;
    },
    async see(url, options = {}, expected) {
      const size = { width: 1440, height: 900 };
      const context = await chromium.browser.newContext({
        viewport: size,
        locale: 'en-GB',
        serviceWorkers: 'block',
        ...options,
      });
      const page = await context.newPage();
      const mishaps = watch(page, url, expected);
      await page.goto(url);
      return { page, mishaps, close: () => context.close() };
    },
    async close() {
      await chromium.close();
      for (const fixture of fixtures) await fixture.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function watch(page: Page, url: string, expected: RegExp | undefined): string[] {
  const mishaps: string[] = [];
  const origin = new URL(url).origin;
  const note = (what: string, where = ''): void => {
    // Only the tests of uploads let the service worker in.
    if (what !== 'Service Worker registration blocked by Playwright' && !expected?.test(what))
      mishaps.push(where === '' ? what : `${what} (${where})`);
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

/** A tile as it is on the screen. */
export interface SeenTile {
  id: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** True where something of the photo is painted: its ThumbHash or its thumb. */
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

/** Resolves when at least one thumb is shown. */
export async function shown(page: Page): Promise<void> {
  await page.waitForSelector('a.tile img.shown');
}

/** Resolves when the page has drawn what it is told so far, and no photo on the screen is still to come. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(() => document.querySelector('.ghost') === null);
}

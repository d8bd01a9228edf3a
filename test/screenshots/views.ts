/**
 * The list of screenshots: one entry per page. Each is taken in both themes, on a phone and on a desktop, checked by
 * axe-core, and written to docs/images. To add a page, add an entry here, and its data in world.ts.
 */
import type { Page } from 'playwright-core';
import { drawn, shown } from '../browser/painted.js';
import type { World } from './world.js';

/** A page to take pictures of. */
export interface View {
  /** The picture's name: `<name>-<width>-<theme>.webp`. */
  name: string;
  path: (world: World) => string;
  /** Seen by a visitor without an account; otherwise by the owner. */
  visitor?: true;
  /** Resolves when everything in the picture is loaded. */
  ready: (page: Page) => Promise<unknown>;
}

const rows = (list: string) => (page: Page) => page.locator(`[data-list="${list}"] li`).first().waitFor();

/** The timeline, with everything visible loaded. */
async function timeline(page: Page): Promise<void> {
  await shown(page);
  await drawn(page);
  await page.waitForFunction(() =>
    [...document.querySelectorAll('a.tile')]
      .filter((tile) => tile.getBoundingClientRect().top < innerHeight)
      .every((tile) => tile.querySelector('img.shown')),
  );
}

/** All covers in the window are loaded: they are below their names. */
const covers = (page: Page): Promise<unknown> =>
  page.waitForFunction(() =>
    [...document.querySelectorAll('main img')]
      .filter((image) => image.getBoundingClientRect().top < innerHeight)
      .every((image) => (image as HTMLImageElement).naturalWidth > 0),
  );

const photo = (page: Page): Promise<unknown> => page.waitForSelector('.picture[aria-hidden="false"] img.shown');

export const views: readonly View[] = [
  { name: 'album', path: ({ month }) => `/?at=${month}`, ready: timeline },
  {
    name: 'photo',
    path: ({ photo: id }) => `/photo/${id}`,
    async ready(page) {
      await photo(page);
      await page.keyboard.press('i');
      await page.waitForSelector('[data-list="comments"] li');
    },
  },
  {
    name: 'editor',
    path: ({ photo: id }) => `/photo/${id}`,
    async ready(page) {
      await photo(page);
      await page.getByRole('button', { name: 'Edit photo' }).click();
      await page.locator('.crop').waitFor();
    },
  },
  { name: 'inbox', path: () => '/review', ready: (page) => page.waitForSelector('main img') },
  {
    name: 'search',
    path: () => '/?q=tag:walk',
    async ready(page) {
      await timeline(page);
      await page.keyboard.press('/');
      await page.keyboard.press('End');
      await page.keyboard.type(' camera:');
      await page.locator('[role="listbox"] [role="option"]').first().waitFor();
    },
  },
  {
    name: 'duplicates',
    path: () => '/duplicates',
    // The server hashes the photos when the page is opened for the first time.
    ready: (page) => page.locator('[data-list="duplicates"] > section img').first().waitFor(),
  },
  { name: 'places', path: () => '/places', ready: (page) => page.locator('li[data-size] a img').first().waitFor() },
  {
    name: 'servers',
    path: () => '/settings/servers',
    ready: (page) => page.waitForSelector('[data-part="mesh"] .node[data-look="live"]'),
  },
  { name: 'spool', path: () => '/settings/import', ready: rows('stuck') },
  { name: 'people', path: () => '/settings/family', ready: rows('people') },
  { name: 'sharing', path: () => '/sharing', ready: rows('shares') },
  {
    name: 'explore',
    path: () => '/explore',
    async ready(page) {
      await page.getByRole('region', { name: 'Places' }).locator('img').first().waitFor();
      await covers(page);
    },
  },
  { name: 'albums', path: () => '/albums', ready: rows('albums') },
  { name: 'album-page', path: () => '/albums/A%20day%20out', ready: timeline },
  {
    name: 'share',
    path: () => '/albums/A%20day%20out',
    async ready(page) {
      await timeline(page);
      await page.getByRole('button', { name: 'Share' }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: /link/i }).first().waitFor();
      await covers(page);
    },
  },
  { name: 'trash', path: () => '/trash', ready: timeline },
  {
    name: 'activity',
    path: () => '/',
    async ready(page) {
      await timeline(page);
      const bell = page.getByRole('button', { name: /^Activity/ });
      if (await bell.isVisible()) await bell.click();
      else await page.goto(new URL('/activity', page.url()).href);
      await page.locator('[data-list="activity"]').getByText(/need/).waitFor();
    },
  },
  { name: 'storage', path: () => '/settings/library', ready: (page) => page.getByText('Largest files').waitFor() },
  { name: 'link', path: ({ link }) => link, visitor: true, ready: timeline },
  { name: 'public', path: () => '/', visitor: true, ready: timeline },
];

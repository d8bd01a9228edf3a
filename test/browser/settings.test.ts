/** The settings in a real browser: appearance, which belongs to the browser; and how the sections are reached. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { change, fill } from './fill.js';
import { makePhotos } from './fixture.js';
import { openServedHome } from './home.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

test('a chosen theme, first view and size of photos are kept, and the theme is there before the first paint', async () => {
  const fixture = await stage.fixture(makePhotos(60, stage.pictures));
  const { page, mishaps, close } = await stage.see(`${fixture.url}/settings/appearance`, { colorScheme: 'light' });
  onTestFinished(close);
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.getByRole('radio', { name: 'Dark' }).check();
  expect(await background()).toBe('rgb(17, 17, 17)');
  await page.getByRole('radio', { name: 'Months' }).check();
  await page.getByRole('radio', { name: 'Small' }).check();
  expect(await page.evaluate(() => localStorage.getItem('photospool.rows'))).toBe('2');
  // Without the app's own script, whatever draws first has the theme.
  await page.route(/\/assets\/index-/, (route) => route.abort());
  await page.goto(fixture.url);
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  await page.unroute(/\/assets\/index-/);
  mishaps.length = 0;
  await page.goto(fixture.url);
  await page.getByRole('link', { name: 'Days' }).waitFor();
  expect(await background()).toBe('rgb(17, 17, 17)');
  expect(new URL(page.url()).search).toBe('?by=month');
  await page.getByRole('link', { name: 'Days' }).click();
  await shown(page);
  await page.reload();
  await shown(page);
  await page.goto(`${fixture.url}/settings/appearance`);
  await page.getByRole('radio', { name: 'System' }).check();
  expect(await background()).toBe('rgb(255, 255, 255)');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background()).toBe('rgb(17, 17, 17)');
  expect(mishaps).toEqual([]);
});

/** What the menu of the installed app opens. */
interface Shortcut {
  name: string;
  url: string;
}

test('on a phone the list of sections is a page of its own; every address has its title and its page', async () => {
  const fixture = await stage.fixture(makePhotos(20, stage.pictures));
  const { page, mishaps, close } = await stage.see(`${fixture.url}/settings`, {
    viewport: { width: 390, height: 844 },
  });
  onTestFinished(close);
  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.waitForSelector('h1:text("Appearance")');
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.waitForSelector('h1:text("Settings")');
  await page.goBack();
  await page.waitForSelector('h1:text("Appearance")');
  await page.setViewportSize({ width: 1440, height: 900 });
  const shortcuts = await page.evaluate(async () => {
    const manifest = (await (await fetch('/manifest.webmanifest')).json()) as Record<'shortcuts', Shortcut[]>;
    return manifest.shortcuts;
  });
  expect(shortcuts.map(({ name }) => name)).toEqual(['Favourites', 'Albums', 'Sharing', 'Activity']);
  for (const [old, path, title] of [
    ...shortcuts.map(({ name, url }) => [url, url, name] as const),
    ['/spool?x=1', '/settings/import?x=1', 'Import'],
    ['/people', '/settings/family', 'Family'],
    ['/access', '/settings/sharing', 'Access and sharing'],
    ['/health', '/settings/servers', 'Servers'],
    ['/shares', '/sharing', 'Sharing'],
    ['/cameras', '/explore/cameras', 'Cameras'],
    ['/trash/', '/trash/', 'Trash'],
    ['/?q=is:trashed', '/trash', 'Trash'],
    ['/?q=is%3Afavourite&by=month', '/favourites?by=month', 'Favourites'],
    ['/videos', '/videos', 'Videos'],
    ['/settings/nothing', '/settings/nothing', 'Page not found'],
  ] as const) {
    await page.goto(fixture.url + old);
    await expect.poll(() => page.title(), { message: old }).toBe(`${title} – Photospool`);
    expect(page.url()).toBe(fixture.url + path);
  }
  expect(mishaps).toEqual([]);
});

test('a wide window has the list and the section in the middle', async () => {
  const fixture = await stage.fixture(makePhotos(3, stage.pictures));
  const options = { viewport: { width: 2560, height: 1300 } };
  const { page, mishaps, close } = await stage.see(`${fixture.url}/settings/appearance`, options);
  await page.getByRole('heading', { name: 'Appearance', level: 1 }).waitFor();
  const [rail, list, section] = await page.evaluate(() =>
    ['[data-list="navigation"]', '[data-list="sections"]', '.page main'].map((one) => {
      const { left, right, width } = document.querySelector(one)!.getBoundingClientRect();
      return { left, right, width };
    }),
  );
  expect(section!.width).toBe(960);
  expect(Math.abs(list!.left - rail!.right - (2560 - section!.right))).toBeLessThan(60);
  expect(mishaps).toEqual([]);
  await close();
});

test('the storage says on which servers the photos are, and what could be tidied up', async () => {
  const home = await openServedHome(stage.folder);
  onTestFinished(() => home.close());
  const ids = await fill(home, stage.pictures, 6, {
    originals: 6,
    tell: (n) => ({ facts: n < 2 ? { gps: { lat: 39.11, lon: -108.35 } } : n === 2 ? { taken: '' } : {} }),
  });
  await change(home, { ids: ids.slice(4), trashed: true });
  const { page, mishaps, close } = await stage.see(`${home.url}/settings/library`);
  onTestFinished(close);
  // The words of the rail, in the same order.
  const rail = page.getByRole('navigation').getByRole('link', { name: / used, .* free$/ });
  expect(await page.locator('[data-part="storage"] b').first().innerText()).toBe(await rail.innerText());
  const copies = page.locator('section', { has: page.locator('[data-list="copies"]') });
  await copies.getByText('Your photos are only on this server.').waitFor();
  expect(await copies.getByRole('link').innerText()).toBe('Connect a second server');
  const tidy = page.locator('[data-list="tidy"]');
  await tidy.getByText('None found').or(tidy.getByText(/group/)).waitFor();
  await expect
    .poll(() => tidy.innerText())
    .toMatch(/Without a date\n1 photo[^]*Without a location\n2 photos[^]*Trash\n2 items, /);

  // Another server that lacks two files.
  await page.route('**/api/peers', async (route) => {
    const response = await route.fetch();
    const mesh = (await response.json()) as object;
    const none = { count: 0, bytes: 0 };
    const peer = {
      ...{ url: 'https://attic.example', publish: false, originals: 'all', state: 'live', refused: [] },
      ...{ since: '2026-01-01T10:00:00.000Z', opened: '2026-01-01T10:00:00.000Z' },
      ...{ pull: { sent: 0 }, push: { sent: 0 }, blobs: { fetched: none, brought: none } },
      missing: { count: 2, bytes: 3000 },
    };
    await route.fulfill({ response, json: { ...mesh, peers: [peer] } });
  });
  await page.reload();
  await copies.getByText('attic.example').waitFor();
  await copies.getByText('2 files missing').waitFor();
  await copies.getByText('Your photos are stored on these servers.').waitFor();
  await tidy.getByRole('link', { name: 'Show photos: Without a location' }).click();
  await page.waitForSelector('main[data-count="2"]');
  await page.goBack();
  await tidy.getByRole('link', { name: 'Show photos: Without a date' }).click();
  await page.waitForSelector('main[data-count="1"]');
  await page.getByRole('heading', { name: 'Without a date' }).waitFor();
  expect(mishaps).toEqual([]);
});

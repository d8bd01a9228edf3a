/** The settings in a real browser: appearance, which belongs to the browser; and how the sections are reached. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makePhotos } from './fixture.js';
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
    ['/videos', '/videos', 'Videos'],
    ['/settings/nothing', '/settings/nothing', 'Page not found'],
  ] as const) {
    await page.goto(fixture.url + old);
    await expect.poll(() => page.title(), { message: old }).toBe(`${title} – Photospool`);
    expect(page.url()).toBe(fixture.url + path);
  }
  expect(mishaps).toEqual([]);
});

/** Search in a real browser, on a real home: completion of keys and values, and the message when nothing is found. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { breaches } from './axe.js';
import { fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { opened, openStage, seenTiles, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(() => home.close());

async function open(options = {}) {
  home = await openServedHome(stage.folder);
  const tell = (n: number) => ({
    facts: {
      tags: n < 4 ? ['two words'] : ['beach'],
      place: { city: 'Palisade', region: 'Colorado', country: 'US' },
      ...(n < 2 && { lens: 'Pixel 7 front camera 2.74mm f/2.2' }),
    },
  });
  await fill(home, stage.pictures, 12, { tell });
  const seen = await stage.see(home.url, options);
  await shown(seen.page);
  return seen;
}

test('completes keys and values, with keys and with the mouse', async () => {
  const { page, mishaps, close } = await open();
  await page.keyboard.press('/');
  const field = page.getByRole('combobox');
  const options = page.getByRole('option');
  await page.keyboard.type('ta');
  await expect.poll(() => options.count()).toBeGreaterThan(1);
  expect(await options.first().innerText()).toContain('tag:');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => field.inputValue()).toBe('tag:');
  await expect.poll(() => options.count()).toBe(2);
  await page.keyboard.type('tw');
  await expect.poll(() => options.count()).toBe(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('main[data-count="4"]');
  expect(new URL(page.url()).searchParams.get('q')).toBe('tag:"two words"');
  await page.goBack();
  await page.waitForSelector('main[data-count="12"]');
  await field.fill('pali');
  await options.filter({ hasText: 'Palisade, Colorado, United States' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('place:="Palisade, Colorado, United States"');
  await page.waitForSelector('main[data-count="12"]');
  expect(mishaps).toEqual([]);
  await close();
});

test('the field opens to tiles; they add terms, Backspace removes the last, the button shows the photos', async () => {
  const { page, mishaps, close } = await open();
  const field = page.getByRole('combobox');
  const tile = (name: string) => page.getByRole('button', { name, exact: true });
  const panel = page.locator('form .panel');
  // Mere focus opens nothing.
  await field.focus();
  await page.keyboard.press('Tab');
  expect(await panel.count()).toBe(0);
  await field.click();
  await tile('Palisade, 12 photos').waitFor();
  await expect.poll(() => panel.locator('.cover img').count()).toBe(3);
  expect(await breaches(page)).toEqual([]);
  await tile('Palisade, 12 photos').click();
  await tile('2024, 12 photos').click();
  await tile('Show 12 photos').waitFor();
  await page.keyboard.press('Backspace');
  await expect.poll(() => page.locator('form .term').allInnerTexts()).toEqual(['Palisade']);
  await page.getByRole('button', { name: 'Favourites' }).click();
  await page.waitForSelector('text=No photos match all of these');
  await page.keyboard.press('Backspace');
  await page.getByRole('button', { name: 'Pick dates' }).click();
  await tile('July 2024').click();
  await page.getByRole('button', { name: /^Saturday,? 20 July 2024$/ }).click();
  await page.getByRole('button', { name: /^Friday,? 19 July 2024$/ }).click();
  await page.getByRole('button', { name: /^Add 19 Jul 2024 – 20 Jul 2024$/ }).click();
  await tile('Show 12 photos').click();
  const q = 'place:="Palisade, Colorado, United States" taken:2024-07-19..2024-07-20';
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe(q);
  await page.getByRole('heading', { name: 'Palisade, 19 Jul 2024 – 20 Jul 2024' }).waitFor();
  await panel.waitFor({ state: 'detached' });
  // The text is there for who wants it; Escape takes back what was not searched.
  await field.click();
  await page.getByRole('button', { name: /^Edit as text/ }).click();
  await expect.poll(() => field.inputValue()).toBe(q);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('form .term').count()).toBe(2);
  await page.getByRole('button', { name: 'Clear search' }).click();
  await page.waitForSelector('main[data-count="12"]');
  await field.click();
  await page
    .getByRole('region', { name: 'Recent searches' })
    .getByRole('button', { name: /^Palisade/ })
    .click();
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe(q);
  expect(mishaps).toEqual([]);
  await close();
});

test('Explore shows places, years and media types with covers; each links to its photos', async () => {
  const { page, mishaps, close } = await open();
  await page.goto(`${home.url}/explore`);
  const places = page.getByRole('region', { name: 'Places' });
  const tile = places.getByRole('link', { name: 'Palisade, 12 photos' });
  await expect
    .poll(() => tile.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  expect(await page.getByRole('region', { name: 'Years' }).getByRole('link').count()).toBeGreaterThan(0);
  // With one holder there is nothing to choose.
  expect(await page.getByRole('region', { name: 'People' }).count()).toBe(0);
  expect(await breaches(page)).toEqual([]);
  await tile.click();
  await page.waitForSelector('main[data-count="12"]');
  expect(new URL(page.url()).searchParams.get('q')).toBe('place:="Palisade, Colorado, United States"');
  await page.goBack();
  await tile.waitFor();
  await page.getByRole('region', { name: 'Media types' }).getByRole('link', { name: 'Selfies, 2 photos' }).click();
  await page.waitForSelector('main[data-count="2"]');
  expect(new URL(page.url()).searchParams.get('q')).toBe('is:selfie');
  await page.getByRole('heading', { name: 'Selfies' }).waitFor();
  expect(mishaps).toEqual([]);
  await close();
});

test('Explore leads to what was added recently, the last day first', async () => {
  home = await openServedHome(stage.folder);
  const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
  const arrived: Partial<Record<number, string>> = { 1: ago(3), 5: ago(1), 7: ago(1), 9: ago(2) };
  const ids = await fill(home, stage.pictures, 12, {
    tell: (n) => ({ ...(arrived[n] !== undefined && { added: arrived[n] }) }),
  });
  const { page, mishaps, close } = await stage.see(`${home.url}/explore`);
  await page.getByRole('link', { name: 'Recently added' }).click();
  await page.waitForSelector('main[data-count="4"]');
  await page.getByRole('heading', { name: 'Recently added' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/recent');
  const order = [5, 7, 9, 1].map((n) => ids[n]!);
  await expect.poll(async () => (await seenTiles(page)).map(({ id }) => id)).toEqual(order);
  // Through the photos in the same order; and the page hears of new ones.
  await page.locator(`a.tile[data-id="${order[1]}"]`).click();
  await opened(page);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.url()).toContain(`/photo/${order[2]}`);
  await page.keyboard.press('Escape');
  const [last] = await fill(home, stage.pictures, 1, { original: 'later', added: ago(0) });
  await expect.poll(async () => (await seenTiles(page)).map(({ id }) => id)).toEqual([last, ...order]);
  expect(await breaches(page)).toEqual([]);
  expect(mishaps).toEqual([]);
  await close();
});

test('without results says why, and suggests terms to drop', async () => {
  const { page, mishaps, close } = await open();
  await page.goto(`${home.url}/?q=${encodeURIComponent('tag:beach tag:"two words"')}`);
  await page.waitForSelector('text=Each term matches some photos, but no photo matches all of them.');
  await page.goto(`${home.url}/?q=${encodeURIComponent('tag:beach tag:nowhere')}`);
  await page.waitForSelector('text=No photos match “nowhere”.');
  const drop = page.getByRole('button', { name: 'Without “nowhere”' });
  await expect.poll(() => drop.innerText()).toContain(': 8 photos');
  // Without the other word nothing would be found.
  expect(await page.getByRole('button', { name: /^Without/ }).count()).toBe(1);
  await drop.click();
  await page.waitForSelector('main[data-count="8"]');
  await page.goto(`${home.url}/?q=is:trashed`);
  await page.waitForSelector('text=The trash is empty');
  expect(page.url()).toBe(`${home.url}/trash`);
  expect(mishaps).toEqual([]);
  await close();
});

test('an unknown filter is named, and leads to Explore', async () => {
  const { page, mishaps, close } = await open();
  // The answer to the search is the error.
  await page.goto(`${home.url}/?q=${encodeURIComponent('foo:bar')}`);
  await page.getByText('We don’t know the filter “foo:”.').waitFor();
  expect((await page.locator('.notice').innerText()).split(/\s*\n\s*/)).toEqual([
    'Check your search',
    'We don’t know the filter “foo:”.',
    'Put the term in quotes to search for it as text.',
    'Explore',
    'Show all photos',
  ]);
  expect(await breaches(page)).toEqual([]);
  await page.locator('.notice').getByRole('button', { name: 'Explore' }).click();
  await page.getByRole('region', { name: 'Places' }).waitFor();
  expect(mishaps.filter((one) => !/400/.test(one))).toEqual([]);
  await close();
});

const lit = (page: Page) => page.locator('.tabs [aria-current="page"]').allInnerTexts();

test('a phone shows the search in a field with back and clear, and its terms as filters', async () => {
  const { page, mishaps, close } = await open({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  expect(await lit(page)).toEqual(['Photos']);
  await page.getByRole('button', { name: 'Search', exact: true }).tap();
  await page.getByRole('button', { name: 'Palisade, 12 photos' }).tap();
  await expect.poll(() => lit(page)).toEqual(['Search']);
  await page.getByRole('button', { name: '2024, 12 photos' }).tap();
  // All of the dates is in the panel.
  const isInPanel = () =>
    page.locator('.picker').evaluate((picker) => {
      const [inner, outer] = [picker.getBoundingClientRect(), picker.closest('.body')!.getBoundingClientRect()];
      return inner.top > outer.top - 1 && inner.bottom < outer.bottom + 1;
    });
  await page.setViewportSize({ width: 390, height: 640 });
  await page.getByRole('button', { name: 'Pick dates' }).tap();
  await expect.poll(isInPanel).toBe(true);
  await page.getByRole('button', { name: 'July 2024', exact: true }).tap();
  await expect.poll(isInPanel).toBe(true);
  await page.getByRole('button', { name: 'Pick dates' }).tap();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'Show 12 photos' }).tap();
  const asked = page.getByRole('button', { name: 'Edit search: Palisade, 2024' });
  await asked.waitFor();
  expect(await lit(page)).toEqual(['Search']);
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Palisade, 2024');
  await page.getByText('12 photos', { exact: true }).first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  expect(await breaches(page)).toEqual([]);
  const filters = page.getByRole('list', { name: 'Search filters' });
  expect(await filters.getByRole('listitem').allInnerTexts()).toEqual(['Palisade', '2024']);
  await filters.getByRole('button', { name: 'Remove 2024' }).tap();
  await page.getByRole('button', { name: /^Edit search: Palisade, Colorado/ }).waitFor();
  // Back leads to the search before, clear to the photos.
  await page.getByRole('button', { name: 'Back', exact: true }).tap();
  await asked.waitFor();
  await asked.tap();
  await page.getByRole('combobox').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear search' }).last().tap();
  await expect.poll(() => page.url()).toBe(`${home.url}/`);
  expect(await lit(page)).toEqual(['Photos']);
  expect(mishaps).toEqual([]);
  await close();
});

test('albums are suggested by name, and found by searching for it', async () => {
  const { page, mishaps, close } = await open();
  await page.evaluate(async () => {
    const send = (path: string, body: object) =>
      fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const { tiles } = (await (await fetch('/api/tiles?limit=9')).json()) as { tiles: { id: string }[] };
    await send('/api/albums/shared', { name: 'Tuscany', ids: tiles.map(({ id }) => id) });
    await send('/api/albums/shared', { name: 'Zanzibar' });
  });
  const field = page.getByRole('combobox');
  await field.fill('Tusc');
  const option = page.getByRole('option').filter({ hasText: 'Tuscany' });
  await option.waitFor();
  expect((await option.innerText()).split(/\s+/)).toEqual(['Tuscany', 'Album', '9']);
  await option.click();
  await page.getByRole('heading', { name: 'Tuscany', level: 1, exact: true }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/albums\/house:/);
  // Together with another term it is one, by its name.
  await page.goto(`${home.url}/`);
  await shown(page);
  await field.fill('taken:2024 tus');
  await option.click();
  await page.getByRole('heading', { name: '2024, Tuscany' }).waitFor();
  await page.waitForSelector('main[data-count="9"]');
  for (const q of ['Tuscany', 'album:tuscany']) {
    await page.goto(`${home.url}/?q=${encodeURIComponent(q)}`);
    const link = page.getByRole('link', { name: 'Open album “Tuscany”' });
    await link.first().waitFor();
    expect(await link.count()).toBe(1);
    await link.click();
    await page.getByRole('heading', { name: 'Tuscany', level: 1, exact: true }).waitFor();
    await page.waitForSelector('main[data-count="9"]');
  }
  await page.goto(`${home.url}/?q=Zanzibar`);
  await page.getByRole('link', { name: 'Open album “Zanzibar”' }).click();
  await page.getByText('This album is empty', { exact: false }).waitFor();
  expect(mishaps).toEqual([]);
  await close();
});

test('videos are counted as videos', async () => {
  home = await openServedHome(stage.folder);
  await fill(home, stage.pictures, 5, {
    tell: (n) => (n < 2 ? { facts: { type: 'video/mp4', seconds: 4, tags: ['trip'] } } : { facts: { tags: ['trip'] } }),
  });
  const { page, mishaps, close } = await stage.see(`${home.url}/videos`);
  await page.waitForSelector('main[data-count="2"]');
  await page.getByText('2 videos', { exact: true }).first().waitFor();
  await expect.poll(() => page.getByRole('heading', { level: 2 }).innerText()).toContain('2 videos');
  await page.goto(`${home.url}/?q=tag:trip`);
  await page.getByText('3 photos, 2 videos', { exact: true }).first().waitFor();
  await expect.poll(() => page.getByRole('heading', { level: 2 }).innerText()).toContain('3 photos, 2 videos');
  await page.goto(`${home.url}/explore`);
  await page.getByRole('link', { name: 'Videos, 2 videos' }).waitFor();
  expect(mishaps).toEqual([]);
  await close();
});

test('a search is said with the names of the library', async () => {
  const { page, mishaps, close } = await open();
  for (const [q, words] of [
    ['place:palisade', 'Palisade'],
    ['-place:palisade tag:beach', 'Not in Palisade, beach'],
    ['tag:"TWO words"', 'two words'],
    ['palisade', 'Palisade'],
    ['united STATES', 'United States'],
    ['palisade colorado', 'Palisade Colorado'],
    ['-palisade', 'Not palisade'],
  ] as const) {
    await page.goto(`${home.url}/?q=${encodeURIComponent(q)}`);
    await page.getByRole('heading', { name: words, level: 1, exact: true }).waitFor({ state: 'attached' });
    await expect.poll(() => page.title()).toBe(`${words} – Photospool`);
  }
  await page.goto(`${home.url}/`);
  await shown(page);
  expect(await page.title()).toBe('Photos – Photospool');
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Photos');
  await page.getByRole('combobox').fill('palis');
  await expect.poll(() => page.getByRole('option').first().innerText()).toContain('Place');
  await page.goto(`${home.url}/favourites`);
  await page.waitForSelector('text=No favourites yet');
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Favourites');
  expect(mishaps).toEqual([]);
  await close();
});

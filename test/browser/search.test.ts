/** Search in a real browser, on a real home: completion of keys and values, and the message when nothing is found. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(() => home.close());

async function open() {
  home = await openServedHome(stage.folder);
  const tell = (n: number) => ({
    facts: { tags: n < 4 ? ['two words'] : ['beach'], place: { city: 'Palisade', region: 'Colorado', country: 'US' } },
  });
  await fill(home, stage.pictures, 12, { tell });
  const seen = await stage.see(home.url);
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

test('without results says why, and suggests terms to drop', async () => {
  const { page, mishaps, close } = await open();
  await page.goto(`${home.url}/?q=${encodeURIComponent('tag:beach tag:"two words"')}`);
  await page.waitForSelector('text=Each word matches some photos, but none matches all of them.');
  await page.goto(`${home.url}/?q=${encodeURIComponent('tag:beach tag:nowhere')}`);
  await page.waitForSelector('text=No photos match tag:nowhere.');
  const drop = page.getByRole('button', { name: 'Without “tag:nowhere”' });
  await expect.poll(() => drop.innerText()).toContain(': 8 photos');
  await drop.click();
  await page.waitForSelector('main[data-count="8"]');
  await page.goto(`${home.url}/?q=is:trashed`);
  await page.waitForSelector('text=The trash is empty.');
  expect(mishaps).toEqual([]);
  await close();
});

/**
 * Memories and navigation in the timeline, in a real browser on a real home: this day in earlier years, places, going
 * to a date, the keyboard.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, scrollAndRest, seenTiles, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(() => home.close());

async function open(count: number, options: Parameters<typeof fill>[3] = {}) {
  home = await openServedHome(stage.folder);
  const ids = await fill(home, stage.pictures, count, options);
  const seen = await stage.see(home.url);
  await shown(seen.page);
  return { ...seen, ids };
}
const firstSeen = async (page: Page): Promise<string> =>
  (await seenTiles(page)).find(({ top, bottom }) => bottom > 60 && top < 900)!.id;

test('on this day: one line above the timeline leads to the photos of earlier years', async () => {
  const kept = [2025, 2022, 2018];
  const tell = (n: number) => {
    const year = kept[n];
    return year === undefined ? {} : { facts: { taken: `${year}-03-14T12:00:00.000` } };
  };
  const { page, ids, mishaps, close } = await open(120, { tell });
  // A fixed date on which no other photo was taken.
  await page.clock.setFixedTime('2026-03-14T12:00:00');
  await page.reload();
  await shown(page);
  const chip = page.getByRole('link', { name: `On this day, 3 years: ${kept.length} photos` });
  await chip.waitFor();
  const box = (await chip.boundingBox())!;
  // One line, at the end of the row above the photos.
  expect(box.height).toBeLessThan(45);
  const tiles = await seenTiles(page);
  expect(Math.min(...tiles.map(({ top }) => top))).toBeGreaterThanOrEqual(box.y + box.height);
  expect(Math.max(...tiles.map(({ right }) => right))).toBe(box.x + box.width);
  await chip.click();
  await page.waitForSelector(`main[data-count="${kept.length}"]`);
  await page.getByRole('heading', { name: 'On this day' }).waitFor();
  expect(await chip.count()).toBe(0);
  await page.locator(`a[data-id="${ids[0]!}"]`).waitFor();
  expect(mishaps).toEqual([]);
  await close();
});

test('a month names the places of most of its photos', async () => {
  const tell = (n: number) => ({
    facts: n % 3 === 0 ? {} : { place: { city: 'Palisade', region: 'Colorado', country: 'US' } },
  });
  const { page, mishaps, close } = await open(60, { tell });
  await expect.poll(() => page.locator('h2 .where').first().innerText()).toBe('Palisade, Colorado');
  expect(mishaps).toEqual([]);
  await close();
});

test('a typed date scrolls the timeline there; an invalid one is rejected', async () => {
  const { page, ids, mishaps, close } = await open(1100, { minutes: 1200 });
  await page.keyboard.press('g');
  const field = page.getByRole('textbox', { name: 'Go to a date' });
  await field.fill('some day');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Enter a date like');
  await field.fill('14 May 2022');
  await page.keyboard.press('Enter');
  await expect.poll(() => field.count()).toBe(0);
  const newest = Date.UTC(2024, 6, 20, 18);
  const wanted = ids.find((_, n) => newest - n * 1200 * 60_000 < Date.UTC(2022, 4, 15))!;
  await expect
    .poll(async () => {
      const first = await firstSeen(page);
      return Math.abs(ids.indexOf(first) - ids.indexOf(wanted)) < 12;
    })
    .toBe(true);
  await page.waitForSelector(`a[data-id="${wanted}"]`);
  expect(mishaps).toEqual([]);
  await close();
});

test('the shortcuts are listed in a dialog', async () => {
  const { page, mishaps, close } = await open(10);
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.waitFor();
  expect(await sheet.innerText()).toContain('Select or deselect');
  await page.keyboard.press('Escape');
  await expect.poll(() => sheet.count()).toBe(0);
  await page.keyboard.press('/');
  await page.keyboard.type('what?');
  expect(await page.getByRole('dialog').count()).toBe(0);
  // A key press before the page has noticed that the sheet closed goes to the page.
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await sheet.waitFor();
  const focused = await page.evaluate(async () => {
    document.querySelector('dialog')?.close();
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }));
    await Promise.resolve();
    return document.activeElement?.getAttribute('role');
  });
  expect(focused).toBe('combobox');
  expect(mishaps).toEqual([]);
  await close();
});

test('photos are larger or smaller by key and wheel, the view stays in place, and the size is remembered', async () => {
  const { page, mishaps, close } = await open(700);
  await scrollAndRest(page, 4000);
  const heights = async (): Promise<number> => {
    const [tile] = (await seenTiles(page)).filter(({ top, bottom }) => top > 60 && bottom < 900);
    return tile!.bottom - tile!.top;
  };
  const before = await heights();
  const at = await firstSeen(page);
  await page.keyboard.press('-');
  await expect.poll(heights).toBeLessThan(before * 0.8);
  await expect
    .poll(async () => (await seenTiles(page)).some(({ id, top }) => id === at && top > -200 && top < 400))
    .toBe(true);
  await page.keyboard.press('-');
  await expect.poll(heights).toBeLessThan(before * 0.55);
  await page.reload();
  await shown(page);
  await expect.poll(heights).toBeLessThan(before * 0.55);
  await page.mouse.move(700, 500);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.mouse.wheel(0, -200);
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await expect.poll(heights).toBeGreaterThan(before * 1.2);
  expect(mishaps).toEqual([]);
  await close();
});

/** Bursts in a real browser, on a real home: one tile, all of its photos, another cover, and one photo that is kept. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { breaches } from './axe.js';
import { fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
});
afterAll(async () => {
  await home.close();
  await stage.close();
});

test('a burst is one tile, opens to all its photos, gets another cover, and is reduced to one', async () => {
  // Four photos a second apart, the newest of twelve; the first by time is the last of them.
  const ids = await fill(home, stage.pictures, 12, {
    minutes: 1 / 60,
    tell: (n) =>
      n < 4
        ? { name: `0000${n}IMG_0000${n}_BURST20240720180000123.jpg`, facts: { camera: { model: 'Pixel 7' } } }
        : { facts: {} },
  });
  const { page, mishaps, close } = await stage.see(home.url);
  await shown(page);
  await page.waitForSelector('main[data-count="9"]');
  const tile = page.getByRole('link', { name: /^Burst of 4 photos, / });
  expect(await tile.getAttribute('data-id')).toBe(ids[3]);
  expect(await breaches(page)).toEqual([]);
  await tile.click();
  const more = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('button', { name }).click();
  };
  await page.getByRole('button', { name: 'Show all 4 photos of the burst' }).click();
  await page.waitForSelector('main[data-count="4"]');
  await page.getByRole('heading', { name: 'Burst' }).waitFor();
  await page.locator(`a[data-id="${ids[1]!}"]`).click();
  await more('Make cover photo of the burst');
  await page.waitForSelector('text=Changed the cover photo of the burst');
  await more('Keep only this photo of the burst');
  await page.waitForSelector('text=Moved 3 photos to trash');
  await page.waitForSelector('main[data-count="9"]');
  await page.locator(`a[data-id="${ids[1]!}"][aria-label^="Photo"]`).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator(`a[data-id="${ids[1]!}"][aria-label^="Burst of 4"]`).waitFor();
  expect(mishaps).toEqual([]);
  await close();
});

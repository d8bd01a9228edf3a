/**
 * Bursts in a real browser, on a real home: one tile, whose actions apply to all of its photos; another cover, and one
 * photo that is kept.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { breaches } from './axe.js';
import { fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { opened, openStage, shown, type Stage } from './stage.js';

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
  // Selected, the tile stands for all of them.
  await tile.focus();
  await page.keyboard.press('x');
  const toolbar = page.getByRole('toolbar', { name: 'Actions for selected photos' });
  await page.getByText('1 selected · 4 photos').waitFor();
  await page.keyboard.press('f');
  await page.getByText('4 photos added to favourites').waitFor();
  await toolbar.getByRole('button', { name: 'Add to album' }).click();
  await page.getByRole('combobox', { name: 'Add to album' }).fill('Jump');
  await page.keyboard.press('Enter');
  await page.getByText('4 photos added to “Jump”').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Delete');
  await page.getByText('Moved 4 photos to trash').waitFor();
  await page.waitForSelector('main[data-count="8"]');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForSelector('main[data-count="9"]');
  await tile.click();
  await opened(page);
  // The open photo is one of them: the question is whether they all are meant.
  await page.keyboard.press('Delete');
  const question = page.getByRole('dialog', { name: 'Move to trash' });
  await question.getByText('This is one of 4 photos of a burst.').waitFor();
  expect(await breaches(page)).toEqual([]);
  await question.getByRole('button', { name: 'Move all 4 photos' }).click();
  await page.getByText('Moved 4 photos to trash').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone: Moved 4 photos to trash').waitFor();
  await page.keyboard.press('Escape');
  await page.waitForSelector('main[data-count="9"]');
  await tile.click();
  const more = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name }).click();
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

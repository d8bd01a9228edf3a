/**
 * The inbox in a real browser, on a real home: worked through by keyboard, by touch, and all at once, until it is
 * empty.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { breaches } from './axe.js';
import { ask, count, fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(() => home.close());

async function open(photos: number, path: string, options = {}, added?: string) {
  home = await openServedHome(stage.folder);
  const ids = await fill(home, stage.pictures, photos, added === undefined ? {} : { added });
  const seen = await stage.see(`${home.url}${path}`, options);
  return { ...seen, ids };
}
const picture = (page: Page) => page.waitForSelector('.picture[aria-hidden="false"] img.shown');
const left = (page: Page) => page.locator('h1 [role="status"]');

test('by keys: title, keep, later, trash, undo, and the end of the inbox', async () => {
  const { page, ids, mishaps, close } = await open(4, '/');
  await shown(page);
  const entry = page.getByRole('link', { name: 'Review' });
  await expect.poll(() => entry.innerText()).toMatch(/4$/);
  await entry.click();
  await picture(page);
  expect(new URL(page.url()).pathname).toBe('/review');
  await expect.poll(() => left(page).innerText()).toBe('4 left');
  await page.locator('aside dl').waitFor();
  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Title' }).fill('The first one');
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('aside .title');
  await page.locator('h1').click();
  await page.keyboard.press('Enter');
  await expect.poll(() => left(page).innerText()).toBe('3 left');
  await expect.poll(() => ask(home, ids[0]!)).toMatchObject({ reviewed: true, title: 'The first one' });
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Delete');
  await expect.poll(async () => (await ask(home, ids[2]!)).trashed).toBe(true);
  expect((await ask(home, ids[1]!)).reviewed).toBe(false);
  await expect.poll(() => left(page).innerText()).toBe('2 left');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h2:text("1 photo left for later")');
  await page.getByRole('button', { name: 'Review them now' }).click();
  await picture(page);
  await page.keyboard.press('Enter');
  await page.waitForSelector('h2:text("All caught up")');
  expect(await page.locator('.done p').innerText()).toBe('You kept 3 photos and moved 1 photo to trash.');
  await expect.poll(() => count(home, '-is:reviewed')).toBe(0);
  await page.keyboard.press('Control+z');
  await picture(page);
  await expect.poll(() => left(page).innerText()).toBe('1 left');
  await page.keyboard.press('Escape');
  await shown(page);
  expect(mishaps).toEqual([]);
  await close();
});

test('by finger: up keeps, down trashes, sideways postpones', async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { page, ids, mishaps, close } = await open(5, '/inbox', phone);
  await picture(page);
  const touch = await page.context().newCDPSession(page);
  const drag = async (dx: number, dy: number): Promise<void> => {
    const at = (share: number) => [{ x: 195 + dx * share, y: 400 + dy * share }];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
    for (const share of [0.3, 0.6, 1])
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(share) });
    // The finger rests before it lifts: after a fling, Chromium uses the next tap to stop it, without a click.
    await page.waitForTimeout(200);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(1) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await drag(5, -200);
  await expect.poll(async () => (await ask(home, ids[0]!)).reviewed).toBe(true);
  await expect.poll(() => left(page).innerText()).toBe('4 left');
  await drag(5, 200);
  await expect.poll(async () => (await ask(home, ids[1]!)).trashed).toBe(true);
  await expect.poll(() => left(page).innerText()).toBe('3 left');
  await drag(-200, 4);
  await page.getByRole('button', { name: 'Keep' }).tap();
  await expect.poll(async () => (await ask(home, ids[3]!)).reviewed).toBe(true);
  expect((await ask(home, ids[2]!)).reviewed).toBe(false);
  expect(mishaps).toEqual([]);
  await close();
});

test('all at once, from the timeline of unreviewed photos', async () => {
  const { page, mishaps, close } = await open(30, '/inbox');
  await picture(page);
  await page.getByRole('link', { name: 'Show all' }).click();
  await shown(page);
  await page.keyboard.press('Control+a');
  await page.waitForSelector('.choose');
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.waitForSelector('text=No photos found');
  expect(await count(home, 'is:reviewed')).toBe(30);
  await page.keyboard.press('Control+z');
  await shown(page);
  expect(await count(home, 'is:reviewed')).toBe(0);
  expect(mishaps).toEqual([]);
  await close();
});

test('the first time: imported photos are reviewed with one button, undone, or one by one', async () => {
  const { page, mishaps, close } = await open(60, '/inbox');
  await page.getByRole('heading', { name: '60 new photos' }).waitFor();
  expect(await breaches(page)).toEqual([]);
  await page.getByRole('button', { name: 'Skip these, review only new photos' }).click();
  await page.waitForSelector('h2:text("All caught up")');
  await expect.poll(() => count(home, '-is:reviewed')).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await picture(page);
  await expect.poll(() => count(home, '-is:reviewed')).toBe(60);
  expect(mishaps).toEqual([]);
  await close();
});

test('everything imported until now is marked as reviewed, including today’s import', async () => {
  const { page, ids, mishaps, close } = await open(5, '/inbox', {}, new Date().toISOString());
  await picture(page);
  await page.getByRole('button', { name: 'Mark as reviewed' }).click();
  await page.getByRole('button', { name: 'Mark 5 photos as reviewed' }).click();
  await page.waitForSelector('h2:text("All caught up")');
  for (const id of ids) await expect.poll(async () => (await ask(home, id)).reviewed).toBe(true);
  expect(mishaps).toEqual([]);
  await close();
});

test('everything before a chosen day is marked as reviewed', async () => {
  const { page, ids, mishaps, close } = await open(5, '/inbox');
  await picture(page);
  await page.getByRole('button', { name: 'Mark as reviewed' }).click();
  const day = page.getByLabel('Added before');
  await day.fill('2025-12-31');
  await page.getByRole('button', { name: 'No photos before this day' }).waitFor();
  await day.fill('2026-01-02');
  await page.getByRole('button', { name: 'Mark 5 photos as reviewed' }).click();
  await page.waitForSelector('h2:text("All caught up")');
  await expect.poll(async () => (await ask(home, ids[4]!)).reviewed).toBe(true);
  await page.keyboard.press('Control+z');
  await picture(page);
  await expect.poll(() => left(page).innerText()).toBe('5 left');
  expect(mishaps).toEqual([]);
  await close();
});

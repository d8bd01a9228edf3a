/**
 * The timeline from years to days in a real browser, on a real home: by keyboard, wheel, click and address; the
 * position in time is kept, and Back returns. In both themes, on a phone and a desktop.
 */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { breachesIn } from './axe.js';
import { ask, fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { drawn, inBothThemes, openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
let ids: string[];
beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
  // One every two and a half days: 600 photos over four years.
  ids = await fill(home, stage.pictures, 600, { minutes: 3600 });
});
afterAll(async () => {
  await home.close();
  await stage.close();
});

const shots = process.env['SHOTS'];

test.each([390, 1440])('months and years, at %i px, in both themes', async (width) => {
  const options = { viewport: { width, height: 844 } };
  const { page, mishaps, close } = await stage.see(`${home.url}/?by=month`, options);
  onTestFinished(close);
  await page.getByRole('link', { name: 'July 2024 8 photos' }).waitFor();
  await page.locator('.picture img').first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const look = (name: string): Promise<void> =>
    inBothThemes(page, async (theme) => {
      expect(await breachesIn(page, theme), theme).toEqual([]);
      if (shots !== undefined) await page.screenshot({ path: `${shots}/${name}-${width}-${theme}.png` });
    });
  await look('months');
  await page.getByRole('link', { name: 'Years', exact: true }).click();
  await page.getByRole('link', { name: /^2022 \d+ photos$/ }).waitFor();
  await look('years');
  expect(mishaps).toEqual([]);
});

test('by keys from the smallest photos to the years and back, at the same time of the album', async () => {
  const { page, mishaps, close } = await stage.see(`${home.url}/?at=2022-03`);
  onTestFinished(close);
  await shown(page);
  await page.locator('h2', { hasText: 'March 2022' }).waitFor();
  for (let n = 0; n < 3; n++) await page.keyboard.press('-');
  await expect.poll(() => new URL(page.url()).search).toMatch(/^\?by=month&at=2022-0[34]$/);
  const cell = page.locator('a[data-span="2022-03"]');
  await expect.poll(async () => (await cell.boundingBox())?.y ?? -1).toBeGreaterThan(56);
  await expect.poll(async () => (await cell.boundingBox())!.y).toBeLessThan(844);
  await page.keyboard.press('-');
  await page.getByRole('link', { name: /^2022 \d+ photos$/ }).waitFor();
  expect(new URL(page.url()).search).toBe('?by=year&at=2022');
  await page.keyboard.press('-');
  expect(new URL(page.url()).search).toBe('?by=year&at=2022');
  await page.keyboard.press('+');
  await page.locator('a[data-span="2022-12"]').waitFor();
  expect(new URL(page.url()).search).toBe('?by=month&at=2022');
  await page.locator('a[data-span="2022-12"]').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-span'))).toBe('2022-11');
  await page.keyboard.press('+');
  await page.locator('h2', { hasText: 'November 2022' }).waitFor();
  await page.evaluate(() => localStorage.clear());
  expect(mishaps).toEqual([]);
});

test('a click zooms in and Back out; address and search stay; the wheel zooms at the pointer', async () => {
  const one = ids[300]!;
  const taken = (await ask(home, one)).taken.slice(0, 7);
  const { page, mishaps, close } = await stage.see(`${home.url}/?q=${encodeURIComponent('type:photo')}&by=year`);
  onTestFinished(close);
  await page.locator(`a[data-span="${taken.slice(0, 4)}"]`).click();
  await page.locator(`a[data-span="${taken}"]`).click();
  await page.locator(`a[data-id="${one}"]`).waitFor();
  expect(new URL(page.url()).searchParams.get('q')).toBe('type:photo');
  await page.goBack();
  await expect.poll(() => new URL(page.url()).searchParams.get('by')).toBe('month');
  const cell = page.locator(`a[data-span="${taken}"]`);
  await expect.poll(async () => (await cell.boundingBox())?.y ?? -1).toBeGreaterThan(0);
  await page.goBack();
  await expect.poll(() => new URL(page.url()).searchParams.get('by')).toBe('year');
  await page.locator('a[data-span="2023"]').hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -150);
  await page.keyboard.up('Control');
  await expect.poll(() => new URL(page.url()).searchParams.get('at')).toBe('2023');
  await page.reload();
  await page.locator('a[data-span="2023-12"]').waitFor();
  await drawn(page);
  expect(mishaps).toEqual([]);
});

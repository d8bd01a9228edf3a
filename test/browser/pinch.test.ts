/** Two-finger gestures in a real browser: on a photo, on the timeline, and on its months and years. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { fill } from './fill.js';
import { openHand, pair, phone } from './fingers.js';
import { makePhotos } from './fixture.js';
import { openServedHome } from './home.js';
import { openStage, seenTiles, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const middle = { x: 195, y: 420 };
const openId = (page: Page): string | undefined => /\/photo\/([0-9a-f]{64})/.exec(page.url())?.[1];
const scaleOf = (page: Page): Promise<number> =>
  page.$eval('.picture[aria-hidden="false"]', (picture) =>
    Number(/scale\((.+)\)/.exec((picture as HTMLElement).style.transform)?.[1]),
  );
/** Lifts the finger that was put down last by a synthetic event: the DevTools protocol lifts all of them or none. */
const lift = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const { fingers = [] } = window as unknown as { fingers?: number[] };
    const told = { pointerId: fingers.at(-1)!, pointerType: 'touch', bubbles: true, clientX: 225, clientY: 420 };
    return document.querySelector('.stage')!.dispatchEvent(new PointerEvent('pointerup', told));
  });
/** How far the photo has been dragged sideways, px. */
const asideOf = (page: Page): Promise<number> =>
  page.$eval('.picture[aria-hidden="false"]', (picture) => {
    const { left, right } = picture.getBoundingClientRect();
    return Math.round((left + right) / 2 - innerWidth / 2);
  });

test('on a photo: zooms in and out without moving on or closing, in whatever order the fingers are lifted', async () => {
  const fixture = await stage.fixture(makePhotos(20, stage.pictures));
  const ids = fixture.photos.map(({ id }) => id);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${ids[5]}`, phone);
  onTestFinished(close);
  await page.waitForFunction(() => document.querySelectorAll('.picture').length === 3);
  await page.evaluate(() => {
    const fingers: number[] = [];
    Object.assign(window, { fingers });
    addEventListener('pointerdown', ({ pointerId }) => fingers.push(pointerId), true);
  });
  const hand = await openHand(page);
  await hand.pinch(middle, 80, 240);
  await expect.poll(() => scaleOf(page)).toBeCloseTo(3, 1);
  // A finger pans a photo that is larger than the screen, and does not go to the next one.
  await hand.down({ x: 300, y: 420 });
  for (const x of [260, 200, 120, 60]) await hand.move({ x, y: 420 });
  await hand.up();
  await expect.poll(() => asideOf(page)).toBeLessThan(-100);
  expect(openId(page)).toBe(ids[5]);
  // Together again; then one finger is lifted before the other, which still moves a little.
  const [left, right] = pair(middle, 60);
  await hand.down(...pair(middle, 260));
  for (const apart of [200, 140, 90]) await hand.move(...pair(middle, apart));
  await hand.move(left, right);
  await expect.poll(() => scaleOf(page)).toBe(1);
  await lift(page);
  await hand.move({ x: left.x - 4, y: left.y }, right);
  await expect.poll(() => asideOf(page).then(Math.abs)).toBeLessThan(8);
  await hand.up();
  await expect.poll(() => asideOf(page)).toBe(0);
  expect(openId(page)).toBe(ids[5]);
  expect(mishaps).toEqual([]);
});

test('on the timeline: larger and smaller photos, then months and years, and back; selects and opens nothing', async () => {
  const home = await openServedHome(stage.folder);
  onTestFinished(() => home.close());
  await fill(home, stage.pictures, 300, { minutes: 3600 });
  const { page, mishaps, close } = await stage.see(home.url, phone);
  onTestFinished(close);
  await shown(page);
  /** The mean height of the photos, px. */
  const height = async (): Promise<number> => {
    const heights = (await seenTiles(page)).map(({ top, bottom }) => bottom - top);
    return heights.reduce((sum, one) => sum + one, 0) / heights.length;
  };
  const hand = await openHand(page);
  // Far enough for one step, and not for two.
  const out = (): Promise<void> => hand.pinch(middle, 80, 118);
  const together = (): Promise<void> => hand.pinch(middle, 160, 100);
  const usual = await height();
  await out();
  await expect.poll(height).toBeGreaterThan(usual * 1.08);
  await together();
  await expect.poll(height).toBeLessThan(usual * 1.05);
  const by = (): string | null => new URL(page.url()).searchParams.get('by');
  await together();
  await expect.poll(height).toBeLessThan(usual * 0.85);
  const less = await height();
  await together();
  await expect.poll(height).toBeLessThan(less * 0.95);
  await together();
  await expect.poll(by).toBe('month');
  await page.locator('a[data-span] img').first().waitFor();
  await together();
  await expect.poll(by).toBe('year');
  await page.locator('a[data-span="2024"] img').waitFor();
  await out();
  await expect.poll(by).toBe('month');
  await page.locator('a[data-span] img').first().waitFor();
  await out();
  await expect.poll(by).toBeNull();
  await shown(page);
  expect(await page.locator('.choose').count()).toBe(0);
  expect(openId(page)).toBeUndefined();
  expect(mishaps).toEqual([]);
});

/** 360° photos in a real browser: looking around by keys, dragging and pinching, leaving, and the flat picture without WebGL. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { breaches } from './axe.js';
import { openHand } from './fingers.js';
import { makePhoto, type FixturePhoto } from './fixture.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const photos = (): FixturePhoto[] =>
  [1, 2].map((n) =>
    makePhoto(n, stage.pictures[n]!, { taken: `2024-07-0${n}T12:00:00.000`, ...(n === 2 && { sphere: true }) }),
  );

test('one looks around in a photo sphere with keys, mouse and fingers, and leaves it with Escape', async () => {
  const fixture = await stage.fixture(photos());
  const { page, mishaps, close } = await stage.see(fixture.url, { hasTouch: true });
  await shown(page);
  await page.locator('main a[data-id]').first().click();
  const button = page.getByRole('button', { name: 'Look around' });
  await button.click();
  const canvas = page.getByRole('application', { name: /^360° photo/ });
  await page.waitForSelector('canvas.shown');
  const looks = [await canvas.screenshot()];
  const isNew = async (): Promise<boolean> => {
    const look = await canvas.screenshot();
    const fresh = looks.every((other) => !other.equals(look));
    if (fresh) looks.push(look);
    return fresh;
  };
  for (const key of ['ArrowRight', 'ArrowUp', '+']) {
    await page.keyboard.press(key);
    await expect.poll(isNew, { message: key }).toBe(true);
  }
  const { x, y, width, height } = (await canvas.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + 120, y + height / 2 + 40, { steps: 3 });
  await page.mouse.up();
  await expect.poll(isNew, { message: 'drag' }).toBe(true);
  const hand = await openHand(page);
  const middle = { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
  await hand.pinch(middle, 200, 260);
  await expect.poll(isNew, { message: 'pinch' }).toBe(true);
  // Pinched back, it is as it was: two fingers zoom, and neither turns it.
  await hand.pinch(middle, 260, 200);
  await expect.poll(async () => looks.at(-2)!.equals(await canvas.screenshot()), { message: 'back' }).toBe(true);
  expect(await breaches(page)).toEqual([]);
  await canvas.focus();
  await page.keyboard.press('Escape');
  await canvas.waitFor({ state: 'detached' });
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  // The keys are those of the photo view again.
  await page.keyboard.press('ArrowRight');
  await button.waitFor({ state: 'detached' });
  // Drivers in software report that taking pictures of the canvas takes long.
  expect(mishaps.filter((mishap) => !mishap.includes('GPU stall due to ReadPixels'))).toEqual([]);
  await close();
});

test('without WebGL the flat picture stays', async () => {
  const fixture = await stage.fixture(photos());
  const { page, mishaps, close } = await stage.see(fixture.url);
  await page.evaluate(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
  await shown(page);
  await page.locator('main a[data-id]').first().click();
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await page.getByRole('button', { name: 'Look around' }).click();
  await page.getByRole('button', { name: 'Look around' }).waitFor({ state: 'detached' });
  expect(await page.locator('.stage canvas[tabindex]').count()).toBe(0);
  expect(mishaps).toEqual([]);
  await close();
});

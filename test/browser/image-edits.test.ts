/** Rotating, cropping and straightening in a real browser on a real home: what is saved is what is seen. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quarters } from '../photo/painted.js';
import { tinyFilm } from '../video/films.js';
import { breaches } from './axe.js';
import { openServedHome, type ServedHome } from './home.js';
import { inSelectionMenu, opened, openMore, openStage, type Stage, wake } from './stage.js';

let stage: Stage;
let home: ServedHome;
let ids: string[];
beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
  for (const [n, name] of ['a.jpg', 'b.jpg'].entries())
    await writeFile(
      join(home.incoming, name),
      await quarters(800, 600)
        .jpeg({ quality: 80 + n })
        .toBuffer(),
    );
  await fetch(`${home.url}/api/spool/process`, { method: 'POST' });
  const { tiles } = (await (await fetch(`${home.url}/api/tiles`)).json()) as { tiles: { id: string }[] };
  ids = tiles.map(({ id }) => id);
  expect(ids).toHaveLength(2);
});
afterAll(async () => {
  await home.close();
  await stage.close();
});

interface Told {
  width: number;
  height: number;
  develop?: object;
  developing?: true;
}
const told = async (id: string): Promise<Told> => (await (await fetch(`${home.url}/api/photos/${id}`)).json()) as Told;

/** Width by height of the picture that is open. */
const shape = (page: Page): Promise<number> =>
  page
    .locator('.picture[aria-hidden="false"] img[src*="preview"]')
    .evaluate((image) => (image as HTMLImageElement).naturalWidth / (image as HTMLImageElement).naturalHeight);

async function openEditor(page: Page): Promise<void> {
  await wake(page);
  await page.getByRole('button', { name: 'Edit photo' }).click();
  await page.getByRole('dialog', { name: 'Crop and straighten' }).getByRole('img').waitFor();
  await page.locator('.crop').waitFor();
}

test('a photo is rotated, cropped to a shape, and everything is undone', async () => {
  const { page, mishaps, close } = await stage.see(`${home.url}/photo/${ids[0]}`);
  await opened(page);
  const before = await told(ids[0]!);
  await openEditor(page);
  await page.getByRole('button', { name: 'Rotate right' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(async () => (await told(ids[0]!)).develop).toEqual({ rotate: 1 });
  await expect.poll(() => shape(page)).toBeLessThan(1);
  expect(await told(ids[0]!)).toMatchObject({ width: before.height, height: before.width });

  await openEditor(page);
  await page.getByRole('button', { name: '1:1' }).click();
  expect(await breaches(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect
    .poll(async () => (await told(ids[0]!)).develop)
    .toMatchObject({ rotate: 1, crop: { width: 0.75, height: 1 } });
  await expect.poll(() => shape(page)).toBe(1);

  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await told(ids[0]!)).develop).toEqual({ rotate: 1 });
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await told(ids[0]!)).develop).toBeUndefined();
  await expect.poll(() => shape(page)).toBeGreaterThan(1);
  expect(mishaps).toEqual([]);
  await close();
});

test('on a phone the frame is dragged, the dial snaps at 0, and cancelling asks only after a change', async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: false };
  const { page, mishaps, close } = await stage.see(`${home.url}/photo/${ids[0]}`, phone);
  await opened(page);
  await openEditor(page);
  const dialog = page.getByRole('dialog', { name: 'Crop and straighten' });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });

  await openEditor(page);
  const left = async (): Promise<number> => (await page.locator('.crop').boundingBox())!.x;
  await expect.poll(left).toBeCloseTo(32, 0);
  const box = (await page.locator('.crop').boundingBox())!;
  await page.mouse.move(box.x + 1, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x - 60, box.y + box.height / 2);
  // It does not leave the picture.
  expect(await left()).toBeCloseTo(box.x, 0);
  await page.mouse.up();
  await page.getByRole('button', { name: 'Free' }).click();
  await page.mouse.move(box.x + 1, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 1 + box.width / 2, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  const dial = page.getByRole('slider', { name: 'Straighten' });
  await dial.press('ArrowRight');
  await dial.press('ArrowRight');
  expect(await dial.getAttribute('aria-valuenow')).toBe('2');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Keep editing' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await expect
    .poll(async () => (await told(ids[0]!)).develop)
    .toMatchObject({ straighten: 2, crop: { width: expect.closeTo(0.5, 1) as number } });
  await expect.poll(async () => (await told(ids[0]!)).developing).toBeUndefined();

  // What is saved is where the editor begins, and the original is one choice away.
  await openEditor(page);
  expect(await dial.getAttribute('aria-valuenow')).toBe('2');
  await dial.press('ArrowLeft');
  await dial.press('ArrowLeft');
  expect(await dial.getAttribute('aria-valuenow')).toBe('0');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await openMore(page);
  await page.getByRole('menuitem', { name: 'Restore original' }).click();
  await expect.poll(async () => (await told(ids[0]!)).develop).toBeUndefined();
  expect(mishaps).toEqual([]);
  await close();
});

test('selected photos are rotated together, and one undo brings them back', async () => {
  const { page, mishaps, close } = await stage.see(home.url);
  await page.waitForSelector('a.tile');
  await page.keyboard.press('Control+a');
  await page.waitForSelector('.choose');
  await (await inSelectionMenu(page, 'Rotate left')).click();
  const turns = (): Promise<unknown[]> => Promise.all(ids.map(async (id) => (await told(id)).develop));
  await expect.poll(turns).toEqual([{ rotate: 3 }, { rotate: 3 }]);
  await expect
    .poll(() =>
      page.$$eval('a.tile img', (images) =>
        images.map((image) => (image as HTMLImageElement).naturalWidth < (image as HTMLImageElement).naturalHeight),
      ),
    )
    .toEqual([true, true]);
  await page.keyboard.press('Control+z');
  await expect.poll(turns).toEqual([undefined, undefined]);
  expect(mishaps).toEqual([]);
  await close();
});

test('edits are copied from one photo and pasted to others, singly and many at once, with undo', async () => {
  const develop = { rotate: 1, crop: { left: 0.25, top: 0, width: 0.5, height: 1 } };
  const set = (value: object | null): Promise<Response> =>
    fetch(`${home.url}/api/photos/${ids[0]}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ develop: value }),
    });
  await set(develop);
  const { page, mishaps, close } = await stage.see(home.url);
  await page.click(`a.tile[data-id="${ids[1]}"]`);
  await opened(page);
  await openMore(page);
  // Nothing is copied yet, and this photo has no edits.
  expect(await page.getByRole('menuitem', { name: /(?:Copy|Paste) edits/ }).count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.click(`a.tile[data-id="${ids[0]}"]`);
  await opened(page);
  await openMore(page);
  await page.getByRole('menuitem', { name: 'Copy edits' }).click();
  await page.getByText('Edits copied.', { exact: false }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+a');
  await page.waitForSelector('.choose');
  await (await inSelectionMenu(page, 'Paste edits')).click();
  await expect.poll(async () => (await told(ids[1]!)).develop).toEqual(develop);
  expect((await told(ids[0]!)).develop).toEqual(develop);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await told(ids[1]!)).develop).toBeUndefined();
  expect((await told(ids[0]!)).develop).toEqual(develop);
  await page.keyboard.press('Escape');
  await page.click(`a.tile[data-id="${ids[1]}"]`);
  await opened(page);
  await openMore(page);
  await page.getByRole('menuitem', { name: 'Paste edits' }).click();
  await page.getByText('Pasted edits to 1 photo', { exact: true }).waitFor();
  expect((await told(ids[1]!)).develop).toEqual(develop);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await told(ids[1]!)).develop).toBeUndefined();
  await set(null);
  expect(mishaps).toEqual([]);
  await close();
});

test('a video is rotated from its menu, is played rotated, and one undo brings it back', async () => {
  await writeFile(join(home.incoming, 'c.mp4'), tinyFilm());
  await fetch(`${home.url}/api/spool/process`, { method: 'POST' });
  const { tiles } = (await (await fetch(`${home.url}/api/tiles?q=type:video`)).json()) as { tiles: { id: string }[] };
  const [film] = tiles.map(({ id }) => id);
  expect(await told(film!)).toMatchObject({ width: 64, height: 48 });
  const { page, mishaps, close } = await stage.see(`${home.url}/photo/${film}`);
  await opened(page);
  // The Chromium from npm has no H.264; Debian's has.
  const plays = await page.evaluate(
    () => document.createElement('video').canPlayType('video/mp4; codecs="avc1.42E01E"') !== '',
  );
  const shapeOf = (): Promise<unknown> =>
    page.locator('.film').evaluate((box, plays) => {
      const video = box.querySelector('video')!;
      return [box.clientWidth < box.clientHeight, plays ? video.videoWidth < video.videoHeight : undefined];
    }, plays);
  const upright = (is: boolean): unknown => [is, plays ? is : undefined];
  await expect.poll(shapeOf).toEqual(upright(false));
  await openMore(page);
  await page.getByRole('menuitem', { name: 'Rotate right' }).click();
  await expect.poll(async () => (await told(film!)).develop).toEqual({ rotate: 1 });
  expect(await told(film!)).toMatchObject({ width: 48, height: 64 });
  await expect.poll(shapeOf).toEqual(upright(true));
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await told(film!)).develop).toBeUndefined();
  await expect.poll(shapeOf).toEqual(upright(false));
  expect(mishaps).toEqual([]);
  await close();
});

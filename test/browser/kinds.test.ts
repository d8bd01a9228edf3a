/**
 * Kinds of files in a real browser: RAW with its JPEG, files without a picture, originals served as JPEG, previews that
 * play in the timeline.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../folder.js';
import { tinyFilm } from '../video/films.js';
import { makePhoto, type Fixture, type FixturePhoto } from './fixture.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const idOf = (n: number): string => n.toString(16).padStart(64, '0');
const openId = (page: Page): string | undefined => /\/photo\/([0-9a-f]{64})/.exec(page.url())?.[1];
const asked = (fixture: Fixture, id: string): string[] =>
  fixture.requests.filter((path) => path.startsWith(`/media/${id}/`));
const photo = (n: number, over: Partial<FixturePhoto> = {}): FixturePhoto =>
  makePhoto(n, stage.pictures[n % stage.pictures.length]!, { taken: `2024-07-0${n}T12:00:00.000`, ...over });

/** A photo without a picture, as the server describes it. */
function bare(n: number, over: Partial<FixturePhoto>): FixturePhoto {
  const { thumbhash: _, ...rest } = photo(n, over);
  return rest;
}

/** Opens the info panel of the current photo. */
async function openInfo(page: Page): Promise<void> {
  await page.keyboard.press('i');
  await page.waitForSelector('aside dl');
}

test('RAW and JPEG of one shot are one tile with a badge, and each leads to the other', async () => {
  const raw = photo(2, { type: 'image/x-nikon-nef', name: 'DSC_1.NEF', stack: [{ id: idOf(1), type: 'image/jpeg' }] });
  const jpeg = photo(1, { stack: [{ id: raw.id, type: raw.type }] });
  const fixture = await stage.fixture([jpeg, photo(3)]);
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  const tile = page.locator(`a[data-id="${jpeg.id}"]`);
  expect(await tile.locator('.raw').innerText()).toBe('RAW');
  expect(await tile.getAttribute('aria-label')).toMatch(/^Photo with RAW, /);
  expect(await page.locator(`a[data-id="${idOf(3)}"] .raw`).count()).toBe(0);
  await tile.click();
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  fixture.add(raw);
  await openInfo(page);
  await page.getByRole('link', { name: 'Show the RAW of this shot' }).click();
  await expect.poll(() => openId(page)).toBe(raw.id);
  await page.getByRole('link', { name: 'Show the JPEG of this shot' }).click();
  await expect.poll(() => openId(page)).toBe(jpeg.id);
  expect(mishaps).toEqual([]);
  await close();
});

test('a RAW without a picture says so, in the timeline and large; no picture is requested', async () => {
  const raw = bare(1, { type: 'image/x-canon-cr2', name: 'IMG_1.CR2', unshown: 'no-preview' });
  const fixture = await stage.fixture([raw, photo(2)]);
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  const tile = page.locator(`a[data-id="${raw.id}"]`);
  expect(await tile.innerText()).toBe('RAW without a preview');
  await tile.click();
  await page.waitForSelector('text=This RAW file has no preview.');
  await openInfo(page);
  expect(await page.getByRole('link', { name: 'Download as JPEG' }).count()).toBe(0);
  expect(asked(fixture, raw.id)).toEqual([]);
  expect(mishaps).toEqual([]);
  await close();
});

test('a damaged photo says so, in the timeline, large and in its information; the decodable part is shown', async () => {
  const half = photo(1, { damaged: true });
  const none = bare(2, {
    type: 'application/octet-stream',
    name: 'a.jpg',
    unshown: 'damaged',
    damaged: true,
    width: 0,
    height: 0,
  });
  const fixture = await stage.fixture([half, none]);
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  const [first, second] = [half, none].map(({ id }) => page.locator(`a[data-id="${id}"]`));
  expect(await first!.getAttribute('aria-label')).toMatch(/, damaged$/);
  expect(await first!.locator('svg.damaged').count()).toBe(1);
  expect(await second!.innerText()).toBe('Damaged');
  await first!.click();
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await openInfo(page);
  await page.waitForSelector('text=Only part of this file can be shown.');
  await page.goto(`${fixture.url}/photo/${none.id}`);
  const said = page.locator('text=can’t be shown');
  await said.waitFor();
  const box = (await said.boundingBox())!;
  expect(box.width).toBeGreaterThan(150);
  expect(asked(fixture, none.id)).toEqual([]);
  expect(mishaps).toEqual([]);
  await close();
});

test('a video that this server can’t read has a sign and its length in the timeline; no picture is requested', async () => {
  const video = bare(1, { type: 'video/mp4', name: 'MOV_1.MP4', unshown: 'no-ffmpeg', seconds: 74 });
  const fixture = await stage.fixture([video, photo(2)]);
  const { page, mishaps, close } = await stage.see(fixture.url, {}, /404/);
  await shown(page);
  const tile = page.locator(`a[data-id="${video.id}"]`);
  expect(await tile.innerText()).toBe('1:14');
  expect(await tile.locator('svg.film').count()).toBe(1);
  expect(await tile.getAttribute('aria-label')).toMatch(/^Video, /);
  expect(asked(fixture, video.id)).toEqual([]);
  // Viewing it offers the file, not a broken picture.
  await tile.click();
  await page.waitForSelector('.view video');
  expect(await page.$eval('.view video', (film) => film.getAttribute('poster'))).toBeNull();
  expect(await page.locator('text=RAW').count()).toBe(0);
  expect(asked(fixture, video.id).filter((path) => !path.includes('/video'))).toEqual([]);
  expect(mishaps).toEqual([]);
  await close();
});

test('a HEIC is shown by its renditions and can be downloaded as JPEG; a JPEG has no such choice', async () => {
  const heic = photo(2, { type: 'image/heic', name: 'IMG_2.HEIC' });
  const fixture = await stage.fixture([photo(1), heic]);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${heic.id}`);
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await openInfo(page);
  const link = page.getByRole('link', { name: 'Download as JPEG' });
  expect(await link.getAttribute('href')).toBe(`/originals/${heic.id}/jpeg`);
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  expect(download.suggestedFilename()).toBe('IMG_2.jpg');
  const saved = join(temporaryFolder(), 'IMG_2.jpg');
  await download.saveAs(saved);
  expect((await readFile(saved)).equals(Buffer.from(heic.picture.preview))).toBe(true);
  // Browsers can't show the original, so it is never requested.
  expect(fixture.requests.filter((path) => path === `/originals/${heic.id}`)).toEqual([]);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => openId(page)).toBe(idOf(1));
  await expect.poll(() => link.count()).toBe(0);
  expect(mishaps).toEqual([]);
  await close();
});

test('a Live Photo plays in the timeline while the pointer or the keyboard focus rests on it', async () => {
  const live = photo(1, { motion: true });
  const fixture = await stage.fixture([live, photo(2)]);
  fixture.film(tinyFilm());
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  expect(asked(fixture, live.id).filter((path) => path.endsWith('/hover'))).toEqual([]);
  await page.hover(`a[data-id="${live.id}"]`);
  await expect.poll(() => asked(fixture, live.id)).toContain(`/media/${live.id}/hover`);
  await page.waitForSelector(`a[data-id="${live.id}"] video`);
  await page.mouse.move(5, 5);
  await page.waitForSelector('a.tile video', { state: 'detached' });
  await page.keyboard.press('Tab');
  await expect
    .poll(
      async () => {
        if ((await page.locator(`a[data-id="${live.id}"]:focus-visible`).count()) > 0) return true;
        await page.keyboard.press(
          await page.evaluate(() => (document.activeElement?.matches('a.tile') ? 'ArrowRight' : 'Tab')),
        );
        return false;
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  await page.waitForSelector(`a[data-id="${live.id}"] video`);
  expect(mishaps).toEqual([]);
  await close();
});

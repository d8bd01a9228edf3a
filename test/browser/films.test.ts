/** Videos and motion photos in a real browser: badges and previews in the timeline, playback by mouse and keyboard. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyFilm } from '../video/films.js';
import { makePhoto, type Fixture } from './fixture.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let plays = false;
beforeAll(async () => {
  stage = await openStage();
  // The Chromium from npm has no H.264; Debian's has.
  const { page, close } = await stage.see((await stage.fixture([])).url);
  plays = await page.evaluate(
    () => document.createElement('video').canPlayType('video/mp4; codecs="avc1.42E01E"') !== '',
  );
  await close();
});
afterAll(() => stage.close());

async function openAlbum(): Promise<{ fixture: Fixture; video: string; live: string }> {
  const [first, second, third] = stage.pictures;
  const video = makePhoto(1, first!, {
    type: 'video/mp4',
    seconds: 74,
    codecs: { video: 'h264' },
    taken: '2024-07-03T12:00:00.000',
  });
  const live = makePhoto(2, second!, { motion: true, taken: '2024-07-02T12:00:00.000' });
  const fixture = await stage.fixture([video, live, makePhoto(3, third!)]);
  fixture.film(tinyFilm());
  return { fixture, video: video.id, live: live.id };
}

const filmRequests = (fixture: Fixture): string[] => fixture.requests.filter((path) => /\/(?:hover|video)$/.test(path));
const isPaused = (page: Page, within = '.view'): Promise<boolean | undefined> =>
  page.evaluate((within) => document.querySelector<HTMLVideoElement>(`${within} video`)?.paused, within);

describe('in the timeline', () => {
  test('a video shows its length, a Live Photo its badge; nothing is fetched before the pointer rests on it', async () => {
    const { fixture, video, live } = await openAlbum();
    const { page, mishaps, close } = await stage.see(fixture.url);
    await shown(page);
    const tile = (id: string) => page.locator(`a[data-id="${id}"]`);
    expect(await tile(video).innerText()).toBe('1:14');
    expect(await tile(video).getAttribute('aria-label')).toMatch(/^Video, /);
    expect(await tile(live).getAttribute('aria-label')).toMatch(/^Live Photo, /);
    expect(await tile(live).locator('.live').count()).toBe(1);
    expect(filmRequests(fixture)).toEqual([]);
    await tile(video).hover();
    await expect.poll(() => filmRequests(fixture)).toContain(`/media/${video}/hover`);
    if (plays) {
      await page.waitForSelector(`a[data-id="${video}"] video.playing`);
      expect(await page.$eval('a.tile video', (film) => (film as HTMLVideoElement).muted)).toBe(true);
      await page.mouse.move(5, 5);
      await page.waitForSelector('a.tile video', { state: 'detached' });
    }
    expect(mishaps).toEqual([]);
    await close();
  });

  test('a passing pointer starts nothing, nor does a resting one with reduced motion', async () => {
    const { fixture, video } = await openAlbum();
    const { page, close } = await stage.see(fixture.url, { reducedMotion: 'reduce' });
    await shown(page);
    await page.hover(`a[data-id="${video}"]`);
    await page.waitForTimeout(600);
    expect(filmRequests(fixture)).toEqual([]);
    await close();
  });
});

describe('in the photo view', () => {
  test('a video plays muted by itself; keys, mouse and controls play and pause', async (context) => {
    if (!plays) return context.skip('this Chromium plays no H.264');
    const { fixture, video } = await openAlbum();
    const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${video}`);
    await expect.poll(() => isPaused(page)).toBe(false);
    expect(await page.$eval('.view video', (film) => (film as HTMLVideoElement).muted)).toBe(true);
    await page.keyboard.press('k');
    await expect.poll(() => isPaused(page)).toBe(true);
    await page.keyboard.press(' ');
    await expect.poll(() => isPaused(page)).toBe(false);
    await page.mouse.click(700, 400);
    await expect.poll(() => isPaused(page)).toBe(true);
    await page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => isPaused(page)).toBe(false);
    await page.keyboard.press('m');
    await expect.poll(() => page.$eval('.view video', (film) => (film as HTMLVideoElement).muted)).toBe(false);
    await page.getByRole('slider', { name: 'Position in the video' }).fill('0.5');
    await page.keyboard.press('ArrowRight');
    expect(page.url()).toContain(video);
    await page.locator('.view').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.url()).not.toContain(video);
    expect(await page.locator('.view .controls').count()).toBe(0);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('a video being transcoded says so, and plays when it is ready', async () => {
    const { fixture, video } = await openAlbum();
    fixture.film(undefined);
    const { page, close } = await stage.see(`${fixture.url}/photo/${video}`, {}, /404/);
    await page.waitForSelector('text=This video is still being prepared.');
    fixture.film(tinyFilm());
    if (plays) await expect.poll(() => isPaused(page)).toBe(false);
    else await page.waitForSelector('text=can’t be played because');
    await close();
  });

  test('a Live Photo plays while pressed, and by its badge and key; otherwise it is a picture', async (context) => {
    if (!plays) return context.skip('this Chromium plays no H.264');
    const { fixture, live } = await openAlbum();
    const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${live}`);
    await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
    expect(filmRequests(fixture)).toEqual([]);
    // Slowly enough to be observed playing on a busy machine, too.
    await page.evaluate(() =>
      addEventListener('playing', (event) => ((event.target as HTMLVideoElement).playbackRate = 0.2), {
        capture: true,
      }),
    );
    await page.mouse.move(700, 400);
    await page.mouse.down();
    await page.waitForSelector('.live video.playing');
    await page.mouse.up();
    await page.waitForSelector('.live video', { state: 'detached' });
    await page.keyboard.press('l');
    await page.waitForSelector('.live video.playing');
    // It ends by itself, and becomes a picture again.
    await page.waitForSelector('.live video', { state: 'detached' });
    await page.getByRole('button', { name: 'Play Live Photo' }).hover();
    await page.waitForSelector('.live video.playing');
    expect(mishaps).toEqual([]);
    await close();
  });
});

/**
 * The public front page in a real browser on a real server: the picture of the day, its slideshow, tags, albums, the
 * timeline below; in both themes, from a phone to a large screen. SHOTS=<folder> saves screenshots there, and
 * PHOTOS=<folder> shows the JPEGs in it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { local } from '../../src/access/viewer.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { breachesIn } from './axe.js';
import { change, fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { makePicture } from './pictures.js';
import { inBothThemes, openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
let ids: string[];
const { SHOTS: shots, PHOTOS: photos } = process.env;
const real = photos === undefined ? [] : readdirSync(photos).filter((name) => /\.jpe?g$/i.test(name));

beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
  const made = await Promise.all(real.map((name) => makePicture(readFileSync(join(photos!, name)))));
  const pictures = made.length > 0 ? made : stage.pictures;
  const words = [
    'sea',
    'harbour',
    'mountains',
    'winter light',
    'birds',
    'night',
    'markets',
    'trains',
    'gardens',
    'snow',
  ];
  const tell = (n: number) => ({ facts: { tags: words.filter((_, k) => n % (k + 1) === 0) } });
  ids = await fill(home, pictures, 90, { minutes: 3000, tell });
  await change(home, { ids: ids.slice(0, 80), audience: 'public' });
  await change(home, {
    ids: [ids[0]!],
    tags: { add: ['featured'] },
    title: 'Low tide',
    place: { city: 'Delft', country: 'NL' },
  });
  await change(home, { ids: ids.slice(4, 20), albums: { add: ['A summer by the sea'] } });
  await change(home, { ids: ids.slice(80), title: 'Private', tags: { add: ['secret'] } });
  home.access.settings.change({ setUp: true, visitors: true });
});
afterAll(async () => {
  await home.close();
  await stage.close();
});

const shoot = async (page: Page, name: string): Promise<void> => {
  if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) });
};
/** The layout shift of the page (Layout Instability, web.dev/cls). */
const shift = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => setTimeout(() => resolve(sum), 100));
      }),
  );

test.each([390, 820, 1440, 2560])('a calm front page, at %i px, in both themes', async (width) => {
  const height = width < 600 ? 844 : width < 1000 ? 1180 : width < 2000 ? 900 : 1440;
  const seen = await stage.see(home.url, { viewport: { width, height } });
  onTestFinished(seen.close);
  const { page } = seen;
  await page.locator('.hero img.shown').waitFor();
  await shown(page);
  await page.getByRole('link', { name: 'Picture of the day: Low tide' }).waitFor();
  expect(await page.locator('.cloud a').allInnerTexts()).toContain('harbour');
  expect(await page.locator('.front').innerText()).not.toMatch(/secret|featured|Private/);
  await page.getByRole('link', { name: 'A summer by the sea, 16 photos' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const [front, month] = [await page.locator('.front').boundingBox(), await page.locator('h2').first().boundingBox()];
  expect(month!.y).toBeGreaterThanOrEqual(front!.y + front!.height);
  expect(await shift(page)).toBeLessThan(0.02);
  await inBothThemes(page, async (theme) => {
    await shoot(page, `front-${width}-${theme}`);
    if (width === 390 || width === 1440) expect(await breachesIn(page, theme), theme).toEqual([]);
  });
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await expect.poll(() => page.locator('a.tile').count()).toBeGreaterThan(0);
  expect(seen.mishaps).toEqual([]);
});

test('its feed is well-formed, whatever the names of photos', async () => {
  const { page, close } = await stage.see(home.url);
  onTestFinished(close);
  const hostile = ']]></title><script>alert(1)</script>&nbsp; "\u0001\ufffe';
  await changePhotos(home.library, local, [ids[1]!], { title: hostile, description: hostile });
  const told = await page.evaluate(async () => {
    const href = document.querySelector<HTMLLinkElement>('link[type="application/atom+xml"]')!.href;
    const feed = new DOMParser().parseFromString(await (await fetch(href)).text(), 'application/xml');
    const entries = [...feed.querySelectorAll('entry')];
    const html = new DOMParser().parseFromString(entries[1]!.querySelector('content')!.textContent, 'text/html');
    return {
      broken: feed.querySelector('parsererror')?.textContent,
      count: entries.length,
      titles: entries.slice(0, 2).map((entry) => entry.querySelector('title')!.textContent),
      scripts: html.querySelectorAll('script').length,
      picture: html.querySelector('img')?.src,
      text: html.body.textContent,
    };
  });
  expect(told).toMatchObject({
    broken: undefined,
    count: 50,
    scripts: 0,
    picture: `${home.url}/media/${ids[1]!}/preview`,
  });
  expect(told.titles).toEqual(['Low tide', ']]></title><script>alert(1)</script>&nbsp; " \ufffd']);
  expect(told.text).toContain('<script>alert(1)</script>&nbsp;');
});

test('the picture opens and Back returns to it; the slideshow starts and ends; a tag is a search', async () => {
  const { page, mishaps, close } = await stage.see(home.url);
  onTestFinished(close);
  await page.getByRole('link', { name: 'Picture of the day: Low tide' }).click();
  await page.waitForURL(`**/photo/${ids[0]!}`);
  await page.getByRole('dialog').waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Slideshow' }).click();
  await page.locator('.show').waitFor();
  await page.waitForURL((url) => url.pathname.startsWith('/photo/') && !url.pathname.endsWith(ids[0]!));
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.show').count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.waitForURL((url) => url.pathname === '/');
  await page.getByRole('link', { name: /^harbour, / }).click();
  await page.waitForURL('**/?q=tag*');
  await expect.poll(() => page.locator('.hero').count()).toBe(0);
  await page.goBack();
  await page.locator('.hero').waitFor();
  expect(await page.title()).toBe('Photospool');
  expect(mishaps).toEqual([]);
});

/**
 * What holds on every page of the album, in a real browser on a real home: nothing moves for people who prefer reduced
 * motion, the focus is always visible, and an address shows another person the same.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ask, change, fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, seenTiles, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
let ids: string[];
beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
  ids = await fill(home, stage.pictures, 90, {
    minutes: 3600,
    tell: (n) => ({
      facts: {
        tags: n % 2 === 0 ? ['sea'] : ['town'],
        camera: { make: 'Canon', model: 'EOS R5' },
        gps: { lat: 39.11, lon: -108.35 },
        place: { city: 'Palisade' },
      },
    }),
  });
  await change(home, { ids: ids.slice(0, 20), albums: { add: ['Summer'] } });
  await change(home, { ids: ids.slice(80), trashed: true });
});
afterAll(async () => {
  await home.close();
  await stage.close();
});

/** Each page, and a selector that is present when it is ready. */
const pages: [path: string, ready: string][] = [
  ['/', 'a.tile img.shown'],
  ['/?by=month', 'a[data-span] img'],
  ['/inbox', 'main img, main h2'],
  ['/albums', '[data-list="albums"] li a'],
  ['/tags', '[data-list="tag-tiles"] a'],
  ['/cameras', '[data-list="cameras"] a'],
  ['/places', '[aria-label="Map"]'],
  ['/trash', 'a.tile img.shown'],
  ['/spool', '[data-figure="today"]'],
  ['/servers', 'main h2'],
  ['/shares', 'main h2'],
  ['/access', '[role="switch"]'],
];

/** Elements that would move or fade: with a noticeable transition or animation. */
const moving = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const long = (durations: string): boolean => durations.split(', ').some((one) => parseFloat(one) > 0.001);
    return [...document.querySelectorAll('*')]
      .filter((element) => {
        const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
        return long(transitionDuration) || (animationName !== 'none' && long(animationDuration));
      })
      .map((element) => element.outerHTML.slice(0, 100));
  });

test('the same check finds motion without reduced motion', async () => {
  const { page, close } = await stage.see(home.url);
  onTestFinished(close);
  await shown(page);
  expect((await moving(page)).length).toBeGreaterThan(0);
});

/** Whether the focused element is distinguishable: by an outline, or a line inside it, on it or on its label. */
const isSeen = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => {
    const active = document.activeElement;
    if (!active || active === document.body) return undefined;
    const marks = (element: Element, part?: string): boolean => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element, part);
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow.includes('inset');
    };
    const where = [active, active.closest('label')].filter((one) => one !== null);
    const seen = where.some((element) => marks(element) || marks(element, '::after'));
    return seen ? undefined : active.outerHTML.slice(0, 160);
  });

/** Fails unless the focus is distinguishable on its way through `count` controls in one theme, and back in the other. */
async function expectSeen(page: Page, count: number, told: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' });
  for (let n = 1; n <= count; n++) {
    await page.keyboard.press('Tab');
    expect(await isSeen(page), `${told}, after ${n} × Tab`).toBeUndefined();
  }
  await page.emulateMedia({ colorScheme: 'dark' });
  for (let n = count; n >= 1; n--) {
    expect(await isSeen(page), `${told}, back at ${n} × Tab, dark`).toBeUndefined();
    await page.keyboard.press('Shift+Tab');
  }
}

// Every control on every page.
test(
  'nothing moves with reduced motion, and the focus is always visible, in both themes',
  { timeout: 240_000 },
  async () => {
    const { page, mishaps, close } = await stage.open(home.url, { reducedMotion: 'reduce' });
    onTestFinished(close);
    for (const [path, ready] of pages) {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.goto(home.url + path);
      await page.locator(ready).first().waitFor();
      expect(await moving(page), path).toEqual([]);
      await page.emulateMedia({ reducedMotion: 'no-preference' });
      await expectSeen(page, 12, path);
    }
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(`${home.url}/photo/${ids[3]!}`);
    await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
    await page.keyboard.press('i');
    await page.locator('aside fieldset input').first().waitFor();
    expect(await moving(page)).toEqual([]);
    await expectSeen(page, 30, 'photo');
    await page.locator('.view').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.url()).toContain(ids[4]!);
    expect(await moving(page)).toEqual([]);
    expect(mishaps).toEqual([]);
  },
);

test('an address shows another person the same', async () => {
  const first = await stage.see(home.url);
  onTestFinished(first.close);
  const { page } = first;
  await shown(page);
  await page.keyboard.press('/');
  await page.keyboard.type('tag:sea album:Summer');
  await page.keyboard.press('Enter');
  await page.waitForSelector('main[data-count="10"]');
  const found = (await seenTiles(page)).map(({ id }) => id);
  const search = page.url();
  await page.locator('a.tile').nth(2).click();
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  const photo = page.url();
  const second = await stage.see(search);
  onTestFinished(second.close);
  await second.page.waitForSelector('main[data-count="10"]');
  await expect.poll(async () => (await seenTiles(second.page)).map(({ id }) => id)).toEqual(found);
  await second.page.goto(photo);
  await second.page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  expect((await ask(home, found[2]!)).tags).toContain('sea');
  expect(new URL(second.page.url()).pathname).toBe(`/photo/${found[2]!}`);
  // Within the results: the next photo is the next one of the search.
  await second.page.waitForSelector('button[aria-label="Next photo"]');
  await second.page.keyboard.press('ArrowRight');
  await expect.poll(() => new URL(second.page.url()).pathname).toBe(`/photo/${found[3]!}`);
  expect([...first.mishaps, ...second.mishaps]).toEqual([]);
});

/**
 * What a screen reader gets, and the way of the keyboard, on every page and dialog: headings, landmarks, names, contrast, the
 * order of tab stops; that pages do not move while they load; and the timeline as one tab stop.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { backwards, mishearings, tabStops } from './accessibility-tree.js';
import { breaches } from './axe.js';
import { furnish, type Furnished } from './every-page.js';
import { openServedHome, type ServedHome } from './home.js';
import { shiftOf, watchShift } from './shift.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
let empty: ServedHome;
let furnished: Furnished;
let ids: string[];
beforeAll(async () => {
  stage = await openStage();
  [home, empty] = [await openServedHome(stage.folder), await openServedHome(stage.folder)];
  furnished = await furnish(stage, home, empty);
  ids = furnished.ids;
});
afterAll(async () => {
  await home.close();
  await empty.close();
  await stage.close();
});

/** What is missing without the frame of the app; a modal dialog also hides the content, and begins with its own heading. */
const missing = {
  app: /^$/,
  none: /^no (?:banner|navigation)$/,
  modal: /^no (?:banner|navigation|main)$|^0 h1: $|^a heading of level 2 after a jump/,
};

/** What is wrong with the open page. */
async function wrongWith(page: Page, frame: keyof typeof missing = 'app'): Promise<string[]> {
  const stops = await tabStops(page);
  const before = stops.findIndex(({ part }) => part === 'MAIN');
  const isFramed = frame === 'app';
  return [
    ...(await mishearings(page)).filter((one) => !missing[frame].test(one)),
    ...backwards(stops),
    ...(isFramed && stops[0]?.part !== 'skip' ? [`begins with ${stops[0]?.name ?? 'nothing'}`] : []),
    ...(isFramed && before >= 30 ? [`${before} tab stops before the content`] : []),
  ];
}

test(
  'every page can be heard, is walked in the order in which it is seen, and stays where it is',
  { timeout: 180_000 },
  async () => {
    for (const visited of furnished.pages) {
      const { page, mishaps, close } = await furnished.open(visited[0]!);
      onTestFinished(close);
      await watchShift(page);
      for (const { path, ready, frame } of visited) {
        await page.goto(furnished.addressOf(path));
        await page.locator(ready).first().waitFor();
        await expect.poll(() => wrongWith(page, frame), { message: path }).toEqual([]);
        await expect.poll(() => breaches(page), { message: path }).toEqual([]);
        expect(await shiftOf(page), path).toBeLessThan(0.01);
        // The narrowest width is that of language.test.ts.
        await page.setViewportSize({ width: 2560, height: 900 });
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth), { message: path })
          .toBe(2560);
        await page.setViewportSize({ width: 1440, height: 900 });
      }
      expect(mishaps).toEqual([]);
    }
  },
);

/** A panel beside the page begins with its own heading. */
const ofPanel = /^a heading of level 2 after a jump/;

test('every dialog can be heard', { timeout: 120_000 }, async () => {
  const { page, mishaps, close } = await furnished.open({ path: '/' });
  onTestFinished(close);
  for (const { name, path, ready, isModal, open } of furnished.dialogs) {
    await page.goto(furnished.addressOf(path));
    await page.locator(ready).first().waitFor();
    await open(page);
    const wrong = async (): Promise<string[]> => [
      ...(await mishearings(page)).filter((one) => !(isModal ? missing.modal : ofPanel).test(one)),
      ...(await breaches(page)),
    ];
    await expect.poll(wrong, { message: name }).toEqual([]);
  }
  expect(mishaps).toEqual([]);
});

test('the timeline is one tab stop, and its photos are reached, selected and opened by keys', async () => {
  const { page, mishaps, close } = await furnished.see({ path: '/' });
  onTestFinished(close);
  await shown(page);
  const focused = (): Promise<string | undefined> =>
    page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['id']);
  const sameMinute = await page
    .locator('a.tile')
    .evaluateAll((tiles) => tiles.slice(0, 3).map((tile) => tile.ariaLabel));
  expect(sameMinute.map((name) => name?.split(',')[0]).sort()).toEqual(['Photo', 'Photo 2', 'Photo 3']);
  expect(sameMinute[0]).toBe('Photo, Sunday, 21 July 2024 at 10:00, Palisade');
  const favourite = page.locator(`a.tile[data-id="${ids[4]!}"]`);
  expect(await favourite.getAttribute('aria-label')).toMatch(/, Palisade, favourite$/);

  // The skip link, the content, the choice of whose photos, the first photo.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
  for (let n = 0; n < 4 && (await focused()) === undefined; n++) await page.keyboard.press('Tab');
  const order = await page
    .locator('a.tile')
    .evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).dataset['id']));
  await expect.poll(focused).toBe(order[0]);
  expect(
    (await tabStops(page)).filter(({ name }) => /^(?:Photo|Video) ?\d*, /.test(name) || /^Select \w+ \d/.test(name)),
  ).toHaveLength(1);

  await page.keyboard.press('ArrowRight');
  await expect.poll(focused).toBe(order[1]);
  await page.keyboard.press('End');
  await expect.poll(focused).toBe(ids[54]);
  await page.keyboard.press('PageUp');
  await expect.poll(async () => ids.indexOf((await focused())!)).toBeLessThan(54);
  await page.keyboard.press('Home');
  await expect.poll(focused).toBe(order[0]);
  await page.keyboard.press('PageDown');
  await expect.poll(async () => order.indexOf(await focused())).not.toBe(0);
  const below = await focused();
  await page.keyboard.press('PageUp');
  await expect.poll(focused).not.toBe(below);
  await page.keyboard.press('Home');
  await expect.poll(focused).toBe(order[0]);

  const selected = page.getByText(/^\d+ selected$/);
  await page.keyboard.press(' ');
  await expect.poll(() => selected.innerText()).toBe('1 selected');
  await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(() => selected.innerText()).toBe('2 selected');
  await page.keyboard.press('Escape');
  await expect.poll(() => selected.count()).toBe(0);
  await page.keyboard.press('Shift+X');
  await expect.poll(() => selected.innerText()).toBe('3 selected');
  await page.keyboard.press('Escape');
  const last = await focused();
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname).toBe(`/photo/${last!}`);
  await page.locator('.picture[aria-hidden="false"] img.shown').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe(last);
  expect(mishaps).toEqual([]);
});

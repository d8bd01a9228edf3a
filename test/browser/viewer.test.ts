/**
 * The bars of the photo view in a real browser: title, counter and film strip, the actions that the viewer has for this
 * photo, and when the bars are visible.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { breaches } from './axe.js';
import { ask, change, fill } from './fill.js';
import { openHand, phone } from './fingers.js';
import { makePhoto, makePhotos } from './fixture.js';
import { openServedHome, type ServedHome } from './home.js';
import { shiftOf, watchShift } from './shift.js';
import { inSelectionMenu, opened, openMore, openStage, shown, type Stage, wake } from './stage.js';

let stage: Stage;
let home: ServedHome;
let ids: string[];
beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
  ids = await fill(home, stage.pictures, 12, { originals: 12 });
});
afterAll(async () => {
  await home.close();
  await stage.close();
});

const openId = (page: Page): string | undefined => /\/photo\/([0-9a-f]{64})/.exec(page.url())?.[1];
const actions = (page: Page) => page.getByRole('toolbar', { name: 'Photo actions' });
const names = (page: Page): Promise<string[]> =>
  actions(page)
    .getByRole('button')
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''));
/** Whether the bars are visible. */
const barsSeen = (page: Page): Promise<boolean> =>
  page.$eval('.chrome.top', (bar) => Number(getComputedStyle(bar).opacity) > 0.5);

test('title, place or day stand over the date, in the title of the window too; counter and strip lead on', async () => {
  const photos = makePhotos(2000, stage.pictures, 2);
  Object.assign(photos[700]!, { title: 'Where the river starts' });
  Object.assign(photos[701]!, { place: { city: 'Ribadesella', region: 'Asturias', country: 'ES' } });
  const fixture = await stage.fixture(photos);
  const { page, mishaps, close } = await stage.open(fixture.url);
  onTestFinished(close);
  await watchShift(page);
  await page.goto(`${fixture.url}/photo/${photos[700]!.id}`);
  await opened(page);
  const heading = page.locator('.heading p');
  await expect.poll(() => heading.allInnerTexts()).toEqual(['Where the river starts', 'Fri, 19 July 2024 · 18:40']);
  expect(await page.title()).toBe('Where the river starts – Photospool');
  await page.getByText('701 of 2,000', { exact: true }).waitFor();
  const strip = page.getByRole('group', { name: 'Nearby photos' });
  await expect.poll(() => strip.locator('img').count()).toBeGreaterThan(15);
  expect(await strip.locator('img').count()).toBeLessThan(50);
  expect(await strip.locator('[aria-current]').getAttribute('href')).toContain(photos[700]!.id);
  // The strip is one stop of the Tab key.
  expect(await strip.locator('a:not([tabindex="-1"])').count()).toBe(1);
  await strip
    .locator('a', { has: page.locator('xpath=self::*') })
    .nth(0)
    .waitFor();
  await wake(page);
  await strip.locator(`a[href*="${photos[701]!.id}"]`).click();
  await expect.poll(() => openId(page)).toBe(photos[701]!.id);
  await expect.poll(() => heading.allInnerTexts()).toEqual(['Ribadesella, Spain', 'Fri, 19 July 2024 · 18:38']);
  await page.getByText('702 of 2,000', { exact: true }).waitFor();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => heading.allInnerTexts()).toEqual(['Fri, 19 July 2024', '18:36']);
  await expect.poll(() => page.locator('.view [role="status"]').first().innerText()).toContain('703 of 2,000');
  expect(fixture.requests.filter((path) => path.startsWith('/api/tiles')).length).toBeLessThan(10);
  expect(await shiftOf(page)).toBeLessThan(0.01);
  expect(await breaches(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await shown(page);
  expect(await page.title()).toBe('Photos – Photospool');
  expect(mishaps).toEqual([]);
});

test('each action is there only if the server grants it for this photo', async () => {
  const photos = [
    makePhoto(4, stage.pictures[0]!, { taken: '2024-07-04T12:00:00.000' }),
    {
      ...makePhoto(3, stage.pictures[1]!, { taken: '2024-07-03T12:00:00.000' }),
      can: ['details', 'favourite'] as const,
    },
    { ...makePhoto(2, stage.pictures[2]!, { taken: '2024-07-02T12:00:00.000' }), can: [] },
    makePhoto(1, stage.pictures[3]!, { taken: '2024-07-01T12:00:00.000', trashed: true }),
  ];
  const fixture = await stage.fixture(photos);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${photos[0]!.id}`);
  onTestFinished(close);
  await opened(page);
  expect(await names(page)).toEqual(['Share', 'Favourite', 'Add to album', 'Edit photo', 'Move to trash', 'More']);
  await page.getByRole('button', { name: 'Next photo' }).click();
  await expect.poll(() => names(page)).toEqual(['Favourite', 'More']);
  // Nor does a key do more.
  for (const key of ['Delete', 'b', 'e', 'd', '3', 'Shift+S', 'Shift+A']) await page.keyboard.press(key);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => names(page)).toEqual(['More']);
  await page.keyboard.press('f');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => names(page)).toEqual(['Restore', 'Delete permanently', 'More']);
  // A photo in the trash is neither changed nor shared.
  for (const key of ['f', 'b', 'e', 'd', 's', '3', 'Shift+S', 'Shift+A', 'Shift+E']) await page.keyboard.press(key);
  expect(await page.getByRole('dialog').count()).toBe(1);
  await openMore(page);
  expect(await page.locator('ul.menu li').allInnerTexts()).toEqual([expect.stringContaining('Download original')]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('i');
  await page.locator('.panel dl').waitFor();
  expect(await page.locator('.panel').locator('input, textarea, select').count()).toBe(0);
  expect(fixture.sent).toEqual([]);
  expect(mishaps).toEqual([]);
});

test('more actions: link, archive and album by key; undo returns to the photo', async () => {
  const { page, mishaps, close } = await stage.see(`${home.url}/photo/${ids[1]!}`);
  onTestFinished(close);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await opened(page);
  await page.waitForSelector('button[aria-label="Next photo"]');
  await openMore(page);
  expect(await breaches(page)).toEqual([]);
  await page.getByRole('menuitem', { name: 'Copy link' }).click();
  await page.getByText('Link copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${home.url}/photo/${ids[1]!}`);
  await page.keyboard.press('b');
  await page.getByRole('combobox', { name: 'Add to album' }).fill('Rivers');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await ask(home, ids[1]!)).albums).toEqual(['Rivers']);
  await page.keyboard.press('Escape');
  await openMore(page);
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expect.poll(() => openId(page)).toBe(ids[2]);
  expect(await ask(home, ids[1]!)).toMatchObject({ archived: true });
  await page.keyboard.press('Control+z');
  await expect.poll(() => openId(page)).toBe(ids[1]);
  expect(await ask(home, ids[1]!)).toMatchObject({ archived: false });
  await page.getByText('2 of 12', { exact: true }).waitFor();
  await page.keyboard.press('Delete');
  await expect.poll(() => openId(page)).toBe(ids[2]);
  await page.keyboard.press('Control+z');
  await expect.poll(() => openId(page)).toBe(ids[1]);
  expect((await ask(home, ids[1]!)).trashed).toBe(false);
  expect(mishaps).toEqual([]);
});

test('the menu has the focus and its keys; none of them reaches the photo below', async () => {
  const { page, mishaps, close } = await stage.see(`${home.url}/photo/${ids[3]!}`);
  onTestFinished(close);
  await opened(page);
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent.trim() ?? '');
  const more = actions(page).getByRole('button', { name: 'More' });
  await more.focus();
  await page.keyboard.press('Enter');
  const items = page.getByRole('menu', { name: 'More' }).getByRole('menuitem');
  await items.first().waitFor();
  const labels = (await items.allInnerTexts()).map((label) => label.split('\n')[0]!.trim());
  await expect.poll(focused).toContain('Download original');
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toContain(labels[1]!);
  await page.keyboard.press('End');
  await expect.poll(focused).toContain(labels.at(-1)!);
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toContain('Download original');
  await page.keyboard.press('ArrowUp');
  await expect.poll(focused).toContain(labels.at(-1)!);
  await page.keyboard.press('Home');
  await expect.poll(focused).toContain('Download original');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('f');
  expect(await focused()).toContain('Download original');
  await page.keyboard.press('c');
  await expect.poll(focused).toContain('Copy link');
  await page.keyboard.press('c');
  await expect.poll(focused).toContain('Change date');
  expect(openId(page)).toBe(ids[3]);
  expect((await ask(home, ids[3]!)).favourite).toBe(false);
  await page.keyboard.press('Escape');
  await expect.poll(() => items.count()).toBe(0);
  expect(await more.evaluate((button) => button === document.activeElement)).toBe(true);
  expect(openId(page)).toBe(ids[3]);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => openId(page)).toBe(ids[4]);
  expect(mishaps).toEqual([]);
});

test('the info panel is as dark as the stage in both themes; on a phone on its side it says the date alone', async () => {
  const { page, mishaps, close } = await stage.see(`${home.url}/photo/${ids[6]!}`, {
    viewport: { width: 1200, height: 800 },
    colorScheme: 'light',
  });
  onTestFinished(close);
  await opened(page);
  await page.keyboard.press('i');
  const panel = page.locator('aside');
  await panel.locator('dl').first().waitFor();
  expect(await panel.evaluate((aside) => getComputedStyle(aside).backgroundColor)).toBe('rgb(29, 29, 31)');
  expect(await breaches(page)).toEqual([]);
  await wake(page);
  expect(await page.locator('.heading p').first().isVisible()).toBe(true);
  await page.setViewportSize({ width: 844, height: 390 });
  await expect.poll(() => page.locator('.heading p').first().isVisible()).toBe(false);
  expect(mishaps).toEqual([]);
});

test('a message stands above the film strip', async () => {
  const { page, mishaps, close } = await stage.see(`${home.url}/photo/${ids[5]!}`, {
    viewport: { width: 1440, height: 900 },
  });
  onTestFinished(close);
  await opened(page);
  await wake(page);
  await page.keyboard.press('f');
  const toast = page.locator('.toast');
  await toast.getByRole('button', { name: 'Undo' }).waitFor();
  const strip = (await page.getByRole('group', { name: 'Nearby photos' }).boundingBox())!;
  await expect
    .poll(async () => {
      const box = (await toast.boundingBox())!;
      return box.y + box.height <= strip.y;
    })
    .toBe(true);
  await toast.getByRole('button', { name: 'Undo' }).click();
  expect(mishaps).toEqual([]);
});

test('a photo in the trash is restored, or after a question deleted permanently', async () => {
  await change(home, { ids: ids.slice(9), trashed: true });
  const { page, mishaps, close } = await stage.see(`${home.url}/?q=is:trashed`, {}, /status of 404/);
  onTestFinished(close);
  await page.locator(`a[data-id="${ids[9]!}"]`).click();
  await opened(page);
  await actions(page).getByRole('button', { name: 'Restore' }).click();
  await expect.poll(async () => (await ask(home, ids[9]!)).trashed).toBe(false);
  // It has left the trash: the next one follows, and undoing returns to it.
  await expect.poll(() => openId(page)).toBe(ids[10]);
  await page.keyboard.press('Control+z');
  await expect.poll(() => openId(page)).toBe(ids[9]);
  await change(home, { ids: [ids[9]!], trashed: false });
  await page.clock.install();
  await page.goto(`${home.url}/photo/${ids[10]!}?q=is:trashed`);
  await opened(page);
  await page.waitForSelector('button[aria-label="Next photo"]');
  await actions(page).getByRole('button', { name: 'Delete permanently' }).click();
  const question = page.getByRole('dialog', { name: 'Delete permanently' });
  await question.waitFor();
  expect(await breaches(page)).toEqual([]);
  // Whoever thinks about it for longer than the bars stay can still answer, with a pointer that is visible.
  await page.clock.runFor(5_000);
  await expect.poll(() => barsSeen(page)).toBe(false);
  expect(await question.evaluate((element) => getComputedStyle(element).cursor)).toBe('auto');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  expect((await fetch(`${home.url}/api/photos/${ids[10]!}`)).status).toBe(200);
  await actions(page).getByRole('button', { name: 'Delete permanently' }).click();
  await question.getByRole('button', { name: 'Delete photo' }).click();
  await expect.poll(() => openId(page)).toBe(ids[11]);
  expect((await fetch(`${home.url}/api/photos/${ids[10]!}`)).status).toBe(404);
  expect(mishaps).toEqual([]);
});

test('with a mouse the bars fade, but not while the focus is in them', async () => {
  const { page, mishaps, close } = await stage.open(home.url);
  onTestFinished(close);
  await page.clock.install();
  await page.goto(`${home.url}/photo/${ids[0]!}`);
  await opened(page);
  await page.mouse.move(700, 400);
  await page.clock.runFor(3_500);
  await expect.poll(() => barsSeen(page)).toBe(false);
  await page.mouse.move(720, 420);
  await expect.poll(() => barsSeen(page)).toBe(true);
  await page.locator('.view').focus();
  await page.keyboard.press('Tab');
  await page.clock.runFor(20_000);
  expect(await page.locator('.chrome.awake.top :focus').count()).toBe(1);
  expect(await barsSeen(page)).toBe(true);
  expect(mishaps).toEqual([]);
});

test('on a phone the bars stay; a tap on the picture hides them, the next one shows them', async () => {
  const { page, mishaps, close } = await stage.open(home.url, phone);
  onTestFinished(close);
  await page.clock.install();
  await page.goto(`${home.url}/photo/${ids[0]!}`);
  await opened(page);
  await page.clock.runFor(60_000);
  expect(await barsSeen(page)).toBe(true);
  for (const button of await page.locator('.chrome :is(button, a):visible').all()) {
    const { width, height } = (await button.boundingBox())!;
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
  }
  expect(await page.getByRole('group', { name: 'Nearby photos' }).isVisible()).toBe(false);
  const counter = await page.getByText(/^1 of \d+$/).boundingBox();
  const toolbar = await actions(page).boundingBox();
  expect(counter!.y + counter!.height).toBeLessThanOrEqual(toolbar!.y);
  const tap = async (): Promise<void> => {
    await page.touchscreen.tap(195, 300);
    await page.clock.runFor(1_000);
  };
  await tap();
  await expect.poll(() => barsSeen(page)).toBe(false);
  await tap();
  await expect.poll(() => barsSeen(page)).toBe(true);
  expect(mishaps).toEqual([]);
});

test('on a phone the info is a sheet with three stops: tap, swipe up, handle', async () => {
  const { page, mishaps, close } = await stage.see(`${home.url}/photo/${ids[0]!}`, phone);
  onTestFinished(close);
  await opened(page);
  const hand = await openHand(page);
  const drag = async (from: number, to: number): Promise<void> => {
    await hand.down({ x: 195, y: from });
    for (const share of [0.3, 0.6, 1]) await hand.move({ x: 195, y: from + (to - from) * share });
    // The finger rests before it lifts: after a fling, Chromium uses the next tap to stop it, without a click.
    await page.waitForTimeout(200);
    await hand.move({ x: 195, y: to });
    await hand.up();
  };
  const height = async (): Promise<number> => Math.round((await page.locator('.panel').boundingBox())?.height ?? 0);
  const pictureTop = async (): Promise<number> =>
    (await page.locator('.picture[aria-hidden="false"]').boundingBox())!.y;
  const before = await pictureTop();
  await drag(600, 520);
  await expect.poll(height).toBe(422);
  await page.locator('aside dl').waitFor();
  // The picture is above the sheet, as large as before.
  await expect.poll(pictureTop).toBeLessThan(before);
  expect(await pictureTop()).toBeGreaterThanOrEqual(0);
  await drag(440, 300);
  await expect.poll(height).toBe(780);
  expect(await breaches(page)).toEqual([]);
  await drag(80, 300);
  await expect.poll(height).toBe(422);
  await page.getByRole('button', { name: 'Show all info' }).tap();
  await expect.poll(height).toBe(780);
  await page.getByRole('button', { name: 'Show less info' }).tap();
  await expect.poll(height).toBe(422);
  // The picture takes it down, too, and does not close.
  await drag(200, 330);
  await page.locator('.panel').waitFor({ state: 'detached' });
  await expect.poll(pictureTop).toBe(before);
  await page.getByRole('button', { name: 'Info', exact: true }).tap();
  await expect.poll(height).toBe(422);
  expect(openId(page)).toBe(ids[0]);
  await page.setViewportSize({ width: 844, height: 390 });
  await expect
    .poll(async () => (await page.locator('.panel').boundingBox())!)
    .toMatchObject({ width: 320, height: 390 });
  expect(mishaps).toEqual([]);
});

test('turning keeps the old info until the new is there; who can’t edit sees text alone', async () => {
  const photos = makePhotos(3, stage.pictures);
  for (const [n, photo] of photos.entries()) Object.assign(photo, { title: `Photo ${n}`, rating: 2, tags: ['sea'] });
  photos[1]!.can = ['details'];
  const fixture = await stage.fixture(photos);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${photos[0]!.id}`);
  onTestFinished(close);
  await opened(page);
  await page.keyboard.press('i');
  await page.locator('aside .title', { hasText: 'Photo 0' }).waitFor();
  await page.waitForSelector('button[aria-label="Next photo"]');
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await page.route(`**/api/photos/${photos[1]!.id}`, (route) => answered.then(() => route.continue()));
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => openId(page)).toBe(photos[1]!.id);
  expect(await page.locator('aside .title').innerText()).toBe('Photo 0');
  expect(await page.locator('aside [inert]').count()).toBe(1);
  await page.keyboard.press('4');
  answer();
  await page.locator('aside .title', { hasText: 'Photo 1' }).waitFor();
  expect(fixture.sent).toEqual([]);
  const panel = page.locator('aside');
  expect(await panel.locator('dl, .words').getByRole('button').count()).toBe(0);
  expect(await panel.getByRole('img', { name: '2 of 5 stars' }).count()).toBe(1);
  expect(await panel.getByRole('group', { name: 'Rating' }).count()).toBe(0);
  expect(mishaps).toEqual([]);
});

test('two selected photos are compared: zoomed and moved together', async () => {
  const fixture = await stage.fixture(makePhotos(4, stage.pictures));
  const { page, mishaps, close } = await stage.see(fixture.url);
  onTestFinished(close);
  await shown(page);
  const tiles = page.locator('a.tile');
  await tiles.nth(0).focus();
  await page.keyboard.press('x');
  expect(await (await inSelectionMenu(page, 'Compare')).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await tiles.nth(0).focus();
  await page.keyboard.press('Shift+ArrowRight');
  await (await inSelectionMenu(page, 'Compare')).click();
  const dialog = page.getByRole('dialog', { name: 'Compare photos' });
  await expect.poll(() => dialog.locator('.picture img.shown').count()).toBeGreaterThanOrEqual(2);
  expect(await breaches(page)).toEqual([]);
  const views = (): Promise<number[][]> =>
    dialog.locator('.picture').evaluateAll((pictures) =>
      pictures.map((picture) => {
        const [, x, y, scale] = /\) translate\((.+)px, (.+)px\) scale\((.+)\)/.exec(
          (picture as HTMLElement).style.transform,
        )!;
        const { width, height } = (picture as HTMLElement).style;
        return [Number(x) / parseFloat(width), Number(y) / parseFloat(height), Number(scale)];
      }),
    );
  await page.mouse.move(300, 400);
  await page.mouse.wheel(0, -400);
  await expect.poll(async () => (await views())[0]![2]).toBeGreaterThan(2);
  await page.mouse.down();
  await page.mouse.move(420, 470, { steps: 4 });
  await page.mouse.up();
  const [left, right] = await views();
  expect(Math.abs(left![0]!)).toBeGreaterThan(0.05);
  right!.forEach((value, n) => expect(value).toBeCloseTo(left![n]!, 3));
  await page.keyboard.press('0');
  expect(await views()).toEqual([
    [0, 0, 1],
    [0, 0, 1],
  ]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.querySelector('dialog')!.scrollWidth)).toBeLessThanOrEqual(390);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(mishaps).toEqual([]);
});

/**
 * The page of duplicates in a real browser, on a real home that compares real pictures: by keyboard, by touch, and
 * undone.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { copies, jpegOf, scene } from '../looks.js';
import { breaches, breachesIn } from './axe.js';
import { ask, change, fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { type FixturePicture, makePicture } from './pictures.js';
import { inBothThemes, openStage, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
/** Three scenes, and a copy of each of the first two. */
let pictures: FixturePicture[];
beforeAll(async () => {
  stage = await openStage();
  const small = async (seed: number): Promise<Buffer> => copies['smaller']!(scene(seed));
  const sources = [
    await jpegOf(scene(1)),
    await small(1),
    await jpegOf(scene(2)),
    await small(2),
    await jpegOf(scene(3)),
  ];
  pictures = await Promise.all(sources.map(makePicture));
});
afterAll(() => stage.close());
afterEach(() => home.close());

async function open(options = {}) {
  home = await openServedHome(stage.folder);
  const ids = await fill(home, pictures, 5, {
    tell: (n) => ({
      name: n === 1 ? '<b>small</b>\u202egpj.jpg' : `IMG_${n}.jpg`,
      facts: {
        bytes: 4_000_000 - n * 900_000,
        place: { city: 'Palisade', region: 'Colorado', country: 'US' },
        ...(n % 2 === 0 && { camera: { make: 'Canon', model: 'EOS 40D' } }),
      },
    }),
  });
  await change(home, { ids: [ids[1]!], tags: { add: ['sea'] }, title: 'The sea', albums: { add: ['Summer'] } });
  const seen = await stage.see(`${home.url}/duplicates`, options);
  await groups(seen.page, 2);
  return { ...seen, ids };
}
const list = (page: Page) => page.locator('[data-list="duplicates"] > section');
/** The page polls while the server compares the pictures. */
const groups = (page: Page, n: number) => expect.poll(() => list(page).count(), { timeout: 60_000 }).toBe(n);
const chosen = (page: Page, group: number) =>
  list(page)
    .nth(group)
    .locator('input')
    .evaluateAll((inputs) => inputs.findIndex((input) => (input as HTMLInputElement).checked));

test('by keys: the better one is proposed, another chosen; kept with the other’s metadata; all kept; undone', async () => {
  const { page, ids, mishaps, close } = await open();
  // Oldest first: the copies are older here, and the larger pictures are proposed.
  expect([await chosen(page, 0), await chosen(page, 1)]).toEqual([1, 1]);
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('radio');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => chosen(page, 0)).toBe(0);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => chosen(page, 0)).toBe(1);
  await page.keyboard.press('Enter');
  await groups(page, 1);
  expect(await ask(home, ids[0]!)).toMatchObject({
    trashed: false,
    title: 'The sea',
    tags: ['sea'],
    albums: ['Summer'],
  });
  expect((await ask(home, ids[1]!)).trashed).toBe(true);
  // The next group has the focus.
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('radio');
  await page.keyboard.press('u');
  await groups(page, 2);
  expect(await ask(home, ids[0]!)).toMatchObject({ trashed: false, title: '', tags: [], albums: [] });
  expect((await ask(home, ids[1]!)).trashed).toBe(false);
  await list(page).nth(1).locator('input:checked').focus();
  await page.keyboard.press('k');
  await groups(page, 1);
  await page.reload();
  await groups(page, 1);
  expect((await ask(home, ids[2]!)).trashed).toBe(false);
  expect((await ask(home, ids[3]!)).trashed).toBe(false);
  expect(mishaps).toEqual([]);
  await close();
});

const accessible = (page: Page): Promise<void> =>
  inBothThemes(page, async (theme) => {
    expect(await breachesIn(page, theme), theme).toEqual([]);
  });

test.each([390, 1440])('at %i px: side by side, uncropped, accessible in both themes; by finger', async (width) => {
  const phone = {
    viewport: { width, height: 844 },
    ...(width === 390 && { hasTouch: true, isMobile: true }),
  };
  const { page, ids, mishaps, close } = await open(phone);
  const first = list(page).first();
  await expect
    .poll(() =>
      first.locator('img').evaluateAll((all) => all.every((one) => (one as HTMLImageElement).naturalWidth > 0)),
    )
    .toBe(true);
  const boxes = await first.locator('label').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
  expect(new Set(boxes).size).toBe(1);
  await accessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  // Only differences: all were taken at one place. Nothing touches the border.
  const facts = first.locator('dl').nth(0);
  expect(await facts.locator('dt').allInnerTexts()).not.toContain('Place');
  expect(await facts.locator('dt').allInnerTexts()).toContain('Name');
  const inset = (inner: string) =>
    first
      .locator(inner)
      .first()
      .evaluate((one) => one.getBoundingClientRect().left - one.closest('.photo')!.getBoundingClientRect().left);
  expect(await inset('dt')).toBeGreaterThanOrEqual(10);
  const padded = await page
    .locator('.ways button, .acts button')
    .evaluateAll((all) => all.map((one) => Number.parseFloat(getComputedStyle(one).paddingTop)));
  expect(Math.min(...padded)).toBeGreaterThanOrEqual(8);
  const name = await first.locator('dl').nth(0).locator('div:last-child dd').innerText();
  expect(name).toBe('<b>small</b>\ufffdgpj.jpg');
  const settle = first.getByRole('button', { name: 'Keep this, move the other to trash' });
  if (width === 390) {
    await first.locator('label').nth(0).tap();
    await expect.poll(() => chosen(page, 0)).toBe(0);
    await settle.tap();
  } else {
    await first.locator('label').nth(0).click();
    await settle.click();
  }
  await groups(page, 1);
  expect((await ask(home, ids[0]!)).trashed).toBe(true);
  expect((await ask(home, ids[1]!)).trashed).toBe(false);
  await page.getByRole('button', { name: 'Undo' }).click();
  await groups(page, 2);
  for (const n of [1, 0]) {
    await list(page).nth(n).getByRole('button', { name: 'Keep all' }).click();
    await groups(page, n);
  }
  await page.waitForSelector('text=No duplicates found');
  await accessible(page);
  expect(mishaps).toEqual([]);
  await close();
});

test('the suggested photos of all groups are kept at once, and undone as one step', async () => {
  const { page, ids, mishaps, close } = await open();
  expect(await breaches(page)).toEqual([]);
  await page.getByRole('button', { name: 'Keep all suggested photos, move the other 2 to trash' }).click();
  await page.getByText('Kept 2 photos, moved 2 photos to trash').waitFor();
  await page.getByText('No duplicates found').waitFor();
  const trashed = (): Promise<boolean[]> => Promise.all(ids.map(async (id) => (await ask(home, id)).trashed));
  expect(await trashed()).toEqual([false, true, false, true, false]);
  expect((await ask(home, ids[0]!)).title).toBe('The sea');
  await page.getByRole('button', { name: 'Undo' }).click();
  await groups(page, 2);
  expect(await trashed()).toEqual([false, false, false, false, false]);
  expect((await ask(home, ids[0]!)).title).toBe('');
  expect(mishaps).toEqual([]);
  await close();
});

test('photos open from the page, and Back returns to it', async () => {
  const { page, ids, mishaps, close } = await open();
  await list(page).first().getByRole('link', { name: 'Open photo 2' }).click();
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  expect(new URL(page.url()).pathname).toBe(`/photo/${ids[0]!}`);
  await page.goBack();
  await groups(page, 2);
  expect(mishaps).toEqual([]);
  await close();
});

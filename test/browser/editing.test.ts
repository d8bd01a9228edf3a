/**
 * Editing a photo in a real browser on a real home: text, rating, date, place, tags, audience; the page of all tags;
 * the slideshow.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { exifId, format } from '../../src/document/photo-document.js';
import { breaches } from './axe.js';
import { ask, change, count, fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { opened, openStage, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(() => home.close());

async function open(photos = 3) {
  home = await openServedHome(stage.folder);
  const ids = await fill(home, stage.pictures, photos);
  const id = ids[0]!;
  const tags = { 'EXIF:Make': 'Canon', 'EXIF:ISO': '100', 'XMP:Subject': '<b>sea</b>' };
  home.library.update(exifId(id), () => ({ format, kind: 'exif', recipe: 1, tags }));
  const seen = await stage.see(`${home.url}/photo/${id}`);
  await opened(seen.page);
  return { ...seen, ids, id };
}
const toast = (page: Page) => page.locator('.toast');
const pictureSeen = (page: Page) => page.locator('.picture[aria-hidden="false"]').isVisible();

test('title and description are written, shown as Markdown, and undone', async () => {
  const { page, id, mishaps, close } = await open();
  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Title' }).fill('Evening at the river');
  await page.getByRole('textbox', { name: 'Description' }).fill('With *everybody*.\n\n<img src=x onerror=alert(1)>');
  expect(await pictureSeen(page)).toBe(true);
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('aside em');
  expect(await page.locator('aside .title').innerText()).toBe('Evening at the river');
  expect(await page.locator('aside img').count()).toBe(0);
  expect(await ask(home, id)).toMatchObject({ title: 'Evening at the river' });
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await ask(home, id)).title).toBe('');
  await expect.poll(() => page.locator('aside .title').count()).toBe(0);
  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Title' }).fill('never mind');
  await page.keyboard.press('Escape');
  expect(await page.locator('aside form input').count()).toBe(0);
  expect((await ask(home, id)).title).toBe('');
  await toast(page).getByRole('button', { name: 'Save changes' }).click();
  await expect.poll(async () => (await ask(home, id)).title).toBe('never mind');
  expect(mishaps).toEqual([]);
  await close();
});

test('typed text is saved however the form is left', async () => {
  const { page, ids, id, mishaps, close } = await open();
  const type = async (words: string) => {
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Title' }).fill(words);
  };
  await page.waitForSelector('button[aria-label="Next photo"]');
  await type('left for the next photo');
  await page.getByRole('button', { name: 'Next photo' }).click();
  await expect.poll(() => page.url()).toContain(ids[1]!);
  await expect.poll(async () => (await ask(home, id)).title).toBe('left for the next photo');
  expect((await ask(home, ids[1]!)).title).toBe('');
  await opened(page);
  await type('left by closing the panel');
  await page.getByRole('button', { name: 'Close info' }).click();
  await expect.poll(async () => (await ask(home, ids[1]!)).title).toBe('left by closing the panel');
  await type('left by going back');
  await page.goBack();
  await expect.poll(async () => (await ask(home, ids[1]!)).title).toBe('left by going back');
  expect(mishaps).toEqual([]);
  await close();
});

test('a field is saved when the focus leaves it, and the panel says so', async () => {
  const { page, id, mishaps, close } = await open();
  await page.keyboard.press('i');
  await page.getByRole('button', { name: 'Add a description' }).click();
  const field = page.getByRole('textbox', { name: 'Description' });
  await expect.poll(() => field.evaluate((one) => one === document.activeElement)).toBe(true);
  await field.fill('Seen from the bridge');
  await page.locator('.view').focus();
  await page.locator('aside header').getByText('Saved').waitFor();
  expect((await ask(home, id)).description).toBe('Seen from the bridge');
  await expect.poll(() => page.locator('aside header').innerText()).toBe('Info');
  expect(mishaps).toEqual([]);
  await close();
});

test('text that can’t be saved is in the form when it is opened again', async () => {
  const { page, ids, id, close } = await open();
  await page.waitForSelector('button[aria-label="Next photo"]');
  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Title' }).fill('kept through a cut network');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Next photo' }).click();
  await page.waitForSelector('.toast button:text("Try again")');
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Close message' }).click();
  await expect.poll(() => page.url()).toContain(ids[1]!);
  await page.getByRole('button', { name: 'Previous photo' }).click();
  await expect.poll(() => page.url()).toContain(id);
  await page.waitForSelector('aside dl');
  await page.keyboard.press('e');
  await expect.poll(() => page.getByRole('textbox', { name: 'Title' }).inputValue()).toBe('kept through a cut network');
  await page.keyboard.press('Control+Enter');
  await expect.poll(async () => (await ask(home, id)).title).toBe('kept through a cut network');
  await close();
});

test('share, favourite, album and trash by touch, on a phone', async () => {
  home = await openServedHome(stage.folder);
  const ids = await fill(home, stage.pictures, 3);
  const { page, mishaps, close } = await stage.see(`${home.url}/photo/${ids[0]!}`, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await opened(page);
  const actions = page.getByRole('toolbar', { name: 'Photo actions' });
  for (const button of await actions.getByRole('button').all()) {
    const box = await button.boundingBox();
    expect(Math.min(box!.width, box!.height)).toBeGreaterThanOrEqual(44);
    expect(box!.y + box!.height).toBeGreaterThan(740);
  }
  await actions.getByRole('button', { name: 'Favourite' }).tap();
  await expect.poll(async () => (await ask(home, ids[0]!)).favourite).toBe(true);
  // The notification covers no button.
  const endOfToast = (): Promise<number> => toast(page).evaluate((one) => one.getBoundingClientRect().bottom);
  await expect.poll(endOfToast).toBeLessThanOrEqual((await actions.boundingBox())!.y);
  await actions.getByRole('button', { name: 'Add to album' }).tap();
  await page.getByRole('combobox', { name: 'Add to album' }).fill('Rivers');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await ask(home, ids[0]!)).albums).toEqual(['Rivers']);
  await page.getByRole('button', { name: 'Close', exact: true }).tap();
  await actions.getByRole('button', { name: 'Share' }).tap();
  await page
    .getByRole('dialog', { name: /^Share/ })
    .getByText('They will see')
    .waitFor();
  await page.keyboard.press('Escape');
  await actions.getByRole('button', { name: 'Move to trash' }).tap();
  await expect.poll(() => page.url()).toContain(ids[1]!);
  expect((await ask(home, ids[0]!)).trashed).toBe(true);
  expect(mishaps).toEqual([]);
  await close();
});

test('stars, favourite, tags, album, date, place and audience, all with keys', async () => {
  const { page, id, mishaps, close } = await open();
  await page.keyboard.press('4');
  await expect.poll(async () => (await ask(home, id)).rating).toBe(4);
  await page.keyboard.press('f');
  await expect.poll(async () => (await ask(home, id)).favourite).toBe(true);
  await page.keyboard.press('t');
  await page.getByRole('combobox', { name: 'Add a tag' }).fill('river');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-list="tags"] a:has-text("river")');
  await page.getByRole('combobox', { name: 'Add a tag' }).fill('boat');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove river' }).click();
  await expect.poll(async () => (await ask(home, id)).tags).toEqual(['boat']);
  await page.getByRole('combobox', { name: 'Add a tag' }).focus();
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.getByRole('combobox', { name: 'Add to album' }).fill('Rivers');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await ask(home, id)).albums).toEqual(['Rivers']);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Change date' }).click();
  await page.getByLabel('Date and time').fill('1987-05-03T10:20');
  await page.getByRole('button', { name: 'Save date' }).click();
  await expect.poll(async () => (await ask(home, id)).taken).toBe('1987-05-03T10:20:00.000');
  await expect.poll(() => page.locator('aside').innerText()).toContain('Sunday, 3 May 1987');
  await page.getByRole('button', { name: 'Change place' }).click();
  await page.locator('aside').getByRole('combobox').fill('39.115, -108.4');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await ask(home, id)).gps).toEqual({ lat: 39.115, lon: -108.4 });
  await expect.poll(() => page.locator('aside').innerText()).toContain('39.11500, -108.40000');
  await page.getByRole('radio', { name: 'Family' }).check();
  await expect.poll(async () => (await ask(home, id)).audience).toBe('family');
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => page.getByRole('radio', { name: 'Private' }).isChecked()).toBe(true);
  expect(await pictureSeen(page)).toBe(true);
  expect(mishaps).toEqual([]);
  await close();
});

test('a tag leads to all its photos', async () => {
  const { page, ids, mishaps, close } = await open();
  await change(home, { ids: ids.slice(0, 2), tags: { add: ['a "quoted" tag'] } });
  await page.reload();
  await opened(page);
  await page.keyboard.press('i');
  await page.getByRole('link', { name: 'Show all photos with a "quoted" tag' }).click();
  await page.waitForSelector('main[data-count="2"]');
  expect(await count(home, 'tag:"a \\"quoted\\" tag"')).toBe(2);
  expect(mishaps).toEqual([]);
  await close();
});

test('every tag of the file is in a searchable table', async () => {
  const { page, mishaps, close } = await open();
  await page.keyboard.press('i');
  await page.getByText('All metadata').click();
  await expect.poll(() => page.locator('table tr').count()).toBe(3);
  expect(await page.locator('table').innerText()).toContain('<b>sea</b>');
  await page.getByRole('searchbox').fill('iso 100');
  await expect.poll(() => page.locator('table tr').allTextContents()).toEqual(['EXIF:ISO100']);
  await page.getByRole('searchbox').fill('nothing has this');
  await page.waitForSelector('text=No matches.');
  expect(mishaps).toEqual([]);
  await close();
});

test('the history and the arrival are beside the picture, which stays', async () => {
  const { page, mishaps, close } = await open();
  await page.keyboard.press('5');
  await page.waitForSelector('.toast button:text("Undo")');
  await page.keyboard.press('i');
  await page.getByText('History', { exact: true }).click();
  const lines = page.locator('[data-list="history"] > li');
  await expect.poll(() => lines.first().innerText()).toMatch(/^.+ rated it 5 stars\s+.*now/);
  expect(await lines.last().innerText()).toMatch(
    /^(?:The owner added this file|Added to the library)\s+IMG_0000\.jpg\s+.*2026/,
  );
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await page.keyboard.press('Control+z');
  await expect.poll(() => lines.first().innerText()).toMatch(/ removed the rating\s/);
  expect(mishaps).toEqual([]);
  await close();
});

test('to the trash, then the next photo; undo restores it', async () => {
  const { page, ids, mishaps, close } = await open();
  await page.waitForSelector('button[aria-label="Next photo"]');
  await page.keyboard.press('Delete');
  await expect.poll(() => page.url()).toContain(ids[1]!);
  expect((await ask(home, ids[0]!)).trashed).toBe(true);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await ask(home, ids[0]!)).trashed).toBe(false);
  expect(mishaps).toEqual([]);
  await close();
});

test('a slideshow goes through the photos at its speed and in its order; it pauses, and Escape ends it', async () => {
  const { page, ids, mishaps, close } = await open(8);
  await page.clock.install();
  await page.reload();
  await opened(page);
  await page.waitForSelector('button[aria-label="Next photo"]');
  const at = (): number => ids.findIndex((id) => page.url().includes(id));
  const run = async (ms: number): Promise<void> => page.clock.runFor(ms);
  await page.keyboard.press('s');
  const show = page.getByRole('group', { name: 'Slideshow' });
  await show.waitFor();
  expect(await page.locator('.chrome.awake').count()).toBe(0);
  await run(5_500);
  await expect.poll(at).toBe(1);
  await page.keyboard.press(' ');
  await show.getByRole('button', { name: 'Resume slideshow' }).first().waitFor();
  expect(await breaches(page)).toEqual([]);
  await run(60_000);
  expect(at()).toBe(1);
  await page.keyboard.press('ArrowRight');
  await expect.poll(at).toBe(2);
  await show.getByRole('combobox', { name: 'Time per photo' }).selectOption('3 seconds');
  await show.getByRole('combobox', { name: 'Order' }).selectOption('Oldest first');
  await show.getByRole('button', { name: 'Resume slideshow' }).last().click();
  await run(3_500);
  await expect.poll(at).toBe(1);
  // In random order each comes once; then it ends.
  await show.getByRole('combobox', { name: 'Order' }).selectOption('Random');
  // By the page's own changes of address: its clock also runs by itself, so on a busy machine a photo may pass unseen.
  const seen = [at()];
  const note = (): void => {
    if (at() !== seen.at(-1)) seen.push(at());
  };
  page.on('framenavigated', note);
  await expect
    .poll(async () => {
      await run(1_000);
      return show.count();
    })
    .toBe(0);
  page.off('framenavigated', note);
  expect([...seen].sort()).toEqual(ids.map((_, index) => index));
  // The settings are remembered.
  await page.keyboard.press('s');
  expect(await show.getByRole('combobox', { name: 'Time per photo' }).inputValue()).toBe('3');
  expect(await show.getByRole('button', { name: /full screen/i }).count()).toBe(1);
  await page.keyboard.press('Escape');
  await show.waitFor({ state: 'detached' });
  // iPhones show no page in full screen.
  await page.evaluate(() => Object.defineProperty(document, 'fullscreenEnabled', { value: false }));
  await page.keyboard.press('s');
  await show.getByRole('button', { name: 'End slideshow' }).waitFor();
  expect(await show.getByRole('button', { name: /full screen/i }).count()).toBe(0);
  await page.keyboard.press('Escape');
  await show.waitFor({ state: 'detached' });
  expect(page.url()).toContain('/photo/');
  expect(mishaps).toEqual([]);
  await close();
});

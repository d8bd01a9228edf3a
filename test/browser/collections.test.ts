/** The pages of tags, albums, cameras and the trash in a real browser, on a real home. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { breaches } from './axe.js';
import { ask, change, count, fill } from './fill.js';
import { type Finger, openHand } from './fingers.js';
import { openServedHome, type ServedHome } from './home.js';
import { shiftOf, watchShift } from './shift.js';
import { inSelectionMenu, openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(() => home.close());

async function open(path: string, tell: Parameters<typeof fill>[3] = {}, options: BrowserContextOptions = {}) {
  home = await openServedHome(stage.folder);
  const ids = await fill(home, stage.pictures, 12, tell);
  const seen = await stage.open(home.url, options);
  return {
    ...seen,
    ids,
    change: (body: object) => change(home, body),
    visit: () => seen.page.goto(`${home.url}${path}`),
  };
}
const rows = (page: Page, name: string): Promise<string[]> =>
  page.locator(`[data-list="${name}"] > li`).allInnerTexts();
const flat = (texts: string[]): string[] => texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());

test('tags: tiles with covers, a list; renamed for all photos including the trash; merged; undone', async () => {
  const { page, ids, mishaps, change, visit, close } = await open('/tags');
  await change({ ids: ids.slice(0, 5), tags: { add: ['beech'] } });
  await change({ ids: ids.slice(3, 6), tags: { add: ['beach'] } });
  await change({ ids: ids.slice(0, 1), trashed: true });
  await visit();
  const tile = page.getByRole('link', { name: 'beech, 4 photos' });
  await expect.poll(() => tile.locator('img').getAttribute('src')).toContain(ids[1]!);
  expect(await page.locator('[data-list="tag-tiles"] a').allInnerTexts()).toEqual(['beach\n3', 'beech\n4']);
  await page.getByRole('button', { name: 'List' }).click();
  await expect.poll(async () => flat(await rows(page, 'tags'))).toEqual(['beech 4', 'beach 3']);
  await page.getByRole('button', { name: 'Edit beech' }).click();
  await page.getByRole('textbox', { name: 'New name' }).fill('beach');
  await page.waitForSelector('text=“beach” already exists');
  expect(await page.getByRole('button', { name: 'Rename' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Merge into “beach”' }).click();
  await expect.poll(async () => flat(await rows(page, 'tags'))).toEqual(['beach 5']);
  expect((await ask(home, ids[0]!)).tags).toEqual(['beach']);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => flat(await rows(page, 'tags'))).toEqual(['beech 4', 'beach 3']);
  expect((await ask(home, ids[4]!)).tags).toEqual(['beach', 'beech']);
  await page.getByRole('button', { name: 'Edit beech' }).click();
  await page.getByRole('button', { name: 'Remove tag', exact: true }).click();
  await page.getByRole('button', { name: 'Remove tag', exact: true }).click();
  await expect.poll(async () => flat(await rows(page, 'tags'))).toEqual(['beach 3']);
  await page.locator('[data-list="tags"] a').click();
  await page.waitForSelector('main[data-count="3"]');
  await page.goBack();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/explore/tags');
  expect(mishaps).toEqual([]);
  await close();
});

test('albums: each with its newest photo; a page with its name, dates and number, renamed in place, deleted, undone', async () => {
  const { page, ids, mishaps, change, visit, close } = await open('/albums');
  await change({ ids: ids.slice(2, 5), albums: { add: ['A "quoted" summer'] } });
  await change({ ids: ids.slice(0, 1), favourite: true });
  await visit();
  const cover = page.getByRole('link', { name: 'A "quoted" summer, 3 photos' });
  await expect.poll(() => cover.locator('img').getAttribute('src')).toContain(ids[2]!);
  expect(await page.locator('[data-list="albums"] > li').count()).toBe(1);
  await cover.click();
  await page.waitForSelector('main[data-count="3"]');
  expect(new URL(page.url()).pathname).toBe('/albums/A%20%22quoted%22%20summer');
  await expect.poll(() => page.title()).toBe('A "quoted" summer – Photospool');
  await page.getByText('July 2024').first().waitFor();
  await expect.poll(() => page.locator('.facts').innerText()).toContain('3 photos');
  await page.getByRole('button', { name: 'Edit title: A "quoted" summer' }).click();
  await page.getByRole('textbox', { name: 'Edit title' }).fill('Summer 2024');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/albums/Summer%202024');
  await page.waitForSelector('main[data-count="3"]');
  expect(await count(home, 'album:"Summer 2024"')).toBe(3);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete album' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete album' }).click();
  await page.waitForSelector('text=No albums yet');
  expect(await count(home, 'album:"Summer 2024"')).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('link', { name: 'Summer 2024, 3 photos' }).waitFor();
  expect(mishaps).toEqual([]);
  await close();
});

test('an album whose photos load last is not called empty meanwhile, and nothing moves', async () => {
  const { page, ids, mishaps, change, visit, close } = await open('/albums/Summer');
  await change({ ids: ids.slice(2, 8), albums: { add: ['Summer'] } });
  const before: string[] = [];
  await page.route('**/api/timeline/segments*', async (route) => {
    // The text, cover and dates of the album come first.
    await page.locator('.facts span').nth(1).waitFor();
    before.push(await page.locator('[data-album]').innerText());
    await route.continue();
  });
  await watchShift(page);
  await visit();
  await shown(page);
  await page.waitForSelector('main[data-count="6"]');
  expect(before.length).toBeGreaterThan(0);
  for (const text of before) {
    expect(text).toContain('6 photos');
    expect(text).not.toContain('This album is empty');
  }
  expect(await shiftOf(page)).toBeLessThan(0.01);
  expect(mishaps).toEqual([]);
  await close();
});

test('an album shows the photo chosen as its cover, also under another name, until that is undone', async () => {
  const { page, ids, mishaps, change, visit, close } = await open('/albums');
  await change({ ids: ids.slice(2, 6), albums: { add: ['Summer'] } });
  // The address of an album was a search once.
  await page.goto(`${home.url}/?q=${encodeURIComponent('album:"Summer"')}`);
  await page.waitForSelector('main[data-count="4"]');
  expect(new URL(page.url()).pathname).toBe('/albums/Summer');
  await page.focus(`a[data-id="${ids[4]!}"]`);
  await page.keyboard.press('x');
  await (await inSelectionMenu(page, 'Set as cover')).click();
  await page.waitForSelector('text=“Summer” has a new cover');
  await visit();
  const picture = (name: string) => page.getByRole('link', { name }).locator('img').getAttribute('src');
  await expect.poll(() => picture('Summer, 4 photos')).toContain(ids[4]!);
  await page.getByRole('link', { name: 'Summer, 4 photos' }).click();
  await page.getByRole('button', { name: 'Edit title: Summer' }).click();
  await page.getByRole('textbox', { name: 'Edit title' }).fill('July');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/albums/July');
  await visit();
  await expect.poll(() => picture('July, 4 photos')).toContain(ids[4]!);
  await page.getByRole('link', { name: 'July, 4 photos' }).click();
  await page.waitForSelector('main[data-count="4"]');
  await page.focus(`a[data-id="${ids[3]!}"]`);
  await page.keyboard.press('x');
  await (await inSelectionMenu(page, 'Set as cover')).click();
  await page.waitForSelector('text=“July” has a new cover');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForSelector('text=Undone: “July” has a new cover');
  // From the album's menu, too.
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Choose cover' }).click();
  const picker = page.getByRole('dialog', { name: 'Choose a cover for “July”' });
  await expect.poll(() => picker.locator('.grid > button').count()).toBe(4);
  await picker.locator('.grid > button').nth(0).click();
  await picker.locator('.grid > button').nth(3).click();
  expect(await picker.locator('[aria-pressed="true"]').count()).toBe(1);
  await picker.getByRole('button', { name: 'Set as cover' }).click();
  await picker.waitFor({ state: 'detached' });
  await expect.poll(() => page.locator('[data-album] img').first().getAttribute('src')).toContain(ids[5]!);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => page.locator('[data-album] img').first().getAttribute('src')).toContain(ids[4]!);
  // One photo as the cover, not two.
  await page.focus(`a[data-id="${ids[3]!}"]`);
  await page.keyboard.press('Shift+ArrowRight');
  const setCover = await inSelectionMenu(page, 'Set as cover');
  await expect.poll(() => setCover.isDisabled()).toBe(true);
  await visit();
  await expect.poll(() => picture('July, 4 photos')).toContain(ids[4]!);
  expect(mishaps).toEqual([]);
  await close();
});

test('many albums: by the newest photo, by number or by name, which is remembered, and filtered', async () => {
  const { page, ids, mishaps, change, visit, close } = await open('/albums');
  const names = ['Ärmel', 'Bergen', 'Cats', 'Delft', 'Easter', 'Family', 'Garden', 'Hills', 'Iceland'];
  const sizes = [4, 5, 6, 1, 2, 3, 9, 8, 7];
  // The last name has the newest photo.
  for (const [n, name] of names.entries()) {
    const from = names.length - 1 - n;
    await change({ ids: ids.slice(from, from + sizes[n]!), albums: { add: [name] } });
  }
  await visit();
  const shown = async (): Promise<string[]> =>
    (await page.locator('[data-list="albums"] a b').allInnerTexts()).map((text) => text.trim());
  await expect.poll(shown).toEqual([...names].reverse());
  await page.getByRole('button', { name: 'Most photos' }).click();
  const largest = names.map((name, n) => ({ name, size: sizes[n]! })).sort((a, b) => b.size - a.size);
  await expect.poll(shown).toEqual(largest.map(({ name }) => name));
  await visit();
  await expect.poll(shown).toEqual(largest.map(({ name }) => name));
  await page.getByRole('button', { name: 'Name', exact: true }).click();
  await expect.poll(shown).toEqual(names);
  await page.getByRole('searchbox', { name: 'Find' }).fill('ärm');
  await expect.poll(shown).toEqual(['Ärmel']);
  await page.getByRole('searchbox', { name: 'Find' }).fill('zebra');
  await page.waitForSelector('text=No matches for “zebra”.');
  expect(mishaps).toEqual([]);
  await close();
});

test('cameras and lenses: with counts and years', async () => {
  const tell = (n: number) => ({
    facts: {
      camera: { make: 'Canon', model: n < 8 ? 'EOS 40D' : 'EOS R5' },
      ...(n < 8 && { lens: 'EF 50mm' }),
      taken: `20${n < 8 ? 10 + (n % 4) * 2 : 16}-05-01T10:00:00.000`,
    },
  });
  const { page, mishaps, visit, close } = await open('/cameras', { tell });
  await visit();
  await expect
    .poll(async () => flat(await rows(page, 'cameras')))
    .toEqual(['Canon EOS 40D 8 photos · 2010 – 2016', 'Canon EOS R5 4 photos · 2016']);
  await expect.poll(async () => flat(await rows(page, 'lenses'))).toEqual(['EF 50mm 8 photos · 2010 – 2016']);
  await page.getByRole('link', { name: /Canon EOS R5/ }).click();
  await page.waitForSelector('main[data-count="4"]');
  expect(mishaps).toEqual([]);
  await close();
});

test('the trash: photos are restored, some selected ones and then the rest deleted; the files are moved aside', async () => {
  const { page, ids, mishaps, change, visit, close } = await open('/trash', { originals: 3 });
  await change({ ids: ids.slice(0, 3), trashed: true });
  await visit();
  await page.getByText('3 photos · 30 bytes').waitFor();
  expect(await page.title()).toBe('Trash – Photospool');
  // Each of them opens, and can be restored there; a step back leads to the trash.
  await page
    .locator('main')
    .getByRole('link', { name: /^Photo/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
  await page.goBack();
  expect(page.url()).toBe(`${home.url}/trash`);
  await page.waitForSelector('main[data-count="3"]');
  for (const name of ['Save as smart album', 'Share these photos'])
    expect(await page.getByRole('button', { name }).count()).toBe(0);
  await page.focus(`a[data-id="${ids[0]}"]`);
  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.waitForSelector('main[data-count="2"]');
  expect((await ask(home, ids[0]!)).trashed).toBe(false);
  // One is deleted, after a question.
  const toolbar = page.getByRole('toolbar', { name: 'Actions for selected photos' });
  await page.focus(`a[data-id="${ids[2]}"]`);
  await page.keyboard.press('x');
  await toolbar.getByRole('button', { name: 'Delete permanently' }).click();
  const question = page.getByRole('dialog', { name: 'Delete permanently' });
  await question.getByText('Permanently delete 1 photo from all servers?').waitFor();
  expect(await breaches(page)).toEqual([]);
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect((await ask(home, ids[2]!)).trashed).toBe(true);
  await toolbar.getByRole('button', { name: 'Delete permanently' }).click();
  await question.getByRole('button', { name: 'Delete permanently' }).click();
  await page.waitForSelector('main[data-count="1"]');
  await page.getByText('Deleted 1 photo permanently').waitFor();
  expect((await fetch(`${home.url}/api/photos/${ids[2]}`)).status).toBe(404);
  await visit();
  await page.getByRole('button', { name: 'Empty trash' }).click();
  const emptying = page.getByRole('dialog', { name: 'Empty trash' });
  await emptying.getByText('Permanently delete 1 photo from all servers?').waitFor();
  expect(await breaches(page)).toEqual([]);
  await emptying.getByRole('button', { name: 'Delete permanently' }).click();
  await page.waitForSelector('text=The trash is empty');
  expect((await fetch(`${home.url}/api/photos/${ids[1]}`)).status).toBe(404);
  expect(readdirSync(home.archive.resolve('trash'))).toHaveLength(2);
  expect(existsSync(home.archive.resolve(`2024/07/${ids[1]!.slice(0, 12)}.jpg`))).toBe(false);
  expect(mishaps).toEqual([]);
  await close();
});

test('the trash says when its photos are deleted, once somebody chose so in the settings', async () => {
  const { page, ids, mishaps, change, visit, close } = await open('/trash');
  await change({ ids: ids.slice(0, 2), trashed: true });
  await visit();
  await watchShift(page);
  await page.reload();
  await page.waitForSelector('text=Photos stay here until you empty the trash.');
  await shown(page);
  expect(await page.locator('a.tile .note').count()).toBe(0);
  expect(await shiftOf(page)).toBeLessThan(0.01);
  await page.getByRole('link', { name: 'Set automatic deletion' }).click();
  const choice = page.locator('[data-part="deletion"]').getByRole('combobox', { name: 'Family library' });
  expect(await choice.inputValue()).toBe('never');
  await choice.selectOption('After 30 days');
  await expect.poll(async () => (await fetch(`${home.url}/api/trash/delete-after`)).text()).toBe('{"house":30}');
  expect(await breaches(page)).toEqual([]);
  await visit();
  await page.waitForSelector('text=Photos are permanently deleted after 30 days in the trash.');
  await page.getByRole('link', { name: 'Change automatic deletion' }).waitFor();
  expect(await shiftOf(page)).toBeLessThan(0.01);
  await page
    .locator('main')
    .getByRole('link', { name: /^Photo.*, 30 days left$/ })
    .first()
    .waitFor();
  expect(await breaches(page)).toEqual([]);
  expect(mishaps).toEqual([]);
  await close();
});

test('a search is saved as an album that updates itself; renamed, removed, undone', async () => {
  const { page, ids, mishaps, change, visit, close } = await open('/albums');
  await change({ ids: ids.slice(0, 3), tags: { add: ['sea'] } });
  await page.goto(`${home.url}/?q=tag:sea`);
  await page.waitForSelector('main[data-count="3"]');
  await page.getByRole('button', { name: 'Save as smart album' }).click();
  await page.getByText('Shows all photos that match “sea”. New matches are added automatically.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Album name' }).inputValue()).toBe('sea');
  await page.getByRole('textbox', { name: 'Album name' }).fill('The sea');
  expect(await breaches(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForSelector('text=“The sea” saved as smart album');
  await visit();
  await page.getByRole('link', { name: 'The sea, 3 photos' }).waitFor();
  await change({ ids: ids.slice(3, 4), tags: { add: ['sea'] } });
  await visit();
  await page.getByRole('link', { name: 'The sea, 4 photos' }).waitFor();
  expect(await breaches(page)).toEqual([]);
  await page.getByRole('button', { name: 'Edit The sea' }).click();
  await page.getByRole('menuitem', { name: 'Rename album' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename album' });
  expect(await breaches(page)).toEqual([]);
  await dialog.getByRole('textbox', { name: 'New name' }).fill('Seas');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Seas, 4 photos' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('link', { name: 'The sea, 4 photos' }).waitFor();
  await page.getByRole('button', { name: 'Edit The sea' }).click();
  await page.getByRole('menuitem', { name: 'Delete album' }).click();
  await expect.poll(() => page.getByRole('link', { name: /The sea/ }).count()).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('link', { name: 'The sea, 4 photos' }).click();
  await page.waitForSelector('main[data-count="4"]');
  expect(mishaps).toEqual([]);
  await close();
});

test('folders suggest albums: one accepted, one dismissed, both undone', async () => {
  const tell = (n: number) => (n < 3 ? { folder: 'Iceland' } : n < 6 ? { folder: 'Old stuff' } : {});
  const { page, ids, mishaps, change, visit, close } = await open('/albums', { tell });
  await watchShift(page);
  await change({ ids: ids.slice(9), favourite: true, albums: { add: ['Garden'] } });
  await visit();
  await page.getByRole('heading', { name: 'From your folders' }).waitFor();
  expect(await shiftOf(page)).toBeLessThan(0.01);
  expect(flat(await rows(page, 'suggested'))).toEqual([
    'Iceland 3 photos Create album Dismiss',
    'Old stuff 3 photos Create album Dismiss',
  ]);
  expect(await breaches(page)).toEqual([]);
  // Its photos are the search for the folder, which offers to create the album, too.
  await page.getByRole('link', { name: 'Iceland 3 photos' }).click();
  await page.waitForSelector('main[data-count="3"]');
  const create = page.getByRole('button', { name: 'Create album Iceland' });
  for (const look of ['opened', 'reloaded']) {
    await create.waitFor();
    await page.getByRole('heading', { name: 'Iceland', level: 1 }).waitFor();
    expect([await page.title(), new URL(page.url()).searchParams.get('q')], look).toEqual([
      'Iceland – Photospool',
      'folder:"Iceland"',
    ]);
    if (look === 'opened') await page.reload();
  }
  // Undo brings the suggestion back.
  await page.goBack();
  await page.getByRole('button', { name: 'Create album Iceland' }).click();
  await expect.poll(() => page.locator('[data-list="suggested"] > li').count()).toBe(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => page.locator('[data-list="suggested"] > li').count()).toBe(2);
  await page.getByRole('link', { name: 'Iceland 3 photos' }).click();
  await create.click();
  await page.waitForURL('**/albums/Iceland');
  await page.waitForSelector('main[data-count="3"]');
  await page.goBack();
  await page.getByRole('link', { name: 'Open album “Iceland”' }).waitFor();
  expect(await create.count()).toBe(0);
  await page.goBack();
  await page.getByRole('link', { name: 'Iceland, 3 photos' }).waitFor();
  expect(await count(home, 'album:Iceland')).toBe(3);
  await page.getByRole('button', { name: 'Dismiss Old stuff' }).click();
  await expect.poll(() => page.getByRole('heading', { name: 'From your folders' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect
    .poll(async () => flat(await rows(page, 'suggested')))
    .toEqual(['Old stuff 3 photos Create album Dismiss']);
  await page.getByRole('button', { name: 'Dismiss Old stuff' }).click();
  // An undo that fails says so.
  await page.route('**/api/albums/suggested', (route) =>
    route.request().method() === 'POST' ? route.abort() : route.continue(),
  );
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('The change couldn’t be saved').waitFor();
  await page.unroute('**/api/albums/suggested');
  mishaps.splice(0);
  await page.reload();
  await page.getByRole('link', { name: 'Iceland, 3 photos' }).waitFor();
  expect(await page.getByRole('heading', { name: 'From your folders' }).count()).toBe(0);
  expect(mishaps).toEqual([]);
  await close();
});

test('a page that fails to render says so, and leads back to the photos', async () => {
  const { page, close } = await open('/tags');
  const broken = { value: null, count: 1 };
  await page.route('**/api/tags?*', (route) => route.fulfill({ json: [broken, { ...broken, count: 2 }] }));
  await page.goto(`${home.url}/tags`);
  await page.waitForSelector('h1:text("Something went wrong")');
  expect(await breaches(page)).toEqual([]);
  await page.getByRole('link', { name: 'Go to photos' }).click();
  await shown(page);
  await close();
});

test('an album: sorted by date; put in order by keys, buttons, mouse and finger; undone', async () => {
  const { page, ids, mishaps, change, close } = await open('/albums', {}, { hasTouch: true });
  await change({ ids: ids.slice(0, 4), albums: { add: ['Trip'] } });
  await page.goto(`${home.url}/albums/Trip`);
  await page.waitForSelector('main[data-count="4"]');
  const order = (): Promise<string[]> =>
    page
      .locator('.timeline a[data-id]')
      .evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('data-id') ?? ''));
  const names = (wanted: number[]): string[] => wanted.map((n) => ids[n]!);
  await expect.poll(order).toEqual(names([0, 1, 2, 3]));
  const menu = page.getByRole('button', { name: 'More actions' });
  await menu.click();
  await page.getByRole('menuitemradio', { name: 'Oldest first' }).click();
  await expect.poll(order).toEqual(names([3, 2, 1, 0]));
  await menu.click();
  await page.getByRole('menuitemradio', { name: 'Custom order…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Arrange “Trip”' });
  const options = dialog.getByRole('option');
  const arranged = (): Promise<string[]> =>
    options.evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('data-tile') ?? ''));
  await expect.poll(arranged).toEqual(names([3, 2, 1, 0]));
  await options.first().focus();
  await page.keyboard.press('Alt+ArrowRight');
  await expect.poll(arranged).toEqual(names([2, 3, 1, 0]));
  await expect.poll(() => dialog.getByRole('status').innerText()).toBe('Photo moved to position 2 of 4');
  await dialog.getByRole('button', { name: 'Move photos to end' }).click();
  await expect.poll(arranged).toEqual(names([2, 1, 0, 3]));
  expect(await breaches(page)).toEqual([]);
  // Dragged to the left half of the first one.
  await options.nth(2).hover();
  await page.mouse.down();
  const first = (await options.first().boundingBox())!;
  await page.mouse.move(first.x + 30, first.y + 30, { steps: 4 });
  await page.mouse.move(first.x + 8, first.y + 20);
  await page.mouse.up();
  await expect.poll(arranged).toEqual(names([0, 2, 1, 3]));
  // A finger that rests lifts a photo.
  const hand = await openHand(page);
  const middleOf = async (n: number, aside = 0): Promise<Finger> => {
    const box = (await options.nth(n).boundingBox())!;
    return { x: Math.round(box.x + box.width / 2 + aside), y: Math.round(box.y + box.height / 2) };
  };
  await hand.down(await middleOf(3));
  await options.and(page.locator('.dragged')).waitFor();
  await hand.move(await middleOf(1));
  await hand.move(await middleOf(0, -20));
  await hand.up();
  await expect.poll(arranged).toEqual(names([3, 0, 2, 1]));
  await hand.down(await middleOf(0));
  await options.and(page.locator('.dragged')).waitFor();
  await hand.move(await middleOf(3, 20));
  await hand.up();
  await expect.poll(arranged).toEqual(names([0, 2, 1, 3]));
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect.poll(order).toEqual(names([0, 2, 1, 3]));
  await page.reload();
  await page.waitForSelector('main[data-count="4"]');
  await expect.poll(order).toEqual(names([0, 2, 1, 3]));
  // The photo view follows that order.
  await page.locator('.timeline a[data-id]').first().click();
  await page.waitForURL(`**/photo/${ids[0]!}*`);
  await page.waitForSelector('button[aria-label="Next photo"]', { state: 'attached' });
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(`**/photo/${ids[2]!}*`);
  await page.keyboard.press('Escape');
  await menu.click();
  await page.getByRole('menuitemradio', { name: 'Newest first' }).click();
  await expect.poll(order).toEqual(names([0, 1, 2, 3]));
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(order).toEqual(names([0, 2, 1, 3]));
  expect(mishaps).toEqual([]);
  await close();
});

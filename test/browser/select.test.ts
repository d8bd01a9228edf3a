/**
 * Selecting photos in a real browser, on a real home: by click, shift, box, day, keyboard and touch; and the actions on
 * them.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, change, count, fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { drawn, inSelectionMenu, openStage, scrollAndRest, seenTiles, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(() => home.close());

const chosen = (page: Page): Promise<string[]> =>
  page.$$eval('a.tile[aria-checked="true"]', (tiles) => tiles.map((tile) => (tile as HTMLElement).dataset['id']!));
const tile = (id: string): string => `a[data-id="${id}"]`;
const ring = (page: Page, id: string) => page.locator(`${tile(id)} .ring`);
const saidOf = (page: Page) => page.locator('.choose [role="status"]');
const toast = (page: Page) => page.locator('.toast');

async function open(photos: number, options = {}, expected?: RegExp) {
  home = await openServedHome(stage.folder);
  const ids = await fill(home, stage.pictures, photos, { originals: 3 });
  const seen = await stage.see(home.url, options, expected);
  await shown(seen.page);
  return { ...seen, ids };
}

test('the actions have words at every width, without overlap', async () => {
  const { page, mishaps, close } = await open(12);
  await page.keyboard.press('Control+a');
  const bar = page.getByRole('toolbar', { name: 'Actions for selected photos' });
  for (const width of [320, 390, 599, 799, 800, 900, 1000, 1099, 1279, 1280, 1440, 2560]) {
    await page.setViewportSize({ width, height: 800 });
    const said = await bar
      .locator('> button, > * > button')
      .evaluateAll((buttons) => buttons.map((button) => (button as HTMLElement).innerText.trim()));
    expect(said.length, `${width}`).toBeGreaterThan(4);
    expect(said, `${width}`).not.toContain('');
    const [left, right, inside] = await page.evaluate(() => {
      const box = (selector: string) => document.querySelector(selector)!.getBoundingClientRect();
      const [last, buttons] = [box('.choose > :last-child'), box('.deeds')];
      const isBelow = buttons.top > last.bottom;
      return [isBelow ? 0 : last.right, buttons.left, document.documentElement.scrollWidth <= innerWidth];
    });
    expect(left, `${width}`).toBeLessThanOrEqual(right);
    expect(inside, `${width}`).toBe(true);
  }
  expect(mishaps).toEqual([]);
  await close();
});

test('the menu of a photo: for it alone or the selection, with the toolbar’s actions; badges show what is set', async () => {
  const { page, ids, mishaps, close } = await open(60);
  const [one, two, three] = ids as [string, string, string];
  const entry = (name: string) => page.getByRole('menuitem', { name, exact: true });
  const menu = page.getByRole('menu');
  await page.click(tile(one), { button: 'right' });
  expect(await menu.getAttribute('aria-label')).toBe('Actions for this photo');
  expect((await menu.innerText()).split(/\s*\n\s*/)).toEqual([
    ...[
      'Open',
      'Open in a new tab',
      'Share',
      'Favourite',
      'Add to album',
      'Download',
      'Change visibility',
      'Move to trash',
    ],
  ]);
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent.trim())).toBe('Open');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page
    .getByRole('dialog', { name: 'Change visibility' })
    .getByRole('button', { name: /^Family/ })
    .click();
  await page.locator(`${tile(one)} .family`).waitFor();
  // Its form opens where the menu was, at the present value.
  const spot = (await page.locator(tile(one)).boundingBox())!;
  await page.click(tile(one), { button: 'right' });
  await entry('Change visibility').click();
  const form = page.getByRole('dialog', { name: 'Change visibility' });
  await form.getByRole('button', { name: /^Family/, pressed: true }).waitFor();
  const box = (await form.boundingBox())!;
  expect(Math.abs(box.x - (spot.x + spot.width / 2))).toBeLessThan(16);
  expect(Math.abs(box.y - (spot.y + spot.height / 2))).toBeLessThan(16);
  await page.keyboard.press('Escape');
  await page.click(tile(one), { button: 'right' });
  await entry('Favourite').click();
  await page.locator(`${tile(one)} .heart`).waitFor();
  expect(await page.locator(tile(one)).getAttribute('aria-label')).toMatch(/, favourite, shared with family$/);
  expect(await page.locator('.heart, .family').count()).toBe(2);
  await page.click(tile(one), { button: 'right' });
  await entry('Remove from favourites').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => menu.count()).toBe(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-id'))).toBe(one);
  // Without a selection, the key is for the photo that has the focus.
  await page.keyboard.press('f');
  await page.locator(`${tile(one)} .heart`).waitFor({ state: 'detached' });
  await page.keyboard.press('f');
  await page.locator(`${tile(one)} .heart`).waitFor();
  // Of the selection.
  for (const id of [two, three]) {
    await page.focus(tile(id));
    await page.keyboard.press('x');
  }
  await page.click(tile(three), { button: 'right' });
  expect(await menu.getAttribute('aria-label')).toBe('Actions for 2 photos');
  await entry('Move to trash').click();
  await expect.poll(() => count(home, 'is:trashed')).toBe(2);
  await expect.poll(() => page.locator('.choose').count()).toBe(0);
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => count(home, 'is:trashed')).toBe(0);
  // In the trash it is restored or deleted, and nothing else.
  await page.click(tile(two), { button: 'right' });
  await entry('Move to trash').click();
  await expect.poll(() => count(home, 'is:trashed')).toBe(1);
  await page.goto(`${home.url}/trash`);
  await page.click(tile(two), { button: 'right' });
  expect((await menu.innerText()).split(/\s*\n\s*/)).toEqual([
    ...['Open', 'Open in a new tab', 'Download', 'Restore', 'Delete permanently'],
  ]);
  await entry('Delete permanently').click();
  await page
    .getByRole('dialog', { name: 'Delete permanently' })
    .getByText('Permanently delete 1 photo from all servers?')
    .waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.focus(tile(two));
  for (const key of ['x', 'f', 'a', 's', 'c', '3']) await page.keyboard.press(key);
  expect(await page.getByRole('dialog').count()).toBe(0);
  const bar = page.getByRole('toolbar', { name: 'Actions for selected photos' });
  expect(await bar.getByRole('button').allInnerTexts()).toEqual(['Restore', 'Delete permanently', 'Download']);
  await bar.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('heading', { name: 'The trash is empty' }).waitFor();
  expect(await ask(home, two)).toMatchObject({ favourite: false, rating: 0, trashed: false });
  await page.goto(home.url);
  await shown(page);
  // Deleted by its menu, a selected photo is no longer selected.
  await page.click(tile(ids[7]!), { button: 'right' });
  await entry('Move to trash').click();
  await expect.poll(() => count(home, 'is:trashed')).toBe(1);
  await page.goto(`${home.url}/trash`);
  await page.focus(tile(ids[7]!));
  await page.keyboard.press('x');
  await bar.waitFor();
  await page.click(tile(ids[7]!), { button: 'right' });
  await entry('Delete permanently').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete permanently' }).click();
  await page.getByRole('heading', { name: 'The trash is empty' }).waitFor();
  await expect.poll(() => bar.count()).toBe(0);
  await page.goto(home.url);
  await shown(page);
  // Of a photo that is not selected, it is for that photo alone.
  await page.click(tile(ids[9]!), { button: 'right' });
  await entry('Open').click();
  await page.waitForSelector('.view');
  expect(page.url()).toContain(ids[9]!);
  expect(mishaps).toEqual([]);
  await close();
});

describe('selecting', () => {
  test('by ring, click and Shift; Escape ends it', async () => {
    const { page, ids, mishaps, close } = await open(60);
    await page.hover(tile(ids[2]!));
    await ring(page, ids[2]!).click();
    await expect.poll(() => saidOf(page).innerText()).toBe('1 selected');
    expect(page.url()).not.toContain('/photo/');
    await page.click(tile(ids[4]!));
    await page.click(tile(ids[9]!), { modifiers: ['Shift'] });
    await expect.poll(() => saidOf(page).innerText()).toBe('7 selected');
    expect(await chosen(page)).toEqual([ids[2], ...ids.slice(4, 10)]);
    await page.click(tile(ids[4]!));
    await expect.poll(() => saidOf(page).innerText()).toBe('6 selected');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.choose').count()).toBe(0);
    await page.click(tile(ids[4]!));
    await page.waitForSelector('.view');
    expect(mishaps).toEqual([]);
    await close();
  });

  test('by keys alone', async () => {
    const { page, ids, mishaps, close } = await open(60);
    await page.focus(tile(ids[0]!));
    await page.keyboard.press('x');
    await expect.poll(() => chosen(page)).toEqual([ids[0]]);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => chosen(page)).toEqual(ids.slice(0, 3));
    await page.keyboard.press('Space');
    await expect.poll(() => chosen(page)).toEqual(ids.slice(0, 2));
    await page.keyboard.press('Control+a');
    await expect.poll(() => saidOf(page).innerText()).toBe('60 selected');
    await page.keyboard.press('5');
    await expect.poll(() => toast(page).innerText()).toContain('60 photos rated ★★★★★');
    expect(await count(home, 'rating:5')).toBe(60);
    await page.keyboard.press('Control+z');
    await expect.poll(() => toast(page).innerText()).toContain('Undone');
    expect(await count(home, 'rating:5')).toBe(0);
    await page.keyboard.press('Control+Shift+Z');
    await expect.poll(() => count(home, 'rating:5')).toBe(60);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('by a box: photos that it touches, added to the selection', async () => {
    const { page, ids, mishaps, close } = await open(200);
    await page.hover(tile(ids[0]!));
    await ring(page, ids[0]!).click();
    const tiles = (await seenTiles(page)).filter(({ top, bottom }) => top > 300 && bottom < 800);
    const [first, last] = [tiles[0]!, tiles.at(-1)!];
    await page.mouse.move(first.left + 20, first.top + 40);
    await page.mouse.down();
    await page.mouse.move(first.left + 60, first.top + 60, { steps: 4 });
    await page.mouse.move(last.right - 20, last.bottom - 20, { steps: 6 });
    await expect.poll(() => page.locator('.box').count()).toBe(1);
    await page.mouse.up();
    await drawn(page);
    expect(await page.locator('.box').count()).toBe(0);
    expect(page.url()).not.toContain('/photo/');
    expect(new Set(await chosen(page))).toEqual(new Set([ids[0], ...tiles.map(({ id }) => id)]));
    expect(mishaps).toEqual([]);
    await close();
  });

  test('of a whole day and a whole month, loaded or not', async () => {
    const { page, mishaps, close } = await open(900);
    const month = page.locator('.head').first();
    await month.hover();
    await month.getByRole('button').click();
    const inMonth = await count(home, 'taken:2024-07');
    expect(inMonth).toBeGreaterThan(500);
    await expect.poll(() => saidOf(page).innerText()).toContain(`${inMonth} selected`);
    await month.getByRole('button').click();
    await expect.poll(() => saidOf(page).count()).toBe(0);
    await scrollAndRest(page, 700);
    const day = page.locator('.day', { hasText: '19 Jul' });
    await day.hover();
    await day.getByRole('button').click();
    const inDay = await count(home, 'taken:2024-07-19');
    await expect.poll(() => saidOf(page).innerText()).toBe(`${inDay} selected`);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('with a finger: a long press, and dragging on; then taps select', async () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const { page, ids, mishaps, close } = await open(120, phone);
    const touch = await page.context().newCDPSession(page);
    const at = async (id: string) => {
      const box = (await page.locator(tile(id)).boundingBox())!;
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [await at(ids[1]!)] });
    await expect.poll(() => chosen(page)).toEqual([ids[1]]);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [await at(ids[3]!)] });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [await at(ids[5]!)] });
    await expect.poll(() => chosen(page)).toEqual(ids.slice(1, 6));
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.tap(tile(ids[2]!));
    await expect.poll(() => saidOf(page).innerText()).toBe('4 selected');
    expect(page.url()).not.toContain('/photo/');
    expect(mishaps).toEqual([]);
    await close();
  });
});

describe('actions on the selection', () => {
  test('thousands are selected at once, and hundreds tagged and untagged in parts', async () => {
    const { page, ids, mishaps, close } = await open(2500);
    await page.keyboard.press('Control+a');
    await expect.poll(() => saidOf(page).innerText()).toBe('2,500 selected');
    await page.keyboard.press('Escape');
    await page.goto(`${home.url}/?q=${encodeURIComponent('taken:2024-07')}`);
    await shown(page);
    const all = await count(home, 'taken:2024-07');
    expect(all).toBeGreaterThan(600);
    expect(all).toBeLessThan(ids.length);
    await page.keyboard.press('Control+a');
    await page.waitForSelector('.choose');
    await page.keyboard.press('t');
    const field = page.getByRole('combobox', { name: 'Add a tag' });
    await field.fill('summer');
    // On a fast machine it is over before one could check.
    const progress = page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const look = new MutationObserver(() => {
            if (document.querySelector('.toast progress')) resolve(true);
            else if (document.querySelector('.toast button:not(.close)')) resolve(false);
          });
          look.observe(document.body, { childList: true, subtree: true });
        }),
    );
    await field.press('Enter');
    expect(await progress).toBe(true);
    await toast(page).getByRole('button', { name: 'Undo' }).waitFor();
    expect(await toast(page).innerText()).toContain(`${all} photos tagged “summer”`);
    expect(await count(home, 'tag:summer')).toBe(all);
    await toast(page).getByRole('button', { name: 'Undo' }).click();
    await toast(page).getByRole('button', { name: 'Redo' }).waitFor();
    expect(await count(home, 'tag:summer')).toBe(0);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('tags are completed from existing ones, with counts in the selection', async () => {
    const { page, ids, mishaps, close } = await open(20);
    await change(home, { ids: ids.slice(0, 1), tags: { add: ['Palisade peaches', 'orchard'] } });
    await page.hover(tile(ids[0]!));
    await ring(page, ids[0]!).click();
    await page.click(tile(ids[1]!));
    await (await inSelectionMenu(page, 'Edit tags')).click();
    const list = page.locator('[data-list="tags"]');
    await expect.poll(() => list.innerText()).toContain('on 1 of 2');
    await page.getByRole('combobox', { name: 'Add a tag' }).fill('pea');
    await expect.poll(() => page.getByRole('option').allInnerTexts()).toEqual(['Palisade peaches\n1']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => list.innerText()).toContain('on all');
    expect((await ask(home, ids[1]!)).tags).toEqual(['Palisade peaches']);
    await page.getByRole('button', { name: 'Remove orchard from all' }).click();
    await expect.poll(async () => (await ask(home, ids[0]!)).tags).toEqual(['Palisade peaches']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.sheet').count()).toBe(0);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('clock, place, audience, album, favourite: each set and undone', async () => {
    const { page, ids, mishaps, close } = await open(20);
    const before = await Promise.all(ids.slice(0, 2).map((id) => ask(home, id)));
    await page.focus(tile(ids[0]!));
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => saidOf(page).innerText()).toBe('2 selected');
    await page.keyboard.press('d');
    await page.getByLabel('Hours').fill('2');
    await page.getByRole('button', { name: 'later' }).click();
    await expect
      .poll(() => page.locator('.sheet').innerText())
      .toContain('18:00 becomes Saturday, 20 July 2024 at 16:00');
    await page.getByRole('button', { name: 'Shift dates' }).click();
    await expect.poll(async () => (await ask(home, ids[0]!)).taken).toBe('2024-07-20T16:00:00.000');
    await expect.poll(() => page.locator('.sheet').count()).toBe(0);
    await page.keyboard.press('p');
    await page.locator('.sheet').getByRole('combobox').fill('Palisade, Colorado, United States');
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => (await ask(home, ids[1]!)).place)
      .toEqual({ city: 'Palisade', region: 'Colorado', country: 'US' });
    await expect.poll(() => page.locator('.sheet').count()).toBe(0);
    await page.keyboard.press('c');
    await page.getByRole('button', { name: /^Family/ }).click();
    await expect.poll(async () => (await ask(home, ids[0]!)).audience).toBe('family');
    await expect.poll(() => page.locator('.sheet').count()).toBe(0);
    await page.keyboard.press('a');
    await page.getByRole('combobox', { name: 'Add to album' }).fill('Summer 2024');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await ask(home, ids[0]!)).albums).toEqual(['Summer 2024']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('f');
    await expect.poll(async () => (await ask(home, ids[0]!)).favourite).toBe(true);
    for (let n = 0; n < 5; n++) await page.keyboard.press('Control+z');
    await expect.poll(() => Promise.all(ids.slice(0, 2).map((id) => ask(home, id)))).toEqual(before);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('photos leave the album that is shown, and come back', async () => {
    const { page, ids, mishaps, close } = await open(4);
    await change(home, { ids, albums: { add: ['A "long" walk'] } });
    await page.goto(`${home.url}/albums/${encodeURIComponent('A "long" walk')}`);
    await page.locator(tile(ids[0]!)).hover();
    await ring(page, ids[0]!).click();
    await (await inSelectionMenu(page, 'Remove from album')).click();
    await page.locator('.toast').getByText('1 photo removed from the album').waitFor();
    await expect.poll(async () => (await ask(home, ids[0]!)).albums).toEqual([]);
    await page.locator(tile(ids[0]!)).waitFor({ state: 'detached' });
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await page.locator(tile(ids[0]!)).waitFor();
    expect((await ask(home, ids[0]!)).albums).toEqual(['A "long" walk']);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('to the trash, out of the timeline, and back', async () => {
    const { page, ids, mishaps, close } = await open(20);
    await page.focus(tile(ids[0]!));
    await page.keyboard.press('x');
    await page.waitForSelector('.choose');
    await page.keyboard.press('Delete');
    await expect.poll(() => page.locator(tile(ids[0]!)).count()).toBe(0);
    await expect.poll(() => page.locator('.choose').count()).toBe(0);
    expect((await ask(home, ids[0]!)).trashed).toBe(true);
    await toast(page).getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => page.locator(tile(ids[0]!)).count()).toBe(1);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('download as one archive', async () => {
    const { page, ids, mishaps, close } = await open(20);
    await page.focus(tile(ids[0]!));
    await page.keyboard.press('x');
    for (let n = 0; n < 3; n++) await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => saidOf(page).innerText()).toBe('4 selected');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^photos-.*\.zip$/);
    expect(await download.failure()).toBeNull();
    await expect.poll(() => toast(page).innerText()).toContain('1 photo can’t be downloaded');
    expect(mishaps).toEqual([]);
    await close();
  });

  test('photos that can’t be changed any more are counted; if all of them are, nothing is said to be done', async () => {
    const { page, mishaps, close } = await open(20);
    let gone = 1;
    // As if they had been deleted meanwhile on another device.
    await page.route('**/api/photos/each', (route) => {
      const body = route.request().postDataJSON() as { each: { ids: string[] }[] };
      const each = body.each.map(({ ids, ...change }) => ({
        ...change,
        ids: ids.map((id, n) => (n < gone ? `${n}`.padStart(64, 'f') : id)),
      }));
      return route.continue({ postData: JSON.stringify({ ...body, each }) });
    });
    await page.keyboard.press('Control+a');
    await page.waitForSelector('.choose');
    await page.keyboard.press('3');
    await expect.poll(() => toast(page).innerText()).toContain('1 of 20 photos couldn’t be changed.');
    expect(await count(home, 'rating:3')).toBe(19);
    gone = 0;
    await toast(page).getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => count(home, 'rating:3')).toBe(0);
    gone = 20;
    await page.keyboard.press('Delete');
    await expect.poll(() => toast(page).innerText()).toContain('These photos couldn’t be changed.');
    expect(await toast(page).getByRole('button', { name: 'Undo' }).count()).toBe(0);
    // They stay selected.
    expect(await saidOf(page).innerText()).toBe('20 selected');
    expect(mishaps).toEqual([]);
    await close();
  });

  test('a failure half way is reported, and the action can continue', async () => {
    const { page, mishaps, close } = await open(700, {}, /status of 503/);
    let asked = 0;
    await page.route('**/api/photos/each', (route) =>
      ++asked === 2
        ? route.fulfill({ status: 503, json: { error: { code: 'busy', message: 'It is busy.' } } })
        : route.continue(),
    );
    await page.keyboard.press('Control+a');
    await page.waitForSelector('.choose');
    await page.keyboard.press('3');
    await expect.poll(() => toast(page).innerText()).toContain('Stopped after 500 of 700 photos.');
    expect(await count(home, 'rating:3')).toBe(500);
    await toast(page).getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => count(home, 'rating:3')).toBe(700);
    expect(mishaps).toEqual([]);
    await close();
  });
});

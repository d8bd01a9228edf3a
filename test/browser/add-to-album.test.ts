/**
 * Photos are added to albums, in a real browser on a real server: those of the house, one's own, and both at once; from
 * a selection and from one photo. What no album takes is left out, which is said; and all of it is undone.
 */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { fill } from './fill.js';
import { lookAtPage } from './look-at-page.js';
import { addPerson, signedIn } from './people.js';
import { opened, shown } from './stage.js';
import { openVisits } from './visits.js';

const visits = openVisits(/status of 401/);

const look = (page: Page, name: string): Promise<void> => lookAtPage(page, name, [390, 1440]);

/** A window of a person. */
async function enter({ cookie }: { cookie: string }): Promise<Page> {
  const { page } = await visits.see('/', signedIn(visits.home.url, cookie));
  await shown(page);
  return page;
}

/** Selects photos and opens the panel that adds them to an album. */
async function choose(page: Page, ids: readonly string[]): Promise<void> {
  await page.goto(visits.home.url);
  await shown(page);
  await page.getByRole('button', { name: 'Select photos' }).click();
  for (const id of ids) await page.locator(`a.tile[data-id="${id}"]`).click();
  await page
    .getByRole('toolbar', { name: 'Actions for selected photos' })
    .getByRole('button', { name: 'Add to album' })
    .click();
}

/** The albums of the person, with their number of photos. */
async function albums(page: Page): Promise<string[]> {
  await page.goto(`${visits.home.url}/albums`);
  await page.locator('[data-list="albums"] a, .about').first().waitFor();
  const names = await page.locator('[data-list="albums"] a').allInnerTexts();
  return names.map((text) => text.replaceAll(/\s+/g, ' ').trim()).sort();
}

const field = (page: Page) => page.getByRole('combobox', { name: 'Add to album' });

test('a family member adds their own photos to a new album and to one of others; photos of others are left out', async () => {
  const { home } = visits;
  const [ada, ben] = [addPerson(home, 'Ada', 'owner'), addPerson(home, 'Ben', 'family')];
  const own = await fill(home, visits.stage.pictures, 3, { holder: ben.id, original: 'own' });
  const [theirs] = await fill(home, visits.stage.pictures, 1, { newest: Date.UTC(2024, 7, 1) });
  const adas = await enter(ada);
  await adas.evaluate(async (id) => {
    const send = (method: string, path: string, body: object) =>
      fetch(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    await send('PATCH', '/api/photos', { ids: [id], audience: 'family' });
  }, theirs!);

  const page = await enter(ben);
  await choose(page, own.slice(0, 2));
  await field(page).fill('Beach');
  await page.getByRole('option', { name: 'New album “Beach”' }).waitFor();
  await look(page, 'add-to-album');
  await page.getByRole('option', { name: 'New album “Beach”' }).click();
  await page.getByText('2 photos added to “Beach”', { exact: true }).waitFor();
  const inAlbums = page.locator('ul[data-list="albums"] li');
  await expect.poll(() => inAlbums.allInnerTexts()).toEqual([expect.stringMatching(/^Beach\s+on all$/)]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone: 2 photos added to “Beach”').waitFor();
  await page.getByText('Not in an album yet.').waitFor();
  expect(await albums(page)).toEqual([]);

  await choose(page, [theirs!, ...own.slice(0, 2)]);
  await field(page).fill('Beach');
  await page.keyboard.press('Enter');
  await page
    .getByText('2 photos added to “Beach”. 1 photo belongs to another library and was not added.', { exact: true })
    .waitFor();
  expect(await albums(page)).toEqual(['Beach 2 photos']);

  // Again with another one: only that one leaves when it is undone.
  await choose(page, own);
  await field(page).click();
  await page.getByRole('option', { name: 'Beach' }).click();
  await page.getByText('1 photo added to “Beach”', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone: 1 photo added to “Beach”').waitFor();
  expect(await albums(page)).toEqual(['Beach 2 photos']);

  // The info of a photo names it, takes it out, and adds it.
  await page.goto(`${home.url}/photo/${own[0]!}`);
  await opened(page);
  await page.keyboard.press('i');
  const info = page.locator('aside [data-list="albums"]');
  await info.getByRole('link', { name: 'Show all photos with Beach' }).waitFor();
  await page.keyboard.press('a');
  await look(page, 'album-in-info');
  await info.getByRole('button', { name: 'Remove Beach' }).click();
  await page.getByText('1 photo removed from the album').waitFor();
  await info.getByRole('link').waitFor({ state: 'detached' });
  await field(page).fill('Beach');
  await page.getByRole('option', { name: 'Beach', exact: false }).first().click();
  await page.getByText('1 photo added to “Beach”', { exact: true }).waitFor();
  await info.getByRole('link', { name: 'Show all photos with Beach' }).click();
  await page.waitForSelector('main[data-count="2"]');
  expect(new URL(page.url()).pathname).toMatch(new RegExp(`^/albums/${ben.id}:`));

  // To the album, only photos that it takes can be added.
  await page.getByRole('button', { name: 'Add photos' }).click();
  await page.getByRole('menuitem', { name: 'From your library' }).click();
  const picker = page.getByRole('dialog', { name: 'Add photos to “Beach”' });
  await picker.getByText('Your own photos').waitFor();
  await expect.poll(() => picker.locator('.grid button').count()).toBe(3);
  await look(page, 'album-picker');
  visits.calm();
});

test('an owner adds photos of the house and their own at once, which one undo takes back', async () => {
  const { home } = visits;
  const ada = addPerson(home, 'Ada', 'owner');
  const own = await fill(home, visits.stage.pictures, 2, { holder: ada.id, original: 'own' });
  const house = await fill(home, visits.stage.pictures, 2, { newest: Date.UTC(2024, 7, 1) });
  const page = await enter(ada);
  await choose(page, house.slice(0, 1));
  await field(page).fill('Summer');
  await page.keyboard.press('Enter');
  await page.getByText('1 photo added to “Summer”', { exact: true }).waitFor();

  await choose(page, [...own, ...house]);
  await field(page).click();
  await page.getByRole('option', { name: 'Summer' }).click();
  // One of them is in it already.
  await page.getByText('3 photos added to “Summer”', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone: 3 photos added to “Summer”').waitFor();
  expect(await albums(page)).toEqual(['Summer 1 photo']);

  // A new album is one for both, and takes more of both.
  await choose(page, [own[0]!, house[0]!]);
  await field(page).fill('Trip');
  await page.keyboard.press('Enter');
  await page.getByText('2 photos added to “Trip” in the family library', { exact: true }).waitFor();
  expect(await albums(page)).toEqual(['Summer 1 photo', 'Trip 2 photos']);
  await choose(page, [own[1]!, house[1]!]);
  await field(page).fill('Trip');
  await page.getByRole('option', { name: 'Trip', exact: false }).first().click();
  await page.getByText('2 photos added to “Trip” in the family library', { exact: true }).waitFor();
  expect(await albums(page)).toEqual(['Summer 1 photo', 'Trip 4 photos']);
  visits.calm();
});

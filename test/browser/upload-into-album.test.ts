/// <reference lib="dom" />
/**
 * Uploads into an album from its page, and who sees new photos, in a real browser on a real server: an empty album is
 * filled from this device, one of the family library takes photos for it, and with the default *Family* others see them.
 */
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { publicIdOf } from '../../src/document/item-id.js';
import { photoId } from '../../src/document/photo-document.js';
import { lookAtPage } from './look-at-page.js';
import { addPerson, signedIn } from './people.js';
import { shown } from './stage.js';
import { openVisits } from './visits.js';

const visits = openVisits(/status of 401/);

/** A window of a person. */
async function enter(name: string, role: 'owner' | 'family'): Promise<{ page: Page; id: string }> {
  const { id, cookie } = addPerson(visits.home, name, role);
  const { page } = await visits.see('/', signedIn(visits.home.url, cookie));
  return { page, id };
}

/** Files with a picture each, none like another. */
const filesOf = (...names: string[]): Promise<{ name: string; mimeType: string; buffer: Buffer }[]> =>
  Promise.all(
    names.map(async (name, n) => {
      const picture = sharp(visits.stage.pictures[n]!.preview).withExif({ IFD0: { ImageDescription: name } });
      return { name, mimeType: 'image/jpeg', buffer: await picture.jpeg().toBuffer() };
    }),
  );

/** Makes an album with members, and opens its page. */
async function openNew(page: Page, name: string): Promise<void> {
  const path = await page.evaluate(async (given) => {
    const answer = await fetch('/api/albums/shared', {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: given }) },
    });
    const { holder, album } = (await answer.json()) as { holder: string; album: string };
    return `/albums/${holder}:${album}`;
  }, name);
  await page.goto(`${visits.home.url}${path}`);
}

/** Chooses files for the open album, as from the system's picker. */
async function addFromDevice(page: Page, files: Awaited<ReturnType<typeof filesOf>>): Promise<void> {
  await page.getByRole('button', { name: 'Add photos' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('menuitem', { name: 'From this device' }).click();
  await (await chooser).setFiles(files);
}

/** Drops a file onto the open album. */
async function drop(
  page: Page,
  { name, mimeType, buffer }: Awaited<ReturnType<typeof filesOf>>[number],
): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([text, title, type]) => {
      const made = new DataTransfer();
      const bytes = Uint8Array.from(atob(text!), (one) => one.charCodeAt(0));
      made.items.add(new File([bytes], title!, { type: type! }));
      return made;
    },
    [buffer.toString('base64'), name, mimeType],
  );
  await page.dispatchEvent('main', 'dragenter', { dataTransfer });
  await page.getByText('Drop to add to “Rome”').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer });
}

const panel = (page: Page) => page.locator('[data-uploads]');

test('an empty album is filled from this device, also with photos that are here already', async () => {
  const { page, id } = await enter('Ben', 'family');
  await openNew(page, 'Rome');
  await page.getByText('This album is empty.').waitFor();
  await page.getByRole('button', { name: 'Add photos' }).click();
  await page.getByRole('menuitem', { name: 'From your library' }).waitFor();
  await lookAtPage(page, 'album-add-menu', [390, 820, 1440]);
  await page.keyboard.press('Escape');

  const files = await filesOf('one.jpg', 'two.jpg', 'three.jpg', 'four.jpg');
  await addFromDevice(page, files.slice(0, 2));
  await expect.poll(() => panel(page).locator('li[data-state="done"]').count()).toBe(2);
  await panel(page).getByText('Adding to “Rome”').waitFor();
  await lookAtPage(page, 'album-uploads', [390, 820, 1440]);
  await visits.home.spool.pass();
  await page.waitForSelector('main[data-count="2"]');
  await shown(page);

  // One that is here goes into the album without being sent.
  await page.goto(visits.home.url);
  await page.locator('input[data-add="files"]').setInputFiles(files[2]!);
  await expect.poll(() => panel(page).locator('li[data-state="done"]').count()).toBe(1);
  await visits.home.spool.pass();
  await page.goto(`${visits.home.url}/albums`);
  await page.getByRole('link', { name: 'Rome, 2 photos' }).click();
  await page.waitForSelector('main[data-count="2"]');
  await addFromDevice(page, files.slice(2, 3));
  await page.waitForSelector('main[data-count="3"]');
  expect(await panel(page).locator('li[data-state="known"]').count()).toBe(1);
  await drop(page, files[3]!);
  await expect.poll(() => panel(page).locator('li[data-state="done"]').count()).toBe(1);
  await visits.home.spool.pass();
  await page.waitForSelector('main[data-count="4"]');
  await page.goBack();
  await panel(page).getByRole('link', { name: 'View album' }).click();
  await page.waitForSelector('main[data-count="4"]');

  // One in the trash goes into the album when it is restored.
  const trashed = publicIdOf({ holder: id, sha256: createHash('sha256').update(files[3]!.buffer).digest('hex') });
  await page.evaluate(async (photo) => {
    const headers = { 'content-type': 'application/json' };
    await fetch('/api/photos', { method: 'PATCH', headers, body: JSON.stringify({ ids: [photo], trashed: true }) });
  }, trashed);
  await openNew(page, 'Oslo');
  await addFromDevice(page, files.slice(3));
  await panel(page).getByRole('button', { name: 'Restore: four.jpg' }).click();
  await page.waitForSelector('main[data-count="1"]');

  // All are Ben's, and private.
  const { items } = visits.home.library;
  const hashes = [...visits.home.library.local.originals.all()].map(({ sha256 }) => sha256);
  expect(hashes).toHaveLength(4);
  for (const sha256 of hashes) expect(items.find(publicIdOf({ holder: id, sha256 }))).toBeDefined();
  visits.calm();
});

test('new photos are visible to the family for those who chose so, and an album of the family library takes photos for it', async () => {
  const [ada, ben, cleo] = [await enter('Ada', 'owner'), await enter('Ben', 'family'), await enter('Cleo', 'family')];
  const files = await filesOf('before.jpg', 'after.jpg', 'house.jpg');
  const upload = async (page: Page, n: number): Promise<void> => {
    await page.goto(visits.home.url);
    await page.locator('input[data-add="files"]').setInputFiles(files[n]!);
    await expect.poll(() => panel(page).locator('li[data-state="done"]').count()).toBe(1);
    await visits.home.spool.pass();
  };
  await upload(ben.page, 0);
  await ben.page.goto(`${visits.home.url}/settings/account`);
  await ben.page.getByText('Only you see them until you share them.').waitFor();
  await ben.page.getByLabel('Visible to').selectOption('Family');
  await ben.page.getByText('New uploads belong to you. Everyone in the family can see them.').waitFor();
  await lookAtPage(ben.page, 'uploads-visible-to', [390, 820, 1440]);
  // The owners of the family library decide about its photos; the choice stays in force for the person’s own.
  await ben.page.getByLabel('Upload to').selectOption('Family library');
  await ben.page.getByText('Its owners decide who sees them.').waitFor();
  expect(await ben.page.getByLabel('Visible to').inputValue()).toBe('family');
  await ben.page.getByLabel('Upload to').selectOption('My library');
  await ben.page.getByLabel('Visible to').waitFor();
  await upload(ben.page, 1);
  await expect
    .poll(async () => {
      await cleo.page.goto(visits.home.url);
      return cleo.page.locator('main').getAttribute('data-count');
    })
    .toBe('1');
  await shown(cleo.page);

  // An album that exists by name is made of photos of the family library.
  await ada.page.goto(`${visits.home.url}/albums/Summer`);
  await addFromDevice(ada.page, files.slice(2));
  await expect.poll(() => panel(ada.page).locator('li[data-state="done"]').count()).toBe(1);
  await visits.home.spool.pass();
  await ada.page.waitForSelector('main[data-count="1"]');
  const sha256 = [...visits.home.library.local.originals.all()].map((one) => one.sha256);
  expect(sha256.filter((one) => visits.home.library.get(photoId(one)))).toHaveLength(1);
  visits.calm();
});

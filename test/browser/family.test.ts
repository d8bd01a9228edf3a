/**
 * What people of a family do with each other's photos, in a real browser on a real server: photos handed over, photos of
 * guests, and a person who is removed. Each page is looked at in both themes, on a phone and on a desktop.
 */
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test as single } from 'vitest';
import { lookAtPage } from './look-at-page.js';
import { addPerson, signedIn } from './people.js';
import { inSelectionMenu, opened, openMore, seenTiles, shown, type Seen, wake } from './stage.js';
import { openVisits } from './visits.js';

const visits = openVisits(/status of 4(?:0[1349]|15)/);

/** Looking at a page takes some seconds, in two sizes and two themes. */
const test = (name: string, run: () => Promise<void>): void => single(name, { timeout: 180_000 }, run);

const look = (page: Page, name: string): Promise<void> => lookAtPage(page, name, [390, 1440]);

/** A window of a person. */
async function enter(name: string, role: 'owner' | 'family'): Promise<Seen & { id: string }> {
  const { id, cookie } = addPerson(visits.home, name, role);
  return { ...(await visits.see('/', signedIn(visits.home.url, cookie))), id };
}

/** Files with a picture each, none like another. */
const filesOf = (names: string[]): Promise<{ name: string; mimeType: string; buffer: Buffer }[]> =>
  Promise.all(
    names.map(async (name, n) => {
      const picture = sharp(visits.stage.pictures[n]!.preview).withExif({ IFD0: { ImageDescription: name } });
      return { name, mimeType: 'image/jpeg', buffer: await picture.jpeg().toBuffer() };
    }),
  );

/** A person uploads photos to their own library. */
async function upload(page: Page, names: string[]): Promise<void> {
  if (page.url() !== `${visits.home.url}/`) await page.goto(visits.home.url);
  await page.locator('input[data-add="files"]').setInputFiles(await filesOf(names));
  await expect.poll(() => page.locator('[data-uploads] li[data-state="done"]').count()).toBe(names.length);
  await visits.home.spool.pass();
  await page.reload();
  await shown(page);
  expect(await page.locator('a.tile').count()).toBe(names.length);
}

async function select(page: Page, count: number): Promise<void> {
  await page.getByRole('button', { name: 'Select photos' }).click();
  for (let n = 0; n < count; n++) await page.locator('a.tile').nth(n).click();
}

const toolbar = (page: Page) => page.getByRole('toolbar', { name: 'Actions for selected photos' });
const list = (page: Page, name: string) => page.locator(`[data-list="${name}"] li`);

test('photos are offered, declined, offered again and taken back, and accepted; then the giver moves theirs to the trash', async () => {
  const [ada, ben, cleo] = [await enter('Ada', 'owner'), await enter('Ben', 'family'), await enter('Cleo', 'family')];
  await upload(ben.page, ['one.jpg', 'two.jpg']);
  await ben.page.goto(`${visits.home.url}/settings/account`);
  await ben.page.getByText('New uploads belong to you.').waitFor();
  await ben.page.getByLabel('Upload to').selectOption('Family library');
  await ben.page.getByText('New uploads belong to the family library, and its owners decide who sees them.').waitFor();
  await ben.page.getByLabel('Upload to').selectOption('My library');
  await ben.page.getByText('New uploads belong to you.').waitFor();
  await look(ben.page, 'account');
  await ben.page.goto(visits.home.url);
  await shown(ben.page);
  const offer = async (): Promise<void> => {
    await ben.page.goto(visits.home.url);
    await shown(ben.page);
    await select(ben.page, 2);
    await (await inSelectionMenu(ben.page, 'Give to someone')).click();
    await ben.page.getByRole('button', { name: 'Cleo' }).click();
    await ben.page.getByText('Offered 2 photos to Cleo.').waitFor();
  };
  await ben.page.setViewportSize({ width: 1440, height: 900 });
  await select(ben.page, 2);
  await (await inSelectionMenu(ben.page, 'Give to someone')).click();
  await ben.page.getByRole('button', { name: 'Cleo' }).waitFor();
  expect(await ben.page.getByRole('button', { name: 'Family library' }).count()).toBe(1);
  await look(ben.page, 'hand-over');
  await offer();

  // Cleo decides; for the owner there is nothing.
  await cleo.page.goto(`${visits.home.url}/sharing`);
  const row = list(cleo.page, 'offers').filter({ hasText: 'Ben offers you 2 photos' });
  await row.getByText('waiting for a response').waitFor();
  await expect.poll(() => row.locator('img').count()).toBe(2);
  await look(cleo.page, 'offer-received');
  await row.getByRole('link', { name: 'Photo 1 of 2' }).click();
  await opened(cleo.page);
  await cleo.page.goBack();
  await ada.page.goto(`${visits.home.url}/sharing`);
  await ada.page.getByRole('heading', { name: 'Shared with you' }).waitFor();
  expect(await ada.page.locator('[data-list="offers"]').count()).toBe(0);
  await row.getByRole('button', { name: 'Decline offer' }).click();
  await row.getByText('You can’t accept it later.').waitFor();
  await row.getByRole('button', { name: 'Keep' }).click();
  await row.getByRole('button', { name: 'Decline offer' }).click();
  await row.getByRole('alertdialog').getByRole('button', { name: 'Decline offer' }).click();
  await row.waitFor({ state: 'detached' });
  await cleo.page.goto(visits.home.url);
  await cleo.page.getByText('Add your first photos').waitFor();

  // Ben sees that, and offers again, by mistake.
  await ben.page.goto(`${visits.home.url}/sharing`);
  const given = list(ben.page, 'offers').filter({ hasText: '2 photos offered to Cleo' });
  await given.getByText('declined').waitFor();
  await look(ben.page, 'offer-declined');
  await given.getByRole('button', { name: 'Remove from list' }).click();
  await given.waitFor({ state: 'detached' });
  await offer();
  await ben.page.getByRole('button', { name: 'Undo' }).click();
  await ben.page.goto(`${visits.home.url}/sharing`);
  await ben.page.getByRole('heading', { name: 'Shared with you' }).waitFor();
  expect(await given.count()).toBe(0);
  await cleo.page.goto(`${visits.home.url}/sharing`);
  await cleo.page.getByRole('heading', { name: 'Shared with you' }).waitFor();
  expect(await row.count()).toBe(0);

  // Accepted, they are Cleo's, whatever Ben does; also an offer that was withdrawn by mistake.
  await offer();
  await ben.page.goto(`${visits.home.url}/sharing`);
  await given.getByRole('button', { name: 'Withdraw offer' }).click();
  await given.waitFor({ state: 'detached' });
  await ben.page.getByRole('button', { name: 'Undo' }).click();
  await given.getByText('waiting for a response').waitFor();
  await cleo.page.reload();
  await row.getByRole('button', { name: 'Save to my library' }).click();
  await cleo.page.getByText('2 photos saved to your library.').waitFor();
  await cleo.page.goto(visits.home.url);
  await shown(cleo.page);
  expect(await seenTiles(cleo.page)).toHaveLength(2);
  await ben.page.goto(`${visits.home.url}/sharing`);
  await expect.poll(() => given.innerText()).toContain('accepted · 2 saved');
  await look(ben.page, 'offer-accepted');
  await given.getByRole('button', { name: 'Move my copies to trash' }).click();
  await ben.page.getByText('Moved 2 photos to trash').waitFor();
  await ben.page.goto(visits.home.url);
  await ben.page.locator('main').waitFor();
  await expect.poll(() => ben.page.locator('a.tile').count()).toBe(0);
  await cleo.page.reload();
  await shown(cleo.page);
  expect(await seenTiles(cleo.page)).toHaveLength(2);
  visits.calm();
});

test('photos that others share are saved to one’s own library, singly and many at once, and saving can be undone', async () => {
  const [ada, ben, cleo] = [await enter('Ada', 'owner'), await enter('Ben', 'family'), await enter('Cleo', 'family')];
  await upload(ben.page, ['one.jpg', 'two.jpg']);
  await select(ben.page, 2);
  await (await inSelectionMenu(ben.page, 'Change visibility')).click();
  await ben.page.getByRole('button', { name: /^Family/ }).click();
  await ben.page.getByText('Shared 2 photos with family').waitFor();
  // Ben has them already.
  await ben.page.locator('a.tile').first().click({ button: 'right' });
  await ben.page.getByRole('menuitem', { name: 'Move to trash' }).waitFor();
  expect(await ben.page.getByRole('menuitem', { name: 'Save to my library' }).count()).toBe(0);

  const mine = (page: Page): Promise<number> =>
    page.evaluate(async () => {
      const answer = await fetch('/api/tiles?q=holder:me');
      return ((await answer.json()) as { tiles: unknown[] }).tiles.length;
    });
  const { page } = cleo;
  await page.goto(visits.home.url);
  await shown(page);
  expect([await seenTiles(page), await mine(page)]).toMatchObject([{ length: 2 }, 0]);
  await page.locator('a.tile').first().click();
  await opened(page);
  const one = page.getByRole('toolbar', { name: 'Photo actions' }).getByRole('button', { name: 'Save to my library' });
  await wake(page);
  await look(page, 'save-photo');
  await wake(page);
  await one.click();
  await page.getByText('Saved 1 photo to your library', { exact: true }).waitFor();
  expect(await mine(page)).toBe(1);
  await wake(page);
  await one.click();
  await page.getByText('1 photo is already in your library', { exact: true }).waitFor();
  await page.goto(`${visits.home.url}/?q=${encodeURIComponent('-holder:me')}`);
  await shown(page);
  await select(page, 2);
  await look(page, 'save-photos');
  await toolbar(page).getByRole('button', { name: 'Save to my library' }).click();
  await page.getByText('Saved 1 photo to your library. 1 photo is already in your library').waitFor();
  expect(await mine(page)).toBe(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText(/^Undone: Saved 1 photo/).waitFor();
  expect(await mine(page)).toBe(1);

  // An owner saves them from the menu of a photo.
  await ada.page.goto(visits.home.url);
  await shown(ada.page);
  await ada.page.locator('a.tile').first().click({ button: 'right' });
  await ada.page.getByRole('menuitem', { name: 'Save to my library' }).click();
  await ada.page.getByText('Saved 1 photo to your library', { exact: true }).waitFor();
  expect(await mine(ada.page)).toBe(1);
  visits.calm();
});

test('a day is shared from its result, and a photo from its menu, by people without rights to the family library too', async () => {
  const [, ben] = [await enter('Ada', 'owner'), await enter('Ben', 'family')];
  const { page } = ben;
  await upload(page, ['one.jpg', 'two.jpg']);
  const days = await page.evaluate(async () => {
    const answer = await fetch('/api/tiles');
    return ((await answer.json()) as { tiles: { taken: string }[] }).tiles.map(({ taken }) => taken.slice(0, 10));
  });
  const count = days.filter((day) => day === days[0]).length;
  await page.goto(`${visits.home.url}/?q=taken:${days[0]!}`);
  await shown(page);
  await page.getByRole('button', { name: 'Share this day' }).click();
  const dialog = page.getByRole('dialog', { name: /^Share/ });
  await dialog.getByText(count === 1 ? 'They will see 1 photo' : `They will see ${count} photos`).waitFor();
  await dialog.getByRole('button', { name: 'Add Ada' }).waitFor();
  await look(page, 'share-day');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.goto(visits.home.url);
  await shown(page);
  await page.locator('a.tile').first().click({ button: 'right' });
  await look(page, 'tile-menu');
  await page.getByRole('menuitem', { name: 'Share', exact: true }).click();
  await page.getByRole('dialog', { name: 'Share photo' }).getByText('They will see 1 photo').waitFor();
  visits.calm();
});

test('with photos of their own, a family member can do everything, also move them to the trash and restore them', async () => {
  const ben = await enter('Ben', 'family');
  await upload(ben.page, ['one.jpg', 'two.jpg']);
  await select(ben.page, 2);
  expect(await toolbar(ben.page).getByRole('button').allInnerTexts()).toEqual([
    'Share',
    'Favourite',
    'Add to album',
    'Download',
    'Move to trash',
    'More',
  ]);
  await (await inSelectionMenu(ben.page, 'Change visibility')).waitFor();
  await ben.page.keyboard.press('Escape');
  await ben.page.keyboard.press('Delete');
  await ben.page.getByText('Moved 2 photos to trash').waitFor();
  await ben.page.getByRole('link', { name: 'Trash', exact: true }).click();
  await ben.page.getByText(/^2 photos · /).waitFor();
  await shown(ben.page);
  await look(ben.page, 'own-trash');
  await select(ben.page, 2);
  await toolbar(ben.page).getByRole('button', { name: 'Restore' }).click();
  await ben.page.getByText('Restored 2 photos').waitFor();
  await ben.page.goto(visits.home.url);
  await shown(ben.page);
  expect(await seenTiles(ben.page)).toHaveLength(2);
  visits.calm();
});

test('the progress of one’s own import is that of the moment when the activity is opened', async () => {
  const { page } = await enter('Ben', 'family');
  let files = 10;
  let release = Promise.resolve();
  await page.route('**/api/me/arrivals', async (route) => {
    await release;
    const waiting = Array.from({ length: files }, (_, n) => ({ name: `${n}.jpg`, bytes: 1 }));
    const processed = { stored: 10 - files, duplicates: 0 };
    await route.fulfill({ json: { waiting, work: [], stuck: [], recent: [], processed } });
  });
  const panel = page.getByRole('dialog', { name: 'Activity' });
  await page.getByRole('button', { name: 'Activity' }).click();
  await panel.getByText('Importing 10 files').waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });

  files = 4;
  let answer = (): void => undefined;
  release = new Promise((resolve) => (answer = resolve));
  const asked = page.waitForRequest('**/api/me/arrivals');
  await page.getByRole('button', { name: 'Activity' }).click();
  await asked;
  await panel.getByRole('heading', { name: 'Activity' }).waitFor();
  expect(await panel.innerText()).toBe('Activity');
  answer();
  await panel.getByText('Importing 6 of 10').waitFor();
  visits.calm();
});

test('the activity of a family member: what was shared today, and their own files that could not be imported', async () => {
  const [ben, cleo] = [await enter('Ben', 'family'), await enter('Cleo', 'family')];
  await cleo.page.getByText('Add your first photos').waitFor();
  await upload(ben.page, ['one.jpg', 'two.jpg', 'three.jpg']);
  await select(ben.page, 2);
  await toolbar(ben.page).getByRole('button', { name: 'Share' }).click();
  const dialog = ben.page.getByRole('dialog', { name: 'Share photos' });
  await dialog.getByLabel('Album name').fill('Party');
  await dialog.getByRole('button', { name: 'Add Cleo' }).click();
  await dialog.getByRole('button', { name: 'Share with 1 person' }).click();
  await ben.page.getByText('Shared with Cleo').waitFor();

  // The open page hears of it.
  const { page } = cleo;
  await page.getByRole('button', { name: 'Activity: new' }).click();
  const panel = page.getByRole('dialog', { name: 'Activity' });
  await panel.getByText('Ben shared “Party”').waitFor();
  await panel.getByTitle('New').waitFor();
  await page.keyboard.press('Escape');

  // Photos that are added later are news of their own, and so is a partner.
  await ben.page.evaluate(async (cleo) => {
    const { albums } = (await (await fetch('/api/albums/shared')).json()) as {
      albums: { holder: string; album: string }[];
    };
    const { tiles } = (await (await fetch('/api/tiles')).json()) as { tiles: { id: string }[] };
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ ids: tiles.map(({ id }) => id) });
    await fetch(`/api/albums/${albums[0]!.holder}/${albums[0]!.album}/entries`, { ...post, body });
    await fetch(`/api/partners/${cleo}`, { method: 'PUT' });
  }, cleo.id);
  await page.getByRole('button', { name: 'Activity: new' }).click();
  await panel.getByText('Ben shares all photos with you').waitFor();
  await look(page, 'activity-shared');
  await panel.getByRole('link', { name: '1 new photo in “Party”' }).click();
  await page.getByRole('heading', { name: 'Party' }).waitFor();
  await expect.poll(() => page.locator('a.tile').count()).toBe(3);
  expect(await page.getByRole('button', { name: 'Activity: new' }).count()).toBe(0);

  const buffer = Buffer.concat([Buffer.from('ffd8ffe000104a46494600', 'hex'), Buffer.alloc(500, 7)]);
  await page
    .locator('input[data-add="files"]')
    .setInputFiles([{ name: '<b>broken.jpg', mimeType: 'image/jpeg', buffer }]);
  await expect.poll(() => page.locator('[data-uploads] li[data-state="done"]').count()).toBe(1);
  await visits.home.spool.pass();
  await page.goto(`${visits.home.url}/activity`);
  const broken = list(page, 'own-stuck').filter({ hasText: '<b>broken.jpg' });
  await broken.waitFor();
  await look(page, 'activity-own');
  await broken.getByRole('button', { name: 'Move to trash: <b>broken.jpg' }).click();
  await broken.getByRole('button', { name: 'Move to trash', exact: true }).click();
  await broken.waitFor({ state: 'detached' });

  await page.goto(`${visits.home.url}/settings/library`);
  // The home of this test makes no exports: test/server/own-export.
  const download = page.getByRole('link', { name: 'Download library' });
  await download.waitFor();
  expect([await download.getAttribute('href'), await download.getAttribute('download')]).toEqual([
    '/api/me/export',
    '',
  ]);
  await look(page, 'own-export');
  visits.calm();
});

test('guests send photos through a link; they wait for whoever made it, who approves and declines them', async () => {
  const [ada, ben] = [await enter('Ada', 'owner'), await enter('Ben', 'family')];
  await upload(ben.page, ['one.jpg', 'two.jpg']);
  await select(ben.page, 2);
  await toolbar(ben.page).getByRole('button', { name: 'Share' }).click();
  const dialog = ben.page.getByRole('dialog', { name: 'Share photos' });
  await dialog.getByLabel('Album name').fill('Party');
  await dialog.getByRole('switch', { name: 'Allow adding photos' }).click();
  await dialog.getByText('No account needed. They can view and add photos.').waitFor();
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const address = await ben.page.getByLabel('Address of the link').inputValue();

  const guest = await visits.see(address, { viewport: { width: 390, height: 844 } });
  await shown(guest.page);
  await look(guest.page, 'guest-link');
  await guest.page.getByRole('button', { name: 'Add photos' }).click();
  const form = guest.page.getByRole('dialog', { name: 'Add photos' });
  await form.getByLabel('Your name').fill('<b>Mo</b>');
  const [, , three, four] = await filesOf(['one.jpg', 'two.jpg', 'three.jpg', 'four.jpg']);
  const text = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no photo') };
  await form.getByLabel('Select photos').setInputFiles([three!, four!, text]);
  await form.getByText('3 photos selected').waitFor();
  await look(guest.page, 'guest-form');
  await form.getByRole('button', { name: 'Send photos' }).click();
  await form.getByText('2 photos sent. They are waiting for approval.').waitFor();
  await form.getByText('1 file wasn’t accepted.').waitFor();
  await look(guest.page, 'guest-sent');
  await form.getByRole('button', { name: 'Done' }).click();
  await visits.home.spool.pass();

  // They are not in the link, in Ben's photos, or anywhere for the owner.
  await guest.page.reload();
  await shown(guest.page);
  expect(await seenTiles(guest.page)).toHaveLength(2);
  await ben.page.goto(visits.home.url);
  await shown(ben.page);
  expect(await seenTiles(ben.page)).toHaveLength(2);
  await ada.page.goto(`${visits.home.url}/sharing`);
  await ada.page.getByRole('heading', { name: 'Shared with you' }).waitFor();
  expect(await ada.page.locator('[data-list="guests"]').count()).toBe(0);

  // Ben hears of them, and sees each before he decides.
  await ben.page.getByRole('button', { name: 'Activity: new' }).click();
  const panel = ben.page.getByRole('dialog', { name: 'Activity' });
  await panel.getByTitle('New').waitFor();
  await look(ben.page, 'guests-activity');
  await panel.getByRole('link', { name: '2 photos from guests are waiting for your approval' }).click();
  const waiting = list(ben.page, 'guests');
  await expect.poll(() => waiting.count()).toBe(2);
  await waiting.first().getByRole('link').click();
  await opened(ben.page);
  await ben.page.goBack();
  expect(await waiting.first().locator('small').innerText()).toBe('<b>Mo</b>');
  await look(ben.page, 'guests-waiting');
  // Approving can't be undone, so it is confirmed.
  await waiting.first().getByRole('button', { name: 'Approve' }).click();
  const sure = ben.page.getByRole('dialog', { name: 'Approve 1 photo' });
  await look(ben.page, 'guests-approve');
  await sure.getByRole('button', { name: 'Cancel' }).click();
  expect(await waiting.count()).toBe(2);
  await waiting.first().getByRole('button', { name: 'Approve' }).click();
  await sure.getByRole('button', { name: 'Approve 1 photo' }).click();
  await expect.poll(() => waiting.count()).toBe(1);
  await waiting.first().getByRole('button', { name: 'Decline', exact: true }).click();
  await waiting.waitFor({ state: 'detached' });
  await ben.page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => waiting.count()).toBe(1);
  await waiting.first().getByRole('button', { name: 'Decline', exact: true }).click();
  await waiting.waitFor({ state: 'detached' });
  await expect.poll(() => ben.page.getByRole('heading', { name: 'Photos from guests' }).count()).toBe(0);

  await guest.page.reload();
  await shown(guest.page);
  await expect.poll(() => guest.page.locator('a.tile').count()).toBe(3);
  await ben.page.goto(visits.home.url);
  await shown(ben.page);
  expect(await seenTiles(ben.page)).toHaveLength(3);
  visits.calm();
});

test('a guest sends a photo that the library has; it is added to the album when it is approved', async () => {
  const ben = await enter('Ben', 'family');
  await upload(ben.page, ['one.jpg', 'two.jpg', 'three.jpg']);
  await select(ben.page, 2);
  await toolbar(ben.page).getByRole('button', { name: 'Share' }).click();
  const dialog = ben.page.getByRole('dialog', { name: 'Share photos' });
  await dialog.getByLabel('Album name').fill('Party');
  await dialog.getByRole('switch', { name: 'Allow adding photos' }).click();
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const address = await ben.page.getByLabel('Address of the link').inputValue();

  // One of the three is not in the album; the guest hears the same about each.
  const guest = await visits.see(address, { viewport: { width: 390, height: 844 } });
  await shown(guest.page);
  await guest.page.getByRole('button', { name: 'Add photos' }).click();
  const form = guest.page.getByRole('dialog', { name: 'Add photos' });
  await form.getByLabel('Your name').fill('Mo');
  await form.getByLabel('Select photos').setInputFiles(await filesOf(['one.jpg', 'two.jpg', 'three.jpg']));
  await form.getByRole('button', { name: 'Send photos' }).click();
  await form.getByText('3 photos sent. They are waiting for approval.').waitFor();
  await form.getByRole('button', { name: 'Done' }).click();
  await visits.home.spool.pass();

  await ben.page.goto(visits.home.url);
  await ben.page.getByRole('button', { name: 'Activity: new' }).click();
  const panel = ben.page.getByRole('dialog', { name: 'Activity' });
  await panel.getByRole('link', { name: '1 photo from a guest is waiting for your approval' }).click();
  const waiting = list(ben.page, 'guests');
  await waiting.getByText('Already in the library').waitFor();
  expect(await waiting.count()).toBe(1);
  await look(ben.page, 'guests-known');
  await waiting.getByRole('button', { name: 'Decline', exact: true }).click();
  await waiting.waitFor({ state: 'detached' });
  await ben.page.getByRole('button', { name: 'Undo' }).click();
  await waiting.getByRole('button', { name: 'Approve' }).click();
  const sure = ben.page.getByRole('dialog', { name: 'Approve 1 photo' });
  await sure.getByText('You can remove it from the album later.').waitFor();
  await sure.getByRole('button', { name: 'Approve 1 photo' }).click();
  await waiting.waitFor({ state: 'detached' });

  await guest.page.reload();
  await expect.poll(() => guest.page.locator('a.tile').count()).toBe(3);
  await ben.page.goto(visits.home.url);
  await shown(ben.page);
  expect(await seenTiles(ben.page)).toHaveLength(3);
  visits.calm();
});

test('a person is removed: they are signed out, others lose what they shared, and an owner decides about their photos', async () => {
  const [ada, ben, cleo] = [await enter('Ada', 'owner'), await enter('Ben', 'family'), await enter('Cleo', 'family')];
  await upload(ben.page, ['one.jpg', 'two.jpg']);
  await select(ben.page, 2);
  await toolbar(ben.page).getByRole('button', { name: 'Share' }).click();
  const dialog = ben.page.getByRole('dialog', { name: 'Share photos' });
  await dialog.getByLabel('Album name').fill('Party');
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const address = await ben.page.getByLabel('Address of the link').inputValue();
  await dialog.getByRole('button', { name: 'Add Cleo' }).click();
  await dialog.getByRole('button', { name: 'Share with 1 person' }).click();
  await ben.page.getByText('Shared with Cleo').waitFor();
  const guest = await visits.see(address);
  await shown(guest.page);
  await cleo.page.goto(`${visits.home.url}/albums`);
  await cleo.page.getByRole('link', { name: 'Party, 2 photos' }).click();
  await cleo.page.waitForSelector('main[data-count="2"]');

  await ada.page.goto(`${visits.home.url}/people`);
  await ada.page.getByRole('button', { name: 'Edit Ben' }).click();
  await ada.page.getByRole('button', { name: 'Remove person' }).click();
  await look(ada.page, 'person-remove');
  await ada.page.getByRole('button', { name: 'Remove person' }).click();
  await ada.page.getByRole('button', { name: 'Edit Ben' }).waitFor({ state: 'detached' });

  // The pages that are open: Ben has to sign in, the link is over, and the album is gone for Cleo.
  await ben.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await guest.page.getByText('This link doesn’t work').waitFor();
  await look(guest.page, 'person-removed-link');
  await cleo.page.reload();
  await cleo.page.getByText('This album doesn’t exist.').waitFor();
  await cleo.page.goto(visits.home.url);
  await cleo.page.getByText('Add your first photos').waitFor();
  await cleo.page.goto(`${visits.home.url}/sharing`);
  await cleo.page.getByText('Albums that others share with you appear here.').waitFor();
  expect(await cleo.page.getByText('Ben').count()).toBe(0);

  // The owner sees no photo of theirs, only how many there are, and takes them over.
  await ada.page.goto(visits.home.url);
  await ada.page.locator('main').waitFor();
  expect(await ada.page.locator('a.tile').count()).toBe(0);
  await ada.page.goto(`${visits.home.url}/people`);
  const removed = list(ada.page, 'removed').filter({ hasText: 'Ben' });
  await removed.getByText('2 photos').waitFor();
  await look(ada.page, 'person-removed');
  await removed.getByRole('button', { name: 'Save photos to…' }).click();
  await ada.page.getByRole('menuitem', { name: 'Library of Cleo' }).waitFor();
  await look(ada.page, 'person-removed-menu');
  await ada.page.getByRole('menuitem', { name: 'Family library' }).click();
  await ada.page.getByText('2 photos saved to the family library').waitFor();
  await ada.page.goto(visits.home.url);
  await shown(ada.page);
  expect(await seenTiles(ada.page)).toHaveLength(2);
  visits.calm();
});

test('photos are locked behind a PIN: only the person opens them, moves them, and closes them by leaving', async () => {
  const [, ben] = [await enter('Ada', 'owner'), await enter('Ben', 'family')];
  await visits.home.access.signing.setPassword(ben.id, 'a long password', { by: `person:${ben.id}`, who: 'Ben' });
  const { access, url } = visits.home;
  // A new password ends all sessions.
  const value = access.sessions.start(ben.id, { address: '127.0.0.1', browser: 'a browser' }).secret;
  const { page } = ben;
  await page.context().addCookies([{ name: 'photospool', value, url }]);
  // The page may have noticed the end of its session already.
  await page.goto(url);
  await upload(page, ['one.jpg', 'two.jpg']);
  const lock = async (): Promise<void> => {
    await page.goto(visits.home.url);
    await shown(page);
    await page.locator('a.tile').first().click();
    await opened(page);
    await openMore(page);
    await page.getByRole('menuitem', { name: 'Move to locked photos' }).click();
  };
  await lock();
  await page.getByText('Open Locked photos and set a PIN first.').waitFor();

  await page.goto(`${visits.home.url}/locked`);
  await page.getByRole('heading', { name: 'Set a PIN for locked photos' }).waitFor();
  await look(page, 'locked-set-up');
  await page.getByLabel('New PIN').fill('275921');
  await page.getByLabel('Account password').fill('a long password');
  await page.getByRole('button', { name: 'Set PIN' }).click();
  await page.getByRole('button', { name: 'Open locked photos' }).waitFor();
  await lock();
  await page.getByText('Moved 1 photo to locked photos').waitFor();

  await page.goto(`${visits.home.url}/locked`);
  await page.getByLabel('PIN', { exact: true }).fill('275922');
  await page.getByRole('button', { name: 'Open locked photos' }).click();
  await page.getByText('Wrong PIN').waitFor();
  await look(page, 'locked-closed');
  await page.getByLabel('PIN', { exact: true }).fill('275921');
  await page.keyboard.press('Enter');
  const photo = page.locator('main li img');
  await photo.waitFor();
  expect(
    await photo.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
  ).toBeGreaterThan(0);
  await look(page, 'locked-open');
  await page.locator('main li button').click();
  await page.getByText('1 of 1').waitFor();
  await page.keyboard.press('Escape');

  // To the trash and back, and out.
  const tick = page.getByRole('checkbox');
  await tick.check();
  await page.getByRole('button', { name: 'Move to trash' }).click();
  await page.getByText('No locked photos', { exact: false }).first().waitFor();
  await page.getByRole('radio', { name: 'Trash' }).check();
  await tick.check();
  await page.getByRole('button', { name: 'Restore photos' }).click();
  await page.getByText('No locked photos in the trash').waitFor();
  await page.getByRole('radio', { name: 'Photos' }).check();
  await tick.check();
  await page.getByRole('button', { name: 'Unlock photos' }).click();
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await page.getByText('Unlocked 1 photo. It is in your archive.').waitFor();

  // Leaving the page closes them.
  await page.getByRole('link', { name: 'Explore' }).first().click();
  await page.getByRole('heading', { name: 'Explore' }).waitFor();
  await page.goto(`${visits.home.url}/locked`);
  await page.getByRole('button', { name: 'Open locked photos' }).waitFor();

  // The unlocked photo is in the archive; from there and to there many at once, and many into the locked photos.
  await page.getByRole('link', { name: 'Explore' }).first().click();
  await page.getByRole('link', { name: 'Archive', exact: true }).click();
  await page.waitForURL(/\/archive$/);
  await page.getByRole('heading', { name: 'Archive' }).waitFor();
  await shown(page);
  await look(page, 'archive');
  await select(page, 1);
  await (await inSelectionMenu(page, 'Unarchive')).click();
  await page.getByText('Unarchived 1 photo').waitFor();
  await page.getByText('The archive is empty.', { exact: false }).waitFor();
  await look(page, 'archive-empty');
  await page.goto(visits.home.url);
  await shown(page);
  await select(page, 2);
  await (await inSelectionMenu(page, 'Archive')).click();
  await page.getByText('Archived 2 photos', { exact: true }).waitFor();
  await expect.poll(() => page.locator('a.tile').count()).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => page.locator('a.tile').count()).toBe(2);
  await select(page, 2);
  await (await inSelectionMenu(page, 'Move to locked photos')).click();
  const sheet = page.getByRole('dialog', { name: 'Move to locked photos' });
  await sheet.getByText('without their earlier albums', { exact: false }).waitFor();
  await look(page, 'lock-photos');
  await sheet.getByRole('button', { name: 'Lock 2 photos' }).click();
  await page.getByText('Moved 2 photos to locked photos').waitFor();
  await expect.poll(() => page.locator('a.tile').count()).toBe(0);
  expect(await page.locator('.choose').count()).toBe(0);
  visits.calm();
});

test('an owner lets a person publish, and closes their account until they get a new link', async () => {
  const [ada, ben] = [await enter('Ada', 'owner'), await enter('Ben', 'family')];
  const { page } = ada;
  await page.goto(`${visits.home.url}/people`);
  await page.getByRole('button', { name: 'Edit Ben' }).click();
  await page.getByRole('button', { name: 'Allow publishing' }).click();
  await page.getByRole('button', { name: 'Stop publishing' }).waitFor();
  await look(page, 'person-publishes');
  await page.getByRole('button', { name: 'Stop publishing' }).click();
  await page.getByRole('button', { name: 'Allow publishing' }).waitFor();
  await page.getByRole('button', { name: 'Close account' }).click();
  await page.getByText('Close Ben’s account?', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Close account' }).click();
  await page.getByText('invitation pending').waitFor();
  await ben.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByRole('button', { name: 'Create new link' }).click();
  expect(await page.locator('.secret code').innerText()).toContain('/invite#');
  visits.calm();
});

test('a family member creates a token that acts for them, and an owner also one for the family library', async () => {
  const [ada, ben] = [await enter('Ada', 'owner'), await enter('Ben', 'family')];
  await ben.page.goto(`${visits.home.url}/settings/tokens`);
  await ben.page.getByRole('button', { name: 'Create a token' }).click();
  expect(await ben.page.getByRole('checkbox').count()).toBe(3);
  await ben.page.getByLabel('Name').fill('Frame');
  await ben.page.getByLabel('see what you see').check();
  await look(ben.page, 'own-token');
  await ben.page.getByRole('button', { name: 'Create token' }).click();
  await ben.page.getByText('Token “Frame” created').waitFor();
  await ada.page.goto(`${visits.home.url}/settings/tokens`);
  await ada.page.getByText('No tokens yet.').waitFor();
  await ada.page.getByRole('radio', { name: 'My library' }).click();
  await ada.page.getByRole('button', { name: 'Create a token' }).click();
  expect(await ada.page.getByRole('checkbox').count()).toBe(3);
  await look(ada.page, 'own-token-owner');
  visits.calm();
});

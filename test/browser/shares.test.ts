/**
 * Share links, in a real browser on a real server: previewed, created from a search and from a photo, viewed without an account,
 * with a password, and revoked. In both themes, on a phone and on a desktop.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { breaches, breachesIn } from './axe.js';
import { change } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { addPerson, signedIn } from './people.js';
import { inBothThemes, openMore, openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
let ids: string[];
beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
  for (const n of [0, 1, 2]) {
    // Hours apart: by the times of the files they would be a burst, if the machine is fast.
    const taken = { BodySerialNumber: 'zq-serial', DateTimeOriginal: `2024:07:04 1${n}:00:00` };
    const bytes = await sharp(stage.pictures[n]!.preview)
      .withExif({ IFD0: { Artist: 'zq-owner', Make: 'Canon' }, IFD2: taken })
      .jpeg()
      .toBuffer();
    writeFileSync(join(home.incoming, `${n}.jpg`), bytes);
    await home.spool.pass();
  }
  const { photos } = (await (await fetch(`${home.url}/api/photos`)).json()) as { photos: { id: string }[] };
  ids = photos.map(({ id }) => id);
  await change(home, { ids: ids.slice(0, 2), tags: { add: ['sea'] }, title: 'A pier', gps: { lat: 1, lon: 2 } });
});
afterAll(async () => {
  await home.close();
  await stage.close();
});

const shots = process.env['SHOTS'];
const shoot = async (page: Page, name: string): Promise<void> => {
  if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) });
};
const linkOf = async (page: Page): Promise<string> => page.getByLabel('Address of the link').inputValue();

/** No finding of axe in either theme; and a picture of each, if they are asked for. */
const look = (page: Page, name: string): Promise<void> =>
  inBothThemes(page, async (theme) => {
    expect(await breachesIn(page, theme), `${name}, ${theme}`).toEqual([]);
    await shoot(page, `${name}-${theme}`);
  });

test.each([390, 1440])('a link to a search, at %i px, in both themes', async (width) => {
  const options = { viewport: { width, height: 844 } };
  const owner = await stage.see(`${home.url}/?q=tag:sea`, options);
  onTestFinished(owner.close);
  await shown(owner.page);
  await owner.page.getByRole('button', { name: 'Share these photos' }).click();
  const dialog = owner.page.getByRole('dialog', { name: 'Share “sea”' });
  await dialog.getByText('They will see 2 photos').waitFor();
  await dialog.getByLabel('Title').fill('By <b>the</b> sea');
  await dialog.getByLabel('Expires').selectOption('In 1 week');
  expect(await dialog.getByRole('switch', { name: 'Include unedited originals' }).count()).toBe(0);
  await dialog.getByRole('switch', { name: 'Allow downloading originals' }).click();
  await dialog.getByRole('switch', { name: 'Include unedited originals' }).click();
  await look(owner.page, `share-new-${width}`);

  // A page shows the same before there is a link.
  const preview = await openPreview(owner.page);
  expect(await preview.locator('a.tile').count()).toBe(2);
  expect(await preview.getByRole('heading', { level: 1 }).innerText()).toBe('By <b>the</b> sea');
  expect(await preview.locator('.facts').innerText()).toBe('2 photos');
  expect(await preview.locator('.draft').innerText()).toBe('This is a preview. Only you can open this page.');
  await look(preview, `share-preview-${width}`);
  await preview.close();
  expect(home.access.shares.list()).toEqual([]);

  await dialog.getByRole('button', { name: 'Create link' }).click();
  const address = await linkOf(owner.page);
  expect(home.access.shares.list()).toMatchObject([{ originals: true, unedited: true, details: false }]);
  // With a note that others can't open it.
  expect(await dialog.locator('.secret').innerText()).toContain('Only this computer can open this link.');
  await dialog.getByRole('button', { name: 'QR code' }).click();
  await dialog.getByRole('img', { name: 'QR code of the link' }).waitFor();
  await look(owner.page, `share-made-${width}`);
  expect(await owner.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  // Another one starts with the same options.
  const [first] = home.access.shares.list();
  await dialog.getByRole('button', { name: 'Create another link' }).click();
  await expect.poll(() => home.access.shares.list()).toHaveLength(2);
  const another = home.access.shares.list().find(({ id }) => id !== first!.id)!;
  for (const option of ['title', 'originals', 'unedited', 'details', 'named', 'expires'] as const)
    expect(another[option], option).toEqual(first![option]);
  // It can be undone and redone.
  const toast = dialog.locator('.toast');
  const idsOf = () => home.access.shares.list().map(({ id }) => id);
  await toast.getByText('Link created', { exact: true }).waitFor();
  await toast.getByRole('button', { name: 'Undo' }).click();
  await toast.getByText('Undone: Link created').waitFor();
  expect(idsOf()).toEqual([first!.id]);
  expect(await dialog.locator('[data-link]').count()).toBe(1);
  await toast.getByRole('button', { name: 'Redo' }).click();
  await toast.getByText('Link created', { exact: true }).waitFor();
  expect(idsOf().sort()).toEqual([first!.id, another.id].sort());
  await dialog.locator(`[data-link="${another.id}"]`).waitFor();
  await toast.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(idsOf).toEqual([first!.id]);
  await dialog.locator(`[data-link="${another.id}"]`).waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Done' }).last().click();

  // The next link starts with the same options, but without a date on which it expires.
  await owner.page.goto(`${home.url}/?q=tag:sea+pier`);
  await shown(owner.page);
  await owner.page.getByRole('button', { name: 'Share these photos' }).click();
  for (const option of ['Allow downloading originals', 'Include unedited originals'])
    await owner.page.getByRole('switch', { name: option, checked: true }).waitFor();
  await owner.page.getByRole('switch', { name: 'Require a password', checked: false }).waitFor();
  expect(await owner.page.getByLabel('Expires').inputValue()).toBe('0');
  await owner.page.goto(`${home.url}/?q=tag:sea`);
  await shown(owner.page);

  const html = await (await fetch(address)).text();
  expect(html).toContain('<meta property="og:title" content="By &lt;b&gt;the&lt;/b&gt; sea" />');
  expect(html).toContain('<title>By &lt;b&gt;the&lt;/b&gt; sea</title>');
  expect(html).toContain('<meta property="og:description" content="2 photos" />');
  expect(html).toContain(`<meta property="og:url" content="${address}/" />`);
  expect(html).toMatch(/og:image:width" content="\d+".*og:image:height" content="\d+"/);
  expect(html).toContain('<meta name="twitter:card" content="summary_large_image" />');
  const image = /og:image" content="([^"]+)"/.exec(html)![1]!;
  expect((await fetch(image)).status).toBe(200);
  expect((await fetch(address)).headers.get('x-robots-tag')).toBe('noindex, nofollow');

  const guest = await stage.see(address, options, /status of 404/);
  onTestFinished(guest.close);
  const { page } = guest;
  await shown(page);
  expect(await page.locator('a.tile').count()).toBe(2);
  expect(await page.title()).toBe('By <b>the</b> sea');
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('By <b>the</b> sea');
  expect(await page.locator('.facts').innerText()).toBe('2 photos');
  // The title once, and a picture above the photos, also if all of them are small.
  expect(await page.getByText('By <b>the</b> sea', { exact: true }).count()).toBe(1);
  await page.locator('.shared .cover img.shown').waitFor();
  expect(await page.locator('.shared .cover img').getAttribute('src')).toContain('/media/');
  await page.getByRole('button', { name: 'Slideshow' }).waitFor();
  for (const name of ['Account', 'Search', 'Sign in']) expect(await page.getByRole('button', { name }).count()).toBe(0);
  expect(await page.getByRole('searchbox').count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
    0,
  );
  await look(page, `share-guest-${width}`);
  await page.locator('a.tile').first().click();
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  expect(page.url().startsWith(`${address}/photo/`)).toBe(true);
  await page.keyboard.press('i');
  await page.waitForSelector('aside .title');
  const info = await page.locator('aside').innerText();
  expect(info).toContain('A pier');
  for (const kept of ['.jpg', 'History', 'Comment', 'Sharing', '1.0', 'Create link']) expect(info).not.toContain(kept);
  await openMore(page);
  const original = (await page.getByRole('menuitem', { name: 'Download original' }).getAttribute('href'))!;
  await page.keyboard.press('Escape');
  const file = await fetch(new URL(original, address));
  expect(file.status).toBe(200);
  expect(Buffer.from(await file.arrayBuffer()).toString('latin1')).not.toContain('zq-');
  await page.keyboard.press('Escape');
  await shown(page);
  // Originals without details can be selected and downloaded, too.
  await page.getByRole('button', { name: 'Select photos' }).click();
  await page.locator('a.tile').first().click();
  const downloadSelected = page.getByRole('toolbar').getByRole('button', { name: 'Download', exact: true });
  const downloadAll = page.getByRole('button', { name: 'Download all' });
  const [alone] = await Promise.all([page.waitForEvent('download'), downloadSelected.click()]);
  expect(readFileSync(await alone.path()).toString('latin1')).not.toContain('zq-');
  expect(alone.suggestedFilename()).toMatch(/^photo-/);
  await page.locator('a.tile').nth(1).click();
  const both = await downloadedBy(page, () => downloadSelected.click());
  expect(await downloadedBy(page, () => downloadAll.click())).toEqual(both);
  await page.keyboard.press('Escape');

  // Its settings are changed later, where it was created. Once deleted, it also ends on the page that is open.
  await owner.page.getByRole('button', { name: 'Share these photos' }).click();
  await dialog.getByRole('button', { name: 'Edit the link By <b>the</b> sea' }).click();
  await dialog.getByRole('switch', { name: 'Show location, camera and file name' }).click();
  await dialog.getByText('unedited originals · location, camera and file name · last opened').waitFor();
  // In the dialog, over which a message can be read and undone; without originals there are no unedited ones.
  const said = dialog.locator('.toast');
  const settings = { originals: true, unedited: true, details: false };
  await said.getByText('Link updated').waitFor();
  await said.getByRole('button', { name: 'Undo' }).click();
  await dialog.getByText('unedited originals · last opened').waitFor();
  await dialog.getByRole('switch', { name: 'Allow downloading originals' }).click();
  await expect.poll(() => home.access.shares.list()).toMatchObject([{ originals: false }]);
  await said.getByText('Link updated', { exact: true }).waitFor();
  // Without originals no download is offered, as for a single photo, also on a page that is open.
  await expect.poll(() => downloadAll.count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Select photos' }).count()).toBe(0);
  await said.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => home.access.shares.list()).toMatchObject([settings]);
  await dialog.getByRole('switch', { name: 'Show location, camera and file name' }).click();
  await expect.poll(() => home.access.shares.list()).toMatchObject([{ ...settings, details: true }]);
  await shoot(owner.page, `share-edit-${width}`);
  // A selection is downloaded as everything is: as originals.
  await page.reload();
  await shown(page);
  const everything = await downloadedBy(page, () => downloadAll.click());
  await page.getByRole('button', { name: 'Select photos' }).click();
  for (const n of [0, 1]) await page.locator('a.tile').nth(n).click();
  const selected = await downloadedBy(page, () => downloadSelected.click());
  expect(selected).toEqual(everything);
  expect(selected).toMatchObject({ edited: false });
  // An edited photo alone: without details, what the link gives as its original.
  const develop = (value: unknown) =>
    fetch(`${home.url}/api/photos/${sea}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ develop: value }),
    });
  const sea = (await page.locator('a.tile').first().getAttribute('href'))!.split('/').at(-1)!;
  expect((await develop({ rotate: 2 })).status).toBe(200);
  await home.access.shares.change(home.access.shares.list()[0]!.id, { details: false, unedited: false }, commandLine);
  await page.reload();
  await shown(page);
  await page.getByRole('button', { name: 'Select photos' }).click();
  await page.locator('a.tile').first().click();
  const [edited] = await Promise.all([page.waitForEvent('download'), downloadSelected.click()]);
  expect(edited.url()).toBe(`${address}/originals/${sea}?download`);
  expect((await develop(null)).status).toBe(200);
  await dialog.getByRole('button', { name: /^Delete link/ }).click();
  await dialog.getByRole('button', { name: 'Create link' }).waitFor();
  await page.getByText('This link doesn’t work').waitFor();
  // Undoing it brings back the same link.
  await toast.getByText('Link deleted', { exact: true }).waitFor();
  await shoot(owner.page, `share-deleted-${width}`);
  await toast.getByRole('button', { name: 'Undo' }).click();
  await dialog.locator(`[data-link="${first!.id}"]`).waitFor();
  await page.goto(address);
  await shown(page);
  await toast.getByRole('button', { name: 'Redo' }).click();
  await dialog.getByRole('button', { name: 'Create link' }).waitFor();
  await page.getByText('This link doesn’t work').waitFor();
  await shoot(page, `share-over-${width}`);
  await deleteOnPage(owner.page);
  expect(owner.mishaps).toEqual([]);
});

/** Deletes a link on the page Sharing, and undoes it. */
async function deleteOnPage(page: Page): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ search: 'tag:sea', title: 'Waves' });
  const answer = await fetch(`${home.url}/api/shares`, { method: 'POST', headers, body });
  const { share } = (await answer.json()) as { share: { id: string } };
  await page.goto(`${home.url}/sharing`);
  const link = page.locator(`[data-link="${share.id}"]`);
  await link.getByRole('button', { name: 'Edit the link Waves' }).click();
  await link.getByRole('button', { name: 'Delete link: Waves' }).click();
  await link.waitFor({ state: 'detached' });
  expect(home.access.shares.list()).toEqual([]);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await link.waitFor();
  await page.getByText('Undone: Link deleted').waitFor();
  expect(home.access.shares.list()).toMatchObject([{ id: share.id, title: 'Waves' }]);
  home.access.shares.revoke(share.id, commandLine);
}

/** What a page asks for when it downloads an archive. */
async function downloadedBy(page: Page, click: () => Promise<void>): Promise<unknown> {
  const [request, download] = await Promise.all([
    page.waitForRequest(/\/api\/downloads$/),
    page.waitForEvent('download'),
    click(),
  ]);
  expect(await download.failure()).toBeNull();
  return request.postDataJSON();
}

/** The page that shows what a link would show. */
async function openPreview(page: Page): Promise<Page> {
  const preview = page.waitForEvent('popup');
  await page.getByRole('dialog').getByRole('button', { name: 'Preview' }).click();
  await shown(await preview);
  return preview;
}

test('a link to a photo with a password, created beside the picture', async () => {
  const owner = await stage.see(`${home.url}/photo/${ids[2]!}`);
  onTestFinished(owner.close);
  await owner.page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await owner.page.getByRole('toolbar', { name: 'Photo actions' }).getByRole('button', { name: 'Share' }).click();
  await owner.page.getByRole('switch', { name: 'Require a password' }).click();
  await owner.page.getByLabel('Password of the link', { exact: true }).fill('blue door');
  expect(await owner.page.locator('.picture[aria-hidden="false"] img.shown').count()).toBeGreaterThan(0);
  expect(await breaches(owner.page)).toEqual([]);
  await shoot(owner.page, 'share-photo');
  await owner.page.getByRole('button', { name: 'Create link' }).click();
  const address = await linkOf(owner.page);
  expect(await (await fetch(address)).text()).not.toContain('og:image');

  const guest = await stage.see(address, {}, /status of 40[13]/);
  onTestFinished(guest.close);
  const { page, mishaps } = guest;
  await page.getByText('Enter the password to see these photos').waitFor();
  expect(await breaches(page)).toEqual([]);
  await shoot(page, 'share-locked');
  await page.getByLabel('Password', { exact: true }).fill('red door');
  await page.keyboard.press('Enter');
  await page.getByText('Wrong password.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill('blue door');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  expect(page.url()).toContain(`/photo/${ids[2]!}`);
  expect(await page.getByRole('toolbar', { name: 'Photo actions' }).getByRole('button').count()).toBe(0);
  await page.reload();
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  expect(mishaps).toEqual([]);
});

test('a selection is shared with a person and becomes an album', async () => {
  const [ada, ben] = [addPerson(home, 'Ada', 'owner'), addPerson(home, 'Ben', 'family')];
  const owner = await stage.see(home.url, {
    viewport: { width: 820, height: 1180 },
    ...signedIn(home.url, ada.cookie),
  });
  onTestFinished(owner.close);
  const { page } = owner;
  await shown(page);
  await page.getByRole('button', { name: 'Select photos' }).click();
  await page.locator('a.tile').nth(0).click();
  await page.locator('a.tile').nth(1).click();
  await page.getByRole('toolbar').getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share photos' });
  await dialog.getByText('They will see 2 photos').waitFor();
  await dialog.getByLabel('Album name').fill('Two piers');
  // As everyone expects: the first link of a person says who shares.
  await dialog.getByRole('switch', { name: 'Show my name', checked: true }).waitFor();
  const preview = await openPreview(page);
  expect(await preview.getByRole('heading', { level: 1 }).innerText()).toBe('Two piers');
  expect(await preview.locator('.facts').innerText()).toBe('Ada shared 2 photos');
  // It ends with the next one.
  const next = await openPreview(page);
  const address = next.url();
  await preview.getByText('This preview has ended').waitFor();
  await preview.reload();
  await preview.getByText('This preview has ended').waitFor();
  expect(await breaches(preview)).toEqual([]);
  await shoot(preview, 'share-preview-over');
  await preview.close();
  await next.close();
  expect([...home.library.scan('own-album:')]).toEqual([]);
  await dialog.getByRole('button', { name: 'Add Ben' }).click();
  await dialog.getByLabel('What Ben can do').selectOption('Can view and add');
  expect(await breaches(page)).toEqual([]);
  await shoot(page, 'share-people-820');
  await dialog.getByRole('button', { name: 'Share with 1 person' }).click();
  await page.getByText('Shared with Ben').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone: Shared with Ben').waitFor();
  const memberships = async (): Promise<unknown[]> =>
    (
      (await (
        await fetch(`${home.url}/api/albums/shared`, { headers: { cookie: `photospool=${ben.cookie}` } })
      ).json()) as { albums: unknown[] }
    ).albums;
  expect(await memberships()).toEqual([]);
  await page.goto(`${home.url}/albums`);
  await page.getByRole('link', { name: 'Two piers, 2 photos' }).click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const album = page.getByRole('dialog', { name: 'Share “Two piers”' });
  await album.getByRole('button', { name: 'Add Ben' }).click();
  await album.getByRole('button', { name: 'Share with 1 person' }).click();
  await page.locator('.toast').getByText('Shared with Ben', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const right = album.getByLabel('What Ben can do');
  await right.selectOption('Can view and add');
  await album.getByText('Ben can now view and add photos').waitFor();
  await album.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => right.inputValue()).toBe('view');
  await right.selectOption('Can view and add');
  await album.getByText('Ben can now view and add photos', { exact: true }).waitFor();
  expect(await memberships()).toMatchObject([{ right: 'add' }]);
  await album.getByRole('button', { name: 'Done' }).click();

  // The preview is not for others, signed in or not.
  const stranger = await stage.see(address, {}, /status of 40[14]/);
  onTestFinished(stranger.close);
  await stranger.page.getByText('This link doesn’t work').waitFor();

  // For Ben it is among the albums; he sees it, adds to it, and leaves it.
  const family = await stage.see(
    `${home.url}/sharing`,
    { viewport: { width: 390, height: 844 }, ...signedIn(home.url, ben.cookie) },
    /status of 40[13]/,
  );
  onTestFinished(family.close);
  await family.page.locator('[data-list="with-me"]').getByRole('link', { name: 'Two piers, 2 photos' }).waitFor();
  await family.page.getByRole('button', { name: 'Share all photos: Ada' }).click();
  await family.page.getByRole('alertdialog').getByRole('button', { name: 'Share all photos' }).click();
  await family.page.getByText('Sees all your photos', { exact: true }).waitFor();
  expect(await breaches(family.page)).toEqual([]);
  expect(await family.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await shoot(family.page, 'sharing-390');
  await family.page.goto(`${home.url}/albums`);
  await family.page.getByRole('link', { name: 'Two piers, 2 photos' }).click();
  await family.page.waitForSelector('main[data-count="2"]');
  await family.page.getByText('Shared from the family library', { exact: true }).waitFor();
  expect(await breaches(family.page)).toEqual([]);
  await shoot(family.page, 'album-member-390');
  await family.page.getByRole('button', { name: 'More actions' }).click();
  await family.page.getByRole('menuitem', { name: 'Leave album' }).click();
  await family.page.getByRole('dialog').getByRole('button', { name: 'Leave album' }).click();
  await family.page.getByText('You left “Two piers”').waitFor();
  await expect.poll(() => family.page.getByRole('link', { name: 'Two piers, 2 photos' }).count()).toBe(0);

  await page.goto(`${home.url}/sharing`);
  await page.getByText('Shares all photos with you.').waitFor();
  expect(await page.locator('[data-list="by-me"] a').count()).toBe(0);
  expect(await breaches(page)).toEqual([]);
  await shoot(page, 'sharing-820');

  // Its holder changes it where it stands.
  await page.goto(`${home.url}/albums`);
  await page.getByRole('link', { name: 'Two piers, 2 photos' }).click();
  await page.waitForSelector('main[data-count="2"]');
  await page.getByRole('button', { name: 'Add a description' }).click();
  await page.getByRole('textbox', { name: 'Edit description' }).fill('Both of them.');
  await page.keyboard.press('Enter');
  await page.getByText('Both of them.').waitFor();
  await page.getByRole('button', { name: 'Add photos' }).click();
  await page.getByRole('menuitem', { name: 'From your library' }).click();
  const picker = page.getByRole('dialog', { name: 'Add photos to “Two piers”' });
  await picker.locator('.grid button').nth(2).click();
  expect(await breaches(page)).toEqual([]);
  await shoot(page, 'album-picker-820');
  await picker.getByRole('button', { name: 'Add 1 photo' }).click();
  await page.waitForSelector('main[data-count="3"]');
  expect(await breaches(page)).toEqual([]);
  await shoot(page, 'album-820');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const again = page.getByRole('dialog', { name: 'Share “Two piers”' });
  await again.getByText('They will see 3 photos').waitFor();
  await shoot(page, 'album-share-820');
  // A member who only views is removed at once, and an undo lets them in again.
  await again.getByRole('button', { name: 'Add Ben' }).click();
  await again.getByRole('button', { name: 'Share with 1 person' }).click();
  await again.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const role = again.getByLabel('What Ben can do');
  await role.selectOption('Remove');
  await again.getByText('Ben was removed from the album', { exact: true }).waitFor();
  await shoot(page, 'share-removed-820');
  expect(await memberships()).toEqual([]);
  await again.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => role.inputValue()).toBe('view');
  expect(await memberships()).toMatchObject([{ right: 'view' }]);

  // One who adds photos is removed after a question: the photos don't come back with them.
  await role.selectOption('Can view and add');
  await again.getByText('Ben can now view and add photos', { exact: true }).waitFor();
  await addOwnPhoto(ben.cookie);
  await role.selectOption('Remove');
  const question = again.getByRole('alertdialog', {
    name: 'Remove Ben? Photos they added are removed from the album.',
  });
  expect(await breaches(page)).toEqual([]);
  await shoot(page, 'share-remove-820');
  await question.getByRole('button', { name: 'Keep' }).click();
  expect(await role.inputValue()).toBe('add');
  await role.selectOption('Remove');
  await question.getByRole('button', { name: 'Remove' }).click();
  await again.getByText('Ben was removed from the album', { exact: true }).waitFor();
  expect(await again.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  await again.getByRole('button', { name: 'Add Ben' }).waitFor();

  // Of an album of a person its members see whose it is, with others and without.
  const own = await shareOwnAlbum(ben.cookie, ada.id);
  await page.goto(`${home.url}/albums/${own}`);
  await page.getByText('Shared by Ben', { exact: true }).waitFor();
  await shoot(page, 'album-member-820');
  expect([...owner.mishaps, ...family.mishaps]).toEqual([]);
});

/** Sends a request of a person. */
async function askAs<T>(session: string, method: string, path: string, body?: object): Promise<T> {
  const headers = { cookie: `photospool=${session}`, ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(home.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as T;
}

const photosOf = async (session: string): Promise<string[]> => {
  const { photos } = await askAs<{ photos: { id: string }[] }>(session, 'GET', '/api/photos?q=holder:me');
  return photos.map(({ id }) => id);
};

/** Uploads a photo to the library of a person, and adds it to the only album that others share with them. */
async function addOwnPhoto(session: string): Promise<void> {
  const picture = await sharp(stage.pictures[3]!.preview).jpeg().toBuffer();
  const body = new FormData();
  body.append('for', 'me');
  body.append('files', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'own.jpg');
  const headers = { cookie: `photospool=${session}` };
  expect((await fetch(`${home.url}/api/upload`, { method: 'POST', headers, body })).status).toBe(201);
  await home.spool.pass();
  type Albums = { albums: { holder: string; album: string }[] };
  const [{ holder, album }] = (await askAs<Albums>(session, 'GET', '/api/albums/shared')).albums as [
    Albums['albums'][0],
  ];
  const ids = await photosOf(session);
  const added = await askAs<object>(session, 'POST', `/api/albums/${holder}/${album}/entries`, { ids });
  expect(added).toMatchObject({ changed: 1 });
}

/** Makes an album of the photos of a person, and shares it with another one; its id. */
async function shareOwnAlbum(session: string, person: string): Promise<string> {
  const given = { name: 'Lake', ids: await photosOf(session) };
  const { holder, album } = await askAs<{ holder: string; album: string }>(
    session,
    'POST',
    '/api/albums/shared',
    given,
  );
  await askAs(session, 'PUT', `/api/albums/${holder}/${album}/members/${person}`, { right: 'view' });
  return `${holder}:${album}`;
}

test('an album of the house keeps its description, cover, order and link when it is shared with a person', async () => {
  const [mia, tom] = [addPerson(home, 'Mia', 'owner'), addPerson(home, 'Tom', 'family')];
  const owner = await stage.see(home.url, signedIn(home.url, mia.cookie), /ERR_FAILED|status of 40[49]/);
  onTestFinished(owner.close);
  const { page } = owner;
  await shown(page);
  const ask = (method: string, path: string, body?: object): Promise<number> =>
    page.evaluate(
      async ([method, path, body]) => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch(path, { method, ...(body !== undefined && { headers, body }) })).status;
      },
      [method, path, body && JSON.stringify(body)] as const,
    );
  const [newest, oldest] = ids as [string, string];
  const album = 'Iceland';
  expect(await ask('PATCH', '/api/photos', { ids: [newest, oldest], albums: { add: [album] } })).toBe(200);
  expect(await ask('POST', '/api/albums/named', { album, description: 'Ten days.', sort: 'oldest' })).toBe(200);
  expect(await ask('POST', '/api/albums/covers', { album, photo: oldest })).toBe(200);
  const tiles = (seen: Page): Promise<(string | null)[]> =>
    seen.locator('a.tile').evaluateAll((links) => links.map((link) => link.getAttribute('data-id')));
  await page.goto(`${home.url}/albums/${album}`);
  await page.getByText('Ten days.').waitFor();
  await expect.poll(() => tiles(page)).toHaveLength(2);
  const order = await tiles(page);

  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share “Iceland”' });
  await dialog.getByRole('button', { name: 'Add Tom' }).click();
  await dialog.getByText('It becomes a shared album').waitFor();
  // It has a link, whose visitor has its page open.
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const address = await dialog.getByLabel('Address of the link').inputValue();
  const guest = await stage.see(home.url + new URL(address).pathname, {});
  onTestFinished(guest.close);
  await expect.poll(() => tiles(guest.page)).toEqual(order);
  // The connection is lost: nothing has changed.
  await page.route('**/api/albums/shared', (route) => route.abort(), { times: 1 });
  await dialog.getByRole('button', { name: 'Share with 1 person' }).click();
  await dialog.getByText('The server can’t be reached').waitFor();
  await dialog.getByRole('button', { name: 'Share with 1 person' }).click();
  await page.waitForURL(/\/albums\/house:/);
  await page.getByText('Ten days.').waitFor();
  await page.getByText('Shared with Tom', { exact: true }).waitFor();
  await expect.poll(() => tiles(page)).toEqual(order);
  expect(await tiles(guest.page)).toEqual(order);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.getByText('Anyone with the link').first().waitFor();
  expect(await dialog.getByRole('button', { name: 'Create another link' }).count()).toBe(1);
  await page.keyboard.press('Escape');

  // The album is deleted while its pages are open.
  const family = await stage.see(new URL(page.url()).href, signedIn(home.url, tom.cookie), /status of 404/);
  onTestFinished(family.close);
  await family.page.getByText('Ten days.').waitFor();
  // Also where the viewer is the only member.
  await family.page.getByText('Shared from the family library', { exact: true }).waitFor();
  await expect.poll(() => tiles(family.page)).toEqual(order);

  // There is one album now, with the chosen cover; an undo brings the one by name back.
  const cards = page.getByRole('link', { name: 'Iceland, 2 photos' });
  await page.getByRole('main').getByRole('link', { name: 'Albums', exact: true }).click();
  await expect.poll(() => cards.count()).toBe(1);
  expect(await cards.locator('img').getAttribute('src')).toContain(oldest);
  // From the page of the album it leads to the one by name.
  await cards.click();
  await page.waitForURL(/\/albums\/house:/);
  await page.keyboard.press('Control+z');
  await page.getByText('Undone: “Iceland” is now a shared album').waitFor();
  await page.waitForURL(/\/albums\/Iceland$/);
  await page.getByText('Ten days.').waitFor();
  await expect.poll(() => tiles(page)).toEqual(order);
  await guest.page.reload();
  await expect.poll(() => tiles(guest.page)).toEqual(order);
  expect(await page.locator('.toast').getByRole('button', { name: 'Redo' }).count()).toBe(0);
  await page.goto(`${home.url}/albums`);
  await expect.poll(() => cards.count()).toBe(1);
  expect(await cards.getAttribute('href')).toBe('/albums/Iceland');
  await family.page.goto(`${home.url}/albums`);
  await family.page.getByRole('heading', { level: 1 }).waitFor();
  await expect.poll(() => family.page.getByRole('link', { name: /^Iceland/ }).count()).toBe(0);

  // After a change to the album with members, which would be lost, it can't be undone any more.
  await cards.click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.getByRole('button', { name: 'Add Tom' }).click();
  await dialog.getByRole('button', { name: 'Share with 1 person' }).click();
  await page.waitForURL(/\/albums\/house:/);
  const shared = new URL(page.url()).pathname.replace('/albums/', '').replace(':', '/');
  expect(await ask('PATCH', `/api/albums/${shared}`, { description: 'Eleven days.' })).toBe(200);
  await page.keyboard.press('Control+z');
  await page.getByText('The shared album has changed since then').waitFor();
  expect(await ask('GET', `/api/albums/${shared}`)).toBe(200);
  expect([...owner.mishaps, ...family.mishaps, ...guest.mishaps]).toEqual([]);
});

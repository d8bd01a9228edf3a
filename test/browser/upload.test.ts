/// <reference lib="dom" />
/**
 * Uploads from a real browser to the real server: chosen, dropped, shared to the app; through network failures and
 * restarts; and what is already stored is recognized by its hash alone.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, CDPSession, FileChooser, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { itemId } from '../../src/document/item-id.js';
import { photoId } from '../../src/document/photo-document.js';
import { temporaryFolder } from '../folder.js';
import { makePhoto } from '../picture.js';
import { breaches } from './axe.js';
import { ask, change } from './fill.js';
import { lookAtPage } from './look-at-page.js';
import { addPerson, signedIn } from './people.js';
import { type Seen, shown } from './stage.js';
import { openVisits } from './visits.js';

/** Console messages about the network and server that these tests take away. */
const cuts = /ERR_|status of (?:409|50\d)|Failed to fetch/;
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const visits = openVisits(cuts);
const { calm } = visits;

async function see(options: BrowserContextOptions = {}, expected = cuts): Promise<Seen> {
  const one = await visits.see('/', options, expected);
  await one.page.locator('input[data-add="files"]').waitFor({ state: 'attached' });
  return one;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const picked = (page: Page) => page.locator('input[data-add="files"]');
const panel = (page: Page) => page.locator('[data-uploads]');
const rows = (page: Page, state: string) => panel(page).locator(`li[data-state="${state}"]`);
const told = (page: Page): Promise<string> => panel(page).getByRole('heading').innerText();
/** On a phone the list is collapsed. */
const unfold = (page: Page): Promise<void> => panel(page).getByRole('button', { name: 'Show files' }).click();
/** Files in incoming, by name with their folder, and the hash of their bytes. */
const arrived = (): Map<string, string> =>
  new Map(
    readdirSync(visits.home.incoming, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(visits.home.incoming, name)).isFile())
      .map((name) => [name, sha256(readFileSync(join(visits.home.incoming, name)))]),
  );

interface Sent {
  name: string;
  mimeType: string;
  buffer: Buffer;
}
const photo = async (n: number): Promise<Sent> => ({
  name: `photo-${n}.jpg`,
  mimeType: 'image/jpeg',
  buffer: await makePhoto(n, { width: 320, height: 240 }),
});
/** A damaged video, large enough to take a while over a slow network. */
const film = (bytes = 4_000_000): Sent => ({ name: 'film.mov', mimeType: 'video/mp4', buffer: randomBytes(bytes) });

const networks = new WeakMap<Page, CDPSession>();
/** Limits uploads to a number of bytes per second; -1 ends it. A second session could not end what the first one began. */
async function slow(page: Page, bytes: number): Promise<void> {
  const session = networks.get(page) ?? (await page.context().newCDPSession(page));
  networks.set(page, session);
  await session.send('Network.enable');
  const through = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes };
  await session.send('Network.emulateNetworkConditions', through);
}

/** Drops files onto the page. */
async function drop(page: Page, files: Sent[]): Promise<void> {
  const sent = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, text: buffer.toString('base64') }));
  const transfer = await page.evaluateHandle((given) => {
    const made = new DataTransfer();
    for (const { name, mimeType, text } of given) {
      const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
      made.items.add(new File([bytes], name, { type: mimeType }));
    }
    return made;
  }, sent);
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: transfer });
  await page.waitForSelector('text=Drop to upload');
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  expect(await page.locator('text=Drop to upload').count()).toBe(0);
}

test('chosen and dropped files and folders: all arrive, are confirmed by hash, and known ones are reported', async () => {
  const { page } = await see();
  const photos = await Promise.all([1, 2, 3, 4, 5].map(photo));
  await picked(page).setInputFiles(photos.slice(0, 4));
  await expect.poll(() => rows(page, 'done').count()).toBe(4);
  await expect.poll(() => told(page)).toBe('4 files uploaded');
  expect(arrived()).toEqual(new Map(photos.slice(0, 4).map(({ name, buffer }) => [name, sha256(buffer)])));
  await visits.home.spool.pass();
  await shown(page);
  for (const { buffer } of photos.slice(0, 4)) expect(visits.home.library.get(photoId(sha256(buffer)))).toBeDefined();

  // Uploaded photos are found at once, whenever they were taken.
  await panel(page).getByRole('link', { name: 'View recently added' }).click();
  await page.getByRole('heading', { name: 'Recently added' }).waitFor();
  await expect.poll(() => page.locator('a.tile').count()).toBe(4);
  await page.goBack();

  await drop(page, photos);
  await expect.poll(() => rows(page, 'known').count()).toBe(4);
  await expect.poll(() => rows(page, 'done').count()).toBe(5);
  expect(arrived()).toEqual(new Map([['photo-5.jpg', sha256(photos[4]!.buffer)]]));
  await panel(page).getByRole('button', { name: 'Close' }).click();
  await panel(page).waitFor({ state: 'detached' });

  const folder = join(temporaryFolder(), 'Lisbon');
  mkdirSync(join(folder, 'Day 1'), { recursive: true });
  writeFileSync(join(folder, 'Day 1/photo.jpg'), (await photo(7)).buffer);
  writeFileSync(join(folder, '.DS_Store'), 'x');
  const upload = async (what: string): Promise<FileChooser> => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByRole('menuitem', { name: what }).click();
    return chooser;
  };
  await (await upload('Upload folder')).setFiles(folder);
  await expect.poll(() => rows(page, 'done').count()).toBe(1);
  await (await upload('Upload files')).setFiles([await photo(6)]);
  await expect.poll(() => rows(page, 'done').count()).toBe(2);
  expect([...arrived().keys()].sort()).toEqual(['Lisbon/Day 1/photo.jpg', 'photo-5.jpg', 'photo-6.jpg']);
  calm();
});

test('photos in the trash are reported as such, and restored from there', async () => {
  const { page } = await see();
  const photos = await Promise.all([1, 2, 3, 4].map(photo));
  await picked(page).setInputFiles(photos.slice(0, 3));
  await expect.poll(() => rows(page, 'done').count()).toBe(3);
  await visits.home.spool.pass();
  const ids = photos.slice(0, 3).map(({ buffer }) => sha256(buffer));
  await change(visits.home, { ids, trashed: true });
  await page.reload();
  await picked(page).setInputFiles(photos.slice(0, 1));
  await expect.poll(() => told(page)).toBe('It is already in the trash');
  await lookAtPage(page, 'uploads-trashed-one', [390, 820, 1440]);

  await picked(page).setInputFiles(photos.slice(1));
  await expect.poll(() => told(page)).toBe('1 file uploaded');
  await panel(page).getByText('3 already in the trash').waitFor();
  await lookAtPage(page, 'uploads-trashed', [390, 820, 1440]);
  await panel(page)
    .getByRole('button', { name: `Restore: ${photos[0]!.name}` })
    .click();
  await expect.poll(() => rows(page, 'known').count()).toBe(1);
  expect((await ask(visits.home, ids[0]!)).trashed).toBe(false);
  expect((await ask(visits.home, ids[1]!)).trashed).toBe(true);
  await panel(page).getByRole('button', { name: 'Restore all' }).click();
  await expect.poll(() => rows(page, 'known').count()).toBe(3);
  await expect.poll(() => told(page)).toBe('1 file uploaded');
  await panel(page).getByText('3 already in your library').waitFor();
  for (const id of ids) expect((await ask(visits.home, id)).trashed).toBe(false);
  calm();
});

// It waits like the page for a network.
test('an upload waits for a lost network and resumes, also on another page', { timeout: 180_000 }, async () => {
  const { page } = await see({}, /ERR_|Failed to fetch|dialog: /);
  const offsets: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
  });
  // Longer than the server lets requests continue when it stops.
  await slow(page, 100_000);
  const sent = film(6_000_000);
  await picked(page).setInputFiles([sent]);
  await rows(page, 'sending').waitFor();
  const kept = join(visits.home.incoming, '../work/.uploads');
  const size = (): number => Math.max(0, ...readdirSync(kept).map((name) => statSync(join(kept, name)).size));
  await expect.poll(size).toBeGreaterThan(300_000);
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await page.waitForSelector('h1:text("Import")');
  // Closing the window asks for confirmation.
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  expect((await asked).type()).toBe('beforeunload');
  await visits.home.stop();
  await rows(page, 'held').waitFor();
  await expect.poll(() => told(page)).toBe('1 file waiting');
  await slow(page, -1);
  await visits.home.start();
  await rows(page, 'done').waitFor();
  expect(arrived().get(sent.name)).toBe(sha256(sent.buffer));
  expect(offsets[0]).toBe(0);
  expect(offsets.at(-1)).toBeGreaterThan(300_000);
  calm();
});

test('pausing stops, resuming works after a reload too, and cancelled files leave nothing', async () => {
  const { page } = await see(phone, /ERR_|Failed to fetch|dialog: /);
  await slow(page, 200_000);
  const sent = film();
  await picked(page).setInputFiles([sent]);
  await panel(page).waitFor();
  const kept = join(visits.home.incoming, '../work/.uploads');
  const parts = (): number[] =>
    readdirSync(kept)
      .filter((name) => name.endsWith('.part'))
      .map((name) => statSync(join(kept, name)).size);
  await expect.poll(() => Math.max(0, ...parts())).toBeGreaterThan(500_000);
  expect(await rows(page, 'sending').count()).toBe(0);
  await unfold(page);
  await rows(page, 'sending').waitFor();
  await panel(page).getByRole('button', { name: 'Pause all' }).click();
  await expect.poll(() => told(page)).toBe('1 file paused');
  await page.reload();
  await picked(page).waitFor({ state: 'attached' });
  const offset = page.waitForRequest((request) => request.method() === 'PATCH');
  await picked(page).setInputFiles([sent]);
  expect(Number((await offset).headers()['upload-offset'])).toBeGreaterThan(500_000);
  await unfold(page);
  await panel(page)
    .getByRole('button', { name: `Cancel: ${sent.name}` })
    .click();
  await expect.poll(parts).toEqual([]);
  expect(arrived().size).toBe(0);
  calm();
});

/** The row of uploads in the panel below the bell. */
const activity = (page: Page) => page.locator('[data-list="activity"] .run');
const timeLeft = /About \d+ minutes? left|Less than a minute left/;

test('the time left is shown once it is known, here and below the bell; paused and waiting uploads show their state', async () => {
  const { page } = await see();
  await slow(page, 60_000);
  await picked(page).setInputFiles([film(12_000_000)]);
  await expect.poll(() => panel(page).innerText()).toMatch(timeLeft);
  await page.getByRole('button', { name: 'Activity' }).click();
  await expect.poll(() => activity(page).innerText()).toMatch(/^Uploading 0 of 1\s/);
  expect(await activity(page).innerText()).toMatch(timeLeft);

  await page.keyboard.press('Escape');
  await panel(page).getByRole('button', { name: 'Pause all' }).click();
  expect(await panel(page).innerText()).not.toMatch(timeLeft);
  await page.getByRole('button', { name: 'Activity' }).click();
  await expect.poll(() => activity(page).innerText()).toMatch(/^Uploading 0 of 1\s+Paused$/);

  await page.keyboard.press('Escape');
  await panel(page).getByRole('button', { name: 'Resume all' }).click();
  await expect.poll(() => panel(page).innerText()).toMatch(timeLeft);
  await visits.home.stop();
  await rows(page, 'held').waitFor();
  expect(await panel(page).innerText()).not.toMatch(timeLeft);
  await page.getByRole('button', { name: 'Activity' }).click();
  await expect.poll(() => activity(page).innerText()).toMatch(/^Uploading 0 of 1\s+Waiting for the network$/);
  await page.keyboard.press('Escape');
  await slow(page, -1);
  await visits.home.start();
  await rows(page, 'done').waitFor();
  expect(await panel(page).innerText()).not.toMatch(timeLeft);
  calm();
});

/** What the phone's share button does: a form, posted by navigation. */
async function share(page: Page, files: Sent[]): Promise<void> {
  const sent = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, text: buffer.toString('base64') }));
  const ready = await page.evaluateHandle((given) => {
    const form = Object.assign(document.createElement('form'), {
      ...{ method: 'POST', action: '/share', enctype: 'multipart/form-data' },
    });
    const input = Object.assign(document.createElement('input'), { type: 'file', name: 'files', multiple: true });
    const transfer = new DataTransfer();
    for (const { name, mimeType, text } of given) {
      const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: mimeType }));
    }
    input.files = transfer.files;
    form.append(input);
    document.body.append(form);
    return form;
  }, sent);
  const done = page.waitForEvent('domcontentloaded');
  await ready.evaluate((form) => form.submit());
  await done;
}

const waiting = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('photospool', 1);
        opening.onerror = () => reject(new Error('no database'));
        opening.onsuccess = () => {
          const counting = opening.result.transaction('shared').objectStore('shared').count();
          counting.onsuccess = () => resolve(counting.result);
          opening.result.addEventListener('versionchange', () => opening.result.close());
        };
      }),
  );

test('files shared to the app are kept on the device until the server has them, also without a server', async () => {
  const { page } = await see({ ...phone, serviceWorkers: 'allow' });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const [first, second] = [await photo(1), await photo(2)];
  await share(page, [first]);
  await expect.poll(() => told(page)).toBe('1 file uploaded');
  expect(new URL(page.url()).pathname).toBe('/');
  expect(arrived()).toEqual(new Map([[first.name, sha256(first.buffer)]]));
  expect(await waiting(page)).toBe(0);

  await visits.home.stop();
  await share(page, [second]);
  await page.waitForSelector('text=The server can’t be reached');
  await unfold(page);
  await rows(page, 'held').waitFor();
  expect(await panel(page).innerText()).toContain('Photos stay here until they’re uploaded');
  expect(await waiting(page)).toBe(1);
  // The phone is switched off and on: it is still waiting.
  await page.reload();
  await unfold(page);
  await rows(page, 'held').waitFor();
  await visits.home.start();
  await rows(page, 'done').waitFor();
  expect(arrived().get(second.name)).toBe(sha256(second.buffer));
  await expect.poll(() => waiting(page)).toBe(0);
  expect(await page.evaluate(async () => (await caches.keys()).length)).toBe(1);
  const cached = await page.evaluate(async () => {
    const cache = await caches.open((await caches.keys())[0]!);
    return (await cache.keys()).map(({ url }) => new URL(url).pathname);
  });
  expect(cached.filter((path) => path !== '/' && !path.startsWith('/assets/'))).toEqual([]);
  calm();
});

test('waiting files are sent in the background when the network returns and no page is open', async () => {
  const { page } = await see({ ...phone, serviceWorkers: 'allow' });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const session = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations[0]) resolve(registrations[0].registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registered;
  await visits.home.stop();
  const shared = [await photo(1), film()];
  await share(page, shared);
  await panel(page).waitFor();
  expect(await waiting(page)).toBe(2);
  await page.goto('about:blank');
  await visits.home.start();
  await session.send('ServiceWorker.dispatchSyncEvent', {
    ...{ origin: visits.home.url, registrationId, tag: 'send-shared', lastChance: false },
  });
  await expect.poll(() => arrived().size).toBe(2);
  expect(arrived()).toEqual(new Map(shared.map(({ name, buffer }) => [name, sha256(buffer)])));
  await page.goto(visits.home.url);
  await expect.poll(() => waiting(page)).toBe(0);
  calm();
});

test('signing out keeps waiting files, and asks first', async () => {
  const expected = /ERR_|status of 40|dialog: 1 file hasn’t been uploaded/;
  const { page } = await visits.see(visits.home.setUpLink(), { serviceWorkers: 'allow' }, expected);
  await page.getByLabel('Name').fill('Owner');
  await page.getByLabel('New password').fill('three green boats');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Upload' }).waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await slow(page, 20_000);
  await share(page, [film()]);
  await rows(page, 'sending').waitFor();
  const asked = page.waitForEvent('dialog');
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  expect((await asked).message()).toContain('It stays on this device until someone signs in');
  expect(await waiting(page)).toBe(1);
  expect(await page.evaluate(async () => (await (await fetch('/api/session')).json()) as object)).toMatchObject({
    role: 'owner',
  });
  calm();
});

test('the manifest is installable', async () => {
  const { page } = await see({ serviceWorkers: 'allow' });
  const session = await page.context().newCDPSession(page);
  const { errors, data } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  interface Listed {
    src: string;
    sizes: string;
    form_factor?: string;
  }
  const manifest = JSON.parse(data!) as { icons: Listed[]; screenshots: Listed[]; share_target: object };
  expect(manifest.screenshots.map((one) => one.form_factor)).toEqual(['wide', 'narrow']);
  expect(manifest.share_target).toMatchObject({ action: '/share', params: { url: 'url' } });
  for (const { src, sizes } of [...manifest.icons, ...manifest.screenshots].filter((one) => one.sizes !== 'any')) {
    const size = await page.evaluate(async (url) => {
      const picture = await createImageBitmap(await (await fetch(url)).blob());
      return `${picture.width}x${picture.height}`;
    }, src);
    expect(size).toBe(sizes);
  }
  await page.evaluate(() => navigator.serviceWorker.ready);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  calm();
});

test('other files than photos and videos are not sent, with one sentence why; the rest continues', async () => {
  const { page, mishaps, close } = await see();
  await picked(page).setInputFiles([
    { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 words') },
    { name: 'page.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<!doctype html><html>') },
    await photo(31),
  ]);
  await rows(page, 'done').waitFor();
  expect((await rows(page, 'failed').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
    'notes.pdf Not uploaded: it is a PDF document. Only photos, videos and their XMP files can be added.',
    'page.jpg Not uploaded: it is a web page. Only photos, videos and their XMP files can be added.',
  ]);
  expect([...arrived().keys()].filter((name) => /notes|page/.test(name))).toEqual([]);
  // A retry could not help.
  expect(await page.locator('[data-uploads]').getByRole('button', { name: 'Try again' }).count()).toBe(0);
  expect(mishaps).toEqual([]);
  await close();
});

test('an owner assigns folders to people, and takes them back only without files in them, each with undo', async () => {
  const [ada, anna] = [addPerson(visits.home, 'Ada', 'owner'), addPerson(visits.home, 'Anna', 'family')];
  const { page } = await visits.see('/settings/import', signedIn(visits.home.url, ada.cookie), /status of 4(?:01|09)/);
  const list = page.locator('[data-list="folders"] li');
  const choose = async (folder: string): Promise<void> => {
    await page.getByRole('button', { name: 'Add folder' }).click();
    await page.getByLabel('Person').selectOption('Anna');
    await page.getByLabel('Folder name').fill(folder);
    await page.getByRole('button', { name: 'Add folder' }).click();
  };
  const stop = async (folder: string): Promise<void> => {
    await page.getByRole('button', { name: `Stop using folder: ${folder}` }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop using folder' }).click();
  };
  await choose('');
  await expect.poll(() => list.allInnerTexts()).toEqual([expect.stringMatching(/^@Anna\s+Library of Anna/)]);
  await page.getByText('New photos in @Anna go to the library of Anna').waitFor();
  await choose('scans/anna');
  await expect.poll(() => list.count()).toBe(2);

  // What lies in a folder is imported for its person.
  const { buffer } = await photo(8);
  writeFileSync(join(visits.home.incoming, '@Anna', 'photo.jpg'), buffer);
  await visits.home.spool.pass();
  expect(visits.home.library.get(itemId({ holder: anna.id, sha256: sha256(buffer) }))).toBeDefined();
  expect(visits.home.library.get(photoId(sha256(buffer)))).toBeUndefined();

  const scan = join(visits.home.incoming, 'scans/anna', 'unfinished.part');
  writeFileSync(scan, 'x');
  await stop('scans/anna');
  await page.getByText('scans/anna still contains files. Wait until they are imported').waitFor();
  expect(await list.count()).toBe(2);
  rmSync(scan);
  await page.reload();
  await stop('scans/anna');
  await expect.poll(() => list.count()).toBe(1);
  await page.getByText('New photos in scans/anna go to the family library').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => list.count()).toBe(2);
  await choose('scans/anna/2026');
  await expect.poll(() => list.count()).toBe(3);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => list.count()).toBe(2);
  expect(visits.home.library.local.personFolders.list()).toEqual(
    ['@Anna', 'scans/anna'].map((folder) => ({ folder, person: anna.id })),
  );
  expect(await breaches(page)).toEqual([]);
  calm();
});

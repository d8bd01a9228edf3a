/**
 * Partner sharing in a real browser on a real server: a person shares all photos with another one, who sees them except
 * archived and locked ones, until either of them ends it; and ends of access that were lost with a server, which hide
 * what was shared after them until their holder confirms them. In both themes, on a phone, a tablet and a desktop.
 */
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { expect, test as single } from 'vitest';
import { itemId, sharingId } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { lookAtPage } from './look-at-page.js';
import { addPerson, signedIn } from './people.js';
import { opened, seenTiles, shown, type Seen } from './stage.js';
import { openVisits } from './visits.js';

const visits = openVisits(/status of 40[134]/);

/** Looking at a page takes some seconds, in three sizes and two themes. */
const test = (name: string, run: () => Promise<void>): void => single(name, { timeout: 180_000 }, run);

const look = (page: Page, name: string): Promise<void> => lookAtPage(page, name, [390, 820, 1440]);

/** A person with a window, and a session for requests beside it. */
interface Member extends Seen {
  id: string;
  ask(method: string, path: string, body?: object): Promise<Response>;
  /** Uploads a picture of the stage to the person's own library; the SHA-256 of the original. */
  upload(n: number): Promise<string>;
}

async function enter(name: string, role: 'owner' | 'family', password?: string): Promise<Member> {
  const { access, url, spool } = visits.home;
  const { id, cookie: first } = addPerson(visits.home, name, role);
  if (password !== undefined) await access.signing.setPassword(id, password, { by: `person:${id}`, who: name });
  // A new password ends all sessions.
  const value =
    password === undefined ? first : access.sessions.start(id, { address: '127.0.0.1', browser: 'a browser' }).secret;
  const seen = await visits.see('/', signedIn(url, value));
  const cookie = `photospool=${value}`;
  return {
    ...seen,
    id,
    ask: (method, path, body) =>
      fetch(url + path, {
        method,
        headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      }),
    async upload(n) {
      const taken = { IFD2: { DateTimeOriginal: `2024:07:0${n + 1} 12:00:00` } };
      const picture = await sharp(visits.stage.pictures[n]!.preview).withExif(taken).jpeg().toBuffer();
      const body = new FormData();
      body.append('for', 'me');
      body.append('files', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), `${name}-${n}.jpg`);
      const sent = await fetch(`${url}/api/upload`, { method: 'POST', headers: { cookie }, body });
      expect(sent.status).toBe(201);
      await spool.pass();
      return ((await sent.json()) as { files: { sha256: string }[] }).files[0]!.sha256;
    },
  };
}

const partners = (page: Page) => page.locator('[data-list="partners"] li');
const tiles = (page: Page): Promise<number> => page.locator('a.tile').count();
const idsOf = async ({ ask }: Member): Promise<string[]> =>
  ((await (await ask('GET', '/api/photos?q=holder:me')).json()) as { photos: { id: string }[] }).photos.map(
    ({ id }) => id,
  );

test('a partner sees all photos except archived and locked ones, until the sharing ends', async () => {
  const [anna, ben] = [await enter('Anna', 'owner', 'a long password'), await enter('Ben', 'family')];
  for (const n of [0, 1, 2, 3]) await anna.upload(n);
  const [newest, next, archived, locked] = await idsOf(anna);
  expect((await anna.ask('PATCH', '/api/photos', { ids: [archived], archived: true })).status).toBe(200);
  expect((await anna.ask('PUT', '/api/locked/pin', { pin: '275921', password: 'a long password' })).status).toBe(200);
  expect((await anna.ask('POST', '/api/photos/lock', { ids: [locked] })).status).toBe(200);
  await ben.page.getByText('Add your first photos').waitFor();

  // Anna shares everything; she is asked first.
  await anna.page.goto(`${visits.home.url}/sharing`);
  await partners(anna.page).getByText('Doesn’t see all your photos').waitFor();
  await anna.page.getByRole('button', { name: 'Share all photos: Ben' }).click();
  const question = anna.page.getByRole('alertdialog');
  await question.getByText('Share all your photos, and new ones automatically, with Ben?').waitFor();
  await look(anna.page, 'partner-question');
  await question.getByRole('button', { name: 'Share all photos' }).click();
  await anna.page.getByText('Sees all your photos', { exact: true }).waitFor();
  await anna.page.getByText('Sharing all photos with Ben').waitFor();

  // Ben's open timeline shows her photos; what she archived or locked doesn't exist for him.
  await shown(ben.page);
  await expect.poll(async () => (await seenTiles(ben.page)).map(({ id }) => id)).toEqual([newest, next]);
  for (const id of [archived, locked]) {
    expect((await ben.ask('GET', `/api/photos/${id}`)).status).toBe(404);
    expect((await ben.ask('GET', `/media/${id}/thumb`)).status).toBe(404);
  }
  await look(ben.page, 'partner-timeline');
  await ben.page.goto(`${visits.home.url}/sharing`);
  await partners(ben.page).getByText('Shares all photos with you.').waitFor();
  await look(ben.page, 'partner-received');
  await ben.page.getByRole('link', { name: 'View photos of Anna' }).click();
  await shown(ben.page);
  expect(await tiles(ben.page)).toBe(2);
  await expect.poll(() => ben.page.getByRole('heading', { level: 1 }).innerText()).toBe('Anna');
  await look(ben.page, 'partner-photos');
  await ben.page.locator('a.tile').first().click();
  await opened(ben.page);
  await ben.page.keyboard.press('i');
  await ben.page.getByLabel('Write a comment').waitFor();
  expect(await ben.page.getByRole('radio', { name: 'Private' }).count()).toBe(0);
  expect(await ben.page.getByRole('button', { name: 'Move to trash' }).count()).toBe(0);
  await ben.page.keyboard.press('Escape');

  // A new photo is shared automatically.
  await anna.upload(4);
  await expect.poll(() => tiles(ben.page)).toBe(3);

  // Ending it removes them from the open page; undo brings them back.
  await anna.page.getByRole('button', { name: 'Stop sharing: Ben' }).click();
  await anna.page.getByRole('alertdialog').getByRole('button', { name: 'Stop sharing' }).click();
  await anna.page.getByText('Stopped sharing all photos with Ben').waitFor();
  await expect.poll(() => tiles(ben.page)).toBe(0);
  expect((await ben.ask('GET', `/api/photos/${newest}`)).status).toBe(404);
  await anna.page.getByRole('button', { name: 'Undo' }).click();
  await anna.page.getByText('Sees all your photos', { exact: true }).waitFor();
  await expect.poll(() => tiles(ben.page)).toBe(3);

  // Ben can leave it, too; then only Anna can share again.
  await ben.page.goto(`${visits.home.url}/sharing`);
  await ben.page.getByRole('button', { name: 'Leave partner sharing: Anna' }).click();
  await ben.page.getByRole('alertdialog').getByRole('button', { name: 'Leave partner sharing' }).click();
  await expect.poll(() => partners(ben.page).count()).toBe(1);
  await ben.page.goto(visits.home.url);
  await ben.page.getByText('Add your first photos').waitFor();
  expect(await tiles(ben.page)).toBe(0);
  visits.calm();
});

test('access changes that were lost with a server are confirmed by their holder, and those of the house by an owner', async () => {
  const [anna, ben] = [await enter('Anna', 'family'), await enter('Ben', 'family')];
  const owner = await enter('Olga', 'owner');
  const cleo = addPerson(visits.home, 'Cleo <b>', 'family');
  const { library, url } = visits.home;
  const item = itemId({ holder: anna.id, sha256: await anna.upload(0) });
  expect((await anna.ask('PUT', `/api/partners/${ben.id}`)).status).toBe(200);
  await ben.page.goto(url);
  await shown(ben.page);

  // As documents of another server say it, on which Anna had ended the sharing with Cleo before this change, and an
  // owner had removed Cleo before inviting them again. The ends themselves never arrived.
  const key = `person:${cleo.id} 001764000000000-0000-k3`;
  const at = library.stamp();
  library.update<PhotoDocument>(item, (body) => ({
    ...body!,
    edits: { ...body!.edits, under: { [`${sharingId(anna.id)} ${key}`]: { at, by: `person:${anna.id}` } } },
  }));
  library.update<{ gives?: object }>('library:people', (body) => ({
    ...{ format: 1, kind: 'people', ...body },
    gives: { ...body?.gives, [`person:${cleo.id} member ${at}`]: { at, by: 'owner', saw: { self: [key] } } },
  }));
  await ben.page.reload();
  await ben.page.getByText('Add your first photos').waitFor();

  // The activity names both, each for the one who can confirm it.
  await anna.page.reload();
  await anna.page.getByRole('button', { name: 'Activity' }).click();
  const activity = anna.page.getByRole('dialog', { name: 'Activity' });
  await activity.getByText('1 sharing change to confirm').waitFor();
  await look(anna.page, 'lost-activity');
  expect(await activity.getByText('in the family library').count()).toBe(0);
  await activity.getByRole('link', { name: '1 sharing change to confirm' }).click();
  const lost = anna.page.locator('[data-list="lost-ends"] li');
  await lost.getByText('Cleo <b> is no longer a partner of Anna.').waitFor();
  await lost.getByText('Holds back 1 later change').waitFor();
  await look(anna.page, 'lost-sharing');
  await lost.getByRole('button', { name: /^Confirm change: Cleo/ }).click();
  await anna.page.getByText('1 change confirmed.').waitFor();
  await expect.poll(() => lost.count()).toBe(0);
  expect(await anna.page.getByRole('heading', { name: 'Sharing changes to confirm' }).count()).toBe(0);

  // What was shared after it is seen again.
  await ben.page.reload();
  await shown(ben.page);
  expect(await tiles(ben.page)).toBe(1);

  // The one of the house is in the settings of the family, for owners alone.
  expect((await (await anna.ask('GET', '/api/ends/lost')).json()) as object).toEqual({ ends: [] });
  await owner.page.goto(`${url}/sharing`);
  await owner.page.getByRole('heading', { name: 'Shared with you' }).waitFor();
  expect(await owner.page.locator('[data-list="lost-ends"]').count()).toBe(0);
  await owner.page.goto(`${url}/settings/family`);
  const ofHouse = owner.page.locator('[data-list="lost-ends"] li');
  await ofHouse.getByText('Cleo <b> was removed from the family.').waitFor();
  await look(owner.page, 'lost-family');
  await ofHouse.getByRole('button', { name: /^Confirm change: Cleo/ }).click();
  await expect.poll(() => ofHouse.count()).toBe(0);
  await owner.page.reload();
  await owner.page.locator('[data-list="people"] li').first().waitFor();
  expect(await owner.page.locator('[data-list="lost-ends"]').count()).toBe(0);
  visits.calm();
});

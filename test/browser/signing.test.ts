/**
 * People in a real browser at the real server: the set-up link, passkeys, an invitation, what each may see and do, and the
 * spool. What the pages ask for is answered here by what answers it at home.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makePhoto } from '../picture.js';
import { openServedHome, type ServedHome } from './home.js';
import { addAuthenticator, readMenu, signIn, signOut } from './people.js';
import { openStage, type Seen, seenTiles, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
let seen: Seen[];
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  home = await openServedHome(stage.folder);
  seen = [];
});
afterEach(async () => {
  for (const { close } of seen) await close();
  await home.close();
});

const password = { owner: 'three green boats', family: 'two slow trains' };
/** What the browser says of answers and connections that these tests bring about. */
const refusals = /status of 40[0134]|ERR_INCOMPLETE_CHUNKED_ENCODING/;

async function see(path: string): Promise<Seen> {
  const one = await stage.see(path.startsWith('http') ? path : home.url + path, {}, refusals);
  seen.push(one);
  return one;
}

/** The owner's page, made by the set-up link. */
async function becomeOwner(): Promise<Seen> {
  const owner = await see(home.setUpLink());
  await owner.page.getByLabel('Name').fill('Owner');
  await owner.page.getByLabel('Choose a password').fill(password.owner);
  await owner.page.keyboard.press('Enter');
  await owner.page.waitForURL(`${home.url}/`);
  await owner.page.getByRole('button', { name: 'Menu' }).waitFor();
  return owner;
}

/** The owner invites somebody; returns the link. */
async function inviteFamily({ page }: Seen): Promise<string> {
  await page.goto(`${home.url}/people`);
  await page.getByRole('button', { name: 'Invite someone' }).click();
  await page.getByLabel('Name').fill('Family');
  await page.getByRole('button', { name: 'Make an invitation' }).click();
  return page.locator('.secret code').innerText();
}

async function comeIn({ page }: Seen): Promise<void> {
  await page.getByLabel('Choose a password').fill(password.family);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Menu' }).waitFor();
}

/** Takes photos in; the first is the newest. */
async function takeIn(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const exif = { DateTimeOriginal: `2024:07:${String(28 - n)} 12:00:00` };
    writeFileSync(join(home.incoming, `photo-${n}.jpg`), await makePhoto(n, { width: 320, height: 240, exif }));
  }
  const { stored } = await home.spool.pass();
  expect(stored).toBe(count);
}

const none = async (): Promise<void> => expect(seen.flatMap(({ mishaps }) => mishaps)).toEqual([]);

test('owner by the set-up link, by passkey and by password', async () => {
  const link = home.setUpLink();
  const { page } = await becomeOwner();
  expect(await readMenu(page)).toEqual([
    ...['Spool', 'People', 'Access', 'Tokens', 'What happened', 'My account', 'Sign out'],
  ]);
  await addAuthenticator(page);
  await page.goto(`${home.url}/me`);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name of this device').fill('Test device');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-list="passkeys"] >> text=Test device');
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('button', { name: 'Menu' }).waitFor();
  await page.goto(`${home.url}/me`);
  await page.waitForSelector('[data-list="passkeys"] >> text=Test device');
  await signOut(page);
  await signIn(page, 'Owner', 'wrong wrong wrong');
  await page.waitForSelector('text=The name or the password is not right.');
  await signIn(page, 'Owner', password.owner);
  await page.getByRole('button', { name: 'Menu' }).waitFor();
  await page.goto(link);
  await page.waitForSelector('text=There is an owner already');
  await none();
});

/**
 * People in a real browser at the real server: the set-up link, passkeys, an invitation, what each may see and do, and
 * the spool. `visits.home` answers the requests of the pages.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeOf, stepAt } from '../../src/access/totp.js';
import { bytesOf } from '../access/base32.js';
import { makePhoto } from '../picture.js';
import { fill } from './fill.js';
import { addAuthenticator, navigationOf, readNavigation, signIn, signOut } from './people.js';
import { opened, openMore, type Seen, seenTiles, shown } from './stage.js';
import { openVisits } from './visits.js';

const password = { owner: 'three green boats', family: 'two slow trains' };
/** Console messages about responses and connections that these tests cause. */
const refusals = /status of 40[0134]|ERR_INCOMPLETE_CHUNKED_ENCODING/;

const visits = openVisits(refusals);
const { see, calm } = visits;

/** Creates the owner with the set-up link; returns their page. */
async function becomeOwner(): Promise<Seen> {
  const owner = await see(visits.home.setUpLink());
  await owner.page.getByLabel('Name').fill('Owner');
  await owner.page.getByLabel('New password').fill(password.owner);
  await owner.page.keyboard.press('Enter');
  await owner.page.waitForURL(`${visits.home.url}/`);
  await owner.page.getByRole('button', { name: 'Account' }).waitFor();
  return owner;
}

/** The owner invites someone; returns the link. */
async function inviteFamily({ page }: Seen): Promise<string> {
  await page.goto(`${visits.home.url}/people`);
  await page.getByRole('button', { name: 'Invite a family member' }).click();
  await page.getByLabel('Name').fill('Family');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  return page.locator('.secret code').innerText();
}

async function comeIn({ page }: Seen): Promise<void> {
  await page.getByLabel('New password').fill(password.family);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Account' }).waitFor();
}

/** Adds photos with their originals; the first is the newest. */
const takeIn = (count: number): Promise<string[]> =>
  fill(visits.home, visits.stage.pictures, count, {
    originals: count,
    tell: (n) => ({ name: `photo-${n}.jpg`, facts: { width: 320, height: 240 } }),
  });

test('the owner signs in by set-up link, passkey and password', async () => {
  const link = visits.home.setUpLink();
  const { page } = await becomeOwner();
  expect(await readNavigation(page)).toEqual(navigationOf.owner);
  await addAuthenticator(page);
  await page.goto(`${visits.home.url}/me`);
  await page.getByRole('button', { name: 'Add passkey' }).click();
  await page.getByLabel('Device name').fill('Test device');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-list="passkeys"] >> text=Test device');
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('button', { name: 'Account' }).waitFor();
  await page.goto(`${visits.home.url}/me`);
  await page.waitForSelector('[data-list="passkeys"] >> text=Test device');
  await signOut(page);
  await signIn(page, 'Owner', 'wrong wrong wrong');
  await page.waitForSelector('text=Wrong name or password.');
  await signIn(page, 'Owner', password.owner);
  await page.getByRole('button', { name: 'Account' }).waitFor();
  await page.goto(link);
  await page.waitForSelector('text=This library already has an owner');
  calm();
});

test('everybody changes their own name in the settings, and signs in with it from then on', async () => {
  const { page } = await becomeOwner();
  await page.goto(`${visits.home.url}/settings/account`);
  await page.getByRole('button', { name: 'Change name' }).click();
  const field = page.getByRole('textbox', { name: 'Name' });
  expect(await field.inputValue()).toBe('Owner');
  await field.fill('Una');
  await page.keyboard.press('Enter');
  await page.getByText('Name changed. Sign in with it next time.').waitFor();
  await page.locator('main section').first().getByText('Una').waitFor();
  await signOut(page);
  await signIn(page, 'Owner', password.owner);
  await page.waitForSelector('text=Wrong name or password.');
  await signIn(page, 'Una', password.owner);
  await page.getByRole('button', { name: 'Account' }).waitFor();
  calm();
});

test('a permanent change asks to confirm one’s identity; a second factor, recovery codes, and added passkeys', async () => {
  const { page } = await becomeOwner();
  await page.goto(`${visits.home.url}/me`);
  await page.getByRole('button', { name: 'Set up two-step sign-in' }).click();
  await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor();
  const key = (await page.locator('ol code').innerText()).replaceAll(' ', '');
  const code = (by: number): string => codeOf(bytesOf(key), stepAt(Date.now()) + by);
  await page.getByLabel('Code', { exact: true }).fill('123');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Wrong code.');
  await page.getByLabel('Code', { exact: true }).fill(code(0));
  await page.keyboard.press('Enter');
  const [recovery] = (await page.locator('.secret code').innerText()).split('\n');

  // As if ten minutes had passed.
  visits.home.db.exec('UPDATE access_session SET confirmed = 0');
  await addAuthenticator(page);
  await page.getByRole('button', { name: 'Add passkey' }).click();
  await page.getByLabel('Device name').fill('Test device');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Confirm that it’s you' });
  await dialog.getByLabel('Password', { exact: true }).fill('wrong wrong wrong');
  await page.keyboard.press('Enter');
  await dialog.getByText('Wrong password or passkey.').waitFor();
  await dialog.getByLabel('Password', { exact: true }).fill(password.owner);
  await page.keyboard.press('Enter');
  await dialog.getByLabel('Code', { exact: true }).fill(code(1));
  await page.keyboard.press('Enter');
  // The requested action is then completed.
  await page.waitForSelector('[data-list="passkeys"] >> text=Test device');

  await signOut(page);
  await signIn(page, 'Owner', password.owner);
  await page.getByLabel('Code', { exact: true }).fill(recovery!);
  await page.keyboard.press('Enter');
  await page.waitForSelector('aside >> text=The passkey “Test device” was added to your account');
  await page.getByRole('button', { name: 'It was me' }).click();
  await page.waitForSelector('aside >> text=was added', { state: 'detached' });
  await page.goto(`${visits.home.url}/me`);
  await page.waitForSelector('text=9 recovery codes left');
  expect(await page.getByText('was added to your account').count()).toBe(0);
  calm();
});

test('an invitation lets family in, who see photos as soon as they are shared, and nothing of the owner’s', async () => {
  await takeIn(3);
  const owner = await becomeOwner();
  const link = await inviteFamily(owner);
  const family = await see(`${visits.home.url}/invite#no-such-code`);
  await family.page.waitForSelector('text=This link no longer works');
  // The page of the wrong link is open: the right one is another address of the same page.
  await family.page.goto(link);
  await family.page.waitForSelector('h1:has-text("Welcome, Family")');
  await comeIn(family);
  // Their own library is empty: the ways to add photos, without those that need the rights of an owner.
  await family.page.waitForSelector('text=Your photos are private until you share them.');
  const ways = family.page.locator('[data-list="ways"]');
  expect(await ways.locator('h3').allInnerTexts()).toEqual(['From this computer', 'From a phone']);
  const picker = family.page.waitForEvent('filechooser');
  await ways.getByRole('button', { name: 'Add photos' }).click();
  await picker;
  await ways.getByRole('link', { name: 'Set up phone backup' }).click();
  await family.page.getByRole('button', { name: 'Create a token' }).waitFor();
  await family.page.goBack();
  await ways.waitFor();
  expect(family.page.url()).toBe(`${visits.home.url}/`);
  expect(await readNavigation(family.page)).toEqual(navigationOf.family);

  await owner.page.goto(visits.home.url);
  await shown(owner.page);
  const [mine, theirs, everyones] = (await seenTiles(owner.page)).map(({ id }) => id) as [string, string, string];
  for (const [id, audience] of [[theirs, 'Family'] as const, [everyones, 'Public'] as const]) {
    await owner.page.goto(`${visits.home.url}/photo/${id}`);
    await opened(owner.page);
    await owner.page.keyboard.press('i');
    await owner.page.getByRole('radio', { name: audience }).check();
    await family.page.waitForSelector(`a.tile[data-id="${id}"] img.shown`);
  }
  expect((await seenTiles(family.page)).map(({ id }) => id)).toEqual([theirs, everyones]);

  // Their own library is still empty.
  await family.page.getByRole('link', { name: 'Mine', exact: true }).click();
  await ways.getByText('From this computer').waitFor();
  await family.page.goBack();
  await family.page.locator(`a.tile[data-id="${theirs}"]`).click();
  await opened(family.page);
  await family.page.keyboard.press('i');
  await family.page.waitForSelector('aside >> text=photo-1.jpg');
  expect(await family.page.getByRole('radio').count()).toBe(0);
  await openMore(family.page);
  expect(await family.page.getByRole('menuitem', { name: 'Download original' }).count()).toBe(1);
  await family.page.keyboard.press('Escape');
  const heart = family.page.getByRole('button', { name: 'Favourite', exact: true });
  await heart.click();
  await family.page.waitForSelector('button[aria-label="Favourite"][aria-pressed="true"]');
  await owner.page.goto(`${visits.home.url}/photo/${theirs}`);
  await owner.page.waitForSelector('button[aria-label="Favourite"][aria-pressed="false"]');
  for (const path of ['spool', 'people', 'access', 'audit']) {
    await family.page.goto(`${visits.home.url}/${path}`);
    await family.page.waitForSelector('text=Page not found');
  }
  await family.page.goto(`${visits.home.url}/photo/${mine}`);
  await family.page.waitForSelector('text=Photo not found');

  // They lost their phone: the owner turns off two-step sign-in for them.
  const { accounts } = visits.home.access;
  const [{ id }, command] = [accounts.named('Family')!, { by: 'owner', who: 'command line' }];
  const { secret } = accounts.beginSecondFactor(id, command);
  accounts.confirmSecondFactor(id, codeOf(bytesOf(secret), stepAt(Date.now())), command);
  await owner.page.goto(`${visits.home.url}/people`);
  await owner.page.getByRole('button', { name: 'Edit Family' }).click();
  await owner.page.getByRole('button', { name: 'Turn off two-step sign-in' }).click();
  await owner.page.getByRole('button', { name: 'Turn off two-step sign-in' }).click();
  await owner.page.waitForSelector('text=Turn off two-step sign-in', { state: 'detached' });
  expect(accounts.find(id)?.secondFactor).toBe(false);
  // They hear of it at their next sign-in.
  await family.page.goto(visits.home.url);
  await signOut(family.page);
  await signIn(family.page, 'Family', password.family);
  await family.page.waitForSelector('aside >> text=Owner turned off two-step sign-in on');
  await family.page.getByRole('button', { name: 'OK', exact: true }).click();
  await family.page.waitForSelector('aside >> text=turned off two-step sign-in', { state: 'detached' });
  calm();
});

test('visitors are admitted and excluded; they see no file name and no original', async () => {
  await takeIn(2);
  const owner = await becomeOwner();
  await owner.page.goto(visits.home.url);
  await shown(owner.page);
  const [, open] = await seenTiles(owner.page);
  await owner.page.goto(`${visits.home.url}/photo/${open!.id}`);
  await opened(owner.page);
  await owner.page.keyboard.press('i');
  await owner.page.getByRole('radio', { name: 'Public' }).check();
  await owner.page.waitForSelector('fieldset:not([disabled])');
  const visitor = await see('/');
  await visitor.page.waitForSelector('h1:text("Sign in")');
  await owner.page.goto(`${visits.home.url}/access`);
  await owner.page.getByRole('switch', { name: 'Allow visitors' }).click();
  await owner.page.waitForSelector('[role=switch][aria-checked=true]');
  await visitor.page.reload();
  await shown(visitor.page);
  expect((await seenTiles(visitor.page)).map(({ id }) => id)).toEqual([open!.id]);
  expect(await visitor.page.getByRole('button', { name: 'Account' }).count()).toBe(0);
  await visitor.page.locator('a.tile').click();
  await visitor.page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await visitor.page.keyboard.press('i');
  await visitor.page.waitForSelector('aside >> text=320 × 240');
  expect(await visitor.page.locator('aside').innerText()).not.toContain('photo-');
  await openMore(visitor.page);
  for (const name of ['Download original', 'Favourite', 'Share', 'Add to album', 'Move to trash', 'Archive']) {
    expect(await visitor.page.locator(`[aria-label="${name}"]`).count()).toBe(0);
  }
  expect(await visitor.page.locator('textarea').count()).toBe(0);
  await owner.page.getByRole('switch', { name: 'Allow visitors' }).click();
  await visitor.page.waitForSelector('h1:text("Sign in")');
  calm();
});

test('tokens, sessions ended elsewhere, and the audit log', async () => {
  const owner = await becomeOwner();
  const { page } = owner;
  await page.goto(`${visits.home.url}/tokens`);
  await page.getByRole('button', { name: 'Create a token' }).click();
  await page.getByLabel('Name').fill('phone');
  await page.getByRole('button', { name: 'Create token' }).click();
  const token = await page.locator('.secret code').innerText();
  const authorization = `Bearer ${token}`;
  // It allows adding photos, and nothing else.
  expect((await fetch(`${visits.home.url}/api/tiles`, { headers: { authorization } })).status).toBe(403);
  await page.getByRole('button', { name: 'Done' }).click();
  expect(await page.content()).not.toContain(token);
  await page.getByRole('button', { name: 'Revoke token: phone' }).click();
  await page.getByRole('button', { name: 'Revoke token', exact: true }).click();
  await page.waitForSelector('text=No tokens yet.');
  expect((await fetch(`${visits.home.url}/api/tiles`, { headers: { authorization } })).status).toBe(401);

  const other = await see('/me');
  await signIn(other.page, 'Owner', password.owner);
  await other.page.waitForSelector('h1:text("Account")');
  await page.goto(`${visits.home.url}/me`);
  await page.getByRole('button', { name: /^Sign out: / }).click();
  await other.page.waitForSelector('h1:text("Sign in")');
  expect(page.url()).toBe(`${visits.home.url}/settings/account`);

  await page.goto(`${visits.home.url}/audit`);
  await page.waitForSelector('[data-list="audit"] li');
  const told = (await page.locator('[data-list="audit"]').innerText()).split('\n').filter((line) => line.trim() !== '');
  expect(told).toEqual(expect.arrayContaining(['Owner became the owner', 'Owner revoked the token phone']));
  expect(told).toEqual(expect.arrayContaining(['Owner created a token', 'Owner signed out of a device']));
  expect(await page.locator('[data-list="audit"] h2').count()).toBeGreaterThan(0);
  expect(await page.locator('[data-list="audit"] li:has(svg)').count()).toBe(
    await page.locator('[data-list="audit"] li').count(),
  );
  expect(told.join('\n')).not.toContain(token);
  calm();
});

test('the spool page lists stuck files, retries them, and lists imports', async () => {
  await visits.home.spool.watch();
  const whole = await makePhoto(7, { width: 320, height: 240 });
  writeFileSync(join(visits.home.incoming, 'broken.jpg'), whole.subarray(0, 400));
  const { page } = await becomeOwner();
  await page.goto(`${visits.home.url}/spool`);
  await page.waitForSelector('[data-list="stuck"] >> text=broken.jpg');
  await page.getByRole('button', { name: 'Try again: broken.jpg' }).click();
  await page.waitForSelector('[data-list="stuck"] >> text=2 attempts');
  writeFileSync(join(visits.home.incoming, 'whole.jpg'), whole);
  await page.waitForSelector('[data-figure="today"]:text("1")');
  await expect.poll(() => page.locator('[data-list="recent"] a').count()).toBe(1);
  await page.getByRole('button', { name: 'Scan now' }).click();
  await page.waitForSelector('button:enabled:text("Scan now")');
  calm();
});

test('the owner and family comment on a photo', async () => {
  await takeIn(1);
  const owner = await becomeOwner();
  const link = await inviteFamily(owner);
  await owner.page.goto(visits.home.url);
  await shown(owner.page);
  const [photo] = await seenTiles(owner.page);
  const path = `${visits.home.url}/photo/${photo!.id}`;
  await owner.page.goto(path);
  await opened(owner.page);
  await owner.page.keyboard.press('i');
  await owner.page.getByRole('radio', { name: 'Family' }).check();
  await owner.page.waitForSelector('fieldset:not([disabled])');
  const family = await see(link);
  await comeIn(family);
  await family.page.goto(path);
  await family.page.getByRole('button', { name: 'Info', exact: true }).waitFor();
  await family.page.keyboard.press('i');
  await family.page.getByLabel('Write a comment').fill('What a *day*');
  await family.page.getByRole('button', { name: 'Send' }).click();
  await owner.page.waitForSelector('[data-list="comments"] em:text("day")');
  expect(await owner.page.locator('[data-list="comments"] b').innerText()).toBe('Family');
  expect(await owner.page.getByRole('button', { name: 'Edit', exact: true }).count()).toBe(0);
  await family.page.getByRole('button', { name: 'Edit', exact: true }).click();
  await family.page.getByLabel('Edit comment').fill('What a night');
  await family.page.getByRole('button', { name: 'Save', exact: true }).click();
  await owner.page.waitForSelector('[data-list="comments"] >> text=What a night');
  await owner.page.waitForSelector('[data-list="comments"] >> text=edited');
  await owner.page.getByRole('button', { name: 'Delete', exact: true }).click();
  await owner.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await family.page.waitForSelector('[data-list="comments"] li', { state: 'detached' });
  calm();
});

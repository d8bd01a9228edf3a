/**
 * Signing in, in a real browser: set-up, invitation, password, passkey, what each role sees, and what ends a session.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson, setUpCode } from './door.js';
import { type Fixture, makePhotos } from './fixture.js';
import { addAuthenticator, navigationOf, readNavigation, signIn, signOut } from './people.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** A fixture with a host name, as passkeys require. */
async function open(): Promise<Fixture> {
  const fixture = await stage.fixture(makePhotos(30, stage.pictures));
  fixture.url = fixture.url.replace('127.0.0.1', 'localhost');
  return fixture;
}

/** Console messages about responses and connections that these tests cause. */
const refusals = /status of 40[0134]|ERR_INCOMPLETE_CHUNKED_ENCODING/;
const good = 'three green boats';

test('an invalid set-up link says so before anything is typed', async () => {
  const fixture = await open();
  const { page, close } = await stage.see(`${fixture.url}/setup#${setUpCode.slice(1)}x`, {}, refusals);
  await page.waitForSelector('h1:text("This link no longer works")');
  expect(await page.getByLabel('Name').count()).toBe(0);
  await close();
});

test('an unknown address says so, and leads to the photos', async () => {
  const fixture = await stage.fixture(makePhotos(30, stage.pictures));
  const { page, mishaps, close } = await stage.see(`${fixture.url}/nonsense`);
  await page.waitForSelector('h1:text("Page not found")');
  expect(await page.locator('a.tile').count()).toBe(0);
  expect(await page.title()).toContain('Page not found');
  await page.getByRole('link', { name: 'Go to photos' }).click();
  await shown(page);
  expect(mishaps).toEqual([]);
  await close();
});

test('the set-up link creates the owner; an invitation lets family in, who see only what they may', async () => {
  const fixture = await open();
  fixture.spool({ incoming: 3 });
  const owner = await stage.see(`${fixture.url}/setup#${setUpCode}`);
  await owner.page.getByLabel('Name').fill('Owner');
  await owner.page.getByLabel('New password').fill(good);
  await owner.page.keyboard.press('Enter');
  await shown(owner.page);
  expect(owner.page.url()).toBe(`${fixture.url}/`);
  expect(await owner.page.evaluate(() => JSON.stringify(history.state))).not.toContain(setUpCode);
  await owner.page.waitForSelector('text=Importing 3');
  expect(await readNavigation(owner.page)).toEqual(navigationOf.owner);
  await owner.page.goto(`${fixture.url}/people`);
  await owner.page.getByRole('button', { name: 'Invite a family member' }).click();
  await owner.page.getByLabel('Name').fill('Family');
  await owner.page.getByRole('button', { name: 'Create invitation' }).click();
  const link = await owner.page.locator('.secret code').innerText();
  expect(link).toContain('/invite#');

  const family = await stage.see(link, {}, refusals);
  await family.page.waitForSelector('h1:has-text("Welcome, Family")');
  await family.page.getByLabel('New password').fill('short');
  await family.page.keyboard.press('Enter');
  await family.page.getByText('The password is too short.').waitFor();
  await family.page.getByLabel('New password').fill('two slow trains');
  await family.page.keyboard.press('Enter');
  await shown(family.page);
  // Without libraries of people here, there is no trash of one's own, and no token that acts for oneself.
  const pages = navigationOf.family.pages.filter((name) => name !== 'Trash');
  const sections = navigationOf.family.sections.filter((name) => name !== 'API tokens');
  expect(await readNavigation(family.page)).toEqual({ pages, sections });
  expect(await family.page.locator('text=Importing').count()).toBe(0);
  for (const path of ['spool', 'people', 'tokens', 'access', 'audit']) {
    await family.page.goto(`${fixture.url}/${path}`);
    await family.page.waitForSelector('text=Page not found');
  }
  await family.page.goto(link.replace(/#.*/, '#code-gone'));
  await family.page.reload();
  await family.page.waitForSelector('text=This link no longer works');
  expect(owner.mishaps).toEqual([]);
  expect(family.mishaps).toEqual([]);
  await owner.close();
  await family.close();
});

test('someone not signed in gets the sign-in page, and then the page they wanted', async () => {
  const fixture = await open();
  addPerson(fixture.door, 'Owner', 'owner', good);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/tokens`, {}, refusals);
  await page.waitForSelector('h1:text("Sign in")');
  await signIn(page, 'Owner', 'wrong');
  await page.waitForSelector('text=The name or the password is wrong.');
  expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
  await signIn(page, 'Owner', good);
  await page.waitForSelector('h1:text("API tokens")');
  expect(page.url()).toBe(`${fixture.url}/settings/tokens`);
  await signOut(page);
  await page.waitForSelector('h1:text("Sign in")');
  expect(fixture.door.sessions).toEqual([]);
  await page.goBack();
  await page.waitForSelector('h1:text("Sign in")');
  expect(mishaps).toEqual([]);
  await close();
});

test('a session ended elsewhere ends here without reloading', async () => {
  const fixture = await open();
  addPerson(fixture.door, 'Owner', 'owner', good);
  const { page, mishaps, close } = await stage.see(fixture.url, {}, refusals);
  await signIn(page, 'Owner', good);
  await shown(page);
  fixture.door.sessions = [];
  fixture.cut();
  await page.waitForSelector('h1:text("Sign in")');
  expect(await page.locator('a.tile').count()).toBe(0);
  expect(mishaps).toEqual([]);
  await close();
});

test('a passkey is created, and signs in', async () => {
  const fixture = await open();
  addPerson(fixture.door, 'Owner', 'owner', good);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/me`, {}, refusals);
  await addAuthenticator(page);
  await signIn(page, 'Owner', good);
  await page.getByRole('button', { name: 'Add passkey' }).click();
  await page.getByLabel('Device name').fill('Test device');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-list="passkeys"] >> text=Test device');
  await signOut(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await shown(page);
  await page.goto(`${fixture.url}/me`);
  await page.getByRole('button', { name: 'Remove passkey: Test device' }).click();
  await page.getByRole('button', { name: 'Remove passkey', exact: true }).click();
  await page.waitForSelector('[data-list="passkeys"]', { state: 'detached' });
  expect(mishaps).toEqual([]);
  await close();
});

test('visitors see the album and a sign-in button, nothing else', async () => {
  const fixture = await open();
  addPerson(fixture.door, 'Owner', 'owner', good);
  fixture.door.openness.visitors = true;
  fixture.spool({ incoming: 3 });
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  expect(await page.getByRole('button', { name: 'Account' }).count()).toBe(0);
  expect(await page.locator('text=Importing').count()).toBe(0);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, 'Owner', good);
  await shown(page);
  expect(new URL(page.url()).pathname).toBe('/');
  expect(await page.getByRole('button', { name: 'Account' }).count()).toBe(1);
  expect(mishaps).toEqual([]);
  await close();
});

test('tokens are shown once and revoked, access is opened, and the log lists it', async () => {
  const fixture = await open();
  addPerson(fixture.door, 'Owner', 'owner', good);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/tokens`, {}, refusals);
  await signIn(page, 'Owner', good);
  await page.getByRole('button', { name: 'Create a token' }).click();
  await page.getByLabel('Name').fill('phone');
  await page.getByRole('button', { name: 'Create token' }).click();
  expect(await page.locator('.secret code').innerText()).toMatch(/^ps_/);
  await page.getByRole('button', { name: 'Done' }).click();
  expect(await page.locator('text=ps_').count()).toBe(0);
  await page.getByRole('button', { name: 'Revoke token: phone' }).click();
  await page.keyboard.press('Escape');
  expect(fixture.door.tokens).toHaveLength(1);
  await page.getByRole('button', { name: 'Revoke token: phone' }).click();
  await page.getByRole('button', { name: 'Revoke token', exact: true }).click();
  await page.waitForSelector('text=No tokens yet.');
  await page.getByRole('link', { name: 'Access' }).click();
  await page.getByRole('switch', { name: 'Allow visitors' }).click();
  await page.waitForSelector('[role=switch][aria-checked=true]');
  const texts = { title: 'Ada & <b>co</b>', intro: 'Ten years of ferries.\nAnd harbours.' };
  await page.getByLabel('Title').fill(texts.title);
  await page.getByLabel('Introduction').fill(texts.intro);
  const saveTexts = page.getByRole('button', { name: 'Save public page' });
  await saveTexts.click();
  await expect.poll(() => saveTexts.isDisabled()).toBe(true);
  expect(await page.getByLabel('Introduction').inputValue()).toBe(texts.intro);
  const access = { visitors: true, familyEdits: false, publicAddress: null };
  await expect.poll(() => fixture.door.openness).toEqual({ ...access, ...texts });
  await page.getByRole('link', { name: 'Security log' }).click();
  await page.waitForSelector('text=Owner signed in');
  expect(mishaps).toEqual([]);
  await close();
});

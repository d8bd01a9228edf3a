/** Comments on a photo, in a real browser: written, changed, deleted, updated live, and only by people who may. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson } from './door.js';
import { type Fixture, makePhoto, makePhotos } from './fixture.js';
import { signIn } from './people.js';
import { openStage, type Seen, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const good = 'three green boats';
const refusals = /status of 401/;

/** A fixture with an owner, a family member, and a photo. */
async function open(): Promise<{ fixture: Fixture; path: string }> {
  const fixture = await stage.fixture(makePhotos(3, stage.pictures));
  addPerson(fixture.door, 'Owner', 'owner', good);
  addPerson(fixture.door, 'Family', 'family', good);
  return { fixture, path: `${fixture.url}/photo/${fixture.photos[1]!.id}` };
}

/** The photo with its info panel open, as that person sees it. */
async function look(path: string, name: string): Promise<Seen> {
  const seen = await stage.see(path, {}, refusals);
  await signIn(seen.page, name, good);
  await seen.page.waitForSelector('button[aria-label="Info"]');
  await seen.page.keyboard.press('i');
  await seen.page.getByLabel('Write a comment').waitFor();
  return seen;
}

const said = (page: Page): Promise<string[]> => page.locator('[data-list="comments"] .markdown').allInnerTexts();

test('comments are written, changed and deleted, and others see it without reloading', async () => {
  const { path } = await open();
  const [owner, family] = [await look(path, 'Owner'), await look(path, 'Family')];
  const write = family.page.getByLabel('Write a comment');
  await write.fill('The *old* boat, ifz 0');
  expect(family.page.url()).toBe(path);
  await family.page.getByRole('button', { name: 'Send' }).click();
  await owner.page.waitForSelector('[data-list="comments"] em:text("old")');
  await expect.poll(() => write.inputValue()).toBe('');
  expect(await owner.page.locator('[data-list="comments"] b').allInnerTexts()).toEqual(['Family']);
  expect(await owner.page.getByRole('button', { name: 'Edit', exact: true }).count()).toBe(0);

  await family.page.getByRole('button', { name: 'Edit', exact: true }).click();
  const change = family.page.getByLabel('Edit comment');
  expect(await change.inputValue()).toBe('The *old* boat, ifz 0');
  await change.press('Escape');
  expect(await change.count()).toBe(0);
  expect(family.page.url()).toBe(path);
  await family.page.getByRole('button', { name: 'Edit', exact: true }).click();
  await change.fill('The new boat');
  await change.press('Control+Enter');
  await expect.poll(() => said(owner.page)).toEqual(['The new boat']);
  await owner.page.waitForSelector('[data-list="comments"] >> text=edited');

  await owner.page.getByLabel('Write a comment').fill('Mine');
  await owner.page.getByRole('button', { name: 'Send' }).click();
  await expect.poll(() => said(family.page)).toEqual(['The new boat', 'Mine']);
  expect(await family.page.getByRole('button', { name: 'Delete', exact: true }).count()).toBe(1);
  await owner.page.getByRole('button', { name: 'Delete', exact: true }).first().click();
  await owner.page.keyboard.press('Escape');
  expect(owner.page.url()).toBe(path);
  await owner.page.getByRole('button', { name: 'Delete', exact: true }).first().click();
  await owner.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => said(family.page)).toEqual(['Mine']);
  await owner.page.keyboard.press('ArrowRight');
  await owner.page.waitForURL((url) => url.href !== path);
  await expect.poll(() => said(owner.page)).toEqual([]);
  expect([...owner.mishaps, ...family.mishaps]).toEqual([]);
  await owner.close();
  await family.close();
});

test('a comment that could not be sent is kept, and missed ones are fetched again', async () => {
  const { fixture, path } = await open();
  const { page, close } = await look(path, 'Family');
  fixture.refuse(true);
  await page.getByLabel('Write a comment').fill('Still here');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.waitForSelector('aside >> text=The server can’t be reached');
  expect(await page.getByLabel('Write a comment').inputValue()).toBe('Still here');
  const photo = fixture.photos[1]!.id;
  fixture.comments.all.push({ photo, id: 'away', text: 'Said meanwhile', by: { name: 'Owner' }, added: 'x' });
  fixture.refuse(false);
  await expect.poll(() => said(page)).toEqual(['Said meanwhile']);
  await close();
});

test('on a photo in the trash comments can be read, and nothing is shown if there are none', async () => {
  const trashed = [1, 2].map((n) => makePhoto(n, stage.pictures[n]!, { trashed: true }));
  const fixture = await stage.fixture(trashed);
  addPerson(fixture.door, 'Owner', 'owner', good);
  const [one, other] = fixture.photos.map(({ id }) => id) as [string, string];
  fixture.comments.all.push({ photo: one, id: 'before', text: 'The old boat', by: { name: 'Owner' }, added: 'x' });
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${one}?q=is:trashed`, {}, refusals);
  await signIn(page, 'Owner', good);
  await page.waitForSelector('button[aria-label="Info"]');
  await page.keyboard.press('i');
  await expect.poll(() => said(page)).toEqual(['The old boat']);
  for (const name of ['Edit', 'Delete', 'Send'])
    expect(await page.locator('aside').getByRole('button', { name, exact: true }).count()).toBe(0);
  expect(await page.getByLabel('Write a comment').count()).toBe(0);
  const answered = page.waitForResponse((response) => response.url().endsWith(`/api/photos/${other}/comments`));
  await page.goto(`${fixture.url}/photo/${other}?q=is:trashed`);
  await page.waitForSelector('button[aria-label="Info"]');
  if ((await page.locator('aside').count()) === 0) await page.keyboard.press('i');
  await answered;
  expect(await page.getByRole('heading', { name: 'Comments' }).count()).toBe(0);
  expect(mishaps).toEqual([]);
  await close();
});

test('the owner chooses the audience of a photo; everyone has a favourite button of their own', async () => {
  const { fixture, path } = await open();
  const { page, mishaps, close } = await look(path, 'Owner');
  expect(await page.getByRole('radio', { name: 'Private' }).isChecked()).toBe(true);
  await page.getByRole('radio', { name: 'Family' }).check();
  await expect
    .poll(() => fixture.sent.at(-1)?.body)
    .toEqual({ each: [{ ids: [path.split('/').at(-1)!], audience: 'family' }], undo: true });
  await page.waitForSelector('fieldset:not([disabled])');
  await page.locator('aside h2').click();
  await page.keyboard.press('f');
  await page.waitForSelector('button[aria-label="Favourite"][aria-pressed="true"]');
  expect(fixture.sent.at(-1)?.body).toEqual({
    each: [{ ids: [path.split('/').at(-1)!], favourite: true }],
    undo: true,
  });
  await page.getByRole('button', { name: 'Favourite', exact: true }).click();
  await page.waitForSelector('button[aria-label="Favourite"][aria-pressed="false"]');
  expect(mishaps).toEqual([]);
  await close();
});

test('a favourite that could not be saved shows an error until the next photo', async () => {
  const { fixture, path } = await open();
  const { page, close } = await look(path, 'Family');
  await page.keyboard.press('i');
  fixture.refuse(true);
  await page.keyboard.press('f');
  const said = page.getByRole('status').filter({ hasText: 'can’t be reached' });
  await said.waitFor();
  expect(await page.getByRole('button', { name: 'Favourite' }).getAttribute('aria-pressed')).toBe('false');
  await page.keyboard.press('ArrowRight');
  await said.waitFor({ state: 'detached' });
  await close();
});

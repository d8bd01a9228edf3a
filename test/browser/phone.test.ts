/**
 * The settings for phones in a real browser, with the real server: a token is created and sends a photo, whose time appears;
 * photos of the device are compared with the originals on the server, and those that are missing are uploaded.
 */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { makePhoto } from '../picture.js';
import type { Seen } from './stage.js';
import { openVisits } from './visits.js';

const visits = openVisits(/(?!)/);

async function see(): Promise<Seen> {
  const one = await visits.see('/settings/phone', { viewport: { width: 390, height: 844 } });
  await one.page.getByRole('heading', { name: 'Phone backup' }).waitFor();
  return one;
}

const phones = (page: Page) => page.locator('[data-list="phones"] li');
const photo = async (n: number) => ({ name: `IMG_${n}.jpg`, mimeType: 'image/jpeg', buffer: await makePhoto(n) });

async function send(token: string, n: number): Promise<void> {
  const { name, mimeType, buffer } = await photo(n);
  const body = new FormData();
  body.append('files', new Blob([new Uint8Array(buffer)], { type: mimeType }), name);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${visits.home.url}/api/upload`, { method: 'POST', headers, body })).status).toBe(201);
  await visits.home.spool.pass();
}

test('a phone gets a token, and the time of its last photo is shown', async () => {
  const { page, mishaps } = await see();
  await page.getByRole('radio', { name: 'Android' }).check();
  await page.locator('ol li', { hasText: '/dav/incoming/' }).waitFor();
  await page.getByRole('button', { name: 'Create a token' }).click();
  expect(await page.getByLabel('Name of the phone').inputValue()).toBe('Android');
  await page.getByLabel('Name of the phone').fill('Pixel');
  await page.getByRole('button', { name: 'Create token' }).click();
  const secret = await page.locator('code', { hasText: 'psp_' }).innerText();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => phones(page).allInnerTexts()).toEqual([expect.stringContaining('No photo yet')]);

  await send(secret, 1);
  await page.reload();
  await expect.poll(() => phones(page).allInnerTexts()).toEqual([expect.stringMatching(/Pixel\s+Last photo: /)]);
  await phones(page)
    .getByRole('button', { name: /Revoke/ })
    .click();
  await page
    .getByRole('button', { name: /^Revoke/ })
    .last()
    .click();
  await page.getByText('No phones or apps connected yet.').waitFor();
  expect(mishaps).toEqual([]);
});

test('a check of photos on the device shows which are safe on the server, and uploads the others', async () => {
  const { page, mishaps } = await see();
  const { access, catalog } = visits.home;
  const { secret } = access.tokens.make('camera', ['upload'], { by: 'owner', who: 'a test' });
  await send(secret, 11);
  await send(secret, 12);
  const status = page.locator('[data-part="safety"]');
  const picked = page.locator('input[data-add="check"]');
  await picked.setInputFiles([await photo(11), await photo(12)]);
  await status.getByText('All 2 photos are safe on the server.').waitFor();

  const [trashed] = [...catalog.tiles({ text: '', terms: [] }, { limit: 100 }).tiles].slice(-1);
  const of = trashed!.id;
  await page.evaluate(async (id) => {
    const body = JSON.stringify({ ids: [id], trashed: true });
    await fetch('/api/photos', { method: 'PATCH', headers: { 'content-type': 'application/json' }, body });
  }, of);
  await picked.setInputFiles([await photo(11), await photo(12), await photo(13)]);
  await status.getByText('1 of 3 are safe on the server.').waitFor();
  const risks = page.locator('[data-list="at-risk"] li');
  expect((await risks.allInnerTexts()).map((text) => text.split('\n').pop()).sort()).toEqual([
    'In the trash on the server',
    'Not on the server',
  ]);
  await page.getByRole('button', { name: 'Upload 1 photo' }).click();
  await page.getByText('The uploads have started.').waitFor();
  await expect
    .poll(async () => {
      await visits.home.spool.pass();
      await picked.setInputFiles([await photo(13)]);
      return status.innerText();
    })
    .toBe('This photo is safe on the server. You can delete it from this device.');
  expect(mishaps).toEqual([]);
});

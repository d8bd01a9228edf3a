/// <reference lib="dom" />
/** Two real servers with a link: a browser at one sees changes made at the other as they happen. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHome } from '../cli/run.js';
import { joinChromium } from './stage.js';

let browser: Awaited<ReturnType<typeof joinChromium>>;
beforeAll(async () => {
  browser = await joinChromium();
});
afterAll(() => browser.close());

test('a photo added, edited and trashed on one server changes in a browser at the other', async () => {
  const [near, far] = [makeHome(), makeHome()];
  const [here, there] = [await near.serve(), await far.serve()];
  const token = (await far.run('tokens', 'add', 'laptop', '--may', 'replicate')).out.trim();
  expect((await near.run('peers', 'add', there.url, '--token', token)).code).toBe(0);

  const open = async () =>
    (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })).newPage();
  const page = await open();
  page.setDefaultTimeout(60_000);
  await page.goto(here.url);
  // Nothing is reloaded: only server-sent events change the page.
  await page.evaluate(() => void (document.body.dataset['loaded'] = 'once'));

  await far.drop('there.jpg', 1);
  const tile = page.locator('[data-id]');
  await tile.first().waitFor();
  const id = (await tile.first().getAttribute('data-id'))!;

  const edit = async (url: string, edits: object): Promise<void> => {
    const answer = await fetch(`${url}/api/photos/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(edits),
    });
    expect(answer.status).toBe(200);
  };
  await edit(there.url, { title: 'Written over there' });
  await expect
    .poll(async () => (await (await fetch(`${here.url}/api/photos/${id}`)).json()) as object)
    .toMatchObject({ title: 'Written over there' });
  await edit(there.url, { trashed: true });
  await tile.first().waitFor({ state: 'detached' });
  await edit(there.url, { trashed: false });
  await tile.first().waitFor();
  await page.waitForFunction(
    (id) => (document.querySelector<HTMLImageElement>(`[data-id="${id}"] img`)?.naturalWidth ?? 0) > 0,
    id,
  );

  const other = await open();
  other.setDefaultTimeout(60_000);
  await other.goto(there.url);
  await other.locator('[data-id]').first().waitFor();
  await edit(here.url, { trashed: true });
  await other.locator('[data-id]').first().waitFor({ state: 'detached' });

  expect(await page.evaluate(() => document.body.dataset['loaded'])).toBe('once');
  await page.close();
  await other.close();
  await here.stop();
  await there.stop();
});

/// <reference lib="dom" />
/**
 * A device without a connection, at the real server with its service worker: it shows what its person saw last, and never
 * what somebody else did (docs/offline.md).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { makePhoto } from '../picture.js';
import { signIn, signOut } from './people.js';
import { opened, type Seen, seenTiles, shown } from './stage.js';
import { openVisits } from './visits.js';

const password = { owner: 'three green boats', family: 'two slow trains' };
/** Console messages about the connections that these tests cut. */
const cuts = /status of (?:40[0134]|50\d)|ERR_|Failed to fetch/;
const visits = openVisits(cuts);

/** What the device keeps: the paths of each cache of a person. */
const kept = (page: Page): Promise<Record<string, string[]>> =>
  page.evaluate(async () => {
    const found: Record<string, string[]> = {};
    for (const name of (await caches.keys()).filter((one) => one.startsWith('person-'))) {
      const keys = await (await caches.open(name)).keys();
      found[name] = keys.map(({ url }) => new URL(url).pathname);
    }
    return found;
  });
const keptOf = async (page: Page, id: string): Promise<string[]> =>
  Object.values(await kept(page))
    .flat()
    .filter((path) => path.includes(id));

/** The owner, in a browser with the service worker, which is in control of the page. */
async function openAsOwner(count: number): Promise<Seen & { ids: string[] }> {
  const { access, incoming, spool, url } = visits.home;
  const actor = { by: 'owner', who: 'owner' };
  for (const [name, role] of [
    ['Owner', 'owner'],
    ['Family', 'family'],
  ] as const) {
    const { id } = access.accounts.add({ name, role }, actor);
    await access.signing.setPassword(id, password[role], actor);
  }
  for (let n = 0; n < count; n++) {
    const exif = { DateTimeOriginal: `2024:07:${String(28 - n)} 12:00:00` };
    writeFileSync(join(incoming, `photo-${n}.jpg`), await makePhoto(n, { width: 320, height: 240, exif }));
  }
  await spool.pass();
  const seen = await visits.see('/', { serviceWorkers: 'allow' });
  await signIn(seen.page, 'Owner', password.owner);
  await shown(seen.page);
  await seen.page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => seen.page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await seen.page.goto(url);
  await shown(seen.page);
  const ids = (await seenTiles(seen.page)).map(({ id }) => id);
  expect(ids).toHaveLength(count);
  await expect.poll(async () => (await keptOf(seen.page, ids[0]!)).length).toBe(1);
  return { ...seen, ids };
}

const offline = (page: Page) => page.getByText(/Offline since/);

test('without the server, the timeline and photos that were open are shown, until it is back', async () => {
  const { page, ids } = await openAsOwner(4);
  await page.locator(`a.tile[data-id="${ids[1]}"]`).click();
  await opened(page);
  await expect.poll(async () => (await keptOf(page, ids[1]!)).length).toBe(3);
  await page.goBack();

  await visits.home.stop();
  await page.reload();
  await offline(page).waitFor();
  await shown(page);
  expect((await seenTiles(page)).map(({ id, painted }) => [id, painted])).toEqual(ids.map((id) => [id, true]));
  await page.locator(`a.tile[data-id="${ids[1]}"]`).click();
  await opened(page);
  // The strip is above the photo view, and over none of its buttons.
  const onTop = (): Promise<boolean> =>
    offline(page).evaluate((strip) => {
      const { left, top, width, height } = strip.getBoundingClientRect();
      strip.closest<HTMLElement>('[role="status"]')!.style.pointerEvents = 'auto';
      return strip.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    });
  await expect.poll(onTop).toBe(true);
  const strip = (await offline(page).boundingBox())!;
  for (const button of await page.locator('.view button:visible').all()) {
    const box = (await button.boundingBox())!;
    expect(
      box.y + box.height <= strip.y ||
        box.y >= strip.y + strip.height ||
        box.x >= strip.x + strip.width ||
        box.x + box.width <= strip.x,
    ).toBe(true);
  }
  await page.goBack();

  await visits.home.start();
  await offline(page).waitFor({ state: 'detached' });
  await shown(page);
  visits.calm();
});

test('a photo that leaves the timeline, signing out, and somebody else leave nothing on the device', async () => {
  const { page, ids } = await openAsOwner(3);
  const tiles = page.locator(`a.tile[data-id="${ids[0]}"]`);
  await page.evaluate(
    (id) =>
      fetch(`/api/photos/${id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ trashed: true }),
      }),
    ids[0]!,
  );
  await tiles.waitFor({ state: 'detached' });
  await expect.poll(() => keptOf(page, ids[0]!)).toEqual([]);
  await expect.poll(async () => (await keptOf(page, ids[1]!)).length).toBeGreaterThan(0);

  const [mine] = Object.keys(await kept(page));
  await signOut(page);
  await page.getByLabel('Name').waitFor();
  expect(await kept(page)).toEqual({});
  await signIn(page, 'Family', password.family);
  await page.getByRole('button', { name: 'Account' }).waitFor();
  await expect.poll(async () => Object.keys(await kept(page))).toHaveLength(1);
  const theirs = await kept(page);
  expect(Object.keys(theirs)).not.toEqual([mine]);
  for (const id of ids) expect(Object.values(theirs).flat().join()).not.toContain(id);

  await visits.home.stop();
  await page.reload();
  await offline(page).waitFor();
  expect(await seenTiles(page)).toEqual([]);
  visits.calm();
});

test('edits made offline survive a reload, can be undone, and are sent in order when the server is back', async () => {
  const { page, ids } = await openAsOwner(4);
  const [favourite, trashed, undone] = ids as [string, string, string];
  const open = async (id: string): Promise<void> => {
    await page.locator(`a.tile[data-id="${id}"]`).click();
    await opened(page);
    await expect.poll(async () => (await keptOf(page, id)).some((path) => path.startsWith('/api/photos/'))).toBe(true);
  };
  const heart = page.getByRole('button', { name: 'Favourite' });
  for (const id of ids) {
    await open(id);
    await page.goBack();
  }
  await visits.home.stop();
  await offline(page).waitFor();
  await open(favourite);
  await heart.click();
  await page.getByText('It will be sent when you’re back online').waitFor();
  await page.goBack();
  await open(undone);
  await heart.click();
  await page.getByText('2 changes waiting to sync').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('1 change waiting to sync').waitFor({ state: 'attached' });
  await page.goBack();
  await open(trashed);
  await page.keyboard.press('Delete');
  await page.getByText('2 changes waiting to sync').waitFor({ state: 'attached' });

  await page.goto(visits.home.url);
  await page.getByText('2 changes waiting to sync').waitFor();
  await expect
    .poll(async () => (await seenTiles(page)).map(({ id }) => id))
    .toEqual(ids.filter((id) => id !== trashed));

  await visits.home.start();
  await page.getByText('2 offline changes saved').waitFor();
  await offline(page).waitFor({ state: 'detached' });
  const state = (id: string) =>
    page.evaluate(async (of) => {
      const photo = (await (await fetch(`/api/photos/${of}`)).json()) as { favourite: boolean; trashed: boolean };
      return [photo.favourite, photo.trashed];
    }, id);
  expect(await state(favourite)).toEqual([true, false]);
  expect(await state(trashed)).toEqual([false, true]);
  expect(await state(undone)).toEqual([false, false]);
  visits.calm();
});

test('an edit whose answer was lost is not made again over what was edited since', async () => {
  const { page, ids } = await openAsOwner(1);
  const id = ids[0]!;
  const sent: { key?: string }[] = [];
  // The server makes the edit, and the connection breaks before it answers.
  await page.route('**/api/photos/each', async (route) => {
    sent.push(route.request().postDataJSON() as { key?: string });
    if (sent.length > 1) return route.continue();
    await route.fetch();
    await page.evaluate(
      (of) =>
        fetch(`/api/photos/${of}`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ favourite: false }),
        }),
      id,
    );
    return route.abort('connectionreset');
  });
  await page.locator(`a.tile[data-id="${id}"]`).click();
  await opened(page);
  await page.getByRole('button', { name: 'Favourite' }).click();
  await page.getByText('It will be sent when you’re back online').waitFor();
  await page.reload();
  await expect.poll(() => sent.length).toBe(2);
  await page.getByText('waiting to sync').waitFor({ state: 'detached' });
  expect(sent[1]!.key).toBe(sent[0]!.key);
  const favourite = await page.evaluate(
    async (of) => ((await (await fetch(`/api/photos/${of}`)).json()) as { favourite: boolean }).favourite,
    id,
  );
  expect(favourite).toBe(false);
  visits.calm();
});

test(
  'signing out asks while edits wait, and who stays keeps them; one that the server refuses is told and not sent again',
  { timeout: 120_000 },
  async () => {
    const { page, ids, mishaps } = await openAsOwner(2);
    const [first, second] = ids as [string, string];
    const open = async (id: string): Promise<void> => {
      await page.locator(`a.tile[data-id="${id}"]`).click();
      await opened(page);
      await expect
        .poll(async () => (await keptOf(page, id)).some((path) => path.startsWith('/api/photos/')))
        .toBe(true);
    };
    for (const id of [first, second]) {
      await open(id);
      await page.goBack();
    }
    await visits.home.stop();
    await offline(page).waitFor();
    await open(first);
    await page.getByRole('button', { name: 'Favourite' }).click();
    await page.getByText('1 change waiting to sync').waitFor({ state: 'attached' });
    await page.goBack();
    // The question is dismissed.
    await signOut(page);
    const question =
      '1 change hasn’t been saved to the server yet. It stays on this device until you sign in here again. Sign out anyway?';
    await expect.poll(() => mishaps).toEqual([`dialog: ${question}`]);
    await page.getByText('1 change waiting to sync').waitFor({ state: 'attached' });

    let sent = 0;
    await page.route('**/api/photos/each', (route) => {
      sent++;
      return route.fulfill({
        status: 403,
        json: { error: { code: 'forbidden', message: 'You may not edit this photo.' } },
      });
    });
    await visits.home.start();
    await offline(page).waitFor({ state: 'detached' });
    await page.getByText('The server rejected these offline changes').waitFor();
    await page.getByText('waiting to sync').waitFor({ state: 'detached' });
    await page.reload();
    await shown(page);
    expect(sent).toBe(1);
    expect(mishaps).toHaveLength(1);
  },
);

/**
 * What a screen reader gets, and the way of the keyboard, on every page of one home: headings, landmarks, names, the
 * order of tab stops; and the timeline as one tab stop.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backwards, mishearings, tabStops } from './accessibility-tree.js';
import { change, fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, type Seen, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
let seen: Seen;
let ids: string[];
beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
  ids = await fill(home, stage.pictures, 60, {
    minutes: 600,
    originals: 3,
    tell: (n) => ({
      folder: 'Trip',
      facts: {
        // Three photos of the same minute.
        ...(n < 3 && { taken: '2024-07-21T10:00:00.000' }),
        ...(n % 7 === 6 && { type: 'video/mp4', seconds: 12 }),
        tags: n % 2 === 0 ? ['sea'] : ['town'],
        camera: { make: 'Canon', model: n % 3 === 0 ? 'EOS R5' : 'EOS R6' },
        gps: { lat: 39.11, lon: -108.35 },
        place: { city: 'Palisade' },
      },
    }),
  });
  await change(home, { ids: ids.slice(0, 20), albums: { add: ['Summer'] } });
  await change(home, { ids: ids.slice(4, 6), favourite: true });
  await change(home, { ids: ids.slice(55), trashed: true });
  seen = await stage.see(home.setUpLink());
  const { page } = seen;
  await page.getByLabel('Name').fill('Owner');
  await page.getByLabel('New password').fill('three green boats');
  await page.keyboard.press('Enter');
  await shown(page);
  // What the pages list: invitations, tokens, a link.
  await page.evaluate(async (photo) => {
    const post = (path: string, body: object): Promise<Response> =>
      fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    for (const name of ['Anna', 'Bert']) await post('/api/people', { name, role: 'family' });
    for (const name of ['phone', 'tablet']) await post('/api/tokens', { name, may: ['upload'] });
    for (const title of ['One', 'Two']) await post('/api/shares', { photo, title });
  }, ids[0]!);
});
afterAll(async () => {
  await seen.close();
  await home.close();
  await stage.close();
});

/** Each page, and a selector that is present when it is ready. */
const pages: [path: string, ready: string][] = [
  ['/', 'a.tile img.shown'],
  ['/?by=month', 'a[data-span] img'],
  ['/?q=tag:sea', 'a.tile img.shown'],
  ['/?q=no+such+thing', 'main :text("No photos found")'],
  ['/?q=is:trashed', 'a.tile img.shown'],
  ['/favourites', 'a.tile img.shown'],
  ['/albums', '[data-list="albums"] li a'],
  ['/albums/Summer', 'a.tile img.shown'],
  ['/explore', '.found li a'],
  ['/explore/tags', '[data-list="tag-tiles"] a'],
  ['/explore/cameras', '[data-list="cameras"] a'],
  ['/sharing', '[data-list="shares"] li'],
  ['/review', 'main h2'],
  ['/duplicates', 'main h2'],
  ['/trash', 'main img'],
  ['/places', 'main section li a, section li a img'],
  ['/activity', 'main h1'],
  ['/settings/account', '[data-list="sessions"] li'],
  ['/settings/appearance', 'main input'],
  ['/settings/library', 'main h2'],
  ['/settings/phone', '[data-list="phones"] li'],
  ['/settings/import', '[data-figure="today"]'],
  ['/settings/family', '[data-list="people"] li'],
  ['/settings/sharing', '[role="switch"]'],
  ['/settings/servers', 'main h2'],
  ['/settings/tokens', '[data-list="tokens"] li'],
  ['/settings/security', '[data-list="audit"] li'],
  ['/settings/about', 'main h1'],
];

test('every page can be heard, and is walked in the order in which it is seen', { timeout: 120_000 }, async () => {
  const { page, mishaps } = seen;
  for (const [path, ready] of pages) {
    await page.goto(home.url + path);
    await page.locator(ready).first().waitFor();
    await expect.poll(() => mishearings(page), { message: path }).toEqual([]);
    const stops = await tabStops(page);
    expect(backwards(stops), path).toEqual([]);
    const before = stops.findIndex(({ part }) => part === 'MAIN');
    expect(stops[0]?.part, path).toBe('skip');
    expect(before === -1 ? stops.length : before, path).toBeLessThan(30);
  }
  expect(mishaps).toEqual([]);
});

test('the timeline is one tab stop, and its photos are reached, selected and opened by keys', async () => {
  const { page, mishaps } = seen;
  await page.goto(home.url);
  await shown(page);
  const focused = (): Promise<string | undefined> =>
    page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['id']);
  const sameMinute = await page
    .locator('a.tile')
    .evaluateAll((tiles) => tiles.slice(0, 3).map((tile) => tile.ariaLabel));
  expect(sameMinute.map((name) => name?.split(',')[0]).sort()).toEqual(['Photo', 'Photo 2', 'Photo 3']);
  expect(sameMinute[0]).toBe('Photo, Sunday, 21 July 2024 at 10:00, Palisade');
  const favourite = page.locator(`a.tile[data-id="${ids[4]!}"]`);
  expect(await favourite.getAttribute('aria-label')).toMatch(/, Palisade, favourite$/);

  // The skip link, the content, the choice of whose photos, the first photo.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
  for (let n = 0; n < 4 && (await focused()) === undefined; n++) await page.keyboard.press('Tab');
  const order = await page
    .locator('a.tile')
    .evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).dataset['id']));
  await expect.poll(focused).toBe(order[0]);
  expect(
    (await tabStops(page)).filter(({ name }) => /^(?:Photo|Video) ?\d*, /.test(name) || /^Select \w+ \d/.test(name)),
  ).toHaveLength(1);

  await page.keyboard.press('ArrowRight');
  await expect.poll(focused).toBe(order[1]);
  await page.keyboard.press('End');
  await expect.poll(focused).toBe(ids[54]);
  await page.keyboard.press('PageUp');
  await expect.poll(async () => ids.indexOf((await focused())!)).toBeLessThan(54);
  await page.keyboard.press('Home');
  await expect.poll(focused).toBe(order[0]);
  await page.keyboard.press('PageDown');
  await expect.poll(async () => order.indexOf(await focused())).not.toBe(0);
  const below = await focused();
  await page.keyboard.press('PageUp');
  await expect.poll(focused).not.toBe(below);
  await page.keyboard.press('Home');
  await expect.poll(focused).toBe(order[0]);

  const selected = page.getByText(/^\d+ selected$/);
  await page.keyboard.press(' ');
  await expect.poll(() => selected.innerText()).toBe('1 selected');
  await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(() => selected.innerText()).toBe('2 selected');
  await page.keyboard.press('Escape');
  await expect.poll(() => selected.count()).toBe(0);
  await page.keyboard.press('Shift+X');
  await expect.poll(() => selected.innerText()).toBe('3 selected');
  await page.keyboard.press('Escape');
  const last = await focused();
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).pathname).toBe(`/photo/${last!}`);
  await page.locator('.picture[aria-hidden="false"] img.shown').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe(last);
  expect(mishaps).toEqual([]);
});

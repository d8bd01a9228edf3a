/** The timeline in a real browser: rows, live updates, big days, fast scrolling, and every state. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePhoto, makePhotos } from './fixture.js';
import { openStage, placeKept, rowsOf, scrollAndRest, seenTiles, shown, type Stage, drawn } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const heightOf = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollHeight);

describe('rows', () => {
  test.each([
    [390, 0, 0, 2, 8],
    [820, 16, 56, 4, 16],
    [1440, 16, 56, 4, 16],
    [2560, 16, 56, 4, 16],
  ])('fill the width exactly at %i px, days apart', async (width, margin, gutter, gap, apart) => {
    const fixture = await stage.fixture(makePhotos(600, stage.pictures));
    const { page, mishaps, close } = await stage.see(fixture.url, { viewport: { width, height: 900 } });
    await shown(page);
    const rows = rowsOf(await seenTiles(page));
    const dayOf = (id: string) => fixture.photos.find((photo) => photo.id === id)!.taken.slice(0, 10);
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) {
      expect(row[0]!.left).toBe((width >= 1280 ? 224 : 0) + margin);
      expect(row.at(-1)!.right).toBe(width - gutter);
      for (const [i, tile] of row.entries()) {
        if (i === 0) continue;
        const isSameDay = dayOf(tile.id) === dayOf(row[i - 1]!.id);
        expect(tile.left - row[i - 1]!.right).toBe(isSameDay ? gap : apart);
      }
      expect(new Set(row.map((tile) => tile.bottom)).size).toBe(1);
    }
    expect(mishaps).toEqual([]);
    await close();
  });

  test('the last row of a month is not stretched', async () => {
    const fixture = await stage.fixture(makePhotos(2, stage.pictures));
    const { page, close } = await stage.see(fixture.url);
    await shown(page);
    const tiles = await seenTiles(page);
    expect(tiles).toHaveLength(2);
    expect(tiles[0]!.bottom - tiles[0]!.top).toBeLessThan(280);
    expect(tiles[1]!.right - tiles[0]!.left).toBeLessThan(800);
    await close();
  });
});

test('100,000 photos: first tiles and full height appear at once, the document stays small', async () => {
  const fixture = await stage.fixture(makePhotos(100_000, stage.pictures));
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  const height = await heightOf(page);
  expect(height).toBeGreaterThan(100_000 * 20);
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
  await page.waitForSelector(`a[data-id="${fixture.photos.at(-1)!.id}"]`);
  expect(Math.abs((await heightOf(page)) - height) / height).toBeLessThan(0.03);
  expect((await seenTiles(page)).length).toBeLessThan(200);
  expect(fixture.requests.filter((path) => path.startsWith('/api/tiles')).length).toBeLessThan(20);
  expect(mishaps).toEqual([]);
  await close();
});

test('a day with 15,000 photos scrolls to its end', async () => {
  const fixture = await stage.fixture(makePhotos(15_000, stage.pictures, 0.05));
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  expect(await page.locator('h2').allTextContents()).toEqual(['July 2024 15,000 photos']);
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
  await page.waitForSelector(`a[data-id="${fixture.photos.at(-1)!.id}"]`);
  expect((await seenTiles(page)).length).toBeLessThan(200);
  expect(mishaps).toEqual([]);
  await close();
});

test('scrolling screen by screen shows every photo, none of them blank', async () => {
  const fixture = await stage.fixture(makePhotos(400, stage.pictures));
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  const passed = new Set<string>();
  let blank = 0;
  for (;;) {
    await drawn(page);
    for (const tile of await seenTiles(page)) {
      if (tile.bottom <= 0 || tile.top >= 900) continue;
      passed.add(tile.id);
      if (!tile.painted) blank++;
    }
    const end = await page.evaluate('scrollY + innerHeight >= document.documentElement.scrollHeight - 1');
    if (end) break;
    await page.evaluate('scrollBy(0, innerHeight * 0.9)');
  }
  expect(blank).toBe(0);
  expect(passed.size).toBe(400);
  expect(mishaps).toEqual([]);
  await close();
});

describe('live', () => {
  test('a new photo appears at the top without a reload', async () => {
    const fixture = await stage.fixture(makePhotos(300, stage.pictures));
    const { page, mishaps, close } = await stage.see(fixture.url);
    await shown(page);
    const fresh = makePhoto(90_001, stage.pictures[0]!, { taken: '2024-08-02T10:00:00.000' });
    fixture.add(fresh);
    await page.waitForSelector(`a[data-id="${fresh.id}"] img.shown`);
    expect((await seenTiles(page))[0]!.id).toBe(fresh.id);
    expect(fixture.requests.filter((path) => path === '/')).toHaveLength(1);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('the view stays in place while photos arrive above it', async () => {
    const fixture = await stage.fixture(makePhotos(2000, stage.pictures, 10));
    const { page, mishaps, close } = await stage.see(fixture.url);
    await shown(page);
    await scrollAndRest(page, 9000);
    const onScreen = (tiles: Awaited<ReturnType<typeof seenTiles>>): string[] =>
      tiles.filter((t) => t.bottom > 60 && t.top < 900).map((t) => `${t.id} ${t.left} ${t.top} ${t.right} ${t.bottom}`);
    const before = onScreen(await seenTiles(page));
    expect(before.length).toBeGreaterThan(8);
    for (let n = 0; n < 3; n++) {
      const month = ['2024-07-20T19:00:00.000', '2024-08-02T10:00:00.000', '2024-07-20T17:55:00.000'][n]!;
      fixture.add(makePhoto(90_001 + n, stage.pictures[n]!, { taken: month }));
      await page.waitForFunction(
        (count) => document.querySelector('main')?.dataset['count'] === count,
        String(2001 + n),
      );
      expect(onScreen(await seenTiles(page))).toEqual(before);
    }
    expect(mishaps).toEqual([]);
    await close();
  });

  test('photos that arrived during a lost connection appear after it returns', async () => {
    const fixture = await stage.fixture(makePhotos(50, stage.pictures));
    const { page, close } = await stage.see(fixture.url);
    await shown(page);
    fixture.refuse(true);
    const missed = makePhoto(90_001, stage.pictures[0]!, { taken: '2024-08-02T10:00:00.000' });
    fixture.add(missed);
    await page.waitForSelector('text=Offline');
    fixture.refuse(false);
    await page.waitForSelector(`a[data-id="${missed.id}"]`);
    await page.waitForSelector('text=Offline', { state: 'detached' });
    await close();
  });

  test('shows waiting and unreadable files, with reasons', async () => {
    const fixture = await stage.fixture(makePhotos(20, stage.pictures));
    const { page, mishaps, close } = await stage.see(fixture.url);
    await shown(page);
    const stuck = { name: '<b>a</b>.jpg', claim: 'c', reason: 'Its end is missing.', code: 'truncated', attempts: 2 };
    fixture.spool({ incoming: 3, stuck: [stuck] });
    await page.waitForSelector('text=Importing 3');
    const bell = page.getByRole('button', { name: 'Activity: 1 file couldn’t be imported' });
    await bell.click();
    const panel = page.getByRole('dialog', { name: 'Activity' });
    await panel.getByText('Importing 3 files').waitFor();
    await panel.getByText('1 file needs attention').waitFor();
    await panel.getByText('Incomplete: the end of the file is missing').waitFor();
    await panel.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => fixture.requests).toContain('/api/spool/retry');
    await page.keyboard.press('Escape');
    await expect.poll(() => panel.count()).toBe(0);
    fixture.spool({ stored: 3, duplicates: 1 });
    await expect.poll(() => bell.count()).toBe(0);
    // What came in is told once, and stays to be looked at.
    await page.getByRole('button', { name: 'Activity: new' }).click();
    await panel.getByText('3 photos added').waitFor();
    expect(await panel.innerText()).toContain('1 duplicate skipped');
    expect(await panel.getByRole('link', { name: 'View' }).getAttribute('href')).toMatch(
      /^\/\?q=added%3A\d{4}-\d\d-\d\d$/,
    );
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Activity', exact: true }).waitFor();
    expect(mishaps).toEqual([]);
    await close();
  });
});

describe('states', () => {
  test('an empty library says where to put photos, adds samples, and fills without reloading', async () => {
    const fixture = await stage.fixture();
    const { page, mishaps, close } = await stage.see(fixture.url);
    await page.waitForSelector('text="/home/ada/Photospool/incoming"');
    await page.click('text=Try with sample photos');
    await page.waitForSelector('text=Adding sample photos');
    await expect.poll(() => fixture.requests).toContain('/api/samples');
    fixture.add(makePhoto(1, stage.pictures[0]!));
    await shown(page);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('a search is in the address; one without results suggests terms to drop', async () => {
    const photos = makePhotos(40, stage.pictures);
    photos[7]!.title = 'beach';
    const fixture = await stage.fixture(photos);
    const { page, mishaps, close } = await stage.see(fixture.url);
    await shown(page);
    await page.keyboard.press('/');
    await page.keyboard.type('beach zebra');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=No photos found');
    await expect.poll(() => page.url()).toBe(`${fixture.url}/?q=beach+zebra`);
    await page.getByRole('button', { name: 'Without “zebra”' }).click();
    await shown(page);
    const beach = photos.find((p) => p.title === 'beach')!.id;
    await expect.poll(async () => (await seenTiles(page)).map((tile) => tile.id)).toEqual([beach]);
    await page.goBack();
    await page.waitForSelector('text=No photos found');
    await page.click('text=Show all photos');
    await page.waitForFunction(() => document.querySelectorAll('a.tile').length > 8);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('leaving before the reason for no results is known leaves nothing behind', async () => {
    const photos = makePhotos(40, stage.pictures);
    photos[7]!.title = 'beach';
    const fixture = await stage.fixture(photos);
    const { page, mishaps, close } = await stage.see(fixture.url);
    await shown(page);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let counts = 0;
    await page.route(/\/api\/timeline\?q=/, async (route) => {
      counts++;
      await held;
      // The page may have aborted it.
      await route.continue().catch(() => undefined);
    });
    await page.keyboard.press('/');
    await page.keyboard.type('beach zebra');
    await page.keyboard.press('Enter');
    await expect.poll(() => counts).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Show all photos' }).click();
    await shown(page);
    release();
    expect(await page.evaluate(async () => (await fetch('/api/timeline?q=beach')).status)).toBe(200);
    expect(mishaps).toEqual([]);
    await close();
  });

  test('an invalid search says why', async () => {
    const fixture = await stage.fixture(makePhotos(10, stage.pictures));
    const { page, mishaps, close } = await stage.see(`${fixture.url}/?q=lense:x`, {}, /status of 400/);
    await page.waitForSelector('text=There is no search key “lense:”.');
    await page.waitForSelector('text=Use tag:, camera:, place: or taken:.');
    expect(mishaps).toEqual([]);
    await close();
  });

  test('an album whose server is unreachable recovers by itself', async () => {
    const fixture = await stage.fixture(makePhotos(10, stage.pictures));
    const { page, close } = await stage.see(fixture.url);
    await shown(page);
    fixture.refuse(true);
    await page.keyboard.press('/');
    await page.keyboard.type('IMG');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=The server can’t be reached');
    fixture.refuse(false);
    await shown(page);
    await close();
  });
});

test('a reload, and going back from a search, return to the same place', async () => {
  const fixture = await stage.fixture(makePhotos(5000, stage.pictures, 10));
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  await scrollAndRest(page, 40_000);
  const onScreen = async (): Promise<string[]> =>
    (await seenTiles(page))
      .filter((t) => t.bottom > 60 && t.top < 900)
      .map((t) => `${t.id} ${t.left} ${Math.round(t.top)}`);
  const before = await onScreen();
  await page.reload();
  await expect.poll(onScreen).toEqual(before);
  await page.keyboard.press('/');
  await page.keyboard.type('nothing at all');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=No photos found');
  await page.goBack();
  await expect.poll(onScreen).toEqual(before);
  expect(mishaps).toEqual([]);
  await close();
});

test('the position is kept while its photos are loading', async () => {
  const fixture = await stage.fixture(makePhotos(5000, stage.pictures, 10));
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  await scrollAndRest(page, 40_000);
  const kept = (): Promise<unknown> => page.evaluate(placeKept);
  const before = await kept();
  fixture.slow(3000);
  await page.reload();
  await page.waitForFunction(() => scrollY > 0);
  // Longer than the page's pause.
  await page.waitForTimeout(500);
  expect(await kept()).toEqual(before);
  expect(mishaps).toEqual([]);
  await close();
});

test('keys move from photo to photo, also beyond the edge of the screen', async () => {
  const fixture = await stage.fixture(makePhotos(900, stage.pictures, 10));
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  const focused = (): Promise<string | undefined> =>
    page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['id']);
  await page.focus('a.tile[tabindex="0"]');
  const ids = fixture.photos.map((photo) => photo.id);
  expect(await focused()).toBe(ids[0]);
  await page.keyboard.press('ArrowRight');
  await expect.poll(focused).toBe(ids[1]);
  await page.keyboard.press('End');
  await expect.poll(focused).toBe(ids.at(-1));
  await page.keyboard.press('ArrowLeft');
  await expect.poll(focused).toBe(ids.at(-2));
  await page.keyboard.press('ArrowUp');
  await expect.poll(async () => ids.indexOf((await focused()) ?? '')).toBeLessThan(898);
  await page.keyboard.press('Home');
  await expect.poll(focused).toBe(ids[0]);
  expect(mishaps).toEqual([]);
  await close();
});

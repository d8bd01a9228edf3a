/**
 * Moving along the timeline in a real browser: the strip at the edge shows the position, headings show places, and
 * nothing moves by itself while data arrives.
 */
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { fill } from './fill.js';
import { openHand, phone } from './fingers.js';
import { makePhoto, makePhotos } from './fixture.js';
import { openServedHome, type ServedHome } from './home.js';
import { watchShift, shiftOf } from './shift.js';
import { drawn, openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
  const now = new Date();
  const day = `${`${now.getMonth() + 1}`.padStart(2, '0')}-${`${Math.min(28, now.getDate())}`.padStart(2, '0')}`;
  const where = [
    { place: { city: 'Palisade', region: 'Colorado', country: 'US' }, gps: { lat: 39.11, lon: -108.35 } },
    { place: { city: 'Bergen', country: 'NO' }, gps: { lat: 60.39, lon: 5.32 } },
  ];
  // Two places on alternating days over three years, and some photos taken on today's date in earlier years.
  await fill(home, stage.pictures, 1500, {
    minutes: 1000,
    tell: (n) => ({
      facts: {
        ...where[n % 3 === 0 ? 0 : 1]!,
        ...(n < 4 && { taken: `${2010 + n}-${day}T12:00:00.000` }),
      },
    }),
  });
});
afterAll(async () => {
  await home.close();
  await stage.close();
});

const see = async (...args: [path: string, options?: Parameters<Stage['see']>[1]]) => {
  const seen = await stage.see(`${home.url}${args[0]}`, args[1]);
  onTestFinished(seen.close);
  return seen;
};
/** The months of the photos visible in the upper half of the window, as the strip writes them. */
const monthsSeen = (page: Page): Promise<string[]> =>
  page.$$eval('a.tile', (tiles) =>
    tiles.flatMap((tile) => {
      const { top, bottom } = tile.getBoundingClientRect();
      const [, month, year] = /(\p{L}+) (\d{4})/u.exec(tile.getAttribute('aria-label') ?? '') ?? [];
      return bottom > 64 && top < innerHeight / 2 ? [`${month!.slice(0, 3)} ${year!}`] : [];
    }),
  );
const told = (page: Page): Promise<string> => page.locator('.scrubber .thumb b').innerText();
/** The strip shows the month of a visible photo, and not `before`. */
const agrees = async (page: Page, before: string): Promise<boolean> => {
  const month = await told(page);
  // British English writes “Sept”.
  const written = month.replace('Sept ', 'Sep ');
  return month !== before && (await monthsSeen(page)).some((seen) => written.startsWith(seen));
};

/** The requests for photos that have no answer yet: also for those ahead of the screen. */
function loadingOf(page: Page): ReadonlySet<Request> {
  const loading = new Set<Request>();
  page.on('request', (request) => {
    if (request.url().includes('/api/tiles')) loading.add(request);
  });
  for (const end of ['requestfinished', 'requestfailed'] as const)
    page.on(end as 'requestfinished', (request) => loading.delete(request));
  return loading;
}

test('the scrubber has the years, names the month under the pointer, and jumps where it is dragged', async () => {
  const { page, mishaps } = await see('/');
  const loading = loadingOf(page);
  await shown(page);
  const strip = (await page.locator('.scrubber').boundingBox())!;
  const x = strip.x + strip.width / 2;
  const at = (share: number): number => strip.y + strip.height * share;
  const opacity = (part: string) =>
    page
      .locator(part)
      .first()
      .evaluate((element) => getComputedStyle(element).opacity);
  // In a strip of its own, without a pointer over it.
  expect([await opacity('.scrubber .years'), await opacity('.scrubber .thumb')]).toEqual(['1', '1']);
  const rights = await page.$$eval('a.tile', (tiles) => tiles.map((tile) => tile.getBoundingClientRect().right));
  expect(Math.max(...rights)).toBeLessThanOrEqual(strip.x);
  await page.mouse.move(x, at(0.5));
  await expect.poll(() => told(page)).toMatch(/ 202\d$/u);
  expect(await page.locator('.scrubber .years span').allInnerTexts()).toContain('2023');
  const pointed = await told(page);
  expect(pointed).toMatch(/^\p{L}+ 202\d$/u);
  await page.mouse.down();
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1000);
  await drawn(page);
  await expect.poll(() => agrees(page, '')).toBe(true);
  // Heights become known on the way, so that the same place on the strip is another month: the photos stay, and it names theirs.
  for (const share of [0.2, 0.5, 0.8]) {
    const before = await told(page);
    await page.mouse.move(x, at(share));
    await drawn(page);
    await expect.poll(() => loading.size).toBe(0);
    await expect.poll(() => agrees(page, before), { message: `dragged to ${share}` }).toBe(true);
  }
  const named = await told(page);
  await page.mouse.up();
  // Then it is the month of the view, without its year.
  await expect.poll(async () => named.startsWith(await told(page))).toBe(true);
  expect(mishaps).toEqual([]);
});

test('photos that arrive while the strip is dragged change neither the photos on the screen nor the month it names', async () => {
  const fixture = await stage.fixture(makePhotos(600, stage.pictures, 600));
  const { page, mishaps, close } = await stage.see(fixture.url);
  onTestFinished(close);
  await shown(page);
  const strip = (await page.locator('.scrubber').boundingBox())!;
  const at = (share: number) => [strip.x + strip.width / 2, strip.y + strip.height * share] as const;
  await page.mouse.move(...at(0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.5));
  await drawn(page);
  await expect.poll(() => agrees(page, '')).toBe(true);
  const [named, months] = [await told(page), await monthsSeen(page)];
  const taken = '2024-07-28T12:00:00.000';
  fixture.add(...Array.from({ length: 400 }, (_, n) => makePhoto(1000 + n, stage.pictures[n % 7]!, { taken })));
  await page.locator('main[data-count="1000"]').waitFor();
  await drawn(page);
  expect(await monthsSeen(page)).toEqual(months);
  expect(await told(page)).toBe(named);
  await page.mouse.up();
  await expect.poll(async () => named.startsWith(await told(page))).toBe(true);
  expect(mishaps).toEqual([]);
});

test('the month under the thumb is named while a finger drags it', async () => {
  const { page, mishaps } = await see('/', phone);
  await shown(page);
  const strip = (await page.locator('.scrubber').boundingBox())!;
  const at = (share: number) => ({ x: strip.x + strip.width / 2, y: strip.y + strip.height * share });
  const hand = await openHand(page);
  await hand.down(at(0.02));
  for (const share of [0.1, 0.25, 0.4]) await hand.move(at(share));
  await drawn(page);
  await expect.poll(() => agrees(page, '')).toBe(true);
  const thumb = page.locator('.scrubber .thumb');
  await expect.poll(() => thumb.evaluate((element) => getComputedStyle(element).opacity)).toBe('1');
  const box = (await thumb.boundingBox())!;
  expect(Math.abs(box.y + box.height / 2 - at(0.4).y)).toBeLessThan(8);
  expect(box.x + box.width).toBeLessThanOrEqual(390);
  const before = await told(page);
  await hand.move(at(0.7));
  await drawn(page);
  await expect.poll(() => agrees(page, before)).toBe(true);
  await hand.up();
  expect(await page.locator('.choose').count()).toBe(0);
  expect(mishaps).toEqual([]);
});

test('headings of months and days name places', async () => {
  const { page, mishaps } = await see('/?at=2023-06');
  await shown(page);
  await page.locator('h2', { hasText: 'June 2023' }).locator('.where').waitFor();
  expect(await page.locator('h2', { hasText: 'June 2023' }).locator('.where').innerText()).toBe('Bergen and Palisade');
  const days = page.locator('h3 span');
  await days.first().waitFor();
  const places = await days.allInnerTexts();
  expect(places.every((place) => /Palisade|Bergen/.test(place))).toBe(true);
  expect(new Set(places).size).toBeGreaterThan(1);
  // Scrolling past sends no request.
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('by=day')) asked.push(request.url());
  });
  await page.reload();
  await days.first().waitFor();
  expect(asked.length).toBeLessThan(6);
  expect(new Set(asked).size).toBe(asked.length);
  expect(mishaps).toEqual([]);
});

/** Resolves when every photo on the screen is shown with its place. */
async function settled(page: Page): Promise<void> {
  await shown(page);
  await drawn(page);
  await page.waitForFunction(() =>
    [...document.querySelectorAll('a.tile')]
      .filter((tile) => tile.getBoundingClientRect().bottom > 0 && tile.getBoundingClientRect().top < innerHeight)
      .every((tile) => tile.querySelector('img.shown')),
  );
}

test.each([390, 1440])(
  'nothing moves by itself at %i px: at an address far down, and after a reload',
  async (width) => {
    const { page, mishaps } = await see('/albums', { viewport: { width, height: 844 } });
    await watchShift(page);
    await page.goto(`${home.url}/?at=2022-06`);
    await settled(page);
    await page.locator('h3 span').first().waitFor();
    expect((await monthsSeen(page))[0]).toMatch(/^Jun 2022$/);
    expect(await shiftOf(page)).toBeLessThan(0.01);
    // By then the position is recorded.
    await page.waitForFunction(() => (history.state as { place?: object } | null)?.place !== undefined);
    const before = await page.evaluate(() => document.querySelector('a.tile')!.getAttribute('data-id'));
    await page.reload();
    await settled(page);
    await page.locator(`a[data-id="${before!}"]`).waitFor();
    expect(await shiftOf(page)).toBeLessThan(0.01);
    expect(mishaps).toEqual([]);
  },
);

test('nothing moves by itself with few photos of many years, at 390, 820 and 2560 px', async () => {
  const few = await openServedHome(stage.folder);
  onTestFinished(few.close);
  await fill(few, stage.pictures, 40, { minutes: 150_000 });
  for (const width of [390, 820, 2560]) {
    const { page, mishaps, close } = await stage.open(few.url, { viewport: { width, height: 844 } });
    await watchShift(page);
    await page.goto(few.url);
    await settled(page);
    expect(await page.locator('section h2').count(), `${width} px`).toBeGreaterThan(1);
    expect(await shiftOf(page), `${width} px`).toBeLessThan(0.01);
    expect(mishaps).toEqual([]);
    await close();
  }
});

test.each([390, 1440])('nothing moves by itself at %i px: while loading and while scrolling', async (width) => {
  const { page, mishaps } = await see('/albums', { viewport: { width, height: 844 } });
  await watchShift(page);
  await page.goto(home.url);
  await shown(page);
  await page.getByRole('link', { name: /^On this day, / }).waitFor();
  await page.locator('h3 span').first().waitFor();
  await drawn(page);
  expect(await shiftOf(page)).toBeLessThan(0.01);
  for (let n = 0; n < 12; n++) {
    await page.evaluate(() => scrollBy(0, innerHeight * 0.7));
    await drawn(page);
  }
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight / 2)');
  await settled(page);
  expect(await shiftOf(page)).toBeLessThan(0.02);
  expect(mishaps).toEqual([]);
});

test.each(['light', 'dark'] as const)(
  'a photo has a small map with its position, which leads to the large one, %s',
  async (colorScheme) => {
    const { page, mishaps } = await see('/?q=place:palisade', { colorScheme });
    await page.locator('a.tile').first().click();
    await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
    await page.keyboard.press('i');
    const map = page.getByRole('link', { name: 'Show on map' });
    await map.waitFor();
    // Land and water are drawn, not a single colour.
    await expect
      .poll(() =>
        map.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          return new Set(Array.from({ length: data.length / 4 }, (_, n) => data.slice(4 * n, 4 * n + 4).join())).size;
        }),
      )
      .toBeGreaterThan(2);
    const [box, dot] = [(await map.boundingBox())!, (await map.locator('i').boundingBox())!];
    expect(Math.abs(dot.x + dot.width / 2 - box.x - box.width / 2)).toBeLessThan(2);
    expect(dot.y).toBeGreaterThan(box.y);
    expect(dot.y + dot.height).toBeLessThan(box.y + box.height);
    await map.click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/places');
    expect(new URL(page.url()).searchParams.get('at')).toMatch(/^39\.11\d*,-108\.35\d*,\d+/);
    await page.goBack();
    await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
    expect(mishaps).toEqual([]);
  },
);

/// <reference lib="dom" />
/** The map of places in a real browser, on a real home: shown, moved, searched, in both themes and widths. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { breaches } from './axe.js';
import { fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { opened, openStage, type Stage } from './stage.js';
import { tinyPmtiles } from './tiny-pmtiles.js';

let stage: Stage;
let home: ServedHome;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
afterEach(() => home.close());

/** Five around Palisade, two of them at the same spot; two in Oslo; one near Fiji; one without a position. */
const spots = [
  [39.11, -108.35],
  [39.11, -108.35],
  [39.12, -108.36],
  [39.2, -108.3],
  [39.3, -108.2],
  [59.9, 10.7],
  [59.91, 10.75],
  [-17.7, 178.1],
] as const;
const places = ['Palisade', 'Palisade', 'Palisade', 'Palisade', 'Palisade', 'Oslo', 'Oslo', 'Nadi'];
const told = (n: number) => ({
  facts: { ...(spots[n] && { gps: { lat: spots[n][0], lon: spots[n][1] }, place: { city: places[n]! } }) },
});

async function open(path: string, options: object = {}, tell: Parameters<typeof fill>[3] = { tell: told }) {
  home = await openServedHome(stage.folder);
  const ids = await fill(home, stage.pictures, 9, tell);
  const seen = await stage.see(home.url + path, options);
  return { ...seen, ids };
}
const group = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

test.each([
  ['light', 390],
  ['dark', 390],
  ['light', 1440],
  ['dark', 1440],
] as const)('groups, names and counts: %s, %i px, no findings by axe', async (colorScheme, width) => {
  const { page, mishaps, close } = await open('/places', { colorScheme, viewport: { width, height: 844 } });
  await group(page, 'Oslo, 2 photos').waitFor();
  await group(page, 'Palisade, 5 photos').waitFor();
  await page.getByText('8 photos here').waitFor();
  const painted = () =>
    page.$eval('canvas', (canvas) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  await expect.poll(painted).toBeGreaterThan(2);
  expect(await breaches(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  expect(mishaps).toEqual([]);
  await close();
});

test('a group opens; photos on one spot become a search; Back returns to the same view', async () => {
  const { page, ids, mishaps, close } = await open('/places');
  await group(page, 'Palisade, 5 photos').click();
  await group(page, 'Palisade, 5 photos').waitFor({ state: 'detached' });
  await page.getByText('5 photos here').waitFor();
  const at = () => query(page).get('at')?.split(',').map(Number) ?? [];
  // On a busy machine the flight there pauses, and then the photos in view are counted, too.
  await expect.poll(() => at()[2]).toBeGreaterThan(8);
  expect(at()[0]).toBeCloseTo(39.2, 0);
  // The two at the same spot are a group of their own when zoomed in far enough.
  for (let zoom = 10; zoom <= 15 && !(await group(page, 'Palisade, 2 photos').isVisible()); zoom++) {
    await page.goto(`${home.url}/places?at=39.11300,-108.35300,${zoom}`);
    await page.getByText(/photos here$/).waitFor();
  }
  await group(page, 'Palisade, 2 photos').click();
  await page.waitForSelector('main[data-count="2"]');
  expect(query(page).get('q')).toMatch(/^box:39\.1\d*,-108\.3\d*,39\.11\d*,-108\.3\d*$/);
  await page.goBack();
  await group(page, 'Palisade, 2 photos').waitFor();
  await page.locator('section li a').first().click();
  await expect.poll(() => new URL(page.url()).pathname).toBe(`/photo/${ids[0]}`);
  await page.keyboard.press('Escape');
  await group(page, 'Palisade, 2 photos').waitFor();
  expect(mishaps).toEqual([]);
  await close();
});

test('is moved by keys, wheel, mouse and two fingers; the address keeps it', async () => {
  const { page, mishaps, close } = await open('/places?at=39.11000,-108.35000,9');
  const at = (): number[] => query(page).get('at')!.split(',').map(Number);
  const map = page.getByRole('group', { name: 'Map' });
  await page.getByText('5 photos here').waitFor();
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => at()[1]).toBeGreaterThan(-108.35);
  await page.keyboard.press('+');
  await expect.poll(() => at()[2]).toBe(10);
  await page.keyboard.press('-');
  await expect.poll(() => at()[2]).toBe(9);
  const box = (await map.boundingBox())!;
  const [x, y] = [box.x + 300, box.y + 300];
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -300);
  await expect.poll(() => at()[2]).toBe(10);
  const before = at();
  await page.mouse.down();
  await page.mouse.move(x, y + 150, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => at()[0]).toBeGreaterThan(before[0]!);
  expect(at()[1]).toBeCloseTo(before[1]!, 2);
  await page.getByRole('button', { name: 'Show the whole world' }).click();
  await group(page, 'Oslo, 2 photos').waitFor();
  expect(mishaps).toEqual([]);
  await close();
});

test('two fingers zoom', async () => {
  const { page, mishaps, close } = await open('/places?at=39.11000,-108.35000,9', {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await page.getByText('5 photos here').waitFor();
  const touch = await page.context().newCDPSession(page);
  const fingers = (apart: number) => [
    { x: 195 - apart, y: 300 },
    { x: 195 + apart, y: 300 },
  ];
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(40) });
  for (const apart of [50, 70, 90, 120, 160])
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect.poll(() => Number(query(page).get('at')!.split(',')[2])).toBeGreaterThan(10.5);
  expect(mishaps).toEqual([]);
  await close();
});

test('a drawn box becomes a search', async () => {
  const { page, mishaps, close } = await open('/places?at=50.00000,0.00000,3');
  await group(page, 'Oslo, 2 photos').waitFor();
  const oslo = (await group(page, 'Oslo, 2 photos').boundingBox())!;
  await page.getByRole('button', { name: 'Search an area' }).click();
  await page.mouse.move(oslo.x - 60, oslo.y - 60);
  await page.mouse.down();
  await page.mouse.move(oslo.x + 100, oslo.y + 100, { steps: 4 });
  await page.mouse.up();
  await page.waitForSelector('main[data-count="2"]');
  expect(query(page).get('q')).toMatch(/^box:/);
  expect(mishaps).toEqual([]);
  await close();
});

test('says so if no photo has a position', async () => {
  const { page, mishaps, close } = await open('/places', {}, { tell: () => ({}) });
  await page.getByText('No photos with a location yet').waitFor();
  expect(await breaches(page)).toEqual([]);
  expect(mishaps).toEqual([]);
  await close();
});

test('a place is chosen with a pin on the map, by press and keys, and undone', async () => {
  const { page, ids, mishaps, close } = await open('/', {}, { tell: (n) => (n === 0 ? {} : told(n)) });
  await page.goto(`${home.url}/photo/${ids[0]}`);
  await opened(page);
  await page.keyboard.press('i');
  await page.getByRole('button', { name: 'Change place' }).click();
  await page.getByRole('button', { name: 'Use the place of the previous photo Palisade' }).waitFor();
  await page.getByRole('button', { name: 'Choose on map' }).click();
  const map = page.getByRole('group', { name: 'Map' });
  await page.getByRole('button', { name: 'Save place' }).and(page.locator(':disabled')).waitFor();
  await map.click({ position: { x: 40, y: 140 } });
  const pin = page.getByRole('button', { name: /^Pin: / });
  await pin.waitFor();
  const place = async () => (await pin.boundingBox())!.x;
  const before = await place();
  await pin.press('ArrowRight');
  await expect.poll(async () => (await place()) - before).toBeCloseTo(8, 0);
  await page.getByRole('button', { name: 'Save place' }).click();
  const gps = async (): Promise<unknown> =>
    page.evaluate(async (id) => ((await (await fetch(`/api/photos/${id}`)).json()) as { gps?: unknown }).gps, ids[0]!);
  await expect.poll(gps).toMatchObject({ lat: expect.any(Number) as number, lon: expect.any(Number) as number });
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(gps).toBeUndefined();
  expect(mishaps).toEqual([]);
  await close();
});

test('a map of streets provided by the owner is drawn below, from this server alone', async () => {
  home = await openServedHome(stage.folder);
  await fill(home, stage.pictures, 9, { tell: told });
  const { page, mishaps, close } = await stage.see(`${home.url}/places?at=0.00000,0.00000,2`);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await group(page, 'Oslo, 2 photos').waitFor();
  await page.getByText('Names: GeoNames', { exact: true }).waitFor();
  expect(asked.filter((url) => /basemap|maplibre/.test(url))).toEqual([]);
  await writeFile(join(dirname(home.incoming), 'map.pmtiles'), tinyPmtiles());
  await page.reload();
  // Where a browser has no WebGL the coasts stay.
  const draws = await page.evaluate(() => document.createElement('canvas').getContext('webgl2') !== null);
  await page.getByText(draws ? 'Names: GeoNames · A test' : 'Names: GeoNames', { exact: true }).waitFor();
  await expect.poll(() => asked.some((url) => url.endsWith('/api/map/basemap'))).toBe(true);
  if (draws) await expect.poll(() => asked.some((url) => /maplibre-gl-worker/.test(url))).toBe(true);
  await group(page, 'Oslo, 2 photos').waitFor();
  const origin = new URL(home.url).origin;
  expect(asked.filter((url) => !/^(?:data|blob):/.test(url) && new URL(url).origin !== origin)).toEqual([]);
  // A browser that draws WebGL without a graphics card says that it is slow.
  expect(mishaps.filter((one) => !/^\[\.WebGL-\w+\]GL Driver Message \(OpenGL, Performance/.test(one))).toEqual([]);
  await close();
});

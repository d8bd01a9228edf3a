/** The photo viewer in a real browser: opening, paging, zooming, going back, and hostile text that stays text. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePhoto, makePhotos } from './fixture.js';
import { opened, openMore, openStage, scrollAndRest, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const openId = (page: Page): string | undefined => /\/photo\/([0-9a-f]{64})/.exec(page.url())?.[1];
const focusedId = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['id']);
const scaleOf = (page: Page): Promise<number> =>
  page.$eval('.picture[aria-hidden="false"]', (picture) =>
    Number(/scale\((.+)\)/.exec((picture as HTMLElement).style.transform)?.[1]),
  );

test('opens from a tile, moves by key, and Back returns to the photo seen last', async () => {
  // Many are opened: small ones are decoded quickly.
  const pictures = stage.pictures.map((picture) => ({ ...picture, preview: picture.thumb }));
  const fixture = await stage.fixture(makePhotos(600, pictures));
  const ids = fixture.photos.map((photo) => photo.id);
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  await page.click(`a[data-id="${ids[1]}"]`);
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  expect(openId(page)).toBe(ids[1]);
  await page.waitForSelector('button[aria-label="Next photo"]');
  for (let n = 2; n <= 30; n++) {
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => openId(page)).toBe(ids[n]);
    await page.waitForFunction(() => document.querySelectorAll('.picture').length === 3);
  }
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => openId(page)).toBe(ids[29]);
  await page.goBack();
  await page.waitForSelector('.view', { state: 'detached' });
  expect(new URL(page.url()).pathname).toBe('/');
  await expect.poll(() => focusedId(page)).toBe(ids[29]);
  const box = await page.locator(`a[data-id="${ids[29]}"]`).boundingBox();
  expect(box!.y).toBeGreaterThanOrEqual(0);
  expect(box!.y + box!.height).toBeLessThanOrEqual(900);
  expect(mishaps).toEqual([]);
  await close();
});

test('Escape closes it, and the timeline is unmoved', async () => {
  const fixture = await stage.fixture(makePhotos(600, stage.pictures));
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  await scrollAndRest(page, 3000);
  const id = await page.evaluate(
    () => document.elementFromPoint(700, 500)!.closest<HTMLElement>('a.tile')!.dataset['id']!,
  );
  const before = await page.locator(`a[data-id="${id}"]`).boundingBox();
  await page.mouse.click(700, 500);
  await page.waitForSelector('.view');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.view', { state: 'detached' });
  await expect.poll(() => focusedId(page)).toBe(id);
  await expect.poll(() => page.locator(`a[data-id="${id}"]`).boundingBox()).toEqual(before);
  expect(mishaps).toEqual([]);
  await close();
});

test('a link to a photo deep in a large month opens it with its neighbours, and closing shows its place in the album', async () => {
  const fixture = await stage.fixture(makePhotos(6000, stage.pictures, 2));
  const ids = fixture.photos.map((photo) => photo.id);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${ids[4321]}`);
  await page.waitForSelector('button[aria-label="Next photo"]');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => openId(page)).toBe(ids[4322]);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.view', { state: 'detached' });
  await expect.poll(() => focusedId(page)).toBe(ids[4322]);
  expect(fixture.requests.filter((path) => path.startsWith('/api/tiles')).length).toBeLessThan(16);
  expect(mishaps).toEqual([]);
  await close();
});

test('zooms by key, wheel and double click, and loads the original’s pixels at high zoom', async () => {
  const fixture = await stage.fixture(makePhotos(5, stage.pictures));
  const [first] = fixture.photos;
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${first!.id}`);
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  expect(await scaleOf(page)).toBe(1);
  await page.keyboard.press('+');
  expect(await scaleOf(page)).toBeCloseTo(1.5);
  await page.keyboard.press('0');
  expect(await scaleOf(page)).toBe(1);
  await page.mouse.move(700, 400);
  await page.mouse.wheel(0, -600);
  await expect.poll(() => scaleOf(page)).toBeGreaterThan(3);
  await expect.poll(() => fixture.requests).toContain(`/originals/${first!.id}`);
  await page.keyboard.press('Escape');
  expect(await scaleOf(page)).toBe(1);
  await expect
    .poll(async () => {
      // On a machine so busy that it stretches a double click, it counts as two clicks.
      await page.mouse.dblclick(700, 400);
      return scaleOf(page);
    })
    .toBeGreaterThan(1.9);
  expect(mishaps).toEqual([]);
  await close();
});

test('a swipe moves to the next, a pull down closes', async () => {
  const fixture = await stage.fixture(makePhotos(20, stage.pictures));
  const ids = fixture.photos.map((photo) => photo.id);
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { page, mishaps, close } = await stage.see(fixture.url, phone);
  await shown(page);
  await page.tap(`a[data-id="${ids[0]}"]`);
  await page.waitForFunction(() => document.querySelectorAll('.picture').length === 2);
  const touch = await page.context().newCDPSession(page);
  const drag = async (from: [number, number], to: [number, number]): Promise<void> => {
    const at = (share: number): { x: number; y: number }[] => [
      { x: from[0] + (to[0] - from[0]) * share, y: from[1] + (to[1] - from[1]) * share },
    ];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
    for (const share of [0.2, 0.5, 0.8, 1])
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(share) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await drag([330, 400], [60, 410]);
  await expect.poll(() => openId(page)).toBe(ids[1]);
  await page.waitForFunction(() => document.querySelectorAll('.picture').length === 3);
  await drag([60, 400], [330, 410]);
  await expect.poll(() => openId(page)).toBe(ids[0]);
  await drag([200, 300], [205, 600]);
  await page.waitForSelector('.view', { state: 'detached' });
  expect(mishaps).toEqual([]);
  await close();
});

test('the facts are shown beside it', async () => {
  const photo = makePhoto(1, stage.pictures[0]!, {
    taken: '2024-07-01T12:34:00.000',
    offset: '+02:00',
    title: 'Morning',
    rating: 3,
    camera: { make: 'Canon', model: 'Canon EOS 40D' },
    exposure: { iso: 100, aperture: 2.8, seconds: 0.005, focalLength: 50 },
    gps: { lat: 39.115, lon: -108.4, alt: 1483.9 },
    place: { city: 'Palisade', region: 'Colorado', country: 'US' },
    tags: ['one', 'two'],
  });
  const fixture = await stage.fixture([photo]);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${photo.id}`);
  await opened(page);
  await page.keyboard.press('i');
  await page.locator('aside dl').waitFor();
  const text = (await page.locator('aside').innerText()).replaceAll(/\s+/g, ' ');
  for (const fact of [
    'Morning',
    'Monday, 1 July 2024',
    '12:34 · UTC+02:00',
    'Palisade, Colorado, United States',
    '39.11500, -108.40000 · 1,484 m',
    'Canon EOS 40D',
    'ƒ/2.8 · 1/200 s · ISO 100 · 50 mm',
    'IMG_0001.jpg',
    '3200 × 2400 · 7.7 MP · 3.4 MB',
    'one two',
  ])
    expect(text).toContain(fact);
  expect(await page.getByRole('button', { name: '3 of 5 stars', pressed: true }).count()).toBe(1);
  await openMore(page);
  const download = page.getByRole('menuitem', { name: 'Download original' });
  expect(await download.getAttribute('href')).toBe(`/originals/${photo.id}?download`);
  // Keys are shown where there is a keyboard, probably.
  const key = page.locator('ul.menu kbd').filter({ hasText: 'Shift D' });
  expect(await key.isVisible()).toBe(true);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await key.isVisible()).toBe(false);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press('Escape');
  await page.keyboard.press('i');
  expect(await page.locator('aside').count()).toBe(0);
  expect(mishaps).toEqual([]);
  await close();
});

test('a missing photo is reported', async () => {
  const fixture = await stage.fixture(makePhotos(3, stage.pictures));
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${'f'.repeat(64)}`, {}, /status of 404/);
  await page.waitForSelector('text=Photo not found');
  await expect.poll(() => page.title()).toBe('Photo not found – Photospool');
  // Nothing is offered that could only fail.
  expect(await page.locator('.chrome.top').locator('button, a').count()).toBe(1);
  await page.keyboard.press('Escape');
  await shown(page);
  expect(mishaps).toEqual([]);
  await close();
});

describe('hostile text', () => {
  const corpus = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    "';alert(1);//",
    '{{constructor.constructor("alert(1)")()}}',
    'javascript:alert(1)',
    '<style>*{display:none}</style>',
    '</title><script>alert(1)</script>',
    '\u202Egpj.exe',
    '&lt;b&gt;',
  ];

  test('stays text in titles, descriptions, tags, names, cameras, places and searches', async () => {
    const photos = corpus.map((text, i) =>
      makePhoto(i + 1, stage.pictures[i % stage.pictures.length]!, {
        title: text,
        description: text,
        name: text,
        tags: [text],
        lens: text,
        camera: { make: text, model: text },
        place: { city: text, country: text },
        taken: `2024-07-0${(i % 9) + 1}T12:00:00.000`,
        thumbhash: text,
      }),
    );
    const fixture = await stage.fixture(photos);
    const { page, mishaps, close } = await stage.open(fixture.url);
    for (const [i, text] of corpus.entries()) {
      await page.goto(`${fixture.url}/photo/${photos.find((photo) => photo.title === text)!.id}`);
      await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
      if (i === 0 || (await page.locator('aside').count()) === 0) await page.keyboard.press('i');
      await page.waitForSelector('aside .title');
      const shown = text.replace('\u202E', '\uFFFD');
      expect(await page.locator('aside .title').textContent()).toBe(shown);
      expect((await page.locator('aside dl li:not(.add)').textContent())!.trim()).toBe(shown);
      expect(await page.locator('aside :is(script, img, style)').count()).toBe(0);
    }
    await page.goto(`${fixture.url}/?q=${encodeURIComponent(`${corpus[1]!} nothing`)}`);
    await page.waitForSelector('text=No photos found');
    expect(mishaps).toEqual([]);
    await close();
  });
});

/** The spool page in a real browser: what it shows, that it updates by itself, and that a retry does what it says. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SpoolStatus } from '../../src/spool/spool-interface.js';
import { makePhotos } from './fixture.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

type Stuck = SpoolStatus['stuck'][number];

const stuck = (name: string, over: Partial<Stuck> = {}): Stuck => ({
  name,
  claim: `claim-${name}`,
  reason: 'The file ends before the picture does.',
  code: 'truncated',
  attempts: 2,
  ...over,
});

const figure = (page: Page, name: string): Promise<string> => page.locator(`[data-figure="${name}"]`).innerText();
const rows = (page: Page, name: string): Promise<string[]> => page.locator(`[data-list="${name}"] li`).allInnerTexts();

test('lists waiting, current, stuck and ignored files, and shows the latest imports', async () => {
  const fixture = await stage.fixture(makePhotos(5, stage.pictures));
  const at = new Date().toISOString();
  fixture.spool({
    incoming: 118,
    work: [{ name: 'trip/a.jpg', step: 'render', since: at, claimed: at }],
    stuck: [stuck('b.jpg', { next: '2031-02-03T10:32:00.000Z' }), stuck('c.tif', { code: 'undecodable' })],
    ignored: [{ name: 'notes.txt', reason: 'This is a text.' }],
    today: { stored: 1310, duplicates: 7 },
    rate: 48.5,
    recent: [
      { name: 'd.jpg', outcome: 'stored', sha256: fixture.photos[0]!.id, at, seconds: 1 },
      { name: 'e.jpg', outcome: 'duplicate', sha256: fixture.photos[1]!.id, at, seconds: 1 },
    ],
  });
  const { page, mishaps, close } = await stage.see(`${fixture.url}/spool`);
  await page.waitForSelector('[data-list="stuck"]');
  expect(await figure(page, 'coming')).toBe('119');
  expect(await figure(page, 'today')).toBe('1,310');
  expect(await figure(page, 'rate')).toBe('48.5');
  expect(await figure(page, 'duplicates')).toBe('7');
  const [passing, good] = await rows(page, 'stuck');
  expect(passing).toContain('2 attempts · next attempt at 3 Feb 2031');
  expect(good).toContain('won’t be retried');
  expect((await rows(page, 'work')).join()).toMatch(/trip\/a\.jpg\s+creating previews\s+\d+ sec/);
  expect((await rows(page, 'ignored')).join()).toContain('notes.txt');
  const recent = page.locator('[data-list="recent"] a');
  expect(await recent.first().getAttribute('href')).toBe(`/photo/${fixture.photos[0]!.id}`);
  expect(await recent.nth(1).getAttribute('aria-label')).toContain('already in your library');
  // The ways to add photos stay here when the library is no longer empty.
  await page.getByText('/home/ada/Photospool/incoming').waitFor();
  expect(await page.locator('[data-list="ways"] h3').allInnerTexts()).toEqual([
    'From this computer',
    'From a phone',
    'From a folder',
    'From Google or Apple',
  ]);
  expect(mishaps).toEqual([]);
  await close();
});

test('a stuck file is retried, and the page shows the result without reloading', async () => {
  const fixture = await stage.fixture(makePhotos(5, stage.pictures));
  fixture.spool({ stuck: [stuck('b.jpg'), stuck('b.jpg', { claim: 'other', reason: 'No room.' })] });
  const { page, mishaps, close } = await stage.see(`${fixture.url}/spool`);
  await page.locator('[data-list="stuck"] li:nth-child(2) button').click();
  await expect.poll(() => fixture.sent).toContainEqual({ path: '/api/spool/retry', body: { names: ['other'] } });
  fixture.spool({ stuck: [stuck('b.jpg')], today: { stored: 1, duplicates: 0 } });
  await expect.poll(() => rows(page, 'stuck').then((all) => all.length)).toBe(1);
  expect(await figure(page, 'today')).toBe('1');
  fixture.spool({ stuck: [stuck('b.jpg'), stuck('f.jpg')] });
  await page.getByRole('button', { name: 'Try all again' }).click();
  await expect.poll(() => fixture.sent.at(-1)).toEqual({ path: '/api/spool/retry', body: { names: 'all' } });
  fixture.spool({});
  await page.waitForSelector('text=All files are imported.');
  expect(await page.locator('[data-list="stuck"]').count()).toBe(0);
  expect(mishaps).toEqual([]);
  await close();
});

test('reports disk errors that pause imports, and rescans incoming on request', async () => {
  const fixture = await stage.fixture();
  fixture.spool({ incoming: 3, held: { until: '2031-02-03T10:32:00.000Z', reason: 'There is no room on the disk.' } });
  const { page, mishaps, close } = await stage.see(`${fixture.url}/spool`);
  await page.waitForSelector('text=because of a disk error.');
  expect(await page.locator('text=There is no room on the disk.').count()).toBe(1);
  await page.getByRole('button', { name: 'Scan now' }).click();
  await expect.poll(() => fixture.requests).toContain('/api/spool/process');
  expect(mishaps).toEqual([]);
  await close();
});

test('the time left of an import is shown once its speed is known, and not during a disk error', async () => {
  const fixture = await stage.fixture();
  const { page, mishaps, close } = await stage.see(`${fixture.url}/activity`);
  const row = page.locator('[data-list="activity"] .run');
  await page.clock.install();
  fixture.spool({ incoming: 100 });
  await row.getByText('Importing 100 files').waitFor();
  expect(await row.innerText()).not.toContain('left');
  await page.clock.fastForward('00:30');
  fixture.spool({ incoming: 90, stored: 10 });
  await row.getByText(/About \d+ minutes left/).waitFor();
  expect(await row.innerText()).toContain('Importing 10 of 100');
  fixture.spool({ incoming: 90, stored: 10, held: { until: '2031-02-03T10:32:00.000Z', reason: 'No room.' } });
  await page.getByText('Imports paused').waitFor();
  expect(await row.innerText()).not.toContain('left');
  expect(mishaps).toEqual([]);
  await close();
});

test('an import counts the files of all libraries: exactly where they are seen, the others when they leave the queue', async () => {
  const fixture = await stage.fixture();
  const { page, mishaps, close } = await stage.see(`${fixture.url}/activity`);
  const row = page.locator('[data-list="activity"] .run');
  const counts = (own: number) => ({ stored: 5, duplicates: 1, processed: { stored: 5 + own, duplicates: 1 } });
  fixture.spool({ incoming: 100, others: { waiting: 40, work: 0, stuck: 0 }, ...counts(0) });
  await row.getByText('Importing 100 files').waitFor();
  fixture.spool({ incoming: 90, others: { waiting: 40, work: 2, stuck: 0 }, ...counts(10) });
  await row.getByText('Importing 10 of 102').waitFor();
  fixture.spool({ incoming: 60, ...counts(10) });
  await row.getByText('Importing 42 of 102').waitFor();
  fixture.spool({ incoming: 0, ...counts(20) });
  await page.getByText('20 photos added').waitFor();
  expect(mishaps).toEqual([]);
  await close();
});

test('thousands of stuck files do not make a long page, and nothing moves while files are imported', async () => {
  const fixture = await stage.fixture();
  const all = Array.from({ length: 3000 }, (_, i) => stuck(`IMG_${i}.jpg`, { claim: `c${i}` }));
  const at = new Date().toISOString();
  const work = (n: number): SpoolStatus['work'] =>
    Array.from({ length: n }, (_, i) => ({ name: `w${i}.jpg`, step: 'hash', since: at, claimed: at }));
  fixture.spool({ stuck: all, work: work(2), ignored: [{ name: 'notes.txt', reason: 'This is a text.' }] });
  const { page, mishaps, close } = await stage.see(`${fixture.url}/spool`);
  await page.waitForSelector('[data-list="ignored"]');
  expect(await rows(page, 'stuck')).toHaveLength(50);
  expect(await page.locator('.state', { hasText: '3,000 files need attention' }).count()).toBe(1);
  const top = (): Promise<number> => page.$eval('[data-list="ignored"]', (list) => list.getBoundingClientRect().top);
  const before = await top();
  fixture.spool({ stuck: all, work: [], ignored: [{ name: 'other.txt', reason: 'This is a text.' }] });
  await page.waitForSelector('text=other.txt');
  expect(await top()).toBe(before);
  expect(mishaps).toEqual([]);
  await close();
});

test('opens from the navigation by key, and a link to the photos returns to the same place', async () => {
  const fixture = await stage.fixture(makePhotos(600, stage.pictures));
  const { page, mishaps, close } = await stage.see(fixture.url);
  await shown(page);
  await page.evaluate(() => scrollTo(0, 3000));
  await expect.poll(() => page.evaluate(() => (history.state as { place?: object } | null)?.place)).toBeTruthy();
  const place = await page.evaluate(() => (history.state as { place: { id: string; below: number } }).place);
  const focused = (): Promise<string | null | undefined> => page.evaluate(() => document.activeElement?.textContent);
  for (const name of ['Settings', 'Import']) {
    do await page.keyboard.press('Tab');
    while ((await focused())?.trim() !== name);
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-list="sections"] >> text=Import');
  }
  await page.waitForSelector('h1:text("Import")');
  await expect.poll(focused).toBe('Import');
  await page.getByRole('link', { name: 'Access' }).click();
  await page.waitForSelector('h1:text("Access")');
  await page.getByRole('link', { name: 'Photos', exact: true }).click();
  await shown(page);
  expect(new URL(page.url()).pathname).toBe('/');
  await expect
    .poll(() =>
      page.locator(`a[data-id="${place.id}"]`).evaluate((tile) => Math.round(tile.getBoundingClientRect().top)),
    )
    .toBe(Math.round(place.below));
  await page.goBack();
  await page.waitForSelector('h1:text("Access")');
  expect(mishaps).toEqual([]);
  await close();
});

test.each([820, 1440, 1920])(
  'the bar shows the number of waiting files once, at %s px, and fits all its buttons',
  async (width) => {
    const fixture = await stage.fixture(makePhotos(40, stage.pictures));
    const { page, mishaps, close } = await stage.see(`${fixture.url}/?q=IMG`, { viewport: { width, height: 844 } });
    fixture.spool({ incoming: 3 });
    const pill = page.locator('header .now .pill');
    await expect
      .poll(async () => (await pill.innerText()).replaceAll(/\s+/g, ' ').trim())
      .toMatch(width < 1700 ? /^3( Importing 3)?$/ : /^Importing 3$/);
    for (const button of await page.locator('header .tools :is(.icon, .secondary):visible').all()) {
      const box = (await button.boundingBox())!;
      expect([box.x >= 0, box.x + box.width <= width]).toEqual([true, true]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(mishaps).toEqual([]);
    await close();
  },
);

test('on a phone a running import is in the bar of the photos, and nowhere else above a page', async () => {
  const fixture = await stage.fixture(makePhotos(5, stage.pictures));
  fixture.spool({ incoming: 3 });
  const { page, mishaps, close } = await stage.see(fixture.url, { viewport: { width: 390, height: 844 } });
  await shown(page);
  const number = page.locator('header .now .figure');
  await number.waitFor();
  await page.goto(`${fixture.url}/albums`);
  await page.getByRole('heading', { name: 'Albums' }).waitFor();
  await number.waitFor({ state: 'attached' });
  expect(await number.isVisible()).toBe(false);
  expect(mishaps).toEqual([]);
  await close();
});

test('stuck files are grouped by reason; a group is imported, ignored, trashed and restored, or downloaded at once', async () => {
  const fixture = await stage.fixture();
  const bad = (name: string): Stuck =>
    stuck(name, { code: 'undecodable', reason: 'It is damaged.', own: true, asIs: '2031-02-03T10:32:00.000Z' });
  const all = [bad('a.jpg'), bad('b.jpg'), stuck('c.jpg', { code: 'io', reason: 'The disk reported an error.' })];
  fixture.spool({ stuck: all, news: { stuck: 3, ignored: 0 } });
  const { page, mishaps, close } = await stage.see(`${fixture.url}/spool`);
  const damaged = page.getByRole('group', { name: 'Damaged: the file can’t be read: 2 files' });
  await damaged.waitFor();
  expect(await damaged.locator('li').first().innerText()).toContain('imported as is at 3 Feb 2031');
  const disk = page.locator('[data-group="io"]');
  for (const name of ['Import anyway', 'Ignore', 'Move to trash'])
    expect(await disk.getByRole('button', { name, exact: true }).count()).toBe(0);
  await expect.poll(() => fixture.requests).toContain('/api/spool/seen');
  const names = ['claim-a.jpg', 'claim-b.jpg'];
  expect(await damaged.getByRole('link', { name: 'Download' }).getAttribute('href')).toBe(
    '/api/spool/stuck/undecodable',
  );
  await damaged.getByRole('button', { name: 'Import anyway' }).click();
  await expect.poll(() => fixture.sent.at(-1)).toEqual({ path: '/api/spool/retry', body: { names, asIs: true } });
  await damaged.getByRole('button', { name: 'Ignore' }).click();
  await expect.poll(() => fixture.sent).toContainEqual({ path: '/api/spool/ignore', body: { names } });
  await damaged.getByRole('button', { name: 'Move to trash' }).click();
  await expect.poll(() => fixture.sent).toContainEqual({ path: '/api/spool/trash', body: { names } });
  await page.getByRole('button', { name: 'Restore' }).click();
  await expect.poll(() => fixture.requests).toContain('/api/spool/restore');
  fixture.spool({ stuck: [{ ...bad('a.jpg'), ignored: true }], news: { stuck: 0, ignored: 0 } });
  await page.getByText('1 ignored file').click();
  await expect.poll(() => page.locator('[data-list="stuck-ignored"] li').count()).toBe(1);
  expect(await page.getByRole('button', { name: 'Activity', exact: true }).count()).toBe(1);
  expect(mishaps).toEqual([]);
  await close();
});

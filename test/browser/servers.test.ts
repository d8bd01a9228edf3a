/**
 * The page of the servers, in a real browser: with two real servers that are joined, changed apart, and parted; and with a
 * fixture that shows every state, in both themes, on a phone and on a desk.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeDrift } from '../../src/sync/connections/clock-drift.js';
import type { LinkStatus } from '../../src/sync/connections/connection.js';
import { breaches, breachesIn } from './axe.js';
import { makePhotos } from './fixture.js';
import { openServedHome, type ServedHome } from './home.js';
import { inBothThemes, openStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function home(): Promise<ServedHome> {
  const opened = await openServedHome(stage.folder);
  onTestFinished(() => opened.close());
  return opened;
}

async function drop({ incoming, spool }: ServedHome, name: string, n: number): Promise<void> {
  writeFileSync(join(incoming, name), stage.pictures[n]!.preview);
  await spool.pass();
}

const patch = async ({ url }: ServedHome, id: string, change: object): Promise<void> => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/photos/${id}`, { method: 'PATCH', headers, body: JSON.stringify(change) });
  expect(answer.status).toBe(200);
};
const idsOf = async ({ url }: ServedHome): Promise<string[]> =>
  ((await (await fetch(`${url}/api/photos`)).json()) as { photos: { id: string }[] }).photos.map(({ id }) => id);

const lookOf = (page: Page): Promise<string | null> =>
  page.locator('[data-part="mesh"] .node[data-look]').first().getAttribute('data-look');

// Two real servers, and what goes over between them.
test(
  'two servers are connected from the page, and concurrent edits are listed with both values',
  { timeout: 120_000 },
  async () => {
    const [near, far] = [await home(), await home()];
    await drop(far, 'a.jpg', 0);
    const actor = { by: 'owner', who: 'owner' };
    const { secret } = far.access.tokens.make('laptop', ['replicate'], actor);
    const { page, mishaps, close } = await stage.see(`${near.url}/servers`);
    onTestFinished(close);
    await page.getByText('No other servers yet').waitFor();
    expect(await breaches(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add server' }).click();
    // What a server gets is said before it is added; a public one gets less.
    const trust = page.getByText('gets all photos of everyone, including private and locked ones');
    await trust.waitFor();
    await page.getByText('Only public photos, to a public server').click();
    await trust.waitFor({ state: 'detached' });
    await page.getByText('Everything, both ways').click();
    await trust.waitFor();
    await page.getByLabel('Address').fill(far.url);
    await page.getByLabel('Token').fill(secret);
    await page.getByRole('button', { name: 'Add server' }).click();
    await page.getByText(' added.').waitFor();
    await expect.poll(() => lookOf(page)).toBe('live');
    expect(await page.locator('[data-part="mesh"] path.line').count()).toBe(2);
    await expect.poll(() => idsOf(near)).toHaveLength(1);

    // The other side knows who keeps a link to it.
    const other = await stage.see(`${far.url}/servers`);
    onTestFinished(other.close);
    await expect.poll(() => other.page.locator('[data-list="servers"]').innerText()).toContain('laptop');

    // Apart, both edit the same field; together again, both values are told.
    const [id] = await idsOf(near);
    await page.getByRole('button', { name: /^Remove/ }).click();
    await page.getByRole('button', { name: 'Remove server', exact: true }).click();
    await page.getByText('No other servers yet').waitFor();
    await patch(near, id!, { title: 'A pier' });
    await patch(far, id!, { title: 'A jetty' });
    await page.getByRole('button', { name: 'Add server' }).click();
    await page.getByLabel('Address').fill(far.url);
    await page.getByLabel('Token').fill(secret);
    await page.getByRole('button', { name: 'Add server' }).click();
    const merges = page.locator('[data-list="merges"]');
    await merges.waitFor();
    expect(await merges.locator('.won').innerText()).toContain('A jetty');
    expect(await merges.innerText()).toContain('A pier');

    // And so does the history of the photo.
    await page.goto(`${near.url}/photo/${id!}`);
    await page.waitForSelector('.picture img.shown');
    await page.keyboard.press('i');
    await page.getByText('History').click();
    const history = page.locator('[data-list="history"] li');
    await expect.poll(() => history.first().innerText()).toContain('A jetty');
    expect(await history.nth(1).innerText()).toContain('A pier');
    expect(await history.nth(1).innerText()).toContain('Changed on another server at the same time');
    expect(await page.locator('.picture img.shown').count()).toBeGreaterThan(0);
    expect(mishaps).toEqual([]);

    // A token that is revoked is an alarm that says what to do.
    far.access.tokens.revoke('laptop', actor);
    await patch(near, id!, { rating: 2 });
    await page.goto(`${near.url}/servers`);
    await expect.poll(() => lookOf(page)).toBe('refused');
    expect(await page.locator('[data-list="alarms"]').innerText()).toContain('no longer accepts the token');
  },
);

const at = '2026-11-24T10:00:00.000Z';
const link = (over: Partial<LinkStatus>): LinkStatus => ({
  ...{ url: 'https://home.example:4780', publish: false, originals: 'all', state: 'live', since: at, opened: at },
  ...{ pull: { sent: 1_204, pending: 0 }, push: { sent: 96, pending: 0 } },
  blobs: { fetched: { count: 40, bytes: 8_400_000 }, brought: { count: 2, bytes: 200_000 } },
  refused: [],
  ...over,
});

test.each([390, 820, 1440])('every state is shown at %i px, in both themes', async (width) => {
  const fixture = await stage.fixture(makePhotos(3, stage.pictures));
  const id = `photo:${fixture.photos[0]!.id}`;
  fixture.mesh({
    name: 'laptop-of-somebody-with-a-long-name.example',
    peers: [
      link({ synced: at, missing: { count: 340, bytes: 5_200_000_000 } }),
      link({
        url: 'http://studio.example',
        state: 'catching-up',
        pull: { sent: 0, pending: 1_310 },
        held: 'There is not enough space for more pictures on the disk of .photospool. Free up some space. Photospool retries automatically.',
        originals: 'none',
      }),
      link({
        url: 'https://a-very-long-name-of-a-server.somewhere.example',
        state: 'waiting',
        reason: 'It can’t be reached.',
        drift: 95_000_000,
        driftText: describeDrift('a-very-long-name-of-a-server.somewhere.example', 95_000_000),
      }),
      link({ url: 'https://photos.example', publish: true, refused: [{ id, rev: '1-a', reason: 'It is too large.' }] }),
      link({
        url: 'http://couch.example/album',
        refused: [
          {
            ...{ id: `odd:<b>${'x'.repeat(200)}`, rev: `1-${'z'.repeat(32)}`, reason: 'Invalid rev format' },
            ...{ direction: 'push', since: at, tries: 3, next: '2026-11-24T11:00:00.000Z' },
          },
          ...Array.from({ length: 14 }, (_, n) => ({
            ...{
              id: `comment:${n}`,
              rev: '1-has space',
              reason: 'It is not a valid revision id.',
              direction: 'pull' as const,
            },
            ...{ since: at, tries: 1, next: '2026-11-24T11:00:00.000Z' },
          })),
        ],
      }),
      link({
        url: 'https://old.example',
        state: 'refused',
        reason: 'It does not accept the token.',
        code: 'unauthorized',
      }),
      link({
        url: 'http://copy.example',
        state: 'waiting',
        code: 'config',
        reason: 'copy.example is a copy of this home.',
      }),
    ],
    guests: [{ name: 'phone <b>', publish: false, connected: false, lastUsed: at }],
    missing: { thumb: 3, preview: 5, original: 2, hover: 1, video: 7 },
    missingBytes: { thumb: 1, preview: 1_000, original: 31_000_000, hover: 0, video: 900_000_000 },
    people: {
      on: false,
      server: 'old.example',
      reason: 'old.example runs an older version of Photospool. Upgrade it.',
    },
    copies: [{ server: 'aa', by: ['laptop <i>', 'https://twice.example'], since: at }],
    merges: {
      days: [{ day: '2026-11-24', count: 3 }],
      last: [
        {
          ...{ id, at, fields: ['title', 'tags'] },
          contests: [
            {
              field: 'title',
              sides: [
                { value: 'A jetty', at, by: { name: 'Owner' }, won: true },
                { value: '<img src=x onerror=alert(1)>', at, by: { name: 'A program' }, won: false },
              ],
            },
          ],
        },
      ],
    },
  });
  const { page, mishaps, close } = await stage.see(`${fixture.url}/servers`, {
    viewport: { width, height: 844 },
  });
  onTestFinished(close);
  await page.waitForSelector('[data-list="merges"] img');
  expect(await page.locator('[data-part="mesh"] .node[data-look]').count()).toBe(8);
  // A public server gets, and gives nothing.
  expect(await page.locator('[data-part="mesh"] path.line').count()).toBe(15);
  const alarms = await page.locator('[data-list="alarms"]').innerText();
  for (const text of [
    'old.example no longer accepts the token',
    'copy.example is a copy',
    'Two copies of the same home are running (laptop <i>, twice.example).',
    'No pictures are transferred to studio.example',
    'The clock of a-very-long-name-of-a-server.somewhere.example is 3 years ahead of the clock of this server. Correct the wrong clock',
  ])
    expect(alarms).toContain(text);
  const aside = await page.locator('[data-part="aside"]').innerText();
  for (const text of [
    '16 documents set aside',
    'A photo',
    'Rejected by photos.example: It is too large.',
    'odd:<b>',
    'Show 6 more',
  ])
    expect(aside).toContain(text);
  expect(await page.getByRole('button', { name: /^Delete document/ }).count()).toBe(1);
  expect(await page.getByRole('button', { name: /^Try again/ }).count()).toBe(10);
  expect(await page.locator('p.state').first().innerText()).toContain('21 problems need your attention');
  expect(await page.locator('[data-part="people"]').innerText()).toBe(
    'Personal libraries are off. old.example runs an older version of Photospool. Upgrade it.',
  );
  const links = await page.locator('[data-list="servers"]').innerText();
  for (const text of [
    '340 pictures (5.2 GB) to send',
    'Pictures aren’t being transferred: There is not enough space',
    'If another server also publishes them and is offline, its copy',
  ])
    expect(links).toContain(text);
  expect(await page.locator('[data-part="coming"]').innerText()).toContain('7 pictures, 2 originals · 931 MB');
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
    0,
  );
  // No words of the picture run out of it, and none are smaller than the small text of the page.
  const small = await page.$$eval(
    '[data-part="mesh"] text',
    (texts) =>
      texts.filter((text) => {
        const frame = text.closest('g')!.querySelector('rect')!.getBoundingClientRect();
        return text.getBoundingClientRect().right > frame.right || parseFloat(getComputedStyle(text).fontSize) < 12;
      }).length,
  );
  expect(small).toBe(0);
  const shots = process.env['SHOTS'];
  await inBothThemes(page, async (theme) => {
    expect(await breachesIn(page, theme), theme).toEqual([]);
    if (shots !== undefined)
      await page.screenshot({ path: join(shots, `servers-${width}-${theme}.png`), fullPage: true });
  });
  // What changes is shown by itself.
  fixture.mesh({ peers: [link({ missing: { count: 1, bytes: 900 } })] });
  await page.getByText('Syncing 1 picture.').waitFor();
  fixture.mesh({ peers: [link({})] });
  await expect.poll(() => page.locator('[data-part="mesh"] .node[data-look]').count()).toBe(1);
  await page.getByText('All reachable servers are in sync.').waitFor();
  expect(mishaps).toEqual([]);
});

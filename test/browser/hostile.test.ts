/** Text written by others stays text on every page: no script, no request, no change of direction, no broken layout. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/api/answer-types.js';
import { addPerson } from './door.js';
import { type Fixture, makePhoto } from './fixture.js';
import { expectWhole, long, names } from './hostile.js';
import { openStage, shown, type Stage } from './stage.js';
import { vectors } from './vectors.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const allowed = new Set(
  ['A', 'P', 'BR', 'EM', 'STRONG', 'DEL', 'CODE', 'PRE', 'BLOCKQUOTE', 'UL', 'OL', 'LI', 'HR', 'DIV'].concat([
    'H3',
    'H4',
    'H5',
    'H6',
    'TABLE',
    'THEAD',
    'TBODY',
    'TR',
    'TH',
    'TD',
  ]),
);

/** The elements, attributes and link targets of descriptions and comments on the page. */
const anatomy = (page: Page): Promise<{ tags: string[]; attributes: string[]; links: string[] }> =>
  page.$$eval('aside .markdown', (roots) => {
    const all = roots.flatMap((root) => [...root.querySelectorAll('*')]);
    return {
      tags: all.map((element) => element.tagName),
      attributes: all.flatMap((element) => element.getAttributeNames()),
      links: all.flatMap((element) =>
        element instanceof HTMLAnchorElement && element.hasAttribute('href') ? [element.href] : [],
      ),
    };
  });

/** Resolves when this many texts were rendered from Markdown. */
const settled = (page: Page, count = 1): Promise<unknown> =>
  page.waitForFunction(
    (most) =>
      [...document.querySelectorAll('aside .markdown')].filter((one) => one.firstElementChild?.tagName === 'DIV')
        .length === most,
    count,
  );

/** Adds the description of a photo as a comment too, with the same text as the author's name. */
const speak = (fixture: Fixture, photo: string, text: string): unknown =>
  fixture.comments.all.push({ photo, id: 'c', text, by: { name: text }, added: text });

// Each vector is a page.
test(`${vectors.length} attacks on a sanitizer run no script`, { timeout: 180_000 }, async () => {
  expect(vectors.length).toBeGreaterThan(60);
  // Each photo is opened: small ones are decoded quickly.
  const picture = { ...stage.pictures[0]!, preview: stage.pictures[0]!.thumb };
  const photos = vectors.map((text, i) =>
    makePhoto(i + 1, picture, {
      title: `${i}`,
      // The emphasis at the end sends every text through the Markdown parser.
      description: `${text}\n\n*end*`,
      taken: new Date(Date.UTC(2024, 5, 20) - i * 60_000).toISOString().slice(0, -1),
    }),
  );
  const fixture = await stage.fixture(photos);
  for (const { id, description } of photos) speak(fixture, id, description);
  // Without the glide from one photo to the next, which would be most of the drawing.
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${fixture.photos[0]!.id}`, {
    reducedMotion: 'reduce',
  });
  await page.waitForSelector('button[aria-label="Next photo"]');
  await page.keyboard.press('i');
  for (const [i, text] of vectors.entries()) {
    await page.locator('aside .title', { hasText: new RegExp(`^${i}$`) }).waitFor();
    await settled(page, 2);
    const { tags, attributes, links } = await anatomy(page);
    expect(
      tags.filter((tag) => !allowed.has(tag)),
      text,
    ).toEqual([]);
    expect(
      attributes.filter((name) => !['href', 'rel', 'target', 'start'].includes(name)),
      text,
    ).toEqual([]);
    expect(
      links.filter((link) => !/^(?:https?:\/\/(?:www\.)?evil\.example|mailto:)/.test(link)),
      text,
    ).toEqual([]);
    if (i < vectors.length - 1) await page.keyboard.press('ArrowRight');
  }
  expect(fixture.requests.filter((path) => !/^\/(?:api|media|photo|assets|originals|icon)/.test(path))).toEqual([]);
  expect(mishaps).toEqual([]);
  await close();
});

test('Markdown by people is rendered, and slow Markdown is shown as plain text', async () => {
  const good = '# Lake\n\nA *long* **walk**\nwith Anna\n\n- one\n- two\n\n[map](https://example.org/map) a@example.org';
  const texts = [good, '_a_'.repeat(3000), `${'> '.repeat(400)}deep`, 'Plain, 2 < 3.\nTwo lines'];
  const photos = texts.map((description, i) =>
    makePhoto(i + 1, stage.pictures[0]!, {
      title: `${i}`,
      description,
      taken: `2024-06-20T12:0${9 - i}:00.000`,
    }),
  );
  const fixture = await stage.fixture(photos);
  const { page, mishaps, close } = await stage.see(`${fixture.url}/photo/${fixture.photos[0]!.id}`);
  await page.waitForSelector('button[aria-label="Next photo"]');
  await page.keyboard.press('i');
  await page.waitForSelector('aside h3:text("Lake")');
  expect(await page.locator('aside .markdown em').innerText()).toBe('long');
  expect(await page.locator('aside .markdown li').allInnerTexts()).toEqual(['one', 'two']);
  const link = page.getByRole('link', { name: 'map' });
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow ugc');
  expect(await link.getAttribute('target')).toBe('_blank');
  expect(await page.getByRole('link', { name: 'a@example.org' }).getAttribute('href')).toBe('mailto:a@example.org');
  for (const i of [1, 2, 3]) {
    await page.keyboard.press('ArrowRight');
    await page.locator('aside .title', { hasText: new RegExp(`^${i}$`) }).waitFor();
    if (i < 3) await settled(page);
    const text = (await page.locator('aside .markdown').textContent()) ?? '';
    if (i !== 2) expect(text.trim()).toBe(texts[i]);
    else expect(text).toContain('deep');
  }
  expect(mishaps).toEqual([]);
  await close();
});

test.each([390, 1440])(
  'names of 10,000 characters, reversed or invisible ones, break no page at %i px',
  async (width) => {
    const photos = names.map((text, i) =>
      makePhoto(i + 1, stage.pictures[0]!, {
        ...{
          title: text,
          name: text,
          lens: text,
          camera: { make: text, model: text },
          place: { city: text, region: text },
        },
        description: text,
        tags: [text, ...Array.from({ length: 300 }, (_, n) => `tag ${n}`)],
      }),
    );
    const fixture = await stage.fixture(photos);
    for (const { id, name } of photos) speak(fixture, id, name);
    const at = new Date().toISOString();
    const stuck = names.map((name, i) => ({ name, claim: `c${i}`, reason: name, code: 'io', attempts: 1 }));
    const status = {
      incoming: 1,
      stuck,
      work: names.map((name) => ({ name, step: name, since: at, claimed: at })),
      ignored: names.map((name) => ({ name, reason: name })),
      recent: photos.map(({ id, name }) => ({ name, outcome: 'stored' as const, sha256: id, at, seconds: 1 })),
      held: { until: at, reason: long },
    };
    fixture.spool(status);
    const owner = addPerson(fixture.door, names[0]!, 'owner');
    for (const name of names.slice(1)) addPerson(fixture.door, name, 'family');
    owner.keys.push(...names.map((name, i) => ({ id: `k${i}`, name, created: at, site: 'localhost', credential: '' })));
    const place = { created: at, lastUsed: at, current: false, address: long, browser: long };
    fixture.door.sessions.push({ id: 's1', secret: 'secret', person: owner.id, ...place });
    fixture.door.tokens.push(...names.map((name) => ({ name, may: ['read' as const], created: at })));
    fixture.door.happenings.push(
      ...names.map((who) => ({ at, what: who as AuditEntry['what'], who, address: who, detail: who })),
    );
    fixture.door.findings.push(
      ...names.map((name) => ({ check: 'spool' as const, severity: 'note' as const, message: name, remedy: name })),
    );
    fixture.door.invitations.set('code', owner.id);
    const { page, mishaps, close } = await stage.see(`${fixture.url}/invite#code`, {
      viewport: { width, height: 844 },
    });
    await page.waitForSelector('h1:has-text("Welcome")');
    await expectWhole(page, 'invite');
    const cookie = { name: 'photospool', value: 'secret', url: fixture.url };
    await page.context().addCookies([cookie]);
    await page.goto(fixture.url);
    await shown(page);
    const narrow = width < 600;
    if (narrow) await page.goto(`${fixture.url}/activity`);
    else await page.getByRole('button', { name: /^Activity/ }).click();
    await page.getByRole('link', { name: 'Open Import' }).waitFor();
    await expectWhole(page, 'waiting');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: narrow ? /^More/ : 'Account' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await expectWhole(page, 'menu');
    for (const [path, list] of [
      ['spool', 'stuck'],
      ['people', 'people'],
      ['me', 'passkeys'],
      ['tokens', 'tokens'],
      ['audit', 'audit'],
      ['health', 'findings'],
    ]) {
      await page.goto(`${fixture.url}/${path}`);
      await page.waitForSelector(`[data-list="${list}"] li:nth-child(${names.length})`);
      await expectWhole(page, path!);
    }
    for (const photo of photos) {
      await page.goto(`${fixture.url}/photo/${photo.id}`);
      await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
      await page.keyboard.press('i');
      await page.waitForSelector('aside .title');
      await page.waitForSelector('[data-list="comments"] li');
      await expectWhole(page, 'photo');
      const wide = await page.$eval('aside', (aside) => aside.scrollWidth - aside.clientWidth);
      expect(wide).toBe(0);
    }
    expect(mishaps).toEqual([]);
    await close();
  },
);

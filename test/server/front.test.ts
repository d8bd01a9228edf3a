/**
 * The public pages over HTTP: the front page's picture of the day, link previews, instructions for robots, and that
 * none of it leaks.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Tile } from '../../src/catalog/catalog.js';
import { local } from '../../src/access/viewer.js';
import { buildApp, type ServerConfig } from '../../src/server/app.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { invite, openOwned } from './accounts.js';
import { openBrowser } from './browser.js';
import { expectError, openHome, type Home } from './fixture.js';

const page =
  '<!doctype html><html><head><meta name="robots" content="noindex" /><title>Photospool</title></head><body></body></html>';

interface Front {
  title: string;
  photos: number;
  featured?: { tile: Tile; title: string; place?: { city?: string } };
  tags: { value: string }[];
  albums: { value: string }[];
}

async function openFace(config: Partial<ServerConfig> = {}) {
  const home = await openHome();
  await mkdir(home.parts.config.webRoot, { recursive: true });
  await writeFile(join(home.parts.config.webRoot, 'index.html'), page);
  home.access.settings.change({ setUp: true, visitors: true });
  const app = await buildApp({ ...home.parts, config: { ...home.parts.config, ...config } });
  onTestFinished(() => app.close());
  const headers = { host: 'photos.localhost:4780' };
  const get = (url: string) => app.inject({ url, headers });
  const front = async (): Promise<Front> => (await get('/api/front')).json<Front>();
  return { home, app, get, front };
}

async function put(home: Home, change: object, sample: Parameters<Home['add']>[0] = {}): Promise<string> {
  const id = await home.add(sample);
  await changePhotos(home.library, local, [id], { audience: 'public', ...change });
  return id;
}

const metaOf = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<meta (?:property|name)="([^"]+)" content="([^"]*)"/g)].map((m) => [m[1]!, m[2]!]),
  );

test('the picture of the day: chosen by tag, otherwise a favourite, otherwise by stars, otherwise any; it stays for a day', async () => {
  const { home, front } = await openFace();
  expect(await front()).toEqual({ title: 'Photospool', photos: 0, tags: [], albums: [] });
  const any = await put(home, {});
  expect((await front()).featured?.tile.id).toBe(any);
  const starred = await put(home, { rating: 4 });
  expect((await front()).featured?.tile.id).toBe(starred);
  const loved = await put(home, { favourite: true });
  expect((await front()).featured?.tile.id).toBe(loved);
  const chosen: string[] = [];
  for (let n = 0; n < 6; n++) chosen.push(await put(home, { tags: { add: ['featured', 'sea'] }, title: `No ${n}` }));
  const days = new Map<string, string>();
  for (let hour = 0; hour < 24 * 12; hour++) {
    const day = new Date(home.clock.now()).toISOString().slice(0, 10);
    const now = (await front()).featured!;
    expect(chosen).toContain(now.tile.id);
    expect(days.get(day) ?? now.tile.id).toBe(now.tile.id);
    days.set(day, now.tile.id);
    await home.clock.advance(3_600_000);
  }
  expect(new Set(days.values()).size).toBeGreaterThan(2);
  expect((await front()).tags).toEqual([{ value: 'sea', count: 6 }]);
});

test('it and previews contain nothing private, for family, in the trash, or tagged as private', async () => {
  const { home, get, front } = await openFace();
  const secret = { title: 'SECRETMARK', description: 'SECRETMARK', tags: { add: ['featured', 'SECRETMARK'] } };
  const hidden = [
    await put(home, { ...secret, audience: 'private', albums: { add: ['SECRETMARK'] }, favourite: true }),
    await put(home, { ...secret, audience: 'family' }),
    await put(home, { ...secret, trashed: true }),
  ];
  const open = await put(
    home,
    { title: 'Open', tags: { add: ['_SECRETMARK', 'private/SECRETMARK', 'sea'] } },
    { name: 'SECRETMARK.jpg' },
  );
  expect(await front()).toMatchObject({
    photos: 1,
    featured: { tile: { id: open } },
    tags: [{ value: 'sea' }],
    albums: [],
  });
  const paths = ['/api/front', '/', '/?q=SECRETMARK', '/?q=sea', '/robots.txt', '/albums', `/photo/${open}`];
  for (const path of [...paths, ...hidden.map((id) => `/photo/${id}`)]) {
    const { body, statusCode } = await get(path);
    expect([path, statusCode]).toEqual([path, 200]);
    const told = body
      .replaceAll('?q=SECRETMARK', '')
      .replace('SECRETMARK – Photospool', '')
      .replace('SECRETMARK – Photospool', '');
    for (const mark of ['SECRETMARK', ...hidden]) expect([path, told.includes(mark)]).toEqual([path, false]);
  }
  for (const id of hidden) expect(metaOf((await get(`/photo/${id}`)).body)['og:image']).not.toContain(id);
});

test('an introduction is on the front page, and in the preview of its link instead of the number of photos', async () => {
  const intro = 'Ten years of <harbours> & ferries.';
  const { home, front, get } = await openFace({ intro });
  await put(home, { tags: { add: ['sea'] } });
  expect(await front()).toMatchObject({ intro });
  const escaped = 'Ten years of &lt;harbours&gt; &amp; ferries.';
  expect(metaOf((await get('/')).body)).toMatchObject({ 'og:description': escaped, description: escaped });
  expect(metaOf((await get('/?q=sea')).body)['og:description']).toBe('1 photo');
});

test('an owner sets title and introduction; without them those of the configuration apply', async () => {
  const owned = await openOwned();
  const { home, owner } = owned;
  await mkdir(home.parts.config.webRoot, { recursive: true });
  await writeFile(join(home.parts.config.webRoot, 'index.html'), page);
  home.access.settings.change({ visitors: true });
  const app = await buildApp(home.parts);
  onTestFinished(() => app.close());
  const visitor = openBrowser(app);
  const front = async (): Promise<object> => (await visitor.ask('GET', '/api/front')).json<object>();
  const [title, intro] = ['<b>Ada</b> & "co"\u202e', 'One </script><script>alert(1)</script>\nTwo'];
  const set = (body: object) => owner.ask('PATCH', '/api/access', body);
  expect((await set({ title: ` ${title} `, intro })).json()).toMatchObject({ title, intro });
  expect(await front()).toMatchObject({ title, intro });
  const { body } = await visitor.ask('GET', '/');
  for (const mark of ['<script>', '<b>', '\u202e']) expect(body).not.toContain(mark);
  expect(metaOf(body)['og:title']).toMatch(/^&lt;b&gt;Ada&lt;\/b&gt; &amp; &quot;co&quot;/);
  expect(metaOf(body)['og:description']).toMatch(/^One &lt;\/script&gt;/);
  expect((await visitor.ask('GET', '/api/feed.xml')).body).toContain('&lt;b&gt;Ada&lt;/b&gt;');
  // Only an owner changes them.
  const { browser: family } = await invite(owned, 'Ben');
  expectError(await family.ask('PATCH', '/api/access', { title: 'Other' }), 403, 'forbidden');
  expectError(await visitor.ask('PATCH', '/api/access', { title: 'Other' }), 403, 'forbidden');
  expectError(await set({ title: 'x'.repeat(101) }), 400, 'invalid');
  expectError(await set({ intro: 'x'.repeat(1_001) }), 400, 'invalid');
  expect((await set({ title: null, intro: ' ' })).json()).toMatchObject({ title: 'Photospool', intro: null });
  expect(await front()).toMatchObject({ title: 'Photospool' });
});

test('previews: title, description and picture, with absolute addresses; for a photo, the front page and a search', async () => {
  const { home, app, get } = await openFace({
    title: 'Ada & the <sea>',
    trustProxy: ['loopback'],
    names: ['photos.example.org'],
  });
  const hostile = 'Pier "at" <script>alert(1)</script>\u202e night';
  const id = await put(home, {
    title: hostile,
    description: '# The *pier*\n\nSee [the sea](https://x.example/).',
    tags: { add: ['sea'] },
  });
  const photo = await get(`/photo/${id}?q=sea`);
  expect(photo.body).not.toContain('<script>');
  expect(photo.body).toContain('<title>Pier &quot;at&quot; &lt;script&gt;');
  expect(metaOf(photo.body)).toMatchObject({
    'og:site_name': 'Ada &amp; the &lt;sea&gt;',
    'og:description': 'The pier See the sea.',
    description: 'The pier See the sea.',
    'og:url': `http://photos.localhost:4780/photo/${id}`,
  });
  expect(metaOf(photo.body)['og:title']).toMatch(
    /^Pier &quot;at&quot; &lt;script&gt;alert\(1\)&lt;\/script&gt;. night – Ada &amp;/,
  );
  const front = metaOf((await get('/')).body);
  expect(front).toMatchObject({
    'og:title': 'Ada &amp; the &lt;sea&gt;',
    'og:description': '1 photo',
    'og:image': `http://photos.localhost:4780/media/${id}/preview`,
    'twitter:card': 'summary_large_image',
  });
  expect(metaOf((await get('/?q=sea')).body)).toMatchObject({
    'og:title': 'sea – Ada &amp; the &lt;sea&gt;',
    'og:description': '1 photo',
  });
  // A search as people would say it, or not at all.
  for (const [q, title] of [
    ['tag:sea', 'sea – Ada &amp; the &lt;sea&gt;'],
    ['place:"Rome, Lazio, Italy" tag:sea', 'Rome, sea – Ada &amp; the &lt;sea&gt;'],
    ['sea rating:>=4', 'Ada &amp; the &lt;sea&gt;'],
    ['-sea', 'Ada &amp; the &lt;sea&gt;'],
  ])
    expect(metaOf((await get(`/?q=${encodeURIComponent(q!)}`)).body)['og:title'], q).toBe(title);
  expect((await get('/?q=nokey:x')).statusCode).toBe(200);
  const forwarded = {
    host: 'inside:4780',
    'x-forwarded-host': 'photos.example.org',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.9',
  };
  const outside = await app.inject({ url: '/', headers: forwarded });
  expect(metaOf(outside.body)).toMatchObject({
    'og:url': 'https://photos.example.org/',
    'og:image': `https://photos.example.org/media/${id}/preview`,
  });
});

test('robots are excluded unless the owner admits them; then from everything except the front page and the photos', async () => {
  const shut = await openFace();
  const one = await put(shut.home, {});
  for (const path of ['/', `/photo/${one}`, '/?q=x', '/albums', `/media/${one}/thumb`, '/api/front']) {
    const { headers } = await shut.get(path);
    expect([path, headers['x-robots-tag']]).toEqual([path, 'noindex, nofollow']);
  }
  expect((await shut.get('/')).body).toContain('<meta name="robots" content="noindex" />');
  expect((await shut.get('/robots.txt')).body).toMatch(/User-agent: \*\nDisallow: \/\n$/);
  const open = await openFace({ noindex: false });
  const id = await put(open.home, {});
  const hidden = await put(open.home, { audience: 'private' });
  for (const [path, told] of [
    ['/', undefined],
    [`/photo/${id}`, undefined],
    [`/photo/${hidden}`, 'noindex, nofollow'],
    ['/?q=x', 'noindex, nofollow'],
    ['/albums', 'noindex, nofollow'],
    [`/s/${'x'.repeat(43)}`, 'noindex, nofollow'],
  ] as const) {
    const { headers, body } = await open.get(path);
    expect([path, headers['x-robots-tag']]).toEqual([path, told]);
    expect([path, body.includes('name="robots"')]).toEqual([path, told !== undefined]);
  }
  expect((await open.get('/robots.txt')).body).toMatch(/Disallow: \/s\/\nAllow: \/\n$/);
});

test('a home without visitors reveals nothing to strangers', async () => {
  const { home, get } = await openFace();
  const id = await put(home, { title: 'Open' });
  home.access.settings.change({ visitors: false });
  for (const path of ['/', `/photo/${id}`]) expect(metaOf((await get(path)).body)).toEqual({ robots: 'noindex' });
  expect((await get('/api/front')).statusCode).toBe(401);
});

/**
 * The feed of public photos: what it shows to whom, that withdrawn photos disappear from it, and that no text can break
 * its markup.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { local } from '../../src/access/viewer.js';
import { buildApp, type ServerConfig } from '../../src/server/app.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { commandSecret, openHome, type Home } from './fixture.js';

async function openFace(config: Partial<ServerConfig> = {}) {
  const home = await openHome();
  await mkdir(home.parts.config.webRoot, { recursive: true });
  await writeFile(join(home.parts.config.webRoot, 'index.html'), '<html><head><title>Photospool</title></head></html>');
  home.access.settings.change({ setUp: true, visitors: true });
  const app = await buildApp({ ...home.parts, config: { ...home.parts.config, ...config } });
  onTestFinished(() => app.close());
  const get = (url: string, headers = {}) =>
    app.inject({ url, headers: { host: 'photos.localhost:4780', ...headers } });
  const feed = async (): Promise<string> => {
    const answer = await get('/api/feed.xml');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/atom+xml; charset=utf-8']);
    return answer.body;
  };
  return { home, get, feed };
}

async function put(home: Home, change: object, sample: Parameters<Home['add']>[0] = {}): Promise<string> {
  const id = await home.add(sample);
  await changePhotos(home.library, local, [id], { audience: 'public', ...change });
  return id;
}

/** The contents of all such elements, in order. */
const all = (xml: string, tag: string): string[] =>
  [...xml.matchAll(new RegExp(`<${tag}(?: [^>]*)?>([^<]*)</${tag}>`, 'g'))].map((match) => match[1]!);

test('public photos, newest first, with pages and pictures under the requested host name', async () => {
  const { home, get, feed } = await openFace({ title: 'Ada & the sea' });
  expect(all(await feed(), 'title')).toEqual(['Ada &amp; the sea']);
  const old = await put(home, { title: 'Old', description: '# The *pier*' }, { taken: '1999-05-04T08:00:00.000' });
  const young = await put(home, { tags: { add: ['sea', 'featured'] } }, { taken: '2024-07-02T12:00:00.000' });
  const xml = await feed();
  expect(all(xml, 'title')).toEqual(['Ada &amp; the sea', '2 July 2024', 'Old']);
  expect(all(xml, 'id')).toEqual(
    ['', `photo/${young}`, `photo/${old}`].map((path) => `http://photos.localhost:4780/${path}`),
  );
  expect(all(xml, 'updated').at(-1)).toMatch(/^1999-05-04T08:00:00\.000(?:Z|[+-]\d\d:\d\d)$/);
  expect(xml).toContain('<category term="sea"/>');
  expect(xml).not.toContain('featured');
  expect(xml).toContain('&lt;p&gt;The pier&lt;/p&gt;');
  const picture = `http://photos.localhost:4780/media/${old}/thumb`;
  expect(xml).toContain(`<link rel="enclosure" type="image/webp" length="`);
  expect(xml).toContain(`href="${picture}"`);
  expect((await get(new URL(picture).pathname)).statusCode).toBe(200);
  expect((await get('/')).body).toContain(
    '<link rel="alternate" type="application/atom+xml" title="Ada &amp; the sea" href="/api/feed.xml" />',
  );
});

test('only public photos, for any viewer; withdrawn and trashed ones are removed', async () => {
  const { home, get, feed } = await openFace();
  const mark = 'SECRETMARK';
  await put(home, { title: mark, audience: 'private' });
  await put(home, { title: mark, audience: 'family' });
  const place = {
    gps: { lat: 12.5, lon: 34.5 },
    tags: { add: [`_${mark}`, `private/${mark}`] },
    albums: { add: [mark] },
  };
  const open = await put(home, { ...place, title: 'Open' }, { name: `${mark}.jpg`, model: mark });
  const asOwner = async (): Promise<string> =>
    (await get('/api/feed.xml', { authorization: `Bearer ${commandSecret}` })).body;
  for (const xml of [await feed(), await asOwner()]) {
    expect(all(xml, 'title')).toEqual(['Photospool', 'Open']);
    expect(xml).not.toMatch(/SECRETMARK|12\.5|34\.5/);
  }
  for (const change of [
    { audience: 'family' },
    { audience: 'private' },
    { audience: 'public', trashed: true },
  ] as const) {
    await changePhotos(home.library, local, [open], { audience: 'public', trashed: false });
    expect(await feed()).toContain(open);
    await changePhotos(home.library, local, [open], change);
    for (const xml of [await feed(), await asOwner()]) expect(xml).not.toMatch(/<entry>|Open/);
  }
  home.access.settings.change({ visitors: false });
  expect((await get('/api/feed.xml')).statusCode).toBe(401);
});

test('text from files is escaped', async () => {
  const { home, feed } = await openFace();
  const hostile = '</title><script>alert(1)</script> "\'&amp; ]]> \u202e \u0000\uffff';
  await put(home, { title: hostile, description: hostile, tags: { add: ['"/><entry>'] } });
  const xml = await feed();
  expect(xml).not.toMatch(/<script|\u202e|\uffff|&amp;amp; \]\]&gt; \u0000/);
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  expect(all(xml, 'title')[1]).toMatch(/^&lt;\/title&gt;&lt;script&gt;/);
  expect(xml).toContain('<category term="&quot;/&gt;&lt;entry&gt;"/>');
  // Markup in a description is escaped twice, after the picture, which is ours.
  expect(xml).toContain('&amp;lt;script&amp;gt;');
  expect(xml.match(/<entry>/g)).toHaveLength(1);
});

test('it has the newest 50, and excludes robots unless the owner admits them', async () => {
  const { home, get, feed } = await openFace();
  for (let n = 0; n < 51; n++)
    await put(home, { title: `No ${n}` }, { taken: `2024-07-01T12:00:${String(n).padStart(2, '0')}.000` });
  const titles = all(await feed(), 'title');
  expect([titles.length, titles[1], titles.at(-1)]).toEqual([51, 'No 50', 'No 1']);
  expect((await get('/api/feed.xml')).headers['x-robots-tag']).toBe('noindex, nofollow');
});

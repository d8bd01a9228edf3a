import { Compile } from 'typebox/compile';
import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { expected } from './expected.js';
import { openHome } from './fixture.js';

interface Operation {
  summary?: string;
  requestBody?: { content: Record<string, { schema: TSchema }> };
  responses: Record<string, { content?: Record<string, { schema: TSchema }> }>;
}
interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

/** Routes without a useful response in a home without accounts: signing.test.ts compares those. */
const needsAccount = (method: string, path: string): boolean =>
  // Peers send a token: test/sync.
  path.startsWith('/blobs/') ||
  // guests.test.ts sends by a link.
  /^\/api\/(?:contributions|guest-photos)/.test(path) ||
  // locked.test.ts opens them.
  /^(?:\/api)?\/locked/.test(path) ||
  // member-albums.test.ts and offers.test.ts open the gate of the libraries of people.
  /^\/api\/(?:albums\/(?:shared$|\{holder\})|partners|offers)/.test(path) ||
  // own-library.test.ts, too.
  /^\/api\/(?:me\/(?:storage|upload-to|upload-audience|export)|ends)/.test(path) ||
  /^\/api\/(?:setup|share\b|shares\/|invitation|me\/pass|me\/name|me\/second|me\/arrivals|people\/|sessions|tokens\/|folders\/)/.test(
    path,
  ) ||
  /^(?:post \/api\/session(?:\/passkey|\/confirm)?|delete \/api\/(?:me\/sessions|session\/passkeys-added)|post \/api\/(?:people|folders|photos\/(?:save|lock)))$/.test(
    `${method} ${path}`,
  );

/** Routes without a JSON response, or compared by other files (uploads.test.ts). */
const withoutJson = new Set([
  'delete /api/peers/{url}',
  'post /api/peers/{url}/remove-document',
  'post /api/peers/{url}/retry',
  'delete /api/photos/{id}/comments/{comment}',
  'delete /api/session',
  'delete /api/uploads/{upload}',
  'get /api/downloads/{ticket}',
  'get /api/map/basemap',
  'get /api/events',
  'get /media/{id}/{rendition}',
  'get /metrics',
  'get /originals/{id}',
  'get /originals/{id}/jpeg',
  'get /api/spool/stuck/{claim}',
  'post /api/spool/restore',
  'post /api/spool/seen',
  'get /api/feed.xml',
  'get /robots.txt',
  'head /api/uploads/{upload}',
  'head /media/{id}/{rendition}',
  'head /originals/{id}',
  'options /api/uploads',
  'patch /api/uploads/{upload}',
  'post /api/upload',
  'post /api/uploads',
]);

describe('the description', () => {
  it('contains every route of docs/interface.md', async () => {
    const { app } = await openHome();
    const { openapi, paths } = (await app.inject('/api/openapi.json')).json<Description>();
    expect(openapi).toBe('3.1.0');
    expect(paths['/api/upload']?.post?.requestBody?.content).toHaveProperty(['multipart/form-data']);
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).toEqual(
      [
        'post /api/photos/lock',
        'get /api/locked',
        'post /api/locked/open',
        'post /api/locked/close',
        'put /api/locked/pin',
        'post /api/locked/pin/remove',
        'post /api/locked/photos/unlock',
        'get /api/locked/photos',
        'get /api/locked/tiles',
        'get /api/locked/photos/{id}',
        'get /api/locked/photos/{id}/exif',
        'get /api/locked/photos/{id}/history',
        'patch /api/locked/photos/{id}',
        'patch /api/locked/photos',
        'patch /api/locked/photos/each',
        'post /api/locked/trash/empty',
        'post /api/locked/photos/{id}/original',
        'get /locked/media/{id}/{rendition}',
        'head /locked/media/{id}/{rendition}',
        'get /locked/originals/{id}',
        'head /locked/originals/{id}',
        'get /locked/originals/{id}/jpeg',
        'delete /api/folders/{folder}',
        'options /api/contributions',
        'post /api/contributions',
        'get /api/contributions/{upload}',
        'head /api/contributions/{upload}',
        'patch /api/contributions/{upload}',
        'delete /api/contributions/{upload}',
        'get /api/guest-photos',
        'post /api/guest-photos/approve',
        'post /api/guest-photos/decline',
        'get /api/albums/shared',
        'post /api/albums/shared',
        'get /api/albums/{holder}/{album}',
        'patch /api/albums/{holder}/{album}',
        'put /api/albums/{holder}/{album}/members/{person}',
        'delete /api/albums/{holder}/{album}/members/{person}',
        'post /api/albums/{holder}/{album}/entries',
        'post /api/albums/{holder}/{album}/entries/remove',
        'post /api/albums/{holder}/{album}/order',
        'post /api/albums/{holder}/{album}/unshare',
        'get /api/offers',
        'post /api/offers',
        'get /api/offers/{giver}/{offer}',
        'delete /api/offers/{giver}/{offer}',
        'post /api/offers/{giver}/{offer}/accept',
        'post /api/offers/{giver}/{offer}/trash',
        'get /api/partners',
        'put /api/partners/{person}',
        'delete /api/partners/{person}',
        'delete /api/partners/{person}/received',
        'delete /api/me/passkeys/{id}',
        'delete /api/me/second-factor',
        'delete /api/me/sessions',
        'delete /api/peers/{url}',
        'delete /api/people/{id}',
        'delete /api/people/{id}/publishing',
        'put /api/people/{id}/publishing',
        'delete /api/people/{id}/sign-in',
        'delete /api/people/{id}/second-factor',
        'delete /api/photos/{id}/comments/{comment}',
        'delete /api/session',
        'delete /api/session/passkeys-added',
        'delete /api/sessions/{id}',
        'post /api/shares/draft',
        'post /api/shares/preview',
        'patch /api/shares/{id}',
        'post /api/shares/{id}/address',
        'delete /api/shares/{id}',
        'post /api/shares/{id}/restore',
        'delete /api/tokens/{name}',
        'delete /api/uploads/{upload}',
        'get /api/access',
        'get /api/albums',
        'get /api/albums/covers',
        'get /api/albums/named',
        'get /api/albums/saved',
        'get /api/albums/suggested',
        'get /api/albums/suggested/photos',
        'get /api/audit',
        'get /api/cameras',
        'get /api/doctor',
        'get /api/downloads/{ticket}',
        'get /api/duplicates',
        'get /api/events',
        'get /api/feed.xml',
        'get /api/folders',
        'get /api/front',
        'get /api/home',
        'get /api/lenses',
        'get /api/map',
        'get /api/map/basemap',
        'get /api/me/arrivals',
        'post /api/me/arrivals/retry',
        'post /api/me/arrivals/trash',
        'get /api/me/export',
        'get /api/people/{id}/export',
        'post /api/people/{id}/hand-over',
        'post /api/people/{id}/purge',
        'get /api/me/storage',
        'get /api/me/upload-to',
        'put /api/me/name',
        'put /api/me/upload-to',
        'get /api/me/upload-audience',
        'put /api/me/upload-audience',
        'get /api/storage',
        'get /api/storage/largest',
        'get /api/trash/delete-after',
        'patch /api/trash/delete-after',
        'post /api/trash/left',
        'get /api/storage/use',
        'get /api/ends/lost',
        'post /api/ends/confirm',
        'get /api/me/passkeys',
        'get /api/me/second-factor',
        'get /api/me/sessions',
        'get /api/openapi.json',
        'get /api/peers',
        'get /api/people',
        'get /api/photos',
        'get /api/photos/{id}',
        'get /api/photos/{id}/comments',
        'get /api/photos/{id}/exif',
        'get /api/photos/{id}/history',
        'get /api/explore',
        'get /api/gazetteer',
        'get /api/places',
        'get /api/session',
        'get /api/share',
        'get /api/shares',
        'get /api/spool',
        'get /api/spool/stuck/{claim}',
        'get /api/tags',
        'get /api/tiles',
        'get /api/timeline',
        'get /api/timeline/covers',
        'get /api/timeline/places',
        'get /api/timeline/segments',
        'get /api/tokens',
        'get /api/uploads/{upload}',
        'get /blobs/',
        'get /blobs/{sha256}',
        'get /healthz',
        'get /media/{id}/{rendition}',
        'get /metrics',
        'get /originals/{id}',
        'get /originals/{id}/jpeg',
        'get /robots.txt',
        'head /api/uploads/{upload}',
        'head /blobs/{sha256}',
        'head /media/{id}/{rendition}',
        'head /originals/{id}',
        'options /api/uploads',
        'patch /api/access',
        'patch /api/albums/saved/{album}',
        'patch /api/people/{id}',
        'patch /api/photos',
        'patch /api/photos/each',
        'patch /api/photos/{id}',
        'patch /api/photos/{id}/comments/{comment}',
        'patch /api/uploads/{upload}',
        'post /api/albums/covers',
        'post /api/albums/named',
        'post /api/albums/saved',
        'post /api/albums/suggested',
        'post /api/downloads',
        'post /api/facets',
        'post /api/folders',
        'post /api/invitation',
        'post /api/invitation/look',
        'post /api/me/passkeys',
        'post /api/me/passkeys/options',
        'post /api/me/password',
        'post /api/me/second-factor',
        'post /api/me/second-factor/confirm',
        'post /api/me/second-factor/recovery',
        'post /api/peers',
        'post /api/peers/{url}/remove-document',
        'post /api/peers/{url}/retry',
        'post /api/people',
        'post /api/people/{id}/approve',
        'post /api/people/{id}/invitation',
        'post /api/people/{id}/reject',
        'post /api/photos/save',
        'post /api/photos/{id}/comments',
        'post /api/photos/{id}/original',
        'post /api/samples',
        'post /api/session',
        'post /api/session/confirm',
        'post /api/session/passkey',
        'post /api/session/passkey/options',
        'post /api/setup',
        'post /api/setup/look',
        'post /api/share',
        'post /api/shares',
        'post /api/spool/ignore',
        'post /api/spool/process',
        'post /api/spool/restore',
        'post /api/spool/retry',
        'post /api/spool/seen',
        'post /api/spool/trash',
        'post /api/tokens',
        'post /api/trash/empty',
        'post /api/upload',
        'post /api/uploads',
        'post /api/uploads/check',
        'post /api/uploads/safe',
        'post /blobs/bulk-get',
        'post /blobs/bulk-put',
        'post /blobs/here',
        'put /blobs/{sha256}',
      ].sort(),
    );
    for (const methods of Object.values(paths)) {
      for (const operation of Object.values(methods)) {
        expect(operation.summary).toBeTruthy();
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['4XX', '5XX']));
      }
    }
  });

  it('is true: each response matches it', async () => {
    const home = await openHome();
    const id = await home.add({ tags: ['a'] });
    const at = '2026-11-24T10:00:00.000Z';
    home.spool.state.work = [{ name: 'a.jpg', step: 'render', since: at, claimed: at }];
    home.spool.state.waiting = [{ name: 'c.jpg', since: at, bytes: 1 }];
    home.spool.state.recent = [{ name: 'd.jpg', outcome: 'stored', sha256: id, at, seconds: 1 }];
    home.spool.state.held = { until: at, reason: 'full' };
    home.spool.state.stuck = [{ name: 'b.jpg', claim: '1', reason: 'broken', code: 'undecodable', attempts: 1 }];
    const bodies: Record<string, object> = {
      'patch /api/photos': { ids: [id], rating: 1 },
      'patch /api/photos/each': { each: [{ ids: [id], rating: 2 }], undo: true },
      'post /api/albums/covers': { album: 'x', photo: id },
      'post /api/albums/named': { album: 'x', sort: 'oldest' },
      'post /api/albums/saved': { name: 'x', q: 'tag:x' },
      'patch /api/albums/saved/{album}': { name: 'y' },
      'post /api/albums/suggested': { name: 'x', declined: true },
      'post /api/facets': { ids: [id] },
      'post /api/trash/empty': { ids: [id] },
      'post /api/trash/left': { ids: [id] },
      'patch /api/trash/delete-after': { house: 60 },
      'post /api/downloads': { ids: [id] },
      'patch /api/photos/{id}': { title: 'x' },
      'post /api/photos/{id}/comments': { text: 'words' },
      'patch /api/photos/{id}/comments/{comment}': { text: 'other words' },
      'post /api/spool/retry': { names: 'all' },
      'post /api/uploads/check': { files: [{ name: 'a.jpg', head: '' }] },
      'post /api/uploads/safe': { sha256: [id] },
      'post /api/spool/ignore': { names: 'all' },
      'post /api/spool/trash': { names: 'all' },
      'post /api/peers': { url: 'http://127.0.0.1:1' },
      'post /api/shares': { search: 'tag:x' },
      'post /api/shares/preview': { search: 'tag:x' },
      'post /api/tokens': { name: 'x', may: ['read'] },
      'patch /api/access': { visitors: false },
    };
    const commentUrl = `/api/photos/${id}/comments`;
    const made = await home.app.inject({ method: 'POST', url: commentUrl, payload: { text: 'first words' } });
    const comment = made.json<{ id: string }>().id;
    const saving = { method: 'POST', url: '/api/albums/saved', payload: { name: 'x', q: 'tag:x' } } as const;
    const album = (await home.app.inject(saving)).json<{ id: string }>().id;
    await home.app.inject({ method: 'PATCH', url: '/api/photos', payload: { ids: [id], albums: { add: ['x'] } } });
    const upload = 'a'.repeat(32);
    await home.spool.uploads.begin(upload, { by: 'owner', length: 3, metadata: {} });
    const { paths } = (await home.app.inject('/api/openapi.json')).json<Description>();
    const checked: string[] = [];
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        const good = Object.entries(responses).find(([status]) => status.startsWith('2'));
        const schema = good?.[1].content?.['application/json']?.schema;
        if (!schema || withoutJson.has(`${method} ${path}`) || needsAccount(method, path)) continue;
        const payload = bodies[`${method} ${path}`];
        const url = path
          .replace('{id}', id)
          .replace('{comment}', comment)
          .replace('{album}', album)
          .replace(/suggested\/photos$/, '$&?name=x')
          .replace(method === 'get' ? /albums\/named$/ : /^$/, '$&?album=x')
          .replace(/places\/days$/, '$&?from=2024-01&to=2024-12')
          .replace('{upload}', upload)
          .replace('{url}', encodeURIComponent('http://127.0.0.1:1'));
        const response = await home.app.inject({ method: method as 'get', url, ...(payload && { payload }) });
        expect(response.statusCode, `${method} ${url}: ${response.body}`).toBe(Number(good[0]));
        expect(Compile(schema).Errors(response.json()), `${method} ${url}`).toEqual([]);
        checked.push(`${method} ${path}`);
      }
    }
    const answering = Object.keys(expected).filter((route) => {
      const [method, path] = route.split(' ') as [string, string];
      return !withoutJson.has(route) && !needsAccount(method, path);
    });
    expect(checked.sort()).toEqual(answering.sort());
  });

  it('omits nothing of a response', async () => {
    const home = await openHome();
    await home.add();
    const sent = (await home.app.inject('/api/spool')).json<object>();
    expect(sent).toEqual({
      ...home.spool.state,
      done: 1,
      processed: { stored: 0, duplicates: 0 },
      news: { stuck: 0, ignored: 0 },
    });
    expect((await home.app.inject('/api/home')).json()).toEqual({
      incoming: '/home/ada/incoming',
      version: '1.2.3',
      empty: false,
      photos: 1,
    });
    expect((await home.app.inject({ method: 'POST', url: '/api/spool/process' })).json()).toEqual(
      await home.spool.pass(),
    );
    expect((await home.app.inject({ method: 'POST', url: '/api/samples' })).json()).toEqual({ placed: 6 });
    const retry = await home.app.inject({ method: 'POST', url: '/api/spool/retry', payload: { names: ['b.jpg'] } });
    expect(retry.json()).toEqual({ retried: [], unknown: ['b.jpg'] });
    expect(home.spool.retries).toEqual([['b.jpg']]);
  });

  it('has metrics that Prometheus can parse', async () => {
    const home = await openHome();
    await home.add();
    const counts = [0, 1, 1, 2, 2, 2, 2, 2, 2];
    home.spool.steps = () => [{ step: 'hash', counts, count: 2, sum: 0.22 }];
    home.spool.state.waiting = [{ name: 'a.jpg', since: '2026-11-24T09:59:00.000Z', bytes: 1 }];
    const response = await home.app.inject('/metrics');
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.body).toMatch(/^photospool_photos 1$/m);
    expect(response.body).toMatch(/^photospool_spool_oldest_seconds 60$/m);
    expect(response.body).toMatch(/^photospool_step_seconds_bucket\{step="hash",le="0.1"\} 1$/m);
    expect(response.body).toMatch(/^photospool_step_seconds_bucket\{step="hash",le="\+Inf"\} 2$/m);
    for (const line of response.body.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? [0-9.e+-]+)$/,
      );
    }
  });
});

/** The read-only folders of WebDAV: who sees what, names, and what hostile requests get. */
import { request as httpRequest } from 'node:http';
import { expect, describe, it } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { local } from '../../src/access/viewer.js';
import { house, itemId } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { photo } from '../document/documents.js';
import { listenOn, openHome, sha256, shareHome, type Home } from './fixture.js';
import { openPeople } from './people-home.js';
import { kinds, linkHeader, openDoors, roles, exists, type Guests, type RoleName } from './roles.js';

let guests: Guests;
let ofBen: string;
const shared = shareHome(async (home) => {
  guests = await openDoors(home, kinds);
  const same = { name: 'IMG_1.jpg', taken: '2024-07-03T10:00:00.000' };
  for (const name of ['IMG_1.jpg', 'img_1.JPG', '../a\\b\u0007.jpg', 'cafe\u0301.jpg'])
    await home.add({ ...same, name, original: Buffer.from(`bytes of ${name}`) });
  await home.add({ ...same, name: 'elsewhere.jpg', away: true });
  ofBen = home.access.tokens.make('Ben', ['read'], commandLine, guests.people.family).secret;
});

type Reply = Awaited<ReturnType<typeof ask>>;

const basic = (token: string): string => `Basic ${Buffer.from(`anybody:${token}`).toString('base64')}`;

function ask(
  { app }: Home,
  method: string,
  url: string,
  headers: Record<string, string> = {},
  payload?: string,
): Promise<{ statusCode: number; body: string; headers: Record<string, unknown> }> {
  return app.inject({ method: method as 'GET', url, headers, ...(payload !== undefined && { payload }) });
}

/** A request of the token that may read. */
const read = (method: string, url: string, more: Record<string, string> = {}, payload?: string): Promise<Reply> =>
  ask(shared(), method, url, { ...guests.headersOf('token read'), ...more }, payload);

const hrefs = ({ body }: Reply): string[] => [...body.matchAll(/<D:href>([^<]*)<\/D:href>/g)].map(([, href]) => href!);

/** Everything that a walk through all folders finds, as text. */
async function walk(headers: Record<string, string>, link = ''): Promise<string> {
  const said: string[] = [];
  const left = ['/dav/'];
  for (let url = left.pop(); url !== undefined; url = left.pop()) {
    const listed = await ask(shared(), 'PROPFIND', `${link}${url}`, { ...headers, depth: '1' });
    said.push(listed.body);
    for (const href of hrefs(listed).slice(1)) {
      if (href.endsWith('/')) left.push(href);
      else said.push((await ask(shared(), 'GET', `${link}${href}`, headers)).body);
    }
  }
  return said.join('\n');
}

describe('the photos', () => {
  it.each(roles)('shown to %s are those that a token may have, and nothing else', async (role) => {
    const { [linkHeader]: link, ...headers } = guests.headersOf(role);
    const text = await walk(headers, link === undefined ? '' : `/s/${link}`);
    const isReader = role === 'token read' || role === 'token edit';
    for (const kind of kinds) {
      const isThere = isReader && exists(role, kind) && !kind.trashed;
      const { mark, original, month } = kind;
      expect([text.includes(mark), text.includes(original.toString())], mark).toEqual([isThere, isThere]);
      if (!isThere) expect(text).not.toContain(month.replace('-', '/'));
    }
    if (isReader) expect(text).not.toContain('elsewhere');
    for (const secret of guests.secrets) expect(text).not.toContain(secret);
  });

  it('of the house are hidden from the token of a person who may not see them', async () => {
    const text = await walk({ authorization: basic(ofBen) });
    expect(kinds.filter(({ mark }) => text.includes(mark)).map(({ mark }) => mark)).toEqual([
      'zqfamilykept',
      'zqpublickept',
    ]);
  });

  it('have names that clients can use, and a suffix where a name is taken', async () => {
    const listed = hrefs(await read('PROPFIND', '/dav/photos/2024/07', { depth: '1' }));
    const second = sha256('bytes of img_1.JPG');
    const first = sha256('bytes of IMG_1.jpg');
    const [plain, later] = [first, second].sort();
    const names = [plain === first ? 'IMG_1.jpg' : 'img_1.JPG', later === first ? 'IMG_1' : 'img_1'];
    expect(listed).toEqual([
      '/dav/photos/2024/07/',
      ...[
        '.._a_b_.jpg',
        'caf%C3%A9.jpg',
        names[0]!,
        `${names[1]!}-${later!.slice(0, 8)}.${later === first ? 'jpg' : 'JPG'}`,
      ]
        .sort()
        .map((name) => `/dav/photos/2024/07/${name}`),
    ]);
    for (const name of ['caf%C3%A9.jpg', 'cafe%CC%81.jpg'])
      expect((await read('GET', `/dav/photos/2024/07/${name}`)).body).toBe('bytes of cafe\u0301.jpg');
    const long = `/dav/photos/2024/07/IMG_1-${first.slice(0, 8)}.jpg`;
    expect((await read('GET', long)).body).toBe('bytes of IMG_1.jpg');
  });

  it('are read whole and in part, with their hash as ETag', async () => {
    const url = '/dav/photos/2024/07/caf%C3%A9.jpg';
    const etag = `"${sha256('bytes of cafe\u0301.jpg')}"`;
    const part = await read('GET', url, { range: 'bytes=0-4' });
    expect([part.statusCode, part.body, part.headers['etag']]).toEqual([206, 'bytes', etag]);
    expect((await read('GET', url, { 'if-none-match': etag })).statusCode).toBe(304);
    const head = await read('HEAD', url);
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', '19']);
    const listed = await read('PROPFIND', url, { depth: '0' });
    expect(listed.body).toContain(`<D:getetag>${etag.replaceAll('"', '"')}</D:getetag>`);
    expect(listed.body).toContain('<D:getcontentlength>19</D:getcontentlength>');
  });

  it('are gone as soon as the photo is, also under a name that was listed before', async () => {
    const home = shared();
    const id = await home.add({ name: 'soon.jpg', taken: '2023-01-03T10:00:00.000' });
    const url = '/dav/photos/2023/01/soon.jpg';
    expect((await read('GET', url)).statusCode).toBe(200);
    await changePhotos(home.library, local, [id], { trashed: true });
    expect((await read('GET', url)).statusCode).toBe(404);
  });

  it.each(['PUT', 'DELETE', 'MKCOL', 'MOVE', 'COPY', 'PROPPATCH', 'LOCK', 'UNLOCK', 'POST', 'PATCH'])(
    'refuse %s',
    async (method) => {
      const at = '/dav/photos/2024/07/caf%C3%A9.jpg';
      expect((await read(method, at, { destination: '/dav/photos/x' })).statusCode).toBe(403);
      expect((await read('GET', at)).statusCode).toBe(200);
    },
  );
});

describe('credentials', () => {
  it('are a token as password of any user, asked for by Basic; a session or a link is none', async () => {
    const home = shared();
    const asked = await ask(home, 'OPTIONS', '/dav/photos/');
    expect([asked.statusCode, asked.headers['www-authenticate']]).toEqual([
      401,
      'Basic realm="Photospool", charset="UTF-8"',
    ]);
    const answers = async (role: RoleName): Promise<number> =>
      (await ask(home, 'PROPFIND', '/dav/', { ...guests.headersOf(role), depth: '0' })).statusCode;
    expect(await Promise.all((['owner', 'family', 'visitor', 'command', 'stranger'] as const).map(answers))).toEqual([
      ...[401, 401, 401, 401, 401],
    ]);
    for (const role of ['token upload', 'token replicate', 'token publish'] as const)
      expect((await ask(home, 'PROPFIND', '/dav/photos', guests.headersOf(role))).statusCode, role).toBe(403);
    expect((await read('OPTIONS', '/dav/photos/')).headers).toMatchObject({ dav: '1' });
  });

  it('are not accepted from pages of other sites, whatever a browser remembers', async () => {
    for (const more of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      for (const method of ['PROPFIND', 'OPTIONS', 'DELETE'])
        expect((await read(method, '/dav/photos/', more as Record<string, string>)).statusCode).toBe(403);
    expect((await read('PROPFIND', '/dav/', { host: 'evil.example' })).statusCode).toBe(403);
  });
});

describe('a hostile request', () => {
  it.each([
    ['/dav/photos/2024/07/..%2f..%2flibrary.sqlite', 400],
    ['/dav/photos/2024/07/..%5c', 400],
    ['/dav/photos/%00', 400],
    ['/dav/photos/%c0%af', 400],
    ['/dav/photos/%', 400],
    ['/dav/photos/a%0d%0aX: y', 400],
    [`/dav/photos/${'a'.repeat(256)}`, 400],
    [`/dav/photos${'/a'.repeat(20)}`, 400],
    ['/dav/photos/9999', 404],
    ['/dav/photos/2024/13', 404],
    ['/dav/photos/2024/07/none.jpg', 404],
    ['/dav/photos/2024/07/caf%C3%A9.jpg/below', 404],
    ['/dav/constructor', 404],
  ])('for %s is answered %i', async (url, status) => {
    for (const method of ['PROPFIND', 'GET'])
      expect((await read(method, url, { depth: '1' })).statusCode, method).toBe(status);
  });

  it('with a path that leaves the folders leads nowhere, however it is written', async () => {
    const port = await listenOn(shared().app);
    const headers = guests.headersOf('token read');
    // As it is on the wire: inject would resolve the dots.
    const statusOf = (path: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const sent = httpRequest({ port, method: 'PROPFIND', path, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        sent.on('error', reject).end();
      });
    const below = ['..', '%2e%2e/%2e%2e/api/photos', '.%2E', '../../healthz', '2024/../2024', '.'];
    for (const path of ['/dav/..', ...below.map((one) => `/dav/photos/${one}`)])
      expect(await statusOf(path), path).toBe(400);
  });

  const find = (inner: string): string => `<?xml version="1.0"?><D:propfind xmlns:D="DAV:">${inner}</D:propfind>`;
  it.each([
    ['entities', `<!DOCTYPE a [<!ENTITY b "c">]>${find('<D:prop><D:getetag/></D:prop>').slice(21)}`, 400],
    ['an entity from elsewhere', `<!DOCTYPE a SYSTEM "file:///etc/passwd"><D:propfind xmlns:D="DAV:"/>`, 400],
    ['an unknown entity', find('<D:prop>&lol;</D:prop>'), 400],
    ['no end', '<D:propfind xmlns:D="DAV:"><D:prop>', 400],
    ['no XML', 'hello', 400],
    ['bytes that are not UTF-8', find('<D:prop/>').replace('prop/', 'prop\udc00/'), 400],
    ['an unbound prefix', find('<E:prop/>'), 400],
    ['an unbound prefix by an empty name', find('<D:prop><b:c xmlns:b=""/></D:prop>'), 400],
    ['another element', '<D:lockinfo xmlns:D="DAV:"/>', 400],
    ['nothing wanted', find(''), 400],
    ['too much', find(`<D:prop>${' '.repeat(70_000)}</D:prop>`), 413],
    ['too many elements', find(`<D:prop>${'<D:a/>'.repeat(5_000)}</D:prop>`), 413],
    ['too many wanted properties', find(`<D:prop>${'<D:a/>'.repeat(101)}</D:prop>`), 413],
    ['a long namespace', find(`<D:prop xmlns="${'&quot;'.repeat(300)}"><a/></D:prop>`), 413],
    ['a long namespace of an attribute', find(`<D:prop xmlns:a="${'b'.repeat(300)}" a:c=""/>`), 413],
    ['too many attributes', find(`<D:prop ${Array.from({ length: 4_000 }, (_, n) => `a${n}=""`).join(' ')}/>`), 413],
    ['too deep elements', find('<D:a>'.repeat(100) + '</D:a>'.repeat(100)), 413],
  ])('with %s in its XML is refused', async (_, xml, status) => {
    expect((await read('PROPFIND', '/dav/', { depth: '0' }, xml)).statusCode).toBe(status);
  });

  it('for everything below a folder at once is refused, with the condition of RFC 4918', async () => {
    const withDepth: Record<string, string>[] = [{ depth: 'infinity' }, { depth: '2' }, {}];
    for (const more of withDepth) {
      const { statusCode, body } = await read('PROPFIND', '/dav/photos/', more);
      expect([statusCode, body]).toEqual([403, expect.stringContaining('<D:propfind-finite-depth/>') as string]);
    }
  });

  it('gets the properties that it names, and 404 for those that are not there', async () => {
    const wants = find('<D:prop><D:resourcetype/><e:x xmlns:e="urn:a&quot;&lt;"/></D:prop>');
    const { body } = await read('PROPFIND', '/dav/photos/', { depth: '0' }, wants);
    expect(body).toContain('<D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop>');
    expect(body).toContain('<x:x xmlns:x="urn:a&quot;&lt;"></x:x></D:prop><D:status>HTTP/1.1 404 Not Found');
    const names = await read('PROPFIND', '/dav/photos/', { depth: '0' }, find('<D:propname/>'));
    expect(names.body).toContain('<D:resourcetype/><D:displayname/>');
  });
});

describe('before there is an account', () => {
  it('this machine itself sees the photos, and nobody else that there is anything', async () => {
    const home = await openHome();
    await home.add({ name: 'first.jpg' });
    const direct = await ask(home, 'PROPFIND', '/dav/photos/2024/07', { depth: '1' });
    expect([direct.statusCode, direct.body]).toEqual([207, expect.stringContaining('first.jpg') as string]);
    const { secret } = home.access.tokens.make('Phone', ['read'], commandLine);
    const others: Record<string, string>[] = [{ 'x-forwarded-for': '10.0.0.1' }, { via: '1.1 proxy' }];
    for (const headers of others)
      for (const method of ['OPTIONS', 'PROPFIND', 'GET'])
        expect((await ask(home, method, '/dav/photos', { ...headers, authorization: basic(secret) })).statusCode).toBe(
          404,
        );
  });
});

describe('with libraries of people', () => {
  it('a month has what the timeline has: neither what waits for approval nor what an archived copy stands for', async () => {
    const { home, people } = await openPeople();
    const { library, access } = home;
    const { secret } = access.tokens.make('Ben', ['read'], commandLine, people.ben.id);
    const put = (holder: string, n: number, by: string, edits: object = {}): void => {
      const hash = String(n).repeat(64);
      const item = { holder, sha256: hash };
      const body = photo({ facts: { taken: '2024-07-03T10:00:00.000' }, sighting: { by, name: `zq${n}.jpg` } });
      library.update<PhotoDocument>(itemId(item), () => ({ ...body, edits: { ...body.edits, ...edits } }));
      const row = { sha256: hash, path: `2024/07/${n}.jpg`, claim: 'c', bytes: 1, modified: 0 };
      library.local.originals.put({ ...row, state: 'here' });
    };
    const said = (value: unknown): object[] => [{ value, at: '001600000000000-0000-a', by: 'owner' }];
    const ben = `person:${people.ben.id}`;
    put(people.ben.id, 1, ben);
    put(people.ben.id, 2, ben, { archived: said(true) });
    put(house, 2, 'owner', { audience: said('family') });
    put(people.ben.id, 3, 'link:abc');
    const headers = { authorization: basic(secret), depth: '1' };
    const listed = await ask(home, 'PROPFIND', '/dav/photos/2024/07', headers);
    expect(hrefs(listed).slice(1)).toEqual(['/dav/photos/2024/07/zq1.jpg', '/dav/photos/2024/07/zq2.jpg']);
    expect((await ask(home, 'GET', '/dav/photos/2024/07/zq3.jpg', headers)).statusCode).toBe(404);
  });
});

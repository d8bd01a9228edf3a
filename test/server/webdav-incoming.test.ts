/** The WebDAV folder that takes files: what clients of phones and desktops do, rights, and hostile requests. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import type { Viewer } from '../../src/access/permissions.js';
import { local } from '../../src/access/viewer.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { lockPhotos } from '../../src/album/lock-photos.js';
import { itemId, publicIdOf } from '../../src/document/item-id.js';
import { photoId } from '../../src/document/photo-document.js';
import { hrefOf, namesOf } from '../../src/server/dav/dav-path.js';
import { openLocks } from '../../src/server/dav/dav-locks.js';
import { holdsIf, parseIf } from '../../src/server/dav/if-header.js';
import { listenOn, sha256, shareHome } from './fixture.js';
import { openPeople } from './people-home.js';

const shared = shareHome();
const tokens: Record<string, string> = {};
let port: number;
beforeAll(async () => {
  const { access, app } = shared();
  port = await listenOn(app);
  access.accounts.setPassword(
    access.accounts.add({ name: 'ada', role: 'owner' }, commandLine).id,
    'no hash',
    commandLine,
  );
  for (const may of ['upload', 'edit', 'read', 'replicate'] as const)
    tokens[may] = access.tokens.make(may, [may], commandLine).secret;
  tokens['other'] = access.tokens.make('other', ['upload'], commandLine).secret;
});

async function ask(
  method: string,
  path: string,
  { body, headers = {}, as = 'upload' }: { body?: string | Buffer; headers?: Record<string, string>; as?: string } = {},
): Promise<{ statusCode: number; body: string; headers: Record<string, unknown> }> {
  return shared().app.inject({
    method: method as 'GET',
    url: `/dav/incoming/${path}`,
    headers: { authorization: `Basic ${Buffer.from(`x:${tokens[as]}`).toString('base64')}`, ...headers },
    ...(body !== undefined && { payload: body }),
  });
}
const status = async (...asked: Parameters<typeof ask>): Promise<number> => (await ask(...asked)).statusCode;
const listed = async (folder = '', as = 'upload'): Promise<string[]> => {
  const { body } = await ask('PROPFIND', folder, { headers: { depth: '1' }, as });
  return [...body.matchAll(/<D:href>([^<]*)<\/D:href>/g)].slice(1).map(([, href]) => basename(href!));
};
/** The files in incoming, by their last two names. */
const placed = (): string[] => {
  const incoming = join(shared().folder, 'incoming');
  return readdirSync(incoming, { recursive: true })
    .map(String)
    .filter((path) => statSync(join(incoming, path)).isFile() && !path.endsWith('.from.json'))
    .map((path) => path.replace(/^\.photospool-(?:from|for)\/[^/]+\//, ''))
    .sort();
};
const photo = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(text)]);

describe('a file that is put', () => {
  it('goes to the spool with its folder, stays listed, and is read back', async () => {
    expect(await status('MKCOL', 'Trip')).toBe(201);
    const made = await ask('PUT', 'Trip/a.jpg', { body: photo('a'), headers: { 'x-oc-mtime': '1700000000' } });
    expect([made.statusCode, made.headers['x-oc-mtime']]).toEqual([201, 'accepted']);
    expect(made.headers['etag']).toBe(`"${sha256(photo('a')).slice(0, 32)}"`);
    expect(placed()).toContain('Trip/a.jpg');
    expect(await listed('Trip')).toEqual(['a.jpg']);
    const found = await ask('PROPFIND', 'Trip/a.jpg', { headers: { depth: '0' } });
    expect(found.body).toContain(`<D:getcontentlength>5</D:getcontentlength>`);
    expect(found.body).toContain('<D:getlastmodified>Tue, 14 Nov 2023 22:13:20 GMT</D:getlastmodified>');
    const back = await shared().app.inject({
      url: '/dav/incoming/Trip/a.jpg',
      headers: { authorization: `Bearer ${tokens['upload']}`, range: 'bytes=1-2' },
    });
    expect([back.statusCode, back.rawPayload, back.headers['content-type']]).toEqual([
      206,
      photo('a').subarray(1, 3),
      'image/jpeg',
    ]);
  });

  it('again with the same bytes is no new file; with others it is, and neither photo is lost', async () => {
    for (const [text, code] of [
      ['first', 201],
      ['first', 204],
      ['other', 204],
    ] as const)
      expect(await status('PUT', 'b.jpg', { body: photo(text) })).toBe(code);
    expect(placed().filter((name) => /^b/.test(name))).toEqual(['b-2.jpg', 'b.jpg']);
    expect((await ask('GET', 'b.jpg')).body).toContain('other');
    expect(await status('DELETE', 'b.jpg')).toBe(204);
    expect([await status('GET', 'b.jpg'), placed().filter((name) => /^b/.test(name)).length]).toEqual([404, 2]);
  });

  it('as Finder and Explorer do, empty at first and with files beside it, is one photo', async () => {
    const before = placed().length;
    expect(await status('PUT', 'c.jpg', { body: '' })).toBe(201);
    for (const name of ['._c.jpg', '.DS_Store', 'Thumbs.db']) {
      expect(await status('PUT', name, { body: `content of ${name}` })).toBe(201);
      expect((await ask('GET', name)).body).toBe(`content of ${name}`);
    }
    expect(await status('PUT', 'c.jpg', { body: photo('c') })).toBe(204);
    expect(placed().length).toBe(before + 1);
    expect(await status('DELETE', '._c.jpg')).toBe(204);
    const kept = join(shared().folder, 'work/.uploads');
    const left = readdirSync(kept).filter((name) => name.endsWith('.part')).length;
    expect([left, await status('DELETE', '.DS_Store'), await status('DELETE', 'Thumbs.db')]).toEqual([2, 204, 204]);
    expect(readdirSync(kept)).toEqual([]);
  });

  it('under another name until it is complete goes on when it is moved, once', async () => {
    expect(await status('PUT', 'd.jpg.part', { body: photo('d') })).toBe(201);
    expect(placed()).not.toContain('d.jpg');
    const headers = { destination: '/dav/incoming/Trip/d.jpg' };
    expect(await status('MOVE', 'd.jpg.part', { headers })).toBe(201);
    expect(placed()).toContain('Trip/d.jpg');
    expect([await listed('Trip'), await status('GET', 'd.jpg.part')]).toEqual([['a.jpg', 'd.jpg'], 404]);
    expect((await ask('GET', 'Trip/d.jpg')).body).toContain('d');
  });

  it('is cut by its client: nothing is listed, and nothing left', async () => {
    const kept = join(shared().folder, 'work/.uploads');
    for (const head of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(
        `PUT /dav/incoming/cut.jpg HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens['upload']}\r\n${head}\r\n\r\n5\r\nabcde`,
      );
      await expect.poll(() => readdirSync(kept).length).toBe(2);
      socket.destroy();
      await expect.poll(() => readdirSync(kept)).toEqual([]);
    }
    expect(await status('GET', 'cut.jpg')).toBe(404);
  });

  it('is read from the archive while its holder has a photo of it, and not because somebody else has', async () => {
    const home = shared();
    await ask('PUT', 'e.jpg', { body: photo('e') });
    const senders = join(home.folder, 'incoming/.photospool-from');
    // The spool took it, and it is in no place that it could be found in.
    for (const sender of readdirSync(senders)) rmSync(join(senders, sender, 'e.jpg'), { force: true });
    const row = { path: 'e.jpg', claim: 'c', state: 'here', bytes: 5, modified: 0 } as const;
    home.library.local.originals.put({ ...row, sha256: sha256(photo('e')) });
    expect(await status('GET', 'e.jpg')).toBe(404);
    const id = await home.add({ original: photo('e') });
    expect((await ask('GET', 'e.jpg')).body).toContain('e');
    await changePhotos(home.library, local, [id], { trashed: true });
    expect(await status('GET', 'e.jpg')).toBe(404);
  });
});

describe('rights', () => {
  it('are those of the token: it needs upload, and has a listing of its own', async () => {
    await ask('PUT', 'mine.jpg', { body: photo('mine') });
    expect(await listed('', 'other')).toEqual([]);
    expect(await status('GET', 'mine.jpg', { as: 'other' })).toBe(404);
    for (const as of ['read', 'replicate'])
      for (const method of ['PUT', 'PROPFIND', 'GET', 'LOCK'])
        expect(await status(method, 'x.jpg', { as, ...(method === 'PUT' && { body: photo('x') }) }), method).toBe(403);
    // Who has the same bytes is not told: they are received, and become a file of their own.
    const again = await ask('PUT', 'mine.jpg', { body: photo('mine'), as: 'other' });
    const first = await ask('PUT', 'new.jpg', { body: photo('new'), as: 'other' });
    const shape = ({ statusCode, headers, body }: typeof again) => [statusCode, Object.keys(headers).sort(), body];
    expect(shape(again)).toEqual(shape(first));
    expect(placed().filter((name) => name === 'mine.jpg').length).toBe(2);
  });

  it('are asked for again when the file is complete', async () => {
    const { access, app } = shared();
    const { secret } = access.tokens.make('brief', ['upload'], commandLine);
    async function* slowly(): AsyncGenerator<Buffer> {
      yield photo('half');
      access.tokens.revoke('brief', commandLine);
      await Promise.resolve();
      yield photo('rest');
    }
    const sent = await app.inject({
      method: 'PUT',
      url: '/dav/incoming/late.jpg',
      headers: { authorization: `Bearer ${secret}`, 'transfer-encoding': 'chunked' },
      payload: Readable.from(slowly()),
    });
    expect([sent.statusCode, placed().includes('late.jpg')]).toEqual([401, false]);
  });

  it('of a person’s token make the photo theirs', async () => {
    const { home, people } = await openPeople();
    const { secret } = home.access.tokens.make('Phone', ['upload'], commandLine, people.ben.id);
    const headers = { authorization: `Bearer ${secret}` };
    const made = await home.app.inject({ method: 'PUT', url: '/dav/incoming/own.jpg', headers, payload: photo('own') });
    expect(made.statusCode).toBe(201);
    // A token of the house whose name older versions permitted has no part in Ben's listing.
    const name = `${people.ben.id}/Phone`;
    expect(() => home.access.tokens.make(name, ['upload'], commandLine)).toThrow('id of a person');
    const asHouse = home.access.tokens.make('house', ['upload'], commandLine).secret;
    home.db.prepare('UPDATE access_token SET name = ?, key = ? WHERE name = ?').run(name, name.toLowerCase(), 'house');
    for (const method of ['PROPFIND', 'GET', 'DELETE', 'PUT'] as const) {
      const url = '/dav/incoming/own.jpg';
      const asked = { method: method as 'GET', url, headers: { authorization: `Bearer ${asHouse}`, depth: '0' } };
      expect((await home.app.inject(asked)).statusCode, method).toBe(403);
    }
    const own = join(home.folder, 'incoming/.photospool-for');
    const record = readFileSync(join(own, readdirSync(own)[0]!, '.from.json'), 'utf8');
    expect(JSON.parse(record)).toMatchObject({ by: `token:${people.ben.id}/Phone`, holder: people.ben.id });
    // It is read back from the archive, unless Ben locks it.
    const item = { holder: people.ben.id, sha256: await home.add({ original: photo('own') }) };
    const { body } = home.library.get(photoId(item.sha256))!;
    home.library.update<object>(itemId(item), () => body);
    rmSync(own, { recursive: true });
    const read = async () => (await home.app.inject({ url: '/dav/incoming/own.jpg', headers })).statusCode;
    expect(await read()).toBe(200);
    const ben: Viewer = { role: 'family', audiences: ['family', 'public'], person: people.ben.id, canEdit: true };
    expect((await lockPhotos(home, ben, [publicIdOf(item)])).changed).toBe(1);
    expect(await read()).toBe(404);
  });
});

describe('folders', () => {
  it('are moved, copied and removed as RFC 4918 says, and nothing of the disk changes', async () => {
    const before = placed().length;
    for (const folder of ['one', 'one/two']) expect(await status('MKCOL', folder)).toBe(201);
    await ask('PUT', 'one/two/f.jpg', { body: photo('f') });
    expect(
      await status('COPY', 'one', {
        headers: { destination: 'http://localhost/dav/incoming/copy', host: 'localhost' },
      }),
    ).toBe(201);
    expect(await status('MOVE', 'one', { headers: { destination: '/dav/incoming/moved', overwrite: 'F' } })).toBe(201);
    expect(await status('MOVE', 'copy', { headers: { destination: '/dav/incoming/moved', overwrite: 'F' } })).toBe(412);
    expect(await listed('moved/two')).toEqual(['f.jpg']);
    expect([await status('GET', 'copy/two/f.jpg'), await status('GET', 'one/two/f.jpg')]).toEqual([200, 404]);
    expect(await status('DELETE', 'copy')).toBe(204);
    expect(await listed('moved/two')).toEqual(['f.jpg']);
    expect(placed().length).toBe(before + 1);
  });

  it.each([
    ['MKCOL', 'Trip', {}, 405],
    ['MKCOL', 'none/below', {}, 409],
    ['MKCOL', '', {}, 405],
    ['PUT', 'none/a.jpg', { body: 'x' }, 409],
    ['PUT', 'Trip', { body: 'x' }, 405],
    ['PUT', '', { body: 'x' }, 405],
    ['PUT', 'part.jpg', { body: 'x', headers: { 'content-range': 'bytes 0-0/5' } }, 400],
    ['PUT', 'if.jpg', { body: 'x', headers: { 'if-match': '*' } }, 412],
    ['PUT', 'Trip/a.jpg', { body: 'x', headers: { 'if-none-match': '*' } }, 412],
    ['DELETE', '', {}, 403],
    ['DELETE', 'none', {}, 404],
    ['MOVE', 'Trip', { headers: { destination: '/dav/incoming/Trip/inner' } }, 403],
    ['MOVE', 'Trip', { headers: { destination: '/dav/photos/2024' } }, 403],
    ['MOVE', 'Trip', { headers: { destination: 'http://evil.example/dav/incoming/x' } }, 403],
    ['MOVE', 'Trip', { headers: { destination: '/dav/incoming/%2e%2e/x' } }, 400],
    ['MOVE', 'Trip', { headers: { destination: '/dav/incoming' } }, 403],
    ['MOVE', 'Trip', {}, 400],
    ['POST', 'Trip', {}, 405],
    ['PROPPATCH', 'Trip', { body: 'x' }, 400],
    ['LOCK', 'Trip', { body: '<D:lockinfo xmlns:D="DAV:"/>' }, 400],
    ['LOCK', 'Trip', {}, 412],
    ['UNLOCK', 'Trip', {}, 400],
    ['UNLOCK', 'Trip', { headers: { 'lock-token': '<urn:uuid:x>' } }, 409],
    ['PUT', 'if.jpg', { body: 'x', headers: { if: '(((' } }, 400],
  ] as const)('refuse %s %s %j with %i', async (method, path, more, code) => {
    expect(await status(method, path, more)).toBe(code);
  });
});

it.each([
  ['PROPFIND', 413],
  ['PROPPATCH', 413],
  ['LOCK', 413],
  ['MKCOL', 415],
])('a large body of %s is answered %i, also to a client that reads late', async (method, code) => {
  const socket = connect(port, '127.0.0.1');
  const answered = once(socket, 'data') as Promise<[Buffer]>;
  const head = `Host: localhost\r\nAuthorization: Bearer ${tokens['upload']}\r\nContent-Length: 900000\r\n\r\n`;
  socket.write(`${method} /dav/incoming/large HTTP/1.1\r\n${head}${' '.repeat(900_000)}`);
  expect((await answered)[0].toString()).toMatch(`HTTP/1.1 ${code} `);
  socket.destroy();
});

it.each([
  ['PROPPATCH', 'propertyupdate', 'set'],
  ['LOCK', 'lockinfo', 'owner'],
])('a namespace that an answer to %s would repeat is refused, not written out', async (method, root, part) => {
  const body = `<D:${root} xmlns:D="DAV:" xmlns:a="${'&quot;'.repeat(4_000)}"><D:${part}>${'<a:b/>'.repeat(3_000)}</D:${part}></D:${root}>`;
  expect(await status(method, 'Trip', { body })).toBe(413);
});

describe('properties', () => {
  const patch = (inner: string): string =>
    `<D:propertyupdate xmlns:D="DAV:" xmlns:w="urn:w">${inner}</D:propertyupdate>`;
  const set = (inner: string): string => `<D:set><D:prop>${inner}</D:prop></D:set>`;
  it('of clients are kept, all or none, within limits; those of WebDAV are protected', async () => {
    await ask('PUT', 'p.jpg', { body: photo('p') });
    const value = '<w:color xml:lang="en">a &lt;b&gt;<x xmlns="urn:in">c</x></w:color>';
    expect((await ask('PROPPATCH', 'p.jpg', { body: patch(set(value)) })).body).toContain('200 OK');
    const all = async (): Promise<string> => (await ask('PROPFIND', 'p.jpg', { headers: { depth: '0' } })).body;
    const kept = '<x:color xmlns:x="urn:w" xml:lang="en">a &lt;b&gt;<x:x xmlns:x="urn:in">c</x:x></x:color>';
    expect(await all()).toContain(kept);
    // A copy has them, and its folder has others in it.
    await ask('MKCOL', 'from');
    for (const [from, to] of [
      ['p.jpg', 'from/é.jpg'],
      ['from', 'from2'],
    ] as const) {
      const headers = { destination: hrefOf(['incoming', ...to.split('/')], false) };
      expect(await status('COPY', from, { headers })).toBe(201);
    }
    expect((await ask('PROPFIND', 'from2/%C3%A9.jpg', { headers: { depth: '0' } })).body).toContain(kept);
    expect(await status('MOVE', 'from2', { headers: { destination: '/dav/incoming/from', overwrite: 'T' } })).toBe(204);
    expect([await listed('from'), await status('GET', 'from2')]).toEqual([['%C3%A9.jpg'], 404]);
    const mixed = await ask('PROPPATCH', 'p.jpg', { body: patch(set('<w:two>2</w:two><D:getetag>x</D:getetag>')) });
    expect(mixed.body).toMatch(/two.*424 Failed Dependency.*getetag.*403 Forbidden/s);
    expect(
      (await ask('PROPPATCH', 'p.jpg', { body: patch(set(`<w:big>${'x'.repeat(20_000)}</w:big>`)) })).body,
    ).toContain('507');
    expect(await all()).not.toMatch(/two|big/);
    await ask('PROPPATCH', 'p.jpg', { body: patch('<D:remove><D:prop><w:color/></D:prop></D:remove>') });
    expect(await all()).not.toContain('color');
  });
});

describe('locks', () => {
  const body = (scope: string): string =>
    `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>me</D:owner></D:lockinfo>`;
  it('keep others from writing, and end by UNLOCK, with their file, and by themselves', async () => {
    const taken = await ask('LOCK', 'locked.jpg', { body: body('exclusive'), headers: { timeout: 'Second-60' } });
    const token = String(taken.headers['lock-token']);
    expect([taken.statusCode, token]).toEqual([201, expect.stringMatching(/^<urn:uuid:[0-9a-f-]{36}>$/)]);
    expect(await status('PUT', 'locked.jpg', { body: photo('x') })).toBe(423);
    expect(await status('LOCK', 'locked.jpg', { body: body('shared') })).toBe(423);
    const headers = { if: `(${token})` };
    expect(await status('PUT', 'locked.jpg', { body: photo('x'), headers })).toBe(204);
    expect(await status('LOCK', 'locked.jpg', { headers: { ...headers, timeout: 'Second-60' } })).toBe(200);
    expect(await status('DELETE', 'locked.jpg', { as: 'other' })).toBe(404);
    await shared().clock.advance(61_000);
    expect(await status('DELETE', 'locked.jpg')).toBe(204);
  });

  it('are limited in number, time and size', () => {
    const locks = openLocks({ now: () => 0 }, { shared: 9, ofSender: 2, all: 3, timeout: 10, owner: 10 });
    const want = (path: string) => ({ path, deep: true, shared: true, timeout: 10 });
    for (const [sender, path] of [
      ['a', '1'],
      ['a', '2'],
      ['b', '1'],
    ] as const)
      expect(locks.take(sender, want(path))).toBeDefined();
    for (const sender of ['a', 'b']) expect(() => locks.take(sender, want('3'))).toThrow('too many locks');
    const one = openLocks({ now: () => 0 }, { shared: 1, ofSender: 9, all: 9, timeout: 10, owner: 10 });
    one.take('a', want('1'));
    expect(() => one.take('a', want('1'))).toThrow('too many locks');
    expect(one.take('a', want('2'))).toBeDefined();
  });
});

describe('a path', () => {
  it('that is written as an address is read as itself, in NFC', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 6 }), (names) => {
        const read = (): string[] => namesOf(hrefOf(names, true));
        const wanted = names.map((one) => one.normalize('NFC'));
        const isFit = wanted.every((one) => !/^\.{1,2}$/.test(one) && !/[/\\\p{Cc}\ufffe\uffff]/u.test(one));
        if (isFit) expect(read()).toEqual(wanted);
        else expect(read).toThrow();
      }),
    );
  });

  it('of any bytes is refused, or has only names that a file can have', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      '%5c',
      '%00',
      '%',
      '%c3%a9',
      'e%cc%81',
      '//',
      '?',
      'a',
      '%ff',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        let names: string[];
        try {
          names = namesOf(`/dav/incoming/${pieces.join('')}`);
        } catch {
          return;
        }
        expect(names[0]).toBe('incoming');
        for (const one of names) expect(one).not.toMatch(/^\.{0,2}$|[/\\\0]/);
      }),
    );
  });
});

describe('the header If', () => {
  it('of any text is parsed or refused in time that grows with its length', () => {
    const piece = fc.constantFrom('(', ')', '<urn:a>', 'Not ', '["e"]', 'W/', '[W/"e"]', ' ', '<', '[', 'x');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          parseIf(pieces.join(''));
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid' });
        }
      }),
    );
    expect(() => parseIf('(<a>'.repeat(4_000))).toThrow();
  });

  it.each([
    ['(<t>)', true],
    ['(<u>)', false],
    ['(Not <u>)', true],
    ['(<t> ["e"])', true],
    ['(<t> ["f"]) (Not <u>)', true],
    ['(<t>["f"])(<u>)', false],
    ['</elsewhere> (<t>)', false],
    ['(["e"])', true],
  ])('%s is %s', (header, holds) => {
    const state = { tokens: new Set(['t']), etag: '"e"' };
    expect(holdsIf(parseIf(header)!, (address) => (address === undefined ? state : { tokens: new Set() }))).toBe(holds);
  });
});

it('writes nothing outside of its folders', () => {
  const { folder } = shared();
  expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(['incoming', 'work']));
  expect(existsSync(join(folder, 'incoming', 'a.jpg'))).toBe(false);
});

import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/access/actor.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { openFiles } from '../../src/base/files.js';
import { placeUpload } from '../../src/spool/place-upload.js';
import { expectError, listenOn, openHome, sha256, type Home } from './fixture.js';
import { kinds, openDoors, type RoleName } from './roles.js';

const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7 + (i >> 3)) % 256));
const tus = { 'tus-resumable': '1.0.0' };
const chunk = { ...tus, 'content-type': 'application/offset+octet-stream' };

const metadata = (of: Record<string, string>): string =>
  Object.entries(of)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

/** Begins an upload of `bytes`; resolves to its address. */
async function begin({ app }: Home, of: Record<string, string> = {}, headers = {}): Promise<string> {
  const response = await app.inject({
    method: 'POST',
    url: '/api/uploads',
    headers: {
      ...tus,
      'upload-length': `${bytes.length}`,
      'upload-metadata': metadata({ filename: 'a.jpg', ...of }),
      ...headers,
    },
  });
  expect(response.statusCode, response.body).toBe(201);
  return response.headers.location as string;
}

const patch = ({ app }: Home, url: string, from: number, payload: Buffer, headers = {}) =>
  app.inject({ method: 'PATCH', url, headers: { ...chunk, 'upload-offset': `${from}`, ...headers }, payload });

const incomingOf = ({ folder }: Home): string => join(folder, 'incoming');
const lying = (home: Home): string[] =>
  readdirSync(incomingOf(home), { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(incomingOf(home), name)).isFile())
    .sort();

describe('an upload', () => {
  it('announces its protocol, without headers for other origins', async () => {
    const { app } = await openHome();
    const { statusCode, headers } = await app.inject({ method: 'OPTIONS', url: '/api/uploads' });
    expect(statusCode).toBe(204);
    expect(headers['tus-version']).toBe('1.0.0');
    expect(headers['tus-extension']).toBe('creation,creation-with-upload,termination,expiration');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('arrives in pieces, and is in incoming, with its hash, when the last one is answered', async () => {
    const home = await openHome();
    const url = await begin(home, { sha256: sha256(bytes), modified: '1600000000000' });
    expect(url).toMatch(/^\/api\/uploads\/[0-9a-f]{32}$/);
    const half = await patch(home, url, 0, bytes.subarray(0, 2_000));
    expect([half.statusCode, half.headers['upload-offset']]).toEqual([204, '2000']);
    expect(lying(home)).toEqual([]);
    expect((await home.app.inject(url)).json()).toEqual({ state: 'uploading', bytes: 2_000, length: 5_000 });
    const head = await home.app.inject({ method: 'HEAD', url, headers: tus });
    expect(head.statusCode).toBe(200);
    expect(head.headers).toMatchObject({
      'upload-offset': '2000',
      'upload-length': '5000',
      'cache-control': 'no-store',
    });
    expect((await patch(home, url, 2_000, bytes.subarray(2_000))).statusCode).toBe(204);
    expect(lying(home)).toEqual(['a.jpg']);
    expect(readFileSync(join(incomingOf(home), 'a.jpg'))).toEqual(bytes);
    expect(statSync(join(incomingOf(home), 'a.jpg')).mtimeMs).toBe(1_600_000_000_000);
    const told = { state: 'received', bytes: 5_000, length: 5_000, sha256: sha256(bytes) };
    expect((await home.app.inject(url)).json()).toEqual(told);
    const after = await home.app.inject({ method: 'HEAD', url, headers: tus });
    expect(after.headers['upload-offset']).toBe('5000');
  });

  it('may contain bytes at its creation, and may be empty', async () => {
    const home = await openHome();
    const url = '/api/uploads';
    const whole = { ...chunk, 'upload-length': '5000', 'upload-metadata': metadata({ filename: 'a.jpg' }) };
    const at = await home.app.inject({ method: 'POST', url, headers: whole, payload: bytes });
    expect([at.statusCode, at.headers['upload-offset']]).toEqual([201, '5000']);
    expect((await home.app.inject(at.headers.location as string)).json()).toMatchObject({ state: 'received' });
    const none = await home.app.inject({ method: 'POST', url, headers: { ...tus, 'upload-length': '0' } });
    expect((await home.app.inject(none.headers.location as string)).json()).toMatchObject({ sha256: sha256('') });
    expect(lying(home)).toHaveLength(2);
  });

  it('never replaces a file, stays inside incoming, and keeps its folder', async () => {
    const home = await openHome();
    const names = [
      [{ filename: 'a.jpg' }, 'a.jpg'],
      [{ filename: 'a.jpg' }, 'a-2.jpg'],
      [{ filename: '../../b.jpg' }, '.._.._b.jpg'],
      [{ filename: '.hidden.jpg' }, 'upload-hidden.jpg'],
      [{ filename: 'c.jpg', folder: 'Lisbon/Day 1' }, 'Lisbon/Day 1/c.jpg'],
      [{ filename: 'd.jpg', folder: '../..//./.git\\x' }, 'upload-git/x/d.jpg'],
    ] as const;
    for (const [of] of names) {
      const url = await begin(home, of);
      expect((await patch(home, url, 0, bytes)).statusCode).toBe(204);
    }
    expect(lying(home)).toEqual(names.map(([, name]) => (name === '.._.._b.jpg' ? 'upload-_.._b.jpg' : name)).sort());
  });

  it('with another hash than declared is discarded, and can be sent again', async () => {
    const home = await openHome();
    const url = await begin(home, { sha256: sha256('something else') });
    expectError(await patch(home, url, 0, bytes), 422, 'mismatch');
    expect(lying(home)).toEqual([]);
    expect((await home.app.inject({ method: 'HEAD', url, headers: tus })).statusCode).toBe(404);
    const again = await begin(home, { sha256: sha256(bytes).toUpperCase() });
    expect((await patch(home, again, 0, bytes)).statusCode).toBe(204);
    expect(lying(home)).toEqual(['a.jpg']);
  });

  it('is cancelled on request', async () => {
    const home = await openHome();
    const url = await begin(home);
    await patch(home, url, 0, bytes.subarray(0, 10));
    expect((await home.app.inject({ method: 'DELETE', url, headers: tus })).statusCode).toBe(204);
    expectError(await home.app.inject(url), 404, 'not-found');
    expect(readdirSync(join(home.folder, 'work/.uploads'))).toEqual([]);
  });
});

describe('a known photo', () => {
  const headersOf = (id: string) => ({
    ...tus,
    'upload-length': '10',
    'upload-metadata': metadata({ filename: 'a.jpg', sha256: id }),
  });
  const post = ({ app }: Home, id: string, headers = {}) =>
    app.inject({ method: 'POST', url: '/api/uploads', headers: { ...headersOf(id), ...headers } });

  it('need not be sent if the sender may see it and its original is here', async () => {
    const home = await openHome();
    const [here, away] = [await home.add(), await home.add({ away: true })];
    const known = await post(home, here);
    expect(known.statusCode).toBe(200);
    expect(known.json()).toMatchObject({ state: 'known', sha256: here });
    expect(known.headers.location).toBeUndefined();
    expect((await post(home, away)).statusCode).toBe(201);
    expect((await post(home, 'f'.repeat(64))).statusCode).toBe(201);
    expectError(await post(home, 'x'), 400, 'invalid');
  });

  it('is not revealed to senders who may not see it', async () => {
    const home = await openHome();
    const guests = await openDoors(home, kinds);
    const asked = async (role: RoleName, mark: string): Promise<number> => {
      const { id } = kinds.find((kind) => kind.mark === mark)!;
      return (await post(home, id, guests.headersOf(role))).statusCode;
    };
    expect(await asked('family', 'zqfamilykept')).toBe(200);
    for (const mark of ['zqprivatekept', 'zqfamilygone']) expect(await asked('family', mark)).toBe(201);
    for (const { mark } of kinds) expect(await asked('token upload', mark)).toBe(201);
    expect(await asked('owner', 'zqprivategone')).toBe(200);
  });
});

describe('an upload of somebody else', () => {
  it('is answered like one that never existed, byte for byte', async () => {
    const home = await openHome();
    const guests = await openDoors(home, []);
    const url = await begin(home, {}, guests.headersOf('family'));
    const nowhere = `/api/uploads/${'0'.repeat(32)}`;
    for (const role of ['owner', 'editor', 'command', 'token upload', 'token edit'] as const) {
      for (const method of ['GET', 'HEAD', 'PATCH', 'DELETE'] as const) {
        const headers = { ...guests.headersOf(role), ...chunk, 'upload-offset': '0' };
        const payload = method === 'PATCH' ? { payload: bytes } : {};
        const [here, there] = await Promise.all(
          [url, nowhere].map((one) => home.app.inject({ method, url: one, headers, ...payload })),
        );
        expect([here!.statusCode, here!.body]).toEqual([404, there!.body]);
      }
    }
    const mine = await patch(home, url, 0, bytes, guests.headersOf('family'));
    expect(mine.statusCode).toBe(204);
    expect((await home.app.inject({ url, headers: guests.headersOf('family') })).json()).toMatchObject({
      state: 'received',
    });
  });
});

describe('an error', () => {
  it.each([
    ['no Tus-Resumable', { 'tus-resumable': undefined }, 412],
    ['another Tus-Resumable', { 'tus-resumable': '0.2.2' }, 412],
    ['no length', { 'upload-length': undefined }, 400],
    ['a length that is none', { 'upload-length': '-1' }, 400],
    ['metadata that are none', { 'upload-metadata': 'filename !,,' }, 400],
    ['metadata with a key twice', { 'upload-metadata': 'filename YQ==,filename Yg==' }, 400],
    ['a length that comes later', { 'upload-length': undefined, 'upload-defer-length': '1' }, 501],
  ])('at the creation with %s is reported in our format', async (_what, over, status) => {
    const { app } = await openHome();
    const sent = Object.entries({ ...tus, 'upload-length': '3', ...over }).filter(([, value]) => value !== undefined);
    const headers = Object.fromEntries(sent) as Record<string, string>;
    const response = await app.inject({ method: 'POST', url: '/api/uploads', headers });
    expectError(response, status, status === 501 ? 'unsupported' : 'invalid');
  });

  it.each([
    ['another offset', 3, chunk, 409, 'conflict'],
    ['another type', 0, { ...tus, 'content-type': 'image/jpeg' }, 400, 'invalid'],
    ['more than was announced', 0, chunk, 413, 'too-large'],
  ])('in a piece with %s changes nothing', async (_what, from, headers, status, code) => {
    const home = await openHome();
    const url = await begin(home);
    const payload = status === 413 ? Buffer.concat([bytes, bytes]) : bytes;
    expectError(await patch(home, url, from, payload, headers), status, code);
    expect((await home.app.inject(url)).json()).toMatchObject({ state: 'uploading', bytes: 0 });
    expect((await patch(home, url, 0, bytes)).statusCode).toBe(204);
  });

  it('in a body of unknown length with more bytes than declared stores none beyond', async () => {
    const home = await openHome();
    const port = await listenOn(home.app);
    const url = await begin(home);
    const status = await new Promise<number | undefined>((resolve) => {
      const headers = { ...chunk, 'upload-offset': '0', 'transfer-encoding': 'chunked' };
      const client = request({ method: 'PATCH', host: '127.0.0.1', port, path: url, headers }, (answer) => {
        resolve(answer.statusCode);
        client.destroy();
      });
      client.on('error', () => undefined);
      for (const piece of [bytes.subarray(0, 4_000), bytes.subarray(0, 4_000)]) client.write(piece);
    });
    expect(status).toBe(413);
    const { bytes: came } = (await home.app.inject(url)).json<{ bytes: number }>();
    expect([0, 4_000]).toContain(came);
    expect((await patch(home, url, came, bytes.subarray(came))).statusCode).toBe(204);
    const more = await patch(home, url, bytes.length, Buffer.alloc(0));
    expect([more.statusCode, more.headers['upload-offset']]).toEqual([204, '5000']);
    expect((await home.app.inject(url)).json()).toMatchObject({ state: 'received', sha256: sha256(bytes) });
  });

  it('by concurrent requests does not occur: they are serialised, and each byte is stored once', async () => {
    const home = await openHome();
    const url = await begin(home);
    const answers = await Promise.all([1, 2, 3].map(() => patch(home, url, 0, bytes)));
    // One that is asked to make room says how far it came.
    expect([204, 409]).toEqual(expect.arrayContaining(answers.map(({ statusCode }) => statusCode)));
    const { bytes: came } = (await home.app.inject(url)).json<{ bytes: number }>();
    expect((await patch(home, url, came, bytes.subarray(came))).statusCode).toBe(204);
    expect(readFileSync(join(incomingOf(home), 'a.jpg'))).toEqual(bytes);
  });

  it('for lack of space is reported at the creation, and later keeps the received bytes', async () => {
    const home = await openHome();
    const huge = `${Number.MAX_SAFE_INTEGER - 1}`;
    const headers = { ...tus, 'upload-length': huge, 'upload-metadata': metadata({ filename: 'film.mp4' }) };
    const response = await home.app.inject({ method: 'POST', url: '/api/uploads', headers });
    expect(expectError(response, 507, 'disk-full').message).toContain('film.mp4');
    const url = await begin(home);
    const append = home.spool.uploads.append;
    home.spool.uploads.append = async (id, stream) => {
      await append(id, stream);
      throw new PhotospoolError('disk-full', 'Could not take in a.jpg: the disk is full.');
    };
    expectError(await patch(home, url, 0, bytes.subarray(0, 100)), 507, 'disk-full');
    home.spool.uploads.append = append;
    expect((await home.app.inject(url)).json()).toMatchObject({ bytes: 100 });
    expect((await patch(home, url, 100, bytes.subarray(100))).statusCode).toBe(204);
  });

  it('while incoming is missing is reported, and the upload can continue later', async () => {
    const home = await openHome();
    const url = await begin(home);
    await home.spool.uploads.append(url.slice(-32), Readable.from([bytes]));
    renameSync(incomingOf(home), `${incomingOf(home)}-away`);
    expectError(await home.app.inject(url), 503, 'busy');
    mkdirSync(incomingOf(home));
    expect((await home.app.inject(url)).json()).toMatchObject({ state: 'received', sha256: sha256(bytes) });
    expect(lying(home)).toEqual(['a.jpg']);
  });
});

describe('a connection that breaks', () => {
  it('keeps the received bytes, wherever it broke, and the rest completes the upload', async () => {
    const home = await openHome();
    const port = await listenOn(home.app);
    for (const cut of [0, 1, 999, 2_500, 4_999]) {
      const url = await begin(home, { filename: `cut-${cut}.jpg` });
      await new Promise<void>((resolve) => {
        const headers = { ...chunk, 'upload-offset': '0', 'content-length': bytes.length };
        const client = request({ method: 'PATCH', host: '127.0.0.1', port, path: url, headers });
        client.on('error', () => undefined).on('close', resolve);
        client.write(bytes.subarray(0, cut), () => setTimeout(() => client.destroy(), 30));
        client.flushHeaders();
      });
      const offset = async (): Promise<number> =>
        Number((await home.app.inject({ method: 'HEAD', url, headers: tus })).headers['upload-offset']);
      const came = await offset();
      expect(came).toBeLessThanOrEqual(cut);
      expect((await patch(home, url, came, bytes.subarray(came))).statusCode).toBe(204);
      expect((await home.app.inject(url)).json()).toMatchObject({ state: 'received', sha256: sha256(bytes) });
    }
    expect(lying(home)).toHaveLength(5);
  });

  it('that we did not notice gives way to the next one', async () => {
    const home = await openHome();
    const port = await listenOn(home.app);
    const url = await begin(home);
    const headers = { ...chunk, 'upload-offset': '0', 'content-length': bytes.length };
    const silent = request({ method: 'PATCH', host: '127.0.0.1', port, path: url, headers });
    silent.on('error', () => undefined);
    silent.write(bytes.subarray(0, 1_000));
    await expect.poll(() => statSync(join(home.folder, 'work/.uploads', `${url.slice(-32)}.part`)).size).toBe(1_000);
    const head = await home.app.inject({ method: 'HEAD', url, headers: tus });
    expect(head.headers['upload-offset']).toBe('1000');
    expect((await patch(home, url, 1_000, bytes.subarray(1_000))).statusCode).toBe(204);
    silent.destroy();
  });
});

it('reports before sending which files the spool would ignore, by the same rule', async () => {
  const { app } = await openHome();
  const jpeg = Buffer.from('ffd8ffe000104a4649460001', 'hex');
  const files = [
    { name: 'a.jpg', head: jpeg },
    { name: 'a', head: jpeg },
    { name: 'notes.pdf', head: Buffer.from('%PDF-1.7') },
    { name: 'page.jpg', head: Buffer.from('<html>') },
    { name: 'broken.jpg', head: Buffer.alloc(100, 0x11) },
    { name: 'broken.bin', head: Buffer.alloc(100, 0x11) },
    { name: 'a.jpg.xmp', head: Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/">') },
    { name: 'empty.jpg', head: Buffer.alloc(0) },
  ].map(({ name, head }) => ({ name, head: head.toString('base64') }));
  const response = await app.inject({ method: 'POST', url: '/api/uploads/check', payload: { files } });
  expect(response.json()).toEqual({
    reasons: [
      ...[null, null, 'it is a PDF document', 'it is a web page', null],
      ...['it is not a supported photo or video', null, 'it is empty'],
    ],
  });
});

describe('an upload whose sender loses the right meanwhile', () => {
  const multipart = (body: Readable): { payload: Readable; headers: Record<string, string> } => ({
    payload: body,
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  });
  const head = '--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n';

  /** A home with a token that may upload; `revoke` takes it away. */
  async function openSender() {
    const home = await openHome();
    home.spool.takes = (stream, name, still) =>
      placeUpload(incomingOf(home), openFiles(), stream, name, { by: 'owner' }, still);
    const by: Actor = { by: 'owner', who: 'command line' };
    const { secret } = home.access.tokens.make('phone', ['upload'], by);
    const revoke = (): void => void home.access.tokens.revoke('phone', by);
    return { home, revoke, headers: { authorization: `Bearer ${secret}` } };
  }

  it('is rejected at its end, and nothing is kept', async () => {
    const { home, revoke, headers } = await openSender();
    const url = await begin(home, {}, headers);
    expect((await patch(home, url, 0, bytes.subarray(0, 2_000), headers)).statusCode).toBe(204);
    // The token goes while the last bytes are on their way.
    const rest = new Readable({ read: () => undefined });
    const late = home.app.inject({
      method: 'PATCH',
      url,
      headers: { ...chunk, 'upload-offset': '2000', ...headers },
      payload: rest,
    });
    rest.push(bytes.subarray(2_000, 3_000));
    await expect.poll(async () => (await home.parts.spool.uploads.find(url.slice(-32)))?.bytes).toBe(3_000);
    revoke();
    rest.push(bytes.subarray(3_000));
    rest.push(null);
    expectError(await late, 401, 'unauthorized');
    expect(lying(home)).toEqual([]);
    expect(await home.parts.spool.uploads.find(url.slice(-32))).toBeUndefined();
  });

  it('is not kept if it was unfinished either', async () => {
    const { home, revoke, headers } = await openSender();
    const url = await begin(home, {}, headers);
    const part = new Readable({ read: () => undefined });
    const late = home.app.inject({
      method: 'PATCH',
      url,
      headers: { ...chunk, 'upload-offset': '0', ...headers },
      payload: part,
    });
    part.push(bytes.subarray(0, 1_000));
    await expect.poll(async () => (await home.parts.spool.uploads.find(url.slice(-32)))?.bytes).toBe(1_000);
    revoke();
    part.push(null);
    expectError(await late, 401, 'unauthorized');
    expect(await home.parts.spool.uploads.find(url.slice(-32))).toBeUndefined();
  });

  it('leaves nothing of an unfinished form upload', async () => {
    const { home, revoke, headers } = await openSender();
    const body = new Readable({ read: () => undefined });
    const { payload, headers: form } = multipart(body);
    const late = home.app.inject({ method: 'POST', url: '/api/upload', headers: { ...headers, ...form }, payload });
    body.push(head + 'x'.repeat(1_000));
    await expect.poll(() => readdirSync(incomingOf(home)).length).toBe(1);
    revoke();
    body.push('\r\n--x--\r\n');
    body.push(null);
    expectError(await late, 401, 'unauthorized');
    expect(readdirSync(incomingOf(home))).toEqual([]);
  });
});

describe('unfinished uploads', () => {
  it('are limited to a hundred per sender, who gets an error; others are not affected', async () => {
    const home = await openHome();
    const guests = await openDoors(home, []);
    const [family, editor] = [guests.headersOf('family'), guests.headersOf('editor')];
    const urls: string[] = [];
    for (let n = 0; n < 100; n++) urls.push(await begin(home, {}, family));
    const more = { ...tus, 'upload-length': '5000', ...family };
    const refused = expectError(
      await home.app.inject({ method: 'POST', url: '/api/uploads', headers: more }),
      429,
      'slow-down',
    );
    expect(refused.message).toContain('You have 100 unfinished uploads');
    await begin(home, {}, editor);
    await home.app.inject({ method: 'DELETE', url: urls[0]!, headers: { ...tus, ...family } });
    expect((await patch(home, urls[1]!, 0, bytes, family)).statusCode).toBe(204);
    await begin(home, {}, family);
    await begin(home, {}, family);
  });
});

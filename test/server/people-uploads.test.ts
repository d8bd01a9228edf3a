/** Uploads for the house and for whoever sends them, over HTTP. */
import { expect, test } from 'vitest';
import { house, itemId, publicIdOf, type Holder } from '../../src/document/item-id.js';
import { commandLine } from '../../src/access/actor.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { local } from '../../src/access/viewer.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { expectError, sha256 } from './fixture.js';
import { openPeople } from './people-home.js';

type Headers = Record<string, string>;
type People = Awaited<ReturnType<typeof openPeople>>;

const off = { on: false, reason: 'cabin.example runs an older version. Upgrade it.' } as const;
const encode = (pairs: Record<string, string>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

/** Begins an upload, or is told that the photo is here. */
const begin = ({ home }: People, headers: Headers, metadata: Record<string, string>, length = 3) =>
  home.app.inject({
    ...{ method: 'POST', url: '/api/uploads' },
    headers: {
      ...headers,
      ...{ 'tus-resumable': '1.0.0', 'upload-length': `${length}`, 'upload-metadata': encode(metadata) },
    },
  });

/** Whose the upload of an answer becomes. */
async function holderOf({ home }: People, { headers }: { headers: Record<string, unknown> }): Promise<Holder> {
  const upload = await home.spool.uploads.find(String(headers['location']).split('/').at(-1)!);
  return upload!.holder ?? house;
}

/** A form: a field is a pair, a file its bytes. */
function send({ home }: People, headers: Headers, ...parts: ([name: string, value: string] | string)[]) {
  const text = parts.map((part, n) =>
    typeof part === 'string'
      ? `--x\r\nContent-Disposition: form-data; name="f"; filename="${n}.jpg"\r\n\r\n${part}\r\n`
      : `--x\r\nContent-Disposition: form-data; name="${part[0]}"\r\n\r\n${part[1]}\r\n`,
  );
  return home.app.inject({
    ...{ method: 'POST', url: '/api/upload', payload: `${text.join('')}--x--\r\n` },
    headers: { ...headers, 'content-type': 'multipart/form-data; boundary=x' },
  });
}

test('only those who can restore a photo learn that it is in the trash', async () => {
  const world = await openPeople();
  const { home, people, ask } = world;
  const { ada, ben } = people;
  const id = await home.add({ original: Buffer.from('gone') });
  await ask(ada.headers, 'PATCH', `/api/photos/${id}`, { audience: 'family' });
  const asHouse = { for: 'house', sha256: sha256('gone') };
  for (const { headers } of [ada, ben])
    expect((await begin(world, headers, asHouse)).json()).toMatchObject({ state: 'known', photo: id });
  await ask(ada.headers, 'PATCH', `/api/photos/${id}`, { trashed: true });
  expect((await begin(world, ada.headers, asHouse)).json()).toMatchObject({ state: 'known', photo: id, trashed: true });
  for (const [headers, whom] of [
    [ben.headers, 'house'],
    [ben.headers, 'me'],
    [ada.headers, 'me'],
  ] as const) {
    const begun = await begin(world, headers, { ...asHouse, for: whom });
    expect([begun.statusCode, begun.body]).toEqual([201, '']);
  }
});

test('an upload of an owner is for the house, one of others for themselves, or as requested; one by a person’s token is for that person', async () => {
  const world = await openPeople();
  const { home, people, close } = world;
  const { ada, ben } = people;
  const bearer = (name: string, person?: string): Headers => {
    const { secret } = home.access.tokens.make(name, ['upload'], commandLine, person);
    return { authorization: `Bearer ${secret}` };
  };
  const [phone, desk] = [bearer('phone', ben.id), bearer('desk')];
  for (const [headers, whom, holder] of [
    [ben.headers, undefined, ben.id],
    [ben.headers, 'house', house],
    [ben.headers, 'me', ben.id],
    [ada.headers, undefined, house],
    [ada.headers, 'me', ada.id],
    [phone, undefined, ben.id],
    [phone, 'house', ben.id],
    [desk, undefined, house],
  ] as const) {
    const begun = await begin(world, headers, { filename: 'a.jpg', ...(whom && { for: whom }) });
    expect([begun.statusCode, await holderOf(world, begun)]).toEqual([201, holder]);
    home.spool.receivers.length = 0;
    const sent = await send(world, headers, ...(whom ? [['for', whom] as [string, string]] : []), 'abc', 'def');
    expect([sent.statusCode, home.spool.receivers]).toEqual([201, [holder, holder]]);
  }
  for (const wrong of ['ben', ben.id]) {
    expectError(await begin(world, ada.headers, { for: wrong }), 400, 'invalid');
    expectError(await send(world, ada.headers, ['for', wrong], 'abc'), 400, 'invalid');
  }
  expectError(await begin(world, desk, { for: 'me' }), 409, 'conflict');
  expectError(await send(world, ben.headers, 'abc', ['for', 'me']), 400, 'invalid');

  // What was begun before a server that is too old was linked is not finished.
  const begun = await begin(world, ben.headers, { filename: 'a.jpg', for: 'me' });
  close(off);
  const told = expectError(await begin(world, ben.headers, { for: 'me' }), 409, 'conflict');
  expect(told.hint).toBe(off.reason);
  expectError(await send(world, phone, 'abc'), 409, 'conflict');
  expect((await begin(world, ben.headers, { filename: 'a.jpg' })).statusCode).toBe(201);
  const rest = await home.app.inject({
    ...{ method: 'PATCH', url: String(begun.headers.location), payload: 'abc' },
    headers: {
      ...ben.headers,
      ...{ 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    },
  });
  expectError(rest, 409, 'conflict');
});

test('“already here” refers only to the receiver’s photos, and the response at the end is the same for all', async () => {
  const world = await openPeople();
  const { home, people } = world;
  const { ada, ben, cleo } = people;
  const originals = ['of the house', 'of ben', 'of both'].map((text) => Buffer.from(text));
  const ids = originals.map(sha256);
  for (const n of [0, 2]) await home.add({ original: originals[n]! });
  const row = home.library.local.originals.find(ids[0]!)!;
  home.library.local.originals.put({ ...row, sha256: ids[1]!, path: '2024/07/ben.bin' });
  // Everybody in the family sees all of them.
  await changePhotos(home.library, local, [ids[0]!, ids[2]!], { audience: 'family' });
  const shown = home.library.get<PhotoDocument>(photoId(ids[0]!))!.body;
  for (const id of ids.slice(1))
    home.library.update<PhotoDocument>(itemId({ holder: ben.id, sha256: id }), () => shown);

  const isKnown = async (headers: Headers, id: string, whom: string): Promise<boolean> => {
    const { statusCode } = await begin(world, headers, { sha256: id, for: whom });
    expect([200, 201]).toContain(statusCode);
    return statusCode === 200;
  };
  const asked = (headers: Headers, whom: string) => Promise.all(ids.map((id) => isKnown(headers, id, whom)));
  for (const { headers } of [ada, ben, cleo]) expect(await asked(headers, 'house')).toEqual([true, false, true]);
  expect(await asked(ben.headers, 'me')).toEqual([false, true, true]);
  for (const { headers } of [ada, cleo]) expect(await asked(headers, 'me')).toEqual([false, false, false]);
  // The public id of an item is no hash of bytes.
  const publicId = publicIdOf({ holder: ben.id, sha256: ids[1]! });
  for (const whom of ['house', 'me']) expect(await isKnown(ben.headers, publicId, whom)).toBe(false);

  const ended = async (headers: Headers, original: Buffer): Promise<unknown> => {
    const begun = await begin(world, headers, { filename: 'a.jpg', for: 'me' }, original.length);
    const url = String(begun.headers.location);
    const patched = await home.app.inject({
      ...{ method: 'PATCH', url, payload: original },
      headers: {
        ...headers,
        ...{ 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      },
    });
    expect(patched.statusCode).toBe(204);
    return (await home.app.inject({ url, headers })).json();
  };
  const [of, mine] = [originals[1]!, Buffer.from('of cleo')];
  expect(await ended(cleo.headers, of)).toEqual({
    ...{ state: 'received', bytes: of.length, length: of.length, sha256: sha256(of) },
  });
  expect(await ended(cleo.headers, mine)).toEqual({
    ...{ state: 'received', bytes: mine.length, length: mine.length, sha256: sha256(mine) },
  });
});

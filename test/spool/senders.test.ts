/** Who sent a file travels with it, and a sidecar counts only for photos that its sender may edit, or brought themselves. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openAccess } from '../../src/access/access.js';
import { commandLine } from '../../src/access/actor.js';
import { local } from '../../src/access/viewer.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { makePhoto } from '../picture.js';
import { xmp } from '../xmp.js';
import { begin, title } from './sidecars.js';

/** A home with an owner, two of the family (the second may edit), and a token for each of these. */
async function open() {
  const bench = await begin();
  const { home, spool } = bench;
  const access = openAccess(home.db, home.library);
  const person = (name: string, role: 'owner' | 'family'): string =>
    `person:${access.accounts.add({ name, role }, commandLine).id}`;
  const people = {
    owner: person('owner', 'owner'),
    family: person('family', 'family'),
    editor: person('editor', 'family'),
  };
  access.accounts.change(people.editor.slice('person:'.length), { canEdit: true }, commandLine);
  for (const may of ['upload', 'edit', 'read'] as const) access.tokens.make(may, [may], commandLine);
  const send = (by: string, name: string, bytes: Buffer | string): Promise<string> =>
    spool.place(Readable.from([Buffer.from(bytes)]), name, by);
  const idOf = (name: string): string => bench.shown(name).id;
  const share = (name: string, audience: 'private' | 'family' | 'public'): Promise<unknown> =>
    changePhotos(home.library, local, [idOf(name)], { audience });
  return { ...bench, access, people, send, share, idOf };
}

const foreign = 'this XMP sidecar is waiting for a photo of its name that its sender can edit';

describe('a sidecar of', () => {
  it.each([
    ['a token that may upload', 'token:upload'],
    ['a token that may read', 'token:read'],
    ['a token that was revoked', 'token:nobody'],
    ['a person whom nobody knows', 'person:01JD0000000000000000000000'],
    ['whoever they are', 'anything'],
  ])('%s applies to no photo of somebody else, whoever may see that', async (_, by) => {
    const bench = await open();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    for (const audience of ['private', 'family', 'public'] as const) {
      await bench.share('IMG_1.jpg', audience);
      for (const name of [`${audience}/IMG_1.jpg.xmp`, 'IMG_1.jpg.xmp', 'IMG_1.xmp', 'IMG_1_01.jpg.xmp'])
        await bench.send(
          by,
          name.split('/').at(-1)!,
          xmp({ title: `${audience} ${name}`, rating: 5, tags: ['holiday'] }),
        );
      expect(await bench.pass()).toMatchObject({ stuck: 0 });
      expect(bench.shown('IMG_1.jpg')).toMatchObject({ title: '', rating: 0, tags: [] });
      expect(bench.document(bench.idOf('IMG_1.jpg')).sidecars).toEqual({});
    }
    const reasons = new Set((await bench.ignored()).map(({ reason }) => reason));
    expect([...reasons]).toEqual([foreign]);
  });

  it('somebody waits with the same message whether an invisible photo exists or not', async () => {
    const bench = await open();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    await bench.send(bench.people.editor, 'IMG_1.jpg.xmp', title('x'));
    await bench.send(bench.people.editor, 'IMG_2.jpg.xmp', title('x'));
    await bench.pass();
    expect((await bench.ignored()).map(({ name, reason }) => [name, reason])).toEqual([
      ['IMG_1.jpg.xmp', foreign],
      ['IMG_2.jpg.xmp', foreign],
    ]);
  });

  it('a family member who may edit applies to photos that they see, from the moment when they see them', async () => {
    const bench = await open();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    await bench.send(bench.people.editor, 'IMG_1.jpg.xmp', title('theirs'));
    await bench.send(bench.people.family, 'IMG_1.xmp', title('not theirs'));
    await bench.pass();
    expect(bench.shown('IMG_1.jpg').title).toBe('');
    await bench.share('IMG_1.jpg', 'family');
    expect(await bench.pass()).toMatchObject({ sidecars: 1, ignored: 1 });
    expect(bench.shown('IMG_1.jpg').title).toBe('theirs');
    expect(Object.values(bench.document(bench.idOf('IMG_1.jpg')).sidecars)).toMatchObject([
      { by: bench.people.editor, name: 'IMG_1.jpg.xmp' },
    ]);
    bench.access.settings.change({ familyEdits: true });
    expect(await bench.pass()).toMatchObject({ sidecars: 1, ignored: 0 });
  });

  it.each(['owner', 'token:edit', 'person'] as const)('one who may edit everything (%s) applies', async (who) => {
    const bench = await open();
    const by = who === 'person' ? bench.people.owner : who;
    bench.drop('IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    await bench.send(by, 'IMG_1.jpg.xmp', xmp({ title: 'theirs', taken: '2020-02-02T10:00:00' }));
    expect(await bench.pass()).toMatchObject({ sidecars: 1 });
    expect(bench.shown('IMG_1.jpg').title).toBe('theirs');
    const [kept] = Object.values(bench.document(bench.idOf('IMG_1.jpg')).sidecars);
    expect(kept!.by).toBe(by === 'owner' ? undefined : by);
  });

  it('the sender of a photo applies to it, before it and after it', async () => {
    const bench = await open();
    await bench.send('token:upload', 'IMG_1.jpg.xmp', title('before'));
    expect(await bench.pass()).toMatchObject({ ignored: 1 });
    await bench.send('token:upload', 'IMG_1.jpg', await makePhoto(1));
    expect(await bench.pass()).toMatchObject({ stored: 1, sidecars: 1, ignored: 0 });
    expect(bench.shown('IMG_1.jpg').title).toBe('before');
    expect(Object.values(bench.document(bench.idOf('IMG_1.jpg')).sightings)).toMatchObject([{ by: 'token:upload' }]);
    await bench.send('token:upload', 'IMG_1.xmp', title('after'));
    expect(await bench.pass()).toMatchObject({ sidecars: 1, ignored: 0 });
  });

  it('a later sender of the same bytes does not apply: they did not add the photo', async () => {
    const bench = await open();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    for (const name of ['IMG_1.jpg', 'mine.jpg']) {
      await bench.send('token:upload', name, await makePhoto(1));
      await bench.send('token:upload', `${name}.xmp`, xmp({ title: 'stolen' }));
      expect(await bench.pass()).toMatchObject({ duplicates: 1 });
    }
    const { sightings, sidecars } = bench.document(bench.idOf('IMG_1.jpg'));
    expect(Object.values(sightings).map(({ by }) => by)).toEqual([undefined, 'token:upload', 'token:upload']);
    expect(sidecars).toEqual({});
  });

  it('somebody that waits is not matched with a later photo of somebody else', async () => {
    const bench = await open();
    await bench.send('token:upload', 'IMG_1.jpg.xmp', title('sprayed'));
    await bench.pass();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    expect(await bench.pass()).toMatchObject({ stored: 1, ignored: 1 });
    await bench.send(bench.people.family, 'IMG_1.jpg', await makePhoto(2));
    expect(await bench.pass()).toMatchObject({ stored: 1, ignored: 1 });
    expect(bench.idOf('IMG_1.jpg')).toBeDefined();
    for (const { body } of bench.home.library.scan('photo:')) expect(body['sidecars']).toEqual({});
  });

  it('the owner is matched with the owner’s photo, and not with one planted under the same name', async () => {
    const bench = await open();
    await bench.send('token:upload', 'IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    const sprayed = bench.idOf('IMG_1.jpg');
    bench.drop('IMG_1.jpg.xmp', xmp({ title: 'private words', taken: '2001-01-01T10:00:00' }));
    expect(await bench.pass()).toMatchObject({ ignored: 1 });
    bench.drop('IMG_1.jpg', await makePhoto(2));
    expect(await bench.pass()).toMatchObject({ stored: 1, sidecars: 1, ignored: 0 });
    expect(bench.document(sprayed).sidecars).toEqual({});
  });

  it('the same bytes from two people apply to their own photos, and finally to the owner’s', async () => {
    const bench = await open();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    await bench.share('IMG_1.jpg', 'family');
    await bench.send(bench.people.editor, 'IMG_1.jpg.xmp', title('same'));
    await bench.pass();
    const by = (): unknown[] => Object.values(bench.document(bench.idOf('IMG_1.jpg')).sidecars).map((one) => one.by);
    expect(by()).toEqual([bench.people.editor]);
    await bench.send('token:upload', 'IMG_1.jpg.xmp', title('same'));
    await bench.pass();
    expect(by()).toEqual([bench.people.editor]);
    bench.drop('IMG_1.jpg.xmp', title('same'));
    await bench.pass();
    expect(by()).toEqual([undefined]);
    await bench.send(bench.people.editor, 'IMG_1.jpg.xmp', title('same'));
    await bench.pass();
    expect(by()).toEqual([undefined]);
  });
});

describe('the sender of a file', () => {
  it('is recorded in incoming, in its claim and in the document', async () => {
    const bench = await open();
    await bench.send(bench.people.family, 'IMG_1.jpg', await makePhoto(1));
    await bench.send('owner', 'IMG_2.jpg', await makePhoto(2));
    expect(bench.incoming()).toEqual(['IMG_2.jpg']);
    expect((await bench.spool.status()).incoming).toBe(2);
    await bench.pass();
    const by = (name: string): unknown[] =>
      Object.values(bench.document(bench.idOf(name)).sightings).map((one) => one.by);
    expect(by('IMG_1.jpg')).toEqual([bench.people.family]);
    expect(by('IMG_2.jpg')).toEqual([undefined]);
    expect(bench.shown('IMG_1.jpg')).toMatchObject({ name: 'IMG_1.jpg', albums: [] });
    expect(Object.values(bench.document(bench.idOf('IMG_1.jpg')).sightings)[0]).not.toHaveProperty('folder');
  });

  it('is unknown if its record is lost or was moved to other files', async () => {
    const bench = await open();
    await bench.send('owner-like', 'IMG_1.jpg', await makePhoto(1));
    const senders = join(bench.home.config.incoming, '.photospool-from');
    const [folder] = readdirSync(senders) as [string];
    expect(readFileSync(join(senders, folder, '.from.json'), 'utf8')).toContain('owner-like');
    rmSync(join(senders, folder, '.from.json'));
    await bench.send(bench.people.owner, 'IMG_2.jpg', await makePhoto(2));
    const other = readdirSync(senders).find((one) => one !== folder)!;
    renameSync(join(senders, other), join(senders, 'f'.repeat(32)));
    await bench.pass();
    for (const name of ['IMG_1.jpg', 'IMG_2.jpg'])
      expect(Object.values(bench.document(bench.idOf(name)).sightings)).toMatchObject([{ by: 'unknown' }]);
  });

  it('is unknown if the record of a claim is lost, and the owner if an old claim names nobody', async () => {
    const bench = await open();
    const claim = (id: string, name: string, bytes: Buffer, record?: object): void => {
      const folder = join(bench.home.config.work, id);
      mkdirSync(folder);
      writeFileSync(join(folder, name), bytes);
      if (record) writeFileSync(join(folder, 'item.json'), JSON.stringify(record));
    };
    claim('01JD0000000000000000000001', 'IMG_1.jpg', await makePhoto(1));
    claim('01JD0000000000000000000002', 'IMG_2.jpg', await makePhoto(2), {
      ...{ format: 1, name: 'IMG_2.jpg', file: 'IMG_2.jpg', from: '/x/IMG_2.jpg', attempts: 0 },
      ...{ claimed: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' },
    });
    await bench.pass();
    const by = (name: string): unknown => Object.values(bench.document(bench.idOf(name)).sightings)[0]!.by;
    expect(by('IMG_1.jpg')).toBe('unknown');
    expect(by('IMG_2.jpg')).toBeUndefined();
  });

  it('keeps a long name, and a folder that stays when it is empty', async () => {
    const bench = await open();
    const long = `token:${'€'.repeat(100)}`;
    await bench.send(long, 'IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    await bench.pass();
    expect(Object.values(bench.document(bench.idOf('IMG_1.jpg')).sightings)).toMatchObject([{ by: long }]);
    expect(existsSync(join(bench.home.config.incoming, '.photospool-from'))).toBe(true);
  });
});

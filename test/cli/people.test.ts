/** Libraries of people by command, and what commands say while a version is not ready for them. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openRecords } from '../../src/home/open-records.js';
import { readConfig } from '../../src/base/config.js';
import { openFiles } from '../../src/base/files.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { itemOf, publicIdOf } from '../../src/document/item-id.js';
import { openLibrary } from '../../src/library/library.js';
import * as readiness from '../../src/library/people-libraries.js';
import { makePhoto } from '../picture.js';
import { makeHome, type TestHome } from './run.js';

/**
 * Whether this version is ready for libraries of people. Set on the module, since a mock of it would only reach modules
 * that no former file of this process had loaded.
 */
const gate = {
  set ready(value: boolean) {
    vi.spyOn(readiness, 'peopleLibrariesReady', 'get').mockReturnValue(value);
  },
};
afterEach(() => void vi.restoreAllMocks());

async function openPeople(...names: string[]) {
  const home = makeHome();
  for (const [n, name] of names.entries())
    await home.run('users', 'add', name, '--role', n === 0 ? 'owner' : 'family', '--invite');
  return home;
}

/** How many items each has: the house under `house`, people under their names. */
async function itemsOf(home: TestHome): Promise<Record<string, number>> {
  const listed = values((await home.run('users', 'list', '--json')).out) as { id: string; name: string }[];
  const { db, library } = await openRecords(readConfig(home.folder, {}), openFiles());
  const counted = [...listed.map(({ id, name }) => [name, `own:${id}:`] as const), ['house', 'photo:'] as const]
    .map(([name, prefix]) => [name, library.count(prefix)] as const)
    .filter(([, count]) => count > 0);
  library.close();
  db.close();
  return Object.fromEntries(counted);
}

/** The limits of the links that accept photos, as stored, the oldest first. */
function limitsIn(home: TestHome): unknown[] {
  const db = openSqlite(join(home.folder, '.photospool', 'library.sqlite'));
  const rows = db.prepare<{ uploads: string }>('SELECT uploads FROM access_share ORDER BY uploads DESC').all();
  db.close();
  return rows.map(({ uploads }) => JSON.parse(uploads) as unknown);
}

/** What commands say, one JSON value a line. */
const values = (out: string): unknown[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test('tokens act for a person', async () => {
  const home = await openPeople('ada', 'ben');
  const add = ['tokens', 'add', 'phone', '--may', 'read,upload'];
  const made = await home.run(...add, '--for', 'Ben', '--json');
  expect(values(made.out)).toEqual([
    { name: 'phone', may: ['read', 'upload'], for: 'ben', token: expect.stringMatching(/^psp_/) as string },
  ]);
  expect((await home.run(...add)).code).toBe(0);
  const listed = (await home.run('tokens', 'list', '--json')).out;
  expect(values(listed).map((one) => (one as { for?: string }).for)).toEqual(['ben', undefined]);
  expect((await home.run('tokens', 'list')).out).toMatch(/^phone {2}read,upload for ben {2}\(created/);

  for (const [args, said] of [
    [['tokens', 'add', 'x', '--may', 'read', '--for', 'nobody'], /There is no person named nobody/],
    [['tokens', 'add', 'x', '--may', 'publish', '--for', 'ben'], /A token for one person can’t have permission to/],
    [['tokens', 'revoke', 'phone', '--for', 'ada'], /There is no token named phone that acts for ada/],
  ] as const) {
    const { code, err } = await home.run(...args);
    expect([code, err]).toEqual([2, expect.stringMatching(said)]);
  }
  expect((await home.run('tokens', 'revoke', 'phone', '--for', 'ben')).code).toBe(0);
  expect(values((await home.run('tokens', 'list', '--json')).out)).toHaveLength(1);

  gate.ready = false;
  const { code, err } = await home.run('tokens', 'add', 'desk', '--may', 'read', '--for', 'ben');
  gate.ready = true;
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/Personal libraries are not available on this server yet\. This version of Photospool/),
  ]);
});

test('lost ends of access are listed and confirmed, where people have libraries', async () => {
  const home = await openPeople('ada', 'ben');
  expect(await home.run('people', 'confirm')).toMatchObject({ code: 0, out: 'No access changes were lost.\n' });
  expect(await home.run('people', 'confirm', 'x')).toMatchObject({ code: 2 });
  const ben = values((await home.run('users', 'list', '--json')).out)[1] as { id: string };
  const key = `person:${ben.id} 001764000000000-0000-k3`;
  const db = openSqlite(join(home.folder, '.photospool', 'library.sqlite'));
  const library = openLibrary(db);
  const gives = {
    [`person:${ben.id} member ${library.stamp()}`]: { at: library.stamp(), by: 'owner', saw: { self: [key] } },
  };
  library.update<object>('library:people', () => ({ format: 1, kind: 'people', gives }));
  db.close();
  const listed = await home.run('people', 'confirm');
  expect(listed.out).toBe(`${key}  ben was removed from the family. 1 document waits for it.\n`);
  expect(values((await home.run('people', 'confirm', key, '--json')).out)).toEqual([
    {
      ...{ set: 'library:people', key, to: `person:${ben.id}`, waiting: 1, confirmed: true },
      sentence: 'ben was removed from the family.',
    },
  ]);
  expect((await home.run('people', 'confirm')).out).toBe('No access changes were lost.\n');

  gate.ready = false;
  const { code, err } = await home.run('people', 'confirm');
  gate.ready = true;
  expect([code, err]).toEqual([2, expect.stringMatching(/Personal libraries are not available on this server yet/)]);
});

test('folders are assigned, used and unassigned', async () => {
  const home = await openPeople('ada', 'ben', 'cleo');
  const given = await home.run('folders', 'give', '--to', 'Ben', '--json');
  const path = join(home.incoming, '@ben');
  expect(values(given.out)).toEqual([{ folder: '@ben', person: 'ben', path }]);
  expect(existsSync(path)).toBe(true);
  expect((await home.run('folders', 'give', 'scans/cleo', '--to', 'cleo')).out).toMatch(
    /scans\/cleo are now imported into the library of cleo$/m,
  );
  expect((await home.run('folders', 'list')).out).toBe('@ben  ben\nscans/cleo  cleo\n');

  await home.drop('@ben/1.jpg', 1);
  await home.drop('scans/cleo/1.jpg', 1);
  await home.drop('2.jpg', 2);
  const told = (await home.run('status')).out;
  expect(told).toMatch(/^others {5}2 files of other people: 2 incoming, 0 in work, 0 stuck$/m);
  expect(told).toMatch(/2\.jpg: /);
  expect(told).not.toMatch(/@ben|cleo/);
  const waiting = await home.run('folders', 'take-back', '@ben');
  expect([waiting.code, waiting.err]).toEqual([2, expect.stringMatching(/@ben still contains files/)]);
  expect((await home.run('process')).out).toMatch(/^1 photo stored, 2 in other libraries in /);
  expect(await itemsOf(home)).toEqual({ house: 1, ben: 1, cleo: 1 });

  for (const [args, said] of [
    [['give', '@ben', '--to', 'cleo'], /@ben is assigned to another person\. Unassign it first/],
    [['give', '../x', '--to', 'cleo'], /“\.\.\/x” is not a folder in incoming/],
    [['give', '--to', 'nobody'], /There is no person named nobody/],
    [['give', '@ben'], /required option '--to <PERSON>'/],
    [['take-back', '@nobody'], /@nobody is not assigned to anyone/],
  ] as const) {
    const { code, err } = await home.run('folders', ...args);
    expect([args, code, err]).toEqual([args, 2, expect.stringMatching(said)]);
  }
  expect((await home.run('folders', 'take-back', '@ben', '--json')).out).toBe('{"takenBack":"@ben"}\n');
  gate.ready = false;
  const { code, err } = await home.run('folders', 'give', '--to', 'ben');
  gate.ready = true;
  expect([code, err]).toEqual([2, expect.stringMatching(/does not support personal libraries yet/)]);
});

test('a folder is imported for a person: only that person’s photos count as known', async () => {
  const home = await openPeople('ada', 'ben');
  const tree = join(home.folder, '../tree');
  mkdirSync(join(tree, 'Trip'), { recursive: true });
  for (const n of [1, 2]) writeFileSync(join(tree, 'Trip', `${n}.jpg`), await makePhoto(n));
  await home.drop('1.jpg', 1);
  expect((await home.run('process')).code).toBe(0);
  const summary = async (...args: string[]): Promise<unknown> => {
    const { code, out } = await home.run('import', tree, ...args, '--json');
    const { stored, duplicates } = values(out)[0] as Record<string, number>;
    return { code, stored, duplicates };
  };
  gate.ready = false;
  const refused = await home.run('import', tree, '--for', 'ben');
  gate.ready = true;
  expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/does not support personal libraries yet/)]);
  expect(await summary('--dry-run')).toEqual({ code: 0, stored: 1, duplicates: 1 });
  expect(await summary('--for', 'ben', '--dry-run')).toEqual({ code: 0, stored: 2, duplicates: 0 });
  expect(await itemsOf(home)).toEqual({ house: 1 });
  expect(await summary('--for', 'ben')).toEqual({ code: 0, stored: 2, duplicates: 0 });
  expect(await itemsOf(home)).toEqual({ house: 1, ben: 2 });
  for (const more of [[], ['--dry-run']])
    expect(await summary('--for', 'ben', ...more)).toEqual({ code: 0, stored: 0, duplicates: 2 });
  expect(readdirSync(join(tree, 'Trip'))).toEqual(['1.jpg', '2.jpg']);
  const unknown = await home.run('import', tree, '--for', 'nobody');
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringMatching(/There is no person named nobody/)]);
});

test('albums and partners are managed for a person, and rejected while people have no libraries', async () => {
  const home = await openPeople('ada', 'ben', 'cleo');
  const made = values((await home.run('albums', 'create', 'Summer', '--for', 'ben', '--json')).out);
  const { album } = made[0] as { album: string };
  expect((await home.run('albums', 'share', album, 'cleo', '--add', '--for', 'ben')).out).toBe(
    `${album}  Summer  (1 member)\n`,
  );
  expect((await home.run('albums', 'list', '--for', 'cleo')).out).toBe(`${album}  Summer  (add)\n`);
  expect((await home.run('albums', 'list')).out).toBe('');
  expect((await home.run('albums', 'remove', album)).code).toBe(2);
  const photo = 'f'.repeat(64);
  expect(values((await home.run('albums', 'put', album, photo, '--for', 'cleo', '--json')).out)).toEqual([
    { changed: 0, missing: [photo], refused: [] },
  ]);
  expect((await home.run('albums', 'take-out', album, photo, '--for', 'ben')).out).toBe(
    `0 photos removed from the album “Summer”. Not found or already up to date: ${photo}.\n`,
  );
  expect((await home.run('albums', 'sort', album, 'oldest', '--for', 'ben')).out).toBe('Sorted: oldest.\n');
  expect((await home.run('albums', 'list', '--for', 'cleo', '--json')).out).toContain('"sort":"oldest"');
  expect((await home.run('albums', 'sort', album, 'sideways', '--for', 'ben')).code).toBe(2);
  expect((await home.run('albums', 'sort', album, 'newest', '--for', 'cleo')).err).toMatch(/Only the owner/);
  expect((await home.run('albums', 'move', album, photo, '--for', 'ben')).err).toMatch(/not in the album/);
  expect((await home.run('albums', 'unshare', album, 'cleo', '--for', 'cleo')).out).toBe(
    'cleo no longer has access to the album “Summer”.\n',
  );
  expect((await home.run('albums', 'unshare', album, 'cleo', '--for', 'ben')).out).toBe(
    'cleo had no access to the album “Summer”.\n',
  );
  expect((await home.run('albums', 'list', '--for', 'cleo')).out).toBe('');
  expect((await home.run('albums', 'remove', album, '--for', 'ben')).out).toBe(
    'Deleted the album “Summer” for all members. Its photos were kept.\n',
  );
  expect((await home.run('albums', 'list', '--for', 'ben')).out).toBe('');

  // A link of a person to their album, which takes photos from guests.
  const [party] = values((await home.run('albums', 'create', 'Party', '--for', 'ben', '--json')).out) as [
    { album: string },
  ];
  const create = ['links', 'create', '--uploads', '--json'];
  const [link] = values((await home.run(...create, '--album', party.album, '--for', 'ben')).out) as [{ id: string }];
  expect(link).toMatchObject({ path: expect.stringMatching(/^\/s\/[\w-]{43}$/) as string });
  expect((await home.run(...create, '--album', party.album)).code).toBe(2);
  expect((await home.run(...create, '--search', `in:${party.album}`)).err).toMatch(
    /Create a link to the album instead/,
  );
  expect((await home.run('links', 'list', '--for', 'ben')).out).toBe(`${link.id}  Party  ${party.album}\n`);
  expect((await home.run('links', 'list')).out).toBe('');
  expect((await home.run('links', 'waiting', '--for', 'ben')).out).toBe('');
  expect((await home.run('links', 'approve', photo, '--for', 'ben')).out).toBe(
    `0 photos approved. Not found or already up to date: ${photo}.\n`,
  );
  expect((await home.run('links', 'decline', photo, '--for', 'ben')).out).toMatch(/^0 photos declined\./);
  expect((await home.run('links', 'revoke', link.id)).out).toBe('No link has this id. Nothing was changed.\n');
  expect((await home.run('links', 'revoke', link.id, '--for', 'ben', '--json')).out).toBe('{"revoked":true}\n');

  // How much a link accepts.
  const limited = ['--max-photos', '7', '--max-bytes', '1000', '--max-photos-per-day', '3', '--max-bytes-per-day', '9'];
  expect((await home.run(...create, '--album', party.album, '--for', 'ben', ...limited)).code).toBe(0);
  expect((await home.run(...create, '--album', party.album, '--for', 'ben', '--max-photos', '5')).code).toBe(0);
  expect(limitsIn(home)).toEqual([
    { photos: 7, bytes: 1_000, photosPerDay: 3, bytesPerDay: 9 },
    { photos: 5, bytes: 20 * 1024 ** 3, photosPerDay: 500, bytesPerDay: 10 * 1024 ** 3 },
  ]);
  const wrong = async (...args: string[]): Promise<string> => {
    const { code, err } = await home.run('links', 'create', '--album', party.album, '--for', 'ben', ...args);
    expect(code).toBe(2);
    return err;
  };
  expect(await wrong('--uploads', '--max-bytes', '2 GB')).toMatch(
    /Invalid limit: 2 GB\. Use a whole number of at least 1\./,
  );
  expect(await wrong('--uploads', '--max-photos', '0')).toMatch(/Invalid limit: 0\./);
  expect(await wrong('--max-photos', '5')).toMatch(/Upload limits need a link that accepts uploads\. Add --uploads/);

  expect((await home.run('partners', 'add', 'cleo', '--for', 'ben')).out).toBe('cleo now sees the photos of ben.\n');
  expect((await home.run('partners', 'list', '--for', 'cleo')).out).toBe('Shared with: none\nReceived from: ben\n');
  expect((await home.run('partners', 'leave', 'ben', '--for', 'cleo')).out).toBe(
    'cleo no longer sees the photos of ben.\n',
  );
  expect((await home.run('partners', 'remove', 'cleo', '--for', 'ben')).out).toBe(
    'cleo did not see the photos of ben.\n',
  );
  expect((await home.run('partners', 'remove', 'cleo', '--for', 'ben', '--json')).out).toBe('{"changed":false}\n');

  gate.ready = false;
  for (const args of [
    ['albums', 'create', 'x', '--for', 'ben'],
    ['partners', 'add', 'cleo', '--for', 'ben'],
    ['links', 'list', '--for', 'ben'],
  ])
    expect(await home.run(...args)).toMatchObject({
      ...{ code: 2, out: '' },
      err: expect.stringMatching(/Personal libraries are not available on this server yet/) as string,
    });
  gate.ready = true;
});

test('photos are listed, edited and saved for a person; albums and links are changed', async () => {
  const home = await openPeople('ada', 'ben', 'cleo');
  for (const name of ['ben', 'cleo']) await home.run('folders', 'give', '--to', name);
  for (const [n, name] of ['@ben/1.jpg', '@ben/2.jpg', '@cleo/3.jpg', '4.jpg'].entries()) await home.drop(name, n);
  expect((await home.run('process')).code).toBe(0);
  const listed = async (...args: string[]): Promise<Record<string, string>> => {
    const { code, out } = await home.run('list', '--json', ...args);
    expect(code).toBe(0);
    const photos = (out === '' ? [] : values(out)) as { name: string; id: string }[];
    return Object.fromEntries(photos.map(({ name, id }) => [name, id]));
  };
  const ben = await listed('--for', 'ben');
  expect(Object.keys(ben).sort()).toEqual(['1.jpg', '2.jpg']);
  expect(Object.keys(await listed())).toEqual(['4.jpg']);
  const [one, two] = [ben['1.jpg']!, ben['2.jpg']!];

  // The first digits stand for a photo that the person sees.
  const edited = ['--title', 'Lake', '--tag', 'a', '--tag', 'b', '--rating', '4', '--taken', '2024-07-01T12:00'];
  expect((await home.run('edit', one.slice(0, 8), '--for', 'ben', ...edited)).out).toBe('1 photo edited.\n');
  expect((await home.run('edit', one, '--for', 'ben', '--untag', 'b', '--archive')).out).toBe('1 photo edited.\n');
  expect(values((await home.run('list', 'is:archived', '--for', 'ben', '--json')).out)).toEqual([
    expect.objectContaining({ id: one, title: 'Lake', tags: ['a'], rating: 4, taken: '2024-07-01T12:00:00.000' }),
  ]);
  expect((await home.run('edit', one, '--for', 'ben', '--unarchive', '--favourite')).code).toBe(0);
  expect(Object.keys(await listed('--for', 'ben', 'is:favourite'))).toEqual(['1.jpg']);
  expect((await home.run('edit', two, '--for', 'ben', '--trash')).out).toBe('1 photo edited.\n');
  expect(Object.keys(await listed('--for', 'ben'))).toEqual(['1.jpg']);
  expect((await home.run('edit', two, '--for', 'ben', '--restore')).out).toBe('1 photo edited.\n');
  const undo = join(home.folder, 'undo.json');
  writeFileSync(undo, (await home.run('edit', one, '--for', 'ben', '--title', 'Sea', '--rating', '5', '--json')).out);
  expect((await home.run('edit', '--undo', undo, '--for', 'ben')).out).toBe('1 photo changed back.\n');
  expect(values((await home.run('list', 'rating:4', '--for', 'ben', '--json')).out)).toMatchObject([{ title: 'Lake' }]);
  const strange = ['edit', one.slice(0, 8), '--title', 'x'];
  expect((await home.run(...strange)).out).toBe(
    `0 photos edited. Not found or already up to date: ${one.slice(0, 8)}.\n`,
  );
  expect(await home.run(...strange, '--for', 'cleo')).toMatchObject({ code: 3, out: '' });
  for (const [args, said] of [
    [[one], /No change was given/],
    [[one, '--rating', '6'], /Invalid rating: 6/],
    [[one, '--audience', 'friends'], /Invalid audience: friends\. Use private, family, public/],
    [[one, '--trash', '--restore'], /--trash and --restore contradict each other/],
    [[one, '--taken', 'today'], /today/],
  ] as const) {
    const { code, err } = await home.run('edit', ...args, '--for', 'ben');
    expect([code, err]).toEqual([2, expect.stringMatching(said)]);
  }

  // What is shown to the family can be saved, and then belongs to who saved it.
  expect((await home.run('save', one, '--for', 'cleo')).out).toMatch(/^0 photos saved\. Not found/);
  expect((await home.run('edit', one, '--for', 'ben', '--audience', 'family')).code).toBe(0);
  expect((await home.run('save', one.slice(0, 8), '--for', 'cleo')).out).toBe('1 photo saved.\n');
  expect(values((await home.run('save', one, '--for', 'cleo', '--json')).out)).toEqual([
    { saved: 0, known: 1, missing: [] },
  ]);
  expect((await home.run('edit', one, '--for', 'cleo', '--title', 'x')).err).toMatch(/You can’t change the title/);
  expect(await itemsOf(home)).toEqual({ house: 1, ben: 2, cleo: 2 });

  const [made] = values((await home.run('albums', 'create', 'Trip', '--for', 'ben', '--json')).out) as [
    { album: string },
  ];
  const { album } = made;
  expect((await home.run('albums', 'put', album, one.slice(0, 8), '--for', 'ben')).code).toBe(0);
  const changes = ['--name', 'Lakes', '--description', 'Swum in all', '--cover', one.slice(0, 8)];
  expect((await home.run('albums', 'edit', album, ...changes, '--for', 'ben')).out).toMatch(/ {2}Lakes {2}/);
  const [shown] = values((await home.run('albums', 'list', '--for', 'ben', '--json')).out);
  expect(shown).toMatchObject({ name: 'Lakes', cover: one });
  expect((await home.run('albums', 'edit', album, '--no-cover', '--for', 'ben')).code).toBe(0);
  expect(values((await home.run('albums', 'list', '--for', 'ben', '--json')).out)[0]).not.toHaveProperty('cover');
  expect((await home.run('albums', 'edit', album, '--name', 'x', '--for', 'cleo')).code).toBe(2);
  expect((await home.run('albums', 'edit', album, '--for', 'ben')).err).toMatch(/No change was given/);

  const created = ['links', 'create', '--album', album, '--expires', '2099-01-01', '--for', 'ben', '--json'];
  const [link] = values((await home.run(...created)).out) as [{ id: string; path: string }];
  const editLink = async (...args: string[]): Promise<unknown> =>
    values((await home.run('links', 'edit', link.id, ...args, '--for', 'ben', '--json')).out)[0];
  expect(await editLink('--title', 'Ours')).toMatchObject({ title: 'Ours', expires: '2099-01-01T00:00:00.000Z' });
  expect(await editLink('--no-expires')).not.toHaveProperty('expires');
  const asTaken = ['--originals', '--unedited'];
  expect(await editLink(...asTaken)).toMatchObject({ originals: true, unedited: true, details: false });
  expect(await editLink('--no-unedited')).toMatchObject({ originals: true, unedited: false });
  expect((await home.run(...created, ...asTaken)).code).toBe(0);
  const changing = ['links', 'edit', link.id, '--for', 'ben'];
  for (const args of [
    [...created, '--unedited'],
    [...changing, '--no-originals', '--unedited'],
  ]) {
    const { code, err } = await home.run(...args);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/Only a link with originals can include unedited ones\..*Add --originals\./s),
    ]);
  }
  const [newest] = values((await home.run('links', 'list', '--for', 'ben', '--json')).out);
  expect(newest).toMatchObject({ originals: true, unedited: true });
  const renewed = values((await home.run('links', 'renew', link.id, '--for', 'ben', '--json')).out)[0];
  expect(renewed).toEqual({ id: link.id, path: expect.stringMatching(/^\/s\/[\w-]{43}$/) as string });
  expect(renewed).not.toEqual(link);
  for (const args of [
    ['edit', link.id, '--title', 'x'],
    ['renew', link.id],
    ['renew', 'x', '--for', 'ben'],
  ])
    expect((await home.run('links', ...args)).err).toMatch(/There is no such link/);
  expect((await home.run('links', 'edit', link.id, '--expires', 'soon', '--for', 'ben')).err).toMatch(
    /Invalid date: soon/,
  );
});

test('photos of a person are locked and unlocked, and a PIN is reset; each is in the audit', async () => {
  const home = await openPeople('ada', 'ben');
  await home.run('folders', 'give', '--to', 'ben');
  await home.drop('@ben/1.jpg', 1);
  await home.drop('2.jpg', 2);
  expect((await home.run('process')).code).toBe(0);
  const { db, library } = await openRecords(readConfig(home.folder, {}), openFiles());
  const [id, ofHouse] = ['own:', 'photo:'].map((prefix) => publicIdOf(itemOf([...library.scan(prefix)][0]!.id)!));
  library.close();
  db.close();
  const photos = async (...args: string[]): Promise<unknown> => {
    const { code, out, err } = await home.run(...args, '--for', 'ben', '--json');
    expect(code, out + err).toBe(0);
    return values(out)[0];
  };
  // Edits of pictures, and undoing them by the answer of the command.
  const undo = join(home.folder, 'undo.json');
  const edited = await photos('edit', id!, '--rotate', '90', '--crop', '0.1,0,0.8,1');
  expect(edited).toMatchObject({ changed: 1, undo: [{ ids: [id], develop: null }] });
  writeFileSync(undo, JSON.stringify(await photos('edit', id!, '--rotate', '-90')));
  const rotated = await photos('edit', id!, '--original');
  expect(rotated).toMatchObject({ undo: [{ develop: { crop: { left: 0.1, top: 0, width: 0.8, height: 1 } } }] });
  expect(await photos('edit', '--undo', undo)).toMatchObject({ changed: 1 });
  expect(await photos('edit', id!, '--original')).toMatchObject({
    undo: [{ develop: { rotate: 1, crop: { left: 0.1, top: 0, width: 0.8, height: 1 } } }],
  });
  expect((await home.run('edit', ofHouse!, '--rotate', '180', '--for', 'ben')).err).toMatch(/You can’t change/);
  for (const args of [[], ['--rotate', '45'], ['--crop', '0,0,2,1'], ['--crop', '1'], ['--original', '--rotate', '90']])
    expect((await home.run('edit', id!, ...args)).code, args.join(' ')).toBe(2);
  expect((await home.run('edit', '--undo', join(home.folder, 'photospool.toml'))).code).toBe(2);
  expect(await photos('lock', id!)).toEqual({ changed: 1, missing: [], refused: [] });
  expect(await photos('lock', id!)).toEqual({ changed: 0, missing: [id], refused: [] });
  // A photo of the house is none of Ben’s, and he sees no private one.
  expect(await photos('lock', ofHouse!)).toEqual({ changed: 0, missing: [ofHouse], refused: [] });
  expect((await home.run('list', '--for', 'ben')).out).not.toContain(id!.slice(0, 6));
  expect(await photos('list', '--locked')).toMatchObject({ id });
  expect((await home.run('list', '--locked')).err).toMatch(/Use --locked with --for\./);
  expect(await photos('unlock', '--all')).toEqual({ changed: 1, missing: [], refused: [] });
  expect((await home.run('list', '--locked', '--for', 'ben')).out).toBe('');
  expect(await photos('unlock', '--all')).toEqual({ changed: 0, missing: [], refused: [] });
  expect(await photos('lock', id!)).toMatchObject({ changed: 1 });
  expect(await photos('unlock', id!)).toMatchObject({ changed: 1 });
  expect((await home.run('lock', ofHouse!, '--for', 'ada')).err).toMatch(
    /You can lock only photos in your own library/,
  );
  expect((await home.run('unlock', '--for', 'ben')).err).toMatch(/No photo was given\. Give the ids of photos/);
  expect((await home.run('lock', id!)).err).toMatch(/required option '--for <NAME>'/);
  expect(await home.run('users', 'reset-pin', 'ben')).toMatchObject({
    ...{ code: 0, out: 'ben had no PIN and can set a new one with their password\n' },
  });
  const audit = readFileSync(join(home.folder, '.photospool', 'audit.log'), 'utf8');
  for (const told of [/"photos-locked".*"ben: 1"/, /"photos-unlocked".*"ben: 1"/, /"pin-removed".*"ben"/])
    expect(audit).toMatch(told);
  gate.ready = false;
  const { code, err } = await home.run('lock', id!, '--for', 'ben');
  gate.ready = true;
  expect([code, err]).toEqual([2, expect.stringMatching(/Personal libraries are not available on this server yet/)]);
});

test('photos of the house are offered to a person, who accepts; then those of the house are trashed', async () => {
  const home = await openPeople('ada', 'ben');
  for (const n of [1, 2]) await home.drop(`${n}.jpg`, n);
  expect((await home.run('process')).code).toBe(0);
  expect((await home.run('assign', '--for', 'ben', 'tag:none')).out).toBe('No photos of the family library match.\n');
  const made = (await home.run('assign', '--for', 'ben', 'jpg')).out;
  expect(made).toMatch(/^house:[0-9A-Z]{26} {2}2 photos from the family library to ben {2}\(open\)\n$/);
  const offer = made.split(' ')[0]!;
  expect((await home.run('offers', 'list', '--for', 'ben')).out).toBe(made);
  expect((await home.run('offers', 'accept', offer)).err).toMatch(/Only the recipient can accept/);
  expect((await home.run('offers', 'accept', offer, '--for', 'ben')).out).toBe('2 photos saved.\n');
  expect((await home.run('offers', 'decline', offer, '--for', 'ben')).out).toBe(
    'The offer has already ended. Nothing was changed.\n',
  );
  expect(await itemsOf(home)).toEqual({ house: 2, ben: 2 });
  const told = (await home.run('offers', 'list')).out;
  expect(told).toMatch(
    /ben saved 2 photos\. Run `photospool offers trash house:[0-9A-Z]{26}` to move your copies to the trash\.\n$/,
  );
  const [shown] = values((await home.run('offers', 'show', offer, '--json')).out) as { movable: string[] }[];
  expect(shown!.movable).toHaveLength(2);
  expect((await home.run('offers', 'trash', offer)).out).toBe('2 photos moved to the trash.\n');
  expect((await home.run('list', 'is:trashed')).out.trimEnd().split('\n')).toHaveLength(2);

  expect((await home.run('people', 'publish', 'ben')).out).toBe('ben can publish photos.\n');
  expect((await home.run('users', 'list', '--json')).out).toMatch(/"publishes":true/);
  expect(values((await home.run('people', 'publish', 'ben', '--stop', '--json')).out)).toEqual([
    { name: 'ben', publishes: false, changed: true },
  ]);
  // Ben does not offer what is of the house.
  const [id] = (values((await home.run('offers', 'show', offer, '--json')).out) as { ids: string[] }[])[0]!.ids;
  expect((await home.run('offers', 'make', id!, '--to-house', '--for', 'ben')).out).toBe(
    'No photos were offered.\n1 photo could not be offered.\n',
  );
  expect((await home.run('offers', 'make', id!, '--to', 'nobody', '--for', 'ben')).code).toBe(2);
  expect((await home.run('offers', 'make', id!, '--for', 'ben')).err).toMatch(
    /No recipient was given\. Use either --to/,
  );
  expect((await home.run('offers', 'make', id!, '--to', 'ben', '--to-house')).err).toMatch(/Two recipients were given/);
  // Closing an account ends the sign-in alone; the photos of somebody who was removed are handed over.
  expect((await home.run('users', 'close', 'Ben')).out).toBe(
    'ben can no longer sign in here; what they share stays shared\n',
  );
  expect((await home.run('users', 'close', 'nobody')).code).toBe(2);
  expect((await home.run('people', 'hand-over', 'ben')).err).toMatch(/ben has not been removed/);
  expect((await home.run('users', 'remove', 'ben')).code).toBe(0);
  await home.run('users', 'add', 'cleo', '--role', 'family', '--invite');
  expect((await home.run('people', 'hand-over', 'ben', '--to', 'cleo')).out).toBe(
    '2 photos saved, 0 already in that library.\n',
  );
  expect(values((await home.run('people', 'hand-over', 'ben', '--to', 'cleo', '--json')).out)).toEqual([
    expect.objectContaining({ saved: 0, known: 2 }),
  ]);
  expect(await itemsOf(home)).toEqual({ house: 2, cleo: 2 });
  const audit = readFileSync(join(home.folder, '.photospool', 'audit.log'), 'utf8');
  expect(audit).toMatch(/"account-closed".*"ben"/);
  expect(audit).toMatch(/"photos-handed-over".*"ben, to cleo: 2"/);

  gate.ready = false;
  for (const args of [
    ['people', 'hand-over', 'ben'],
    ['assign', '--for', 'ben', 'jpg'],
    ['offers', 'list'],
    ['people', 'publish', 'ben'],
  ])
    expect(await home.run(...args)).toMatchObject({
      ...{ code: 2, out: '' },
      err: expect.stringMatching(/Personal libraries are not available on this server yet/) as string,
    });
  gate.ready = true;
});

test('the storage per person is shown, and the destination of their uploads is set', async () => {
  const home = await openPeople('ada', 'ben');
  await home.drop('1.jpg', 1);
  expect((await home.run('process')).code).toBe(0);
  const used = values((await home.run('people', 'storage', '--json')).out) as {
    name: string;
    photos: number;
    bytes: number;
  }[];
  expect(used).toMatchObject([
    { name: 'house', photos: 1, trash: { photos: 0, bytes: 0 } },
    { name: 'ada', photos: 0, bytes: 0 },
    { name: 'ben', photos: 0 },
  ]);
  expect(used[0]!.bytes).toBeGreaterThan(100);
  expect((await home.run('people', 'storage')).out).toMatch(
    /^Family library {2}.* in 1 photo\nada {2}.* in 0 photos\nben /,
  );
  for (const [name, to] of [
    ['ada', 'the family library'],
    ['ben', 'their own library'],
  ])
    expect((await home.run('people', 'upload-to', name!)).out).toBe(`Uploads of ${name} go to ${to}.\n`);
  expect((await home.run('people', 'upload-to', 'ben', 'house')).out).toBe(
    'Uploads of ben go to the family library.\n',
  );
  expect(values((await home.run('people', 'upload-to', 'Ben', 'me', '--json')).out)).toEqual([
    { name: 'ben', to: 'me' },
  ]);
  expect((await home.run('people', 'upload-to', 'ben')).out).toBe('Uploads of ben go to their own library.\n');
  expect((await home.run('people', 'upload-to', 'ben', 'ada')).code).toBe(2);
  const audience = async (...args: string[]): Promise<string> =>
    (await home.run('people', 'upload-audience', ...args)).out;
  expect(await audience('ben')).toBe('New uploads of ben are private.\n');
  expect(await audience('ben', 'family')).toBe('New uploads of ben are visible to the family.\n');
  expect(values(await audience('Ben', '--json'))).toEqual([{ name: 'ben', audience: 'family' }]);
  expect((await home.run('people', 'upload-audience', 'ben', 'public')).code).toBe(2);

  const deleteAfter = async (...args: string[]): Promise<string> =>
    (await home.run('trash', 'delete-after', ...args)).out;
  expect(await deleteAfter()).toBe('Photos in the trash of the family library are never deleted automatically.\n');
  expect(await deleteAfter('30')).toBe(
    'Photos in the trash of the family library are deleted after 30 days, while the server runs.\n',
  );
  expect(values(await deleteAfter('60', '--for', 'Ben', '--json'))).toEqual([{ name: 'ben', days: 60 }]);
  expect(values(await deleteAfter('never', '--json'))).toEqual([{ name: 'house', days: null }]);
  expect(values(await deleteAfter('--for', 'ben', '--json'))).toEqual([{ name: 'ben', days: 60 }]);
  expect((await home.run('trash', 'delete-after', '7')).code).toBe(2);
  expect((await home.run('trash', 'delete-after', '30', '--for', 'eve')).code).toBe(2);
  const log = readFileSync(join(home.folder, '.photospool', 'audit.log'), 'utf8');
  expect(log).toMatch(/"trash-changed".*"who":"command line","detail":"library of ben: after 60 days"/);
});

/** Uploads by a single request, and the listing of what a sender sent: killed at every operation. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { systemClock, type Clock } from '../../src/base/clock.js';
import { openFiles } from '../../src/base/files.js';
import { silent } from '../../src/base/log.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { openSentFiles, splitPath, type SentFiles } from '../../src/library/sent-files.js';
import type { WantedPut } from '../../src/spool/spool-interface.js';
import { openUploads, type OpenUploads, type UploadsParts } from '../../src/spool/upload-parts.js';
import { temporaryFolder } from '../folder.js';

const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('the bytes of a photo')]);
const other = Buffer.concat([jpeg, Buffer.from(' and more')]);
const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const by = 'token:Phone';
const day = 86_400_000;
let count = 0;
const nextId = (): string => (++count).toString(16).padStart(32, '0');

function makeFolders() {
  const folder = temporaryFolder();
  const [incoming, work] = [join(folder, 'incoming'), join(folder, 'work')];
  for (const path of [incoming, work]) mkdirSync(path);
  const sent: SentFiles = openSentFiles(openSqlite(':memory:'));
  sent.put({ sender: by, parent: '', name: 'Trip', modified: Date.now(), at: Date.now() });
  const open = (parts: Partial<UploadsParts> = {}): Promise<OpenUploads> =>
    openUploads({ incoming, work, files: openFiles(), clock: systemClock, log: silent, sent, ...parts });
  /** The files in incoming, without the records of senders. */
  const placed = (): string[] =>
    readdirSync(incoming, { recursive: true })
      .map(String)
      .filter((path) => statSync(join(incoming, path)).isFile() && !path.endsWith('.from.json'))
      .sort();
  return { incoming, work, sent, open, placed, kept: join(work, '.uploads') };
}

const wantedAt = (path: string, bytes?: Buffer): WantedPut => {
  const { parent, name } = splitPath(path);
  return { by, put: path, metadata: { filename: name, folder: parent }, ...(bytes && { length: bytes.length }) };
};
const put = (uploads: OpenUploads, path: string, bytes: Buffer, known = true) =>
  uploads.put(
    nextId(),
    wantedAt(path, known ? bytes : undefined),
    Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]),
  );

describe('a crash at any operation', () => {
  test.each([
    ['of known length', 'Trip/a.jpg', true],
    ['of unknown length', 'Trip/a.jpg', false],
    ['with a name that waits', 'Trip/a.jpg.tmp', true],
  ])('of a file %s loses, doubles and truncates nothing when the client repeats', async (_, path, known) => {
    for (let n = 1; ; n++) {
      const { open, placed, sent, kept } = makeFolders();
      let steps = 0;
      const dying = openFiles(() => {
        if (++steps >= n) throw new Error('killed');
      });
      await open({ files: dying })
        .then((uploads) => put(uploads, path, jpeg, known))
        .catch(() => undefined);
      const isDone = steps < n;
      const next = await open();
      await next.close();
      await put(next, path, jpeg, known);
      const waits = path.endsWith('.tmp');
      expect(sent.find(by, path)?.file, `killed at ${n}`).toMatchObject({ bytes: jpeg.length, sha256: sha256Of(jpeg) });
      expect(
        placed().map((one) => basename(one)),
        `killed at ${n}`,
      ).toEqual(waits ? [] : ['a.jpg']);
      // An empty part that never got its record is removed after an hour.
      const left = readdirSync(kept).filter((name) => name.endsWith('.part') && statSync(join(kept, name)).size > 0);
      expect(left.length, `killed at ${n}`).toBe(waits ? 1 : 0);
      const at = await next.locate(sent.find(by, path)!);
      expect(readFileSync(at!).equals(jpeg), `killed at ${n}`).toBe(true);
      if (!isDone) continue;
      expect(n).toBeGreaterThan(10);
      return;
    }
  });
});

test('other bytes under a name are a new file, the same bytes nothing, and both photos stay', async () => {
  const { open, placed, sent } = makeFolders();
  const uploads = await open();
  for (const bytes of [jpeg, jpeg, other, other]) await put(uploads, 'a.jpg', bytes);
  expect(placed().map((path) => basename(path))).toEqual(['a-2.jpg', 'a.jpg']);
  expect(sent.find(by, 'a.jpg')?.file?.sha256).toBe(sha256Of(other));
  const together = await Promise.all([put(uploads, 'b.jpg', jpeg), put(uploads, 'b.jpg', other)]);
  expect(together.map(({ sha256 }) => sha256)).toEqual([sha256Of(jpeg), sha256Of(other)]);
  expect(placed().length).toBe(4);
});

test('a file whose folder was removed while it was received goes to the spool without being listed', async () => {
  const { open, placed, sent } = makeFolders();
  const uploads = await open();
  sent.remove(by, 'Trip');
  await put(uploads, 'Trip/a.jpg', jpeg);
  expect([placed().map((path) => basename(path)), sent.count(by)]).toEqual([['a.jpg'], 0]);
});

test('a body that is cut, or longer than announced, leaves nothing', async () => {
  const { open, placed, sent, kept } = makeFolders();
  const uploads = await open();
  async function* cut(): AsyncGenerator<Buffer> {
    yield jpeg.subarray(0, 5);
    await Promise.resolve();
    throw new Error('the connection was lost');
  }
  for (const bytes of [jpeg, undefined])
    await expect(uploads.put(nextId(), wantedAt('a.jpg', bytes), Readable.from(cut()))).rejects.toThrow();
  await expect(uploads.put(nextId(), wantedAt('a.jpg', jpeg), Readable.from([other]))).rejects.toThrow(
    'doesn’t match the announced size',
  );
  const refused = (): never => {
    throw new Error('revoked');
  };
  await expect(uploads.put(nextId(), wantedAt('a.jpg', jpeg), Readable.from([jpeg]), refused)).rejects.toThrow(
    'revoked',
  );
  expect([placed(), sent.count(by), readdirSync(kept)]).toEqual([[], 1, []]);
});

test('a file that is listed outlives the right of its sender, whatever interrupts it', async () => {
  for (const path of ['a.jpg', 'a.jpg.part'])
    for (let n = 1; ; n++) {
      const { open, placed, sent, kept } = makeFolders();
      let steps = 0;
      const dying = openFiles(() => {
        if (++steps >= n) throw new Error('killed');
      });
      await open({ files: dying })
        .then((uploads) => put(uploads, path, jpeg))
        .catch(() => undefined);
      const isDone = steps < n;
      const revoked = await open({ mayUpload: () => false });
      await revoked.close();
      const entry = sent.find(by, path);
      const all = existsSync(kept) ? readdirSync(kept) : [];
      const left = all.filter((name) => name.endsWith('.part') && statSync(join(kept, name)).size > 0);
      if (entry) expect(readFileSync((await revoked.locate(entry)) ?? '').equals(jpeg), `killed at ${n}`).toBe(true);
      else expect([placed(), left], `killed at ${n}`).toEqual([[], []]);
      if (!isDone) continue;
      expect(entry).toBeDefined();
      break;
    }
});

describe('a name that the spool ignores', () => {
  test('waits until the listing has another one, also over a restart', async () => {
    const { open, placed, sent } = makeFolders();
    const uploads = await open();
    await put(uploads, 'a.jpg.tmp', jpeg);
    const entry = sent.find(by, 'a.jpg.tmp')!;
    expect(placed()).toEqual([]);
    sent.put({ ...entry, parent: 'Trip', name: 'a.jpg' });
    sent.remove(by, 'a.jpg.tmp');
    // Killed before the request went on.
    const next = await open();
    await next.close();
    expect(placed().map((path) => path.split('/').slice(-2).join('/'))).toEqual(['Trip/a.jpg']);
    expect(await next.locate(sent.find(by, 'Trip/a.jpg')!)).toMatch(/Trip\/a\.jpg$/);
  });

  test('is removed with its listing, and replaced by what is sent again', async () => {
    const { open, placed, sent, kept } = makeFolders();
    const uploads = await open();
    const junk = Buffer.from('\0\x05\x16\x07 finder');
    for (const bytes of [junk, Buffer.from('again')]) await put(uploads, '._a.jpg', bytes);
    expect(readdirSync(kept).length).toBe(2);
    const { upload } = sent.find(by, '._a.jpg')!.file!;
    sent.remove(by, '._a.jpg');
    await uploads.finish(upload!);
    expect([readdirSync(kept), placed()]).toEqual([[], []]);
  });
});

test('after 30 days entries are removed; a photo that still waits goes to the spool, and junk is removed', async () => {
  const { open, placed, sent, kept } = makeFolders();
  let now = Date.now();
  const clock: Clock = { ...systemClock, now: () => now };
  const uploads = await open({ clock });
  await put(uploads, 'Trip/.hidden.jpg', jpeg);
  await put(uploads, 'Trip/.DS_Store', Buffer.from('no photo'));
  await put(uploads, 'Trip/b.jpg', other);
  now += 29 * day;
  await open({ clock });
  expect([sent.count(by), placed().length]).toEqual([4, 1]);
  now += 2 * day;
  await open({ clock });
  await open({ clock });
  expect([sent.count(by), readdirSync(kept)]).toEqual([0, []]);
  expect(placed().map((path) => basename(path))).toEqual(['b.jpg', 'upload-hidden.jpg']);
});

test('a photo that waits under several names, or while its disk is away, is not removed after 30 days', async () => {
  const { open, placed, sent, incoming } = makeFolders();
  let now = Date.now();
  const clock: Clock = { ...systemClock, now: () => now };
  const uploads = await open({ clock });
  await put(uploads, 'a.jpg.part', jpeg);
  sent.put({ ...sent.find(by, 'a.jpg.part')!, name: 'b.jpg.part' });
  now += 31 * day;
  rmSync(incoming, { recursive: true });
  await (await open({ clock })).close();
  expect([sent.count(by), existsSync(incoming)]).toEqual([2, false]);
  mkdirSync(incoming);
  await open({ clock });
  expect([sent.count(by), placed().length]).toEqual([0, 1]);
  // What was replaced while an old entry was handled stays.
  sent.put({ sender: by, parent: '', name: 'new', modified: now, at: now });
  sent.drop([sent.find(by, 'new')!], now);
  expect(sent.find(by, 'new')).toBeDefined();
});

test('all entries older than 30 days are removed at once, with the folders that become empty', async () => {
  const { open, sent } = makeFolders();
  let now = Date.now();
  const clock: Clock = { ...systemClock, now: () => now };
  const file = { bytes: 0, sha256: '' };
  for (const parent of ['Trip', 'Trip/Deep', 'Trip/Deep/Deeper'])
    for (let n = 0; n < 600; n++) sent.put({ sender: by, parent, name: `${n}.jpg`, modified: now, at: now, file });
  for (const [parent, name] of [
    ['Trip', 'Deep'],
    ['Trip/Deep', 'Deeper'],
  ] as const)
    sent.put({ sender: by, parent, name, modified: now, at: now });
  now += 31 * day;
  sent.put({ sender: by, parent: '', name: 'new.jpg', modified: now, at: now, file });
  await open({ clock });
  expect([sent.count(by), sent.find(by, 'new.jpg')?.name]).toEqual([1, 'new.jpg']);
});

test('entries that can’t be removed yet keep no others from being removed', async () => {
  const { open, sent, incoming } = makeFolders();
  let now = Date.now();
  const clock: Clock = { ...systemClock, now: () => now };
  const uploads = await open({ clock });
  await put(uploads, 'a.jpg.part', jpeg);
  const [row] = [sent.find(by, 'a.jpg.part')!];
  for (let n = 0; n < 600; n++) sent.put({ ...row, name: `${n}.jpg.part`, at: row.at - 1 });
  sent.put({ sender: by, parent: '', name: 'empty.jpg', modified: now, at: now, file: { bytes: 0, sha256: '' } });
  now += 31 * day;
  rmSync(incoming, { recursive: true });
  await (await open({ clock })).close();
  expect(sent.find(by, 'empty.jpg')).toBeUndefined();
  expect(sent.find(by, 'a.jpg.part')).toBeDefined();
  mkdirSync(incoming);
});

test('a sender can have a limited number of files that wait, also after a restart', async () => {
  const { open, sent, placed } = makeFolders();
  const uploads = await open({ mostWaiting: 2 });
  for (const name of ['._a.jpg', '._b.jpg']) await put(uploads, name, Buffer.from(name));
  const more = (from: OpenUploads, name: string) => put(from, name, Buffer.from('more'));
  await expect(more(uploads, '._c.jpg')).rejects.toMatchObject({ code: 'disk-full' });
  // One that replaces another, a photo, and those of other senders are no more of them.
  await more(uploads, '._a.jpg');
  await put(uploads, 'c.jpg', jpeg);
  expect(placed()).toHaveLength(1);
  const next = await open({ mostWaiting: 2 });
  await next.close();
  await expect(more(next, '._c.jpg')).rejects.toMatchObject({ code: 'disk-full' });
  const { upload } = sent.find(by, '._b.jpg')!.file!;
  sent.remove(by, '._b.jpg');
  await next.finish(upload!);
  await more(next, '._c.jpg');
  expect(sent.find(by, '._c.jpg')).toBeDefined();
});

test('the bytes of a file are found in a claim, by their hash, and not once somebody changed them', async () => {
  const { open, placed, sent, incoming, work } = makeFolders();
  const uploads = await open();
  await put(uploads, 'a.jpg', jpeg);
  const entry = sent.find(by, 'a.jpg')!;
  const claim = join(work, '01JD0000000000000000000000');
  mkdirSync(claim);
  const item = { format: 1, name: 'a.jpg', file: 'a.jpg', from: 'x', by, claimed: '', modified: '', attempts: 0 };
  writeFileSync(join(claim, 'item.json'), JSON.stringify(item));
  renameSync(join(incoming, placed()[0]!), join(claim, 'a.jpg'));
  expect(await uploads.locate(entry)).toBe(join(claim, 'a.jpg'));
  for (const more of [{ by: 'token:other' }, { holder: '01JD0000000000000000000000' }]) {
    writeFileSync(join(claim, 'item.json'), JSON.stringify({ ...item, ...more }));
    expect(await uploads.locate(entry), 'another sender or holder').toBeUndefined();
  }
  writeFileSync(join(claim, 'item.json'), JSON.stringify(item));
  writeFileSync(join(claim, 'a.jpg'), Buffer.alloc(jpeg.length));
  expect(await uploads.locate(entry)).toBeUndefined();
});

test('bytes that are listed, but exist nowhere any more, are taken again; those of a stored photo are not', async () => {
  const { open, placed, sent, incoming } = makeFolders();
  const uploads = await open();
  await put(uploads, 'a.jpg', jpeg);
  rmSync(join(incoming, placed()[0]!));
  const next = await open({ isStored: ({ sha256 }) => sha256 === sha256Of(jpeg) });
  await put(next, 'a.jpg', jpeg);
  expect(placed()).toEqual([]);
  await put(uploads, 'a.jpg', jpeg);
  expect(placed().map((path) => basename(path))).toEqual(['a.jpg']);
  expect(await uploads.locate(sent.find(by, 'a.jpg')!)).toBeDefined();
});

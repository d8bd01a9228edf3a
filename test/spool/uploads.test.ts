import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.js';
import { systemClock } from '../../src/base/clock.js';
import { openFiles, type Step } from '../../src/base/files.js';
import { silent } from '../../src/base/log.js';
import type { WantedUpload } from '../../src/spool/spool-interface.js';
import { openUploads, type Accepted, type OpenUploads, type UploadsParts } from '../../src/spool/upload-parts.js';
import { temporaryFolder } from '../folder.js';

const bytes = Buffer.from('the bytes of a photo');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const id = 'a'.repeat(32);
const wanted: WantedUpload = { by: 'owner', length: bytes.length, metadata: { filename: 'a.jpg', sha256 } };
const day = 86_400_000;

interface Folders {
  incoming: string;
  work: string;
  /** Where uploads are stored. */
  kept: string;
  open(parts?: Partial<UploadsParts>): Promise<OpenUploads>;
}

function makeFolders(): Folders {
  const folder = temporaryFolder();
  const [incoming, work] = [join(folder, 'incoming'), join(folder, 'work')];
  for (const path of [incoming, work]) mkdirSync(path);
  const open = (parts: Partial<UploadsParts> = {}): Promise<OpenUploads> =>
    openUploads({ incoming, work, files: openFiles(), clock: systemClock, log: silent, ...parts });
  return { incoming, work, kept: join(work, '.uploads'), open };
}

const stream = (from = 0, to = bytes.length): Readable => Readable.from([bytes.subarray(from, to)]);

/** What a client does, from any state, until its file is safe. */
async function carryOn(uploads: OpenUploads): Promise<void> {
  let found = await uploads.find(id);
  if (!found) {
    await uploads.begin(id, wanted);
    found = (await uploads.find(id))!;
  }
  if (found.state === 'received') return;
  if (found.bytes < bytes.length) await uploads.append(id, stream(found.bytes));
  await uploads.finish(id);
}

describe('a crash', () => {
  /** Kills the process at the n-th operation: nothing after it reaches the disk. */
  const killedAt = (n: number): { step: Step; count: () => number } => {
    let count = 0;
    return {
      count: () => count,
      step() {
        if (++count >= n) throw new Error('killed');
      },
    };
  };

  test('at any operation loses and doubles nothing, and the client continues', async () => {
    let n = 1;
    for (; ; n++) {
      const { incoming, kept, open } = makeFolders();
      const { step, count } = killedAt(n);
      const dying = openFiles(step);
      // It is called before the file can be seen, with what its sender said.
      const accepted = (upload: Accepted): void => {
        expect(upload).toEqual({ by: 'owner', metadata: wanted.metadata, sha256 });
        if (!isAccepted) expect(readdirSync(incoming)).toEqual([]);
        isAccepted = true;
      };
      let isAccepted = false;
      const through = await open({ files: dying, accepted })
        .then(async (uploads) => {
          await uploads.begin(id, wanted);
          await uploads.append(id, stream(0, 7));
          await uploads.append(id, stream(7));
          await uploads.finish(id);
          return true;
        })
        .catch(() => false);
      if (through && count() < n) break;
      if (readdirSync(incoming).length > 0) expect(isAccepted, `killed at ${n}`).toBe(true);
      const uploads = await open({ accepted });
      await uploads.close();
      await carryOn(uploads);
      expect(isAccepted, `killed at ${n}`).toBe(true);
      expect(await uploads.find(id), `killed at ${n}`).toMatchObject({ state: 'received', sha256 });
      expect(readdirSync(incoming), `killed at ${n}`).toEqual(['a.jpg']);
      expect(readFileSync(join(incoming, 'a.jpg'))).toEqual(bytes);
      expect(readdirSync(kept)).toEqual([`${id}.json`]);
    }
    expect(n).toBeGreaterThan(25);
  });

  test.each([
    ['photo', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])],
    ['sidecar', Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/">')],
  ])('at any operation makes one file of a guest’s %s, or none of what is no photo', async (kind, sent) => {
    const guest: WantedUpload = {
      ...{ by: 'link:abc/Mo', holder: '01JD0000000000000000000000', length: sent.length },
      metadata: { filename: 'a.xmp', folder: 'theirs' },
    };
    const files = (incoming: string): string[] =>
      readdirSync(incoming, { recursive: true }).flatMap((path) => {
        const name = String(path);
        return statSync(join(incoming, name)).isDirectory() || name.endsWith('.json') ? [] : [name];
      });
    for (let n = 1; ; n++) {
      const { incoming, open } = makeFolders();
      const { step, count } = killedAt(n);
      const send = async (uploads: OpenUploads): Promise<void> => {
        if (!(await uploads.find(id))) await uploads.begin(id, guest);
        const found = (await uploads.find(id))!;
        if (found.bytes < sent.length) await uploads.append(id, Readable.from([sent.subarray(found.bytes)]));
        await uploads.finish(id);
      };
      const outcome = await open({ files: openFiles(step) })
        .then(send)
        .catch((error: unknown) => error);
      const isDone = count() < n;
      // The next start may finish it, or drop it, without the guest.
      const uploads = await open({ mayUpload: (by) => by === guest.by });
      await uploads.close();
      const later = await send(uploads).catch((error: unknown) => error);
      if (kind === 'photo') expect(later, `killed at ${n}`).toBeUndefined();
      else expect(later, `killed at ${n}`).toMatchObject({ code: 'unsupported' });
      const placed = files(incoming);
      expect(placed.length, `killed at ${n}: ${placed.join()}`).toBe(kind === 'photo' ? 1 : 0);
      expect(placed.every((name) => /^\.photospool-for\/[^/]+\/a\.xmp$/.test(name))).toBe(true);
      if (!isDone) continue;
      if (kind === 'sidecar') expect(outcome).toMatchObject({ code: 'unsupported' });
      expect(n).toBeGreaterThan(10);
      return;
    }
  });

  test('after the last byte is completed by the next start, without the client', async () => {
    const { incoming, open } = makeFolders();
    const first = await open();
    await first.begin(id, wanted);
    await first.append(id, stream());
    const second = await open();
    await second.close();
    expect(readdirSync(incoming)).toEqual(['a.jpg']);
  });
});

test('the order is: bytes flushed, hash computed, new name flushed, old name removed', async () => {
  const told: string[] = [];
  const { incoming, kept, open } = makeFolders();
  const uploads = await open({
    files: openFiles((operation, path) => {
      const place = path.toString();
      const what =
        place === kept ? 'uploads' : place === incoming ? 'incoming' : basename(place).replace(/^.*\.tmp$/, 'new');
      if (!['stat', 'list', 'open'].includes(operation)) told.push(`${operation} ${what}`);
    }),
  });
  await uploads.begin(id, wanted);
  await uploads.append(id, stream());
  told.length = 0;
  await uploads.finish(id);
  const [part, note] = [`${id}.part`, `${id}.json`];
  expect(told.filter((one) => one !== `read ${note}`)).toEqual([
    `fsync ${part}`,
    ...[`read ${part}`, `read ${part}`],
    ...['write new', 'fsync new', `rename ${note}`, 'fsync uploads'],
    ...['link a.jpg', 'fsync incoming', `unlink ${part}`, 'fsync uploads'],
  ]);
});

describe('the sweep', () => {
  const at = (now: number): Clock => ({ ...systemClock, now: () => now });

  test('removes unfinished uploads seven days after their last byte, at a start and while others arrive', async () => {
    const { kept, open } = makeFolders();
    const uploads = await open();
    await uploads.begin(id, wanted);
    await uploads.append(id, stream(0, 3));
    const now = Date.now();
    await open({ clock: at(now + 6.9 * day) });
    expect(await uploads.find(id)).toMatchObject({ bytes: 3 });
    expect(await (await open({ clock: at(now + 6.9 * day) })).find(id)).toBeDefined();
    await open({ clock: at(now + 7.1 * day) });
    expect(readdirSync(kept)).toEqual([]);

    let later = now;
    const long = await open({ clock: { ...systemClock, now: () => later } });
    await long.begin(id, wanted);
    later = now + 8 * day;
    expect(await long.find(id)).toBeUndefined();
    await long.begin('b'.repeat(32), wanted);
    expect(readdirSync(kept).filter((name) => name.startsWith('a'))).toEqual([]);
  });

  test('keeps the response of a finished one for a day, and ignores unknown files', async () => {
    const { incoming, kept, open } = makeFolders();
    const uploads = await open();
    await carryOn(uploads);
    writeFileSync(join(kept, 'mine.txt'), '');
    writeFileSync(join(kept, `${'c'.repeat(32)}.part`), 'x');
    writeFileSync(join(kept, `${'d'.repeat(32)}.json`), '{"form');
    const now = Date.now();
    expect(await (await open({ clock: at(now + 0.9 * day) })).find(id)).toMatchObject({ sha256 });
    await open({ clock: at(now + 1.1 * day) });
    expect(readdirSync(kept)).toEqual(['mine.txt']);
    expect(readdirSync(incoming)).toEqual(['a.jpg']);
  });

  test('is not misled by the original mtime of a file', async () => {
    const { incoming, open } = makeFolders();
    const uploads = await open();
    await uploads.begin(id, { ...wanted, metadata: { filename: 'a.jpg', modified: '2001-02-03T04:05:06Z' } });
    await uploads.append(id, stream());
    await uploads.finish(id);
    expect(statSync(join(incoming, 'a.jpg')).mtime.toISOString()).toBe('2001-02-03T04:05:06.000Z');
    await open();
    expect(await uploads.find(id)).toMatchObject({ state: 'received' });
  });
});

describe('their location', () => {
  test('is a hidden folder in incoming if that is on another disk than work', async () => {
    const { incoming, work, open } = makeFolders();
    const real = openFiles();
    const files: typeof real = {
      ...real,
      stat: async (path) => {
        const found = await real.stat(path);
        return found && path === work ? Object.assign(found, { dev: found.dev + 1 }) : found;
      },
    };
    const uploads = await open({ files });
    await uploads.begin(id, wanted);
    await uploads.append(id, stream(0, 5));
    expect(existsSync(join(incoming, '.photospool-uploads', `${id}.part`))).toBe(true);
    const later = await open({ files });
    await carryOn(later);
    expect(readFileSync(join(incoming, 'a.jpg'))).toEqual(bytes);
  });

  test('does not exist until somebody uploads', async () => {
    const { incoming, work, open } = makeFolders();
    await open();
    expect([...readdirSync(incoming), ...readdirSync(work)]).toEqual([]);
  });
});

test('two concurrent finishes of one upload get the same response, and one file', async () => {
  const { incoming, open } = makeFolders();
  const uploads = await open();
  await uploads.begin(id, wanted);
  await uploads.append(id, stream());
  const [one, two] = await Promise.all([uploads.finish(id), uploads.finish(id)]);
  expect(one).toEqual(two);
  expect(one).toMatchObject({ state: 'received', sha256 });
  expect(readdirSync(incoming)).toEqual(['a.jpg']);
});

test('a folder that the spool removes meanwhile is created again', async () => {
  const { incoming, open } = makeFolders();
  const real = openFiles();
  let removed = false;
  const files: typeof real = {
    ...real,
    async move(from, to) {
      if (!removed) await real.removeFolder(join(incoming, 'trip'));
      removed = true;
      return real.move(from, to);
    },
  };
  const uploads = await open({ files });
  await uploads.begin(id, { ...wanted, metadata: { filename: 'a.jpg', folder: 'trip' } });
  await uploads.append(id, stream());
  await uploads.finish(id);
  expect(readFileSync(join(incoming, 'trip/a.jpg'))).toEqual(bytes);
});

test('the removal of an upload tells whether its file is in incoming already', async () => {
  const { incoming, open } = makeFolders();
  const real = openFiles();
  let [begin, release] = [(): void => undefined, (): void => undefined];
  const under = new Promise<void>((resolve) => (begin = resolve));
  const held = new Promise<void>((resolve) => (release = resolve));
  const files: typeof real = {
    ...real,
    async move(from, to) {
      begin();
      await held;
      return real.move(from, to);
    },
  };
  const uploads = await open({ files });
  expect(await uploads.remove(id)).toBeUndefined();
  await uploads.begin(id, wanted);
  expect(await uploads.remove(id)).toBe('removed');
  await uploads.begin(id, wanted);
  await uploads.append(id, stream());
  const finished = uploads.finish(id);
  await under;
  const removed = uploads.remove(id);
  release();
  expect((await finished).state).toBe('received');
  expect(await removed).toBe('placed');
  expect([readdirSync(incoming), await uploads.find(id)]).toEqual([['a.jpg'], undefined]);

  // One that has not begun to finish is removed or placed, never both.
  await uploads.begin(id, { ...wanted, metadata: { filename: 'b.jpg' } });
  await uploads.append(id, stream());
  const [removal, late] = await Promise.allSettled([uploads.remove(id), uploads.finish(id)]);
  expect([removal, late]).toMatchObject([{ value: 'removed' }, { reason: { code: 'not-found' } }]);
  expect(readdirSync(incoming)).toEqual(['a.jpg']);
});

describe('the limit of a sender', () => {
  const wish = (length: number, by = 'person:a') => ({ by, length, metadata: { filename: 'a.jpg' } });
  const idOf = (n: number): string => n.toString(16).padStart(32, '0');

  test('is the space on the disk minus their unfinished uploads', async () => {
    const uploads = await makeFolders().open({ room: () => Promise.resolve({ left: 2_500, size: 100 }) });
    await uploads.begin(idOf(1), wish(1_000));
    await uploads.begin(idOf(2), wish(1_000));
    await expect(uploads.begin(idOf(3), wish(1_000))).rejects.toMatchObject({ code: 'disk-full' });
    await uploads.begin(idOf(4), wish(1_000, 'person:b'));
    await uploads.append(idOf(1), Readable.from([Buffer.alloc(600)]));
    await uploads.begin(idOf(5), wish(1_000));
  });

  test('tells the free space to a hundredth of the disk only', async () => {
    const uploads = await makeFolders().open({ room: () => Promise.resolve({ left: 12_999, size: 100_000 }) });
    await uploads.begin(idOf(1), wish(12_000));
    await uploads.remove(idOf(1));
    await expect(uploads.begin(idOf(2), wish(12_001))).rejects.toMatchObject({ code: 'disk-full' });
  });

  test('is the same after a restart', async () => {
    const folders = makeFolders();
    const before = await folders.open();
    for (let n = 0; n < 100; n++) await before.begin(idOf(n), wish(1_000));
    await before.close();
    const after = await folders.open();
    await expect(after.begin(idOf(100), wish(1_000))).rejects.toMatchObject({ code: 'slow-down' });
    await after.remove(idOf(7));
    await after.begin(idOf(100), wish(1_000));
  });
});

test('an upload complete at a crash is not placed if its sender may not upload any more', async () => {
  const folders = makeFolders();
  const before = await folders.open();
  await before.begin(id, wanted);
  await before.append(id, stream());
  await before.close();
  const after = await folders.open({ mayUpload: (by) => by !== wanted.by });
  await after.close();
  expect(readdirSync(folders.incoming)).toEqual([]);
  expect(await after.find(id)).toBeUndefined();
});

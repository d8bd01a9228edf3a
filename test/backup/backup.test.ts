/** Making backups: what is copied, what stays when one is interrupted, what is refused. */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyBlobs } from '../../src/backup/copy-blobs.js';
import { blobPath, listSnapshots } from '../../src/backup/backup-folder.js';
import { openSnapshot, placeLibrary } from '../../src/backup/restore-snapshot.js';
import { openFiles } from '../../src/base/files.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { openLibrary } from '../../src/library/library.js';
import { temporaryFolder } from '../folder.js';
import { backUp, configFor, copyFolder, filesBelow, hashOf, keptFolder, takeIn } from './homes.js';

const files = openFiles();
const { folder, remove } = keptFolder();
const master = join(folder, 'home');
afterAll(remove);
beforeAll(async () => {
  await takeIn(master, { 'a.jpg': 1, 'b.jpg': 2, 'c.jpg': 3 });
});

/** A home of its own, and the folder of its backups. */
function begin(): { home: string; to: string } {
  const at = temporaryFolder();
  copyFolder(master, join(at, 'home'));
  return { home: join(at, 'home'), to: join(at, 'backup') };
}
const all = { originals: 'copy', renditions: true } as const;
const snapshots = async (to: string): Promise<string[]> => (await listSnapshots(to, files)).map(({ name }) => name);

describe('a backup', () => {
  it('copies only new files, which standard tools can read', async () => {
    const { home, to } = begin();
    const first = await backUp(home, to, all);
    expect([first.photos, first.originals, first.renditions]).toEqual([
      3,
      { listed: 3, held: 3, copied: 3, failed: [] },
      { listed: 3, held: 3, copied: 3, failed: [] },
    ]);
    for (const path of filesBelow(join(to, 'originals'))) expect(path.endsWith(hashOf(path))).toBe(true);
    // The form of sha256sum(1).
    const list = readFileSync(join(first.folder, 'originals.txt'), 'utf8').trimEnd().split('\n');
    expect(list.map((line) => line.slice(66))).toEqual(['a', 'b', 'c'].map((name) => `2024/07/${name}.jpg`));
    for (const line of list) expect(line.slice(0, 66)).toBe(`${hashOf(join(home, 'archive', line.slice(66)))}  `);
    expect(statSync(first.folder).mode & 0o777).toBe(0o700);
    await takeIn(home, { 'd.jpg': 4 });
    const second = await backUp(home, to, all);
    expect(second.originals).toMatchObject({ listed: 4, held: 4, copied: 1 });
    expect(await snapshots(to)).toEqual([second.name, first.name]);
  });

  it('keeps the configured number of snapshots, and all files that they share', async () => {
    const { home, to } = begin();
    const names: string[] = [];
    for (let n = 0; n < 4; n++) names.push((await backUp(home, to, { ...all, keep: 2 })).name);
    expect(await snapshots(to)).toEqual(names.slice(2).reverse());
    expect(filesBelow(join(to, 'originals'))).toHaveLength(3);
  });

  it('names originals that can’t be copied, and copies the others', async () => {
    const { home, to } = begin();
    const month = join(home, 'archive/2024/07');
    rmSync(join(month, 'a.jpg'));
    chmodSync(join(month, 'b.jpg'), 0o644);
    writeFileSync(join(month, 'b.jpg'), 'rot');
    const { originals } = await backUp(home, to, all);
    expect(originals).toMatchObject({ listed: 3, held: 1, copied: 1 });
    expect(originals.failed.map(({ path }) => path).sort()).toEqual(['2024/07/a.jpg', '2024/07/b.jpg']);
    expect(filesBelow(join(to, 'originals'))).toHaveLength(1);
  });

  it('does not copy a damaged library, nor remove an older snapshot', async () => {
    const { home, to } = begin();
    const { name } = await backUp(home, to, { keep: 1 });
    const path = join(home, '.photospool/library.sqlite');
    // All of it has to be in the one file that is damaged.
    const db = openSqlite(path);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 8192, 40_000);
    writeFileSync(path, bytes);
    await expect(backUp(home, to, { keep: 1 })).rejects.toMatchObject({ code: 'corrupt' });
    expect((await openSnapshot(to, undefined, files)).name).toBe(name);
  });

  it('needs a folder of its own, and holds one library', async () => {
    const { home, to } = begin();
    await backUp(home, to);
    const other = join(to, '../other');
    await takeIn(other, {});
    await expect(backUp(other, to)).rejects.toMatchObject({ code: 'usage' });
    await expect(backUp(home, join(home, 'archive'))).rejects.toMatchObject({ code: 'usage' });
  });

  it('shares the blocks of originals, or copies them if the disk can’t', async () => {
    const { home, to } = begin();
    const { originals } = await backUp(home, to);
    expect([0, 3]).toContain(originals.held);
    const from = join(home, 'archive/2024/07/a.jpg');
    const blob = { sha256: hashOf(from), bytes: statSync(from).size, from };
    const asked: boolean[] = [];
    const unable = {
      ...files,
      copy: (_from: unknown, _to: unknown, shared = false): Promise<never> => {
        asked.push(shared);
        return Promise.reject(Object.assign(new Error('no reflinks'), { code: 'ENOTSUP' }));
      },
    };
    const target = { folder: join(to, '../none'), kind: 'originals', files: unable } as const;
    expect(await copyBlobs(target, [blob], 'reflink')).toEqual({ listed: 1, held: 0, copied: 0, failed: [] });
    const able = {
      ...files,
      copy: (a: string, b: string, shared?: boolean) => (asked.push(shared!), files.copy(a, b)),
    };
    const held = await copyBlobs({ ...target, files: able }, [blob], 'reflink');
    expect([held.copied, asked]).toEqual([1, [true, true]]);
    expect(hashOf(blobPath(target.folder, 'originals', blob.sha256))).toBe(blob.sha256);
  });
});

describe('failures', () => {
  it.each([
    ['ENOSPC', 1],
    ['EIO', 2],
    ['EACCES', 3],
  ])(
    'at any file operation (%s, each third from %d on) leave the previous backup, and the next run completes',
    async (code, first) => {
      const { home, to } = begin();
      let { name } = await backUp(home, to);
      await takeIn(home, { 'd.jpg': 4 });
      for (let n = first, done = false; !done; n += 3) {
        let left = n;
        const failing = openFiles((operation) => {
          if (--left === 0) throw Object.assign(new Error(`${operation} fails`), { code });
        });
        const outcome = await backUp(home, to, { ...all, keep: 1 }, failing).then(
          (report) => report,
          () => undefined,
        );
        // A failure of one original alone, or of what comes after the manifest, does not undo the rest.
        const now = (await openSnapshot(to, undefined, files)).name;
        expect(now === name || now > name).toBe(true);
        name = now;
        done = left > 0 && outcome !== undefined;
      }
      const last = await backUp(home, to, { ...all, keep: 1 });
      expect(last).toMatchObject({ originals: { held: 4, failed: [] }, renditions: { held: 4, failed: [] } });
      expect(readdirSync(join(to, 'snapshots'))).toEqual([last.name]);
      expect(filesBelow(to).filter((path) => path.endsWith('.tmp'))).toEqual([]);
    },
  );

  it('at any file operation of a restore leave the old library or the new one', async () => {
    const { home, to } = begin();
    await backUp(home, to);
    const snapshot = await openSnapshot(to, undefined, files);
    await takeIn(home, { 'd.jpg': 4 });
    const data = configFor(home).data;
    for (let n = 1, done = false; !done; n++) {
      let left = n;
      const failing = openFiles((operation) => {
        if (--left === 0) throw Object.assign(new Error(`${operation} fails`), { code: 'EIO' });
      });
      done = await placeLibrary(snapshot, data, n, failing).then(
        () => left > 0,
        () => false,
      );
      const path = join(data, 'library.sqlite');
      expect(existsSync(path)).toBe(true);
      const db = openSqlite(path, { readOnly: true });
      const photos = openLibrary(db, { readOnly: true }).count('photo:');
      db.close();
      expect([3, 4]).toContain(photos);
      if (done) expect(photos).toBe(3);
    }
  });
});

describe('a snapshot', () => {
  it('that was modified is not restored, and the error names an older one', async () => {
    const { home, to } = begin();
    const first = await backUp(home, to);
    const second = await backUp(home, to);
    const path = join(second.folder, 'library.sqlite');
    const bytes = readFileSync(path);
    bytes[bytes.length - 10]! ^= 1;
    writeFileSync(path, bytes);
    const refused = openSnapshot(to, undefined, files);
    await expect(refused).rejects.toMatchObject({
      code: 'corrupt',
      hint: expect.stringContaining(first.name) as string,
    });
    expect((await openSnapshot(to, first.name, files)).name).toBe(first.name);
    await expect(openSnapshot(to, 'nonsense', files)).rejects.toMatchObject({ code: 'usage' });
    await expect(openSnapshot(home, undefined, files)).rejects.toMatchObject({ code: 'usage' });
  });

  it('from before a peer’s last read sequence gives it all later changes', async () => {
    const { home, to } = begin();
    await backUp(home, to);
    await takeIn(home, { 'd.jpg': 4, 'e.jpg': 5 });
    const data = configFor(home).data;
    const open = (): { library: ReturnType<typeof openLibrary>; close(): void } => {
      const db = openSqlite(join(data, 'library.sqlite'));
      return { library: openLibrary(db), close: () => db.close() };
    };
    const before = open();
    const { last } = before.library.changes(0, 1000);
    before.close();
    await placeLibrary(await openSnapshot(to, undefined, files), data, 1, files);
    const after = open();
    for (let n = 0; n < 9; n++) after.library.update(`album:${n}`, () => ({ format: 1, kind: 'album', n }));
    const seen = after.library.changes(last, 1000).changes.map(({ id }) => id);
    after.close();
    expect(seen).toEqual(expect.arrayContaining(Array.from({ length: 9 }, (_, n) => `album:${n}`)) as string[]);
  });
});

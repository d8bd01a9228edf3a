/**
 * Writers that are not atomic, against a whole spool with real parts: at each file operation of an item in turn, another
 * program does something to it. What the archive holds always has the hash that its document names.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blobs.js';
import { openFiles } from '../../src/base/files.js';
import { silent } from '../../src/base/log.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { openIngest } from '../../src/ingest/ingest.js';
import { openLibrary } from '../../src/library/library.js';
import { openMetadata } from '../../src/photo/metadata.js';
import { render } from '../../src/photo/rendering.js';
import { openProcessor } from '../../src/spool/processor.js';
import { isClaimed } from '../../src/spool/work.js';
import { makePhoto } from '../picture.js';
import { temporaryFolder } from '../folder.js';
import { fastClock } from './fixture.js';

const metadata = openMetadata({ processes: 1 });
afterAll(() => metadata.close());

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const picture = await makePhoto(5);

/** A sound photo; `text` makes its bytes distinct, and its length with it. */
const photo = (text: string): Buffer => Buffer.concat([picture, Buffer.from(text)]);

/** A spool with one worker, where something happens at the n-th operation on an item. */
async function begin() {
  const folder = temporaryFolder();
  const [incoming, work] = [join(folder, 'incoming'), join(folder, 'work')];
  const clock = fastClock();
  let left = Infinity;
  let act = (): void => undefined;
  const files = openFiles((_operation, path) => {
    // The item's own operations are those below its folders: reading `incoming` goes on for ever.
    if (String(path) === incoming || left-- !== 0) return;
    act();
  });
  const library = openLibrary(openSqlite(join(folder, 'library.sqlite')));
  onTestFinished(() => library.close());
  const archive = await openArchive(join(folder, 'archive'), files);
  const blobs = await openBlobs(join(folder, 'blobs'), files);
  const claimed = (claim: string): Promise<boolean> => isClaimed(claim, files);
  const ingest = await openIngest({ library, archive, blobs, metadata, files, claimed, render });
  const { local } = library;
  const isHere = (sha256: string): boolean => local.originals.find(sha256)?.state === 'here';
  const processor = await openProcessor(
    { files, clock, log: silent, ingest, local, isHere },
    { incoming, work, mode: 'move', settle: 2, workers: 1, rescan: 300, poll: 5 },
  );
  onTestFinished(() => processor.close());

  /** The bytes that the archive holds, and whether each has the hash that the library names for it. */
  function check(): Map<string, Buffer> {
    const found = new Map<string, Buffer>();
    for (const row of local.originals.all()) {
      // The name of a photo that was deleted on its way is free again when the home is opened next.
      if (row.state === 'reserved') continue;
      const bytes = readFileSync(archive.resolve(row.path));
      expect(hashOf(bytes), row.path).toBe(row.sha256);
      found.set(row.sha256, bytes);
    }
    return found;
  }

  return {
    incoming,
    work,
    check,
    /** Where an item is now: in `incoming`, or in its claim. */
    find(name: string): string | undefined {
      const claims = readdirSync(work).filter((one) => !one.startsWith('.'));
      return [join(incoming, name), ...claims.map((one) => join(work, one, name))].find((path) => existsSync(path));
    },
    /** Passes until nothing waits any more, `act` at the n-th operation of all; false where there are not so many. */
    async run(n: number, action: () => void): Promise<boolean> {
      [left, act] = [n, action];
      for (let tries = 0; tries < 4; tries++) {
        await processor.pass();
        clock.pass(60_000);
      }
      const happened = left < 0;
      left = Infinity;
      return happened;
    },
    status: () => processor.status(),
  };
}

/** Holds a trial for each operation; `trial` tells whether there was one. Returns how many there were. */
async function forEachOperation(trial: (n: number) => Promise<boolean>): Promise<number> {
  for (let n = 0; ; n++) if (!(await trial(n))) return n;
}

it('a photo of which half was there is never archived half: at each operation the rest comes', async () => {
  const spool = await begin();
  const operations = await forEachOperation(async (n) => {
    const whole = photo(`half ${n}`);
    const half = whole.subarray(0, picture.length >> 1);
    const path = join(spool.incoming, `half-${n}.jpg`);
    const file = openSync(path, 'w');
    writeSync(file, half);
    const happened = await spool.run(n, () => void writeSync(file, whole.subarray(half.length)));
    if (!happened) writeSync(file, whole.subarray(half.length));
    closeSync(file);
    await spool.run(Infinity, () => undefined);
    expect(spool.check().get(hashOf(whole)), `operation ${n}`).toEqual(whole);
    expect((await spool.status()).stuck, `operation ${n}`).toEqual([]);
    return happened;
  });
  expect(spool.check().size).toBe(operations + 1);
  expect(operations).toBeGreaterThan(20);
});

for (const [how, restores] of [
  ['as it is', false],
  ['with its old time', true],
] as const) {
  it(`a photo that is overwritten in place ${how} is archived as it was or as it is, never as a mixture`, async () => {
    const spool = await begin();
    await forEachOperation(async (n) => {
      const [first, second] = [photo(`first ${n}`), photo(`other ${n}`)];
      const path = join(spool.incoming, `over-${n}.jpg`);
      const file = openSync(path, 'w+');
      writeSync(file, first);
      const { mtime } = statSync(path);
      const before = spool.check().size;
      const happened = await spool.run(n, () => {
        const where = spool.find(`over-${n}.jpg`);
        // What is in the archive is written to by nobody who did not keep it open all the time; that is not this trial's.
        if (where === undefined) return;
        ftruncateSync(file);
        writeSync(file, second, 0, second.length, 0);
        if (restores) utimesSync(where, mtime, mtime);
      });
      closeSync(file);
      const after = spool.check();
      expect(after.size, `operation ${n}`).toBe(before + 1);
      expect(after.has(hashOf(first)) || after.has(hashOf(second))).toBe(true);
      return happened;
    });
  });
}

it('a photo that is replaced, renamed away or put beside itself: what is there comes in, each once', async () => {
  const spool = await begin();
  const ways: ((path: string, n: number) => Buffer | undefined)[] = [
    (path, n) => {
      const bytes = photo(`replaced ${n}`);
      writeFileSync(`${path}.tmp`, bytes);
      renameSync(`${path}.tmp`, path);
      return bytes;
    },
    (path) => {
      if (existsSync(path)) renameSync(path, path.replace('.jpg', '-renamed.jpg'));
      return undefined;
    },
  ];
  for (const [way, action] of ways.entries()) {
    await forEachOperation(async (n) => {
      const bytes = photo(`way ${way} ${n}`);
      const path = join(spool.incoming, `${way}-${n}.jpg`);
      writeFileSync(path, bytes);
      const [taken, more]: [boolean[], (Buffer | undefined)[]] = [[], []];
      const happened = await spool.run(n, () => {
        taken.push(!existsSync(path));
        more.push(action(path, n));
      });
      const after = spool.check();
      // What was replaced before it was taken is gone by the writer's own doing.
      if (taken[0] || !more[0]) expect(after.has(hashOf(bytes)), `operation ${n}`).toBe(true);
      if (more[0]) expect(after.has(hashOf(more[0])), `operation ${n}`).toBe(true);
      expect(readdirSync(spool.incoming)).toEqual([]);
      return happened;
    });
  }
});

it('a photo that is deleted at any operation holds up nobody and leaves nothing stuck', async () => {
  const spool = await begin();
  await forEachOperation(async (n) => {
    const other = photo(`other ${n}`);
    writeFileSync(join(spool.incoming, `gone-${n}.jpg`), photo(`gone ${n}`));
    writeFileSync(join(spool.incoming, `other-${n}.jpg`), other);
    const happened = await spool.run(n, () => {
      const where = spool.find(`gone-${n}.jpg`);
      if (where !== undefined) rmSync(where);
    });
    expect(spool.check().has(hashOf(other)), `operation ${n}`).toBe(true);
    expect((await spool.status()).stuck, `operation ${n}`).toEqual([]);
    expect(readdirSync(spool.work).filter((name) => !name.startsWith('.'))).toEqual([]);
    return happened;
  });
});

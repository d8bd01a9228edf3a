/** A spool with real parts, where a test may act at the n-th file operation. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
import { openFiles } from '../../src/base/files.js';
import { silent } from '../../src/base/log.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { openIngest } from '../../src/ingest/ingest.js';
import { openLibrary } from '../../src/library/library.js';
import { type Metadata, openMetadata } from '../../src/photo/facts/read-metadata.js';
import { render } from '../../src/photo/decode/render.js';
import { openProcessor } from '../../src/spool/processor.js';
import { openFilms } from '../../src/video/transcode.js';
import { isClaimed } from '../../src/spool/work-folder.js';
import { temporaryFolder } from '../folder.js';
import { fastClock } from './fixture.js';

const films = openFilms({ kind: 'missing', missing: ['ffmpeg', 'ffprobe'] });

/** SHA-256 as hex. */
export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Opens a home with one worker for each test of the calling file. They share the metadata reader. */
export function prepareHomes(): () => ReturnType<typeof openHome> {
  const metadata = openMetadata({ processes: 1 });
  afterAll(() => metadata.close());
  return () => openHome(metadata);
}

async function openHome(metadata: Metadata) {
  const folder = temporaryFolder();
  const [incoming, work] = [join(folder, 'incoming'), join(folder, 'work')];
  const clock = fastClock();
  let left = Infinity;
  let act = (): void => undefined;
  const reading = new Set([incoming, join(folder, '.photospool-incoming')]);
  const files = openFiles((_operation, path) => {
    // Only operations below the item's folders count: reading `incoming`, and files hidden beside it, never ends.
    if (reading.has(String(path)) || left-- !== 0) return;
    act();
  });
  const db = openSqlite(join(folder, 'library.sqlite'));
  // Power losses are not tested here: a commit does not wait for the disk.
  db.exec('PRAGMA synchronous = OFF');
  const library = openLibrary(db);
  onTestFinished(() => library.close());
  const archive = await openArchive(join(folder, 'archive'), files);
  const blobs = await openBlobs(join(folder, 'blobs'), files);
  const claimed = (claim: string): Promise<boolean> => isClaimed(claim, files);
  const ingest = await openIngest({ library, archive, blobs, metadata, films, files, claimed, render });
  const { local } = library;
  const isHere = (sha256: string): boolean => local.originals.find(sha256)?.state === 'here';
  const processor = await openProcessor(
    { files, clock, log: silent, ingest, local, isHere },
    { incoming, work, mode: 'move', settle: 2, workers: 1, rescan: 300, poll: 5 },
  );
  onTestFinished(() => processor.close());

  const checked = new Map<string, { is: string; bytes: Buffer }>();
  /** The bytes of a file that has this hash; read again only if the file changed. */
  function read(path: string, sha256: string): Buffer {
    const { ino, size, ctimeNs } = statSync(path, { bigint: true });
    const is = [ino, size, ctimeNs, sha256].join();
    const known = checked.get(path);
    if (known?.is === is) return known.bytes;
    const bytes = readFileSync(path);
    expect(hashOf(bytes), path).toBe(sha256);
    checked.set(path, { is, bytes });
    return bytes;
  }

  /**
   * The bytes in the archive, checking each against the hash in the library. `whole`: also those of files that look
   * unchanged since the last check.
   */
  function check(whole = false): Map<string, Buffer> {
    if (whole) checked.clear();
    const found = new Map<string, Buffer>();
    for (const row of local.originals.all()) {
      // The name of a photo that was deleted meanwhile is free again at the next opening of the home.
      if (row.state !== 'reserved') found.set(row.sha256, read(archive.resolve(row.path), row.sha256));
    }
    return found;
  }

  return {
    incoming,
    work,
    archive: archive.folder,
    library,
    processor,
    check,
    /** The current place of an item: in `incoming`, or in its claim. */
    find(name: string): string | undefined {
      const claims = readdirSync(work).filter((one) => !one.startsWith('.'));
      return [join(incoming, name), ...claims.map((one) => join(work, one, name))].find((path) => existsSync(path));
    },
    /** Runs `work` with `action` at its n-th operation, even if it fails; false if there are fewer. */
    async during(n: number, action: () => void, work: () => Promise<unknown>): Promise<boolean> {
      [left, act] = [n, action];
      await work().catch(() => undefined);
      const happened = left < 0;
      left = Infinity;
      return happened;
    },
    /** Makes passes until nothing waits, with `act` at the n-th operation; false if there are fewer. */
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

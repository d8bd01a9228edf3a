/** A spool with real parts throughout, where a test may do something at the n-th file operation. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** How the tests of the file that calls this open one with one worker. They share the program that reads what photos tell. */
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
    // The item's own operations are those below its folders: reading `incoming`, and what hides beside it, goes on for ever.
    if (reading.has(String(path)) || left-- !== 0) return;
    act();
  });
  const library = openLibrary(openSqlite(join(folder, 'library.sqlite')));
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
    archive: archive.folder,
    library,
    processor,
    check,
    /** Where an item is now: in `incoming`, or in its claim. */
    find(name: string): string | undefined {
      const claims = readdirSync(work).filter((one) => !one.startsWith('.'));
      return [join(incoming, name), ...claims.map((one) => join(work, one, name))].find((path) => existsSync(path));
    },
    /** Does something, `action` at the n-th operation of it, whatever comes of it; false where there are not so many. */
    async during(n: number, action: () => void, work: () => Promise<unknown>): Promise<boolean> {
      [left, act] = [n, action];
      await work().catch(() => undefined);
      const happened = left < 0;
      left = Infinity;
      return happened;
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

/** A library with an archive and renditions, and some imported photos: for tests of later operations on photos. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
import type { Clock } from '../../src/base/clock.js';
import { openFiles } from '../../src/base/files.js';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openIngest } from '../../src/ingest/ingest.js';
import type { RerenderParts } from '../../src/ingest/rerender.js';
import { openLibrary } from '../../src/library/library.js';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { render } from '../../src/photo/decode/render.js';
import { openFilms } from '../../src/video/transcode.js';
import { makePhoto } from '../picture.js';
import { temporaryFolder } from '../folder.js';

/** The opened parts. `hashes` of the photos; `rendered`: the paths that were rendered since. */
export type SmallHome = RerenderParts & { db: Sqlite; hashes: string[]; rendered: string[] };

/** How the photos are imported. */
interface Coming {
  /** All at once. */
  together?: boolean;
  clock?: Clock;
  /** Replaces the database, to watch it. */
  watch?: (db: Sqlite) => Sqlite;
}

/** A home with some photos. */
export async function begin(count: number, { together = false, clock, watch }: Coming = {}): Promise<SmallHome> {
  const folder = temporaryFolder();
  const files = openFiles();
  const opened = openSqlite(join(folder, 'library.sqlite'));
  const db = watch?.(opened) ?? opened;
  const library = openLibrary(db, { index: () => undefined });
  onTestFinished(() => library.close());
  const rendered: string[] = [];
  const parts = {
    library,
    archive: await openArchive(join(folder, 'archive'), files),
    blobs: await openBlobs(join(folder, 'blobs'), files),
    films: openFilms({ kind: 'missing', missing: ['ffmpeg', 'ffprobe'] }),
    files,
    lanes: 2,
    ...(clock && { clock }),
    render: (path: string, format: Parameters<typeof render>[1]) => {
      rendered.push(path);
      return render(path, format);
    },
  };
  const metadata = openMetadata({ processes: 1 });
  const ingest = await openIngest({ ...parts, metadata, claimed: () => Promise.resolve(false) });
  async function bring(n: number): Promise<string> {
    const claim = join(folder, `claim-${n}`);
    mkdirSync(claim);
    writeFileSync(join(claim, 'a.jpg'), await makePhoto(n));
    const at = '2024-07-01T10:00:00.000Z';
    const arrival = { file: join(claim, 'a.jpg'), name: 'a.jpg', modified: at, seen: at, claim };
    const hooks = { step: () => undefined, setAside: () => Promise.resolve(), markNew: () => Promise.resolve() };
    return (await ingest(arrival, hooks)).sha256;
  }
  const numbers = Array.from({ length: count }, (_, n) => n);
  const hashes: string[] = [];
  if (together) hashes.push(...(await Promise.all(numbers.map(bring))));
  else for (const n of numbers) hashes.push(await bring(n));
  await metadata.close();
  rendered.length = 0;
  return { ...parts, db, hashes, rendered };
}

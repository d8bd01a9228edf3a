/** A library with an archive and renditions, and some photos that came in: for what is done to photos afterwards. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
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

/** What was opened. `hashes` of the photos; `rendered`: the paths that were rendered since. */
export type SmallHome = RerenderParts & { db: Sqlite; hashes: string[]; rendered: string[] };

/** A home with some photos in it. */
export async function begin(count: number): Promise<SmallHome> {
  const folder = temporaryFolder();
  const files = openFiles();
  const db = openSqlite(join(folder, 'library.sqlite'));
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
    render: (path: string, format: Parameters<typeof render>[1]) => {
      rendered.push(path);
      return render(path, format);
    },
  };
  const metadata = openMetadata({ processes: 1 });
  const ingest = await openIngest({ ...parts, metadata, claimed: () => Promise.resolve(false) });
  const hashes: string[] = [];
  for (let n = 0; n < count; n++) {
    const claim = join(folder, `claim-${n}`);
    mkdirSync(claim);
    writeFileSync(join(claim, 'a.jpg'), await makePhoto(n));
    const at = '2024-07-01T10:00:00.000Z';
    const arrival = { file: join(claim, 'a.jpg'), name: 'a.jpg', modified: at, seen: at, claim };
    const hooks = { step: () => undefined, setAside: () => Promise.resolve(), markNew: () => Promise.resolve() };
    hashes.push((await ingest(arrival, hooks)).sha256);
  }
  await metadata.close();
  rendered.length = 0;
  return { ...parts, db, hashes, rendered };
}

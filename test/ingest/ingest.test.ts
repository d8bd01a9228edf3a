import { appendFileSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
import { openFiles, type Files } from '../../src/base/files.js';
import { openSqlite } from '../../src/base/sqlite.js';
import {
  exifId,
  format,
  photoId,
  type Body,
  type ExifDocument,
  type PhotoDocument,
} from '../../src/document/photo-document.js';
import { viewPhoto } from '../../src/document/photo-view.js';
import { purge } from '../../src/document/purge.js';
import { openIngest, type Ingest } from '../../src/ingest/ingest.js';
import type { IngestHooks, ArrivingFile } from '../../src/ingest/arriving-file.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { render } from '../../src/photo/decode/render.js';
import { openFilms } from '../../src/video/transcode.js';
import { photo } from '../document/documents.js';
import { makePhoto } from '../picture.js';
import { temporaryFolder } from '../folder.js';

const metadata = openMetadata({ processes: 1 });
const films = openFilms({ kind: 'missing', missing: ['ffmpeg', 'ffprobe'] });
afterAll(() => metadata.close());

/** A home with real parts, and what happened in it in order. */
interface Bench {
  folder: string;
  archive: string;
  library: Library;
  ingest: Ingest;
  log: string[];
  hooks: IngestHooks;
  /** Puts a file into a claim of its own. */
  arrive(name: string, bytes: Buffer, more?: Partial<ArrivingFile>): ArrivingFile;
  alive: Set<string>;
}

async function begin(change: (files: Files) => Files = (files) => files): Promise<Bench> {
  const folder = temporaryFolder();
  const log: string[] = [];
  const files = change(
    openFiles((operation, path) => void log.push(`${operation} ${String(path).slice(folder.length + 1)}`)),
  );
  const library = openLibrary(openSqlite(join(folder, 'library.sqlite')), {
    index: (id) => void log.push(`document ${id.slice(0, 5)}`),
  });
  onTestFinished(() => library.close());
  const archive = await openArchive(join(folder, 'archive'), files);
  const alive = new Set<string>();
  const ingest = await openIngest({
    library,
    archive,
    blobs: await openBlobs(join(folder, 'blobs'), files),
    metadata,
    films,
    files,
    claimed: (claim) => Promise.resolve(alive.has(claim)),
    render,
  });
  let claims = 0;
  return {
    folder,
    archive: archive.folder,
    library,
    ingest,
    log,
    alive,
    hooks: {
      step: (step) => void log.push(`step ${step}`),
      setAside: () => Promise.resolve(),
      markNew: () => Promise.resolve(),
    },
    arrive(name, bytes, more = {}) {
      const claim = join(folder, 'work', String(claims++));
      mkdirSync(claim, { recursive: true });
      writeFileSync(join(claim, name), bytes);
      alive.add(claim);
      return {
        file: join(claim, name),
        name,
        modified: '2020-05-06T07:08:09.000Z',
        seen: '2026-01-02T03:04:05.000Z',
        claim,
        ...more,
      };
    },
  };
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const photoOf = (library: Library, sha256: string): PhotoDocument =>
  library.get(photoId(sha256))!.body as unknown as PhotoDocument;

describe('ingest', () => {
  it('stores an original with its documents, renditions and place', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1, { width: 800, height: 600 });
    const sha256 = hashOf(bytes);
    const outcome = await bench.ingest(bench.arrive('a.jpg', bytes, { folder: 'Rome' }), bench.hooks);
    expect(outcome).toEqual({ kind: 'stored', sha256, path: '2024/07/a.jpg', bytes: bytes.length });
    expect(readFileSync(join(bench.archive, '2024/07/a.jpg'))).toEqual(bytes);
    const { facts, renditions, sightings, edits } = photoOf(bench.library, sha256);
    expect(facts).toMatchObject({
      type: 'image/jpeg',
      bytes: bytes.length,
      width: 800,
      height: 600,
      taken: '2024-07-01T12:00:00.000',
    });
    expect(edits).toEqual({});
    expect(Object.values(sightings)).toEqual([
      {
        at: '2026-01-02T03:04:05.000Z',
        server: bench.library.server,
        name: 'a.jpg',
        modified: '2020-05-06T07:08:09.000Z',
        folder: 'Rome',
      },
    ]);
    for (const rendition of [renditions.thumb!, renditions.preview!]) {
      const stored = readFileSync(join(bench.folder, 'blobs', rendition.sha256.slice(0, 2), rendition.sha256));
      expect([hashOf(stored), stored.length]).toEqual([rendition.sha256, rendition.bytes]);
    }
    const { tags } = bench.library.get(exifId(sha256))!.body as unknown as ExifDocument;
    expect(
      Object.entries(tags).some(([name, value]) => name.endsWith(':DateTimeOriginal') && value.includes('2024')),
    ).toBe(true);
    expect(bench.library.local.originals.find(sha256)).toMatchObject({ path: '2024/07/a.jpg', state: 'here' });
  });

  it('has renditions and document durable before the original moves', async () => {
    const bench = await begin();
    await bench.ingest(bench.arrive('a.jpg', await makePhoto(1)), bench.hooks);
    const at = (pattern: RegExp): number => bench.log.findIndex((line) => pattern.test(line));
    const lastBlob = bench.log.findLastIndex((line) => /^fsync blobs\/[0-9a-f]/.test(line));
    const moved = at(/^link archive\/2024/);
    expect(lastBlob).toBeGreaterThan(-1);
    expect(at(/^document photo/)).toBeGreaterThan(lastBlob);
    expect(moved).toBeGreaterThan(at(/^document photo/));
    expect(bench.log.slice(moved).some((line) => line.startsWith('document'))).toBe(false);
  });

  it('stores identical bytes as a duplicate and adds the sighting', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1);
    await bench.ingest(bench.arrive('a.jpg', bytes), bench.hooks);
    const again = await bench.ingest(bench.arrive('b.jpg', bytes, { seen: '2026-03-01T00:00:00.000Z' }), bench.hooks);
    expect(again).toMatchObject({ kind: 'duplicate', path: 'duplicates/b.jpg' });
    expect(
      Object.values(photoOf(bench.library, hashOf(bytes)).sightings)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['a.jpg', 'b.jpg']);
    expect(readdirSync(join(bench.archive, 'duplicates'))).toEqual(['b.jpg']);
  });

  it('processes the same bytes sequentially, also when they arrive together', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1);
    const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];
    const outcomes = await Promise.all(names.map((name) => bench.ingest(bench.arrive(name, bytes), bench.hooks)));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['duplicate', 'duplicate', 'duplicate', 'stored']);
  });

  it('archives bytes that are only known by a document from a peer', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1);
    await bench.ingest(bench.arrive('a.jpg', bytes), bench.hooks);
    rmSync(join(bench.archive, '2024'), { recursive: true });
    bench.library.local.originals.remove(hashOf(bytes));
    expect(await bench.ingest(bench.arrive('b.jpg', bytes), bench.hooks)).toMatchObject({
      kind: 'stored',
      path: '2024/07/b.jpg',
    });
  });

  it('waits for another claim with the same bytes, and takes over from a dead one', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1);
    const sha256 = hashOf(bytes);
    const other = join(bench.folder, 'elsewhere');
    bench.library.local.originals.reserve(
      { sha256, claim: other, bytes: bytes.length, modified: 0 },
      () => '2024/07/theirs.jpg',
    );
    bench.alive.add(other);
    const arrival = bench.arrive('a.jpg', bytes);
    expect(await bench.ingest(arrival, bench.hooks)).toEqual({ kind: 'waiting', sha256, claim: other });
    bench.alive.delete(other);
    expect(await bench.ingest(arrival, bench.hooks)).toMatchObject({ kind: 'stored', path: '2024/07/theirs.jpg' });
  });

  it('continues where another claim of the same processor stopped at a crash', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1);
    const [first, second] = [bench.arrive('a.jpg', bytes), bench.arrive('b.jpg', bytes)];
    const original = { sha256: hashOf(bytes), claim: first.claim, bytes: bytes.length, modified: 0 };
    bench.library.local.originals.reserve(original, () => '2024/07/a.jpg');
    mkdirSync(join(bench.archive, '2024/07'), { recursive: true });
    linkSync(first.file, join(bench.archive, '2024/07/a.jpg'));
    expect(await bench.ingest(second, bench.hooks)).toMatchObject({ kind: 'stored', path: '2024/07/a.jpg' });
    expect(await bench.ingest(first, bench.hooks)).toMatchObject({ kind: 'duplicate', path: 'duplicates/a.jpg' });
    expect(readdirSync(join(bench.archive, '2024/07'))).toEqual(['a.jpg']);
  });

  it('detects what a dead claim had completed: then its bytes are a duplicate', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1);
    const sha256 = hashOf(bytes);
    // Written in the same transaction as the reservation.
    bench.library.update(photoId(sha256), () => photo() as unknown as Body);
    bench.library.local.originals.reserve(
      { sha256, claim: 'dead', bytes: bytes.length, modified: 0 },
      () => '2024/07/theirs.jpg',
    );
    mkdirSync(join(bench.archive, '2024/07'), { recursive: true });
    writeFileSync(join(bench.archive, '2024/07/theirs.jpg'), bytes);
    expect(await bench.ingest(bench.arrive('a.jpg', bytes), bench.hooks)).toMatchObject({ kind: 'duplicate' });
    expect(bench.library.local.originals.find(sha256)?.state).toBe('here');
  });

  it('restores a photo that was purged on another server to the trash, though its bytes are still here', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1);
    const sha256 = hashOf(bytes);
    await bench.ingest(bench.arrive('a.jpg', bytes), bench.hooks);
    bench.library.update(
      photoId(sha256),
      (body) => body && (purge(body, { at: bench.library.stampAfter(body), by: 'owner' }) as unknown as Body),
    );
    const again = bench.arrive('b.jpg', bytes, { seen: '2026-02-02T03:04:05.000Z' });
    expect(await bench.ingest(again, bench.hooks)).toMatchObject({ kind: 'stored', path: 'duplicates/b.jpg' });
    expect(viewPhoto(sha256, photoOf(bench.library, sha256), { here: true }).trashed).toBe(true);
  });

  it('takes another name if somebody else puts a file there, before or during the move', async () => {
    const bench = await begin((files) => {
      const move = files.move.bind(files);
      let first = true;
      files.move = (from, to) => {
        if (first) writeFileSync(to, 'put there by hand');
        first = false;
        return move(from, to);
      };
      return files;
    });
    mkdirSync(join(bench.archive, '2024/07'), { recursive: true });
    writeFileSync(join(bench.archive, '2024/07/a.jpg'), 'put there long ago');
    const outcome = await bench.ingest(bench.arrive('a.jpg', await makePhoto(1)), bench.hooks);
    expect(outcome.kind).toBe('stored');
    const names = readdirSync(join(bench.archive, '2024/07'));
    expect(names).toHaveLength(3);
    expect(readFileSync(join(bench.archive, '2024/07/a.jpg'), 'utf8')).toBe('put there long ago');
  });

  it('never records a file that changed while it was read', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1);
    const arrival = bench.arrive('a.jpg', bytes);
    const hooks: IngestHooks = {
      ...bench.hooks,
      step: (step) => {
        if (step === 'inspect') appendFileSync(arrival.file, 'more');
      },
    };
    await expect(bench.ingest(arrival, hooks)).rejects.toMatchObject({ code: 'changing' });
    expect(bench.library.get(photoId(hashOf(bytes)))).toBeUndefined();
    expect(await bench.ingest(arrival, bench.hooks)).toMatchObject({
      kind: 'stored',
      sha256: hashOf(readFileSync(join(bench.archive, '2024/07/a.jpg'))),
    });
  });

  it('archives bytes whose document is of a newer version, and leaves that document unchanged', async () => {
    const bench = await begin();
    const bytes = await makePhoto(1);
    const id = photoId(hashOf(bytes));
    const body = { format: format + 1, kind: 'photo', facts: { wavelengths: [1, 2] } };
    bench.library.insert([{ id, revisions: ['1-abc'], deleted: false, body }]);
    expect(await bench.ingest(bench.arrive('a.jpg', bytes), bench.hooks)).toMatchObject({ kind: 'stored' });
    expect(await bench.ingest(bench.arrive('b.jpg', bytes), bench.hooks)).toMatchObject({ kind: 'duplicate' });
    expect(bench.library.get(id)?.body).toEqual(body);
  });

  it('throws one clear error for a file without a picture, and stores nothing of it', async () => {
    const bench = await begin();
    const broken = Buffer.concat([(await makePhoto(1)).subarray(0, 300), Buffer.alloc(500, 7)]);
    await expect(bench.ingest(bench.arrive('broken.jpg', broken), bench.hooks)).rejects.toMatchObject({
      name: 'PhotospoolError',
    });
    await expect(bench.ingest(bench.arrive('text.jpg', Buffer.from('text')), bench.hooks)).rejects.toMatchObject({
      code: 'unsupported',
    });
    expect(readdirSync(bench.archive)).toEqual([]);
    expect(bench.library.count('photo:')).toBe(0);
  });
});

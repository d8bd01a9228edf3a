/** Damaged originals from the claim into the archive, with real parts: nothing of their bytes is changed, and their documents say so. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { openFiles } from '../../src/base/files.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { merge } from '../../src/document/merge.js';
import { viewPhoto } from '../../src/document/photo-view.js';
import { openIngest, type IngestOutcome } from '../../src/ingest/ingest.js';
import { rerender } from '../../src/ingest/rerender.js';
import { lacks } from '../../src/ingest/transcode-backlog.js';
import { openLibrary } from '../../src/library/library.js';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { render } from '../../src/photo/decode/render.js';
import { openFilms } from '../../src/video/transcode.js';
import { temporaryFolder } from '../folder.js';
import { makePhoto } from '../picture.js';
import { h264, makeFilm, noFfmpeg, tinyFilm, tools } from '../video/films.js';
import { hashOf, prepareHomes } from '../spool/home.js';

const metadata = openMetadata({ processes: 1 });
afterAll(() => metadata.close());

const without = openFilms({ kind: 'missing', missing: ['ffmpeg', 'ffprobe'] });
const openHome = prepareHomes();
const whole = await makePhoto(5, { width: 300, height: 200 });
const half = whole.subarray(0, whole.length * 0.7);

async function openArchiving(films = without) {
  const folder = temporaryFolder();
  const files = openFiles();
  const library = openLibrary(openSqlite(join(folder, 'library.sqlite')));
  onTestFinished(() => library.close());
  const archive = await openArchive(join(folder, 'archive'), files);
  const blobs = await openBlobs(join(folder, 'blobs'), files);
  const parts = { library, archive, blobs, files, films, lanes: 1, render };
  const ingest = await openIngest({ ...parts, metadata, claimed: () => Promise.resolve(false) });
  let claims = 0;
  return {
    parts,
    take(name: string, bytes: Uint8Array, asIs = true): Promise<IngestOutcome> {
      const claim = join(folder, 'work', String(claims++));
      mkdirSync(claim, { recursive: true });
      writeFileSync(join(claim, name), bytes);
      const at = '2024-07-01T10:00:00.000Z';
      const arrival = { file: join(claim, name), name, modified: at, seen: at, claim, asIs };
      return ingest(arrival, {
        step: () => undefined,
        setAside: () => Promise.resolve(),
        markNew: () => Promise.resolve(),
      });
    },
    photo: (bytes: Uint8Array) => library.get<PhotoDocument>(photoId(hashOf(bytes)))!.body,
  };
}

describe('a damaged photo', () => {
  it('is archived unchanged, and its document marks it as damaged, with all readable facts', async () => {
    const home = await openArchiving();
    await expect(home.take('a.jpg', half, false)).rejects.toMatchObject({ code: 'truncated' });
    const outcome = await home.take('a.jpg', half);
    expect(outcome).toMatchObject({ kind: 'stored', path: '2024/07/a.jpg' });
    expect(readFileSync(join(home.parts.archive.folder, '2024/07/a.jpg'))).toEqual(half);
    const { facts, renditions } = home.photo(half);
    expect(facts).toMatchObject({ type: 'image/jpeg', width: 300, height: 200, taken: '2024-07-01T12:00:00.000' });
    expect(renditions).toMatchObject({ damaged: true, thumb: { width: 300, height: 200 } });
    expect(viewPhoto('', home.photo(half), { here: true })).toMatchObject({ damaged: true });
  });

  it('that still has a picture, with scan data missing inside, is archived without a request, and marked', async () => {
    const home = await openArchiving();
    const torn = Buffer.concat([whole.subarray(0, whole.length * 0.6), whole.subarray(whole.length * 0.6 + 200)]);
    expect(await home.take('a.jpg', torn, false)).toMatchObject({ kind: 'stored' });
    expect(home.photo(torn).renditions).toMatchObject({ damaged: true, thumb: { width: 300, height: 200 } });
    expect(await rerender(home.parts)).toMatchObject({ made: 0, failed: [] });
  });

  it('has the same document on every server, whoever requested it, and merges with versions that know no damage', async () => {
    const [one, other] = [await openArchiving(), await openArchiving()];
    await one.take('a.jpg', half);
    await other.take('b.jpg', half);
    const [a, b] = [one.photo(half), other.photo(half)];
    expect([a.facts, a.renditions]).toEqual([b.facts, b.renditions]);
    const older = { ...b, renditions: { recipe: 0 } };
    for (const merged of [merge(a, older), merge(older, a)]) expect(merged.renditions).toEqual(a.renditions);
  });

  it('is kept beside an intact copy that arrives later', async () => {
    const home = await openArchiving();
    await home.take('a.jpg', half);
    expect(await home.take('a.jpg', whole, false)).toMatchObject({ kind: 'stored' });
    expect(home.photo(whole).renditions).not.toHaveProperty('damaged');
    expect(home.photo(half).renditions).toMatchObject({ damaged: true });
  });

  it('is not marked if it is intact, even when archiving as it is was requested', async () => {
    const home = await openArchiving();
    await home.take('a.jpg', whole);
    expect(home.photo(whole).renditions).not.toHaveProperty('damaged');
  });

  it('whose beginning is broken gets no type from its name, and is the same under any name', async () => {
    const [one, other] = [await openArchiving(), await openArchiving()];
    const broken = Buffer.concat([Buffer.alloc(64, 0x11), whole.subarray(64)]);
    await expect(one.take('a.jpg', broken, false)).rejects.toMatchObject({ code: 'undecodable' });
    await one.take('a.jpg', broken);
    await other.take('a.cr2', broken);
    expect(one.photo(broken).facts).toMatchObject({ type: 'application/octet-stream', bytes: broken.length });
    expect(one.photo(broken).renditions).toEqual({ recipe: 1, unshown: 'damaged', damaged: true });
    expect(other.photo(broken).facts).toEqual(one.photo(broken).facts);
  });

  it('running out of memory or time is not damage', async () => {
    for (const code of ['busy', 'timeout', 'too-large'] as const) {
      const home = await openArchiving();
      const failing = await openIngest({
        ...home.parts,
        metadata,
        claimed: () => Promise.resolve(false),
        render: () => Promise.reject(new PhotospoolError(code, 'It failed.')),
      });
      const claim = join(temporaryFolder(), '1');
      mkdirSync(claim);
      writeFileSync(join(claim, 'a.jpg'), half);
      const at = '2024-07-01T10:00:00.000Z';
      const arrival = { file: join(claim, 'a.jpg'), name: 'a.jpg', modified: at, seen: at, claim, asIs: true };
      const taken = failing(arrival, {
        step: () => undefined,
        setAside: () => Promise.resolve(),
        markNew: () => Promise.resolve(),
      });
      await expect(taken).rejects.toMatchObject({ code });
      expect(home.parts.library.get(photoId(hashOf(half)))).toBeUndefined();
    }
  });
});

describe('renewed renditions', () => {
  it('clear the mark if a better decoder reads everything, and change nothing else', async () => {
    const home = await openArchiving();
    await home.take('a.jpg', half);
    expect(await rerender(home.parts)).toMatchObject({ made: 0, failed: [] });
    expect(home.photo(half).renditions).toMatchObject({ damaged: true });
    const path = join(temporaryFolder(), 'whole.jpg');
    writeFileSync(path, whole);
    const better = { ...home.parts, render: (_: string, format: Parameters<typeof render>[1]) => render(path, format) };
    expect(await rerender(better)).toMatchObject({ made: 1 });
    expect(home.photo(half).renditions).not.toHaveProperty('damaged');
  });

  it('never replace a complete picture with a damaged one', async () => {
    const home = await openArchiving();
    await home.take('a.jpg', whole);
    const { library } = home.parts;
    library.update<PhotoDocument>(
      photoId(hashOf(whole)),
      (body) => body && { ...body, renditions: { ...body.renditions, recipe: 0 } },
    );
    const before = home.photo(whole).renditions;
    const worse: typeof render = (_path, _format, asIs) =>
      asIs
        ? Promise.resolve({ unshown: 'damaged' })
        : Promise.reject(new PhotospoolError('undecodable', 'It is damaged.'));
    expect(await rerender({ ...home.parts, render: worse })).toMatchObject({
      made: 0,
      failed: [{ reason: 'It is damaged.' }],
    });
    expect(home.photo(whole).renditions).toEqual(before);
  });
});

describe('a damaged video', () => {
  it('whose end is missing is marked, also without ffmpeg', async () => {
    const home = await openArchiving();
    const bytes = tinyFilm().subarray(0, -500);
    await expect(home.take('a.mp4', bytes, false)).rejects.toMatchObject({ code: 'truncated' });
    await home.take('a.mp4', bytes);
    expect(home.photo(bytes).renditions).toEqual({ recipe: 0, unshown: 'no-ffmpeg', damaged: true });
  });

  it.skipIf(noFfmpeg)(
    'without decodable content has no picture, and is not transcoded (skipped where there is no ffmpeg)',
    async () => {
      const home = await openArchiving(openFilms(tools));
      const bytes = Buffer.concat([
        Buffer.from('\0\0\0\x14ftypisom\0\0\0\0isom\0\0\x10\0mdat', 'latin1'),
        Buffer.alloc(4088),
      ]);
      await home.take('a.mp4', bytes);
      expect(home.photo(bytes).renditions).toMatchObject({ unshown: 'damaged', damaged: true });
      expect(lacks(home.photo(bytes))).toBeUndefined();
    },
  );

  it.skipIf(noFfmpeg)('with a missing end shows a frame (skipped where there is no ffmpeg)', async () => {
    const home = await openArchiving(openFilms(tools));
    const film = readFileSync(makeFilm(join(temporaryFolder(), 'f.mov'), [...h264, '-movflags', '+faststart']));
    const bytes = film.subarray(0, film.length - 200);
    await home.take('a.mov', bytes);
    expect(home.photo(bytes).renditions).toMatchObject({ damaged: true, thumb: {} });
  });
});

it(
  'archived as it is, with each operation failing once, is archived complete and once',
  { timeout: 120_000 },
  async () => {
    const home = await openHome();
    const fails = (): void => {
      throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO', syscall: 'write' });
    };
    const nothing = (): void => undefined;
    const allow = (): Promise<unknown> => home.processor.retry('all', { wait: true, asIs: true });
    let n = 0;
    for (let happened = true; happened; n++) {
      const bytes = Buffer.concat([half.subarray(0, 900), Buffer.from(`${n}`.padStart(8)), half.subarray(908)]);
      writeFileSync(join(home.incoming, `a-${n}.jpg`), bytes);
      await home.run(Infinity, nothing);
      expect((await home.status()).stuck, `operation ${n}`).toHaveLength(1);
      happened = await home.during(n, fails, allow);
      await allow();
      await home.run(Infinity, nothing);
      expect((await home.status()).stuck, `operation ${n}`).toEqual([]);
      expect(home.check().get(hashOf(bytes)), `operation ${n}`).toEqual(bytes);
      expect(home.library.get<PhotoDocument>(photoId(hashOf(bytes)))!.body.renditions).toMatchObject({ damaged: true });
    }
    expect(home.check().size).toBe(n);
    expect(n).toBeGreaterThan(20);
  },
);

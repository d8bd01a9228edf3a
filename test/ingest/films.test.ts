/** Videos from the claim to their films: without ffmpeg, with it, and where it was put in later. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { openFiles } from '../../src/base/files.js';
import { silent } from '../../src/base/log.js';
import { systemClock } from '../../src/base/clock.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { itemId } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { openClips, type TranscodeJobs } from '../../src/ingest/transcode-jobs.js';
import { openIngest, type IngestOutcome } from '../../src/ingest/ingest.js';
import { repair } from '../../src/ingest/repair-home.js';
import { verifyHome, type VerifyFinding } from '../../src/ingest/verify-home.js';
import { clipAt, lacks } from '../../src/ingest/transcode-backlog.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { render } from '../../src/photo/decode/render.js';
import { openFilms, type Films } from '../../src/video/transcode.js';
import { temporaryFolder } from '../folder.js';
import { h264, livePicture, makeFilm, microVideo, noFfmpeg, tinyFilm, tools } from '../video/films.js';

const metadata = openMetadata({ processes: 1 });
afterAll(() => metadata.close());

const without = openFilms({ kind: 'missing', missing: ['ffmpeg', 'ffprobe'] });
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Home {
  folder: string;
  library: Library;
  take(name: string, bytes: Buffer): Promise<IngestOutcome>;
  clips(films?: Films): TranscodeJobs;
  photo(sha256: string): PhotoDocument;
  temporaries(): string[];
  check(): Promise<VerifyFinding[]>;
  mend(findings: readonly VerifyFinding[], films?: Films): Promise<void>;
}

async function openHome(films = openFilms(tools), folder = temporaryFolder()): Promise<Home> {
  const files = openFiles();
  const db = openSqlite(join(folder, 'library.sqlite'));
  const library = openLibrary(db);
  onTestFinished(() => library.close());
  const archive = await openArchive(join(folder, 'archive'), files, { server: library.server, hasOriginals: false });
  const blobs = await openBlobs(join(folder, 'blobs'), files);
  const parts = { library, archive, blobs, metadata, files, render };
  const claimed = (claim: string): Promise<boolean> => Promise.resolve(existsSync(claim));
  const ingest = await openIngest({ ...parts, films, claimed });
  let claims = 0;
  return {
    folder,
    library,
    take(name, bytes) {
      const claim = join(folder, 'work', String(claims++));
      mkdirSync(claim, { recursive: true });
      writeFileSync(join(claim, name), bytes);
      const modified = '2020-05-06T07:08:09.000Z';
      const arrival = { file: join(claim, name), name, modified, seen: '2026-01-02T03:04:05.000Z', claim };
      return ingest(arrival, {
        step: () => undefined,
        setAside: () => Promise.resolve(),
        markNew: () => Promise.resolve(),
      });
    },
    clips: (which = films) =>
      openClips({ ...parts, films: which, db, clock: systemClock, log: silent, onChange: () => () => undefined }),
    photo: (sha256) => library.get(photoId(sha256))!.body as unknown as PhotoDocument,
    check: async () =>
      (await verifyHome({ library, files, archive: join(folder, 'archive'), blobs: join(folder, 'blobs') })).findings,
    mend: (findings, which = films) => repair(findings, { ...parts, films: which }),
    temporaries: () => readdirSync(join(folder, 'blobs/.tmp')),
  };
}

describe('a video, where there is no ffmpeg', () => {
  it('is archived, with facts from ExifTool', async () => {
    const home = await openHome(without);
    const bytes = tinyFilm();
    const outcome = await home.take('a.mp4', bytes);
    expect(outcome).toMatchObject({ kind: 'stored', path: '2024/07/a.mp4', sha256: hashOf(bytes) });
    expect(readFileSync(join(home.folder, 'archive/2024/07/a.mp4')).equals(bytes)).toBe(true);
    const { facts, renditions } = home.photo(hashOf(bytes));
    expect(facts).toMatchObject({ recipe: 0.5, type: 'video/mp4', seconds: 1, width: 64, height: 48 });
    expect(renditions).toEqual({ recipe: 0, unshown: 'no-ffmpeg' });
    expect(lacks(home.photo(hashOf(bytes)))).toBe('pictures');
    expect(await home.clips().drain()).toBe(0);
  });

  it('that is still arriving waits', async () => {
    const home = await openHome(without);
    const whole = tinyFilm();
    await expect(home.take('a.mp4', whole.subarray(0, whole.length - 500))).rejects.toMatchObject({
      code: 'truncated',
    });
    const late = Buffer.concat([
      Buffer.from('\0\0\0\x14ftypisom\0\0\0\0isom\0\0\x10\0mdat', 'latin1'),
      Buffer.alloc(4088),
    ]);
    await expect(home.take('b.mp4', late)).rejects.toMatchObject({ code: 'truncated' });
  });

  it.skipIf(noFfmpeg)(
    'gets its pictures and transcodes when ffmpeg is installed (skipped where there is no ffmpeg)',
    async () => {
      const home = await openHome(without);
      const sha256 = hashOf(tinyFilm());
      await home.take('a.mp4', tinyFilm());
      const clips = home.clips(openFilms(tools));
      expect(await clips.drain()).toBe(2);
      const { facts, renditions, clips: made } = home.photo(sha256);
      expect(facts).toMatchObject({ recipe: 3, playable: true, codecs: { video: 'h264', audio: 'aac' } });
      expect(renditions).toMatchObject({ recipe: 4, thumb: { width: 64, height: 48 } });
      expect(renditions).not.toHaveProperty('unshown');
      expect(Object.keys(made ?? {})).toEqual(['hover']);
      expect(await clips.drain()).toBe(0);
      // It plays as it is; somebody asks for it who may not have the original.
      expect(home.clips(without).ask(sha256)).toBe(false);
      expect([clips.ask(sha256), await clips.drain(), clips.ask(sha256)]).toEqual([true, 1, false]);
      expect(Object.keys(home.photo(sha256).clips ?? {}).sort()).toEqual(['hover', 'video']);
      expect(home.temporaries()).toEqual([]);
    },
  );
});

describe.skipIf(noFfmpeg)('a video, where there is ffmpeg (skipped where there is none)', () => {
  const filmOf = (args: readonly string[], name = 'f.mov', how: Parameters<typeof makeFilm>[2] = {}): Buffer =>
    readFileSync(makeFilm(join(temporaryFolder(), name), args, how));

  it('has pictures at once, and transcodes later', async () => {
    const home = await openHome();
    const bytes = filmOf(h264);
    const sha256 = hashOf(bytes);
    await home.take('a.mov', bytes);
    expect(home.photo(sha256).renditions).toMatchObject({
      recipe: 4,
      thumb: {},
      preview: {},
      thumbhash: expect.any(String) as string,
    });
    expect(home.photo(sha256)).not.toHaveProperty('clips');
    expect(lacks(home.photo(sha256))).toBe('hover');
    expect(await home.clips().drain()).toBe(2);
    const { clips = {} } = home.photo(sha256);
    for (const clip of [clips.hover!, clips.video!]) {
      const path = join(home.folder, 'blobs', clip.sha256.slice(0, 2), clip.sha256);
      expect(clip).toMatchObject({ at: clipAt, type: 'video/mp4', bytes: statSync(path).size });
      expect(hashOf(readFileSync(path))).toBe(clip.sha256);
    }
    expect(home.temporaries()).toEqual([]);
    // An item of a person with the same bytes, from a server without ffmpeg, gets what is made, and nothing is made again.
    const own = itemId({ holder: '1'.padStart(26, '0'), sha256 });
    const { clips: _, renditions, ...whole } = home.photo(sha256);
    home.library.update(own, () => ({ ...whole, renditions: { recipe: 0, unshown: 'no-ffmpeg' } }));
    expect(await home.clips().drain()).toBe(0);
    expect(home.library.get(own)!.body).toMatchObject({ clips, renditions });
    expect(home.clips().wanted.count()).toEqual({ waiting: 0, failed: 0 });
  });

  it('that is short gets both transcodes in one run, or one by one if that fails', async () => {
    const bytes = filmOf(['-c:v', 'mpeg4', '-c:a', 'mp3'], 'f.avi');
    const runs: string[] = [];
    const real = openFilms(tools);
    const noted: Films = {
      ...real,
      hover: (...args) => (runs.push('hover'), real.hover(...args)),
      play: (...args) => (runs.push('play'), real.play(...args)),
      together: (...args) => (runs.push('together'), real.together(...args)),
    };
    const home = await openHome();
    await home.take('a.avi', bytes);
    expect(await home.clips(noted).drain()).toBe(2);
    expect(runs).toEqual(['together']);
    expect(Object.keys(home.photo(hashOf(bytes)).clips ?? {}).sort()).toEqual(['hover', 'video']);
    const other = await openHome();
    await other.take('a.avi', bytes);
    const broken = () => Promise.reject(new PhotospoolError('undecodable', 'It is damaged.'));
    expect(await other.clips({ ...noted, together: broken }).drain()).toBe(2);
    expect(runs.slice(1)).toEqual(['hover', 'play']);
    expect(other.temporaries()).toEqual([]);
  });

  it(
    'whose transcodes are lost or damaged is reported by the check, and they are made again',
    { timeout: 600_000 },
    async () => {
      const home = await openHome();
      const bytes = filmOf(h264);
      const sha256 = hashOf(bytes);
      await home.take('a.mov', bytes);
      await home.clips().drain();
      const blob = (name: 'hover' | 'video'): string => {
        const clip = home.photo(sha256).clips![name]!;
        return join(home.folder, 'blobs', clip.sha256.slice(0, 2), clip.sha256);
      };
      expect(await home.check()).toEqual([]);
      rmSync(blob('hover'));
      const rotten = readFileSync(blob('video'));
      chmodSync(blob('video'), 0o644);
      writeFileSync(blob('video'), rotten.fill(0, 100, 200));
      const findings = await home.check();
      expect(findings).toEqual([{ kind: 'rendition', path: '2020/05/a.mov', sha256, renditions: ['hover', 'video'] }]);
      await home.mend(findings, without);
      expect(findings[0]).not.toHaveProperty('repaired');
      await home.mend(findings);
      expect(findings[0]).toMatchObject({ repaired: true });
      expect(await home.check()).toEqual([]);
      for (const name of ['hover', 'video'] as const)
        expect(hashOf(readFileSync(blob(name)))).toBe(home.photo(sha256).clips![name]!.sha256);
    },
  );

  it('that visitors may see gets a transcode without metadata, even if browsers play the original', async () => {
    const home = await openHome();
    await home.take('a.mp4', tinyFilm());
    const sha256 = hashOf(tinyFilm());
    await home.clips().drain();
    expect(home.photo(sha256).clips).not.toHaveProperty('video');
    home.library.update<PhotoDocument>(photoId(sha256), (body) => {
      const at = home.library.stamp();
      return body && { ...body, edits: { ...body.edits, audience: [{ value: 'public', at, by: 'owner' }] } };
    });
    expect(await home.clips().drain()).toBe(1);
    expect(home.photo(sha256).clips).toHaveProperty('video');
  });

  it('without visible content is kept, tried three times, and again on request', async () => {
    const home = await openHome();
    // A film of a codec that is not decoded.
    const bytes = filmOf(['-c:v', 'ffvhuff', '-an'], 'f.mkv');
    expect(await home.take('a.mkv', bytes)).toMatchObject({ kind: 'stored' });
    expect(home.photo(hashOf(bytes)).renditions.recipe).toBe(0);
    const clips = home.clips();
    await clips.wanted.follow();
    const wish = clips.wanted.next()!;
    expect(await clips.drain()).toBe(0);
    expect(clips.wanted.next()).toBeUndefined();
    for (let n = 0; n < 3; n++) clips.wanted.failed(wish, 'again', true);
    expect(clips.wanted.count()).toEqual({ waiting: 1, failed: 1 });
    clips.wanted.again();
    expect(clips.wanted.next()).toEqual(wish);
  });

  it('without any video stream waits in its claim', async () => {
    const home = await openHome();
    const broken = Buffer.from(tinyFilm());
    broken.fill(0, broken.indexOf('trak', 0, 'latin1'), broken.indexOf('mdat', 0, 'latin1'));
    await expect(home.take('a.mp4', broken)).rejects.toMatchObject({
      code: expect.stringMatching(/undecodable|truncated/) as string,
    });
  });

  it('a cancelled transcode is repeated, and leaves nothing', async () => {
    const folder = temporaryFolder();
    const films = openFilms(tools);
    const home = await openHome(films, folder);
    // So much that it is still being made when somebody looks.
    const large = { size: '640x480', seconds: 3 };
    const bytes = filmOf([...h264.slice(0, -2), '-c:v', 'mpeg4', '-an'], 'f.mov', large);
    await home.take('a.mov', bytes);
    const calling = new AbortController();
    const draining = home.clips(films).drain(calling.signal);
    await expect.poll(() => home.temporaries().length, { interval: 2 }).toBeGreaterThan(0);
    calling.abort();
    films.close();
    await draining;
    expect(home.temporaries()).toEqual([]);
    expect(await home.clips(openFilms(tools)).drain()).toBeGreaterThan(0);
    expect(home.photo(hashOf(bytes)).clips).toHaveProperty('video');
  });

  it('the clip inside a motion photo is extracted', async () => {
    const home = await openHome();
    const bytes = await microVideo(tinyFilm());
    await home.take('a.jpg', bytes);
    expect(home.photo(hashOf(bytes)).facts.motion?.bytes).toBe(tinyFilm().length);
    expect(await home.clips().drain()).toBe(1);
    expect(home.photo(hashOf(bytes)).clips).toMatchObject({ video: { width: 64, height: 48 } });
    expect(home.temporaries()).toEqual([]);
  });

  it('a plain photo needs no transcode', async () => {
    const home = await openHome();
    await home.take('a.jpg', await livePicture('4D9C5D1C-2D9A-4A61-9A0B-0C4C8F0A1B2C'));
    expect(await home.clips().drain()).toBe(0);
  });
});

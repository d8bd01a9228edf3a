/** A format is one file and one line of the list: a made-up one is all that a new format needs, from its bytes to the archive. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished, test } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
import { openFiles } from '../../src/base/files.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { openIngest } from '../../src/ingest/ingest.js';
import { openLibrary } from '../../src/library/library.js';
import { families, recipeOf } from '../../src/photo/formats/families.js';
import { decoded, type Family } from '../../src/photo/formats/format-family.js';
import { headLength, identify } from '../../src/photo/formats/identify.js';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { convert, render } from '../../src/photo/decode/render.js';
import { makeUncompressed } from '../../src/photo/decode/uncompressed-tiff.js';
import { openFilms } from '../../src/video/transcode.js';
import { inputOf } from '../../src/video/ffmpeg-input.js';
import { temporaryFolder } from '../folder.js';
import { colourAt, shown } from './pictures.js';

const metadata = openMetadata({ processes: 1 });
afterAll(() => metadata.close());

/** `TOY!`, then one colour, of which the picture is full. */
const kind = decoded('toy', 'Toy', 'image/toy', 'its colour');
const toy: Family = {
  name: 'toy',
  kinds: [kind],
  recipe: 3,
  tell: (head) => (Buffer.from(head.subarray(0, 4)).toString('latin1') === 'TOY!' ? kind : undefined),
  open(path) {
    const colour = readFileSync(path).subarray(4, 7);
    const { file, pixels } = makeUncompressed({ width: 60, height: 40, channels: 3, bits: 8 });
    for (let at = 0; at < pixels.length; at += 3) pixels.set(colour, at);
    return Promise.resolve({ input: file, loader: 'tiff' });
  },
};

/** Puts the line into the list, as a change of families.ts would. */
function withToy(): Buffer {
  const list = families as Family[];
  list.push(toy);
  onTestFinished(() => void list.splice(list.indexOf(toy), 1));
  return Buffer.concat([Buffer.from('TOY!'), Buffer.from([200, 30, 90]), Buffer.alloc(200)]);
}

it('is identified, rendered, served as JPEG, and imported', async () => {
  const bytes = withToy();
  const folder = temporaryFolder();
  const claim = join(folder, 'work/1');
  mkdirSync(claim, { recursive: true });
  const file = join(claim, 'a.toy');
  writeFileSync(file, bytes);

  const found = identify(bytes.subarray(0, headLength));
  expect(found).toEqual({ kind: 'photo', format: { type: 'image/toy', family: 'toy', name: 'Toy' } });
  expect(recipeOf(kind)).toBe(recipeOf({ ...kind, family: 'jpeg' }) + 2);
  const { preview, thumbhash } = shown(await render(file, kind));
  expect(thumbhash).not.toBe('');
  for (const [n, value] of (await colourAt(preview.bytes, 0.5, 0.5)).entries())
    expect(Math.abs(value - [200, 30, 90][n]!)).toBeLessThan(4);
  expect(await convert(file, kind, join(folder, 'a.jpg'))).toBe(true);

  const files = openFiles();
  const library = openLibrary(openSqlite(join(folder, 'library.sqlite')));
  onTestFinished(() => library.close());
  const ingest = await openIngest({
    library,
    archive: await openArchive(join(folder, 'archive'), files),
    blobs: await openBlobs(join(folder, 'blobs'), files),
    metadata,
    films: openFilms({ kind: 'missing', missing: ['ffmpeg', 'ffprobe'] }),
    files,
    claimed: () => Promise.resolve(false),
    render,
  });
  const arrival = {
    file,
    name: 'a.toy',
    claim,
    modified: '2020-05-06T07:08:09.000Z',
    seen: '2026-01-02T03:04:05.000Z',
  };
  const outcome = await ingest(arrival, {
    step: () => undefined,
    setAside: () => Promise.resolve(),
    markNew: () => Promise.resolve(),
  });
  expect(outcome).toMatchObject({ kind: 'stored', path: '2020/05/a.toy' });
  const { facts, renditions } = library.get<PhotoDocument>(photoId((outcome as { sha256: string }).sha256))!.body;
  expect(facts).toMatchObject({ type: 'image/toy', width: 60, height: 40 });
  expect(renditions).toMatchObject({ recipe: recipeOf(kind), thumb: { width: 60 }, preview: { width: 60 } });
});

it('is unknown without its entry', () => {
  expect(identify(Buffer.from('TOY!\xc8\x1e\x5a', 'latin1'))).toMatchObject({ kind: 'foreign' });
});

test('every family in the folder has its entry, and its kinds name the family', () => {
  const folder = join(import.meta.dirname, '../../src/photo/formats');
  const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const made = sources.flatMap((text) => [...text.matchAll(/^export const \w+: Family = /gm)]);
  expect(made).toHaveLength(families.length);
  expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  for (const { name, kinds } of families)
    for (const one of kinds) expect([one.name, one.family]).toEqual([one.name, name]);
});

test('every kind of video is opened by ffmpeg as its own format', () => {
  const videos = families
    .flatMap(({ kinds }) => kinds)
    .filter(({ type, missing }) => type.startsWith('video/') && !missing);
  expect(videos.length).toBeGreaterThan(8);
  for (const one of videos) expect(inputOf('/a', one).at(-3), one.name).toMatch(/^[a-z]+$/);
});

/**
 * The CPU time of the steps of ingest, each alone, one photo after the other, with the functions that ingest uses.
 * Linux.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { openBlobs } from '../src/archive/blob-store.js';
import { openFiles } from '../src/base/files.js';
import { cpuOf } from '../src/base/sandbox/spawn.js';
import { openSqlite } from '../src/base/sqlite.js';
import { openCatalog } from '../src/catalog/catalog.js';
import { exifId, photoId } from '../src/document/photo-document.js';
import { openLibrary } from '../src/library/library.js';
import { decode } from '../src/photo/decode/decode-pixels.js';
import { openDecoders } from '../src/photo/decode/decoder-pool.js';
import { render } from '../src/photo/decode/render.js';
import { previewEdge } from '../src/photo/decode/renditions.js';
import { openMetadata } from '../src/photo/facts/read-metadata.js';
import { formatOf, headLength, type Format } from '../src/photo/formats/identify.js';
import { benchFolder } from './photos.js';
import { descendants } from './run.js';

/** A step, and its CPU time in ms per photo. */
export type Step = readonly [name: string, ms: number];

/** How many photos are measured. */
const most = 40;
/** How many photos are written in one transaction: about as many as arrive in a second. */
const together = 8;

/** The CPU time of this process and its children so far, in ms. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  const children = descendants(process.pid).map((pid) => cpuOf(pid) ?? 0);
  return (user + system) / 1000 + children.reduce((sum, seconds) => sum + seconds * 1000, 0);
}

/** The time of `work` per item; the first item is done once before, so that nothing is started meanwhile. */
async function costOf<T>(items: readonly T[], work: (item: T) => unknown): Promise<number> {
  await work(items[0]!);
  const before = spent();
  for (const item of items) await work(item);
  return (spent() - before) / items.length;
}

/**
 * The steps for the photos of a folder. `home`: one in which they are; their documents are written once more. The steps
 * in child processes contain the passing of questions and answers.
 */
export async function stepsOf(set: string, home: string): Promise<Step[]> {
  const files = openFiles();
  const folder = join(benchFolder, `steps-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  sharp.concurrency(1);
  const paths = readdirSync(set)
    .slice(0, most)
    .map((name) => join(set, name));
  const format: Format = formatOf(await files.head(paths[0]!, headLength));
  const [metadata, decoders] = [openMetadata({ processes: 1 }), openDecoders({ workers: 1 })];
  const blobs = await openBlobs(join(folder, 'blobs'), files);
  try {
    const identified = await costOf(paths, async (path) => formatOf(await files.head(path, headLength)));
    const hashed = await costOf(paths, (path) => files.hash(path, 'sha1'));
    const decoded = await costOf(paths, (path) => decode(path, format, previewEdge));
    const rendered = await costOf(paths, (path) => render(path, format));
    const asked = await costOf(paths, (path) => decoders.render(path, format));
    const read = await costOf(paths, (path) => metadata.read(path, format, 0));
    const pictures: Uint8Array[][] = [];
    for (const path of paths) {
      const made = await render(path, format);
      if ('thumb' in made) pictures.push([made.thumb.bytes, made.preview.bytes]);
    }
    const stored = await costOf(pictures, (two) => Promise.all(two.map((one) => blobs.put(one, true))));
    return [
      ['identify', identified],
      ['hash', hashed],
      ['decode and scale', decoded],
      ['scale and encode', rendered - decoded],
      ['decoder process: questions and answers', asked - rendered],
      ['ExifTool', read],
      ['write and flush renditions', stored],
      ['SQLite: documents, catalog, places', writingCost(home, join(folder, 'library.sqlite'))],
    ];
  } finally {
    await Promise.all([metadata.close(), decoders.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The time of writing the documents of a home into a new library, as ingest does. */
function writingCost(home: string, to: string): number {
  const from = openSqlite(join(home, '.photospool/library.sqlite'), { readOnly: true });
  const read = openLibrary(from, { readOnly: true });
  const db = openSqlite(to);
  const catalog = openCatalog(db);
  const library = openLibrary(db, { index: (id, body, n) => catalog.index(id, body, n) });
  const { originals } = library.local;
  try {
    const rows = [...read.local.originals.all()].slice(0, most);
    const documents = rows.flatMap(({ sha256 }) =>
      [exifId(sha256), photoId(sha256)].map((id) => [id, read.get(id)?.body] as const),
    );
    const perDocument = documents.length / rows.length;
    const groups = Array.from({ length: Math.ceil(rows.length / together) }, (_, n) => n * together);
    const before = spent();
    for (const at of groups) {
      const [some, their] = [rows.slice(at, at + together), documents.slice(at * perDocument).slice(0, together * 2)];
      library.transaction(() => {
        for (const [id, body] of their) if (body) library.update(id, () => body);
        for (const row of some) originals.reserve(row, () => row.path);
      });
      library.transaction(() => some.forEach(({ sha256 }) => originals.arrived(sha256)));
    }
    return (spent() - before) / rows.length;
  } finally {
    for (const one of [db, from]) one.close();
  }
}

/** Exports for tests: trees of files, as folders or as ZIP parts, with the metadata files of Google and Apple. */
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { ZipFile } from 'yazl';
import { temporaryFolder } from '../folder.js';

/** Files by their path in the export. */
export type Tree = Readonly<Record<string, Buffer | string>>;

/** When a photo of 1 July 2024, noon in Zurich, was taken, in seconds. */
export const noon = 1_719_828_000;

/** Google's JSON for a photo; `more` replaces and adds fields. */
export function googleJson(title: string, more: Record<string, unknown> = {}): string {
  const nowhere = { latitude: 0, longitude: 0, altitude: 0, latitudeSpan: 0, longitudeSpan: 0 };
  return JSON.stringify({
    title,
    description: '',
    imageViews: '3',
    creationTime: { timestamp: String(noon + 86_400), formatted: '2 Jul 2024, 10:00:00 UTC' },
    photoTakenTime: { timestamp: String(noon), formatted: '1 Jul 2024, 10:00:00 UTC' },
    geoData: nowhere,
    geoDataExif: nowhere,
    url: 'https://photos.google.com/photo/x',
    ...more,
  });
}

/** The JSON of an album. */
export const albumJson = (title: string): string =>
  JSON.stringify({ title, description: '', access: 'protected', date: { timestamp: '0', formatted: '' } });

/** A picture without any date in it. */
export const bare = (seed: number): Promise<Buffer> =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: { r: seed * 7, g: 90, b: 40 } } })
    .jpeg()
    .toBuffer();

/** Writes a tree of files into a new folder, and returns it. */
export function writeTree(tree: Tree, folder = join(temporaryFolder(), 'export')): string {
  for (const [path, bytes] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

/** Writes a ZIP with these files, `written` at that time; with `zip64` in the format of large ones. */
export async function writeZip(
  name: string,
  tree: Tree,
  { zip64 = false, written: mtime = new Date('2026-01-01T00:00:00Z') } = {},
): Promise<string> {
  const path = join(temporaryFolder(), name);
  const zip = new ZipFile();
  for (const [inside, bytes] of Object.entries(tree))
    zip.addBuffer(Buffer.from(bytes), inside, { mtime, forceZip64Format: zip64 });
  zip.end({ forceZip64Format: zip64, comment: '' });
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

/** Writes a TAR with these files, compressed if its name says so. */
export async function writeTar(name: string, tree: Tree): Promise<string> {
  const path = join(temporaryFolder(), name);
  const tar = pack();
  const mtime = new Date('2026-01-01T00:00:00Z');
  for (const [inside, bytes] of Object.entries(tree)) tar.entry({ name: inside, mtime }, Buffer.from(bytes));
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  writeFileSync(path, name.endsWith('gz') ? gzipSync(whole) : whole);
  return path;
}

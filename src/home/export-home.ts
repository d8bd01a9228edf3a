/**
 * Exports a holder’s library into a folder. A file gets its name when it is complete and has the right hash, so a crash
 * leaves only complete files, and another run continues: it leaves existing files unchanged, except `library.json`, and
 * sidecars and edited pictures that an export made and that were not changed since.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { People } from '../access/people.js';
import { openArchive, originalPath } from '../archive/archive.js';
import type { Config } from '../base/config.js';
import { PhotospoolError, printable, sentence, toPhotospoolError } from '../base/errors.js';
import { parentOf, type Files } from '../base/files.js';
import { temporaryName } from '../base/temporary-names.js';
import type { Discarder } from '../album/empty-trash.js';
import { sidecarOf } from '../ingest/sidecars/export-sidecars.js';
import type { Holder } from '../document/item-id.js';
import type { Library } from '../library/library.js';
import type { Develop } from '../document/develop.js';
import { openDecoders, type Decoders } from '../photo/decode/decoder-pool.js';
import { headLength, identify } from '../photo/formats/identify.js';
import { openXmpWriter } from '../photo/facts/write-xmp.js';
import { openExportedFiles, type ExportedFiles } from './exported-files.js';
import type { ExportFile } from '../server/files/export-file.js';
import { openTurned } from '../server/files/rotated-bytes.js';
import { libraryList, type LibraryExportParts } from '../server/files/library-export.js';

/** Opens the sources of an export; to be closed after it. `edited`: with JPEGs of edited pictures. */
export function openExport(
  config: Pick<Config, 'done'>,
  files: Files,
  library: Library,
  people: Pick<People, 'all'>,
  edited = false,
): { parts: LibraryExportParts; close(): Promise<void> } {
  const writer = openXmpWriter();
  const archive = config.done;
  const original = (path: string): string => originalPath(archive, path);
  const decoders = edited ? openDecoders({ workers: 1 }) : undefined;
  return {
    parts: {
      ...{ library, people, original },
      sidecar: (sha256, photo) => sidecarOf(sha256, photo, { library, archive, files, writer }),
      ...(decoders && { edited: (path, develop) => () => editedJpeg(decoders, files, path, develop) }),
    },
    close: async () => {
      await Promise.all([writer.close(), decoders?.close()]);
    },
  };
}

/** The JPEG of an edited picture. A crash leaves its file in the system’s folder for temporary files. */
async function editedJpeg(decoders: Decoders, files: Files, original: string, develop: Develop): Promise<Buffer> {
  const to = join(tmpdir(), `photospool-export-${randomUUID()}.jpg`);
  try {
    const found = identify(await files.head(original, headLength));
    if (found.kind === 'photo' && (await decoders.convert(original, found.format, to, develop)))
      return await readFile(to);
    throw new PhotospoolError('undecodable', 'This file can’t be shown as a picture.');
  } finally {
    await files.remove(to);
  }
}

/** Opens what moves originals of purged photos aside. */
export async function openDiscarder(config: Pick<Config, 'done'>, files: Files, library: Library): Promise<Discarder> {
  const { here } = library.local.originals.counts();
  return openArchive(config.done, files, { server: library.server, hasOriginals: here > 0 });
}

/** The result for one file, and why it was not written, if so. */
export interface FileExported {
  path: string;
  outcome: 'written' | 'same' | 'kept' | 'failed';
  reason?: string;
}

/** Writes the files of an export of a holder into a folder; yields the result of each. An error of one does not stop the others. */
export async function* writeExport(
  entries: Iterable<ExportFile>,
  folder: string,
  holder: Holder,
  files: Files,
): AsyncGenerator<FileExported> {
  const known = await openExportedFiles(folder, holder, files);
  const put = (entry: ExportFile, target: string): Promise<string> =>
    entry.kind === 'original'
      ? copyOriginal(entry, target, files)
      : entry.kind === 'made'
        ? writeMade(entry, target, files, known)
        : writeRotated(entry, target, files, known);
  for (const entry of entries) {
    const target = join(folder, ...entry.path.split('/'));
    const outcome = await put(entry, target).catch((error: unknown) =>
      sentence(toPhotospoolError(error, 'write', entry.path)),
    );
    const isKnown = ['written', 'same', 'kept'].includes(outcome);
    if (!isKnown) yield { path: entry.path, outcome: 'failed', reason: outcome };
    else if (outcome === 'kept') yield { path: entry.path, outcome, reason: 'A different file already exists there.' };
    else yield { path: entry.path, outcome: outcome as 'written' | 'same' };
  }
}

async function copyOriginal(
  { sha256, bytes, source, path }: Extract<ExportFile, { kind: 'original' }>,
  target: string,
  files: Files,
): Promise<string> {
  const there = await files.stat(target);
  if (there) {
    const isSame = there.isFile() && there.size === bytes && (await files.hash(target)).sha256 === sha256;
    return isSame ? 'same' : 'kept';
  }
  await files.makeFolder(parentOf(target));
  const copied = await files.copy(source, target);
  if (copied.kind === 'taken') return 'kept';
  if (copied.sha256 === sha256) return 'written';
  await files.remove(target);
  throw new PhotospoolError('corrupt', `The original of ${printable(path)} is damaged.`, {
    hint: 'Run `photospool verify` for details.',
  });
}

async function writeMade(
  { make, path }: Extract<ExportFile, { kind: 'made' }>,
  target: string,
  files: Files,
  known: ExportedFiles,
): Promise<string> {
  const bytes = await make();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const there = await placeFor(path, sha256, target, files, known);
  if (there !== 'free' && there !== 'ours') return there;
  if (there === 'ours') await files.replace(target, bytes);
  else if ((await files.write(target, bytes)) === 'taken') return 'kept';
  return 'written';
}

async function writeRotated(
  { path, source, turns }: Extract<ExportFile, { kind: 'rotated' }>,
  target: string,
  files: Files,
  known: ExportedFiles,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of await openTurned(source, turns)) hash.update(part as Buffer);
  const there = await placeFor(path, hash.digest('hex'), target, files, known);
  if (there !== 'free' && there !== 'ours') return there;
  const part = join(dirname(target), temporaryName());
  await files.pour(await openTurned(source, turns), part);
  if (there === 'ours') await files.rename(part, target);
  else if ((await files.move(part, target)) === 'taken') {
    await files.remove(part);
    return 'kept';
  }
  return 'written';
}

/**
 * Whether a made file with this hash may be written: `free` if there is none, `ours` if one may be replaced. Its folder
 * exists then, and the list has its hash.
 */
async function placeFor(
  path: string,
  sha256: string,
  target: string,
  files: Files,
  known: ExportedFiles,
): Promise<'free' | 'ours' | 'same' | 'kept'> {
  const there = await files.stat(target);
  const present = there?.isFile() ? (await files.hash(target)).sha256 : undefined;
  if (there && path === libraryList) return 'ours';
  if (there && present !== sha256 && !(present !== undefined && known.isKnown(path, present))) return 'kept';
  if (path !== libraryList) await known.add(path, sha256);
  if (there) return present === sha256 ? 'same' : 'ours';
  await files.makeFolder(parentOf(target));
  return 'free';
}

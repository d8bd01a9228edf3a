/**
 * Exports edits as sidecars into a folder. An existing file is replaced only if Photospool wrote it and it is unchanged
 * since, according to a list of hashes in the folder. The new hash of a file is in the list before the file is written,
 * so a crash leaves complete files, each the old or the new one, and both are recognised.
 */
import { createHash } from 'node:crypto';
import { join, posix } from 'node:path';
import { originalPath } from '../../archive/archive.js';
import { safeName } from '../../archive/original-names.js';
import { PhotospoolError, printable, sentence, toPhotospoolError } from '../../base/errors.js';
import { parentOf, type Files } from '../../base/files.js';
import { entriesOf, textOf } from '../../document/json-values.js';
import { exifId, photoId, photoOf, type ExifDocument, type PhotoDocument } from '../../document/photo-document.js';
import { newestFirst } from '../../document/sidecar-values.js';
import { earliestSighting } from '../../document/time-taken.js';
import type { Library } from '../../library/library.js';
import type { XmpWriter } from '../../photo/facts/write-xmp.js';
import { editedOf } from './edited-values.js';
import { namedAfter, versionOf } from './match-sidecars.js';
import { stemOf } from './arrival-names.js';
import { placeOf } from './ingest-sidecars.js';

/** The dependencies of an export. */
export interface ExportParts {
  library: Library;
  /** The archive's folder. */
  archive: string;
  files: Files;
  writer: XmpWriter;
  /** The target folder, absolute. */
  folder: string;
  /** `full`: `IMG_1.jpg.xmp`; `stem`: `IMG_1.xmp`. */
  names: 'full' | 'stem';
  /** Original names and folders, instead of those in the archive. */
  asImported: boolean;
}

/** The result for one sidecar: its path in the folder, and why it was not written, if so. */
export interface Exported {
  path: string;
  outcome: 'written' | 'same' | 'kept' | 'failed';
  reason?: string;
}

/** The name of the list of written files. */
export const listName = '.photospool-xmp.json';
/** The number of sidecars per write of the list. */
const batch = 100;

/** A generated sidecar. */
interface Made {
  path: string;
  bytes: Buffer;
  sha256: string;
}

/** Exports those of the photos that have edits, by hash; yields the result of each. */
export async function* exportXmp(ids: Iterable<string>, parts: ExportParts): AsyncGenerator<Exported> {
  const { library, files, folder } = parts;
  const list = await readList(parts);
  const taken = new Set<string>();
  let made: Made[] = [];
  async function* flush(): AsyncGenerator<Exported> {
    const [written, others] = await sort(made, list, parts);
    made = [];
    yield* others;
    if (written.length === 0) return;
    for (const { path, sha256 } of written) list.set(path, [...(list.get(path) ?? []).slice(-1), sha256]);
    await files.makeFolder(folder);
    await files.replace(
      join(folder, listName),
      `${JSON.stringify({ format: 1, written: Object.fromEntries(list) })}\n`,
    );
    for (const one of written) yield await put(one, parts);
  }
  for (const sha256 of ids) {
    const photo = photoOf(library.get(photoId(sha256))?.body);
    const said = photo && editedOf(sha256, photo, library.get<ExifDocument>(exifId(sha256))?.body.tags);
    if (!said) continue;
    const path = pathOf(sha256, photo, parts);
    if (taken.has(path)) {
      yield { path, outcome: 'kept', reason: 'Another photo uses the same sidecar name.' };
      continue;
    }
    taken.add(path);
    try {
      const bytes = await parts.writer.make(said, await baseOf(photo, parts));
      made.push({ path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') });
    } catch (error) {
      // An error of one sidecar does not stop the others.
      yield { path, outcome: 'failed', reason: sentence(toPhotospoolError(error, 'write', path)) };
    }
    if (made.length >= batch) yield* flush();
  }
  yield* flush();
}

/**
 * Makes the sidecar of a photo with its edits, based on the newest imported one; undefined without edits that a sidecar
 * can express. The returned function throws PhotospoolErrors as `XmpWriter.make`.
 */
export function sidecarOf(
  sha256: string,
  photo: PhotoDocument,
  parts: Pick<ExportParts, 'library' | 'archive' | 'files' | 'writer'>,
): (() => Promise<Buffer>) | undefined {
  const said = editedOf(sha256, photo, parts.library.get<ExifDocument>(exifId(sha256))?.body.tags);
  return said && (async () => parts.writer.make(said, await baseOf(photo, { ...parts, names: 'full' })));
}

/** Splits into those to write, and results for the others. */
async function sort(made: Made[], list: List, { files, folder }: ExportParts): Promise<[Made[], Exported[]]> {
  const written: Made[] = [];
  const others: Exported[] = [];
  for (const one of made) {
    const file = join(folder, ...one.path.split('/'));
    const there = await files.stat(file);
    const hash = there?.isFile() ? (await files.hash(file)).sha256 : undefined;
    if (!there || (hash !== undefined && hash !== one.sha256 && list.get(one.path)?.includes(hash))) written.push(one);
    else if (hash === one.sha256) others.push({ path: one.path, outcome: 'same' });
    else
      others.push({
        path: one.path,
        outcome: 'kept',
        reason: 'A file with this name was written or changed by another program.',
      });
  }
  return [written, others];
}

async function put({ path, bytes }: Made, { files, folder }: ExportParts): Promise<Exported> {
  const file = join(folder, ...path.split('/'));
  await files.makeFolder(parentOf(file));
  if (await files.stat(file)) await files.replace(file, bytes);
  else if ((await files.write(file, bytes)) === 'taken')
    return { path, outcome: 'kept', reason: 'A file with this name was created in the meantime.' };
  return { path, outcome: 'written' };
}

/** The last two hashes written, by path. */
type List = Map<string, string[]>;

async function readList({ files, folder }: ExportParts): Promise<List> {
  const text = await files.readText(join(folder, listName));
  try {
    const { written } = JSON.parse(text ?? '{}') as { written?: unknown };
    return new Map(entriesOf(written).map(([path, hashes]) => [path, Array.isArray(hashes) ? hashes.map(textOf) : []]));
  } catch (cause) {
    throw new PhotospoolError('unusable', `${printable(join(folder, listName))} is damaged.`, {
      hint: 'Without it, existing files are not replaced. Move it away, or choose another folder.',
      cause,
    });
  }
}

function pathOf(sha256: string, photo: PhotoDocument, { library, asImported, names }: ExportParts): string {
  const sighting = earliestSighting(photo);
  const came = [...textOf(sighting?.folder).split('/'), textOf(sighting?.name)].filter((part) => part !== '');
  const path = asImported && came.length > 0 ? came.map(safeName).join('/') : placeOf(sha256, library);
  const name = posix.basename(path);
  return posix.join(posix.dirname(path), `${names === 'full' ? name : stemOf(name)}.xmp`);
}

/** The sidecar in the archive that the new one extends: the newest with a matching name, otherwise the newest. */
async function baseOf(
  photo: PhotoDocument,
  { library, archive, files, names }: Pick<ExportParts, 'library' | 'archive' | 'files' | 'names'>,
): Promise<string | undefined> {
  const full = (name: string): boolean => /\.[^.]+\.xmp$/i.test(name);
  const all = newestFirst(photo).filter(
    ({ name, values }) => versionOf(namedAfter(name)) === undefined || Object.keys(values).length > 0,
  );
  for (const { sha256 } of [
    ...all.filter(({ name }) => full(name) === (names === 'full')),
    ...all.filter(({ name }) => full(name) !== (names === 'full')),
  ]) {
    const row = library.local.originals.find(sha256);
    const path = row?.state === 'here' ? originalPath(archive, row.path) : undefined;
    if (path !== undefined && (await files.stat(path))?.isFile()) return path;
  }
  return undefined;
}

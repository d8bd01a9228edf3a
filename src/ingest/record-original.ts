/**
 * The item of an original, written in one durable transaction with the reservation of its place in the archive. If
 * another holder already has the same bytes, this is a second item, and the bytes stay where they are. Ingest writes no
 * edits except those that an export contains (document/imported-metadata.ts): it never overrides a person.
 */
import { archiveName } from '../archive/original-names.js';
import { canonical } from '../document/canonical-json.js';
import { withArrival, withSighting } from '../document/arrival.js';
import { withBrought, type ImportedMetadata } from '../document/imported-metadata.js';
import { authorOfHolder, house, itemId, publicIdOf, type Item } from '../document/item-id.js';
import { isNewer, merge } from '../document/merge.js';
import {
  exifId,
  type ExifDocument,
  type Facts,
  type PhotoDocument,
  type Renditions,
  type Sighting,
} from '../document/photo-document.js';
import { viewPhoto } from '../document/photo-view.js';
import { bringersOf, isFromGuests, owner } from '../document/photo-senders.js';
import type { Library } from '../library/library.js';
import type { OriginalRow } from '../library/local-tables.js';
import type { ArrivingFile } from './arriving-file.js';
import { checkHolder, endingWait, itemOfArrival, newEdits, withBytesKnown, type Recorded } from './arrival-holder.js';
import type { IngestParts } from './ingest-parts.js';

/** The derived data of an original. */
export interface ProcessedOriginal {
  facts: Facts;
  renditions: Renditions;
  exif: ExifDocument;
}

function sightingOf({ name, raw, seen: at, modified, folder, by }: ArrivingFile, server: string): Sighting {
  return {
    ...{ at, server, name, ...(raw !== undefined && { raw }), modified },
    ...(folder !== undefined && { folder }),
    ...(by !== undefined && { by }),
  };
}

/** The dependencies of recording. */
type RecordParts = Pick<IngestParts, 'library' | 'archive' | 'sidecars' | 'mayHold' | 'noteKnown'>;

/**
 * Writes the documents of an original and reserves its name, in one transaction. Returns `here` or `other` if the same
 * bytes are in the archive or in another claim; then only the documents are written. @throws PhotospoolError as
 * `checkHolder`.
 */
export function record(
  parts: RecordParts,
  arrival: ArrivingFile,
  { sha1, ...original }: Pick<OriginalRow, 'sha256' | 'bytes' | 'modified'> & { sha1?: string },
  made: ProcessedOriginal,
): Recorded {
  const { library, archive } = parts;
  const { sha256 } = original;
  const item = itemOfArrival(arrival, sha256);
  const id = itemId(item);
  return library.transaction(() => {
    checkHolder(parts.mayHold, arrival);
    const before = library.get<PhotoDocument>(id)?.body;
    const isNew = before === undefined;
    // A file in the folder of a person has the same sender as their uploads; uploads have no audience.
    if (isNew && arrival.by !== undefined && arrival.sent !== true)
      library.local.awaited.keepPrivate(publicIdOf(item), arrival.by);
    noteName(parts, arrival, item);
    noteSha1(parts, sha256, sha1);
    change<ExifDocument>(library, exifId(sha256), (body) => (body ? merge(body, made.exif) : made.exif));
    change<PhotoDocument>(library, id, (body) => saying(arrived(parts, arrival, body, item, made), arrival));
    const photo = library.get<PhotoDocument>(id)!.body;
    noteGuests(parts, item, arrival, before);
    const { taken } = viewPhoto(sha256, photo, { here: false });
    const place = library.local.originals.reserve(
      { ...original, claim: arrival.claim },
      (n) => archiveName(taken, arrival.name, sha256, n),
      archive.occupied,
    );
    return { ...place, isNew };
  });
}

/** The document of an item after its arrival. */
function arrived(
  { library }: RecordParts,
  arrival: ArrivingFile,
  body: PhotoDocument | undefined,
  item: Item,
  made: ProcessedOriginal,
): PhotoDocument {
  const document = withArrival(body, { ...made, sighting: sightingOf(arrival, library.server) });
  return body
    ? endingWait(library, body, document, arrival)
    : withBytesKnown(library, { ...document, edits: newEdits(library, arrival) }, item);
}

/** The document keeps only the first folder for each name; a sidecar may arrive in the last one. */
const noteName = (
  { sidecars }: Pick<RecordParts, 'sidecars'>,
  { name, folder = '', seen }: ArrivingFile,
  item: Item,
): void => sidecars?.names.came(name, folder, item, seen);

/** Stores the SHA-1 of an original whose bytes were just read, unless it is known. */
function noteSha1({ library }: Pick<RecordParts, 'library'>, sha256: string, sha1: string | undefined): void {
  const { sha1s } = library.local;
  if (sha1 !== undefined && sha1s.find(sha256) === undefined) sha1s.put(sha256, sha1);
}

/** Adds the sighting of a duplicate to the item of its holder. @throws PhotospoolError as `checkHolder`. */
export function recordSighting(
  parts: Omit<RecordParts, 'archive'>,
  { sha256, sha1 }: { sha256: string; sha1?: string },
  arrival: ArrivingFile,
): void {
  const { library } = parts;
  const item = itemOfArrival(arrival, sha256);
  library.transaction(() => {
    checkHolder(parts.mayHold, arrival);
    noteName(parts, arrival, item);
    noteSha1(parts, sha256, sha1);
    const before = library.get<PhotoDocument>(itemId(item))?.body;
    change<PhotoDocument>(library, itemId(item), (body) => {
      const seen = body && withSighting(body, sightingOf(arrival, library.server));
      return seen && saying(endingWait(library, body, seen, arrival), arrival);
    });
    noteGuests(parts, item, arrival, before);
  });
}

/** Records the guests of a photo that does not wait: its holder already has it, or sent it now. */
function noteGuests(
  { library, noteKnown }: Pick<RecordParts, 'library' | 'noteKnown'>,
  item: Item,
  { by = owner }: ArrivingFile,
  before: PhotoDocument | undefined,
): void {
  const after = library.get(itemId(item))?.body;
  if (!noteKnown || !before || !after || isFromGuests(after)) return;
  for (const sender of isFromGuests(before) ? bringersOf(before, library.server) : [by]) noteKnown(item, sender);
}

const saying = (document: PhotoDocument, { brought, holder = house }: ArrivingFile): PhotoDocument =>
  brought ? withBrought(document, brought, authorOfHolder(holder)) : document;

/** Adds an export's metadata to the document of an item whose bytes are here; true if it is new. */
export function recordBrought(library: Library, item: Item, brought: ImportedMetadata): boolean {
  const id = itemId(item);
  const brings = (body: PhotoDocument): PhotoDocument => withBrought(body, brought, authorOfHolder(item.holder));
  const stored = library.get<PhotoDocument>(id);
  // Repeated metadata is mostly known: then nothing is written, and there is no wait for the disk.
  if (!stored || isNewer(stored.body) || canonical(brings(stored.body)) === canonical(stored.body)) return false;
  return library.update<PhotoDocument>(id, (body) => body && brings(body))?.changed === true;
}

/** Changes a document, unless a newer version wrote it: then it stays unchanged, and the bytes are still kept. */
function change<B extends object>(library: Library, id: string, make: (body: B | undefined) => B | undefined): void {
  const stored = library.get<B>(id);
  if (!stored || !isNewer(stored.body)) library.update(id, make);
}

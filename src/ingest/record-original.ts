/**
 * The item of an original, written in one durable transaction with the reservation of its place in the archive. Bytes that another
 * holder has, too, are a second item, and keep their place.
 * Ingest writes no edit but what an export says was done elsewhere before (document/imported-metadata.ts): nothing it does can beat a
 * person.
 */
import { archiveName } from '../archive/original-names.js';
import { canonical } from '../document/canonical-json.js';
import { withArrival, withSighting } from '../document/arrival.js';
import { withBrought, type ImportedMetadata } from '../document/imported-metadata.js';
import { authorOfHolder, house, itemId, type Item } from '../document/item-id.js';
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
import type { Library } from '../library/library.js';
import type { OriginalRow } from '../library/local-tables.js';
import type { ArrivingFile } from './arriving-file.js';
import { checkHolder, itemOfArrival, newEdits, withBytesKnown, type Recorded } from './arrival-holder.js';
import type { IngestParts } from './ingest-parts.js';

/** What ingest made of one original. */
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

/** What recording works with. */
type RecordParts = Pick<IngestParts, 'library' | 'archive' | 'sidecars' | 'mayHold'>;

/**
 * Writes the documents of an original and reserves its name, in one transaction. The answer is `here` or `other` where
 * someone else brought the same bytes; then nothing but the documents was written. @throws PhotospoolError as `checkHolder`.
 */
export function record(
  parts: RecordParts,
  arrival: ArrivingFile,
  original: Pick<OriginalRow, 'sha256' | 'bytes' | 'modified'>,
  made: ProcessedOriginal,
): Recorded {
  const { library, archive } = parts;
  const { sha256 } = original;
  const item = itemOfArrival(arrival, sha256);
  const id = itemId(item);
  return library.transaction(() => {
    checkHolder(parts.mayHold, arrival);
    const isNew = library.get(id) === undefined;
    noteName(parts, arrival, item);
    change<ExifDocument>(library, exifId(sha256), (body) => (body ? merge(body, made.exif) : made.exif));
    change<PhotoDocument>(library, id, (body) => saying(arrived(parts, arrival, body, item, made), arrival));
    const photo = library.get<PhotoDocument>(id)!.body;
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
  return body ? document : withBytesKnown(library, { ...document, edits: newEdits(library, arrival) }, item);
}

/** The document keeps the first folder of a name; a sidecar may come in the last. */
const noteName = ({ sidecars }: RecordParts, { name, folder = '', seen }: ArrivingFile, item: Item): void =>
  sidecars?.names.came(name, folder, item, seen);

/** Adds the sighting of a duplicate to the item of its holder. @throws PhotospoolError as `checkHolder`. */
export function recordSighting(parts: RecordParts, sha256: string, arrival: ArrivingFile): void {
  const { library } = parts;
  const item = itemOfArrival(arrival, sha256);
  library.transaction(() => {
    checkHolder(parts.mayHold, arrival);
    noteName(parts, arrival, item);
    change<PhotoDocument>(
      library,
      itemId(item),
      (body) => body && saying(withSighting(body, sightingOf(arrival, library.server)), arrival),
    );
  });
}

const saying = (document: PhotoDocument, { brought, holder = house }: ArrivingFile): PhotoDocument =>
  brought ? withBrought(document, brought, authorOfHolder(holder)) : document;

/** Adds what an export says of an item whose bytes are here to its document; true where that is news. */
export function recordBrought(library: Library, item: Item, brought: ImportedMetadata): boolean {
  const id = itemId(item);
  const brings = (body: PhotoDocument): PhotoDocument => withBrought(body, brought, authorOfHolder(item.holder));
  const stored = library.get<PhotoDocument>(id);
  // Most of what is said again is known: then nothing is written, and nothing waits for the disk.
  if (!stored || isNewer(stored.body) || canonical(brings(stored.body)) === canonical(stored.body)) return false;
  return library.update<PhotoDocument>(id, (body) => body && brings(body))?.changed === true;
}

/** Changes a document, unless a newer version wrote it: then it stays, and the bytes are kept all the same. */
function change<B extends object>(library: Library, id: string, make: (body: B | undefined) => B | undefined): void {
  const stored = library.get<B>(id);
  if (!stored || !isNewer(stored.body)) library.update(id, make);
}

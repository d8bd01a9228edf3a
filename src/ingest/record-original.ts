/**
 * The document of an original, written in one durable transaction with the reservation of its place in the archive.
 * Ingest writes no edit but what an export says was done elsewhere before (document/imported-metadata.ts): nothing it does can beat a
 * person.
 */
import type { Archive } from '../archive/archive.js';
import { archiveName } from '../archive/original-names.js';
import { canonical } from '../document/canonical-json.js';
import { withArrival, withSighting } from '../document/arrival.js';
import { withBrought, type ImportedMetadata } from '../document/imported-metadata.js';
import { isNewer, merge } from '../document/merge.js';
import {
  exifId,
  photoId,
  type ExifDocument,
  type Facts,
  type PhotoDocument,
  type Renditions,
  type Sighting,
} from '../document/photo-document.js';
import { viewPhoto } from '../document/photo-view.js';
import type { Library } from '../library/library.js';
import type { OriginalRow, Reservation } from '../library/local-tables.js';
import type { ArrivingFile } from './arriving-file.js';
import type { ArrivalNames } from './sidecars/arrival-names.js';

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

/**
 * Writes the documents of an original and reserves its name, in one transaction. The answer is `here` or `other` where
 * someone else brought the same bytes meanwhile; then nothing but the documents was written. `names` is told of the name.
 */
export function record(
  library: Library,
  archive: Archive,
  arrival: ArrivingFile,
  original: Pick<OriginalRow, 'sha256' | 'bytes' | 'modified'>,
  made: ProcessedOriginal,
  names?: ArrivalNames,
): Reservation {
  const { sha256 } = original;
  const sighting = sightingOf(arrival, library.server);
  return library.transaction(() => {
    names?.came(arrival.name, arrival.folder ?? '', sha256, arrival.seen);
    change<ExifDocument>(library, exifId(sha256), (body) => (body ? merge(body, made.exif) : made.exif));
    change<PhotoDocument>(library, photoId(sha256), (body) =>
      saying(withArrival(body, { ...made, sighting }), arrival),
    );
    const photo = library.get<PhotoDocument>(photoId(sha256))!.body;
    const { taken } = viewPhoto(sha256, photo, { here: false });
    return library.local.originals.reserve(
      { ...original, claim: arrival.claim },
      (n) => archiveName(taken, arrival.name, sha256, n),
      archive.occupied,
    );
  });
}

/** Adds the sighting of a duplicate to the document of its original, where there is one. */
export function recordSighting(library: Library, sha256: string, arrival: ArrivingFile, names?: ArrivalNames): void {
  const sighting = sightingOf(arrival, library.server);
  library.transaction(() => {
    // The document keeps the first folder of a name; a sidecar may come in the last.
    names?.came(arrival.name, arrival.folder ?? '', sha256, arrival.seen);
    change<PhotoDocument>(library, photoId(sha256), (body) => body && saying(withSighting(body, sighting), arrival));
  });
}

const saying = (document: PhotoDocument, { brought }: Pick<ArrivingFile, 'brought'>): PhotoDocument =>
  brought ? withBrought(document, brought) : document;

/** Adds what an export says of a photo whose bytes are here to its document; true where that is news. */
export function recordBrought(library: Library, sha256: string, brought: ImportedMetadata): boolean {
  const id = photoId(sha256);
  const stored = library.get<PhotoDocument>(id);
  // Most of what is said again is known: then nothing is written, and nothing waits for the disk.
  if (!stored || isNewer(stored.body) || canonical(withBrought(stored.body, brought)) === canonical(stored.body))
    return false;
  return library.update<PhotoDocument>(id, (body) => body && withBrought(body, brought))?.changed === true;
}

/** Changes a document, unless a newer version wrote it: then it stays, and the bytes are kept all the same. */
function change<B extends object>(library: Library, id: string, make: (body: B | undefined) => B | undefined): void {
  const stored = library.get<B>(id);
  if (!stored || !isNewer(stored.body)) library.update(id, make);
}

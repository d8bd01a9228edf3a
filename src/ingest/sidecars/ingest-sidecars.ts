/**
 * The import of sidecars: their photo, their values, and their entry in the documents, written in one transaction with
 * the reservation of their place. A crash leaves the same state as during the ingest of a photo.
 */
import { basename, dirname, posix } from 'node:path';
import type { Archive } from '../../archive/archive.js';
import { archiveName, fitName, safeName, splitName } from '../../archive/original-names.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import type { Sqlite } from '../../base/sqlite.js';
import { house, itemId, type Holder } from '../../document/item-id.js';
import { own } from '../../document/json-values.js';
import { isNewer } from '../../document/merge.js';
import type { PhotoDocument, SidecarValues } from '../../document/photo-document.js';
import { withSidecar } from '../../document/sidecar-values.js';
import { viewPhoto } from '../../document/photo-view.js';
import type { Library } from '../../library/library.js';
import type { OriginalRow } from '../../library/local-tables.js';
import type { Metadata } from '../../photo/facts/read-metadata.js';
import { checkHolder, holderOf, type MayHold, type Recorded } from '../arrival-holder.js';
import type { ArrivingFile } from '../arriving-file.js';
import { isOwnClaim } from '../reservations.js';
import {
  candidates,
  findPhotos,
  knownOf,
  namedAfter,
  type SidecarToMatch,
  type Describing,
  type SidecarMatch,
  type Style,
} from './match-sidecars.js';
import { openNames, stemOf, type ArrivalNames } from './arrival-names.js';

/** The sidecars of a home. */
export interface Sidecars {
  names: ArrivalNames;
  /** A fingerprint that changes when its candidates do; empty if the sender may not describe any photo of its name. */
  candidates(asking: SidecarToMatch): string;
  /**
   * Why a sidecar can't be imported yet, as a clause; undefined if its photo is known. `pathOf` resolves to its
   * readable path, and is called only if names alone are not sufficient.
   */
  whyNot(asking: SidecarToMatch, pathOf: () => Promise<string>): Promise<string | undefined>;
  /** Reads an arrived sidecar. @throws as `Metadata.sidecar`. */
  open(arrival: Came): Promise<Bringing>;
}

/** The relevant fields of an arrived sidecar; `claim` if a place is to be reserved for it. */
export type Came = Pick<ArrivingFile, 'file' | 'name' | 'folder' | 'since' | 'modified' | 'by' | 'holder'> & {
  claim?: string;
};

/**
 * A sidecar being imported. The methods that write throw `locked` if its photo is no longer in the library, and
 * `forbidden` if it is for a person who may not hold items now.
 */
export interface Bringing {
  /** Whether its holder imported these bytes (SHA-256) before, so that they are a duplicate. */
  isKnown(sha256: string): boolean;
  /** Adds its values to the documents of its photos, and reserves its place beside the first, in one transaction. */
  record(archive: Archive, original: Pick<OriginalRow, 'sha256' | 'bytes' | 'modified'>): Recorded;
  /** Adds only its values: its bytes are in the archive. */
  attach(sha256: string): void;
}

/**
 * Opens the sidecars of a library. `describing`: whose sidecars count for which photos, checked when they take effect.
 * `mayHold`: see `IngestParts`.
 */
// Longer than a screen: the methods of a sidecar share the state of its match.
export function openSidecars(
  db: Sqlite,
  library: Library,
  metadata: Metadata,
  describing: Describing,
  mayHold?: MayHold,
): Sidecars {
  const names = openNames(db, library);
  const finding = { names, library, describing };

  async function read(path: string): Promise<SidecarValues | undefined> {
    // An unreadable sidecar has no values; its claim reports the error if it matters.
    return metadata.sidecar(path).catch((error: unknown) => {
      if (error instanceof PhotospoolError) return undefined;
      throw error;
    });
  }

  /** Whether an item of its holder that it counts for lists it already. */
  function isListed(arrival: Came, values: SidecarValues, sha256: string): boolean {
    const match = findPhotos(askingOf(arrival), values, finding);
    const holder = holderOf(arrival);
    return (
      match.kind === 'found' &&
      match.photos.some((photo) => {
        const { sidecars } = library.get<PhotoDocument>(itemId({ holder, sha256: photo }))?.body ?? {};
        return own(sidecars, sha256) !== undefined;
      })
    );
  }

  function attach(arrival: Came, values: SidecarValues, sha256: string): SidecarMatch & { kind: 'found' } {
    checkHolder(mayHold, arrival);
    const match = findPhotos(askingOf(arrival), values, finding);
    if (match.kind !== 'found') {
      throw new PhotospoolError('locked', `${printable(arrival.name)}: ${reasonOf(match, arrival)}.`, {
        hint: 'It is imported when the photo is known.',
      });
    }
    const { name, modified, by } = arrival;
    const sidecar = {
      name,
      values: match.style === 'version' ? {} : values,
      modified,
      ...(by !== undefined && { by }),
    };
    for (const photo of match.photos) {
      library.update<PhotoDocument>(itemId({ holder: holderOf(arrival), sha256: photo }), (body) =>
        body && !isNewer(body) ? withSidecar(body, sha256, sidecar) : body,
      );
    }
    return match;
  }

  return {
    names,
    candidates: (asking) =>
      [...candidates(asking, names)]
        .flatMap(([, found]) => knownOf(found, asking, finding))
        .map(({ sha256, inFolder, whose }) => `${sha256}${Number(inFolder)}${whose}`)
        .join(' '),
    async whyNot(asking, pathOf) {
      const named = findPhotos(asking, undefined, finding);
      if (named.kind === 'found') return undefined;
      const match = findPhotos(asking, await read(await pathOf()), finding);
      return match.kind === 'found' ? undefined : reasonOf(match, asking);
    },
    async open(arrival) {
      const values = await metadata.sidecar(arrival.file);
      await names.follow();
      return {
        isKnown(sha256) {
          const row = library.local.originals.find(sha256);
          // A repeated sidecar of the house is a duplicate for any photo, as it was before people held items.
          const isOfHouse = arrival.holder === undefined && row !== undefined && !isOwnClaim(row.claim);
          return isOfHouse || isListed(arrival, values, sha256);
        },
        attach: (sha256) => void library.transaction(() => attach(arrival, values, sha256)),
        record: (archive, original) =>
          library.transaction(() => {
            const isNew = !isListed(arrival, values, original.sha256);
            const { photos, style } = attach(arrival, values, original.sha256);
            const home = placeOf(photos[0]!, library, holderOf(arrival));
            const place = library.local.originals.reserve(
              { ...original, claim: arrival.claim ?? '' },
              (n) => besideName(home, arrival.name, style, original.sha256, n),
              archive.occupied,
            );
            return { ...place, isNew };
          }),
      };
    },
  };
}

/** The search criteria for an arrived sidecar. */
export const askingOf = ({
  name,
  folder = '',
  since,
  by,
  holder,
}: Pick<ArrivingFile, 'name' | 'folder' | 'since' | 'by' | 'holder'>): SidecarToMatch => ({
  name,
  folder,
  ...(since !== undefined && { since }),
  ...(by !== undefined && { by }),
  ...(holder !== undefined && { holder }),
});

/** The reason for waiting if no photo is known; the same if the sender may not edit the photo of its name. */
export const waitsFor = ({ by }: Pick<SidecarToMatch, 'by'>): string =>
  by === undefined
    ? 'this XMP sidecar is waiting for its photo'
    : 'this XMP sidecar is waiting for a photo of its name that its sender can edit';

/** The reason for waiting. */
export const reasonOf = (
  match: Exclude<SidecarMatch, { kind: 'found' }>,
  asking: Pick<SidecarToMatch, 'by'>,
): string =>
  match.kind === 'none'
    ? waitsFor(asking)
    : `it is an XMP sidecar that matches ${match.count} photos: give it the full name of one of them (IMG_1.jpg.xmp), or put it beside that photo`;

/** The path of an item's photo in the archive; if it is on another server, the path it would have. */
export function placeOf(sha256: string, library: Library, holder: Holder = house): string {
  const row = library.local.originals.find(sha256);
  if (row) return row.path;
  const photo = library.get<PhotoDocument>(itemId({ holder, sha256 }))!.body;
  const { taken, name } = viewPhoto(sha256, photo, { here: false });
  return archiveName(taken, name, sha256, 0);
}

/** The n-th candidate for the path of a sidecar: beside its photo, under the photo's name in the archive. */
export function besideName(photo: string, name: string, style: Style, sha256: string, n: number): string {
  const ending = name.slice(-'.xmp'.length);
  const there = basename(photo);
  const version = /(_\d{2,4})\.[^.]+$/.exec(namedAfter(name))?.[1] ?? '';
  const { stem, extension } = splitName(there);
  const after = { full: there, stem: stemOf(there), version: `${stem}${version}${extension}` }[style];
  const hash = n === 0 ? '' : `-${sha256.slice(0, n < 3 ? 8 * n : 64)}${n < 4 ? '' : `-${n}`}`;
  return posix.join(dirname(photo), fitName(safeName(after), hash, ending));
}

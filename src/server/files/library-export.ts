/**
 * The content of an export of a holder’s library: originals under their own names, by month; a sidecar beside each
 * photo with edits, and on request a JPEG of each edited picture, or the rotated video; and `library.json` with the
 * albums. Photos in the trash are in a separate folder. The content does not depend on who else has the same bytes.
 * Locked photos are only included at the request of the caller: in a session that opened them, or by a command.
 */
import { readItem } from '../../access/item-access.js';
import { itemAccess } from '../../access/library-access.js';
import type { People } from '../../access/people.js';
import { isTurnable, type Develop } from '../../document/develop.js';
import { house, itemOf, ownPrefix, publicIdOf, type Holder } from '../../document/item-id.js';
import { own } from '../../document/json-values.js';
import { photoOf, type PhotoDocument } from '../../document/photo-document.js';
import { viewPhoto } from '../../document/photo-view.js';
import { albumDocumentId } from '../../library/control-documents.js';
import type { Library } from '../../library/library.js';
import type { ExportFile } from './export-file.js';
import { turnsOf } from './rotated-bytes.js';
import { openDistinct } from './zip-download.js';

/** The name of the list of albums in an export. */
export const libraryList = 'library.json';

/** The dependencies of an export. */
export interface LibraryExportParts {
  library: Library;
  people: Pick<People, 'all'>;
  /** The absolute path of an original, by its path in the archive. */
  original(path: string): string;
  /** Makes the sidecar of a photo; undefined without edits. */
  sidecar(sha256: string, photo: PhotoDocument): (() => Promise<Buffer>) | undefined;
  /**
   * Makes a full-size JPEG of an edited picture, from its original (an absolute path). Absent if none are requested.
   */
  edited?(original: string, develop: Develop): () => Promise<Buffer>;
}

/** The content of `library.json`. */
export interface ExportedLibrary {
  format: 1;
  albums: { name: string; members?: { name: string; right: string }[]; photos: string[] }[];
  /** The names of photos whose originals are not on this server. */
  missing: string[];
}

/** All files of a holder’s library, `library.json` last. Reads documents one at a time. */
export function* exportLibrary(parts: LibraryExportParts, holder: Holder, locked: boolean): Generator<ExportFile> {
  const { library, original, sidecar, edited } = parts;
  const nameIn = openDistinct();
  const albums = openExportedAlbums(parts, holder);
  const missing: string[] = [];
  for (const { id, body } of library.scan(holder === house ? 'photo:' : `${ownPrefix}${holder}:`)) {
    const [item, photo] = [itemOf(id), photoOf(body)];
    const claims = item && photo && readItem(item, body, library.controls.endsOf(id));
    if (!claims || (claims.locked && !locked)) continue;
    const { sha256 } = item;
    const view = viewPhoto(publicIdOf(item), photo, { here: false });
    const row = library.local.originals.find(sha256);
    if (row?.state !== 'here') {
      missing.push(view.name);
      continue;
    }
    const [, year = '0000', month = '00'] = /^(\d{4})-(\d\d)/.exec(view.taken) ?? [];
    const folder = `${claims.trashed ? 'trash' : 'photos'}/${year}/${month}/`;
    const path = folder + nameIn(view.name, folder);
    albums.add(
      path,
      view.albums,
      claims.entries.map(({ album }) => album),
    );
    const { taken } = view;
    yield { kind: 'original', path, taken, sha256, bytes: row.bytes, source: original(row.path) };
    const make = sidecar(sha256, photo);
    if (make) yield { kind: 'made', path: `${path}.xmp`, taken, make };
    if (!edited || !view.develop) continue;
    const [turns, source] = [turnsOf(view), original(row.path)];
    // The sidecar contains the rotation of videos whose files can't state it.
    if (turns !== undefined && !isTurnable(view.type)) continue;
    const [, stem = view.name, ending = ''] = /^(.*?)(\.[^.]{1,5})?$/s.exec(view.name) ?? [];
    const name = nameIn(`${stem} (edited)${turns === undefined ? '.jpg' : ending}`, folder);
    if (turns !== undefined) yield { kind: 'rotated', path: folder + name, taken, bytes: row.bytes, source, turns };
    else yield { kind: 'made', path: folder + name, taken, make: edited(source, view.develop) };
  }
  const list: ExportedLibrary = { format: 1, albums: albums.all(), missing };
  const text = `${JSON.stringify(list, undefined, 2)}\n`;
  yield { kind: 'made', path: libraryList, taken: '', make: () => Promise.resolve(Buffer.from(text)) };
}

/** The albums of an export: by name, and those with members that the holder still sees. */
function openExportedAlbums({ library, people }: LibraryExportParts, holder: Holder) {
  const access = itemAccess(library);
  const named = new Map<string, string[]>();
  const shared = new Map<string, string[]>();
  function put(list: Map<string, string[]>, key: string, path: string): void {
    const photos = list.get(key);
    if (photos) photos.push(path);
    else list.set(key, [path]);
  }
  const sees = (album: string): boolean =>
    album.startsWith(`${holder}:`) || (holder !== house && access.albumRight(album, holder) !== undefined);

  function describe([album, photos]: [string, string[]]): ExportedLibrary['albums'] {
    const body = library.get(albumDocumentId(album))?.body;
    const said = (key: string): unknown => own(own(body, key), 'value');
    const name = said('name');
    if (said('removed') === true || typeof name !== 'string') return [];
    const members = people.all().flatMap(({ id, name: who }) => {
      const right = access.albumRight(album, id);
      return right === undefined ? [] : [{ name: who, right }];
    });
    return [{ name, ...(album.startsWith(`${holder}:`) && { members }), photos }];
  }

  return {
    add(path: string, names: readonly string[], entries: readonly string[]): void {
      for (const name of names) put(named, name, path);
      for (const album of entries) if (sees(album)) put(shared, album, path);
    },
    all: (): ExportedLibrary['albums'] => [
      ...[...named].map(([name, photos]) => ({ name, photos })),
      ...[...shared].flatMap(describe),
    ],
  };
}

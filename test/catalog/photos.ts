/** Photo documents for the catalog's tests: short to write, complete enough to be displayed. */
import { openItemAccess, type ItemAccess } from '../../src/access/item-access.js';
import { openSqlite, type Row, type Sqlite } from '../../src/base/sqlite.js';
import { openCatalog, type Catalog, type Viewer } from '../../src/catalog/catalog.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import {
  format,
  photoId,
  type Body,
  type Develop,
  type Edits,
  type Facts,
  type Membership,
  type PhotoDocument,
  type Rendition,
} from '../../src/document/photo-document.js';

/** The properties of a photo that a test specifies; the rest has defaults. */
export interface Told {
  facts?: Partial<Facts>;
  edits?: Partial<{
    favourite: boolean;
    reviewed: boolean;
    trashed: boolean;
    archived: boolean;
    audience: string;
    title: string;
    develop: Develop;
    burstCover: boolean;
  }>;
  albums?: readonly string[];
  /** Persons whose favourite it is. */
  favourites?: readonly string[];
  /** Photos marked as different from it. */
  apart?: readonly string[];
  thumb?: Rendition;
  damaged?: boolean;
  /** When its edits were made, in ms. */
  edited?: number;
  name?: string;
  added?: string;
}

/** The decision of a library in which every onlooker belongs to the family, and nothing is shared. */
export const everybodyThere: ItemAccess = openItemAccess({
  find: () => undefined,
  isThere: () => true,
  hasAlbum: () => false,
  offers: () => [],
  itemsIn: () => new Set(),
});

/** A family member who is not an owner. */
export const family: Viewer = {
  onlooker: { kind: 'person', person: '01JD0000000000000000000002', actsForHouse: false },
};
/** An onlooker without an account. */
export const visitor: Viewer = { onlooker: { kind: 'visitor' } };

const stamp = '000001700000000-0000-test';

/** A document of a photo. */
export function photoOf({
  facts,
  edits = {},
  albums = [],
  favourites = [],
  apart = [],
  thumb,
  damaged,
  edited: later = 0,
  name = 'IMG_0001.JPG',
  added = '2024-08-01T10:00:00.000Z',
}: Told = {}): Body {
  const at = stamp.replace('00000-', `0000${later}-`);
  const edited = Object.entries(edits).map(([field, value]) => [field, [{ value, at, by: 'owner' }]]);
  const setOf = (elements: readonly string[]): Record<string, Membership> =>
    Object.fromEntries(elements.map((element) => [element, { present: true, at: stamp, by: 'owner' }]));
  const document: PhotoDocument = {
    format,
    kind: 'photo',
    facts: {
      recipe: 1,
      type: 'image/jpeg',
      bytes: 1,
      width: 400,
      height: 300,
      taken: '2024-07-01T12:00:00.000',
      takenSource: 'exif',
      ...facts,
    },
    renditions: { recipe: 1, ...(thumb && { thumb }), ...(damaged && { damaged }) },
    sidecars: {},
    sightings: { [`s ${name}`]: { at: added, server: 's', name, modified: added } },
    edits: {
      ...(Object.fromEntries(edited) as Edits),
      ...{ albums: setOf(albums), favourites: setOf(favourites), apart: setOf(apart) },
    },
  };
  return document as unknown as Body;
}

/** A SHA-256 with the given beginning that ends in a number. */
export const shaOf = (number: number, beginning = ''): string =>
  beginning + number.toString(16).padStart(64 - beginning.length, '0');

/** An empty catalog in memory, and its database. */
export function emptyCatalog(path = ':memory:'): {
  db: Sqlite;
  catalog: Catalog;
  put: (sha: string, told?: Told) => void;
  drop: (sha: string) => void;
} {
  const db = openSqlite(path);
  const catalog = openCatalog(db, { access: () => everybodyThere });
  let n = 0;
  const write = (sha: string, body: Body | undefined): void =>
    db.transaction(() => catalog.index(photoId(sha), body, ++n));
  return { db, catalog, put: (sha, told) => write(sha, photoOf(told)), drop: (sha) => write(sha, undefined) };
}

/** All rows, with the values behind numbers that are assigned on demand. */
export function dump(db: Sqlite): Row[] {
  const named = (table: string, column: string): Map<number, string> =>
    new Map(
      db
        .prepare<{ id: number; text: string }>(`SELECT id, ${column} AS text FROM ${table}`)
        .all()
        .map(({ id, text }) => [id, text]),
    );
  const [classes, terms] = [named('catalog_class', 'claims'), named('catalog_term', 'term')];
  return db
    .prepare<Row & { class: number; entries: string | null }>('SELECT * FROM catalog_photo ORDER BY n')
    .all()
    .map((row) => ({
      ...row,
      class: classes.get(row.class)!,
      entries: (JSON.parse(row.entries ?? '[]') as number[])
        .map((number) => terms.get(number)!)
        .sort()
        .join('\n'),
    }));
}

/** All ids of an answer, page by page. */
export function walk(
  catalog: Catalog,
  text: string,
  limit: number,
  options: Parameters<Catalog['page']>[1] = {},
): string[] {
  const ids: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = catalog.page(parseQuery(text), { ...options, limit, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.ids);
    if (page.next === undefined) return ids;
    cursor = page.next;
  }
}

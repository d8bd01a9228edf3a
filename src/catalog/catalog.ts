/**
 * The catalog: a table beside the library, clustered by time taken, and columns in memory that answer all queries; can
 * be dropped and rebuilt. The library's transaction writes the rows; a crash leaves the state of the last commit.
 *
 * Searching and counting use the columns, so they take the same bounded time for any search and any viewer; SQL returns
 * the rows of a page. There is no full-text index: a frequent word or prefix has hundreds of thousands of hits, and
 * reading their numbers from an index takes longer than scanning the columns (docs/performance.md).
 */
import { PhotospoolError } from '../base/errors.js';
import type { ItemAccess } from '../access/item-access.js';
import type { Sqlite } from '../base/sqlite.js';
import type { DatedPhoto } from '../document/album-order.js';
import type { MayShare } from '../document/share-link-view.js';
import type { End } from '../document/grants.js';
import { house, itemId, itemOf, publicIdOf, type Holder } from '../document/item-id.js';
import type { Body } from '../document/photo-document.js';
import { isPrivateTag } from '../document/tag-names.js';
import {
  owner,
  type Box,
  type Cluster,
  type ExploredTiles,
  type Facet,
  type Page,
  type PageOptions,
  type Segment,
  type Tile,
  type CatalogViewer,
} from './catalog-answers.js';
import { openAlbumCounts } from './album-counts.js';
import { arrange, cutArranged, datedPhotos, type ArrangedPhotos, type Arrangement } from './arranged-photos.js';
import { onePart, openBlockParts, type FoundParts } from './block-parts.js';
import { finishBuilding, remake, startBuilding } from './bulk-build.js';
import { placeOf, type Columns, type NeededColumns } from './columns.js';
import { secondOf } from './row-numbers.js';
import { countFacet, countMonths, countVideos, cutSegments, type FacetKind } from './search-counts.js';
import { countPlaces, type SpanPlaces } from './month-places.js';
import { pickCovers } from './month-covers.js';
import { exploreFound, type ExploredValue } from './explore.js';
import { derivedOf } from './derived-values.js';
import { kindsSeen } from './kinds-seen.js';
import { findAlike, type Alike } from './near-duplicates.js';
import {
  accessOfNobody,
  favouritesByClass,
  openRowSights,
  openSights,
  seenAmong,
  sees,
  type Sight,
} from './item-visibility.js';
import { isStacked, namedIn, neededBy, type MatchingSlots } from './search-filter.js';
import { clusterSpots, isWorld } from './map-clusters.js';
import { openSimilarityIndex, type SimilarityIndex } from './similarity-index.js';
import { openMemory } from './load-columns.js';
import {
  idsBeginning,
  idsOf,
  numberOf,
  numbersOf,
  pageOfAll,
  pageOfFound,
  readCursor,
  readLimit,
  tilesOf,
  type Numbers,
} from './pagination.js';
import { framesNumbered, openBurstsOfPhotos, type BurstsOfPhotos } from './bursts-seen.js';
import { openPaired, type Paired } from './companions.js';
import { openStacked, type Stacked } from './raw-jpeg-stacks.js';
import { makeRecent } from './answer-cache.js';
import { rowOf, type NewRow } from './catalog-row.js';
import type { Query } from './query.js';
import { openSuggested, type Suggested } from './suggested-albums.js';
import {
  readLargest,
  readStorage,
  readStorageUse,
  readTrashed,
  type StorageUse,
  type StorageUsed,
} from './storage-used.js';
import { openTables, readState, version } from './catalog-tables.js';
import { openTurn } from './per-transaction.js';
import { openIndexedMark, type IndexedMark } from './indexed-mark.js';

export { owner } from './catalog-answers.js';
export { neededBy } from './search-filter.js';
export type {
  Box,
  Cluster,
  Facet,
  Page,
  PageOptions,
  Segment,
  Tile,
  CatalogViewer as Viewer,
} from './catalog-answers.js';

/**
 * An open catalog. Synchronous. An edit is visible in the next answer, a deferred document (`leave`) once it is
 * indexed. Answers contain trashed photos only for queries with `is:trashed`. All counts and filters need columns in
 * memory: await `load` first, so that a large library does not block other requests. Do not query it inside a
 * transaction.
 */
export interface Catalog extends Paired, Stacked, BurstsOfPhotos, Suggested, IndexedMark {
  /** Writes the rows of one document in the caller's transaction. It is the library's `Index`. */
  index(id: string, body: Body | undefined, n: number): void;
  /**
   * A page of photos, newest first (by time taken, then id). `cursor`: from the previous page. @throws PhotospoolError
   * `invalid` for a bad cursor.
   */
  page(query: Query, options?: PageOptions): Page;
  /** The same page, as tiles. */
  tiles(query: Query, options?: PageOptions): { tiles: Tile[]; next?: string };
  /**
   * The tile of one photo (its public id), if it is visible to the viewer and matches; also if it is archived or has
   * the same bytes as another.
   */
  tile(id: string, query: Query, viewer?: CatalogViewer): Tile | undefined;
  /** The number of matching photos. */
  count(query: Query, viewer?: CatalogViewer): number;
  /** The number of videos among the matches. */
  videos(query: Query, viewer?: CatalogViewer): number;
  /** Photos per month, newest first. */
  months(query: Query, viewer?: CatalogViewer): { month: string; count: number }[];
  /** Photos per month or year, newest first, each with the tile of its cover. */
  covers(query: Query, by: 'month' | 'year', viewer?: CatalogViewer): { span: string; count: number; tile: Tile }[];
  /** The most frequent places of each month or day, newest first. */
  places(query: Query, by: 'month' | 'day', viewer?: CatalogViewer): SpanPlaces[];
  /** Segments of at most `size` (default 500) photos, newest first; together they are the whole answer. */
  segments(query: Query, options?: { size?: number; viewer?: CatalogViewer }): Segment[];
  /** The matches in another order than newest first. */
  arranged(query: Query, how: Arrangement, viewer?: CatalogViewer): ArrangedPhotos;
  /** The sort keys of the matches of a search, oldest first. */
  dated(query: Query, viewer?: CatalogViewer): DatedPhoto[];
  /** Values with counts, the most frequent first; the first `covers` (default 0) have a cover. */
  facet(kind: FacetKind, query: Query, viewer?: CatalogViewer, covers?: number): Facet[];
  /**
   * The values in the matches of a search: the number of photos, the years, newest first, and the most frequent places,
   * cameras, folders, holders and kinds, each with a cover.
   */
  explore(query: Query, limit: number, viewer?: CatalogViewer): ExploredTiles;
  /**
   * The number of photos of albums with members, the number of videos among them, when the newest was taken (wall
   * time), and the tile of the cover, otherwise of the newest. An album that does not exist for the viewer has none.
   * `cover`: a public id.
   */
  albums(
    albums: readonly { album: string; cover?: string }[],
    viewer?: CatalogViewer,
  ): { album: string; count: number; videos: number; newest?: string; tile?: Tile }[];
  /**
   * Photos in an area, clustered in cells, at most 500; `zoom` is 0 (world) to 20 (street).
   * @throws PhotospoolError `invalid` for an invalid area.
   */
  map(box: Box, zoom: number, query: Query, viewer?: CatalogViewer): Cluster[];
  /** The perceptual hashes of photos. */
  readonly looks: SimilarityIndex;
  /** Near-duplicates among a holder's photos (by default the house's), the newest first. */
  duplicates(holder?: Holder): Promise<Alike[]>;
  /** Empties all tables; `index` fills them again, in the caller's transactions. Answers are empty until `finish`. */
  clear(): void;
  /**
   * Completes bulk indexing after `clear`: sorts, numbers and indexes the rows. The columns are reloaded when needed.
   */
  finish(): void;
  /** The storage used by each holder. Reads a row per access class: about a millisecond. */
  storage(): StorageUsed[];
  /** The storage used by some holders together, by kind and year, without locked items. As cheap as `storage`. */
  storageUse(holders: readonly Holder[]): StorageUse;
  /** Their largest originals, without those in the trash or locked: public ids with bytes. Reads an index. */
  largest(holders: readonly Holder[], limit: number): { id: string; bytes: number }[];
  /**
   * The public ids of a holder's photos in the trash, without locked ones. Reads an index, which is created by the
   * first call.
   */
  trashed(holder: Holder): string[];
  /** The public ids with a row that begin with these hexadecimal digits, for any viewer; at most `limit`. */
  idsBeginning(digits: string, limit: number): string[];
  /**
   * Those of these photos (public ids) that are visible to the viewer, by their rows alone: the same queries whether or
   * not a photo exists.
   */
  seenAmong(ids: readonly string[], viewer: CatalogViewer): Set<string>;
  /** Whether a photo (its public id) has a row. */
  has(id: string): boolean;
  /** Reads other processes' writes up to `n`, the library's lastChange. Not needed for changes of access. */
  catchUp(n: number): void;
  /**
   * Loads the columns in slices of some milliseconds; resolves when queries need not wait any longer: those that need
   * only a `timeline` (`neededBy`), or, by default, `all`.
   */
  load(needed?: NeededColumns): Promise<void>;
}

/** Options of `openCatalog`. */
export interface CatalogOptions {
  readOnly?: boolean;
  /**
   * Decides who sees which item, for the current control documents; a new object after each change to them. Without it
   * the family has no members, and the house sees everything.
   */
  access?: () => ItemAccess;
  /** Who has the right to share, for share links to a search; by default only the owner. */
  mayShare?: MayShare;
  /** The body of a document by its id, for reindexing photos after a person's role changes. */
  bodyOf?: (id: string) => Body | undefined;
  /** The ends known to this server in addition to those in a document (`ControlDocuments.endsOf`). */
  ends?: (id: string) => ReadonlyMap<string, End>;
  /** The rows of a chunk (column-chunks.ts), for tests: a small library has no chunk of the usual size. */
  chunkRows?: number;
}

/**
 * Opens the catalog in the library's database file. Recreates tables that are missing or of another version; the
 * catalog is then not current until `clear`, `index` and `finish`. With `readOnly` it creates nothing, and queries to a
 * catalog that is not current throw PhotospoolError `unusable`.
 */
export function openCatalog(
  db: Sqlite,
  { readOnly = false, access = () => accessOfNobody, mayShare, bodyOf, ends, chunkRows }: CatalogOptions = {},
): Catalog {
  if (!readOnly && readState(db)?.version !== version) db.transaction(() => remake(db, 0));
  const tables = once(() => openTables(db));
  const memory = once(() => {
    if (readOnly && !catalogIsCurrent(db)) {
      throw new PhotospoolError('unusable', 'The catalog must be rebuilt.', {
        hint: 'Run `photospool reindex`.',
      });
    }
    return openMemory(db, { readOnly, ...(chunkRows !== undefined && { chunkRows }) });
  });
  const finding = openFinding(db, memory, access);
  const looks = openSimilarityIndex(db);
  const turn = openTurn(db, () => memory().refresh());

  function makeRow(id: string, body: Body | undefined): NewRow | undefined {
    const item = itemOf(id);
    return item && body && rowOf(item, body, { mayShare, ends: ends && ((one) => ends(itemId(one))) });
  }

  /** Reindexes a person's photos: whether their edits and files count for share links depends on their role. */
  function indexPerson(person: string): void {
    if (readState(db)?.version !== version) return;
    for (const id of tables().naming(person)) {
      const row = makeRow(id, bodyOf?.(id));
      if (row) tables().put(row);
    }
    turn.refreshLater();
  }

  return {
    ...openPages(db, finding),
    ...openCounts(finding),
    ...openValues(finding),
    ...openAlbumTiles(db, finding),
    ...openArranged(db, finding),
    ...openPaired(db, finding.rowSightOf),
    ...openStacked(db),
    ...openBurstsOfPhotos(db, finding.rowSightOf),
    ...openSuggested(db),
    ...openIndexedMark(db, turn),
    ...openHeld(db),
    index(id, body) {
      if (id.startsWith('person:') && !turn.isBuilding()) return indexPerson(id);
      const item = itemOf(id);
      if (!item) return;
      const row = makeRow(id, body);
      const building = turn.isBuilding();
      if (row) (building ? tables().append : tables().put)(row);
      else {
        const publicId = publicIdOf(item);
        (building ? tables().omit : tables().remove)(Buffer.from(publicId, 'hex'));
        looks.forget(publicId);
      }
      if (!building) turn.refreshLater();
    },
    looks,
    idsBeginning: (digits, limit) => idsBeginning(db, digits, limit),
    seenAmong: (ids, viewer) => seenAmong(db, ids, finding.rowSightOf(viewer)),
    has: (id) => numberOf(db, id) !== undefined,
    duplicates: (holder = house) => findAlike(db, looks, holder),
    clear() {
      db.transaction(() => startBuilding(db));
      tables().forget();
      turn.forget();
      memory().refresh();
    },
    finish() {
      db.transaction(() => finishBuilding(db));
      turn.forget();
      memory().refresh();
    },
    catchUp: () => memory().refresh(),
    load: (needed = 'all') => memory().load(needed),
  };
}

/** The matches of a query. */
interface Found {
  columns: Columns;
  found: MatchingSlots;
  sight: Sight;
}

/** Finds photos in the columns and in the table. */
type Finding = ReturnType<typeof openFinding>;

function openFinding(db: Sqlite, memory: () => ReturnType<typeof openMemory>, access: () => ItemAccess) {
  const recent = makeRecent();
  const sightsOf = openSights(db, access);
  const rowSightOf = openRowSights(db, access);
  const numbersNamed = openNamed(db);
  const blockParts = openBlockParts();

  /** The matches in parts; unchanged parts are cached if the search has no term: other searches are rarely repeated. */
  const partsOf = ({ columns, found, sight }: Found, { terms }: Query): FoundParts =>
    terms.length === 0 && !sight.viewer.scope ? blockParts(columns, found, sight) : onePart(found);

  function sightOf(columns: Columns, viewer: CatalogViewer): Sight {
    const burst: Sight['burst'] = (within, number, inLink) => {
      // Rows with separate values for share links are in no burst.
      if (within !== columns) return [];
      const inUse = columns.order.subarray(0, columns.count);
      return framesNumbered(db, number, rowSightOf(viewer), inLink).flatMap((n) => {
        const place = placeOf(columns.n, inUse, n);
        return place === undefined ? [] : [inUse[place]!];
      });
    };
    return { ...sightsOf(columns, viewer), burst };
  }

  /** The columns, and the matches of a query, possibly more than those in the viewer's scope. */
  function match(query: Query, viewer: CatalogViewer, each: boolean, needed: NeededColumns = 'timeline'): Found {
    const columns = memory().columns(needed === 'all' ? needed : neededBy(query, viewer));
    const sight = sightOf(columns, viewer);
    return { columns, found: recent(columns, query, sight, each), sight };
  }

  /** The columns, and the matches of a query. */
  function search(query: Query, viewer: CatalogViewer, each = false, needed?: NeededColumns): Found {
    const ids = namedIn(viewer);
    const matches = match(query, viewer, each || ids !== undefined, needed);
    if (!ids) return matches;
    const { columns, found } = matches;
    const places = numbersNamed(ids, columns).flatMap((n) => placeOf(columns.n, found, n) ?? []);
    const named = Uint32Array.from(
      places.sort((a, b) => a - b),
      (place) => found[place]!,
    );
    return { ...matches, found: named };
  }

  /**
   * The row number of a photo that matches; undefined for any other. Does not look for the other photos in the viewer's
   * scope.
   */
  function one(id: string, query: Query, viewer: CatalogViewer): number | undefined {
    if (namedIn(viewer)?.includes(id) === false) return undefined;
    const n = numberOf(db, id);
    if (n === undefined) return undefined;
    const { columns, found } = match(query, viewer, true);
    return placeOf(columns.n, found, n) === undefined ? undefined : n;
  }

  function numbers(query: Query, { limit, cursor, viewer = owner }: PageOptions): Numbers {
    const size = readLimit(limit);
    const before = readCursor(cursor);
    if (!memory().loaded() && query.terms.length === 0 && !viewer.scope && !viewer.locked)
      return pageOfAll(db, size, before, rowSightOf(viewer), isStacked(query, viewer));
    const { columns, found } = search(query, viewer);
    return pageOfFound(columns, found, size, before);
  }
  const tiles = (numbers: readonly number[], viewer: CatalogViewer, query?: Query): Tile[] =>
    tilesOf(db, numbers, rowSightOf(viewer), query !== undefined && isStacked(query, viewer));
  return { search, partsOf, one, numbers, tiles, rowSightOf };
}

/** Finds the row numbers of the photos in a scope: once for all requests with that scope, until a row changes. */
function openNamed(db: Sqlite): (ids: readonly string[], columns: Columns) => readonly number[] {
  const known = new WeakMap<readonly string[], { columns: Columns; edition: number; numbers: readonly number[] }>();
  return (ids, columns) => {
    const { edition } = columns;
    const last = known.get(ids);
    if (last?.columns === columns && last.edition === edition) return last.numbers;
    const numbers = numbersOf(db, ids);
    known.set(ids, { columns, edition, numbers });
    return numbers;
  };
}

/** The storage of holders, for any viewer. */
const openHeld = (db: Sqlite): Pick<Catalog, 'storage' | 'storageUse' | 'largest' | 'trashed'> => ({
  storage: () => readStorage(db),
  storageUse: (holders) => readStorageUse(db, holders),
  largest: (holders, limit) => readLargest(db, holders, limit),
  trashed: (holder) => readTrashed(db, holder),
});

/** Pages of photos and their tiles. */
function openPages(db: Sqlite, { one, numbers, tiles }: Finding): Pick<Catalog, 'page' | 'tiles' | 'tile'> {
  const withNext = (next: string | undefined): { next?: string } => (next === undefined ? {} : { next });

  return {
    page(query, options = {}) {
      const page = numbers(query, options);
      return { ids: idsOf(db, page.numbers), ...withNext(page.next) };
    },
    tiles(query, options = {}) {
      const page = numbers(query, options);
      return { tiles: tiles(page.numbers, options.viewer ?? owner, query), ...withNext(page.next) };
    },
    tile(id, query, viewer = owner) {
      const n = one(id, query, viewer);
      return n === undefined ? undefined : tiles([n], viewer)[0];
    },
  };
}

/** Counts the matches of a search. */
function openCounts({
  search,
  partsOf,
  tiles: tilesOf,
}: Finding): Pick<Catalog, 'count' | 'videos' | 'months' | 'covers' | 'places' | 'segments' | 'map'> {
  return {
    count: (query, viewer = owner) => search(query, viewer).found.length,
    videos(query, viewer = owner) {
      const { columns, found } = search(query, viewer);
      return countVideos(columns, found);
    },
    months(query, viewer = owner) {
      const { columns, found } = search(query, viewer);
      return countMonths(columns, found);
    },
    covers(query, by, viewer = owner) {
      const { columns, found, sight } = search(query, viewer);
      const spans = pickCovers(columns, found, by, favouritesByClass(sight));
      const tiles = tilesOf(
        spans.map(({ n }) => n),
        viewer,
      );
      return spans.flatMap(({ span, count }, k) => (tiles[k] ? [{ span, count, tile: tiles[k] }] : []));
    },
    places(query, by, viewer = owner) {
      const { columns, found } = search(query, viewer, false, 'all');
      return countPlaces(columns, found, by);
    },
    segments(query, { size = 500, viewer = owner } = {}) {
      const { columns, found } = search(query, viewer);
      return cutSegments(columns, found, readLimit(size));
    },
    map(box, zoom, query, viewer = owner) {
      const matches = search(query, viewer, false, 'all');
      const { columns, found } = matches;
      const spots = clusterSpots(columns, isWorld(box) ? partsOf(matches, query) : onePart(found), box, zoom);
      const label = derivedOf(columns).label.place;
      const tiles = tilesOf(
        spots.map(({ slot }) => columns.n[slot]!),
        viewer,
      );
      return spots.map(({ slot, ...spot }, k) => {
        const { id, v } = tiles[k]!;
        const place = columns.place[slot]!;
        return { ...spot, id, ...(v !== undefined && { v }), ...(place > 0 && { place: label(place) }) };
      });
    },
  };
}

/** Orders the matches of a search. */
function openArranged(db: Sqlite, { search, tiles }: Finding): Pick<Catalog, 'arranged' | 'dated'> {
  return {
    arranged(query, how, viewer = owner) {
      const { columns, found } = search(query, viewer);
      const slots = arrange(db, columns, found, how);
      return {
        count: slots.length,
        tiles(from, limit) {
          const page = slots.subarray(from, from + readLimit(limit));
          return tiles(
            Array.from(page, (slot) => columns.n[slot]!),
            viewer,
            query,
          );
        },
        segments: (size) => cutArranged(columns, slots, readLimit(size), how === 'oldest'),
      };
    },
    dated(query, viewer = owner) {
      const { columns, found } = search(query, viewer);
      return datedPhotos(db, columns, found);
    },
  };
}

/** The values in the matches of a search, with counts. */
function openValues({ search, partsOf, tiles: tilesOf }: Finding): Pick<Catalog, 'facet' | 'explore'> {
  return {
    facet(kind, query, viewer = owner, covers = 0) {
      const matches = search(query, viewer, false, 'all');
      const { columns, sight } = matches;
      const all = countFacet(
        columns,
        partsOf(matches, query),
        kind,
        (number) => (sight.classes[number]! & sees.names) !== 0,
      );
      const shown = kind === 'tag' && viewer.outside ? all.filter(({ value }) => !isPrivateTag(value)) : all;
      const tiles = tilesOf(
        shown.slice(0, covers).map(({ n }) => n),
        viewer,
      );
      return shown.map(({ value, count, n, videos }, k) => ({
        ...{ value, count },
        ...(videos !== undefined && { videos, newest: secondOf(n) }),
        ...(tiles[k] && { tile: tiles[k] }),
      }));
    },
    explore(query, limit, viewer = owner) {
      const matches = search(query, viewer, false, 'all');
      const { columns, found, sight } = matches;
      const folders = sight.classes.map((bits) => Number((bits & sees.folders) !== 0));
      const seen = { holderOf: sight.holderOf, folders, kinds: kindsSeen(sight) };
      const explored = exploreFound(columns, partsOf(matches, query), seen, limit);
      const spans = pickCovers(columns, found, 'year', favouritesByClass(sight));
      const years = spans.map(({ span, ...year }) => ({ ...year, value: span }));
      const shown = (values: readonly ExploredValue[]): ExploredTiles['years'] => {
        const tiles = tilesOf(
          values.map(({ n }) => n),
          viewer,
        );
        return values.flatMap(({ value, count }, k) => (tiles[k] ? [{ value, count, tile: tiles[k] }] : []));
      };
      return {
        count: found.length,
        places: shown(explored.places),
        years: shown(years),
        cameras: shown(explored.cameras),
        folders: shown(explored.folders),
        holders: shown(explored.holders),
        kinds: shown(explored.kinds.filter(({ value }) => value !== 'screenshot' || !viewer.outside)),
      };
    },
  };
}

/** Counts albums with members. */
function openAlbumTiles(db: Sqlite, { search, tiles: tilesOf }: Finding): Pick<Catalog, 'albums'> {
  const everything: Query = { text: '', terms: [] };
  const countAlbums = openAlbumCounts();
  return {
    albums(albums, viewer = owner) {
      const { columns, found, sight } = search(everything, viewer, true);
      const wanted = albums.map(({ album, cover }) => {
        const n = cover === undefined ? undefined : numberOf(db, cover);
        return { album, ...(n !== undefined && { cover: n }) };
      });
      const counts = countAlbums(columns, sight, found, wanted);
      const covers = counts.flatMap(({ shown }) => shown ?? []);
      const tiles = new Map(tilesOf(covers, viewer).map((tile) => [numberOf(db, tile.id), tile]));
      return counts.map(({ count, videos, newest, shown }, k) => {
        const tile = shown === undefined ? undefined : tiles.get(shown);
        return {
          ...{ album: albums[k]!.album, count, videos },
          ...(newest !== undefined && { newest: secondOf(newest) }),
          ...(tile && { tile }),
        };
      });
    },
  };
}

/** Whether the catalog is usable; false if it must be built: it is missing, of another version, or incomplete. */
export function catalogIsCurrent(db: Sqlite): boolean {
  const state = readState(db);
  return state?.version === version && state.complete === 1 && state.building === 0;
}

/** Creates a value when it is first used. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/**
 * Determines which items of the catalog a viewer sees. access/item-access.ts decides; this file evaluates it once per
 * class and per album entry instead of once per photo, and again when a control document changes. A viewer is then one
 * byte per class and a list of album entries. In memory only, so a crash loses nothing.
 */
import {
  openItemAccess,
  seesFolders,
  type AlbumEntry,
  type ClassClaims,
  type ItemAccess,
  type Onlooker,
} from '../access/item-access.js';
import type { Sqlite } from '../base/sqlite.js';
import { house, membersId, peopleId, type Holder, type Item } from '../document/item-id.js';
import type { Audience } from '../document/photo-document.js';
import { makeAccessLists, readAccessLists, type AccessLists } from './access-classes.js';
import type { CatalogViewer } from './catalog-answers.js';
import { readState } from './catalog-tables.js';
import { placeOf, type Columns } from './columns.js';
import { openItemSlots } from './item-slots.js';
import { bit } from './photo-flags.js';

/** The decision for a home without people: the house sees everything, others see public items. */
export const accessOfNobody: ItemAccess = openItemAccess({
  find: () => undefined,
  isThere: () => false,
  hasAlbum: () => false,
  offers: () => [],
  itemsIn: () => new Set(),
});

/**
 * Bits for the part of a class that a viewer sees: items outside the trash, items in it, items outside it with an entry
 * that counts; whether the viewer sees the names of albums in them (`edits.albums`), and the folders that they came
 * from.
 */
export const sees = { living: 1, trashed: 2, inAlbums: 4, names: 8, folders: 16 } as const;

/** A viewer, and the items it sees. */
export interface Sight {
  viewer: CatalogViewer;
  access: ItemAccess;
  /** Bits of `sees` by the number of a class. */
  classes: Uint8Array;
  /** The numbers of entries that show an item, unless it was individually removed from the album. */
  terms: readonly number[];
  /** For items individually removed from an album: whether an album visible to the viewer contains them. */
  apart: readonly { slot: number; shown: boolean }[];
  /** The slots of items in offers to the viewer. */
  offered: readonly number[];
  /** The holder of the items of a class, by its number. */
  holderOf(number: number): Holder | undefined;
  /**
   * The slots of the photos of a burst visible to the viewer, by its number (bursts-seen.ts), in these columns.
   * `inLink`: for the search of a share link.
   */
  burst(columns: Columns, number: string, inLink?: boolean): number[];
  /** The items of an album with members; undefined if it does not exist for the viewer. */
  album(name: string): AlbumItems | undefined;
}

/**
 * The items of an album: those with one of the entries, except those in `apart`, individually removed from an album.
 */
export type AlbumItems = Pick<Sight, 'terms' | 'apart'>;

/** Whether an onlooker sees items of the house with an audience. */
export const seesAudience = (access: ItemAccess, onlooker: Onlooker | undefined, audience: Audience): boolean =>
  onlooker !== undefined &&
  access.seesClass(
    onlooker,
    { holder: house, audience, archived: false, locked: false, guest: false, wasLocked: false, saw: {} },
    false,
  ) === true;

/** By the number of a class: 1 if its holder's favourites are the viewer's. */
export const favouritesByClass = ({ viewer: { self, actsFor = [] }, classes, holderOf }: Sight): Uint8Array =>
  classes.map((_, number) => {
    const holder = holderOf(number);
    return Number(self === undefined || (holder !== undefined && actsFor.includes(holder)));
  });

/** The names of albums in a person’s items are for that person only. */
const seesNames = (onlooker: Onlooker, holder: Holder): boolean =>
  holder === house || (onlooker.kind === 'person' && onlooker.person === holder);

function bitsOf(access: ItemAccess, onlooker: Onlooker, claims: ClassClaims): number {
  const living = access.seesClass(onlooker, claims, false);
  if (living === false) return 0;
  const names =
    (seesNames(onlooker, claims.holder) ? sees.names : 0) | (seesFolders(onlooker, claims.holder) ? sees.folders : 0);
  if (living === 'in-albums') return names | sees.inAlbums;
  return names | sees.living | (access.seesClass(onlooker, claims, true) === true ? sees.trashed : 0);
}

/** Bits of `sees` by the number of a class. */
function classBits(access: ItemAccess, onlooker: Onlooker | undefined, { classes }: AccessLists): Uint8Array {
  const bits = new Uint8Array(classes.length);
  if (onlooker) classes.forEach((claims, number) => claims && (bits[number] = bitsOf(access, onlooker, claims)));
  return bits;
}

/** The bits that remain for a viewer of locked photos: those of the locked classes. */
const onlyLocked = (bits: Uint8Array, { classes }: AccessLists): Uint8Array =>
  bits.map((one, number) => (classes[number]?.locked === true ? one : 0));

/** The terms of each album; `others` have authors who saw more sets than the people and the members of their album. */
interface AlbumTerms {
  lists: AccessLists;
  length: number;
  albums: Map<string, number[]>;
  others: Map<string, number[]>;
  /** The albums of all terms. */
  names: Set<string>;
}

const noTerms = (lists: AccessLists): AlbumTerms => ({
  ...{ lists, length: 0, names: new Set<string>() },
  ...{ albums: new Map<string, number[]>(), others: new Map<string, number[]>() },
});

/** The terms of each album in the lists, which only grow; extends `before` if it belongs to the same lists. */
function termsOf(before: AlbumTerms | undefined, lists: AccessLists): AlbumTerms {
  const into = before?.lists === lists ? before : noTerms(lists);
  const { terms } = lists;
  for (; into.length < terms.length; into.length++) {
    const entry = terms[into.length]?.entry;
    if (!entry) continue;
    into.names.add(entry.album);
    const own = [peopleId, membersId(entry.album)];
    const to = Object.keys(entry.saw).every((set) => own.includes(set)) ? into.albums : into.others;
    const numbers = to.get(entry.album);
    if (numbers) numbers.push(into.length);
    else to.set(entry.album, [into.length]);
  }
  return into;
}

/** The terms of an album that pass a decision, for one state of the album and as many terms. */
interface DecidedTerms {
  state: object;
  of: number;
  found: readonly number[];
}

/** Decides the terms of an album, unless neither they nor the state of the album (`ItemAccess.stateOf`) changed since. */
function decide(
  known: Map<string, DecidedTerms>,
  access: ItemAccess,
  album: string,
  numbers: readonly number[],
  passes: (number: number) => boolean,
): readonly number[] {
  const state = access.stateOf(album);
  if (!state) return [];
  const before = known.get(album);
  if (before?.state === state && before.of === numbers.length) return before.found;
  const found = numbers.filter(passes);
  known.set(album, { state, of: numbers.length, found });
  return found;
}

/** Finds the terms that count for a viewer. Terms of unchanged albums are not evaluated again. */
function openShownTerms(): (access: ItemAccess, onlooker: Onlooker, lists: AccessLists) => number[] {
  const known = new Map<string, Map<string, DecidedTerms>>();
  let all: AlbumTerms | undefined;

  return (access, onlooker, lists) => {
    if (all?.lists !== lists) known.clear();
    all = termsOf(all, lists);
    const key = JSON.stringify(onlooker);
    const before = known.get(key) ?? new Map<string, DecidedTerms>();
    known.delete(key);
    known.set(key, before);
    if (known.size > mostViewers) known.delete(known.keys().next().value!);
    const isShown = (number: number): boolean => {
      const term = lists.terms[number];
      return term !== undefined && access.seesEntry(onlooker, term, term.entry);
    };
    const found = [...all.others.values()].flat().filter(isShown);
    for (const [album, numbers] of all.albums)
      for (const number of decide(before, access, album, numbers, isShown)) found.push(number);
    return found;
  };
}

/** Finds the valid terms of one album. Those of an unchanged album are not evaluated again. */
function openAlbumTerms(): (access: ItemAccess, lists: AccessLists, album: string) => readonly number[] {
  const known = new Map<string, DecidedTerms>();
  let all: AlbumTerms | undefined;
  return (access, lists, album) => {
    if (all?.lists !== lists) known.clear();
    all = termsOf(all, lists);
    const isIn = (number: number): boolean => {
      const term = lists.terms[number];
      return term?.entry.album === album && access.isInAlbum({ holder: term.holder }, term.entry);
    };
    const found = decide(known, access, album, all.albums.get(album) ?? [], isIn);
    if (known.size > mostAlbums) known.delete(known.keys().next().value!);
    const others = (all.others.get(album) ?? []).filter(isIn);
    return others.length === 0 ? found : [...found, ...others];
  };
}

/** The maximum number of albums remembered. */
const mostAlbums = 1_024;
/** The maximum number of viewers remembered. */
const mostViewers = 32;

/** Caches a computation for the latest viewers, for one state of the control documents. The lists may only grow. */
function rememberViewers<T>(
  compute: (access: ItemAccess, onlooker: Onlooker | undefined, lists: AccessLists) => T,
): (access: ItemAccess, onlooker: Onlooker | undefined, lists: AccessLists) => T {
  const known = new Map<string, { size: number; value: T }>();
  let by: { access: ItemAccess; lists: AccessLists } | undefined;
  return (access, onlooker, lists) => {
    if (by?.access !== access || by.lists !== lists) known.clear();
    by = { access, lists };
    const key = JSON.stringify([onlooker]);
    const size = lists.classes.length + lists.terms.length;
    let found = known.get(key);
    if (found?.size !== size) found = { size, value: compute(access, onlooker, lists) };
    known.delete(key);
    known.set(key, found);
    if (known.size > mostViewers) known.delete(known.keys().next().value!);
    return found.value;
  };
}

/** Opens the computation of what viewers see. Its results are valid until the next write to the columns. */
export function openSights(
  db: Sqlite,
  accessNow: () => ItemAccess,
): (columns: Columns, viewer: CatalogViewer) => Omit<Sight, 'burst'> {
  const takenOut = openTakenOut(db);
  const offeredIn = openOffered(db);
  const slotsOf = openItemSlots(db);
  const shownTerms = openShownTerms();
  const albumTerms = openAlbumTerms();
  const remembered = rememberViewers((access, onlooker, lists) => {
    const classes = classBits(access, onlooker, lists);
    const isAsked = onlooker !== undefined && classes.some((bits) => (bits & sees.inAlbums) !== 0);
    return { classes, terms: isAsked ? shownTerms(access, onlooker, lists) : [] };
  });

  return (columns, viewer) => {
    const access = accessNow();
    const { onlooker, scope } = viewer;
    const { classes, terms } = remembered(access, onlooker, columns.access);
    // No album and no offer shows a locked item.
    const none = { terms: [], apart: [], offered: [], album: () => undefined };
    const holderOf: Sight['holderOf'] = (number) => columns.access.classes[number]?.holder;
    if (viewer.locked) return { viewer, access, classes: onlyLocked(classes, columns.access), holderOf, ...none };
    const apartWhere = (isShown: (item: Item, entry: AlbumEntry) => boolean): Sight['apart'] =>
      takenOut(columns, access).map(({ slot, item, entries }) => ({
        slot,
        shown: entries.some((number) => {
          const term = columns.access.terms[number];
          return term !== undefined && isShown(item, term.entry);
        }),
      }));
    const isAsked = onlooker !== undefined && terms.length > 0;
    const apart = isAsked ? apartWhere((item, entry) => access.seesEntry(onlooker, item, entry)) : [];
    const album: Sight['album'] = (name) => {
      const isShared = scope !== undefined && 'album' in scope && scope.album === name;
      if (!onlooker || !(isShared || access.seesAlbum(onlooker, name))) return undefined;
      const isIn = (item: Item, entry: AlbumEntry): boolean => entry.album === name && access.isInAlbum(item, entry);
      const hidden = (isShared && scope.was?.hidden) || [];
      const without = hidden.length === 0 ? [] : slotsOf(columns, hidden).map((slot) => ({ slot, shown: false }));
      return { terms: albumTerms(access, columns.access, name), apart: [...apartWhere(isIn), ...without] };
    };
    const offered = offeredIn(columns, access, onlooker);
    return { viewer, access, classes, holderOf, terms, apart, offered, album };
  };
}

/** An item in the columns, with its album entries. */
interface TakenOut {
  slot: number;
  item: Item;
  entries: number[];
}

/**
 * The items in the columns that were individually removed from an album: an entry alone does not show them. Usually
 * there are none.
 */
function openTakenOut(db: Sqlite) {
  type Row = Pick<AccessRow, 'bytes' | 'class' | 'entries'> & { n: number };
  let last: { access: ItemAccess; columns: Columns; edition: number; rows: TakenOut[] } | undefined;
  let all: AlbumTerms | undefined;
  const idsOf = rememberViewers((access, _, lists) => {
    all = termsOf(all, lists);
    return new Set([...all.names].flatMap((album) => access.takenOut(album)));
  });

  return (columns: Columns, access: ItemAccess): TakenOut[] => {
    const isNew = last?.access !== access || last.columns !== columns || last.edition !== columns.edition;
    if (last && !isNew) return last.rows;
    const find = db.prepare<Row>(
      'SELECT n, bytes, class, entries FROM catalog_photo WHERE id = ? AND entries IS NOT NULL',
    );
    const ids = idsOf(access, undefined, columns.access);
    const inUse = columns.order.subarray(0, columns.count);
    const rows = [...ids].flatMap((id) => {
      const row = find.get(Buffer.from(id, 'hex'));
      const place = row && placeOf(columns.n, inUse, row.n);
      const holder = row && columns.access.classes[row.class]?.holder;
      if (!row || place === undefined || holder === undefined) return [];
      const item = { holder, sha256: holder === house ? id : hex(row.bytes!) };
      return [{ slot: inUse[place]!, item, entries: JSON.parse(row.entries!) as number[] }];
    });
    last = { access, columns, edition: columns.edition, rows };
    return rows;
  };
}

/** The public ids of the items in offers to an onlooker. Usually there are none. */
function* offeredIds(access: ItemAccess, onlooker: Onlooker | undefined): Iterable<string> {
  for (const { ids } of onlooker ? access.offeredTo(onlooker) : []) yield* ids;
}

/** Finds the slots of the items in offers to a viewer. */
function openOffered(db: Sqlite): (columns: Columns, access: ItemAccess, onlooker: Onlooker | undefined) => number[] {
  const slotsOf = openItemSlots(db);
  return (columns, access, onlooker) => {
    const wasLocked = (slot: number): boolean => columns.access.classes[columns.class[slot]!]?.wasLocked !== false;
    return slotsOf(columns, offeredIds(access, onlooker)).filter((slot) => !wasLocked(slot));
  };
}

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/** The part of a row that determines its viewers. */
export interface AccessRow {
  id: Uint8Array;
  bytes: Uint8Array | null;
  state: number;
  class: number;
  entries: string | null;
}

/** The columns of `AccessRow`. */
export const accessColumns = ['id', 'bytes', 'state', 'class', 'entries'] as const;

/** The visibility for a viewer, evaluated for single rows of the table. */
export interface RowSight extends Pick<Sight, 'viewer' | 'access' | 'classes'> {
  seesRow(row: AccessRow): boolean;
  /** The access claims of a row, except albums and trash. */
  classOf(row: AccessRow): ClassClaims | undefined;
  /** The holder of the items of a class, by its number. */
  holderOf(number: number): Holder | undefined;
  /** The row numbers of the items in offers to the viewer. */
  offered(): number[];
}

/** The lists as they are in the tables; reads only new entries. */
function openAccessLists(db: Sqlite): () => AccessLists {
  let lists = makeAccessLists();
  let generation: number | undefined;
  return () => {
    const now = readState(db)?.generation;
    if (now !== generation) lists = makeAccessLists();
    generation = now;
    readAccessLists(db, lists);
    return lists;
  };
}

/** Opens the visibility of rows, for a single answer. */
export function openRowSights(db: Sqlite, accessNow: () => ItemAccess): (viewer: CatalogViewer) => RowSight {
  const listsNow = openAccessLists(db);
  const remembered = rememberViewers(classBits);
  return (viewer) => {
    const { onlooker } = viewer;
    const [access, lists] = [accessNow(), listsNow()];
    const all = remembered(access, onlooker, lists);
    const classes = viewer.locked ? onlyLocked(all, lists) : all;
    const classOf = (row: AccessRow): ClassClaims | undefined => lists.classes[row.class];

    function isShownInAlbum(row: AccessRow): boolean {
      const holder = classOf(row)?.holder;
      if (holder === undefined || row.entries === null || onlooker === undefined) return false;
      const item = { holder, sha256: hex(row.bytes ?? row.id) };
      return (JSON.parse(row.entries) as number[]).some((number) => {
        const term = lists.terms[number];
        return term !== undefined && access.seesEntry(onlooker, item, term.entry);
      });
    }

    function isOffered(row: AccessRow): boolean {
      const claims = classOf(row);
      return claims !== undefined && onlooker !== undefined && access.seesOffered(onlooker, claims, hex(row.id));
    }

    return {
      ...{ viewer, access, classes, classOf },
      holderOf: (number) => lists.classes[number]?.holder,
      offered() {
        const rowOf = db.prepare<{ n: number }>('SELECT n FROM catalog_photo WHERE id = ?');
        return [...offeredIds(access, onlooker)].flatMap((id) => rowOf.get(Buffer.from(id, 'hex'))?.n ?? []);
      },
      seesRow(row) {
        const bits = classes[row.class] ?? 0;
        if ((row.state & bit.trashed) !== 0) return (bits & sees.trashed) !== 0;
        if ((bits & sees.living) !== 0) return true;
        return (bits & sees.inAlbums) !== 0 && (isShownInAlbum(row) || isOffered(row));
      },
    };
  };
}

/** Those of these photos (public ids) whose rows are visible; one query for each, whether or not it exists. */
export function seenAmong(db: Sqlite, ids: readonly string[], sight: RowSight): Set<string> {
  const find = db.prepare<AccessRow>(`SELECT ${accessColumns.join(', ')} FROM catalog_photo WHERE id = ?`);
  const isSeen = (row: AccessRow | undefined): boolean => row !== undefined && sight.seesRow(row);
  return new Set(ids.filter((id) => isSeen(find.get(Buffer.from(id, 'hex')))));
}

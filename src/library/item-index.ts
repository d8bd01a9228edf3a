/**
 * The index of items by public id, and by their bytes: a local table of the items held by people, updated in the
 * transaction of each change; items of the house are found by their id alone. Older versions have no such table: their
 * changes are indexed at the next opening. If it is dropped, it is rebuilt.
 */
import type { Sqlite } from '../base/sqlite.js';
import { house, itemId, itemOf, ownPrefix, publicIdOf } from '../document/item-id.js';

/** The items of a library that are not purged, including those in the trash. */
export interface ItemIndex {
  /** The id of an item’s document by its public id; undefined if there is none. */
  find(publicId: string): string | undefined;
  /** The ids of the documents of all items with these bytes (SHA-256): the house’s first. */
  withBytes(sha256: string): string[];
  /** Whether people hold any items. */
  hasOwn(): boolean;
}

/** The index with its update. */
export interface KeptItemIndex extends ItemIndex {
  /** Indexes a change of a document, in its transaction. Ignores documents that are not items of people. */
  take(id: string, deleted: boolean): void;
}

/** The parts of the library that the index needs. */
export interface ItemSources {
  /** Whether a document exists and is not deleted. */
  isThere(id: string): boolean;
  setting(name: string): string | undefined;
  setSetting(name: string, value: string): void;
}

/** The setting with the number of the last change indexed at an opening. */
const takenMark = 'items.taken';

/** Opens the index. With `readOnly` it is in the state of the last writer. */
export function openItemIndex(db: Sqlite, sources: ItemSources, readOnly: boolean): KeptItemIndex {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'item'").get() !== undefined;
  if (!isMade && readOnly) return withoutTable(sources);
  if (!isMade) {
    db.exec(`CREATE TABLE IF NOT EXISTS item (public TEXT PRIMARY KEY, doc TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS item_bytes ON item (sha256, doc);`);
    sources.setSetting(takenMark, '0');
  }
  const put = db.prepare('INSERT OR IGNORE INTO item (public, doc, sha256) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM item WHERE public = ?');
  const find = db.prepare<{ doc: string }>('SELECT doc FROM item WHERE public = ?');
  const any = db.prepare('SELECT 1 FROM item LIMIT 1');
  const withBytes = db.prepare<{ doc: string }>('SELECT doc FROM item WHERE sha256 = ? ORDER BY doc');

  function take(id: string, deleted: boolean): void {
    const item = id.startsWith(ownPrefix) ? itemOf(id) : undefined;
    if (!item) return;
    if (deleted) remove.run(publicIdOf(item));
    else put.run(publicIdOf(item), id, item.sha256);
  }

  if (!readOnly) takeMissed(db, sources, take);
  const others = withoutTable(sources);
  return {
    take,
    hasOwn: () => any.get() !== undefined,
    find: (publicId) => others.find(publicId) ?? find.get(publicId)?.doc,
    withBytes: (sha256) => [...others.withBytes(sha256), ...withBytes.all(sha256).map(({ doc }) => doc)],
  };
}

/** Indexes changes since the last opening: an older version may have written them. */
function takeMissed(db: Sqlite, sources: ItemSources, take: KeptItemIndex['take']): void {
  const changed = db.prepare<{ doc: string }>('SELECT doc FROM change WHERE seq > ? AND +doc >= ? AND +doc < ?');
  const newest = db.prepare<{ n: number | null }>('SELECT max(seq) AS n FROM change');
  db.transaction(() => {
    const end = `${ownPrefix.slice(0, -1)};`;
    for (const { doc } of changed.all(Number(sources.setting(takenMark) ?? 0), ownPrefix, end))
      take(doc, !sources.isThere(doc));
    sources.setSetting(takenMark, String(newest.get()?.n ?? 0));
  });
}

/** Finds the items of the house, which need no table. */
function withoutTable({ isThere }: ItemSources): KeptItemIndex {
  const ofHouse = (sha256: string): string[] => [itemId({ holder: house, sha256 })].filter((id) => isThere(id));
  return {
    ...{ take: () => undefined, hasOwn: () => false },
    ...{ find: (publicId) => ofHouse(publicId)[0], withBytes: ofHouse },
  };
}

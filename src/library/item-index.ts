/**
 * Which items there are by public id, and by their bytes: a local table of the items that people hold, kept in the transaction of each
 * change; items of the house are found by their id alone. An older version that wrote to the library kept no such table: what it
 * changed is taken in at the next opening. It can be dropped, and is filled again.
 */
import type { Sqlite } from '../base/sqlite.js';
import { house, itemId, itemOf, ownPrefix, publicIdOf } from '../document/item-id.js';

/** The items of a library that are not purged, those in the trash too. */
export interface ItemIndex {
  /** The id of an item’s document by its public id; undefined where there is none. */
  find(publicId: string): string | undefined;
  /** The ids of the documents of all items with these bytes (SHA-256): the house’s first. */
  withBytes(sha256: string): string[];
}

/** The index, as the library keeps it. */
export interface KeptItemIndex extends ItemIndex {
  /** Takes in a change of a document, in its transaction. Documents that are no items of people are passed over. */
  take(id: string, deleted: boolean): void;
}

/** What the index asks the library. */
export interface ItemSources {
  /** Whether a document is there and not deleted. */
  isThere(id: string): boolean;
  setting(name: string): string | undefined;
  setSetting(name: string, value: string): void;
}

/** The setting with the number of the last change that was taken in at an opening. */
const takenMark = 'items.taken';

/** Opens the index. With `readOnly` it is as the last one that wrote left it. */
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
    find: (publicId) => others.find(publicId) ?? find.get(publicId)?.doc,
    withBytes: (sha256) => [...others.withBytes(sha256), ...withBytes.all(sha256).map(({ doc }) => doc)],
  };
}

/** Takes in what changed since the last opening: an older version may have written it. */
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
  return { take: () => undefined, find: (publicId) => ofHouse(publicId)[0], withBytes: ofHouse };
}

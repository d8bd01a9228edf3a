/**
 * All ends of access that this server has ever seen, by grant set: a local table that only grows, updated in the
 * transaction of the change with the end. So ended access stays ended even if a document returns without its ends:
 * after a purge, from a foreign program, in a format that this version can't read. Older versions have no such table;
 * the next opening adds the ends from their changes. A crash leaves a document and its ends both as before the change,
 * or both as after it.
 */
import type { Sqlite } from '../base/sqlite.js';
import { canonical } from '../document/canonical-json.js';
import { sizeLimit, sizeOf } from '../document/document-size.js';
import { readGrants, type End } from '../document/grants.js';
import { itemOf, ownPrefix, peopleId } from '../document/item-id.js';
import { isObject, own, type JsonObject } from '../document/json-values.js';
import { later, mergeMaps } from '../document/merge-by-shape.js';

/** The ends known to this server. */
export interface KnownEnds {
  /** The ends of a control document or item, by key; empty if it never had one. */
  of(id: string): ReadonlyMap<string, End>;
  /**
   * The body with its missing ends added; the same body if none is missing, or if the result would be too large to
   * write.
   */
  restore<B extends object>(id: string, body: B): B;
}

/** The known ends with their update. */
export interface KeptEnds extends KnownEnds {
  /** Adds the ends in any revision of a document, in the transaction that stores it; true if one was new. */
  take(id: string, body: object): boolean;
}

/** The settings of the table. */
export interface EndsNotes {
  setting(name: string): string | undefined;
  setSetting(name: string, value: string): void;
}

/** The setting with the number of the last change processed at an opening. */
const takenMark = 'ends.taken';
/**
 * The id prefixes of control documents with a grant set. Except for `library:people`, an id continues after its prefix.
 */
const controlPrefixes = [peopleId, 'members:', 'offer:', 'sharing:'];
const none: ReadonlyMap<string, End> = new Map();

const isControl = (id: string): boolean => controlPrefixes.some((prefix) => id.startsWith(prefix));
/** The part of a body that contains the ends; undefined for ids of documents without ends. */
function partOf(id: string, body: object): unknown {
  if (isControl(id)) return body;
  return itemOf(id) ? own(body, 'edits') : undefined;
}

/** Opens the table. With `readOnly` it is in the state of the last writer. */
export function openKnownEnds(db: Sqlite, notes: EndsNotes, readOnly: boolean): KeptEnds {
  const isMade =
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'grant_end'").get() !== undefined;
  if (!isMade && readOnly) return { of: () => none, restore: (_id, body) => body, take: () => false };
  if (!isMade) {
    db.exec('CREATE TABLE IF NOT EXISTS grant_end (doc TEXT PRIMARY KEY, ends TEXT NOT NULL) WITHOUT ROWID');
    notes.setSetting(takenMark, '0');
  }
  const find = db.prepare<{ ends: string }>('SELECT ends FROM grant_end WHERE doc = ?');
  const put = db.prepare('INSERT OR REPLACE INTO grant_end (doc, ends) VALUES (?, ?)');

  function known(id: string): JsonObject | undefined {
    if (!isControl(id) && !itemOf(id)) return undefined;
    const row = find.get(id);
    return row && (JSON.parse(row.ends) as JsonObject);
  }

  function take(id: string, body: object): boolean {
    const ends = own(partOf(id, body), 'ends');
    const fresh = isObject(ends) ? Object.entries(ends).filter(([, entry]) => isObject(entry)) : [];
    if (fresh.length === 0) return false;
    const before = known(id) ?? {};
    const after = canonical(mergeMaps(before, Object.fromEntries(fresh), later));
    if (after === canonical(before)) return false;
    put.run(id, after);
    return true;
  }

  if (!readOnly) takeMissed(db, notes, take);
  return {
    take,
    of(id) {
      const ends = known(id);
      return ends ? readGrants({ ends }).ends : none;
    },
    restore(id, body) {
      const ends = known(id);
      return ends ? withEnds(id, body, ends) : body;
    },
  };
}

function withEnds<B extends object>(id: string, body: B, known: JsonObject): B {
  const part = partOf(id, body);
  if (!isObject(part)) return body;
  const before = own(part, 'ends');
  const ends = mergeMaps(isObject(before) ? before : {}, known, later);
  if (isObject(before) && canonical(ends) === canonical(before)) return body;
  const restored = (isControl(id) ? { ...body, ends } : { ...body, edits: { ...part, ends } }) as B;
  // A flooded document is read together with the table anyway, and restoring its ends must not make it shed people's
  // edits.
  return sizeOf(restored) <= sizeLimit ? restored : body;
}

/**
 * Adds the ends changed since the last opening: an older version may have written them. Photos of the house have ends
 * only if there are albums with members, so they are read only then.
 */
function takeMissed(db: Sqlite, notes: EndsNotes, take: KeptEnds['take']): void {
  const prefixes = [...controlPrefixes, ownPrefix];
  const isIn = (prefix: string): string => `(+doc >= '${prefix}' AND +doc < '${prefix}~')`;
  const anyControl = controlPrefixes.map((prefix) => `doc >= '${prefix}' AND doc < '${prefix}~'`).join(' OR ');
  const newest = db.prepare<{ n: number | null }>('SELECT max(seq) AS n FROM change');
  const bodies = db.prepare<{ body: string }>('SELECT body FROM revision WHERE doc = ? AND body IS NOT NULL');
  db.transaction(() => {
    const hasAlbums = db.prepare(`SELECT 1 FROM change WHERE ${anyControl} LIMIT 1`).get() !== undefined;
    const asked = [...prefixes, ...(hasAlbums ? ['photo:'] : [])].map(isIn).join(' OR ');
    const changed = db.prepare<{ doc: string }>(`SELECT doc FROM change WHERE seq > ? AND (${asked})`);
    for (const { doc } of changed.iterate(Number(notes.setting(takenMark) ?? 0)))
      for (const { body } of bodies.all(doc)) if (body.includes('"ends"')) take(doc, JSON.parse(body) as object);
    notes.setSetting(takenMark, String(newest.get()?.n ?? 0));
  });
}

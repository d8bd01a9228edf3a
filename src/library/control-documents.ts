/**
 * The documents on which access to the items of others depends (docs/people.md): people, partners, members, albums. Each is parsed
 * once until it changes, together with all ends of it that this server has ever seen (known-ends.ts). Only reads; a document
 * that is missing, or that this version cannot read, gives no access.
 */
import type { Sqlite } from '../base/sqlite.js';
import { readGrants, type End, type Grants, type GrantSet } from '../document/grants.js';
import { ownPrefix } from '../document/item-id.js';
import { own } from '../document/json-values.js';
import { isSet } from '../document/overruled-registers.js';
import { format, type Body } from '../document/photo-document.js';
import type { KnownEnds } from './known-ends.js';

/** The control documents of a library. */
export interface ControlDocuments extends Grants {
  /** Whether a person (a ULID) has a document that does not say that they were removed. */
  isThere(person: string): boolean;
  /** Whether an album (`<holder>:<ulid>`) has a document that does not say that it was removed. */
  hasAlbum(album: string): boolean;
  /** The ends that this server knows of a document, an item too, beside those in it, by key. */
  endsOf(id: string): ReadonlyMap<string, End>;
  /** A body with the ends that it lacks: whoever makes a document anew begins with them. */
  restoreEnds: KnownEnds['restore'];
  /** Whether this library has, or ever had, a document of a library that people share: an item, an album, a grant. */
  isUsed(): boolean;
  /** Another number than before means that access may have changed. Cheap to ask. */
  edition(): number;
}

/** What the ids of control documents begin with. */
const prefixes = ['library:people', 'members:', 'offer:', 'own-album:', 'person:', 'sharing:'];
/** The documents that only libraries of people have: those of control, but people, whom every home has, and their items. */
const sharedRanges = [...prefixes.filter((prefix) => prefix !== 'person:'), ownPrefix]
  .map((prefix) => `doc >= '${prefix}' AND doc < '${prefix}~'`)
  .join(' OR ');

/** The id of the document about a person. */
const personId = (person: string): string => `person:${person}`;
/** The id of the document about an album with members, which `albumNamed` reads. */
export const albumDocumentId = (album: string): string => `own-album:${album}`;

/** What control documents are read from. */
export interface ControlSources {
  /** The winning body of a document. */
  bodyOf(id: string): Body | undefined;
  ends: KnownEnds;
}

/** Opens the control documents. `lastChange`: the number of the library’s newest change. */
export function openControlDocuments(
  db: Sqlite,
  { bodyOf, ends: known }: ControlSources,
  lastChange: () => number,
): ControlDocuments {
  const all = prefixes
    .map((prefix) => `SELECT doc, seq FROM change WHERE doc >= '${prefix}' AND doc < '${prefix}~'`)
    .join(' UNION ALL ');
  const newest = db.prepare<{ n: number | null }>(`SELECT max(seq) AS n FROM (${all})`);
  const changedSince = db.prepare<{ doc: string }>(`SELECT doc FROM (${all}) WHERE seq > ?`);
  const used = db.prepare(`SELECT 1 FROM change WHERE ${sharedRanges} LIMIT 1`);
  const parsed = new Map<string, GrantSet | undefined>();
  const alive = new Map<string, boolean>();
  let edition = 0;
  /** What the maps are as new as; the transactions in which that was read, and in which a control document had changed, 0 for none. */
  let seen = { last: -1, newest: 0, turn: 0, changedIn: 0 };

  function forgetChanged(found: number): void {
    // What was read in a transaction may have been rolled back with it.
    const isDoubtful = seen.changedIn !== 0 && seen.changedIn !== db.turn;
    if (isDoubtful || found < seen.newest) for (const map of [parsed, alive]) map.clear();
    else if (found === seen.newest) return;
    else for (const { doc } of changedSince.all(seen.newest)) for (const map of [parsed, alive]) map.delete(doc);
    edition++;
    seen.changedIn = db.turn;
  }

  function refresh(): number {
    const last = lastChange();
    if (last === seen.last && (seen.turn === 0 || seen.turn === db.turn)) return edition;
    const found = newest.get()?.n ?? 0;
    forgetChanged(found);
    seen = { last, newest: found, turn: db.turn, changedIn: seen.changedIn === db.turn ? db.turn : 0 };
    return edition;
  }

  function isAlive(id: string, kind: string): boolean {
    refresh();
    let found = alive.get(id);
    if (found === undefined) {
      const body = readable(bodyOf(id));
      found = body !== undefined && own(body, 'kind') === kind && !isSet(body, 'removed');
      alive.set(id, found);
    }
    return found;
  }

  return {
    find(id) {
      refresh();
      if (!parsed.has(id)) {
        const [body, ends] = [bodyOf(id), known.of(id)];
        // Of a document that was purged, or that a newer version wrote, only its ends hold.
        parsed.set(id, body || ends.size > 0 ? readGrants(readable(body), ends) : undefined);
      }
      return parsed.get(id);
    },
    isThere: (person) => isAlive(personId(person), 'person'),
    hasAlbum: (album) => isAlive(albumDocumentId(album), 'own-album'),
    endsOf: known.of,
    restoreEnds: known.restore,
    isUsed: () => used.get() !== undefined,
    edition: refresh,
  };
}

/** A body in a format that this version knows. */
const readable = (body: Body | undefined): Body | undefined =>
  body !== undefined && Number(own(body, 'format') ?? format) <= format ? body : undefined;

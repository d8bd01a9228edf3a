/**
 * The documents that determine access to other people's items (docs/people.md): people, partners, members, albums. Each
 * is parsed once per change, together with all ends for it that this server has ever seen (known-ends.ts). Read-only,
 * so a crash loses nothing. A document that is missing, or unreadable for this version, grants no access.
 */
import type { Sqlite } from '../base/sqlite.js';
import { readGrants, readUnder, type End, type Grants, type GrantSet, type Saw } from '../document/grants.js';
import { offerId, ownPrefix } from '../document/item-id.js';
import { own } from '../document/json-values.js';
import { offeredIn, offerPrefix } from '../document/offer-document.js';
import { isSet } from '../document/overruled-registers.js';
import { format, type Body } from '../document/photo-document.js';
import type { KnownEnds } from './known-ends.js';

/** The control documents of a library. */
export interface ControlDocuments extends Grants {
  /** Whether a person (a ULID) has a document that is not marked as removed. */
  isThere(person: string): boolean;
  /** Whether an album (`<holder>:<ulid>`) has a document that is not marked as removed. */
  hasAlbum(album: string): boolean;
  /** The ends that the authors of an album’s document had seen (`under`). */
  albumSaw(album: string): Saw;
  /** The names (`<giver>:<ulid>`) of all offers that are here. */
  offers(): readonly string[];
  /** The public ids of the items in an offer. */
  itemsIn(offer: string): ReadonlySet<string>;
  /** The ends known to this server for a document or item, in addition to those in it, by key. */
  endsOf(id: string): ReadonlyMap<string, End>;
  /** Adds missing ends to a body. Every newly created document starts with them. */
  restoreEnds: KnownEnds['restore'];
  /** Whether this library contains, or ever contained, a document of a person’s library: an item, an album, a grant. */
  isUsed(): boolean;
  /** A number that changes whenever access may have changed. Cheap. */
  edition(): number;
}

/** The id prefixes of control documents. */
const prefixes = ['library:people', 'members:', offerPrefix, 'own-album:', 'person:', 'sharing:'];
/**
 * The id ranges that only homes with libraries of people use: control documents except people, which every home has,
 * and items of people.
 */
const sharedRanges = [...prefixes.filter((prefix) => prefix !== 'person:'), ownPrefix]
  .map((prefix) => `doc >= '${prefix}' AND doc < '${prefix}~'`)
  .join(' OR ');

/** The id of a person’s document. */
const personId = (person: string): string => `person:${person}`;
/** The id of the document of an album that `albumNamed` parses. */
export const albumDocumentId = (album: string): string => `own-album:${album}`;

/** The sources of control documents. */
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
  const items = new Map<string, ReadonlySet<string>>();
  const offerNames = openOfferNames(db);
  let edition = 0;
  /**
   * The state of the maps: the library’s newest change, the newest change of a control document, the transaction that
   * read them, and the one that had changed a control document; 0 for none.
   */
  let seen = { last: -1, newest: 0, turn: 0, changedIn: 0 };

  function forgetChanged(found: number): void {
    // That transaction may have been rolled back, and its reads with it.
    const isDoubtful = seen.changedIn !== 0 && seen.changedIn !== db.turn;
    if (isDoubtful || found < seen.newest) for (const map of [parsed, alive, items]) map.clear();
    else if (found === seen.newest) return;
    else for (const { doc } of changedSince.all(seen.newest)) for (const map of [parsed, alive, items]) map.delete(doc);
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
        // For a purged document, or one of a newer format, only the ends apply.
        parsed.set(id, body || ends.size > 0 ? readGrants(readable(body), ends) : undefined);
      }
      return parsed.get(id);
    },
    isThere: (person) => isAlive(personId(person), 'person'),
    hasAlbum: (album) => isAlive(albumDocumentId(album), 'own-album'),
    albumSaw: (album) => readUnder(own(bodyOf(albumDocumentId(album)), 'under')),
    offers: () => offerNames(refresh()),
    itemsIn(offer) {
      refresh();
      const id = offerId(offer);
      let found = items.get(id);
      if (!found) items.set(id, (found = new Set(offeredIn(readable(bodyOf(id))))));
      return found;
    },
    endsOf: known.of,
    restoreEnds: known.restore,
    isUsed: () => used.get() !== undefined,
    edition: refresh,
  };
}

/** The names of the offers in the library, read again when the edition changes. */
function openOfferNames(db: Sqlite): (edition: number) => readonly string[] {
  const all = db.prepare<{ doc: string }>(
    `SELECT doc FROM change WHERE doc >= '${offerPrefix}' AND doc < '${offerPrefix}~' ORDER BY doc`,
  );
  let last: { edition: number; names: readonly string[] } | undefined;
  return (edition) => {
    if (last?.edition !== edition) last = { edition, names: all.all().map(({ doc }) => doc.slice(offerPrefix.length)) };
    return last.names;
  };
}

/** The body, if its format is known to this version. */
const readable = (body: Body | undefined): Body | undefined =>
  body !== undefined && Number(own(body, 'format') ?? format) <= format ? body : undefined;

/**
 * The local library as one side of a replication. After `write` resolves, revisions are durable and merged, and in the
 * catalog, except new documents of large batches: those are indexed later (home/catalog-indexer.ts). A crash leaves
 * whole batches, and writing the same again changes nothing.
 */
import { yieldToEventLoop } from '../../base/async/yield.js';
import { untilCalled, type Subscribe } from '../../base/async/listeners.js';
import type { Clock } from '../../base/clock.js';
import { PhotospoolError, sentence, toPhotospoolError, type ErrorCode } from '../../base/errors.js';
import type { Sqlite } from '../../base/sqlite.js';
import { isNewer } from '../../document/merge.js';
import { checkIncoming, isId, isPortable, isRevision, normalRevision } from '../../library/validate-documents.js';
import type { Change, Incoming, InsertOptions, Library } from '../../library/library.js';
import {
  reopened,
  type Checkpoint,
  type Database,
  type RevisionId,
  type RejectedRevision,
  type FeedRow,
} from './database.js';
import { openNotes } from './local-documents.js';
import { bytesOf, fromText } from './wire-format.js';

/** The dependencies beside the library. */
export interface LibraryParts {
  library: Library;
  /** The database file of the library. */
  db: Sqlite;
  clock: Clock;
  /** Subscribes to changes by this process; returns the function that unsubscribes. */
  onChange: Subscribe;
}

/**
 * The limits of one transaction: others run in between, and each ends with a wait for the disk. Counts revisions, their
 * ancestors, and bytes; less of one document, because each of its revisions may be merged with the others.
 */
export const share = { count: 500, ancestors: 10_000, bytes: 1024 * 1024, ofOne: { count: 100, bytes: 256 * 1024 } };
/** Maximum bytes read at a time for another side. */
const largestPart = 8 * 1024 * 1024;
/** Batches from this number of revisions on may be indexed later. Smaller ones are indexed at once. */
const many = 50;
/** Ms between checks for writes by other processes. */
const look = 1_000;

/** Opens the side of the library. */
export function openLibraryDatabase(parts: LibraryParts): Database {
  const { library, db } = parts;
  const notes = openNotes(db, 'photos');

  /** Without ancestors that others can't store: CouchDB would reject the whole document. */
  function revision(id: string, rev: string): Incoming[] {
    const found = library.raw(id, rev);
    if (!found) return [];
    const end = found.revisions.findIndex((one) => !isPortable(one));
    return [fromText(id, end < 0 ? found : { ...found, revisions: found.revisions.slice(0, Math.max(end, 1)) })];
  }

  function read(named: RevisionId): Incoming[] {
    const [id, rev] = [named.id, normalRevision(named.rev)];
    if (!isId(id)) return [];
    const found = revision(id, rev);
    return found.length > 0 ? found : library.heirs(id, rev).flatMap((heir) => revision(id, heir));
  }

  /** An id that can't be a revision here counts as missing, so that it is sent, and rejected by itself. */
  function missing(id: string, revs: readonly string[]): string[] {
    if (!isId(id)) return [...revs];
    const asked = revs.filter(isRevision).map(normalRevision);
    const lacking = new Set(asked.length > 0 ? library.missing(new Map([[id, asked]])).get(id) : undefined);
    return revs.filter((rev) => !isRevision(rev) || lacking.has(normalRevision(rev)));
  }

  return {
    name: 'this library',
    id: () => Promise.resolve(library.server),
    async changes(since, { limit, wait, signal }) {
      if (wait !== undefined) await untilChange(parts, since, wait, signal);
      const { changes, last } = library.changes(since, limit);
      const aside: RejectedRevision[] = [];
      const rows = changes.flatMap((change) => shared(change, aside));
      const more = changes.length >= limit;
      return { rows, last, more, pending: library.pending(last), ...(aside.length > 0 && { aside }) };
    },
    missing(asked) {
      const found = [...asked].map(([id, revs]) => [id, missing(id, revs)] as const);
      return Promise.resolve(new Map(found.filter(([, revs]) => revs.length > 0)));
    },
    read: (named) => Promise.resolve(named.flatMap(read)),
    async *readParts(named) {
      let [part, bytes]: [Incoming[], number] = [[], 0];
      for (const one of named) {
        for (const found of read(one)) {
          part.push(found);
          bytes += bytesOf(found);
        }
        if (bytes < largestPart) continue;
        yield part;
        await yieldToEventLoop();
        [part, bytes] = [[], 0];
      }
      if (part.length > 0) yield part;
    },
    async write(incoming, from) {
      const refused: RejectedRevision[] = [];
      for (const [n, part] of [...shares(incoming)].entries()) {
        if (n > 0) await yieldToEventLoop();
        const { taken, crowded } = branching(library, part);
        const options = { later: incoming.length >= many, ...(from !== undefined && { from }) };
        refused.push(...crowded, ...insert(library, taken, options));
      }
      return refused;
    },
    checkpoint: (id) => Promise.resolve(notes.get(id) as Checkpoint | undefined),
    opening: () => Promise.resolve(library.epoch),
    setCheckpoint(id, checkpoint, opening) {
      if (opening !== library.epoch) return Promise.reject(reopened('This library'));
      notes.put(id, checkpoint);
      return Promise.resolve();
    },
  };
}

/** Splits revisions into transactions. */
function* shares(incoming: readonly Incoming[]): Generator<Incoming[]> {
  let part: Incoming[] = [];
  let [ancestors, bytes] = [0, 0];
  const known = new Map<string, { count: number; bytes: number }>();
  for (const one of incoming) {
    const size = bytesOf(one);
    const ofOne = known.get(one.id) ?? { count: 0, bytes: 0 };
    const isFull =
      part.length >= share.count ||
      bytes + size > share.bytes ||
      ancestors + one.revisions.length > share.ancestors ||
      ofOne.count >= share.ofOne.count ||
      (ofOne.count > 0 && ofOne.bytes + size > share.ofOne.bytes);
    if (isFull && part.length > 0) {
      yield part;
      [part, ancestors, bytes] = [[], 0, 0];
      known.clear();
    }
    const before = known.get(one.id) ?? { count: 0, bytes: 0 };
    known.set(one.id, { count: before.count + 1, bytes: before.bytes + size });
    part.push(one);
    ancestors += one.revisions.length;
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** A change as it is served to others: without leaves that they can't store; those are added to `aside`. */
export function shared({ seq, id, leaves, deleted }: Change, aside: RejectedRevision[] = []): FeedRow[] {
  const good: string[] = [];
  for (const { rev } of leaves) {
    if (isPortable(rev)) good.push(rev);
    else aside.push({ id, rev, reason: 'Its revision id is not valid for other servers.' });
  }
  return good.length > 0 ? [{ seq, id, revs: good, deleted }] : [];
}

/**
 * Limits for the branches of a document that this version can't merge, in number and bytes: those of a newer version,
 * and purges. They are read at every change of the document. All others are merged into one branch, so they are always
 * accepted, like any successor of a branch that exists here: a document can be edited and withdrawn regardless of its
 * other branches.
 */
export const mostApart = { count: 32, bytes: 4 * 1024 * 1024 };

/** Splits revisions into those that may be stored, and those that would exceed the limit of branches. */
function branching(
  library: Library,
  incoming: readonly Incoming[],
): { taken: Incoming[]; crowded: RejectedRevision[] } {
  const known = new Map<string, { leaves: Set<string>; count: number; bytes: number }>();
  const [taken, crowded]: [Incoming[], RejectedRevision[]] = [[], []];
  for (const one of incoming) {
    const { id, revisions } = one;
    if (!isId(id) || !staysApart(one)) {
      taken.push(one);
      continue;
    }
    const found = known.get(id) ?? {
      leaves: new Set(library.heads(id).map(({ rev }) => rev)),
      ...library.apart(id),
    };
    known.set(id, found);
    const isFull = found.count >= mostApart.count || found.bytes >= mostApart.bytes;
    if (isFull && !revisions.some((rev) => found.leaves.has(rev))) {
      crowded.push(refusal(one, 'It already has the maximum number of branches of a document.'));
      continue;
    }
    taken.push(one);
    found.leaves.add(revisions[0] ?? '');
    found.count++;
    found.bytes += bytesOf(one);
  }
  return { taken, crowded };
}

const staysApart = ({ deleted, body }: Incoming): boolean => (deleted ? Object.keys(body).length > 0 : isNewer(body));

/** Inserts revisions. They are validated one by one only if one of them fails: validation is half the work. */
function insert(library: Library, incoming: readonly Incoming[], options: InsertOptions): RejectedRevision[] {
  try {
    library.insert(incoming, options);
    return [];
  } catch (error) {
    if (!isOfDocument(error)) throw error;
  }
  const judged = incoming.map((one) => ({ one, reason: whyNot(one) }));
  const sound = judged.filter(({ reason }) => reason === undefined).map(({ one }) => one);
  return [
    ...judged.flatMap(({ one, reason }) => (reason === undefined ? [] : [refusal(one, reason)])),
    ...insertByHalves(library, sound, options),
  ];
}

/** Inserts valid-looking documents of which one may fail in a merge or in the catalog, by bisection. */
function insertByHalves(library: Library, incoming: readonly Incoming[], options: InsertOptions): RejectedRevision[] {
  try {
    library.insert(incoming, options);
    return [];
  } catch (error) {
    if (!isOfDocument(error)) throw error;
    const ids = [...new Set(incoming.map(({ id }) => id))];
    if (ids.length <= 1)
      return incoming.map((one) => refusal(one, sentence(toPhotospoolError(error, 'store', one.id))));
    // All revisions of a document stay together: one that closes a branch belongs to its replacement.
    const first = new Set(ids.slice(0, Math.ceil(ids.length / 2)));
    return [
      ...insertByHalves(
        library,
        incoming.filter(({ id }) => first.has(id)),
        options,
      ),
      ...insertByHalves(
        library,
        incoming.filter(({ id }) => !first.has(id)),
        options,
      ),
    ];
  }
}

/** Codes of errors that a document can cause; others come from the disk, or from another process. */
const ofDocuments: ReadonlySet<ErrorCode> = new Set(['invalid', 'too-large', 'newer-version', 'conflict']);
/** Primary result codes of SQLite: too big, constraint, mismatch. */
const ofValues: ReadonlySet<unknown> = new Set([18, 19, 20]);

/** Whether a document can be the cause of an error: by its content, or by a bug of ours that it triggers. */
function isOfDocument(error: unknown): boolean {
  if (error instanceof PhotospoolError) return ofDocuments.has(error.code);
  const isMistake = [TypeError, RangeError, SyntaxError, URIError].some((kind) => error instanceof kind);
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return isMistake || ofValues.has(code & 0xff);
}

const refusal = ({ id, revisions }: Incoming, reason: string): RejectedRevision => ({
  id,
  rev: revisions[0] ?? '',
  reason,
});

/** Why a revision can't be stored, as a sentence; undefined if it can. */
function whyNot(incoming: Incoming): string | undefined {
  try {
    checkIncoming(incoming);
    return undefined;
  } catch (error) {
    return sentence(toPhotospoolError(error, 'store', incoming.id));
  }
}

/** Resolves when there is a change after `since`, at the latest after `wait` ms. */
async function untilChange(
  { library, clock, onChange }: LibraryParts,
  since: string,
  wait: number,
  stop?: AbortSignal,
): Promise<void> {
  const until = clock.now() + wait;
  while (library.pending(since) === 0 && clock.now() < until && stop?.aborted !== true) {
    await untilCalled([onChange], clock, Math.min(look, until - clock.now()), stop);
  }
}

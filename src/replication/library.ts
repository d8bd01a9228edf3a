/**
 * The library of this server as one side of a replication. What is written is durable and merged when `write` resolves, and
 * in the catalog too, but for new documents that came with many others: those follow (cli/follow.ts). A crash in between
 * leaves whole batches, and the same again changes nothing.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError, sentence, toPhotospoolError, type ErrorCode } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { checkIncoming } from '../library/incoming.js';
import type { Incoming, InsertOptions, Library } from '../library/library.js';
import { reopened, type Checkpoint, type Database, type Named, type Refused } from './database.js';
import { openNotes } from './notes.js';
import { fromText } from './wire.js';

/** What the library needs beside itself. */
export interface LibraryParts {
  library: Library;
  /** The database file that the library is in. */
  db: Sqlite;
  clock: Clock;
  /** Tells of every change that this process makes; returns what ends it. */
  onChange(listener: () => void): () => void;
}

/** Documents per transaction: others get their turn in between, and each ends with a wait for the disk. */
const batch = 500;
/** Revisions at once from which on new documents may come into the catalog later. A few photos are in it at once. */
const many = 50;
/** Ms between looks for what other processes wrote. */
const look = 1_000;

/** Opens the library's side. */
export function openLibraryDatabase(parts: LibraryParts): Database {
  const { library, db } = parts;
  const notes = openNotes(db, 'photos');

  function revision(id: string, rev: string): Incoming[] {
    const found = library.raw(id, rev);
    return found ? [fromText(id, found)] : [];
  }

  function read({ id, rev }: Named): Incoming[] {
    const found = revision(id, rev);
    if (found.length > 0) return found;
    const leaves = library.leaves(id).flatMap((leaf) => revision(id, leaf.rev));
    return leaves.filter(({ revisions }) => revisions.includes(rev));
  }

  return {
    name: 'this library',
    id: () => Promise.resolve(library.server),
    async changes(since, { limit, wait, signal }) {
      if (wait !== undefined) await untilChange(parts, since, wait, signal);
      const { changes, last } = library.changes(since, limit);
      const rows = changes.map(({ seq, id, leaves, deleted }) => ({
        seq,
        id,
        revs: leaves.map(({ rev }) => rev),
        deleted,
      }));
      return { rows, last, more: rows.length >= limit, pending: library.pending(last) };
    },
    missing: (asked) => Promise.resolve(library.missing(asked)),
    read: (named) => Promise.resolve(named.flatMap(read)),
    async write(incoming, from) {
      const refused: Refused[] = [];
      for (let at = 0; at < incoming.length; at += batch) {
        if (at > 0) await new Promise((resolve) => setImmediate(resolve));
        refused.push(
          ...insert(library, incoming.slice(at, at + batch), {
            later: incoming.length >= many,
            ...(from !== undefined && { from }),
          }),
        );
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

/** Inserts those that can be stored. They are looked at one by one only where one of them can't: looking is half the work. */
function insert(library: Library, incoming: readonly Incoming[], options: InsertOptions): Refused[] {
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

/** Inserts documents that look sound, though one of them may fail when it is merged or comes into the catalog. */
function insertByHalves(library: Library, incoming: readonly Incoming[], options: InsertOptions): Refused[] {
  try {
    library.insert(incoming, options);
    return [];
  } catch (error) {
    if (!isOfDocument(error)) throw error;
    const ids = [...new Set(incoming.map(({ id }) => id))];
    if (ids.length <= 1)
      return incoming.map((one) => refusal(one, sentence(toPhotospoolError(error, 'store', one.id))));
    // All revisions of a document stay together: what closes a branch comes with what takes its place.
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

/** Codes of failures that a document can be the cause of; others are the disk's, or of another process. */
const ofDocuments: ReadonlySet<ErrorCode> = new Set(['invalid', 'too-large', 'newer-version', 'conflict']);
/** SQLite's: too big, constraint, mismatch. */
const ofValues: ReadonlySet<unknown> = new Set([18, 19, 20]);

/** Whether a document can be why it could not be stored: what it holds, or a mistake of ours that it brings to light. */
function isOfDocument(error: unknown): boolean {
  if (error instanceof PhotospoolError) return ofDocuments.has(error.code);
  const isMistake = [TypeError, RangeError, SyntaxError, URIError].some((kind) => error instanceof kind);
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return isMistake || ofValues.has(code & 0xff);
}

const refusal = ({ id, revisions }: Incoming, reason: string): Refused => ({ id, rev: revisions[0] ?? '', reason });

/** Why a revision can't be stored, as a sentence; undefined where it can. */
function whyNot(incoming: Incoming): string | undefined {
  try {
    checkIncoming(incoming);
    return undefined;
  } catch (error) {
    return sentence(toPhotospoolError(error, 'store', incoming.id));
  }
}

/** Resolves when there is something after `since`, at most `wait` ms later. */
async function untilChange(
  { library, clock, onChange }: LibraryParts,
  since: string,
  wait: number,
  stop?: AbortSignal,
): Promise<void> {
  const until = clock.now() + wait;
  while (library.pending(since) === 0 && clock.now() < until && stop?.aborted !== true) {
    const woken = new AbortController();
    const unlisten = onChange(() => woken.abort());
    const signal = stop ? AbortSignal.any([woken.signal, stop]) : woken.signal;
    await clock.sleep(Math.min(look, until - clock.now()), signal);
    unlisten();
  }
}

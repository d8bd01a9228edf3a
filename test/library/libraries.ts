/**
 * Libraries in memory for tests, and replication between them like CouchDB's: changes, missing revisions, revisions
 * with their ancestors.
 */
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openLibrary, type Incoming, type Library, type LibraryOptions } from '../../src/library/library.js';

/** An open library with its database. */
export interface Opened {
  library: Library;
  db: Sqlite;
}

/** Random-looking bytes that are the same in every run. */
export function dice(seed: number): (length: number) => Uint8Array {
  let state = seed + 1;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
}

/** A new library in memory. */
export function memory(options: LibraryOptions = {}, seed = 0): Opened {
  const db = openSqlite(':memory:');
  let now = 1_700_000_000_000;
  const clock = { now: () => (now += 7), sleep: () => Promise.resolve() };
  return { db, library: openLibrary(db, { clock, random: dice(seed), ...options }) };
}

/** The revisions that `from` has and `to` lacks. */
export function missingAt(from: Library, to: Library, since: string | number = 0): Incoming[] {
  const { changes } = from.changes(since, 1_000_000);
  const asked = new Map(changes.map(({ id, leaves }) => [id, leaves.map(({ rev }) => rev)]));
  return [...to.missing(asked)].flatMap(([id, missing]) =>
    missing.map((rev) => {
      const { revisions, deleted, body } = from.revision(id, rev)!;
      return { id, revisions, deleted, body };
    }),
  );
}

/** Replicates everything from one library to another. */
export const replicate = (from: Library, to: Library): void => to.insert(missingAt(from, to));

/** The complete content of a library's documents, for comparison. */
export function contents(library: Library): object {
  const ids = library.changes(0, 1_000_000).changes.map(({ id }) => id);
  return Object.fromEntries(ids.sort().map((id) => [id, library.leaves(id)]));
}

/** The change feed: the newest change of each document, in the order of commits. */
import type { Sqlite } from '../base/sqlite.js';
import type { Epochs } from './sequences.js';

/** A row of the change feed: the newest change of each document. */
export interface FeedChange {
  /** The sequence for peers, `<n>-<epoch>`. */
  seq: string;
  n: number;
  id: string;
  /** All leaves, the winner first. */
  leaves: { rev: string; deleted: boolean }[];
  deleted: boolean;
}

/** The default number of changes per read. */
const usualLimit = 1000;

/** The change feed of a library. */
export interface Feed {
  /** Changes after `since` (a sequence, or a number), oldest first; at most 1,000 by default. */
  changes(since: string | number, limit?: number): { changes: FeedChange[]; last: string };
  /** Changes before the change `before` (its number; undefined for the newest), newest first. */
  newest(before: number | undefined, limit: number): FeedChange[];
  /** The number of documents changed after `since`. */
  pending(since: string | number): number;
}

interface ChangeRow {
  seq: number;
  doc: string;
  rev: string;
  deleted: number;
}

/** Opens the feed. */
export function openFeed(db: Sqlite, epochs: Epochs): Feed {
  const after = db.prepare<ChangeRow>(`
    SELECT c.seq, c.doc, r.rev, r.deleted
    FROM (SELECT seq, doc FROM change WHERE seq > ? ORDER BY seq LIMIT ?) AS c
    CROSS JOIN revision AS r ON r.doc = c.doc AND r.leaf = 1
    ORDER BY c.seq, r.deleted, r.generation DESC, r.rev DESC`);
  const before = db.prepare<ChangeRow>(`
    SELECT c.seq, c.doc, r.rev, r.deleted
    FROM (SELECT seq, doc FROM change WHERE seq < ? ORDER BY seq DESC LIMIT ?) AS c
    CROSS JOIN revision AS r ON r.doc = c.doc AND r.leaf = 1
    ORDER BY c.seq DESC, r.deleted, r.generation DESC, r.rev DESC`);
  const waiting = db.prepare<{ n: number }>('SELECT count(*) AS n FROM change WHERE seq > ?');
  function gather(rows: readonly ChangeRow[], sequence: (n: number) => string): FeedChange[] {
    const changes: FeedChange[] = [];
    for (const { seq: n, doc: id, rev, ...row } of rows) {
      const deleted = row.deleted === 1;
      // The first leaf of a document is its winner.
      if (changes.at(-1)?.n === n) changes.at(-1)!.leaves.push({ rev, deleted });
      else changes.push({ seq: sequence(n), n, id, leaves: [{ rev, deleted }], deleted });
    }
    return changes;
  }

  return {
    changes(since, limit = usualLimit) {
      const start = epochs.resume(since);
      const sequence = epochs.sequences();
      const changes = gather(after.all(start, limit), sequence);
      return { changes, last: sequence(changes.at(-1)?.n ?? start) };
    },
    newest: (end, limit) => gather(before.all(end ?? Number.MAX_SAFE_INTEGER, limit), epochs.sequences()),
    pending: (since) => waiting.get(epochs.resume(since))?.n ?? 0,
  };
}

/**
 * The change feed: of each document the newest change, in the order in which they were committed.
 */
import type { Sqlite } from '../base/sqlite.js';
import type { Epochs } from './epochs.js';
import type { Revisions } from './revisions.js';

/** A line of the change feed: the newest change of each document. */
export interface Change {
  /** The sequence as peers see it, `<n>-<epoch>`. */
  seq: string;
  n: number;
  id: string;
  /** All leaves, the winner first. */
  leaves: { rev: string; deleted: boolean }[];
  deleted: boolean;
}

/** How many changes are read where nobody says. */
const usualLimit = 1000;

/** The change feed of a library. */
export interface Feed {
  /** Changes after `since` (a sequence, or a number), oldest first; 1,000 at most where no limit is given. */
  changes(since: string | number, limit?: number): { changes: Change[]; last: string };
  /** How many documents changed after `since`. */
  pending(since: string | number): number;
}

/** Opens the feed. */
export function openFeed(db: Sqlite, revisions: Revisions, epochs: Epochs): Feed {
  const after = db.prepare<{ seq: number; doc: string }>(
    'SELECT seq, doc FROM change WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const waiting = db.prepare<{ n: number }>('SELECT count(*) AS n FROM change WHERE seq > ?');
  return {
    changes(since, limit = usualLimit) {
      const start = epochs.resume(since);
      const changes = after.all(start, limit).map(({ seq: n, doc: id }) => {
        const leaves = revisions.heads(id);
        return { seq: epochs.sequence(n), n, id, leaves, deleted: leaves[0]?.deleted === true };
      });
      return { changes, last: epochs.sequence(changes.at(-1)?.n ?? start) };
    },
    pending: (since) => waiting.get(epochs.resume(since))?.n ?? 0,
  };
}

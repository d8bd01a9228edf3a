/**
 * Sequences: the number of a change with its epoch, `<n>-<epoch>`. An epoch is drawn at every opening and owns the
 * changes from its first number up to that of the next epoch. So a peer that read beyond the end of a server restored
 * from a backup is noticed: it resumes where its epoch ends here, and misses nothing.
 *
 * The epoch of a number is read from the table and not cached, because another process may open the same library
 * meanwhile.
 */
import type { Sqlite } from '../base/sqlite.js';

/** The epochs of a library. */
export interface Epochs {
  /** Starts an epoch, and drops old ones without a change: no sequence contains them. Call it in a transaction. */
  begin(epoch: string): void;
  /** The newest epoch; empty before the first. */
  newest(): string;
  /**
   * A function from a change's number to its sequence; 0 is the beginning. For immediate use: it caches what it read.
   */
  sequences(): (n: number) => string;
  /**
   * The number to resume after: that of the sequence, the last one of its epoch if that is smaller, 0 for an unknown
   * epoch.
   */
  resume(since: string | number): number;
  /** The number of the newest change, 0 before the first. */
  last(): number;
}

/**
 * The number of newest epochs kept without a change: after a restore, one of them may be that of the server that
 * continued.
 */
const spared = 100;

/** Opens the epochs of a library. */
export function openEpochs(db: Sqlite): Epochs {
  const last = db.prepare<{ n: number | null }>('SELECT max(seq) AS n FROM change');
  const forget = db.prepare(`DELETE FROM epoch WHERE first > ? AND id <= (SELECT max(id) FROM epoch) - ${spared}`);
  const add = db.prepare('INSERT INTO epoch (epoch, first) VALUES (?, ?)');
  const newest = db.prepare<{ epoch: string }>('SELECT epoch FROM epoch ORDER BY id DESC LIMIT 1');
  const oldest = db.prepare<{ epoch: string }>('SELECT epoch FROM epoch ORDER BY id LIMIT 1');
  const owner = db.prepare<{ id: number; epoch: string }>(
    'SELECT id, epoch FROM epoch WHERE first <= ? ORDER BY id DESC LIMIT 1',
  );
  const known = db.prepare<{ id: number }>('SELECT id FROM epoch WHERE epoch = ?');
  const next = db.prepare<{ first: number }>('SELECT first FROM epoch WHERE id > ? ORDER BY id LIMIT 1');

  const epochs: Epochs = {
    begin(epoch) {
      forget.run(epochs.last());
      add.run(epoch, epochs.last() + 1);
    },
    newest: () => newest.get()?.epoch ?? '',
    sequences() {
      let [epoch, from, until] = ['', 0, 0];
      return (n) => {
        if (n < from || n >= until) {
          const row = owner.get(n);
          epoch = (row ?? oldest.get())?.epoch ?? '';
          [from, until] = [n, row ? (next.get(row.id)?.first ?? Infinity) : n + 1];
        }
        return `${n}-${epoch}`;
      };
    },
    resume(since) {
      const [, digits, epoch] = /^(\d{1,15})(?:-(.*))?$/.exec(String(since)) ?? [];
      const n = Math.min(Number(digits ?? 0), epochs.last());
      if (typeof since === 'number') return n;
      const row = known.get(epoch ?? '');
      return row ? Math.min(n, (next.get(row.id)?.first ?? n + 1) - 1) : 0;
    },
    last: () => last.get()?.n ?? 0,
  };
  return epochs;
}

/**
 * Sequences: the number of a change with the epoch it belongs to, `<n>-<epoch>`. An epoch is drawn at every opening and
 * owns the changes from its first number up to the next epoch's. So a peer that read further than a server restored from
 * a backup can go is noticed: it resumes where its epoch ends here, and nothing is missed.
 *
 * Which epoch a number belongs to is read from the table and not remembered, because another process may open the same
 * library meanwhile.
 */
import type { Sqlite } from '../base/sqlite.js';

/** The epochs of a library. */
export interface Epochs {
  /** Begins an epoch, and forgets old ones that own no change: their name is in no sequence. Call it in a transaction. */
  begin(epoch: string): void;
  /** The newest epoch; the empty text before the first. */
  newest(): string;
  /** What gives a change's number its sequence; 0 is where all begins. For use at once: it remembers what it read. */
  sequences(): (n: number) => string;
  /** The number after which to go on: a sequence's own, its epoch's last where that is smaller, 0 for an unknown one. */
  resume(since: string | number): number;
  /** The number of the newest change, 0 before the first. */
  last(): number;
}

/**
 * How many of the newest epochs are kept although they own no change: in a backup such a one may be that of the server
 * which then went on.
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

/**
 * Documents that are stored and not in the catalog yet: many that nobody had before come in faster when their rows are written
 * after them, in larger turns. How far the catalog came is a number in `catalog_state`, written in the transaction that
 * stores the first of them: a crash leaves what the next opening takes in.
 */
import type { Sqlite } from '../base/sqlite.js';
import { readState, version } from './catalog-tables.js';
import type { Turn } from './per-transaction.js';

/** The part of the catalog that tells what it leaves for later. */
export interface IndexedMark {
  /**
   * Change `n` of the library, and what comes after it, is taken in later by reading the library's change feed. Joins the
   * caller's transaction. False where it must be taken in now: the tables are being built.
   */
  leave(n: number): boolean;
  /** The number of the change after which documents wait; undefined where none do. */
  behind(): number | undefined;
  /** Everything up to change `n` is taken in; without a number, everything. Joins the caller's transaction. */
  reached(n?: number): void;
}

/** Opens it in the catalog's database file. */
export function openIndexedMark(db: Sqlite, turn: Turn): IndexedMark {
  let left = 0;
  return {
    leave(n) {
      if (turn.isBuilding()) return false;
      if (db.turn !== left) db.prepare('UPDATE catalog_state SET behind = ? WHERE behind IS NULL').run(n - 1);
      left = db.turn;
      return true;
    },
    behind() {
      if (readState(db)?.version !== version) return undefined;
      return db.prepare<{ behind: number | null }>('SELECT behind FROM catalog_state').get()?.behind ?? undefined;
    },
    reached: (n) => void db.prepare('UPDATE catalog_state SET behind = ?').run(n ?? null),
  };
}

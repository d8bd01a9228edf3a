/**
 * Documents that are stored but not in the catalog yet: large batches of new ones arrive faster if their rows are
 * written later, in larger transactions. `catalog_state` has the progress, written in the transaction that stores the
 * first of them: after a crash, the next opening indexes the rest.
 */
import type { Sqlite } from '../base/sqlite.js';
import { readState, version } from './catalog-tables.js';
import type { Turn } from './per-transaction.js';

/** The part of the catalog that records deferred indexing. */
export interface IndexedMark {
  /**
   * Defers change `n` of the library and all later ones: they are indexed from the library's change feed. Joins the
   * caller's transaction. False if it must be indexed now, because the tables are being built.
   */
  leave(n: number): boolean;
  /** The number of the change after which documents are deferred; undefined if none are. */
  behind(): number | undefined;
  /** Marks everything up to change `n` as indexed; without a number, everything. Joins the caller's transaction. */
  reached(n?: number): void;
}

/** Opens the mark in the catalog's database file. */
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

/**
 * Values that are cached for a transaction, because many documents may be written in one: whether the tables are being
 * built, and that the columns in memory must be refreshed.
 */
import type { Sqlite } from '../base/sqlite.js';
import { readState } from './catalog-tables.js';

/** The cached state of the current transaction. */
export interface Turn {
  /** Whether the tables are being built. */
  isBuilding(): boolean;
  /** Runs `refresh` when the transaction has committed; at once outside of one. */
  refreshLater(): void;
  /** Clears the cache, when building starts or ends. */
  forget(): void;
}

/** Watches the transactions of a connection. */
export function openTurn(db: Sqlite, refresh: () => void): Turn {
  let looked = { turn: 0, building: false };
  let told = 0;
  return {
    isBuilding() {
      if (db.turn === 0 || db.turn !== looked.turn) looked = { turn: db.turn, building: readState(db)?.building === 1 };
      return looked.building;
    },
    refreshLater() {
      if (db.turn === 0 || db.turn !== told) db.afterCommit(refresh);
      told = db.turn;
    },
    forget: () => void (looked.turn = 0),
  };
}

/**
 * What holds for a whole transaction is asked and told once in it, for many documents may come in one: whether the tables are
 * being built, and that what is in memory has to follow.
 */
import type { Sqlite } from '../base/sqlite.js';
import { readState } from './catalog-tables.js';

/** What is known of the transaction that is under way. */
export interface Turn {
  /** Whether the tables are being built. */
  isBuilding(): boolean;
  /** Has `refresh` run when the transaction is committed; at once outside of one. */
  refreshLater(): void;
  /** The tables begin or cease to be built: what was known is not so any more. */
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

/**
 * Share links that were deleted, and that can be restored for an hour with the same address, password and options. Their
 * rows are in a table of their own, which only this file reads: for everything else, and for older versions, a deleted
 * link does not exist. A link moves between the tables in one transaction: after a crash it is in one of them. Rows
 * older than an hour are removed at the start and when links change.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';

/** How long a deleted link can be restored, in ms. */
export const restorableFor = 60 * 60_000;

/** The deleted links of a server; `Row` is a row of access_share. All methods join the caller's transaction. */
export interface DeletedLinks<Row> {
  /** Moves a link here. */
  add(id: string): void;
  /** Those that can be restored. */
  list(): Row[];
  /** One that can be restored. */
  find(id: string): Row | undefined;
  /** Moves a link back. */
  restore(id: string): void;
  /** Changes what a link is to, as JSON; false if it can't be restored. */
  point(id: string, scope: string): boolean;
  /** Removes those that can no longer be restored. */
  removeOld(): void;
  /** Removes those that were created anonymously before there was an owner account. */
  removeUnclaimed(): void;
}

/** Opens the deleted links; access-tables.ts creates the table. `columns`: those that `Row` has. */
export function openDeletedLinks<Row>(db: Sqlite, clock: Pick<Clock, 'now'>, columns: string): DeletedLinks<Row> {
  const whole = `secret, unclaimed, ${columns}`;
  const move = db.prepare(
    `INSERT INTO access_share_deleted (deleted, ${whole}) SELECT ?, ${whole} FROM access_share WHERE id = ?`,
  );
  const remove = db.prepare('DELETE FROM access_share WHERE id = ?');
  const all = db.prepare<Row>(`SELECT ${columns} FROM access_share_deleted WHERE deleted > ?`);
  const one = db.prepare<Row>(`SELECT ${columns} FROM access_share_deleted WHERE id = ? AND deleted > ?`);
  const moveBack = db.prepare(
    `INSERT INTO access_share (${whole}) SELECT ${whole} FROM access_share_deleted WHERE id = ?`,
  );
  const forget = db.prepare('DELETE FROM access_share_deleted WHERE id = ?');
  const point = db.prepare('UPDATE access_share_deleted SET scope = ? WHERE id = ? AND deleted > ?');
  const removeOld = db.prepare('DELETE FROM access_share_deleted WHERE deleted <= ?');
  const removeUnclaimed = db.prepare('DELETE FROM access_share_deleted WHERE unclaimed = 1');
  const oldest = (): number => clock.now() - restorableFor;

  return {
    add(id) {
      move.run(clock.now(), id);
      remove.run(id);
    },
    list: () => all.all(oldest()),
    find: (id) => one.get(id, oldest()),
    restore(id) {
      moveBack.run(id);
      forget.run(id);
    },
    point: (id, scope) => point.run(scope, id, oldest()).changes > 0,
    removeOld: () => void removeOld.run(oldest()),
    removeUnclaimed: () => void removeUnclaimed.run(),
  };
}

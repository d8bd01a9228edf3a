/**
 * Builds the whole catalog: between `clear` and `finish` rows are appended in arrival order, then sorted and numbered
 * in one transaction. A crash in between leaves `building` set, so that the catalog is not current and is built again.
 */
import type { Sqlite } from '../base/sqlite.js';
import { homeOf } from './row-numbers.js';
import { openBursts } from './bursts.js';
import { openPairs } from './live-photos.js';
import { rowColumns } from './catalog-row.js';
import { openStacks } from './raw-jpeg-stacks.js';
import { storageInBulk } from './storage-used.js';
import { bulkSchema, dropAll, readState, schema, version } from './catalog-tables.js';

/** Drops all tables and creates empty ones to be filled. */
export function startBuilding(db: Sqlite): void {
  remake(db, 1);
  db.exec(bulkSchema);
}

/** Creates the tables again, empty. `building` is 1 if they are about to be filled. */
export function remake(db: Sqlite, building: 0 | 1): void {
  const generation = (readState(db)?.generation ?? 0) + 1;
  db.exec(dropAll + schema);
  db.prepare('INSERT INTO catalog_state (version, generation, building, complete) VALUES (?, ?, ?, 0)').run(
    version,
    generation,
    building,
  );
}

/**
 * Sorts and numbers the appended rows and moves them into `catalog_photo`. Without a `clear` before it only marks the
 * tables as complete.
 */
export function finishBuilding(db: Sqlite): void {
  if (readState(db)?.building === 1) {
    db.exec('CREATE TEMP TABLE catalog_number (n INTEGER PRIMARY KEY, arrival INTEGER NOT NULL)');
    number(db);
    const names = rowColumns.join(', ');
    db.exec(`DROP INDEX catalog_photo_id; DROP INDEX catalog_photo_size; ${storageInBulk.before}
      INSERT INTO catalog_photo (n, ${names})
        SELECT n, ${names} FROM temp.catalog_number CROSS JOIN catalog_bulk USING (arrival) ORDER BY n;
      CREATE UNIQUE INDEX catalog_photo_id ON catalog_photo (id);
      CREATE INDEX catalog_photo_size ON catalog_photo (class, size); ${storageInBulk.after}
      DROP TABLE temp.catalog_number; DROP TABLE catalog_bulk;`);
    openPairs(db, () => undefined).settleAll();
    openStacks(db, () => undefined).settleAll();
    openBursts(db, () => undefined).settleAll();
  }
  db.exec('UPDATE catalog_state SET building = 0, complete = 1, generation = generation + 1');
}

/** Assigns row numbers (row-numbers.ts), in the order of time taken and id. */
function number(db: Sqlite): void {
  const keys = db.prepare<{ arrival: number; taken: string; id: Uint8Array }>(
    'SELECT arrival, taken, id FROM catalog_bulk ORDER BY taken, id',
  );
  const insert = db.prepare('INSERT INTO temp.catalog_number (n, arrival) VALUES (?, ?)');
  let before = -Infinity;
  for (const { arrival, taken, id } of keys.iterate()) {
    before = Math.max(homeOf(taken, id), before + 1);
    insert.run(before, arrival);
  }
}

/**
 * What each client of the Immich-compatible API has acknowledged (docs/immich.md): per entity a hash of what it got, so
 * that only the differences are sent, and the removal of what it can no longer see. Local; the tables are created with
 * the first row. After a loss of rows, entities are sent again. A client is identified by the hash of its credentials;
 * their end removes its rows in the same transaction, in whichever process.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';

/** An acknowledged entity: the hash of its content; none for an acknowledged removal. */
export interface SyncedEntity {
  key: string;
  hash?: string;
}

/** The acknowledged entities of each client. All functions join the caller's transaction. */
export interface SyncedEntities {
  /** The hashes of a kind, by key, the first ones after a given key. At most `limit`. */
  after(client: string, kind: string, key: string, limit: number): Required<SyncedEntity>[];
  confirm(client: string, kind: string, entities: readonly SyncedEntity[]): void;
  /** Records a request of a client, and forgets the data of clients without one in 180 days. */
  mark(client: string): void;
  /** Forgets the entities of a client, of one kind or all. */
  reset(client: string, kind?: string): void;
}

/** How long the entities of a client are kept, in ms. */
const longest = 180 * 86_400_000;

/** The tables of credentials (access/access-tables.ts), and the hash in a row of each. */
const credentials = [
  ['access_session', 'OLD.secret'],
  // In the row of a person's token it follows a word.
  ['access_token', "replace(OLD.hash, 'person ', '')"],
] as const;

const triggerOn = (table: string, client: string): string => `
  CREATE TRIGGER IF NOT EXISTS synced_${table}_ended AFTER DELETE ON ${table} BEGIN
    DELETE FROM synced_entity WHERE client = ${client};
    DELETE FROM synced_client WHERE client = ${client};
  END`;

/** Opens the table. Creates nothing. */
export function openSyncedEntities(db: Sqlite, clock: Clock): SyncedEntities {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'synced_entity'");
  const isThere = (): boolean => isMade.get() !== undefined;
  const hasTable = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  function create(): void {
    db.exec(`CREATE TABLE IF NOT EXISTS synced_entity (client TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
      hash TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (client, kind, key)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS synced_client (client TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID`);
    for (const [table, client] of credentials) if (hasTable.get(table) !== undefined) db.exec(triggerOn(table, client));
  }

  return {
    after(client, kind, key, limit) {
      if (!isThere()) return [];
      return db
        .prepare<Required<SyncedEntity>>(
          'SELECT key, hash FROM synced_entity WHERE client = ? AND kind = ? AND key > ? ORDER BY key LIMIT ?',
        )
        .all(client, kind, key, limit);
    },
    confirm(client, kind, entities) {
      create();
      const put = db.prepare(
        'INSERT OR REPLACE INTO synced_entity (client, kind, key, hash, at) VALUES (?, ?, ?, ?, ?)',
      );
      const drop = db.prepare('DELETE FROM synced_entity WHERE client = ? AND kind = ? AND key = ?');
      db.transaction(() => {
        for (const { key, hash } of entities) {
          if (hash === undefined) drop.run(client, kind, key);
          else put.run(client, kind, key, hash, clock.now());
        }
      });
    },
    mark(client) {
      create();
      db.transaction(() => {
        db.prepare('INSERT OR REPLACE INTO synced_client (client, at) VALUES (?, ?)').run(client, clock.now());
        const old = clock.now() - longest;
        db.prepare('DELETE FROM synced_entity WHERE client IN (SELECT client FROM synced_client WHERE at < ?)').run(
          old,
        );
        db.prepare('DELETE FROM synced_client WHERE at < ?').run(old);
      });
    },
    reset(client, kind) {
      if (!isThere()) return;
      if (kind === undefined) db.prepare('DELETE FROM synced_entity WHERE client = ?').run(client);
      else db.prepare('DELETE FROM synced_entity WHERE client = ? AND kind = ?').run(client, kind);
    },
  };
}

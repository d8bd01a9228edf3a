/**
 * What each client of the Immich-compatible API has acknowledged (docs/immich.md): per entity a hash of what it got, so
 * that it is sent what differs, and the removal of what it had and no longer sees. Local; the tables are created with the
 * first row. Losing rows has things sent again. A client is the hash of its credentials, whose end removes its rows in the
 * same transaction, whichever process ends them.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';

/** An acknowledged entity: the hash of its content, or none if its removal was. */
export interface SyncedEntity {
  key: string;
  hash?: string;
}

/** The acknowledged entities of each client. All functions join the caller's transaction. */
export interface SyncedEntities {
  /** The hashes of a kind, by key: the first ones after a key. At most `limit`. */
  after(client: string, kind: string, key: string, limit: number): Required<SyncedEntity>[];
  confirm(client: string, kind: string, entities: readonly SyncedEntity[]): void;
  /** Records that a client asks now, and forgets what clients have that asked for nothing in 180 days. */
  mark(client: string): void;
  /** Forgets what a client has, of one kind or all. */
  reset(client: string, kind?: string): void;
}

/** How long what a client has is remembered, in ms. */
const longest = 180 * 86_400_000;

/** The tables of credentials (access/access-tables.ts), and the hash in a row of each. */
const credentials = [
  ['access_session', 'OLD.secret'],
  // Of a person's token it follows a word.
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

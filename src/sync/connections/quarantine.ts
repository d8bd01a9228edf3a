/**
 * Documents that one side of a connection rejects, in a local table: listed, set aside, and retried with back-off, so
 * that none blocks the others and none is forgotten. Never replicated, included in backups. An entry is durable before
 * the checkpoint passes its document; a crash in between leaves an entry whose document is retried once too often.
 * Bounded: each direction of a connection lists a maximum number; beyond it only the fact that there are more is kept,
 * and the whole feed is processed again.
 */
import { backOff, type BackOff } from '../../base/async/backoff.js';
import type { Clock } from '../../base/clock.js';
import type { Sqlite } from '../../base/sqlite.js';
import type { RevisionId, RejectedRevision } from '../couch/database.js';

/** The direction in which a document failed: from the peer to here, or from here to the peer. */
export type Direction = 'pull' | 'push';

/** A quarantined document. Times are UTC, `2026-11-24T10:00:00.000Z`. */
export interface QuarantinedDocument extends RejectedRevision {
  direction: Direction;
  /** When it was first rejected, the number of attempts, and the time of the next one. */
  since: string;
  tries: number;
  next: string;
}

/** The quarantine of one connection. */
export interface Quarantine {
  /**
   * Records the result of a batch of the feed: of the documents `ids` exactly those in `refused` are set aside. Returns
   * those that were not set aside before.
   */
  settle(direction: Direction, ids: readonly string[], refused: readonly RejectedRevision[]): RejectedRevision[];
  /** Due documents, at most `limit`; each is postponed before it is returned, so that no crash repeats it at once. */
  due(direction: Direction, limit: number): RevisionId[];
  /** Records the result of a retry: those in `refused` stay. */
  tried(direction: Direction, named: readonly RevisionId[], refused: readonly RejectedRevision[]): void;
  /** Whether more were rejected than are listed and the whole feed is due to be processed again; postpones that. */
  isFeedDue(direction: Direction): boolean;
  /** The whole feed was processed. */
  lookedAtFeed(direction: Direction): void;
  /** The newest ones, at most `limit`, and their total number. */
  list(limit: number): { documents: QuarantinedDocument[]; count: number };
}

/** The maximum number of listed documents per direction. */
export const mostSetAside = 1_000;
/** The maximum stored length of an id, revision id and reason, in characters. */
const longest = { id: 600, rev: 200, reason: 400 };
/** The delay of retries in ms: a minute, growing fourfold up to a day. */
const waits: BackOff = { first: 60_000, longest: 86_400_000, factor: 4 };

interface Columns {
  direction: Direction;
  id: string;
  rev: string;
  reason: string;
  since: number;
  tries: number;
  next: number;
}

/** Creates missing tables. Ids are stored as JSON: they may contain NUL, which ends a text in SQLite. */
const tables = `
  CREATE TABLE IF NOT EXISTS quarantine (url TEXT NOT NULL, direction TEXT NOT NULL, id TEXT NOT NULL, rev TEXT NOT NULL,
    reason TEXT NOT NULL, since INTEGER NOT NULL, tries INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (url, direction, id, rev)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS quarantine_due ON quarantine (url, direction, next);
  CREATE TABLE IF NOT EXISTS quarantine_more (url TEXT NOT NULL, direction TEXT NOT NULL, count INTEGER NOT NULL,
    tries INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (url, direction)) WITHOUT ROWID;`;

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);
const keyOf = ({ id, rev }: RevisionId): [string, string] => [
  JSON.stringify(cut(id, longest.id)),
  JSON.stringify(cut(rev, longest.rev)),
];
const textOf = (json: string): string => JSON.parse(json) as string;
const isWhole = ({ id, rev }: RevisionId): boolean => id.length <= longest.id && rev.length <= longest.rev;

/** Opens the quarantine of the connection to `url`, creating missing tables. */
// Longer than a screen: statements of two tables, each used in one or two lines.
export function openQuarantine(db: Sqlite, clock: Pick<Clock, 'now'>, url: string): Quarantine {
  db.exec(tables);
  const ofDocument = db.prepare<Columns>('SELECT id, rev FROM quarantine WHERE url = ? AND direction = ? AND id = ?');
  const put = db.prepare<{
    tries: number;
  }>(`INSERT INTO quarantine (url, direction, id, rev, reason, since, tries, next)
    VALUES (?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason RETURNING tries`);
  const known = db.prepare('SELECT 1 FROM quarantine WHERE url = ? AND direction = ? AND id = ? AND rev = ?');
  const remove = db.prepare('DELETE FROM quarantine WHERE url = ? AND direction = ? AND id = ? AND rev = ?');
  const count = db.prepare<{ n: number }>('SELECT count(*) AS n FROM quarantine WHERE url = ? AND direction = ?');
  const any = db.prepare('SELECT 1 FROM quarantine WHERE url = ? AND direction = ? LIMIT 1');
  const due = db.prepare<Columns>(
    'SELECT id, rev, tries FROM quarantine WHERE url = ? AND direction = ? AND next <= ? ORDER BY next LIMIT ?',
  );
  const putOff = db.prepare(
    'UPDATE quarantine SET tries = tries + 1, next = ? WHERE url = ? AND direction = ? AND id = ? AND rev = ?',
  );
  const setReason = db.prepare(
    'UPDATE quarantine SET reason = ? WHERE url = ? AND direction = ? AND id = ? AND rev = ?',
  );
  const more = db.prepare<{ count: number; tries: number; next: number }>(
    'SELECT count, tries, next FROM quarantine_more WHERE url = ? AND direction = ?',
  );
  const addMore = db.prepare(`INSERT INTO quarantine_more (url, direction, count, tries, next) VALUES (?, ?, ?, 1, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`);
  // Not 0 before the end: a crash in between must not lose the fact that there are more.
  const beginMore = db.prepare(
    'UPDATE quarantine_more SET count = 1, tries = tries + 1, next = ? WHERE url = ? AND direction = ?',
  );
  const endMore = db.prepare('UPDATE quarantine_more SET count = count - 1 WHERE url = ? AND direction = ?');
  const dropMore = db.prepare('DELETE FROM quarantine_more WHERE url = ? AND direction = ? AND count <= 0');

  /** Sets a document aside; true if it was not before. */
  function add(direction: Direction, one: RejectedRevision, room: number): boolean {
    const key = keyOf(one);
    const isNew = known.get(url, direction, ...key) === undefined;
    const now = clock.now();
    // A document with an id too long to store is retried when it changes.
    const next = isWhole(one) ? now + backOff(1, waits) : Number.MAX_SAFE_INTEGER;
    if (isNew && room <= 0) addMore.run(url, direction, 1, now + backOff(1, waits));
    else put.get(url, direction, ...key, cut(one.reason, longest.reason), now, next);
    return isNew;
  }

  return {
    settle: (direction, ids, refused) =>
      db.transaction(() => {
        if (refused.length === 0 && any.get(url, direction) === undefined) return [];
        const kept = new Set(refused.map((one) => keyOf(one).join()));
        for (const id of new Set(ids))
          for (const row of ofDocument.all(url, direction, JSON.stringify(cut(id, longest.id))))
            if (!kept.has(`${row.id},${row.rev}`)) remove.run(url, direction, row.id, row.rev);
        let room = mostSetAside - (count.get(url, direction)?.n ?? 0);
        return refused.filter((one) => {
          const isNew = add(direction, one, room);
          if (isNew) room--;
          return isNew;
        });
      }),
    due: (direction, limit) =>
      db.transaction(() => {
        const now = clock.now();
        const rows = due.all(url, direction, now, limit);
        for (const { id, rev, tries } of rows) putOff.run(now + backOff(tries + 1, waits), url, direction, id, rev);
        return rows.map(({ id, rev }) => ({ id: textOf(id), rev: textOf(rev) }));
      }),
    tried: (direction, named, refused) =>
      db.transaction(() => {
        const still = new Map(refused.map((one) => [keyOf(one).join(), one.reason]));
        for (const one of named) {
          const key = keyOf(one);
          const reason = still.get(key.join());
          if (reason === undefined) remove.run(url, direction, ...key);
          else setReason.run(cut(reason, longest.reason), url, direction, ...key);
        }
      }),
    isFeedDue: (direction) =>
      db.transaction(() => {
        const row = more.get(url, direction);
        if (!row || row.next > clock.now()) return false;
        beginMore.run(clock.now() + backOff(row.tries + 1, waits), url, direction);
        return true;
      }),
    lookedAtFeed: (direction) =>
      db.transaction(() => {
        endMore.run(url, direction);
        dropMore.run(url, direction);
      }),
    list: (limit) => listSetAside(db, url, limit),
  };
}

/**
 * Makes quarantined documents of a connection due at once: all, or one, or one revision of it. Returns their number.
 * For commands, which may run beside a server.
 */
export function retrySetAside(db: Sqlite, url: string, id?: string, rev?: string): number {
  db.exec(tables);
  const [anId, aRev] = [id, rev].map((text) => (text === undefined ? null : JSON.stringify(text)));
  if (id === undefined) db.prepare('UPDATE quarantine_more SET next = 0 WHERE url = ?').run(url);
  const when = 'url = ?1 AND (?2 IS NULL OR id = ?2) AND (?3 IS NULL OR rev = ?3)';
  return db.prepare(`UPDATE quarantine SET next = 0 WHERE ${when}`).run(url, anId!, aRev!).changes;
}

/**
 * Whether a document of this server is in quarantine at a connection: only such a document may be removed as one of
 * another program.
 */
export function isSetAside(db: Sqlite, url: string, id: string): boolean {
  db.exec(tables);
  const asked = "SELECT 1 FROM quarantine WHERE url = ? AND direction = 'push' AND id = ?";
  return db.prepare(asked).get(url, JSON.stringify(id)) !== undefined;
}

/** Removes the quarantine of a connection. */
export function forgetSetAside(db: Sqlite, url: string): void {
  db.exec(tables);
  db.prepare('DELETE FROM quarantine WHERE url = ?').run(url);
  db.prepare('DELETE FROM quarantine_more WHERE url = ?').run(url);
}

/** The newest quarantined documents of a connection, at most `limit`, and their total number. */
export function listSetAside(db: Sqlite, url: string, limit = 2 * mostSetAside): ReturnType<Quarantine['list']> {
  db.exec(tables);
  const all = db.prepare<Columns>('SELECT * FROM quarantine WHERE url = ? ORDER BY since DESC, id, rev LIMIT ?');
  const total = db.prepare<{ n: number }>(`SELECT (SELECT count(*) FROM quarantine WHERE url = ?1)
    + (SELECT coalesce(sum(count), 0) FROM quarantine_more WHERE url = ?1) AS n`);
  const utc = (ms: number): string => new Date(Math.min(ms, 8.64e15)).toISOString();
  const documents = all.all(url, limit).map(({ direction, id, rev, reason, since, tries, next }) => ({
    ...{ id: textOf(id), rev: textOf(rev), reason, direction, tries },
    ...{ since: utc(since), next: utc(next) },
  }));
  return { documents, count: total.get(url)?.n ?? 0 };
}

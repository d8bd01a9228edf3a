/**
 * The only file that opens SQLite. It uses only exec, prepare, run, get, all and iterate, so that the binding can be
 * replaced here. A database opened for writing is durable: WAL, `synchronous=FULL`, `fullfsync` where available; when
 * `transaction` returns, its writes survive a power loss.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { PhotospoolError, type ErrorCode } from './errors.js';

/** The values that can be bound to a statement. The caller writes booleans as 0 and 1. */
export type SqlValue = string | number | bigint | null | Uint8Array;
/** A row by column name. */
export type Row = Record<string, SqlValue>;

/** A prepared statement; parameters are positional (`?`). */
export interface Statement<R = Row> {
  run(...values: SqlValue[]): { changes: number; lastInsertRowid: number | bigint };
  get(...values: SqlValue[]): R | undefined;
  all(...values: SqlValue[]): R[];
  iterate(...values: SqlValue[]): IterableIterator<R>;
}

/** An open database file. */
export interface Sqlite {
  /** Path of the file, or `:memory:`. */
  readonly path: string;
  exec(sql: string): void;
  /**
   * Prepares a statement, or returns the cached one for the same text. Running a cached statement again ends an
   * iteration over it, so use `all` if the body of the loop may run the same statement.
   */
  prepare<R = Row>(sql: string): Statement<R>;
  /**
   * Runs `work` in one IMMEDIATE transaction and commits it; an error rolls back and is rethrown. Inside a transaction
   * it joins that one. `work` must not be asynchronous.
   */
  transaction<T>(work: () => T): T;
  /** Runs `done` after the outermost transaction has committed, or at once outside a transaction. */
  afterCommit(done: () => void): void;
  /**
   * A different number in every transaction of this connection, 0 outside: values that hold for one transaction can be
   * cached by it.
   */
  readonly turn: number;
  close(): void;
}

/** Options of a database. */
export interface SqliteOptions {
  readOnly?: boolean;
  /** How long to wait for another process's transaction, in ms. Default 10,000. */
  busyTimeout?: number;
  /** `wal` (the default) for data, `delete` for a file that is only used as a lock. */
  journal?: 'wal' | 'delete';
  /** Overwrites deleted content with zeros, so that nothing of it stays in the file. Costs some writes. */
  secureDelete?: boolean;
}

/**
 * Opens a database file, creating it if needed.
 * @throws PhotospoolError `corrupt` if the file is not a SQLite database, `unusable` if it can't be opened,
 * `disk-full`, `locked`.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): Sqlite {
  return guard('open', path, () => {
    const db = new DatabaseSync(path, { readOnly: options.readOnly === true, timeout: options.busyTimeout ?? 10_000 });
    try {
      if (options.secureDelete) db.exec('PRAGMA secure_delete = ON');
      return wrap(db, path, options.readOnly !== true && options.journal !== 'delete');
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function wrap(db: InstanceType<typeof DatabaseSync>, path: string, durable: boolean): Sqlite {
  if (durable) {
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1;',
    );
    // 32 MiB: bulk writes write the same pages many times.
    db.exec('PRAGMA wal_autocheckpoint = 8000;');
  }
  db.exec(
    'PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456; PRAGMA cache_size = -32768;',
  );
  const statements = new Map<string, Statement>();
  let depth = 0;
  let turns = 0;
  let waiting: (() => void)[] = [];

  function transaction<T>(work: () => T): T {
    if (depth > 0) return work();
    db.exec('BEGIN IMMEDIATE');
    depth = 1;
    turns++;
    let result: T;
    try {
      result = work();
      db.exec('COMMIT');
    } catch (error) {
      waiting = [];
      // SQLite rolls back by itself on some errors (disk full); then nothing is left to roll back.
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    } finally {
      depth = 0;
    }
    const callbacks = waiting;
    waiting = [];
    for (const done of callbacks) done();
    return result;
  }

  return {
    path,
    get turn() {
      return depth > 0 ? turns : 0;
    },
    exec: (sql) => guard('write', path, () => db.exec(sql)),
    prepare<R>(sql: string) {
      const known = statements.get(sql);
      if (known) return known as Statement<R>;
      const statement = guard('prepare', path, () => db.prepare(sql));
      const guarded: Statement = {
        run: (...values) => guard('write', path, () => statement.run(...values)),
        get: (...values) => guard('read', path, () => statement.get(...values) as Row | undefined),
        all: (...values) => guard('read', path, () => statement.all(...values) as Row[]),
        iterate: (...values) => guard('read', path, () => statement.iterate(...values) as IterableIterator<Row>),
      };
      statements.set(sql, guarded);
      return guarded as Statement<R>;
    },
    transaction: (work) => guard('write', path, () => transaction(work)),
    afterCommit(done) {
      if (depth > 0) waiting.push(done);
      else done();
    },
    close: () => db.close(),
  };
}

/** By SQLite's primary result code (https://sqlite.org/rescode.html). */
const reasons: Record<number, [ErrorCode, string, string]> = {
  5: ['locked', 'another process is using it', 'Stop the other Photospool process, or wait until it has finished.'],
  6: ['locked', 'another process is using it', 'Stop the other Photospool process, or wait until it has finished.'],
  8: ['read-only', 'it is read-only', 'Make the file and its folder writable.'],
  10: ['io', 'the disk reported an error', 'Check the disk.'],
  11: ['corrupt', 'it is damaged', 'Restore it from a backup.'],
  13: ['disk-full', 'the disk is full', 'Free up some space. Photospool retries automatically.'],
  14: ['unusable', 'it could not be opened', 'Check that its folder exists and is writable.'],
  26: ['corrupt', 'it is not a Photospool library', 'Restore it from a backup.'],
};

/** Runs `work`; converts SQLite's errors to PhotospoolErrors and rethrows all others. */
function guard<T>(op: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') throw error;
    const known = reasons[error.errcode & 0xff];
    if (!known) throw error;
    throw new PhotospoolError(known[0], `Could not ${op} ${path}: ${known[1]}.`, {
      op,
      path,
      hint: known[2],
      cause: error,
    });
  }
}

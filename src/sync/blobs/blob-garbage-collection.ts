/**
 * Garbage collection of blobs: removes blobs that no document has named for a day: renditions of older recipes and of
 * purged photos, and incomplete downloads. Never touches originals. A local table keeps the time since when a blob is
 * unnamed; it survives a crash.
 */
import type { Blobs } from '../../archive/blob-store.js';
import type { Clock } from '../../base/clock.js';
import { toPhotospoolError } from '../../base/errors.js';
import { below, type Files } from '../../base/files.js';
import type { Log } from '../../base/log.js';
import type { Sqlite } from '../../base/sqlite.js';
import type { Exchange } from './blob-exchange.js';

/** The dependencies of the garbage collection. */
export interface SweepParts {
  db: Sqlite;
  blobs: Blobs;
  files: Files;
  exchange: Exchange;
  clock: Clock;
  log: Log;
}

/** Ms: how long a blob must be unnamed, the interval of collections, and the delay of the first one. */
const day = 86_400_000;
const between = 6 * 3_600_000;
const first = 10 * 60_000;

/** Runs periodically until the signal aborts. */
export async function sweepUnnamed(parts: SweepParts, signal: AbortSignal): Promise<void> {
  const { clock, log } = parts;
  for (let wait = first; ; wait = between) {
    await clock.sleep(wait, signal);
    if (signal.aborted) return;
    try {
      const removed = await sweepOnce(parts, signal);
      if (removed > 0) log.info({ removed }, 'Unreferenced blobs were removed.');
    } catch (error) {
      log.warn({ err: toPhotospoolError(error, 'sweep', 'the blobs') }, 'Unreferenced blobs could not be removed.');
    }
  }
}

/** Scans all blobs once; resolves to the number removed. */
export async function sweepOnce(parts: SweepParts, signal?: AbortSignal): Promise<number> {
  const { db, blobs, files, exchange, clock } = parts;
  db.exec('CREATE TABLE IF NOT EXISTS blob_unnamed (sha256 TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID');
  const since = db.prepare<{ since: number }>('SELECT since FROM blob_unnamed WHERE sha256 = ?');
  const note = db.prepare('INSERT OR IGNORE INTO blob_unnamed (sha256, since) VALUES (?, ?)');
  const forget = db.prepare('DELETE FROM blob_unnamed WHERE sha256 = ?');
  await exchange.untilWanted({ originals: 'none' }, 0, signal ?? new AbortController().signal);
  let removed = 0;
  for (const folder of (await files.list(blobs.folder)) ?? []) {
    for (const { name, path } of (await files.list(below(blobs.folder, folder.name))) ?? []) {
      if (signal?.aborted) return removed;
      const sha256 = /^([0-9a-f]{64})(?:\.part)?$/.exec(name)?.[1];
      if (sha256 === undefined) continue;
      const known = since.get(sha256);
      if (exchange.named.find(sha256)) {
        if (known) forget.run(sha256);
        continue;
      }
      note.run(sha256, clock.now());
      if (!known || clock.now() - known.since < day) continue;
      // Files written since then will soon be named by their documents.
      const seen = await files.stat(path);
      if (seen && clock.now() - seen.mtimeMs < day) continue;
      await files.remove(path);
      forget.run(sha256);
      removed++;
    }
  }
  return removed;
}

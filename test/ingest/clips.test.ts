/** Looking for films to make goes on whatever the disk says: a server whose disk is full goes on serving. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { silent } from '../../src/base/log.js';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openClips, type TranscodeParts } from '../../src/ingest/transcode-jobs.js';
import { openLibrary } from '../../src/library/library.js';

test('a full disk is reported once, ends nothing, and is retried', async () => {
  const db = openSqlite(':memory:');
  const library = openLibrary(db);
  const disk = { full: true, refused: 0, taken: 0 };
  const small: Sqlite = {
    ...db,
    transaction(work) {
      if (disk.full) {
        disk.refused++;
        throw new PhotospoolError('disk-full', 'Could not write the library: the disk is full.');
      }
      disk.taken++;
      return db.transaction(work);
    },
  };
  const told: string[] = [];
  const parts = {
    ...{ db: small, library, films: { missing: [] }, onChange: () => () => undefined },
    clock: { ...systemClock, sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(1, signal) },
    log: { ...silent, warn: (...[, text]: unknown[]) => void told.push(String(text)) },
  } as unknown as TranscodeParts;
  const clips = openClips(parts);
  expect(await clips.drain()).toBe(0);
  const stop = new AbortController();
  const watching = clips.watch(stop.signal);
  await expect.poll(() => disk.refused).toBeGreaterThan(3);
  expect(told).toEqual(['Could not write the library: the disk is full.']);
  disk.full = false;
  await expect.poll(() => disk.taken).toBeGreaterThan(0);
  disk.full = true;
  library.update('comment:1', () => ({ kind: 'comment', format: 1 }));
  await expect.poll(() => told.length).toBe(2);
  stop.abort();
  await watching;
});

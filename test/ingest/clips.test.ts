/** Looking for films to make goes on whatever the disk says: a server whose disk is full goes on serving. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { silent } from '../../src/base/log.js';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { house, itemId } from '../../src/document/item-id.js';
import type { Body } from '../../src/document/photo-document.js';
import { openClips, type TranscodeParts } from '../../src/ingest/transcode-jobs.js';
import { openLibrary } from '../../src/library/library.js';
import { photo } from '../document/documents.js';

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

test('the log has the hash of a video of the house, and nothing about one that a person holds', async () => {
  const db = openSqlite(':memory:');
  const library = openLibrary(db);
  const told: unknown[][] = [];
  const parts = {
    ...{ db, library, films: { missing: [] }, onChange: () => () => undefined, clock: systemClock },
    archive: {
      resolve(path: string): string {
        throw new PhotospoolError('undecodable', `${path} is no video.`, { cause: new Error(path) });
      },
    },
    log: { ...silent, warn: (...line: unknown[]) => void told.push(line) },
  } as unknown as TranscodeParts;
  const anna = '1'.padStart(26, '0');
  const bytes = { house: ['a'], anna: ['b'], both: ['c'] } as const;
  const put = (holder: string, [digit]: readonly [string]): void => {
    const sha256 = digit.repeat(64);
    const video = { type: 'video/mp4', seconds: 1 };
    library.update(
      itemId({ holder, sha256 }),
      () => photo({ facts: video, sighting: { server: library.server } }) as unknown as Body,
    );
    const path = `${sha256}.mp4`;
    library.local.originals.put({ sha256, path, claim: 'c', state: 'here', bytes: 1, modified: 0 });
  };
  for (const whose of [bytes.house, bytes.both]) put(house, whose);
  for (const whose of [bytes.anna, bytes.both]) put(anna, whose);
  await openClips(parts).drain();
  expect(told).toHaveLength(3);
  const naming = told.filter((line) => /[abc]{64}/.test(JSON.stringify(line)));
  expect(naming).toMatchObject([
    [{ sha256: 'a'.repeat(64), code: 'undecodable' }, expect.stringContaining('is no video')],
  ]);
  const others = told.filter((line) => !naming.includes(line));
  expect(new Set(others.map((line) => JSON.stringify(line)))).toEqual(
    new Set([JSON.stringify([{ stage: 'pictures', code: 'undecodable' }, 'A video could not be transcoded.'])]),
  );
});

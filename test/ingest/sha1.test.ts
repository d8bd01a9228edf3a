/** The SHA-1 of originals: stored at ingest, and computed for those from before. */
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.js';
import { silent } from '../../src/base/log.js';
import { hashMissing, keepHashing, type Sha1BacklogParts } from '../../src/ingest/sha1-backlog.js';
import { begin, type SmallHome } from './small-home.js';

const pathOf = ({ library, archive }: SmallHome, sha256: string): string =>
  archive.resolve(library.local.originals.find(sha256)!.path);
const sha1Of = (home: SmallHome, sha256: string): string =>
  createHash('sha1')
    .update(readFileSync(pathOf(home, sha256)))
    .digest('hex');

/** A home whose originals came in before their SHA-1 was stored; counts the reads, and each takes a second. */
async function older(count: number) {
  const home = await begin(count);
  home.db.exec('DELETE FROM original_sha1');
  let now = 0;
  const read: string[] = [];
  const rests: number[] = [];
  const clock: Clock = { now: () => now, sleep: (ms) => Promise.resolve(void rests.push(ms)) };
  const parts: Sha1BacklogParts = {
    ...home,
    ...{ clock, log: silent },
    files: {
      hash: (path, also) => {
        now += 1_000;
        read.push(path.toString());
        return home.files.hash(path, also);
      },
    },
  };
  return { home, parts, read, rests };
}

describe('the SHA-1 of an original', () => {
  it('can be stored after the transaction of the first one was rolled back', async () => {
    const { db, library } = await begin(0);
    const { sha1s } = library.local;
    const [sha256, sha1] = ['a'.repeat(64), 'b'.repeat(40)];
    const failing = (): void =>
      db.transaction(() => {
        sha1s.put(sha256, sha1);
        expect(sha1s.find(sha256)).toBe(sha1);
        throw new Error('disk full');
      });
    expect(failing).toThrow('disk full');
    expect(sha1s.find(sha256)).toBeUndefined();
    sha1s.put(sha256, sha1);
    expect(sha1s.find(sha256)).toBe(sha1);
  });

  it('is stored with its documents, and found by it', async () => {
    const home = await begin(2);
    const { sha1s } = home.library.local;
    for (const sha256 of home.hashes) {
      expect(sha1s.find(sha256)).toBe(sha1Of(home, sha256));
      expect(sha1s.having(sha1Of(home, sha256))).toEqual([sha256]);
    }
    expect(sha1s.having('0'.repeat(40))).toEqual([]);
    expect(sha1s.missing('')).toEqual([]);
  });

  it('goes with the row of an original that is removed', async () => {
    const home = await begin(1);
    const [sha256] = home.hashes as [string];
    home.library.local.originals.remove(sha256);
    expect(home.library.local.sha1s.find(sha256)).toBeUndefined();
  });

  it('is computed for older originals, once each, with rests between them', async () => {
    const { home, parts, read, rests } = await older(3);
    expect(home.library.local.sha1s.missing('')).toHaveLength(3);
    expect(await hashMissing(parts)).toBe(3);
    for (const sha256 of home.hashes) expect(home.library.local.sha1s.find(sha256)).toBe(sha1Of(home, sha256));
    expect(rests).toEqual([4_000, 4_000, 4_000]);
    expect(await hashMissing(parts)).toBe(0);
    expect(read).toHaveLength(3);
  });

  it('continues after an end in the middle without reading a file twice', async () => {
    const { parts, read } = await older(3);
    const ended = new AbortController();
    const clock: Clock = { ...parts.clock, sleep: () => Promise.resolve(ended.abort()) };
    expect(await hashMissing({ ...parts, clock }, ended.signal)).toBe(1);
    expect(await hashMissing(parts)).toBe(2);
    expect(new Set(read).size).toBe(3);
    expect(read).toHaveLength(3);
  });

  it('is not stored for a file that changed on the disk, which is read once', async () => {
    const { home, parts, read } = await older(2);
    const [changed, intact] = home.hashes as [string, string];
    chmodSync(pathOf(home, changed), 0o600);
    writeFileSync(pathOf(home, changed), 'other bytes');
    const known = new Set<string>();
    expect(await hashMissing(parts, undefined, known)).toBe(1);
    expect([...known]).toEqual([changed]);
    expect(await hashMissing(parts, undefined, known)).toBe(0);
    expect(read).toHaveLength(2);
    expect(home.library.local.sha1s.find(changed)).toBeUndefined();
    expect(home.library.local.sha1s.find(intact)).toBe(sha1Of(home, intact));
  });

  it('is computed later for a file that is missing for a while', async () => {
    const { home, parts } = await older(2);
    const [away] = home.hashes as [string];
    renameSync(pathOf(home, away), `${pathOf(home, away)}.away`);
    const changed = new Set<string>();
    expect(await hashMissing(parts, undefined, changed)).toBe(1);
    renameSync(`${pathOf(home, away)}.away`, pathOf(home, away));
    expect(await hashMissing(parts, undefined, changed)).toBe(1);
    expect(home.library.local.sha1s.find(away)).toBe(sha1Of(home, away));
  });

  it('is looked for again while the server runs, until it ends', async () => {
    const { home, parts, rests } = await older(1);
    const ended = new AbortController();
    const clock: Clock = {
      ...parts.clock,
      sleep: (ms) => {
        rests.push(ms);
        if (rests.length === 4) ended.abort();
        return Promise.resolve();
      },
    };
    await keepHashing({ ...parts, clock }, ended.signal);
    expect(rests).toEqual([30_000, 4_000, 3_600_000, 3_600_000]);
    expect(home.library.local.sha1s.missing('')).toEqual([]);
  });
});

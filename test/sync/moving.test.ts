/** Blobs of a long list: none is skipped or started twice, and the link does not wait for the disk between pages. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { openBlobPages, page, type Move, type BlobPage } from '../../src/sync/blobs/parallel-transfers.js';

interface One {
  sha256: string;
}
const ones = (count: number): One[] => Array.from({ length: count }, (_, n) => ({ sha256: `blob ${n}` }));
const never = new AbortController().signal;
const always = (): boolean => true;
/** Lets all pending work continue. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Goes through a list for the first time. */
const inPages = (
  read: (from?: number) => BlobPage<One, number>,
  possible: () => boolean,
  move: Move<One>,
  signal: AbortSignal,
): Promise<boolean> => openBlobPages(systemClock).move({ read, possible, move, signal });

/** A list from which transferred blobs disappear. */
function listOf(count: number): {
  read(skip?: number): BlobPage<One, number>;
  remove(one: One): void;
  reads: number[];
} {
  let left = ones(count);
  const reads: number[] = [];
  return {
    reads,
    read(skip = 0) {
      reads.push(skip);
      const list = left.slice(skip, skip + page);
      return { list, ...(list.length === page && { next: skip + page }) };
    },
    remove: ({ sha256 }) => void (left = left.filter((one) => one.sha256 !== sha256)),
  };
}

test('everything in a long list is transferred, each once', async () => {
  const list = listOf(5 * page + 7);
  const moved: string[] = [];
  const move: Move<One> = async (one, over) => {
    over();
    await turn();
    list.remove(one);
    moved.push(one.sha256);
    return true;
  };
  expect(await inPages(list.read, always, move, never)).toBe(true);
  expect([moved.length, new Set(moved).size]).toEqual([5 * page + 7, 5 * page + 7]);
  expect(await inPages(list.read, always, move, never)).toBe(false);
});

test('while the disk is busy with some, the connection continues with the next page, and repeats none', async () => {
  const list = listOf(2 * page);
  const [begun, onDisk]: [string[], (() => void)[]] = [[], []];
  const running = inPages(
    list.read,
    always,
    (one, over) => {
      begun.push(one.sha256);
      over();
      return new Promise((resolve) => {
        onDisk.push(() => {
          list.remove(one);
          resolve(true);
        });
      });
    },
    never,
  );
  // This many may be in progress; the disk releases some of them now and then.
  while (begun.length < 2 * page) {
    for (let n = 0; n < 20; n++) await turn();
    const inHand = onDisk.length;
    expect(inHand).toBeGreaterThan(64);
    onDisk.splice(0, 32).forEach((done) => done());
  }
  expect(list.reads.length).toBeGreaterThan(2);
  expect(new Set(begun).size).toBe(2 * page);
  onDisk.forEach((done) => done());
  expect(await running).toBe(true);
});

test('blobs that fail are skipped, and retried only if others were transferred', async () => {
  const list = listOf(3 * page);
  const tries = new Map<string, number>();
  const move: Move<One> = (one) => {
    tries.set(one.sha256, (tries.get(one.sha256) ?? 0) + 1);
    return Promise.resolve(false);
  };
  expect(await inPages(list.read, always, move, never)).toBe(false);
  expect(list.reads).toEqual([0, page, 2 * page, 3 * page]);
  expect([...tries.values()].every((n) => n === 1) && tries.size === 3 * page).toBe(true);
});

test('a long list without any available blob is traversed completely from time to time', async () => {
  const list = listOf(5 * page);
  let now = 0;
  const pages = openBlobPages({ ...systemClock, now: () => now });
  const wanted = new Set<string>();
  const look = async (isWhole = false): Promise<number[]> => {
    const before = list.reads.length;
    const read = (from?: number): BlobPage<One, number> => {
      now += 100;
      return list.read(from);
    };
    const possible = ({ sha256 }: One): boolean => wanted.has(sha256);
    const move: Move<One> = (one) => {
      list.remove(one);
      return Promise.resolve(true);
    };
    await pages.move({ read, possible, move, signal: never, isWhole });
    return list.reads.slice(before);
  };
  const whole = [0, page, 2 * page, 3 * page, 4 * page, 5 * page];
  expect(await look()).toEqual(whole);
  expect(await look()).toEqual([0]);
  // A blob at the front is transferred at once; one further down when its page is read.
  wanted.add('blob 3').add(`blob ${4 * page}`);
  expect(await look()).toEqual([0, 0]);
  // It is on the fourth page; then all five pages from the front.
  expect(await look(true)).toHaveLength(4 + 5);
  expect(await look()).toEqual([0]);
  now += 20_000;
  expect(await look()).toHaveLength(5);
});

test('the same bytes under two names are transferred once', async () => {
  let left = [...ones(3), ...ones(3)];
  let begun = 0;
  await inPages(
    () => ({ list: left }),
    always,
    async ({ sha256 }) => {
      begun++;
      await turn();
      left = left.filter((one) => one.sha256 !== sha256);
      return true;
    },
    never,
  );
  expect(begun).toBe(3);
});

test.each(['move', 'read'])('a failure to %s ends it after current transfers', async (what) => {
  let ended = 0;
  const list = listOf(page + 10);
  const read = (skip?: number): BlobPage<One, number> => {
    if (what === 'read' && list.reads.length > 0) throw new Error('The link was cut.');
    return list.read(skip);
  };
  const move: Move<One> = async ({ sha256 }, over) => {
    over();
    for (let n = 0; n < 10; n++) await turn();
    ended++;
    if (what === 'move' && sha256 === 'blob 3') throw new Error('The link was cut.');
    return true;
  };
  await expect(inPages(read, always, move, never)).rejects.toThrow('cut');
  const known = ended;
  for (let n = 0; n < 20; n++) await turn();
  expect(ended).toBe(known);
});

test('the signal ends it after current transfers', async () => {
  const stop = new AbortController();
  const list = listOf(page + 10);
  let ended = 0;
  const move: Move<One> = async (one) => {
    await turn();
    list.remove(one);
    if (++ended === 10) stop.abort();
    return true;
  };
  expect(await inPages(list.read, always, move, stop.signal)).toBe(true);
  expect(ended).toBeLessThan(20);
});

test('one that is transferred while a page with it is read is not transferred again', async () => {
  const list = listOf(3);
  const [moved, onDisk]: [string[], (() => void)[]] = [[], []];
  let reads = 0;
  // The second page is read before the first one is on the disk, and arrives after it.
  const read = async (): Promise<BlobPage<One, number>> => {
    const found = list.read();
    if (++reads === 2) {
      for (const end of onDisk) end();
      await turn();
    }
    return { list: found.list, ...(reads === 1 && { next: 0 }) };
  };
  const move: Move<One> = async (one, over) => {
    moved.push(one.sha256);
    over();
    await new Promise<void>((resolve) => onDisk.push(resolve));
    list.remove(one);
    return true;
  };
  await openBlobPages(systemClock).move({ read, possible: always, move, signal: never });
  expect(moved).toEqual(ones(3).map(({ sha256 }) => sha256));
});

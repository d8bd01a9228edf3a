/**
 * What every follower of the change feed relies on: every change is processed once, in order, in batches; the
 * checkpoint and the result commit together; a failure or crash leaves both unchanged; and following continues until it
 * is stopped.
 */
import { describe, expect, test } from 'vitest';
import { openListeners } from '../../src/base/async/listeners.js';
import type { Clock } from '../../src/base/clock.js';
import { PhotospoolError } from '../../src/base/errors.js';
import type { FeedChange } from '../../src/library/change-feed.js';
import { makeChanges } from '../../src/library/change-signal.js';
import {
  changeBatches,
  keepFollowing,
  numberCheckpoint,
  openChangeFollower,
  sequenceCheckpoint,
  type ChangeFollower,
} from '../../src/library/follow.js';
import type { Library } from '../../src/library/library.js';
import { memory, type Opened } from './libraries.js';

const name = 'test.followed';
const put = (library: Library, ...ids: string[]): void => {
  for (const id of ids) library.update(id, (body) => ({ format: 1, kind: 'note', n: Number(body?.['n'] ?? 0) + 1 }));
};

/** A follower that records what it processes, in a table next to its checkpoint. */
function following(
  { library, db }: Opened,
  fails: () => boolean = () => false,
): ChangeFollower & { taken(): string[] } {
  db.exec('CREATE TABLE IF NOT EXISTS taken (id TEXT)');
  const note = db.prepare('INSERT INTO taken VALUES (?)');
  const follower = openChangeFollower({
    library,
    checkpoint: numberCheckpoint(library.local, name),
    batch: 2,
    transaction: (work) => db.transaction(work),
    take(changes) {
      for (const { id } of changes) note.run(id);
      if (fails()) throw new PhotospoolError('disk-full', 'The disk is full.');
    },
  });
  return {
    ...follower,
    taken: () =>
      db
        .prepare<{ id: string }>('SELECT id FROM taken')
        .all()
        .map(({ id }) => id),
  };
}

describe('catching up with the feed', () => {
  test('processes each document once, in the order of its newest change, in batches', async () => {
    const opened = memory();
    put(opened.library, 'a', 'b', 'c', 'a', 'd');
    const follower = following(opened);
    expect(await follower.step()).toBe(true);
    expect(follower.taken()).toEqual(['b', 'c']);
    expect(await follower.catchUp()).toBe(true);
    expect(follower.taken()).toEqual(['b', 'c', 'a', 'd']);
    expect(await follower.catchUp()).toBe(false);
    put(opened.library, 'b');
    expect(await follower.catchUp()).toBe(true);
    expect(follower.taken()).toEqual(['b', 'c', 'a', 'd', 'b']);
  });

  test('a failed batch leaves neither results nor checkpoint, and is repeated', async () => {
    const opened = memory();
    put(opened.library, 'a', 'b', 'c');
    let calls = 0;
    const follower = following(opened, () => ++calls === 2);
    await expect(follower.catchUp()).rejects.toThrow('The disk is full.');
    expect(follower.taken()).toEqual(['a', 'b']);
    expect(opened.library.local.setting(name)).toBe('2');
    expect(await follower.catchUp()).toBe(true);
    expect(follower.taken()).toEqual(['a', 'b', 'c']);
  });

  test('another follower continues where the last one was killed', async () => {
    const opened = memory();
    put(opened.library, 'a', 'b', 'c');
    await following(opened).step();
    const next = following(opened);
    await next.catchUp();
    expect(next.taken()).toEqual(['a', 'b', 'c']);
  });

  test('ends at the feed’s position when it started, whatever is added meanwhile, and yields in between', async () => {
    const { library } = memory();
    put(library, 'a', 'b', 'c');
    const taken: string[] = [];
    let turns = 0;
    const follower = openChangeFollower({
      library,
      checkpoint: numberCheckpoint(library.local, name),
      batch: 1,
      take: (changes) => {
        taken.push(...changes.map(({ id }) => id));
        setImmediate(() => turns++);
        put(library, `later ${taken.length}`);
        return Promise.resolve();
      },
    });
    await follower.catchUp();
    expect(taken).toEqual(['a', 'b', 'c']);
    expect(turns).toBe(2);
  });

  test('without a transaction the checkpoint advances after the batch', async () => {
    const { library } = memory();
    put(library, 'a');
    let end = (): void => undefined;
    const follower = openChangeFollower({
      library,
      checkpoint: numberCheckpoint(library.local, name),
      take: () => new Promise<void>((resolve) => (end = resolve)),
    });
    const done = follower.catchUp();
    await new Promise((resolve) => setImmediate(resolve));
    expect(library.local.setting(name)).toBeUndefined();
    end();
    await done;
    expect(library.local.setting(name)).toBe('1');
  });

  test('nothing is read if the checkpoint is at the end', async () => {
    const { library } = memory();
    put(library, 'a');
    let taken = 0;
    const follower = openChangeFollower({
      library,
      checkpoint: { get: () => undefined, set: () => taken++ },
      take: () => (taken++, Promise.resolve()),
    });
    expect(await follower.step()).toBe(false);
    await follower.catchUp();
    expect(taken).toBe(0);
  });
});

test('starts again if the restored library lacks the sequence', async () => {
  const [one, other] = [memory(), memory({}, 9)];
  put(one.library, 'a', 'b');
  put(other.library, 'a', 'b', 'c');
  const taken: string[] = [];
  const follow = (library: Library): Promise<boolean> =>
    openChangeFollower({
      library,
      checkpoint: sequenceCheckpoint(library, one.library.local, name),
      take: (changes) => Promise.resolve(void taken.push(...changes.map(({ id }) => id))),
    }).catchUp();
  await follow(one.library);
  put(one.library, 'c');
  await follow(one.library);
  expect(taken).toEqual(['a', 'b', 'c']);
  // As after a restore: the same numbers, and another epoch.
  await follow(other.library);
  expect(taken.slice(3)).toEqual(['a', 'b', 'c']);
});

test('batches of changes end at a change, and contain nothing after it', async () => {
  const { library } = memory();
  put(library, 'a', 'b', 'c');
  const found: FeedChange[] = [];
  for await (const changes of changeBatches(library, 1, 2)) found.push(...changes);
  expect(found.map(({ id }) => id)).toEqual(['b']);
});

describe('following', () => {
  /** A clock that records the duration of sleeps; a sleep ends at its signal, or by `wake`. */
  function sleeper(): { clock: Clock; slept: number[]; wake(): void } {
    const slept: number[] = [];
    let wake = (): void => undefined;
    const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        slept.push(ms);
        wake = resolve;
        signal?.addEventListener('abort', () => resolve());
      });
    return { clock: { now: () => 0, sleep }, slept, wake: () => wake() };
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('runs at once, after a change, and periodically; a change during a run is not missed', async () => {
    const { clock, slept, wake } = sleeper();
    const stop = new AbortController();
    const { on, notify } = makeChanges();
    let [calls, end] = [0, (): void => undefined];
    const parts = { events: [on], clock, look: 50, signal: stop.signal };
    const done = keepFollowing(parts, () => {
      calls++;
      return calls === 2 ? new Promise<void>((resolve) => (end = resolve)) : Promise.resolve();
    });
    await turn();
    expect([calls, slept]).toEqual([1, [50]]);
    notify();
    await turn();
    await turn();
    expect(calls).toBe(2);
    notify();
    await turn();
    end();
    await turn();
    expect([calls, slept]).toEqual([3, [50, 50]]);
    wake();
    await turn();
    expect(calls).toBe(4);
    stop.abort();
    await done;
    expect(calls).toBe(4);
  });

  test('a failure is reported, and retried with back-off', async () => {
    const { clock, slept, wake } = sleeper();
    const stop = new AbortController();
    const told: string[] = [];
    let calls = 0;
    const failed = ({ code }: PhotospoolError): void => void told.push(code);
    const done = keepFollowing({ events: [], clock, look: 50, signal: stop.signal, failed }, () =>
      ++calls < 3 ? Promise.reject(new PhotospoolError('disk-full', 'The disk is full.')) : Promise.resolve(),
    );
    for (let n = 0; n < 2; n++) {
      await turn();
      wake();
    }
    await turn();
    expect([calls, told, slept]).toEqual([3, ['disk-full', 'disk-full'], [1_000, 2_000, 50]]);
    stop.abort();
    await done;
  });

  test('without a failure handler, the first one ends it, and no listener remains', async () => {
    const { on, size } = openListeners();
    const parts = { events: [on], clock: sleeper().clock, look: 50, signal: new AbortController().signal };
    await expect(keepFollowing(parts, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(size()).toBe(0);
  });
});

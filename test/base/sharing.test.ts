/** Work shared by several callers: each is covered by a run that began after its call, or learns that it failed. */
import { describe, expect, test } from 'vitest';
import { gather, shareNext } from '../../src/base/async/single-flight.js';

/** Work that ends when the test says so. */
function held(): {
  begun: string[];
  work: (key: string) => Promise<void>;
  end(error?: Error): Promise<void>;
} {
  const begun: string[] = [];
  const ends: ((error?: Error) => void)[] = [];
  return {
    begun,
    work(key) {
      begun.push(key);
      return new Promise((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())));
    },
    async end(error) {
      ends.shift()!(error);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('shareNext', () => {
  test('a call during a run gets the next run, together with others', async () => {
    const { begun, work, end } = held();
    const share = shareNext((key: string) => key, work);
    const ended: number[] = [];
    const ask = (n: number): void => void share('a').then(() => ended.push(n));
    ask(1);
    ask(2);
    ask(3);
    expect(begun).toEqual(['a']);
    await end();
    expect(ended).toEqual([1]);
    expect(begun).toEqual(['a', 'a']);
    // The second run has already started at this call.
    ask(4);
    await end();
    expect(ended).toEqual([1, 2, 3]);
    expect(begun).toEqual(['a', 'a', 'a']);
    await end();
    expect(ended).toEqual([1, 2, 3, 4]);
    ask(5);
    expect(begun).toHaveLength(4);
    await end();
    expect(ended).toHaveLength(5);
  });

  test('calls with other keys do not wait', () => {
    const { begun, work } = held();
    const share = shareNext((key: string) => key, work);
    void share('a');
    void share('b');
    expect(begun).toEqual(['a', 'b']);
  });

  test('a failed run fails only for its own callers', async () => {
    const { work, end } = held();
    const share = shareNext((key: string) => key, work);
    const all = Promise.allSettled([share('a'), share('a'), share('a')]);
    await end(new Error('disk'));
    const late = share('a');
    await end();
    await end();
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    await late;
  });
});

describe('gather', () => {
  const done = { status: 'fulfilled', value: undefined } as const;

  test('concurrent items run in one batch, later ones in the next', async () => {
    const calls: number[][] = [];
    const { work, begun, end } = held();
    const add = gather(async (all: readonly number[]) => {
      calls.push([...all]);
      await work('');
      return all.map(() => done);
    });
    const first = [add(1), add(2), add(3)];
    await expect.poll(() => begun.length).toBe(1);
    const second = [add(4), add(5)];
    await end();
    await Promise.all(first);
    await expect.poll(() => begun.length).toBe(2);
    await end();
    await Promise.all(second);
    expect(calls).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  test('each caller gets its result; a failed batch fails for its callers, and the next continues', async () => {
    let broken = false;
    const add = gather((all: readonly number[]) => {
      if (broken) throw new Error('disk');
      return Promise.resolve(
        all.map((n) => (n > 1 ? ({ status: 'rejected', reason: new Error('taken') } as const) : done)),
      );
    });
    const each = await Promise.allSettled([add(1), add(2)]);
    expect(each.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    broken = true;
    const all = await Promise.allSettled([add(1), add(1)]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    broken = false;
    await add(1);
  });
});

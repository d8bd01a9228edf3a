/** Waiting ends with its signal, even for work that ignores it. */
import { expect, test } from 'vitest';
import { partsUntil, untilAborted } from '../../src/base/async/abortable.js';

const never = (): Promise<never> => new Promise(() => undefined);

test('endless work is ended by any of the signals, with its reason', async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = untilAborted([first.signal, second.signal], never());
  second.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(untilAborted([second.signal], never())).rejects.toThrow('enough');
});

test('work that ends by itself returns its result', async () => {
  const { signal } = new AbortController();
  expect(await untilAborted([signal], Promise.resolve(7))).toBe(7);
  await expect(untilAborted([signal], Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('a hanging stream is abandoned, and a partly read one is closed', async () => {
  const control = new AbortController();
  let closed = 0;
  async function* source(): AsyncGenerator<number> {
    try {
      yield 1;
      yield 2;
      await never();
    } finally {
      closed++;
    }
  }
  const seen: number[] = [];
  const reading = (async () => {
    for await (const part of partsUntil([control.signal], source())) {
      seen.push(part);
      if (part === 2) setImmediate(() => control.abort(new Error('enough')));
    }
  })();
  await expect(reading).rejects.toThrow('enough');
  expect(seen).toEqual([1, 2]);
  for await (const part of partsUntil([new AbortController().signal], source())) if (part === 1) break;
  expect(closed).toBe(1);
});

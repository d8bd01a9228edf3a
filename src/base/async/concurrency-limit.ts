/** Limits how many tasks run concurrently; the others wait in FIFO order. Nothing on disk. */

/** Runs `work` when a slot is free; returns its result or rejects with its error. */
export type Pool = <T>(work: () => Promise<T>) => Promise<T>;

/** Opens a pool with `size` slots. */
export function openPool(size: number): Pool {
  const waiting: (() => void)[] = [];
  let free = size;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

/**
 * Bounds how many pieces of work run at once; the others wait in the order they came. Nothing on disk.
 */

/** Runs `work` when a place is free and gives its result, or what it throws. */
export type Pool = <T>(work: () => Promise<T>) => Promise<T>;

/** Opens a pool with `size` places. */
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

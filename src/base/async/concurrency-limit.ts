/** Limits how many tasks run concurrently; the others wait in FIFO order. Nothing on disk. */

/**
 * Runs `work` when a slot is free; returns its result or rejects with its error. `work` may free its slot before it
 * ends.
 */
export type Pool = <T>(work: (free: () => void) => Promise<T>) => Promise<T>;

/** Opens a pool with `size` slots. */
export function openPool(size: number): Pool {
  const waiting: (() => void)[] = [];
  let left = size;

  /** Frees one slot, once. */
  function openSlot(): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const next = waiting.shift();
      if (next) next();
      else left++;
    };
  }

  return async (work) => {
    if (left > 0) left--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const free = openSlot();
    try {
      return await work(free);
    } finally {
      free();
    }
  };
}

/**
 * The times of last use, written lazily: at most once per `every`, and never while a request waits. A crash loses only
 * the latest of these times.
 */
import { inLaterTurn } from '../base/async/yield.js';
import type { Clock } from '../base/clock.js';

/** Lazily written times of use. */
export interface Touches {
  /** Records a use now. `last` is the stored time, ms. */
  touch(id: string, last: number): void;
  /** Writes pending times. */
  flush(): void;
}

/** The maximum number of ids in memory; beyond it all are dropped, and written once more often. */
const most = 10_000;

/** Opens lazy times; `write` stores one, `failed` is called with its errors. */
export function openTouches(
  clock: Pick<Clock, 'now'>,
  every: number,
  write: (id: string, at: number) => void,
  failed: (error: unknown) => void,
): Touches {
  const noted = new Map<string, number>();
  const due = new Map<string, number>();

  function flush(): void {
    const all = [...due];
    due.clear();
    try {
      for (const [id, at] of all) write(id, at);
    } catch (error) {
      failed(error);
    }
  }

  return {
    touch(id, last) {
      const now = clock.now();
      if (now - Math.max(last, noted.get(id) ?? 0) < every) return;
      if (noted.size >= most) noted.clear();
      noted.set(id, now);
      if (due.size === 0) inLaterTurn(flush);
      due.set(id, now);
    },
    flush,
  };
}

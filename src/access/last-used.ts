/**
 * When something was last used, written lazily: at most once per `every`, and never while a request waits for it. A crash
 * loses the last of these times and nothing else.
 */
import { inLaterTurn } from '../base/async/yield.js';
import type { Clock } from '../base/clock.js';

/** Lazily written times of use. */
export interface Touches {
  /** Notes a use now. `last` is the time that is written, ms. */
  touch(id: string, last: number): void;
  /** Writes what was noted. */
  flush(): void;
}

/** How many ids are remembered; past that all are forgotten, and written once more. */
const most = 10_000;

/** Opens lazy times; `write` puts one into its table, `failed` hears what it throws. */
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

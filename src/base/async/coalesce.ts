/**
 * Puts bursts together: the first call works at once, those that come while it works or rests are one call after it.
 */
import type { Clock } from '../clock.js';

/** Something to be done soon. */
export interface Coalescer {
  /** Asks for the work. */
  ask(): void;
  /** Nothing is begun any more; a rest ends at once. */
  close(): void;
}

/**
 * Opens one that works at most every `rest` ms. Work that fails is told to `failed`, and is not begun again until
 * asked for.
 */
export function openCoalescer(
  clock: Clock,
  rest: number,
  work: () => Promise<void>,
  failed: (error: unknown) => void,
): Coalescer {
  const ended = new AbortController();
  let wanted = false;
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (wanted && !ended.signal.aborted) {
      wanted = false;
      await work().catch(failed);
      await clock.sleep(rest, ended.signal);
    }
    running = false;
  }

  return {
    ask() {
      wanted = true;
      if (!running) void run();
    },
    close: () => ended.abort(),
  };
}

/**
 * Coalesces bursts of calls: the first call starts the work at once; all calls while it runs or pauses start it once
 * more.
 */
import type { Clock } from '../clock.js';

/** Work that is started on request and coalesced. */
export interface Coalescer {
  /** Requests a run. */
  ask(): void;
  /** Starts no further run; a pause ends at once. */
  close(): void;
}

/**
 * Runs the work at most once every `rest` ms. An error goes to `failed`; the work does not run again until it is
 * requested.
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

/**
 * A bandwidth limit for all blobs of a server together, in bytes per second: each chunk waits until the time for the
 * bytes before it has passed. Without a limit, streams pass unchanged.
 */
import type { Clock } from '../../base/clock.js';
import type { Throttle } from './remote-blobs.js';

/** Creates the limit; `rate` in bytes per second, 0 for none. */
export function makeThrottle(rate: number, clock: Clock): Throttle {
  if (rate <= 0) return (source) => source;
  // At most one second per chunk at any rate: a stream without data counts as dead.
  const piece = Math.max(1, Math.floor(rate));
  let free = 0;
  return async function* (source) {
    for await (const part of source) {
      for (let at = 0; at < part.length; at += piece) {
        const bytes = part.subarray(at, at + piece);
        const now = clock.now();
        free = Math.max(free, now) + (bytes.length / rate) * 1000;
        if (free - now > 1) await clock.sleep(free - now);
        yield bytes;
      }
    }
  };
}

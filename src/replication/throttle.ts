/**
 * A limit for all blobs of a server together, in bytes per second: each piece waits until the bytes before it have had
 * their time. Without a limit, streams pass as they are.
 */
import type { Clock } from '../base/clock.js';
import type { Throttle } from './carrier.js';

/** Makes the limit; `rate` in bytes per second, 0 for none. */
export function makeThrottle(rate: number, clock: Clock): Throttle {
  if (rate <= 0) return (source) => source;
  let free = 0;
  return async function* (source) {
    for await (const part of source) {
      const now = clock.now();
      free = Math.max(free, now) + (part.length / rate) * 1000;
      if (free - now > 1) await clock.sleep(free - now);
      yield part;
    }
  };
}

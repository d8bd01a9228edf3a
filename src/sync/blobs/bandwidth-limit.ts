/**
 * A limit for all blobs of a server together, in bytes per second: each piece waits until the bytes before it have had
 * their time. Without a limit, streams pass as they are.
 */
import type { Clock } from '../../base/clock.js';
import type { Throttle } from './blob-transport.js';

/** Makes the limit; `rate` in bytes per second, 0 for none. */
export function makeThrottle(rate: number, clock: Clock): Throttle {
  if (rate <= 0) return (source) => source;
  // So that something moves every second, however slow: a silent stream is taken for a dead one.
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

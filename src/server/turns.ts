/**
 * Who may work on an upload: one request at a time, in place of @tus/server's own lock, which looks again and again as fast
 * as it can. Who holds it is asked to end when the next one comes: mostly it is the same client, whose connection broke without
 * our noticing.
 */
import type { Locker } from '@tus/server';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';

interface Held {
  askToEnd: () => unknown;
  ended: Promise<void>;
  end: () => void;
}

/** How long a request waits for its turn, in ms. */
const patience = 30_000;

/** Makes the locks. Waiting too long throws PhotospoolError `locked`. */
export function makeTurns(clock: Clock): Locker {
  const held = new Map<string, Held>();
  return {
    newLock: (id) => ({
      async lock(signal, askToEnd) {
        const done = new AbortController();
        const over = clock.sleep(patience, AbortSignal.any([signal, done.signal])).then(() => done.abort());
        for (let other = held.get(id); other; other = held.get(id)) {
          void other.askToEnd();
          await Promise.race([other.ended, over]);
          if (!done.signal.aborted) continue;
          throw new PhotospoolError('locked', 'An earlier request of this upload has not ended yet.', {
            hint: 'Try again in a moment.',
          });
        }
        done.abort();
        let end = (): void => undefined;
        const ended = new Promise<void>((resolve) => (end = resolve));
        held.set(id, { askToEnd, ended, end });
      },
      unlock() {
        held.get(id)?.end();
        held.delete(id);
        return Promise.resolve();
      },
    }),
  };
}

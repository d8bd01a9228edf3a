/**
 * The locks of uploads: one request at a time works on an upload. Whoever holds the lock is asked to end when the next
 * request comes: mostly it is the same client, whose connection broke without our noticing. Locks live in memory only.
 */
import type { Clock } from '../../base/clock.js';
import { PhotospoolError } from '../../base/errors.js';

interface Held {
  askToEnd: () => void;
  ended: Promise<void>;
}

/** How long a request waits for the lock, in ms. */
const patience = 30_000;

/** Runs `work` while it alone holds the lock of `id`. @throws PhotospoolError `locked` after 30 s, and what `work` throws. */
export type RunLocked = <T>(id: string, askToEnd: () => void, work: () => Promise<T>) => Promise<T>;

/** Makes the locks. */
export function makeUploadLocks(clock: Clock): RunLocked {
  const held = new Map<string, Held>();

  return async (id, askToEnd, work) => {
    const [answered, late] = [new AbortController(), new AbortController()];
    const over = clock.sleep(patience, answered.signal).then(() => late.abort());
    // Nothing is awaited between the last look and taking the lock: of two that wait, one takes it.
    for (let other = held.get(id); other; other = held.get(id)) {
      other.askToEnd();
      await Promise.race([other.ended, over]);
      if (!late.signal.aborted) continue;
      throw new PhotospoolError('locked', 'An earlier request of this upload has not ended yet.', {
        hint: 'Try again in a moment.',
      });
    }
    answered.abort();
    let end = (): void => undefined;
    held.set(id, { askToEnd, ended: new Promise((resolve) => (end = resolve)) });
    try {
      return await work();
    } finally {
      held.delete(id);
      end();
    }
  };
}

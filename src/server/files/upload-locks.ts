/**
 * Upload locks: one request at a time works on an upload. The holder of a lock is requested to end when the next
 * request arrives: usually it is the same client, after its connection broke unnoticed. Locks live in memory only.
 */
import type { Clock } from '../../base/clock.js';
import { PhotospoolError } from '../../base/errors.js';

interface Held {
  askToEnd: () => void;
  ended: Promise<void>;
}

/** How long a request waits for the lock, in ms. */
const patience = 30_000;

/** Runs `work` while holding the lock of `id`. @throws PhotospoolError `locked` after 30 s, and the error of `work`. */
export type RunLocked = <T>(id: string, askToEnd: () => void, work: () => Promise<T>) => Promise<T>;

/** Creates the locks. */
export function makeUploadLocks(clock: Clock): RunLocked {
  const held = new Map<string, Held>();

  return async (id, askToEnd, work) => {
    const [answered, late] = [new AbortController(), new AbortController()];
    const over = clock.sleep(patience, answered.signal).then(() => late.abort());
    // No await between the last check and taking the lock: of two waiters, one gets it.
    for (let other = held.get(id); other; other = held.get(id)) {
      other.askToEnd();
      await Promise.race([other.ended, over]);
      if (!late.signal.aborted) continue;
      throw new PhotospoolError('locked', 'An earlier request for this upload is still running.', {
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

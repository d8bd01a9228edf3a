/**
 * Computes the SHA-1 of older originals of a home in the background while the server runs. The next start continues
 * after a crash.
 */
import { systemClock as clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { keepHashing } from '../ingest/sha1-backlog.js';
import type { Home } from './open-home.js';

/** Starts it; the returned function ends it after the current file. */
export function startHashing(home: Home, log: Log): () => Promise<void> {
  const ended = new AbortController();
  const hashing = keepHashing({ ...home, clock, log }, ended.signal);
  return async () => {
    ended.abort();
    await hashing;
  };
}

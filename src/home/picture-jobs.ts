/**
 * Makes the pictures of edited photos of a home in the background while the server runs. After a crash, the next start
 * makes what is missing.
 */
import { systemClock as clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { openDevelopJobs } from '../ingest/develop-jobs.js';
import type { Home } from './open-home.js';

/** Starts it; the returned function ends it after the pictures in hand. */
export function startDeveloping(home: Home, log: Log): () => Promise<void> {
  const { changes, decoders, config } = home;
  const ended = new AbortController();
  const jobs = openDevelopJobs({
    ...home,
    clock,
    log,
    lanes: config.workers,
    render: (path, format, asIs, develop) => decoders.render(path, format, asIs, develop),
    onChange: changes.on,
  });
  const watching = jobs.watch(ended.signal);
  return async () => {
    ended.abort();
    await watching;
  };
}

/**
 * Makes the pictures of edited photos of a home in the background while the server runs. After a crash, the next start
 * makes the missing pictures.
 */
import { systemClock as clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Catalog } from '../catalog/catalog.js';
import { openDevelopJobs } from '../ingest/develop-jobs.js';
import type { Home } from './open-home.js';

/** The other files of a shot: the RAW or the JPEG; the clip of a Live Photo, or its photos. All by public id. */
export function filesBeside(catalog: Pick<Catalog, 'clipOf' | 'photosWith' | 'stackOf'>, id: string): string[] {
  const clip = catalog.clipOf(id);
  return [...catalog.stackOf(id), ...(clip ? [clip.id] : []), ...catalog.photosWith(id)];
}

/** Starts it; the returned function ends it after the current pictures. */
export function startDeveloping(home: Home, log: Log): () => Promise<void> {
  const { catalog, changes, config, decoders, follower } = home;
  const ended = new AbortController();
  const jobs = openDevelopJobs({
    ...home,
    clock,
    log,
    lanes: config.workers,
    render: (path, format, asIs, develop) => decoders.render(path, format, asIs, develop),
    indexed: () => follower.catchUp(),
    filesBeside: (id) => filesBeside(catalog, id),
    onChange: changes.on,
  });
  const watching = jobs.watch(ended.signal);
  return async () => {
    ended.abort();
    await watching;
  };
}

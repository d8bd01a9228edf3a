/**
 * Computes the SHA-1 of originals that were imported before it was stored at ingest, or that came from another server.
 * One file at a time, with pauses four times as long as the work. The stored hashes are the only progress: after a
 * crash, only the current file is read again. A temporarily missing file is retried.
 */
import type { Archive } from '../archive/archive.js';
import type { Clock } from '../base/clock.js';
import { sentence, toPhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import { openLogOnce } from '../base/async/log-once.js';
import type { Library } from '../library/library.js';

/** The dependencies of the backlog. */
export interface Sha1BacklogParts {
  library: Pick<Library, 'local'>;
  archive: Pick<Archive, 'resolve'>;
  files: Pick<Files, 'hash'>;
  clock: Clock;
  log: Log;
}

/** The delay before the first file after a start, and between two checks for new ones, in ms. */
const [delay, pause] = [30_000, 3_600_000];
/** The pause after a file, as a multiple of the time that it took, and its minimum, in ms. */
const [share, least] = [4, 50];

/** Computes the missing hashes, and checks again every hour, until the signal aborts. Never rejects. */
export async function keepHashing(parts: Sha1BacklogParts, signal: AbortSignal): Promise<void> {
  const { clock, log } = parts;
  const troubles = openLogOnce();
  const changed = new Set<string>();
  await clock.sleep(delay, signal);
  while (!signal.aborted) {
    try {
      await hashMissing(parts, signal, changed);
      troubles.over();
    } catch (error) {
      const failure = toPhotospoolError(error, 'hash', 'originals');
      if (troubles.tell(sentence(failure))) log.warn({ code: failure.code }, sentence(failure));
    }
    await clock.sleep(pause, signal);
  }
}

/**
 * Computes the missing hashes, in one pass; resolves to the number of stored ones. Files that can't be read now are
 * left to the next pass. Files that changed are added to `changed` and not read again: `verify` reports them.
 */
export async function hashMissing(
  { library, archive, files, clock }: Sha1BacklogParts,
  signal?: AbortSignal,
  changed = new Set<string>(),
): Promise<number> {
  const { sha1s } = library.local;
  let made = 0;
  let after = '';
  for (let rows = sha1s.missing(after); rows.length > 0; rows = sha1s.missing(after)) {
    for (const { sha256, path } of rows) {
      if (signal?.aborted === true) return made;
      after = sha256;
      if (changed.has(sha256) || sha1s.find(sha256) !== undefined) continue;
      const began = clock.now();
      // It can't be read now: its disk may be disconnected.
      const found = await files.hash(archive.resolve(path), 'sha1').catch(() => undefined);
      if (found?.sha1 !== undefined && found.sha256 === sha256) {
        sha1s.put(sha256, found.sha1);
        made++;
      } else if (found) changed.add(sha256);
      await clock.sleep(Math.max(least, share * (clock.now() - began)), signal);
    }
  }
  return made;
}

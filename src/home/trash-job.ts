/**
 * Deletes photos that were in the trash for the chosen days, while the server runs: some minutes after its start, when
 * the machine has set its clock, and then once an hour (album/automatic-deletion.ts). After an error or a crash, the
 * next run continues.
 */
import type { Access } from '../access/access.js';
import { deleteOld } from '../album/automatic-deletion.js';
import { openLogOnce } from '../base/async/log-once.js';
import { systemClock, type Clock } from '../base/clock.js';
import { sentence, toPhotospoolError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Home } from './open-home.js';

/** The delay before the first run after a start, and between two runs, in ms. */
const [delay, pause] = [300_000, 3_600_000];

/** The required parts of a home and its access. */
type TrashJobParts = Pick<Home, 'library' | 'catalog' | 'archive'> & Pick<Access, 'senders' | 'audit'>;

/** Starts it; the returned function ends it after the current photo. */
export function startDeleting(parts: TrashJobParts, log: Log, clock: Clock = systemClock): () => Promise<void> {
  const ended = new AbortController();
  const deleting = keepDeleting(parts, { log, clock, signal: ended.signal });
  return async () => {
    ended.abort();
    await deleting;
  };
}

/** Never rejects. */
async function keepDeleting(
  parts: TrashJobParts,
  { log, clock, signal }: { log: Log; clock: Clock; signal: AbortSignal },
): Promise<void> {
  const troubles = openLogOnce();
  await clock.sleep(delay, signal);
  while (!signal.aborted) {
    try {
      const purged = await deleteOld({ ...parts, now: clock.now() }, signal);
      if (purged > 0) log.info({ purged }, 'Photos were deleted that had been in the trash for the chosen days.');
      troubles.over();
    } catch (error) {
      const failure = toPhotospoolError(error, 'delete', 'trash');
      if (troubles.tell(sentence(failure))) log.warn({ code: failure.code }, sentence(failure));
    }
    await clock.sleep(pause, signal);
  }
}

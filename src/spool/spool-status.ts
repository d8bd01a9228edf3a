/**
 * The state of the spool: as its processor knows it, or read from the disk without changing it if no server runs. In
 * the latter, a claim without an error in its record is being processed by another process, or left over from a killed
 * one.
 */
import { join } from 'node:path';
import { systemClock } from '../base/clock.js';
import { printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Hand } from './claim-worker.js';
import { openInbox, type IncomingFiles } from './incoming-files.js';
import { itemName, parseItem } from './claim-record.js';
import { idleStatus, type SpoolStatus, type StuckItem, type WorkItem } from './spool-interface.js';
import { groupsOf } from './stuck-groups.js';
import { aboutOf, holderIn } from './retry-schedule.js';
import type { Taking } from './claimer.js';
import type { SpoolStatistics } from './spool-statistics.js';
import type { Assignment } from './scan-incoming.js';
import { importWork } from './work-folder.js';

/** The state of a processor's parts in the form of the API. Names are those of files: hostile text. */
export function tellStatus(parts: {
  inbox: IncomingFiles;
  hand: Pick<Hand, 'working' | 'stuck'>;
  taking: Pick<Taking, 'refused' | 'held'>;
  tally: SpoolStatistics;
}): Omit<SpoolStatus, 'today'> {
  const { inbox, hand, taking, tally } = parts;
  const refused = taking.refused().map((one) => ({ ...one, name: printable(one.name), claim: '', attempts: 1 }));
  const held = taking.held();
  const { stored, duplicates } = tally.totals();
  const stuck = [...hand.stuck().map((one) => ({ ...one, name: printable(one.name) })), ...refused];
  return {
    incoming: inbox.count(),
    waiting: inbox.waiting(),
    work: hand.working().map((one) => ({ ...one, name: printable(one.name) })),
    stuck,
    groups: groupsOf(stuck),
    ignored: [...inbox.ignored(), ...inbox.trouble()],
    stored,
    duplicates,
    rate: tally.rate(),
    recent: tally.recent(),
    ...(held && { held }),
  };
}

/** Reads the state of a spool. A missing folder counts as empty. */
export async function readStatus(
  incoming: string,
  work: string,
  files: Files,
  assignment: Assignment = {},
): Promise<SpoolStatus> {
  const works = [work, importWork(work)];
  const inbox = openInbox(incoming, 0, files, systemClock, works, undefined, assignment);
  const { ready } = await inbox.look();
  for (const found of ready) await inbox.whyNot(found).catch(() => undefined);
  // A second scan, now that it is known which files are not photos.
  await inbox.look();
  const { working, stuck } = await readClaims(works, files);
  return {
    ...idleStatus,
    incoming: inbox.count(),
    waiting: inbox.waiting(),
    work: working,
    stuck,
    groups: groupsOf(stuck),
    ignored: [...inbox.ignored(), ...inbox.trouble()],
  };
}

/** Files being processed and stuck files, by the records in `work` folders; fast, because `incoming` is not scanned. */
export async function readClaims(
  folders: readonly string[],
  files: Files,
): Promise<{ working: WorkItem[]; stuck: StuckItem[] }> {
  const working: WorkItem[] = [];
  const stuck: StuckItem[] = [];
  for (const folder of folders) {
    for (const entry of (await files.list(folder)) ?? []) {
      const item =
        entry.kind === 'folder'
          ? parseItem((await files.readText(join(folder, entry.name, itemName))) ?? '')
          : undefined;
      if (!item) continue;
      const name = printable(item.name);
      const whose = holderIn(entry.name, item);
      if (!item.error) working.push({ name, step: 'claim', since: item.claimed, claimed: item.claimed, ...whose });
      else {
        const { message, hint, code } = item.error;
        const reason = hint === undefined ? message : `${message} ${hint}`;
        stuck.push({
          name,
          claim: entry.name,
          reason,
          code,
          attempts: item.attempts,
          ...(item.next !== undefined && { next: item.next }),
          claimed: item.claimed,
          failed: item.error.at,
          ...aboutOf(item),
          ...whose,
        });
      }
    }
  }
  return { working, stuck };
}

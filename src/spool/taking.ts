/**
 * Takes ready files out of `incoming` into claims: by rename, or in copy mode by copying what is not known yet. What goes
 * wrong before a file is claimed leaves it where it is; trouble of the disk makes all others wait a while, with doubling
 * pauses, instead of trying thousands of files against a full disk.
 */
import type { Clock } from '../base/clock.js';
import { sentence, toPhotospoolError, type ErrorCode } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import type { Outcome } from '../ingest/ingest.js';
import type { Local } from '../library/local.js';
import type { Claim, Claims } from './claims.js';
import type { Inbox } from './inbox.js';
import type { SpoolEvent } from './port.js';
import type { Found } from './scan.js';

/** How files are taken. */
export interface Taking {
  /** Claims one ready file and works on it. Never rejects. */
  take(found: Found): Promise<void>;
  /** False where a file need not be tried: in copy mode it was taken before, or it was refused a short while ago. */
  wants(found: Found): boolean;
  /** Until when (ms) nothing is claimed because of the disk; 0 where nothing is in the way. */
  heldUntil(): number;
  /** When the next refused file is tried again, in ms. */
  nextTry(): number | undefined;
  /** What could not be claimed since `reset`, with the reason. */
  refused(): { name: string; reason: string }[];
  /** Forgets holds and refusals: a new pass tries everything. */
  reset(): void;
}

/** What taking works with. `countSeen`: tell of files that were taken before as duplicates, once. */
export interface TakingParts {
  mode: 'move' | 'copy';
  countSeen: boolean;
  claims: Claims;
  inbox: Inbox;
  files: Files;
  local: Local;
  clock: Clock;
  log: Log;
  work: (claim: Claim) => Promise<Outcome | undefined>;
  emit: (event: SpoolEvent) => void;
}

const firstHold = 5_000;
const longestHold = 300_000;
/** Trouble that every file would meet. */
const everybodys: ReadonlySet<ErrorCode> = new Set(['disk-full', 'read-only', 'busy', 'io']);

/** Opens the taking of one processor. */
export function openTaking(parts: TakingParts): Taking {
  const { claims, inbox, files, local, clock, emit } = parts;
  const refused = new Map<string, { name: string; reason: string; until: number; delay: number }>();
  const told = new Set<string>();
  let hold = { until: 0, delay: firstHold };

  const keyOf = ({ path, look }: Found): [string, number, string] => [
    path.toString(),
    Number(look.size),
    look.mtimeNs.toString(),
  ];

  const pathOf = ({ path }: Found): string => path.toString('latin1');

  async function copy(found: Found): Promise<void> {
    const { sha256 } = await files.hash(found.path);
    if (local.originals.find(sha256)?.state === 'here') {
      emit({ type: 'duplicate', name: found.name, sha256 });
      local.seen.put(...keyOf(found), sha256);
      return;
    }
    const claim = await claims.copy(found, sha256);
    if (!claim) return;
    hold = { until: 0, delay: firstHold };
    // From here on the claim answers for the bytes, stuck or not: the file is not copied again.
    local.seen.put(...keyOf(found), sha256);
    told.add(pathOf(found));
    await parts.work(claim);
  }

  async function move(found: Found): Promise<void> {
    const claim = await claims.take(found);
    if (!claim) return;
    hold = { until: 0, delay: firstHold };
    inbox.took(found);
    await parts.work(claim);
  }

  function refuse(found: Found, error: unknown): void {
    const failure = toPhotospoolError(error, 'take', found.path.toString());
    if (failure.code === 'not-found') return;
    const reason = sentence(failure);
    const delay = Math.min((refused.get(pathOf(found))?.delay ?? firstHold / 2) * 2, longestHold);
    refused.set(pathOf(found), { name: found.name, reason, delay, until: clock.now() + delay });
    if (everybodys.has(failure.code)) {
      if (clock.now() >= hold.until) parts.log.warn({ code: failure.code, name: found.name }, reason);
      hold = { until: clock.now() + hold.delay, delay: Math.min(hold.delay * 2, longestHold) };
    }
    emit({ type: 'stuck', name: found.name, reason });
  }

  return {
    async take(found) {
      if (clock.now() < hold.until) return;
      try {
        const reason = await inbox.whyNot(found);
        if (reason !== undefined) emit({ type: 'ignored', name: found.name, reason });
        else if (parts.mode === 'copy') await copy(found);
        else await move(found);
        refused.delete(pathOf(found));
      } catch (error) {
        refuse(found, error);
      }
    },
    wants(found) {
      if ((refused.get(pathOf(found))?.until ?? 0) > clock.now()) return false;
      const sha256 = parts.mode === 'copy' ? local.seen.find(...keyOf(found)) : undefined;
      if (sha256 === undefined) return true;
      if (parts.countSeen && !told.has(pathOf(found))) {
        told.add(pathOf(found));
        emit({ type: 'duplicate', name: found.name, sha256 });
      }
      return false;
    },
    heldUntil: () => hold.until,
    nextTry() {
      const times = [...refused.values()].map(({ until }) => until).filter((until) => until > clock.now());
      return times.length === 0 ? undefined : Math.min(...times);
    },
    refused: () => [...refused.values()].map(({ name, reason }) => ({ name, reason })),
    reset() {
      refused.clear();
      hold = { until: 0, delay: firstHold };
    },
  };
}

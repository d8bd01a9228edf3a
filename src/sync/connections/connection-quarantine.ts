/**
 * Operates the quarantine of a connection: rejected documents are set aside, logged once, and retried when they are
 * due. A retry just reads and writes the same documents again: a crash at any point leaves them in quarantine.
 */
import type { Clock } from '../../base/clock.js';
import { printable } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Database, RevisionId, RejectedRevision } from '../couch/database.js';
import { whileDisksAllow } from './retry-on-disk-error.js';
import type { Direction, Quarantine } from './quarantine.js';
import type { ConnectionStatus } from './connection-status.js';

/** The dependencies of the quarantine. */
export interface LinkQuarantineParts {
  quarantine: Quarantine;
  url: string;
  clock: Clock;
  /** 0 to 1. */
  random(): number;
  log: Log;
  /** The status that lists the documents. */
  status: ConnectionStatus;
  changed(): void;
}

/** The quarantine of a connection. */
export interface LinkQuarantine {
  /** Of the processed documents `ids`, those in `refused` were not replicated. */
  settle(direction: Direction, ids: readonly string[], refused: readonly RejectedRevision[]): void;
  /**
   * Retries due documents in one direction until the signal aborts; `anew` processes the whole feed. Rejects with the
   * error of a side: the documents tried then are already postponed.
   */
  retry(direction: Direction, sides: Sides, anew: () => Promise<unknown>): Promise<void>;
}

/** The two sides of a direction, while the signal lasts. */
export interface Sides {
  source: Database;
  target: Database;
  signal: AbortSignal;
}

/** The maximum number of quarantined documents in a status. */
const named = 100;
/** Documents per retry, and ms between checks for due ones. */
const [batch, look] = [50, 2_000];

const isRunning = (signal: AbortSignal): boolean => !signal.aborted;

/** Opens the quarantine of a connection. */
export function openLinkQuarantine(parts: LinkQuarantineParts): LinkQuarantine {
  const { quarantine, url, clock, log, random } = parts;
  function tell(): void {
    const { documents, count } = quarantine.list(named);
    Object.assign(parts.status, { refused: documents, refusedCount: count });
    parts.changed();
  }

  async function again(direction: Direction, { source, target }: Sides, due: readonly RevisionId[]): Promise<void> {
    const refused: RejectedRevision[] = [];
    const refuse = (one: RejectedRevision): void => void refused.push(one);
    const asked = new Map<string, string[]>();
    for (const { id, rev } of due) asked.set(id, [...(asked.get(id) ?? []), rev]);
    const missing = [...(await target.missing(asked, refuse))];
    const wanted = missing.flatMap(([id, revs]) => revs.map((rev): RevisionId => ({ id, rev })));
    const incoming = wanted.length > 0 ? await source.read(wanted, refuse) : [];
    if (incoming.length > 0) refused.push(...(await target.write(incoming, source.name)));
    quarantine.tried(direction, due, refused);
    tell();
  }

  async function retryUntil(direction: Direction, sides: Sides, anew: () => Promise<unknown>): Promise<void> {
    const { signal } = sides;
    for (let due: RevisionId[]; !signal.aborted;) {
      due = quarantine.due(direction, batch);
      if (due.length > 0) await again(direction, sides, due);
      else if (quarantine.isFeedDue(direction)) {
        // At the signal it ends early, without an error.
        await anew();
        if (isRunning(signal)) quarantine.lookedAtFeed(direction);
        tell();
      } else await clock.sleep(look, signal);
    }
  }

  tell();
  return {
    settle(direction, ids, refused) {
      const fresh = quarantine.settle(direction, ids, refused);
      for (const { id, rev, reason } of fresh.slice(0, named))
        log.error(
          {
            peer: url,
            id: printable(id.slice(0, 200)),
            rev: printable(rev.slice(0, 200)),
            reason: printable(reason),
            direction,
          },
          `A document was rejected and set aside: ${printable(reason)}`,
        );
      if (fresh.length > 0 || parts.status.refused.length > 0) tell();
    },
    retry(direction, sides, anew) {
      const { signal } = sides;
      const work = (): Promise<void> => retryUntil(direction, sides, anew);
      // The direction itself reports disk errors.
      return whileDisksAllow({ clock, signal, random, way: direction, held: () => undefined, work });
    },
  };
}

/**
 * Detects two copies of a home with the same library id, on a server that replicates with both: every opening of a
 * library draws a random epoch and never returns to it, so an earlier epoch that appears again belongs to another copy.
 * A restored home has a new epoch and is not a copy. In memory only: copies that still exist are detected again.
 */
import type { Clock } from '../../base/clock.js';
import { printable } from '../../base/errors.js';
import type { Log } from '../../base/log.js';

/** A home that exists in copies. */
export interface CopiedHome {
  /** The id of the library that the copies share. */
  server: string;
  /** Their names here: addresses of peers, names of tokens. */
  by: string[];
  /** When they were detected, UTC. */
  since: string;
}

/** Collects epochs and lists copies. */
export interface Copies {
  /** The library `server` is now in `epoch`, as seen at the peer `by`. */
  saw(server: string, epoch: string, by: string): void;
  /** Homes with copies active within the last hour. */
  all(): CopiedHome[];
}

interface Known {
  /** The newest last. */
  epochs: string[];
  by: Set<string>;
  copied?: { since: number; last: number };
}

/** Ms without a sign of a second copy after which it is no longer reported. */
const hour = 3_600_000;
const most = { servers: 1_000, epochs: 20, names: 20 };

/** Opens the list of copies; `onFound` is called for each new one. */
export function openCopies(clock: Clock, log: Log, onFound?: () => void): Copies {
  const known = new Map<string, Known>();

  function find(server: string): Known {
    const found = known.get(server) ?? { epochs: [], by: new Set() };
    known.delete(server);
    if (known.size >= most.servers) known.delete(known.keys().next().value!);
    known.set(server, found);
    return found;
  }

  return {
    saw(server, epoch, by) {
      if (!/^[0-9a-f]{1,64}$/.test(server) || !/^[0-9a-f]{1,64}$/.test(epoch)) return;
      const one = find(server);
      if (one.by.size < most.names) one.by.add(by);
      if (one.epochs.at(-1) === epoch) return;
      if (one.epochs.includes(epoch)) {
        const now = clock.now();
        const isNew = !one.copied || now - one.copied.last > hour;
        one.copied = { since: isNew ? now : one.copied!.since, last: now };
        if (isNew) {
          log.warn({ server }, describeCopied({ server, by: [...one.by], since: '' }));
          onFound?.();
        }
      }
      one.epochs = [...one.epochs.filter((other) => other !== epoch), epoch].slice(-most.epochs);
    },
    all: () =>
      [...known].flatMap(([server, { by, copied }]): CopiedHome[] =>
        copied && clock.now() - copied.last <= hour
          ? [{ server, by: [...by], since: new Date(copied.since).toISOString() }]
          : [],
      ),
  };
}

/** A sentence about a home with copies, with its remedy. */
export const describeCopied = ({ server, by }: CopiedHome): string =>
  `There are two copies of the home ${printable(server)} (${by.map(printable).join(', ')}). ${keepOne}`;

/** The remedy for copies of a home. */
export const keepOne =
  'Keep one and stop the other. To keep its new photos, create a new home there, connect it to this one, and import them.';

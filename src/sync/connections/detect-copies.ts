/**
 * Homes of which there are two copies with one library id, found out by who replicates with both: every opening of a library
 * draws an epoch and never comes back to it, so an epoch that another one had followed, and that is seen again, is another
 * copy's. A restored home has a new epoch and is none. In memory only: what is still so is seen again.
 */
import type { Clock } from '../../base/clock.js';
import { printable } from '../../base/errors.js';
import type { Log } from '../../base/log.js';

/** A home of which there are copies. */
export interface CopiedHome {
  /** The id that the copies have. */
  server: string;
  /** By what they are known here: addresses of peers, names of tokens. */
  by: string[];
  /** When that was found out, UTC. */
  since: string;
}

/** Who is told of epochs, and tells of copies. */
export interface Copies {
  /** The library `server` is in `epoch` now, says who is known as `by`. */
  saw(server: string, epoch: string, by: string): void;
  /** Homes whose copies were at work in the last hour. */
  all(): CopiedHome[];
}

interface Known {
  /** The newest last. */
  epochs: string[];
  by: Set<string>;
  copied?: { since: number; last: number };
}

/** Ms without a sign of a second copy after which there is none any more. */
const hour = 3_600_000;
const most = { servers: 1_000, epochs: 20, names: 20 };

/** Opens the list of copies; `onFound` is called when there is another one on it. */
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

/** A home with copies in a sentence, with what to do. */
export const describeCopied = ({ server, by }: CopiedHome): string =>
  `There are two copies of the home ${printable(server)} (${by.map(printable).join(', ')}). ${keepOne}`;

/** What to do about copies of a home. */
export const keepOne =
  'Keep one, and stop the other: make a new home there, add this one as its peer, and put what only the copy has into it.';

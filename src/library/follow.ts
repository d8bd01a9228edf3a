/**
 * Follows a library's change feed: reads the changes since a checkpoint in batches, passes each batch to `take`,
 * advances the checkpoint, and yields to the event loop between batches. With a `transaction`, the results of a batch
 * and its checkpoint commit together: a crash leaves both behind the feed, never apart. Without one, the checkpoint
 * advances after the batch, and after a crash the last batch is processed again, so `take` must be idempotent. A failed
 * batch advances nothing, and is the first of the next attempt.
 */
import { backOff, type BackOff } from '../base/async/backoff.js';
import type { Subscribe } from '../base/async/listeners.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Clock } from '../base/clock.js';
import { toPhotospoolError, type PhotospoolError } from '../base/errors.js';
import type { FeedChange } from './change-feed.js';
import type { Library } from './library.js';

/** The back-off of a follower after an error, ms. */
export const feedBackOff: BackOff = { first: 1_000, longest: 60_000 };

/** The parts of a library needed to follow it. */
export type Followed = Pick<Library, 'changes' | 'lastChange'>;

/** The position of a follower: the newest change it has processed. */
export interface FollowedTo {
  /** Its number. */
  n: number;
  /** Its sequence, `<n>-<epoch>`. */
  seq: string;
  /** Whether the feed may have more changes. */
  more: boolean;
}

/** The stored position of a follower. */
export interface FeedCheckpoint {
  /** A number or a sequence; 0 at the beginning; undefined if there is nothing to process. */
  get(): string | number | undefined;
  set(to: FollowedTo): void;
}

/** The settings that store a checkpoint: `library.local`. */
type Settings = Pick<Library['local'], 'setting' | 'setSetting'>;

/** A checkpoint stored as a number, for results in the library's own file: a restore resets both together. */
export function numberCheckpoint({ setting, setSetting }: Settings, name: string): FeedCheckpoint {
  return {
    get: () => Number(setting(name) ?? 0),
    set: ({ n }) => String(n) === (setting(name) ?? '0') || setSetting(name, String(n)),
  };
}

/** Whether a sequence is in the library's own past; not after a restore from an older backup. */
export const hasSequence = (library: Followed, seq: string | undefined): seq is string =>
  seq !== undefined && library.changes(Number.parseInt(seq, 10) || 0, 0).last === seq;

/**
 * A checkpoint stored as a sequence, for results in another file: after a restore of the library from a backup, all
 * changes are processed again.
 */
export function sequenceCheckpoint(library: Followed, { setting, setSetting }: Settings, name: string): FeedCheckpoint {
  return {
    get() {
      const seq = setting(name);
      return hasSequence(library, seq) ? seq : '0';
    },
    set: ({ seq }) => seq === setting(name) || setSetting(name, seq),
  };
}

/** How a batch is processed and committed. */
type Taking =
  | {
      /** Runs a batch and advances the checkpoint in one transaction. */
      transaction: Library['transaction'];
      take(changes: readonly FeedChange[]): void;
    }
  | { transaction?: undefined; take(changes: readonly FeedChange[]): Promise<void> };

/** The dependencies of a follower. */
export type ChangeFollowerParts = Taking & {
  library: Followed;
  checkpoint: FeedCheckpoint;
  /** Changes per batch; 500 by default. */
  batch?: number;
};

/** Follows the change feed of a library. */
export interface ChangeFollower {
  /** Processes one batch; true if there may be more. */
  step(batch?: number): Promise<boolean>;
  /**
   * Processes all changes up to the moment of the call; false if this follower had already processed them. Rejects with
   * the error of `take`; earlier batches stay processed.
   */
  catchUp(): Promise<boolean>;
}

const usualBatch = 500;

/** Opens a follower. The first call starts reading. */
export function openChangeFollower(parts: ChangeFollowerParts): ChangeFollower {
  const { library, checkpoint, batch = usualBatch } = parts;
  /** The newest change at the last complete catch-up. */
  let caughtUp: number | undefined;

  function read(limit: number): { changes: FeedChange[]; to: FollowedTo } | undefined {
    const since = checkpoint.get();
    if (since === undefined) return undefined;
    const { changes, last } = library.changes(since, limit);
    return { changes, to: { n: Number.parseInt(last, 10), seq: last, more: changes.length === limit } };
  }

  /** Processes one batch; undefined if the checkpoint says that there is nothing to process. */
  async function advance(limit: number): Promise<FollowedTo | undefined> {
    if (parts.transaction) {
      return parts.transaction(() => {
        const found = read(limit);
        if (!found) return undefined;
        parts.take(found.changes);
        checkpoint.set(found.to);
        return found.to;
      });
    }
    const found = read(limit);
    if (!found) return undefined;
    await parts.take(found.changes);
    checkpoint.set(found.to);
    return found.to;
  }

  return {
    step: async (limit = batch) => (await advance(limit))?.more === true,
    async catchUp() {
      const newest = library.lastChange();
      if (newest === caughtUp) return false;
      for (let to = await advance(batch); to?.more === true && to.n < newest; to = await advance(batch))
        await yieldToEventLoop();
      caughtUp = newest;
      return true;
    },
  };
}

/**
 * The changes after `since` up to `until`, in batches; the last one may be empty. Yields to the event loop in between.
 */
export async function* changeBatches(library: Followed, since: number, until = Infinity): AsyncGenerator<FeedChange[]> {
  for (let after = since; ;) {
    const changes = library.changes(after, usualBatch).changes.filter(({ n }) => n <= until);
    yield changes;
    if (changes.length < usualBatch) return;
    after = changes.at(-1)!.n;
    await yieldToEventLoop();
  }
}

/** When to follow. */
export interface FollowingParts {
  /** Events that wake it: changes by this process, and others. */
  events: readonly Subscribe[];
  clock: Clock;
  /** The interval of polling for changes by other processes, ms. */
  look: number;
  signal: AbortSignal;
  /** Called with an error before a retry with back-off (backoff.ts). Without it, the first error ends the following. */
  failed?(error: PhotospoolError): void;
}

/**
 * Calls `follow` now and after every change, until the signal; a change during a call is not missed. Without `failed`,
 * rejects with the first error of `follow`.
 */
export async function keepFollowing(
  { events, clock, look, signal, failed }: FollowingParts,
  follow: () => Promise<unknown>,
): Promise<void> {
  let woken = new AbortController();
  const ends = events.map((on) => on(() => woken.abort()));
  try {
    for (let failures = 0; !signal.aborted;) {
      woken = new AbortController();
      try {
        await follow();
        failures = 0;
      } catch (error) {
        if (!failed) throw error;
        const ours = toPhotospoolError(error, 'follow', 'the library');
        failed(ours);
        const wait = backOff(++failures, feedBackOff);
        await clock.sleep(wait, signal);
        continue;
      }
      // A change during `follow` ends this wait at once.
      await clock.sleep(look, AbortSignal.any([woken.signal, signal]));
    }
  } finally {
    for (const end of ends) end();
  }
}

/**
 * Follows a library's change feed: reads what changed since a checkpoint in batches, hands each to whoever makes something of
 * it, moves the checkpoint on, and lets the event loop run in between. With a `transaction`, what a batch makes and its
 * checkpoint are committed together, and a crash leaves both behind the feed and never apart. Without one, the checkpoint
 * moves when the batch is done, and a crash leaves the last batch to be taken in again: taking it in twice must change
 * nothing. A batch that fails moves nothing; it is the first of the next try.
 */
import { backOff, type BackOff } from '../base/async/backoff.js';
import type { Subscribe } from '../base/async/listeners.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Clock } from '../base/clock.js';
import { toPhotospoolError, type PhotospoolError } from '../base/errors.js';
import type { FeedChange } from './change-feed.js';
import type { Library } from './library.js';

/** How long a follower waits after an error; all times in ms. */
export const feedBackOff: BackOff = { first: 1_000, longest: 60_000 };

/** What is read of a library to follow it. */
export type Followed = Pick<Library, 'changes' | 'lastChange'>;

/** How far a follower came: the newest change that it took in. */
export interface FollowedTo {
  /** Its number. */
  n: number;
  /** Its sequence, `<n>-<epoch>`. */
  seq: string;
  /** Whether there may be more in the feed. */
  more: boolean;
}

/** Where it is kept how far a follower came. */
export interface FeedCheckpoint {
  /** A number or a sequence; 0 to begin; undefined where nothing is to be taken in. */
  get(): string | number | undefined;
  set(to: FollowedTo): void;
}

/** The settings that a checkpoint may be kept in: `library.local`. */
type Settings = Pick<Library['local'], 'setting' | 'setSetting'>;

/** A checkpoint as a number, for what lies in the library's own file: a restore puts both back together. */
export function numberCheckpoint({ setting, setSetting }: Settings, name: string): FeedCheckpoint {
  return {
    get: () => Number(setting(name) ?? 0),
    set: ({ n }) => String(n) === (setting(name) ?? '0') || setSetting(name, String(n)),
  };
}

/** Whether a library has a sequence in its own past: not, where it was restored from a backup since. */
export const hasSequence = (library: Followed, seq: string | undefined): seq is string =>
  seq !== undefined && library.changes(Number.parseInt(seq, 10) || 0, 0).last === seq;

/**
 * A checkpoint as a sequence, for what lies in another file than the library: where the library was restored from a backup
 * since, all of it is taken in again.
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

/** What is made of the feed, and how it is committed. */
type Taking =
  | {
      /** Runs a batch and moves the checkpoint in one transaction. */
      transaction: Library['transaction'];
      take(changes: readonly FeedChange[]): void;
    }
  | { transaction?: undefined; take(changes: readonly FeedChange[]): Promise<void> };

/** What a follower is made of. */
export type ChangeFollowerParts = Taking & {
  library: Followed;
  checkpoint: FeedCheckpoint;
  /** Changes in a batch; 500 where nothing is said. */
  batch?: number;
};

/** Follows the change feed of a library. */
export interface ChangeFollower {
  /** Takes in one batch; true where there may be more. */
  step(batch?: number): Promise<boolean>;
  /**
   * Takes in what had changed when it was called; false where it had been taken in before by this follower. Rejects with what
   * `take` throws; what was taken in until then stays.
   */
  catchUp(): Promise<boolean>;
}

const usualBatch = 500;

/** Opens a follower. Nothing is read before the first call. */
export function openChangeFollower(parts: ChangeFollowerParts): ChangeFollower {
  const { library, checkpoint, batch = usualBatch } = parts;
  /** The newest change when all was taken in last. */
  let caughtUp: number | undefined;

  function read(limit: number): { changes: FeedChange[]; to: FollowedTo } | undefined {
    const since = checkpoint.get();
    if (since === undefined) return undefined;
    const { changes, last } = library.changes(since, limit);
    return { changes, to: { n: Number.parseInt(last, 10), seq: last, more: changes.length === limit } };
  }

  /** Takes in one batch; undefined where the checkpoint says that nothing waits. */
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

/** The changes after change `since`, up to change `until`, batch by batch, the last one maybe empty; yields in between. */
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
  /** What it is woken by: the changes that this process makes, and whatever else there is. */
  events: readonly Subscribe[];
  clock: Clock;
  /** ms between looks for what other processes changed. */
  look: number;
  signal: AbortSignal;
  /**
   * Told what went wrong; it is tried again after a wait that grows (backoff.ts). Without it, the first failure ends the
   * following.
   */
  failed?(error: PhotospoolError): void;
}

/**
 * Calls `follow` now, and again whenever something changed, until the signal; a change while it works is not missed. Rejects
 * with what `follow` throws where nobody hears of failures.
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
      // What changed while it worked ends the wait at once.
      await clock.sleep(look, AbortSignal.any([woken.signal, signal]));
    }
  } finally {
    for (const end of ends) end();
  }
}

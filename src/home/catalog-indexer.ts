/**
 * Indexes documents that replication stored and deferred (catalog/indexed-mark.ts), in batches: each is one transaction
 * with its checkpoint. While documents keep arriving, small batches at intervals fill the album without delaying
 * replication; afterwards, large batches follow without pauses. After a crash, the next opening continues.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Clock } from '../base/clock.js';
import { sentence, toPhotospoolError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Catalog } from '../catalog/catalog.js';
import { feedBackOff, openChangeFollower } from '../library/follow.js';
import type { Library } from '../library/library.js';
import { backOff } from '../base/async/backoff.js';
import { openLogOnce } from '../base/async/log-once.js';

/** The indexer that follows the library. */
export interface Follower {
  /** Documents were deferred. Cheap; to be called in or after the transaction that stores them. */
  ask(): void;
  /** Indexes everything pending, without pauses. */
  catchUp(): Promise<void>;
  /** Stops indexing; resolves when no batch is running. */
  close(): Promise<void>;
}

/** The dependencies of the indexer. */
export interface FollowerParts {
  library: Pick<Library, 'transaction' | 'changes' | 'get' | 'lastChange'>;
  catalog: Pick<Catalog, 'behind' | 'reached' | 'index'>;
  clock: Clock;
  log: Log;
  /** Called after each batch: the catalog has changed. */
  followed(): void;
}

/** Documents per batch, while documents arrive and afterwards: a batch blocks all other work. */
const size = { busy: 100, idle: 500 };
/** Ms without new documents, after which batches follow without pauses. */
const rest = 300;
/** Ms between batches while documents arrive. */
const between = 1_000;

/** Opens the indexer. It is idle before the first `ask`. */
export function openFollower({ library, catalog, clock, log, followed }: FollowerParts): Follower {
  const ended = new AbortController();
  const isEnded = (): boolean => ended.signal.aborted;
  const telling = openLogOnce((text) => log.error({}, text));
  let [asked, turned] = [-Infinity, -Infinity];
  let running: Promise<void> | undefined;

  const { step } = openChangeFollower({
    library,
    checkpoint: { get: () => catalog.behind(), set: ({ n, more }) => catalog.reached(more ? n : undefined) },
    transaction: (work) => library.transaction(work),
    take(changes) {
      for (const { id, n } of changes) catalog.index(id, library.get(id)?.body, n);
    },
  });

  /** Indexes one batch of the feed; true if more is pending. */
  async function turn(size: number): Promise<boolean> {
    const more = await step(size);
    turned = clock.now();
    followed();
    return more;
  }

  /** Resolves when the next batch is due. */
  async function untilTurn(): Promise<void> {
    for (;;) {
      const left = Math.min(asked + rest, turned + between) - clock.now();
      if (left <= 0 || isEnded()) return;
      await clock.sleep(left, ended.signal);
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !isEnded();) {
      // Yields to other work, and lets the caller's transaction end.
      await yieldToEventLoop();
      await untilTurn();
      if (isEnded()) return;
      try {
        if (!(await turn(clock.now() - asked < rest ? size.busy : size.idle))) return;
        failures = 0;
      } catch (error) {
        const ours = toPhotospoolError(error, 'follow', 'the library');
        telling.tell(`Photos from other servers could not be indexed yet: ${sentence(ours)}`);
        await clock.sleep(backOff(++failures, feedBackOff), ended.signal);
      }
    }
  }

  function ask(): void {
    asked = clock.now();
    running ??= run().finally(() => {
      running = undefined;
      // Documents may have been deferred meanwhile.
      if (!isEnded() && catalog.behind() !== undefined) ask();
    });
  }

  return {
    ask,
    async catchUp() {
      const newest = library.lastChange();
      while ((catalog.behind() ?? newest) < newest && (await turn(size.idle))) await yieldToEventLoop();
    },
    async close() {
      ended.abort();
      await running;
    },
  };
}

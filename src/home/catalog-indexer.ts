/**
 * Takes into the catalog what replication stored and left for later (catalog/indexed-mark.ts), in turns: each is one transaction with
 * the note of how far it came. While batches still come in there is a short turn now and then, so that the album fills and they are
 * not held up; when they cease, one long turn follows the other. A crash leaves what the next opening takes in.
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

/** What follows the library. */
export interface Follower {
  /** Documents were left for later. Cheap; to be called in or after the transaction that stores them. */
  ask(): void;
  /** Takes in what waits at the moment, without rests. */
  catchUp(): Promise<void>;
  /** Ends it; resolves when it does nothing any more. */
  close(): Promise<void>;
}

/** What it is made of. */
export interface FollowerParts {
  library: Pick<Library, 'transaction' | 'changes' | 'get' | 'lastChange'>;
  catalog: Pick<Catalog, 'behind' | 'reached' | 'index'>;
  clock: Clock;
  log: Log;
  /** Told after each turn: the catalog's answers are others now. */
  followed(): void;
}

/** Documents in a turn, while batches come in and when they have ceased: others wait as long as it takes. */
const size = { busy: 100, idle: 500 };
/** Ms without a new batch after which turns follow one another. */
const rest = 300;
/** Ms between turns while batches come in. */
const between = 1_000;

/** Opens it. Nothing is done before it is asked. */
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

  /** Takes in one batch of the feed; true where more waits. */
  async function turn(size: number): Promise<boolean> {
    const more = await step(size);
    turned = clock.now();
    followed();
    return more;
  }

  /** Resolves when it is time for a turn. */
  async function untilTurn(): Promise<void> {
    for (;;) {
      const left = Math.min(asked + rest, turned + between) - clock.now();
      if (left <= 0 || isEnded()) return;
      await clock.sleep(left, ended.signal);
    }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !isEnded();) {
      // Others get their turn; and the transaction of who asked has ended.
      await yieldToEventLoop();
      await untilTurn();
      if (isEnded()) return;
      try {
        if (!(await turn(clock.now() - asked < rest ? size.busy : size.idle))) return;
        failures = 0;
      } catch (error) {
        const ours = toPhotospoolError(error, 'follow', 'the library');
        telling.tell(`Photos that came from other servers are not in the album yet: ${sentence(ours)}`);
        await clock.sleep(backOff(++failures, feedBackOff), ended.signal);
      }
    }
  }

  function ask(): void {
    asked = clock.now();
    running ??= run().finally(() => {
      running = undefined;
      // What was left for later meanwhile is not passed over.
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

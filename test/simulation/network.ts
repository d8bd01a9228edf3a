/**
 * The network between the homes: connections over which the real `replicate()` runs, one run per direction. Every call
 * of a run stops twice, before it takes effect and before its response arrives, until the simulation continues it: so
 * calls of all connections overtake each other in any order, and each can be lost before or after its effect. Writes
 * may arrive in another order, truncated, or once more much later.
 */
import { PhotospoolError } from '../../src/base/errors.js';
import type { Incoming } from '../../src/library/library.js';
import type { Database } from '../../src/sync/couch/database.js';
import { replicate } from '../../src/sync/couch/replicate.js';
import { count, Crash, type Home, type World } from './home.js';

/** The parts of a home that the network uses. */
export type Station = Pick<Home, 'name' | 'database' | 'learned' | 'now'>;

/** Two connected homes; `maker` runs both directions. */
export interface Link<S extends Station = Home> {
  maker: S;
  other: S;
  cut: boolean;
}

/** A run of one direction. */
export interface Run<S extends Station = Home> {
  link: Link<S>;
  source: S;
  target: S;
  ended: boolean;
  /** Revisions transferred. */
  sent: number;
  /** Its process has ended: it makes no more calls. */
  dead: boolean;
  abort(): void;
}

/** A stopped call. */
interface Waiting<S extends Station> {
  run: Run<S>;
  at: S;
  stage: 'asked' | 'answered';
  pass(): void;
  fail(): void;
}

/** The network of a run. */
export interface Network<S extends Station = Home> {
  links: Link<S>[];
  /** No more faults. */
  calm: boolean;
  /** The first error that was not caused by the network; the run that it ended is over. */
  error?: unknown;
  runs(): Run<S>[];
  /** Starts replication over a connection, one way. */
  start(link: Link<S>, way: 'pull' | 'push', live: boolean): Run<S>;
  /** Continues one stopped call, or loses it. False if there is none. */
  advance(): boolean;
  /** Loses the calls over a connection. */
  sever(link: Link<S>): void;
  /** Handles the calls when a home goes down: its own runs end, requests to it may be lost. */
  down(home: S): void;
  /** Delivers an old batch once more; false if there is none. */
  repeat(): boolean;
}

/** Resolves when everything that can continue has done so. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Opens the network. `crashed` is called with a home that went down. */
export function openNetwork<S extends Station>(
  world: Pick<World, 'dice' | 'figures'>,
  crashed: (home: S) => void,
): Network<S> {
  const { dice } = world;
  let waiting: Waiting<S>[] = [];
  let runs: Run<S>[] = [];
  let strays: { home: S; incoming: Incoming[] }[] = [];
  let sessions = 0;

  /** Keeps an error of a run; those that a server expects are the network’s faults. */
  function fail(error: unknown): void {
    if (!(error instanceof PhotospoolError)) network.error ??= error;
  }

  const lost = (): PhotospoolError => new PhotospoolError('io', 'The connection was lost.');

  function stop(run: Run<S>, at: S, stage: Waiting<S>['stage']): Promise<void> {
    return new Promise((resolve, reject) => {
      if (run.dead) reject(lost());
      else waiting.push({ run, at, stage, pass: resolve, fail: () => reject(lost()) });
    });
  }

  function take(which: (one: Waiting<S>) => boolean): Waiting<S>[] {
    const taken = waiting.filter(which);
    waiting = waiting.filter((one) => !taken.includes(one));
    return taken;
  }

  /** The last write to each home: it is recorded before the next one merges it. */
  const turns = new WeakMap<S, Promise<void>>();

  /** Writes as the network and the target's machine permit. */
  function write(home: S, incoming: readonly Incoming[]): Promise<void> {
    const turn = (turns.get(home) ?? Promise.resolve()).then(() => writeNow(home, incoming));
    turns.set(
      home,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async function writeNow(home: S, incoming: readonly Incoming[]): Promise<void> {
    try {
      await home.database.write(incoming);
      home.learned(incoming);
    } catch (error) {
      if (error instanceof Crash) crashed(home);
      throw error instanceof Crash ? lost() : error;
    }
  }

  async function deliver(home: S, incoming: readonly Incoming[]): Promise<void> {
    if (network.calm) return write(home, incoming);
    if (dice.chance(0.1)) strays.push({ home, incoming: dice.shuffle(incoming).slice(0, 1 + dice.below(3)) });
    if (dice.chance(0.05)) {
      count(world, 'torn batches');
      await write(home, dice.shuffle(incoming).slice(dice.below(2)));
      throw lost();
    }
    return write(home, dice.chance(0.5) ? dice.shuffle(incoming) : incoming);
  }

  /** A home as a run reaches it: whichever opening responds at the moment, as over HTTP. */
  function sideOf(home: S, run: Run<S>): Database {
    async function call<T>(effect: () => Promise<T>): Promise<T> {
      await stop(run, home, 'asked');
      const answer = await effect();
      await stop(run, home, 'answered');
      return answer;
    }
    return {
      name: home.name,
      id: () => home.database.id(),
      changes: (since, { limit }) => call(() => home.database.changes(since, { limit })),
      missing: (asked) => call(() => home.database.missing(asked)),
      read: (named) => call(() => home.database.read(named)),
      write: (incoming) => call(() => deliver(home, incoming).then(() => [])),
      checkpoint: (id) => call(() => home.database.checkpoint(id)),
      opening: () => call(() => home.database.opening()),
      setCheckpoint: (id, checkpoint, opening) => call(() => home.database.setCheckpoint(id, checkpoint, opening)),
    };
  }

  const network: Network<S> = {
    links: [],
    calm: false,
    runs: () => runs,
    start(link, way, live) {
      const controller = new AbortController();
      const [source, target] = way === 'pull' ? [link.other, link.maker] : [link.maker, link.other];
      const run: Run<S> = { link, source, target, ended: false, sent: 0, dead: false, abort: () => controller.abort() };
      runs.push(run);
      replicate({
        source: sideOf(source, run),
        target: sideOf(target, run),
        clock: { now: () => link.maker.now(), sleep: () => Promise.resolve() },
        session: `session-${sessions++}`,
        live,
        signal: controller.signal,
        batch: 1 + dice.below(6),
        progress: ({ sent }) => void (run.sent = sent),
        refused: (documents) => fail(new Error(`refused ${JSON.stringify(documents)}`)),
      })
        .catch(fail)
        .finally(() => {
          run.ended = true;
          runs = runs.filter((one) => one !== run);
        });
      return run;
    },
    advance() {
      if (waiting.length === 0) return false;
      const chosen = dice.pick(waiting);
      waiting = waiting.filter((one) => one !== chosen);
      const isLost = !network.calm && dice.chance(0.02);
      if (isLost) count(world, `calls lost when ${chosen.stage}`);
      if (isLost) chosen.fail();
      else chosen.pass();
      return true;
    },
    sever(link) {
      for (const one of take(({ run }) => run.link === link)) one.fail();
    },
    down(home) {
      for (const run of runs) if (run.link.maker === home) run.dead = true;
      const own = take(({ run }) => run.dead);
      // A server that restarts at once may miss no call.
      const isBack = dice.chance(0.5);
      const others = take(({ at, stage }) => at === home && (stage === 'answered' ? dice.chance(0.5) : !isBack));
      for (const one of [...own, ...others]) one.fail();
    },
    repeat() {
      const stray = strays.length > 0 ? dice.pick(strays) : undefined;
      if (!stray) return false;
      strays = strays.filter((one) => one !== stray);
      count(world, 'duplicated batches');
      // In its turn like any call, not in the middle of the current one.
      void Promise.resolve()
        .then(() => write(stray.home, stray.incoming))
        .catch(fail);
      return true;
    },
  };
  return network;
}

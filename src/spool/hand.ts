/**
 * Claims in hand: each is ingested, then finished or kept with the reason of its failure. One that fails never holds up
 * another. A crash leaves claims that are taken up again at the next start.
 */
import type { Clock } from '../base/clock.js';
import { sentence, toPhotospoolError, PhotospoolError, printable } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Arrival, Ingest, Outcome } from '../ingest/ingest.js';
import { fileOf, type Claim, type Claims } from './claims.js';
import { failItem, longestDelay } from './item.js';
import type { Retried, SpoolEvent, StuckItem, WorkItem } from './port.js';
import { openStopwatch, type Stopwatch } from './stopwatch.js';
import type { Tally } from './tally.js';

/** The claims in hand and those that are stuck. */
export interface Hand {
  /** Takes a claim through ingest. Never rejects. `soon`: see failItem. */
  work(claim: Claim): Promise<Outcome | undefined>;
  /** Puts claims that were found among the stuck ones: due now, or when their last failure said. */
  adopt(claims: readonly Claim[]): void;
  /** The stuck claims that are due at `now` (ms), oldest first; they are stuck until `work` takes them. */
  due(now: number): Claim[];
  /** Makes stuck claims due, by name or id; answers which of the names it knew. */
  retry(names: readonly string[] | 'all'): Retried & { claims: Claim[] };
  /**
   * When the next stuck claim is due, in ms; of those that are still being written alone where `changing`. `except`: those
   * that are about to be worked on.
   */
  next(except: (claim: Claim) => boolean, changing?: boolean): number | undefined;
  working(): WorkItem[];
  stuck(): StuckItem[];
}

/** What the hand works with. `soon` is in ms: when a file that is still being written is looked at again. */
export interface HandParts {
  claims: Claims;
  ingest: Ingest;
  clock: Clock;
  log: Log;
  soon: number;
  tally: Tally;
  emit: (event: SpoolEvent) => void;
}

/** Opens the hand of a processor. */
export function openHand({ claims, ingest, clock, log, soon, tally, emit }: HandParts): Hand {
  const working = new Map<string, WorkItem>();
  const stuck = new Map<string, Claim>();

  /** When a stuck claim is due, in ms. One due later than any delay can be was written by a clock that went wrong. */
  function dueAt({ item }: Claim): number {
    if (!item.error) return 0;
    if (item.next === undefined) return Infinity;
    const due = Date.parse(item.next);
    return due > clock.now() + longestDelay ? 0 : due;
  }

  function arrivalOf(claim: Claim): Arrival {
    const { name, folder, modified, claimed, aside } = claim.item;
    return {
      file: fileOf(claim),
      name,
      modified,
      seen: claimed,
      claim: claim.folder,
      ...(folder !== undefined && { folder }),
      ...(aside !== undefined && { aside }),
    };
  }

  function stepTo({ id, item: { name, claimed } }: Claim, step: string, watch: Stopwatch): void {
    watch.step(step);
    working.set(id, { name, step, since: new Date(clock.now()).toISOString(), claimed });
    emit({ type: 'item', name, step });
  }

  async function fail(claim: Claim, error: unknown, watch: Stopwatch): Promise<void> {
    claim.item = failItem(claim.item, error, clock.now(), soon);
    stuck.set(claim.id, claim);
    const failure = toPhotospoolError(error, 'take in', claim.item.name);
    log[failure.code === 'internal' ? 'error' : failure.code === 'changing' ? 'debug' : 'warn'](
      { ...about(claim), outcome: 'stuck', code: failure.code, err: failure.cause, ...watch.read() },
      sentence(failure),
    );
    // The reason is known here even where the disk takes no more records.
    await claims
      .save(claim)
      .catch((reason: unknown) =>
        log.debug({ err: reason, claim: claim.id }, 'the record of a failure could not be written'),
      );
    if (failure.code === 'changing') emit({ type: 'item', name: claim.item.name, step: 'wait' });
    else emit({ type: 'stuck', name: claim.item.name, reason: sentence(failure) });
  }

  const about = ({ id, item: { name, attempts } }: Claim): object => ({ name, claim: id, attempts });

  async function settle(claim: Claim, outcome: Outcome, watch: Stopwatch): Promise<void> {
    const { name } = claim.item;
    if (outcome.kind === 'waiting') {
      const message = `${printable(name)} waits for the same picture in ${outcome.claim}.`;
      return fail(claim, new PhotospoolError('locked', message, { hint: 'It goes on when that one is done.' }), watch);
    }
    // The file has gone on: what remains of its claim is removed now or at the next start.
    await claims
      .finish(claim)
      .catch((error: unknown) => log.debug({ err: error, claim: claim.id }, 'a finished claim could not be removed'));
    const { kind, sha256, path, bytes } = outcome;
    const { seconds, steps } = watch.read();
    log.info({ ...about(claim), outcome: kind, sha256, path, bytes, seconds, steps }, `${kind} ${name}`);
    tally.add({ name, outcome: kind, sha256, seconds });
    tally.addSteps(steps);
    emit({ type: kind, name, sha256 });
  }

  return {
    async work(claim) {
      stuck.delete(claim.id);
      const watch = openStopwatch(clock);
      stepTo(claim, 'claim', watch);
      try {
        await claims.complete(claim);
        const outcome = await ingest(arrivalOf(claim), {
          step: (step) => stepTo(claim, step, watch),
          setAside: async (path) => {
            claim.item.aside = path;
            await claims.save(claim);
          },
        });
        await settle(claim, outcome, watch);
        return outcome;
      } catch (error) {
        await fail(claim, error, watch);
        return undefined;
      } finally {
        working.delete(claim.id);
      }
    },
    adopt(found) {
      for (const claim of found) stuck.set(claim.id, claim);
    },
    due(now) {
      return [...stuck.values()].filter((claim) => dueAt(claim) <= now);
    },
    retry(names) {
      const chosen = [...stuck.values()].filter(
        ({ id, item }) => names === 'all' || [id, item.name, printable(item.name)].some((name) => names.includes(name)),
      );
      for (const claim of chosen) claim.item.next = new Date(0).toISOString();
      const known = new Set(chosen.flatMap(({ id, item }) => [id, item.name, printable(item.name)]));
      return {
        claims: chosen,
        retried: chosen.map(({ item }) => item.name),
        unknown: names === 'all' ? [] : names.filter((name) => !known.has(name)),
      };
    },
    next(except, changing = false) {
      const times = [...stuck.values()]
        .filter((claim) => !except(claim) && (!changing || !claim.item.error || claim.item.error.code === 'changing'))
        .map(dueAt);
      const next = Math.min(...times);
      return Number.isFinite(next) ? next : undefined;
    },
    working: () => [...working.values()],
    stuck: () =>
      [...stuck.values()].map(({ id, item }) => ({
        name: item.name,
        claim: id,
        reason: item.error ? [item.error.message, item.error.hint].filter(Boolean).join(' ') : 'It is taken up again.',
        code: item.error?.code ?? 'changing',
        attempts: item.attempts,
        ...(item.next !== undefined && { next: item.next }),
        claimed: item.claimed,
        ...(item.error && { failed: item.error.at }),
      })),
  };
}

/**
 * Claims in hand: each is ingested, then finished or kept with the reason of its failure. One that fails never holds up
 * another. A crash leaves claims that are taken up again at the next start.
 */
import type { Clock } from '../base/clock.js';
import { sentence, toPhotospoolError, PhotospoolError, printable, type ErrorCode } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Ingest, IngestOutcome } from '../ingest/ingest.js';
import { openChoices, type Choices } from './stuck-choices.js';
import type { Claim, Claims } from './claims.js';
import { earliest, openHold, type DiskPause } from './disk-trouble.js';
import { isOwnClaim } from './claim-name.js';
import { arrivalOf, failItem, isIgnored, type ClaimRecord } from './claim-record.js';
import { isTakenAsIs } from './damaged-files.js';
import { house } from '../document/item-id.js';
import { ofHouse } from './spool-view.js';
import type { Sees, SpoolPause, StuckNames, Retried, SpoolEvent, StuckItem, WorkItem } from './spool-interface.js';
import { away, dueAt, holderIn, toStuckItem } from './retry-schedule.js';
import { openStopwatch, type Stopwatch } from './step-timer.js';
import type { SpoolStatistics } from './spool-statistics.js';

/** The claims in hand and those that are stuck. */
export interface Hand {
  /** Takes a claim through ingest. Never rejects. `soon`: see failItem. */
  work(claim: Claim): Promise<IngestOutcome | undefined>;
  /** Puts claims that were found among the stuck ones: due now, or when their last failure said. */
  adopt(claims: readonly Claim[]): void;
  /**
   * The stuck claims that are due at `now` (ms), oldest first; they are stuck until `work` takes them. Where `once`, none that
   * failed since `reset` and is the same since.
   */
  due(now: number, once?: boolean): Claim[];
  /** Makes those due that wait for a person, where their file changed since it was tried: it grew, or was replaced. */
  notice(): Promise<void>;
  /**
   * Makes stuck claims due, by name or id; answers which of the names it knew. Where `asIs`, damage of their files as they are
   * now is not waited for any more; that is durable before the answer. `sees`: see `Retry`.
   */
  retry(names: StuckNames, asIs?: boolean, sees?: Sees): Promise<Retried & { claims: Claim[] }>;
  readonly choices: Pick<Choices, 'ignore' | 'discard'>;
  /**
   * When the next stuck claim is due, in ms; of those that are still being written alone where `changing`. `except`: those
   * that are about to be worked on.
   */
  next(except: (claim: Claim) => boolean, changing?: boolean): number | undefined;
  /** Why nothing is worked on, and until when: trouble of a disk. */
  held(): SpoolPause | undefined;
  /** Ends that pause, and begins to count which have failed. */
  reset(): void;
  working(): WorkItem[];
  stuck(): StuckItem[];
  /** What the claims of both say of their files. */
  items(): ClaimRecord[];
}

/** What the hand works with. `soon` is in ms: when a file that is still being written is looked at again. */
export interface HandParts {
  claims: Claims;
  ingest: Ingest;
  clock: Clock;
  log: Log;
  soon: number;
  tally: SpoolStatistics;
  emit: (event: SpoolEvent) => void;
}

/** Trouble of a disk, that every file would meet; and what else is, once a file is on its way into the archive. */
const everybodys: ReadonlySet<ErrorCode> = new Set(['disk-full', 'read-only', 'busy']);
const archives: ReadonlySet<ErrorCode> = new Set(['io', 'permission']);

/** Opens the hand of a processor. */
export function openHand(parts: HandParts): Hand {
  const { claims, clock, log } = parts;
  const stuck = new Map<string, Claim>();
  const [working, busy, failed] = [new Map<string, WorkItem>(), new Set<Claim>(), new Set<string>()];
  const hold = openHold(clock);
  const state: HandState = { ...parts, working, stuck, busy, failed, hold };
  const choices = openChoices(stuck, claims, log);
  return {
    work: openWork(state),
    ...openSchedule(state),
    adopt(found) {
      for (const claim of found) stuck.set(claim.id, claim);
    },
    async retry(names, asIs = false, sees = ofHouse) {
      const { claims: found, unknown } = choices.find(names, names === 'all' ? () => true : sees);
      // What is ignored is meant where it is named.
      const chosen = found.filter(({ item }) => names !== 'all' || !isIgnored(item));
      for (const claim of chosen) again(state, claim, 0);
      if (asIs) await choices.allow(chosen);
      if (chosen.length > 0) hold.reset();
      const told = chosen.filter(({ id, item }) => sees(holderIn(id, item).holder ?? house));
      return { claims: chosen, retried: told.map(({ item }) => item.name), unknown };
    },
    choices,
    held: hold.read,
    reset() {
      hold.reset();
      failed.clear();
    },
    items: () => [...busy, ...stuck.values()].map(({ item }) => item),
    working: () => [...working.values()],
    stuck: () => [...stuck.values()].map(toStuckItem),
  };
}

/** What is worked on, what is stuck, and why. */
interface HandState extends HandParts {
  working: Map<string, WorkItem>;
  stuck: Map<string, Claim>;
  busy: Set<Claim>;
  /** The ids of those that failed since `reset`, other than by being written to, and that nothing makes worth another try. */
  failed: Set<string>;
  hold: DiskPause;
}

/** Where it can't be looked at, nothing is known of a change. */
const look = ({ claims }: HandParts, claim: Claim): Promise<string | undefined> =>
  claims.look(claim).catch(() => claim.item.tried);
const missingOf = ({ claims }: HandParts, claim: Claim): ReturnType<Claims['missing']> =>
  claims.missing(claim).catch(() => undefined);

const about = ({ id, item: { name, attempts } }: Claim): object => ({ name, claim: id, attempts });

/** Makes a claim due, also in the pass that is under way. */
function again({ failed }: HandState, claim: Claim, at: number): void {
  claim.item.next = new Date(at).toISOString();
  delete claim.item.ignored;
  failed.delete(claim.id);
}

/** What becomes of a claim that was worked on. */
function openOutcomes(state: HandState) {
  const { claims, clock, log, soon, tally, emit, working, stuck, failed, hold } = state;

  /** Whether a failure is news: that of a disk is told once for all files, any other once for each file. */
  function note(claim: Claim, { code, message }: PhotospoolError): boolean {
    const archiving = working.get(claim.id)?.step === 'archive';
    if (!everybodys.has(code) && !(archiving && archives.has(code)))
      return code !== 'changing' && claim.item.error?.message !== printable(message);
    return hold.failed(code, message);
  }

  /** The file has gone on, or is gone: what remains of its claim is removed now or at the next start. */
  const finish = (claim: Claim): Promise<void> =>
    claims.finish(claim).catch((err: unknown) => log.debug({ ...about(claim), err }, 'a claim was not removed'));

  /** Gives up a claim whose file something else removed: there is nothing to be tried again. */
  async function drop(claim: Claim): Promise<void> {
    const reason = `${printable(claim.item.name)} was removed from ${printable(claim.folder)} by something else.`;
    log.warn(about(claim), reason);
    await finish(claim);
    emit({ type: 'ignored', name: claim.item.name, reason });
  }

  async function fail(claim: Claim, error: unknown, watch: Stopwatch): Promise<void> {
    // The step tells which of the disks it is: that of `work`, of the library, of the archive.
    const failure = toPhotospoolError(error, working.get(claim.id)?.step ?? 'take in', claim.item.name);
    const news = note(claim, failure);
    claim.item = failItem(claim.item, failure, clock.now(), soon, await look(state, claim));
    // What waits for a disk is tried as soon as the disk is.
    if (hold.until() > 0 && claim.item.next !== undefined && hold.until() < Date.parse(claim.item.next))
      claim.item.next = new Date(hold.until()).toISOString();
    stuck.set(claim.id, claim);
    if (failure.code !== 'changing') failed.add(claim.id);
    log[!news ? 'debug' : failure.code === 'internal' ? 'error' : 'warn'](
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

  /** The disk takes files again: all that wait for it are due. */
  function goOn(): void {
    log.info({}, 'Photos come in again.');
    for (const claim of stuck.values())
      if (everybodys.has(claim.item.error?.code ?? 'internal')) again(state, claim, clock.now());
  }

  async function settle(claim: Claim, outcome: IngestOutcome, watch: Stopwatch): Promise<void> {
    const { name } = claim.item;
    if (outcome.kind === 'waiting') {
      // Nobody is told that somebody else has the same bytes.
      const isShared = claim.item.holder !== undefined || isOwnClaim(outcome.claim);
      const message = isShared
        ? `${printable(name)} waits until another Photospool has done its work.`
        : `${printable(name)} waits for the same picture in ${outcome.claim}.`;
      return fail(claim, new PhotospoolError('locked', message, { hint: 'It goes on when that one is done.' }), watch);
    }
    if (hold.passed()) goOn();
    await finish(claim);
    const { kind, sha256, path, bytes } = outcome;
    const { seconds, steps } = watch.read();
    log.info({ ...about(claim), outcome: kind, sha256, path, bytes, seconds, steps }, `${kind} ${name}`);
    const sidecar = outcome.kind === 'stored' && outcome.sidecar === true;
    tally.add({ name, outcome: kind, sha256, seconds, ...holderIn(claim.id, claim.item) }, sidecar);
    tally.addSteps(steps);
    emit({ type: kind, name, sha256, ...(sidecar && { sidecar }) });
  }
  return { drop, fail, settle };
}

/** Takes claims through ingest. */
function openWork(state: HandState): Hand['work'] {
  const { claims, ingest, clock, emit, working, stuck, busy, hold } = state;
  const { drop, fail, settle } = openOutcomes(state);
  const now = (): string => new Date(clock.now()).toISOString();

  function stepTo({ id, item }: Claim, step: string, watch: Stopwatch): void {
    const { name, claimed } = item;
    watch.step(step);
    working.set(id, {
      name,
      step,
      since: now(),
      claimed,
      ...holderIn(id, item),
    });
    emit({ type: 'item', name, step });
  }

  const { work }: Pick<Hand, 'work'> = {
    async work(claim) {
      if (hold.until() > 0) {
        stuck.set(claim.id, claim);
        return undefined;
      }
      // What was stuck and went into the trash since it was queued is nobody's work.
      if (claim.item.error && !stuck.delete(claim.id)) return undefined;
      stuck.delete(claim.id);
      busy.add(claim);
      const watch = openStopwatch(clock);
      stepTo(claim, 'claim', watch);
      try {
        if (!(await claims.complete(claim))) return undefined;
        const asIs = isTakenAsIs(claim.item, await claims.look(claim).catch(() => undefined), clock.now());
        const outcome = await ingest(
          { ...arrivalOf(claim.item, claim.folder), ...(asIs && { asIs }) },
          {
            step: (step) => stepTo(claim, step, watch),
            setAside: async (path) => {
              claim.item.aside = path;
              await claims.save(claim);
            },
            markNew: async (sha256) => {
              claim.item.newBytes = sha256;
              await claims.save(claim);
            },
          },
        );
        await settle(claim, outcome, watch);
        return outcome;
      } catch (error) {
        const missing = toPhotospoolError(error).code === 'not-found' ? await missingOf(state, claim) : undefined;
        if (missing === 'file') await drop(claim);
        else await fail(claim, missing === 'work' ? away(claim) : error, watch);
        return undefined;
      } finally {
        working.delete(claim.id);
        busy.delete(claim);
      }
    },
  };
  return work;
}

/** Which of the stuck are due, and when. */
function openSchedule(state: HandState): Pick<Hand, 'due' | 'notice' | 'next'> {
  const { clock, stuck, failed, hold } = state;

  return {
    due(now, once = false) {
      const isDue = (claim: Claim): boolean => dueAt(claim, now) <= now && !(once && failed.has(claim.id));
      return hold.until() > 0 ? [] : [...stuck.values()].filter(isDue);
    },
    async notice() {
      for (const claim of [...stuck.values()].filter(({ item }) => item.error && item.next === undefined)) {
        const now = await look(state, claim);
        const changed = now === undefined ? (await missingOf(state, claim)) === 'file' : now !== claim.item.tried;
        if (changed) again(state, claim, clock.now());
      }
    },
    next(except, changing = false) {
      const next = earliest(
        [...stuck.values()]
          .filter((claim) => !except(claim) && (!changing || !claim.item.error || claim.item.error.code === 'changing'))
          .map((claim) => dueAt(claim, clock.now())),
      );
      return next === undefined || next === Infinity ? undefined : Math.max(next, hold.until());
    },
  };
}

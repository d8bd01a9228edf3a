/**
 * Processes claims: each is ingested, then finished or kept with the reason of its failure. A failure of one never
 * delays another. After a crash, the next start continues with the claims.
 */
import type { Clock } from '../base/clock.js';
import { sentence, toPhotospoolError, PhotospoolError, printable, type ErrorCode } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Ingest, IngestOutcome } from '../ingest/ingest.js';
import { openChoices, type Choices } from './stuck-choices.js';
import type { Claim, Claims } from './claims.js';
import { earliest, openHold, type DiskPause } from './disk-trouble.js';
import { logFile, reasonFor } from './file-log.js';
import { titleOf } from './stuck-groups.js';
import { isOwnClaim } from './claim-name.js';
import { arrivalOf, failItem, isIgnored, type ClaimRecord } from './claim-record.js';
import { isTakenAsIs } from './damaged-files.js';
import { house } from '../document/item-id.js';
import { ofHouse } from './spool-view.js';
import type { Sees, SpoolPause, StuckNames, Retried, SpoolEvent, StuckItem, WorkItem } from './spool-interface.js';
import { away, dueAt, holderIn, toStuckItem } from './retry-schedule.js';
import { openStopwatch, type Stopwatch } from './step-timer.js';
import type { SpoolStatistics } from './spool-statistics.js';

/** The claims being processed and the stuck ones. */
export interface Hand {
  /** Ingests a claim. Never rejects. `recording` is called when only its record and its move remain. */
  work(claim: Claim, recording: () => void): Promise<IngestOutcome | undefined>;
  /** Adds found claims to the stuck ones: due now, or at the time that their last failure set. */
  adopt(claims: readonly Claim[]): void;
  /**
   * The stuck claims due at `now` (ms), oldest first; they stay stuck until `work` processes them. With `once`, without
   * those that failed since `reset` and have not changed.
   */
  due(now: number, once?: boolean): Claim[];
  /**
   * Makes claims due that need a person's decision, if their file has changed since the last attempt: it grew, or was
   * replaced.
   */
  notice(): Promise<void>;
  /**
   * Makes stuck claims due, by name or id; returns which of the names are known. With `asIs`, the visible ones are
   * archived despite their current damage; this is durable before the response. `sees`: see `Retry`.
   */
  retry(names: StuckNames, asIs?: boolean, sees?: Sees): Promise<Retried & { claims: Claim[] }>;
  readonly choices: Pick<Choices, 'ignore' | 'discard'>;
  /**
   * When the next stuck claim is due, in ms; with `changing`, only of those whose files are still being written.
   * `except`: claims that are already queued.
   */
  next(except: (claim: Claim) => boolean, changing?: boolean): number | undefined;
  /** The pause of all processing because of a disk error: its reason and end. */
  held(): SpoolPause | undefined;
  /** Ends that pause, and forgets which claims failed. */
  reset(): void;
  working(): WorkItem[];
  stuck(): StuckItem[];
  /** The records of all these claims. */
  items(): ClaimRecord[];
}

/** The dependencies. `soon` is the delay, in ms, before a file that is still being written is checked again. */
export interface HandParts {
  claims: Claims;
  ingest: Ingest;
  clock: Clock;
  log: Log;
  soon: number;
  tally: SpoolStatistics;
  emit: (event: SpoolEvent) => void;
}

/** Errors of a disk, which affect every file; and those that do so only once a file is being moved into the archive. */
const everybodys: ReadonlySet<ErrorCode> = new Set(['disk-full', 'read-only', 'busy']);
const archives: ReadonlySet<ErrorCode> = new Set(['io', 'permission']);

/** Opens the processing of claims. */
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
      const { claims: found, unknown } = choices.find(names, names === 'all' && sees(house) ? () => true : sees);
      // An ignored file is retried only if it is named.
      const chosen = found.filter(({ item }) => names !== 'all' || !isIgnored(item));
      for (const claim of chosen) again(state, claim, 0);
      const told = chosen.filter(({ id, item }) => sees(holderIn(id, item).holder ?? house));
      // The decision to archive a damaged file is that of its holder.
      if (asIs) await choices.allow(told);
      if (chosen.length > 0) hold.reset();
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

/** The claims being processed, the stuck ones, and the current pause. */
interface HandState extends HandParts {
  working: Map<string, WorkItem>;
  stuck: Map<string, Claim>;
  busy: Set<Claim>;
  /**
   * The ids of claims that failed since `reset`, except because of writes to the file, and for which another attempt is
   * pointless.
   */
  failed: Set<string>;
  hold: DiskPause;
}

/** If the file can't be read, it counts as unchanged. */
const look = ({ claims }: HandParts, claim: Claim): Promise<string | undefined> =>
  claims.look(claim).catch(() => claim.item.tried);
const missingOf = ({ claims }: HandParts, claim: Claim): ReturnType<Claims['missing']> =>
  claims.missing(claim).catch(() => undefined);

/** Logs something about a claim; its `fields` follow those of the claim. */
function tell(
  { log }: Pick<HandParts, 'log'>,
  level: keyof Log,
  { id, item }: Claim,
  [text, ofPerson]: readonly [text: string, ofPerson: string],
  fields: object = {},
): void {
  const { name, attempts } = item;
  const about = { ...holderIn(id, item), fields: { name, claim: id, attempts, ...fields } };
  logFile(log, level, { ...about, text, ofPerson });
}

/** Makes a claim due, also in the current pass. */
function again({ failed }: HandState, claim: Claim, at: number): void {
  claim.item.next = new Date(at).toISOString();
  delete claim.item.ignored;
  failed.delete(claim.id);
}

const notRemoved = ['a claim was not removed', 'a claim was not removed'] as const;

/** The outcomes of processing a claim. */
function openOutcomes(state: HandState) {
  const { claims, clock, log, soon, tally, emit, working, stuck, failed, hold } = state;

  /** Whether a failure should be reported: disk errors once for all files, any other error once per file. */
  function note(claim: Claim, { code, message }: PhotospoolError): boolean {
    const archiving = working.get(claim.id)?.step === 'archive';
    if (!everybodys.has(code) && !(archiving && archives.has(code)))
      return code !== 'changing' && claim.item.error?.message !== printable(message);
    return hold.failed(code, reasonFor(holderIn(claim.id, claim.item).holder, code, message));
  }

  /** The file has been processed or is gone: removes the rest of its claim, now or at the next start. */
  const finish = (claim: Claim): Promise<void> =>
    claims.finish(claim).catch((err: unknown) => tell(state, 'debug', claim, notRemoved, { err }));

  /** Gives up a claim whose file was removed by another program: there is nothing to retry. */
  async function drop(claim: Claim): Promise<void> {
    const reason = `${printable(claim.item.name)} was removed from ${printable(claim.folder)} by another program.`;
    tell(state, 'warn', claim, [reason, 'A file of a person was removed from its claim by another program.']);
    await finish(claim);
    emit({ type: 'ignored', name: claim.item.name, reason });
  }

  async function fail(claim: Claim, error: unknown, watch: Stopwatch): Promise<void> {
    // The step determines which disk it is: that of `work`, of the library, or of the archive.
    const failure = toPhotospoolError(error, working.get(claim.id)?.step ?? 'import', claim.item.name);
    const news = note(claim, failure);
    claim.item = failItem(claim.item, failure, clock.now(), soon, await look(state, claim));
    // Claims that wait for a disk are retried as soon as the pause ends.
    if (hold.until() > 0 && claim.item.next !== undefined && hold.until() < Date.parse(claim.item.next))
      claim.item.next = new Date(hold.until()).toISOString();
    stuck.set(claim.id, claim);
    if (failure.code !== 'changing') failed.add(claim.id);
    tell(
      state,
      !news ? 'debug' : failure.code === 'internal' ? 'error' : 'warn',
      claim,
      [sentence(failure), `A file of a person could not be imported: ${titleOf(failure.code)}.`],
      { outcome: 'stuck', code: failure.code, err: failure.cause, ...watch.read() },
    );
    // The reason stays in memory even if the disk rejects the record.
    await claims
      .save(claim)
      .catch((reason: unknown) =>
        log.debug({ err: reason, claim: claim.id }, 'the record of a failure could not be written'),
      );
    if (failure.code === 'changing') emit({ type: 'item', name: claim.item.name, step: 'wait' });
    else emit({ type: 'stuck', name: claim.item.name, reason: sentence(failure) });
  }

  /** The disk accepts files again: everything that waits for it is due. */
  function goOn(): void {
    log.info({}, 'Importing has resumed.');
    for (const claim of stuck.values())
      if (everybodys.has(claim.item.error?.code ?? 'internal')) again(state, claim, clock.now());
  }

  async function settle(claim: Claim, outcome: IngestOutcome, watch: Stopwatch): Promise<void> {
    const { name, by } = claim.item;
    if (outcome.kind === 'waiting') {
      // The message must not reveal that someone else has the same bytes.
      const isShared = claim.item.holder !== undefined || isOwnClaim(outcome.claim);
      const message = isShared
        ? `${printable(name)} is waiting for another Photospool process to finish.`
        : `${printable(name)} is waiting for an identical file in ${outcome.claim}.`;
      return fail(claim, new PhotospoolError('locked', message, { hint: 'It continues automatically.' }), watch);
    }
    if (hold.passed()) goOn();
    await finish(claim);
    const [{ kind, sha256, bytes }, { seconds, steps }] = [outcome, watch.read()];
    const texts = [`${kind} ${name}`, 'A file of a person was imported.'] as const;
    tell(state, 'info', claim, texts, { outcome: kind, sha256, bytes, seconds, steps });
    const sidecar = outcome.kind === 'stored' && outcome.sidecar === true;
    working.delete(claim.id); // At once: no status counts the file twice.
    tally.add({ name, outcome: kind, sha256, seconds, ...holderIn(claim.id, claim.item) }, sidecar);
    tally.addSteps(steps);
    emit({ type: kind, name, sha256, ...(sidecar && { sidecar }), ...(by !== undefined && { by }) });
  }
  return { drop, fail, settle };
}

/** Ingests claims. */
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
    async work(claim, recording) {
      if (hold.until() > 0) {
        stuck.set(claim.id, claim);
        return undefined;
      }
      // A stuck claim that was moved to the trash after it was queued.
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
            step(step) {
              stepTo(claim, step, watch);
              if (step === 'record') recording();
            },
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

/** Which stuck claims are due, and when. */
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

/**
 * The processor of one spool: moves ready files from `incoming` through claims into the archive, several concurrently,
 * in one pass or by watching. Holds the lock on `work` while it is open. If it is killed, the next start continues its
 * work; a failure to claim leaves the file in `incoming`.
 */
import { openPool } from '../base/async/concurrency-limit.js';
import { openListeners } from '../base/async/listeners.js';
import { printable, sentence, toPhotospoolError } from '../base/errors.js';
import { keyOf } from '../base/paths.js';
import { isOwnClaim } from './claim-name.js';
import { logFile } from './file-log.js';
import { openClaims, type Claim } from './claims.js';
import { openHand } from './claim-worker.js';
import { earliest } from './disk-trouble.js';
import { openInbox } from './incoming-files.js';
import type { ClaimRecord } from './claim-record.js';
import { holdLock, type Lock } from './spool-lock.js';
import { openScanScheduler } from './scan-scheduler.js';
import type { ProcessorOptions, ProcessorParts } from './processor-options.js';
import type { PassSummary, SpoolEvent, SpoolPort } from './spool-interface.js';
import { openKeyedQueue } from '../base/async/keyed-queue.js';
import { openWaitingSidecars, type WaitingSidecars } from './waiting-sidecars.js';
import { house } from '../document/item-id.js';
import { tellStatus } from './spool-status.js';
import { ofHouse, seenOf } from './spool-view.js';
import type { Assignment } from './scan-incoming.js';
import { openTaking } from './claimer.js';
import { openTally } from './spool-statistics.js';
import { placeUpload } from './place-upload.js';
import { openUploads } from './upload-parts.js';
import { openWatch, type Folder, type Watch } from './watch-incoming.js';
import { claimedPaths, filesOf, handOver, importWork } from './work-folder.js';

/** An open processor. */
export interface Processor extends SpoolPort {
  /** Watches until `close`. */
  watch(): Promise<void>;
  /** Processes due stuck claims, without scanning `incoming`. */
  drain(): Promise<void>;
  /** Stops claiming, finishes the claims being processed, and releases the lock. */
  close(): Promise<void>;
}

/** Files processed in addition to those being decoded: disk flushes must not keep the decoders waiting. */
const ahead = 3;
/** Files being recorded in addition to these: they wait for one another, to be recorded together. */
const recorded = 16;
const nobody: ReadonlyMap<string, ClaimRecord> = new Map();

/** Opens the processor of a `work` folder and takes over the claims left there. @throws PhotospoolError `locked`. */
export async function openProcessor(parts: ProcessorParts, options: ProcessorOptions): Promise<Processor> {
  const { incoming, work } = options;
  await parts.files.makeFolder(incoming);
  await parts.files.makeFolder(work);
  const lock = holdLock(work);
  try {
    return await startProcessor(parts, options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startProcessor(parts: ProcessorParts, options: ProcessorOptions, lock: Lock): Promise<Processor> {
  const { files, clock, log } = parts;
  const { incoming, work } = options;
  const listeners = openListeners<[event: SpoolEvent]>();
  const ending = new AbortController();
  const core = openCore(parts, options, emit);
  const { queue, tally, waiting, inbox, hand, taking } = core;
  const rounds = openRounds(core);
  const { adopt, resume, look, nextDue } = rounds;
  const pass = openPasses(core, rounds, ending.signal);
  const looks = openScanScheduler({
    clock,
    look: lookAndFollow,
    failed: (error) => log.error({ err: error }, sentence(toPhotospoolError(error, 'look at', incoming))),
    patience: options.poll * 1000,
  });
  let watching: Watch | undefined;
  let closed: Promise<void> | undefined;
  for (const folder of [incoming, work]) await files.sweep(folder);
  const uploads = await openUploadsOf(parts, options);
  await adopt();
  await tellOtherDisk(parts, options);

  function emit(event: SpoolEvent): void {
    listeners.call(event);
    if (!watching) return;
    // The retry of a failed item may be due before the next scan; a sidecar may have waited for this photo.
    const came = event.type === 'stored' || event.type === 'duplicate';
    if (event.type === 'stuck' || (event.type === 'item' && event.step === 'wait') || (came && waiting?.items().length))
      looks.wake();
  }

  async function lookAndFollow(): Promise<number> {
    const { wait, folders } = await look();
    if (watching?.follow(folders)) looks.wake();
    return Math.min(wait ?? Infinity, nextDue() - clock.now());
  }

  async function close(): Promise<void> {
    ending.abort();
    queue.stop();
    watching?.close();
    await looks.close();
    await Promise.all([queue.idle(), uploads.close()]);
    try {
      if (options.handOver) await handOver(work, options.handOver, files);
    } finally {
      lock.release();
    }
  }

  return {
    async watch() {
      const degraded = (text: string): void => log.warn({ incoming }, text);
      const { rescan, poll } = options;
      watching = await openWatch(incoming, { changed: looks.wake, degraded, rescan, poll });
      looks.wake();
    },
    pass,
    steps: () => tally.steps(),
    processed: (sees) => tally.processed(sees),
    drain: () =>
      adopt()
        .then(() => resume())
        .then(queue.idle),
    ...openStuck(core, rounds, () => watching && looks.wake()),
    async status() {
      await adopt();
      if (!watching) await inbox.look();
      return { ...tellStatus({ inbox, hand, taking, tally }), today: parts.local.today.count() };
    },
    place: (stream, name, by, still, holder, modified) =>
      placeUpload(incoming, files, stream, name, { by, ...(holder !== undefined && { holder }) }, still, modified),
    uploads,
    on: listeners.on,
    close: () => (closed ??= close()),
  };
}

/** Logs that `incoming` is on another filesystem, where claiming takes longer. */
async function tellOtherDisk({ files, log }: ProcessorParts, { incoming, work }: ProcessorOptions): Promise<void> {
  if ((await files.stat(incoming))?.dev === (await files.stat(work))?.dev) return;
  log.info(
    { incoming, work },
    `${incoming} is on a different disk than ${work}: files are copied and verified instead of renamed.`,
  );
}

/** The parts that claim files, process them and report on them. */
type Core = ReturnType<typeof openCore>;

function openCore(parts: ProcessorParts, options: ProcessorOptions, emit: (event: SpoolEvent) => void) {
  const { files, clock, log } = parts;
  const { incoming, work } = options;
  const settle = options.settle * 1000;
  const queue = openKeyedQueue(options.workers + ahead, recorded, (error) =>
    log.error({ err: error }, sentence(toPhotospoolError(error))),
  );
  const tally = openTally(clock, options.holder);
  const claims = openClaims(work, incoming, files, clock);
  const works = [work, importWork(work), ...(options.handOver === undefined ? [] : [options.handOver])];
  const openSidecars = (): WaitingSidecars | undefined =>
    parts.sidecars &&
    openWaitingSidecars(parts.sidecars, {
      inHand: () => [...taking.underWay(), ...hand.items().map(({ folder = '', ...item }) => ({ ...item, folder }))],
      taken: (found) => taking.taken(found),
    });
  const waiting = openSidecars();
  const inbox =
    options.inbox?.(works, openSidecars) ??
    openInbox(incoming, settle, files, clock, works, waiting, assignmentOf(parts, options));
  const hand = openHand({ claims, ingest: parts.ingest, clock, log, soon: Math.max(settle, 1000), tally, emit });
  const taking = openTaking({
    mode: options.mode,
    countSeen: options.countSeen ?? false,
    claims,
    inbox,
    files,
    seen: parts.local.seen,
    isHere: parts.isHere,
    ...(parts.isHeld && { isHeld: parts.isHeld }),
    known: async (found, sha256) => waiting?.known(found, sha256, parts.placeOf?.(sha256)),
    told: parts.told ?? (() => undefined),
    clock,
    log,
    work: (claim, recording) => hand.work(claim, recording),
    handHeld: hand.held,
    emit,
    tally,
  });
  return { parts, options, emit, queue, tally, claims, waiting, inbox, hand, taking };
}

/** The holders of the files in `incoming`. */
const assignmentOf = ({ personOf }: ProcessorParts, { holder }: ProcessorOptions): Assignment => ({
  ...(holder !== undefined && { holder }),
  ...(personOf && { personOf }),
});

/** The uploads of a spool. An import has no uploads, so it needs no listings of senders. */
function openUploadsOf(parts: ProcessorParts, options: ProcessorOptions) {
  const { files, clock, log, mayUpload, accepted, isStored, local } = parts;
  const { incoming, work, handOver: into } = options;
  const sent = into === undefined ? local.sentFiles : undefined;
  return openUploads({
    ...{ incoming, work, files, clock, log },
    ...(mayUpload && { mayUpload }),
    ...(accepted && { accepted }),
    ...(isStored && { isStored }),
    ...(sent && { sent }),
  });
}

const keyOfClaim = ({ id }: Claim): string => `claim ${id}`;

/** Scans `incoming` and the claims, and queues ready files. */
type Rounds = ReturnType<typeof openRounds>;

function openRounds({ parts, options, emit, queue, claims, inbox, hand, taking }: Core) {
  const { files, clock, log } = parts;
  const { incoming, work, mode } = options;
  let there = true;
  const isQueued = (claim: Claim): boolean => queue.has(keyOfClaim(claim));

  /** Queues due stuck claims; `once`: without those that failed in this pass. */
  function resume(once = false): void {
    for (const claim of hand.due(clock.now(), once)) queue.add(keyOfClaim(claim), (free) => hand.work(claim, free));
  }

  /** Takes over claims that were left, or handed over by another process. */
  async function adopt(): Promise<void> {
    hand.adopt(await claims.list());
  }

  /**
   * Scans `incoming` and the claims once, and queues due files. Returns the ms until the next scan, and the folders.
   */
  async function look(once = false): Promise<{ wait: number | undefined; folders: Folder[] }> {
    await adopt();
    const lay = inbox.count();
    const found = await inbox.look();
    for (const { name, reason, holder } of inbox.news()) {
      const ofPerson = 'A hidden file of a person was left over from an import.';
      logFile(log, 'warn', { holder, fields: { name }, text: `${name} ${reason}`, ofPerson });
    }
    if (inbox.count() !== lay) emit({ type: 'incoming', count: inbox.count() });
    taking.keep(new Set(found.ready.map(({ path }) => keyOf(path))));
    const own = mode === 'copy' ? await claimedPaths(work, files) : nobody;
    const others = options.handOver === undefined ? nobody : await claimedPaths(options.handOver, files);
    for (const file of found.ready)
      if (taking.wants(file, own, others, once))
        queue.add(`file ${keyOf(file.path)}`, (free) => taking.take(file, free));
    await hand.notice();
    resume(once);
    if (there && !found.there)
      log.warn(
        { incoming },
        `${incoming} does not exist. Create it or mount its disk. Photospool checks again every ${options.poll} s.`,
      );
    there = found.there;
    return there ? found : { wait: options.poll * 1000, folders: [] };
  }

  /** When the next retry is due, in ms, regardless of the last scan. */
  function nextDue(): number {
    const held = taking.heldUntil() === 0 ? Infinity : taking.heldUntil();
    return Math.min(held, hand.next(isQueued) ?? Infinity, taking.nextTry() ?? Infinity);
  }

  return { isQueued, resume, adopt, look, nextDue, isThere: () => there };
}

/** Passes, one after the other: each continues until no file can make progress. */
function openPasses(
  { parts, options, tally, emit, queue, inbox, hand, taking }: Core,
  { isQueued, look, isThere }: Rounds,
  signal: AbortSignal,
): () => Promise<PassSummary> {
  const { clock } = parts;
  const oneByOne = openPool(1);

  async function onePass(): Promise<PassSummary> {
    const began = clock.now();
    const before = tally.totals();
    taking.reset();
    hand.reset();
    for (let wait: number | undefined = 0; wait !== undefined && !signal.aborted;) {
      await clock.sleep(wait, signal);
      const found = await look(true);
      const worked = queue.size() > 0;
      await queue.idle();
      const due = hand.next(isQueued, true);
      const waits = [found.wait, due && Math.max(0, due - clock.now()), worked ? 0 : undefined];
      wait = isThere() && taking.heldUntil() === 0 ? earliest(waits.filter((ms) => ms !== undefined)) : undefined;
    }
    const left = [...hand.stuck(), ...taking.refused(), ...inbox.trouble()];
    const stuckItems = seenOf(left, (holder) => holder === (options.holder ?? house)).map(({ name, reason }) => ({
      ...{ name: printable(name), reason },
    }));
    const totals = tally.totals();
    const summary: PassSummary = {
      stored: totals.stored - before.stored,
      duplicates: totals.duplicates - before.duplicates,
      stuck: left.length,
      ignored: inbox.ignored().length,
      ...(totals.others > before.others && { others: totals.others - before.others }),
      ...(totals.sidecars > before.sidecars && { sidecars: totals.sidecars - before.sidecars }),
      seconds: (clock.now() - began) / 1000,
      stuckItems,
    };
    emit({ type: 'summary', summary });
    return summary;
  }

  return () => oneByOne(onePass);
}

/** People's decisions about stuck files. `wake`: scans again, when watching. */
function openStuck(
  { parts: { files }, options: { work }, queue, claims, hand }: Core,
  { adopt, resume }: Rounds,
  wake: () => void,
): Pick<Processor, 'retry' | 'choices'> {
  return {
    async retry(names, { wait = false, asIs = false, sees = ofHouse } = {}) {
      await adopt();
      const { claims: chosen, ...answer } = await hand.retry(names, asIs, sees);
      wake();
      if (!wait) return answer;
      resume();
      await Promise.all(chosen.map((claim) => queue.done(keyOfClaim(claim))));
      const ids = new Set(chosen.map(({ id }) => id));
      const again = seenOf(hand.stuck(), sees).filter(({ claim }) => ids.has(claim));
      return { ...answer, stuck: again.map(({ name, reason }) => ({ name: printable(name), reason })) };
    },
    choices: {
      ignore: (names, sees) => adopt().then(() => hand.choices.ignore(names, sees)),
      discard: (names, sees) => adopt().then(() => hand.choices.discard(names, sees)),
      restore: () => claims.restore().then(adopt).then(wake),
      // Owners may not view people's files.
      filesOf: (ids) =>
        filesOf(
          ids.filter((id) => !isOwnClaim(id)),
          work,
          files,
        ),
    },
  };
}

/**
 * Moves ready files from `incoming` into claims: by rename, or in copy mode by copying unknown ones. An error before a
 * file is claimed leaves it in place; a disk error pauses all claims, with doubling pauses, instead of trying thousands
 * of files against a full disk.
 */
import { backOff, type BackOff } from '../base/async/backoff.js';
import type { Clock } from '../base/clock.js';
import { sentence, toPhotospoolError, type ErrorCode } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { keyOf } from '../base/paths.js';
import type { Holder } from '../document/item-id.js';
import type { Log } from '../base/log.js';
import type { IngestOutcome } from '../ingest/ingest.js';
import { isSidecarName } from '../ingest/sidecars/match-sidecars.js';
import type { CopiedFiles } from '../library/local-tables.js';
import { writeInto, type Claim, type Claims } from './claims.js';
import { earliest, openHold } from './disk-trouble.js';
import { logFile, reasonFor } from './file-log.js';
import { titleOf } from './stuck-groups.js';
import type { IncomingFiles } from './incoming-files.js';
import type { ClaimRecord } from './claim-record.js';
import type { SpoolPause, SpoolEvent } from './spool-interface.js';
import type { ScannedFile } from './scan-incoming.js';
import type { SpoolStatistics } from './spool-statistics.js';

/** Claiming files. */
export interface Taking {
  /** Claims one ready file and processes it. Never rejects. `recording`: see `Hand.work`. */
  take(found: ScannedFile, recording: () => void): Promise<void>;
  /**
   * False if a file need not be claimed: in copy mode because its bytes are in the archive or in a claim (this
   * processor's own, or of the one that takes over its claims; by path); or because it was rejected, recently, or with
   * `once` since `reset`.
   */
  wants(
    found: ScannedFile,
    own: ReadonlyMap<string, ClaimRecord>,
    others: ReadonlyMap<string, ClaimRecord>,
    once: boolean,
  ): boolean;
  /** The end of the pause because of a disk error, in ms; 0 without one. */
  heldUntil(): number;
  /** The same for display, with the reason. */
  held(): SpoolPause | undefined;
  /** The next attempt with a rejected file, in ms. */
  nextTry(): number | undefined;
  /** Files that could not be claimed since `reset`, or are stuck in a claim of another process, with the reason. */
  refused(): UnclaimedFile[];
  /** Forgets rejected files that are not among these (by `keyOf` their paths): they are gone or have changed. */
  keep(ready: ReadonlySet<string>): void;
  /** Forgets pauses and rejections: a new pass tries everything. */
  reset(): void;
  /** The files being claimed or processed. */
  underWay(): Iterable<ScannedFile>;
  /** In copy mode, the hash of a file that was copied before and is in the archive. */
  taken(found: ScannedFile): string | undefined;
}

/** A file that could not be claimed; it stays in place. */
export interface UnclaimedFile {
  name: string;
  reason: string;
  code: ErrorCode;
  /** Its holder; absent for the house. */
  holder?: Holder;
}

/** The dependencies. `countSeen`: report files that were copied before as duplicates, once. */
export interface TakingParts {
  mode: 'move' | 'copy';
  countSeen: boolean;
  claims: Claims;
  inbox: IncomingFiles;
  files: Files;
  seen: CopiedFiles;
  /** Whether the archive has these bytes, according to the local table and the disk. */
  isHere: (sha256: string) => boolean;
  /** Whether the holder of a file already has its bytes, given that the archive has them. */
  isHeld?: (sha256: string, found: ScannedFile) => boolean;
  /** Called in copy mode for a file whose bytes are in the archive. */
  known: (found: ScannedFile, sha256: string) => Promise<void>;
  /** Called once for each file that need not be claimed, because its bytes are in the archive. */
  told: (found: ScannedFile, sha256: string) => void;
  clock: Clock;
  log: Log;
  work: (claim: Claim, recording: () => void) => Promise<IngestOutcome | undefined>;
  /** The pause of all processing, if there is one. */
  handHeld: () => SpoolPause | undefined;
  emit: (event: SpoolEvent) => void;
  tally: Pick<SpoolStatistics, 'addSeen'>;
}

const whose = ({ holder }: { holder?: Holder }): { holder?: Holder } => (holder === undefined ? {} : { holder });

const delays: BackOff = { first: 5_000, longest: 300_000 };
/** Errors of claiming that affect every file. */
const everybodys: ReadonlySet<ErrorCode> = new Set(['disk-full', 'read-only', 'busy', 'io', 'not-found']);

/** Opens the claiming of one processor. */
export function openTaking(parts: TakingParts): Taking {
  const { clock } = parts;
  const refusals = openRefusals(parts);
  const { refused, elsewhere, hold } = refusals;
  const copies = openCopies(parts, refusals);
  const { taken, tell } = copies;
  const heldUntil = (): number => Math.max(hold.until(), Date.parse(parts.handHeld()?.until ?? '') || 0);

  return {
    ...openTake(parts, refusals, copies, heldUntil),
    taken,
    wants(found, own, others, once) {
      const key = keyOf(found.path);
      if ((refused.get(key)?.until ?? 0) > (once ? 0 : clock.now())) return false;
      if (parts.mode === 'move') return true;
      if (own.has(key)) return false;
      const item = others.get(key);
      if (item?.error) {
        const { message, code } = item.error;
        elsewhere.set(key, { name: found.name, reason: message, code, ...whose(found) });
      }
      if (item) return false;
      const sha256 = taken(found);
      if (sha256 === undefined) return true;
      if (parts.countSeen) tell(found, sha256);
      return false;
    },
    held: () => hold.read() ?? parts.handHeld(),
    heldUntil,
    nextTry: () => earliest([...refused.values()].map(({ until }) => until).filter((until) => until > clock.now())),
    refused: () =>
      [...refused.values(), ...elsewhere.values()].map((one) => ({
        ...{ name: one.name, reason: one.reason, code: one.code },
        ...whose(one),
      })),
    keep(ready) {
      for (const key of refused.keys()) if (!ready.has(key)) refused.delete(key);
      for (const key of elsewhere.keys()) if (!ready.has(key)) elsewhere.delete(key);
    },
    reset() {
      refused.clear();
      elsewhere.clear();
      hold.reset();
    },
  };
}

/** Files that could not be claimed, and files in claims of other spools. */
type Refusals = ReturnType<typeof openRefusals>;

function openRefusals({ files, clock, log, emit }: TakingParts) {
  const refused = new Map<string, UnclaimedFile & { until: number; failures: number }>();
  const elsewhere = new Map<string, UnclaimedFile>();
  const hold = openHold(clock);

  /** The result of `read`; undefined if the file can't be read, which affects only that file. */
  async function reading<T>(found: ScannedFile, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      await refuse(found, error, false);
      return undefined;
    }
  }

  async function refuse(found: ScannedFile, error: unknown, claiming: boolean): Promise<void> {
    const failure = toPhotospoolError(error, 'take', found.path.toString());
    const { code } = failure;
    const there = await files.stat(found.path).catch(() => true);
    if (code === 'not-found' && !there) return;
    const reason = sentence(failure);
    const before = refused.get(keyOf(found.path));
    const failures = (before?.failures ?? 0) + 1;
    refused.set(keyOf(found.path), {
      name: found.name,
      reason,
      code,
      ...whose(found),
      failures,
      until: clock.now() + backOff(failures, delays),
    });
    const news =
      claiming && (everybodys.has(code) || failure.op === writeInto)
        ? hold.failed(code, reasonFor(found.holder, code, reason))
        : before?.reason !== reason;
    const ofPerson = `A file of a person could not be imported: ${titleOf(code)}.`;
    if (news) logFile(log, 'warn', { ...whose(found), fields: { code, name: found.name }, text: reason, ofPerson });
    emit({ type: 'stuck', name: found.name, reason });
  }
  return { refused, elsewhere, hold, reading, refuse };
}

/**
 * The key of a copied file in `CopiedFiles`. Each holder has separate keys: a person's have the person before the path.
 */
export const seenKey = ({ holder, path, look }: ScannedFile): [path: string, bytes: number, modified: string] => [
  holder === undefined ? keyOf(path) : `${holder}:${keyOf(path)}`,
  Number(look.size),
  look.mtimeNs.toString(),
];

/** The state of copy mode: which files were copied before, and which bytes are being copied. */
type Copies = ReturnType<typeof openCopies>;

function openCopies(parts: TakingParts, { reading }: Refusals) {
  const { claims, files, seen, emit } = parts;
  const told = new Set<string>();

  /** The hashes being copied and processed: identical files in a tree are copied once. */
  const bringing = new Map<string, Promise<void>>();

  function taken(found: ScannedFile): string | undefined {
    const sha256 = parts.mode === 'copy' ? seen.find(...seenKey(found)) : undefined;
    return sha256 !== undefined && isKnown(sha256, found, true) ? sha256 : undefined;
  }

  /**
   * Whether a file need not be copied. `taken`: it was copied before for its holder, which suffices for a sidecar,
   * since that is no item.
   */
  function isKnown(sha256: string, found: ScannedFile, taken = false): boolean {
    if (!parts.isHere(sha256)) return false;
    return (taken && isSidecarName(found.name)) || (parts.isHeld?.(sha256, found) ?? true);
  }

  function tell(found: ScannedFile, sha256: string): void {
    if (told.has(keyOf(found.path))) return;
    told.add(keyOf(found.path));
    parts.told(found, sha256);
    parts.tally.addSeen();
    emit({ type: 'duplicate', name: found.name, sha256 });
  }

  /** Marks these bytes as being processed, until the returned function is called. */
  function bring(sha256: string): () => void {
    let end!: () => void;
    bringing.set(sha256, new Promise((resolve) => (end = resolve)));
    return () => {
      bringing.delete(sha256);
      end();
    };
  }

  /** Claims a copy, unless its bytes are known. Adds to `brought` the function to call when processing ends. */
  async function copy(found: ScannedFile, brought: (() => void)[]): Promise<Claim | undefined> {
    const sha256 = await reading(found, async () => (await files.hash(found.path)).sha256);
    if (sha256 === undefined) return undefined;
    for (let other; (other = bringing.get(sha256));) await other;
    brought.push(bring(sha256));
    if (!isKnown(sha256, found)) return claims.copy(found, sha256);
    await reading(found, () => parts.known(found, sha256));
    tell(found, sha256);
    seen.put(...seenKey(found), sha256);
    return undefined;
  }
  return { told, taken, tell, copy };
}

/** Claims files, one at a time, and processes them. */
function openTake(
  parts: TakingParts,
  { refused, hold, reading, refuse }: Refusals,
  { told, copy }: Copies,
  heldUntil: () => number,
): Pick<Taking, 'take' | 'underWay'> {
  const { claims, inbox, seen, emit } = parts;
  const underWay = new Set<ScannedFile>();

  async function claim(found: ScannedFile, brought: (() => void)[]): Promise<Claim | undefined> {
    try {
      const claimed = parts.mode === 'copy' ? await copy(found, brought) : await claims.take(found);
      if (claimed && hold.passed()) parts.log.info({}, 'Importing has resumed.');
      return claimed;
    } catch (error) {
      await refuse(found, error, true);
      return undefined;
    }
  }

  async function work(found: ScannedFile, claimed: Claim, recording: () => void): Promise<void> {
    refused.delete(keyOf(found.path));
    told.add(keyOf(found.path));
    if (parts.mode === 'move') inbox.took(found);
    const outcome = await parts.work(claimed, recording);
    if (parts.mode === 'copy' && outcome && outcome.kind !== 'waiting') seen.put(...seenKey(found), outcome.sha256);
  }

  return {
    async take(found, recording) {
      if (heldUntil() > 0) return;
      const looked = await reading(found, async () => ({ whyNot: await inbox.whyNot(found) }));
      if (looked?.whyNot !== undefined) emit({ type: 'ignored', name: found.name, reason: looked.whyNot });
      if (!looked || looked.whyNot !== undefined) return;
      underWay.add(found);
      const brought = [inbox.leaves(found)];
      try {
        const claimed = await claim(found, brought);
        if (claimed) await work(found, claimed, recording);
      } finally {
        for (const end of brought) end();
        underWay.delete(found);
      }
    },
    underWay: () => underWay,
  };
}

/**
 * `item.json`, the record beside a claimed file: where it came from, and why it is stuck. Pure.
 */
import { join } from 'node:path';
import { backOff, type BackOff } from '../base/async/backoff.js';
import { type PhotospoolError, printable, toPhotospoolError } from '../base/errors.js';
import type { Path } from '../base/paths.js';
import { parseBrought, type ImportedMetadata } from '../document/imported-metadata.js';
import { authorOfHolder, house, type Holder } from '../document/item-id.js';
import type { ArrivingFile } from '../ingest/arriving-file.js';
import { isSidecarName } from '../ingest/sidecars/match-sidecars.js';
import type { ScannedFile } from './scan-incoming.js';

/** Why an item is stuck. `at` is UTC. */
export interface StuckReason {
  code: PhotospoolError['code'];
  message: string;
  hint?: string;
  at: string;
}

/** What `item.json` holds. Times are UTC in ISO form. */
export interface ClaimRecord {
  /** 2 where it is for a person: then its claim has a name that older versions leave alone (claim-name.ts). */
  format: 1 | 2;
  /** The file's name as it came in. */
  name: string;
  /** The bytes of the name in base64, where they are not UTF-8. */
  raw?: string;
  /** The file's name in the claim. */
  file: string;
  /** Where it came from, absolute. */
  from: string;
  /** The bytes of that path in base64, where they are not UTF-8. */
  rawFrom?: string;
  /** The folder it was dropped in, relative to incoming. */
  folder?: string;
  /** Who sent it in, as the author of an edit; absent for the owner of the home. */
  by?: string;
  /** Whose it is: a person (a ULID); absent for the house. `unknown` where that was lost: then it stays in its claim. */
  holder?: Holder;
  /** The SHA-256 of bytes that its holder did not have when they were recorded. */
  newBytes?: string;
  /** Of a sidecar: since when it lay in incoming. */
  since?: string;
  claimed: string;
  /** Its mtime. */
  modified: string;
  /** What the export that it comes from says of it; not looked at (document/imported-metadata.ts does). */
  brought?: ImportedMetadata;
  /** The hidden place on incoming's filesystem from where it is copied into the claim. */
  via?: string;
  /** The place among the duplicates that was chosen for it. */
  aside?: string;
  /** Tries of this file as it is now: when it changed, they are counted anew. */
  attempts: number;
  /** What the file looked like at the last of them, in the words of `Claims.look`. */
  tried?: string;
  /** Since when it looks like that, by our clock. */
  still?: string;
  /** What it looked like when an owner said that it be archived as it is, damaged: one that changed since is tried as if new. */
  asIs?: string;
  /** What it looked like when an owner chose to ignore it. */
  ignored?: string;
  error?: StuckReason;
  /** When it is tried again by itself; absent where only a person can help. */
  next?: string;
}

/** The name of the record. */
export const itemName = 'item.json';

/** The longest delay between two tries of a transient failure, in ms. */
export const longestDelay = 3_600_000;
const delays: BackOff = { first: 5_000, longest: longestDelay };
/** The codes of damage: part of the file is missing or can't be decoded. */
export const damage: ReadonlySet<string> = new Set<PhotospoolError['code']>(['truncated', 'undecodable']);

const own: ReadonlySet<string> = new Set<PhotospoolError['code']>([
  ...damage,
  'too-large',
  'timeout',
  'unsupported',
] as PhotospoolError['code'][]);

/** Whether it is the file itself that keeps it back: trouble of a disk or the machine is nobody's to ignore. */
export const isOwn = ({ error }: ClaimRecord): boolean => error !== undefined && own.has(error.code);

/** Whether an owner ignores it as it is. */
export const isIgnored = ({ ignored, tried }: ClaimRecord): boolean => ignored !== undefined && ignored === tried;

/** The name that a file has in its claim: its own, unless the record or a tool's line protocol could be confused by it. */
export function claimName(name: string, raw: boolean): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const plain = !raw && name !== itemName && !name.startsWith('.') && !/[\u0000-\u001f\u007f]/.test(name);
  return plain ? name : 'original';
}

/** The record of a file that is about to be claimed. `now` in ms. */
export function newItem(found: ScannedFile, now: number): ClaimRecord {
  // What lies in the folder of a person, or is imported for them, is brought by them.
  const by = found.by ?? authorOfHolder(found.holder ?? house);
  return {
    format: found.holder === undefined ? 1 : 2,
    name: found.name,
    ...(found.raw && { raw: found.raw.toString('base64') }),
    file: claimName(found.name, found.raw !== undefined),
    from: found.path.toString(),
    ...(typeof found.path !== 'string' && { rawFrom: found.path.toString('base64') }),
    ...(found.folder !== '' && { folder: found.folder }),
    ...(found.changed !== undefined && isSidecarName(found.name) && { since: isoTime(found.changed) }),
    ...(by !== undefined && { by }),
    ...(found.holder !== undefined && { holder: found.holder }),
    ...(found.brought && { brought: found.brought }),
    claimed: new Date(now).toISOString(),
    modified: isoTime(found.modified),
    attempts: 0,
  };
}

/** A claimed file as ingest takes it; `folder` is that of its claim. */
export function arrivalOf(item: ClaimRecord, folder: string): ArrivingFile {
  const { name, raw, since, modified, claimed, aside, by, holder, newBytes } = item;
  const brought = parseBrought(item.brought);
  return {
    file: join(folder, item.file),
    name,
    modified,
    seen: claimed,
    claim: folder,
    ...(raw !== undefined && { raw }),
    ...(item.folder !== undefined && { folder: item.folder }),
    ...(since !== undefined && { since }),
    ...(by !== undefined && { by }),
    ...(holder !== undefined && { holder }),
    ...(newBytes !== undefined && { newBytes }),
    ...(brought && { brought }),
    ...(aside !== undefined && { aside }),
  };
}

/** The path that an item came from. */
export const cameFrom = ({ from, rawFrom }: ClaimRecord): Path =>
  rawFrom === undefined ? from : Buffer.from(rawFrom, 'base64');

/** Milliseconds as ISO time; what no date can hold becomes the epoch. */
export function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

/**
 * The record after a failed try: transient failures are tried again with doubling delay (5 s to 1 h), a file that was
 * still being written soon and without counting, permanent failures when a person asks or the file changed. `tried` is what the file looks like: the delays of one that
 * changed since its last try start anew. `now` and `soon` in ms.
 */
export function failItem(
  item: ClaimRecord,
  error: unknown,
  now: number,
  soon: number,
  tried = item.tried,
): ClaimRecord {
  const failure = toPhotospoolError(error, 'take in', item.name);
  const growing = failure.code === 'changing';
  const before = tried === item.tried ? item.attempts : 0;
  const attempts = before + (growing ? 0 : 1);
  const delay = growing ? soon : backOff(attempts, delays);
  const { next: _next, still, ...rest } = item;
  const since = tried === item.tried && still !== undefined && Date.parse(still) <= now ? still : isoTime(now);
  return {
    ...rest,
    attempts,
    ...(tried !== undefined && { tried, still: since }),
    error: {
      code: failure.code,
      message: printable(failure.message),
      ...(failure.hint !== undefined && { hint: printable(failure.hint) }),
      at: new Date(now).toISOString(),
    },
    ...(failure.transient && { next: new Date(now + delay).toISOString() }),
  };
}

/** Reads a record; undefined where it is none (cut off, edited by hand). */
export function parseItem(text: string): ClaimRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What is no JSON is no record: the claim gets a new one.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const item = value as Partial<ClaimRecord>;
  const texts = [item.name, item.file, item.from, item.claimed, item.modified];
  if (!texts.every((part) => typeof part === 'string') || typeof item.attempts !== 'number') return undefined;
  return item.file!.includes('/') ? undefined : (value as ClaimRecord);
}

/** The newest format of records that this version reads. */
const newest = 2;

/** Whether the text of a record is of a version after this one. */
export function isOfNewerVersion(text: string): boolean {
  const { format } = (parseItem(text) ?? {}) as { format?: unknown };
  return typeof format === 'number' && format > newest;
}

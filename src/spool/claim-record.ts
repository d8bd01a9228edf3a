/** `item.json`, the record beside a claimed file: its origin, and why it is stuck. Pure. */
import { join } from 'node:path';
import { backOff, type BackOff } from '../base/async/backoff.js';
import { type PhotospoolError, printable, toPhotospoolError } from '../base/errors.js';
import type { Path } from '../base/paths.js';
import { parseBrought, type ImportedMetadata } from '../document/imported-metadata.js';
import { authorOfHolder, house, type Holder } from '../document/item-id.js';
import type { ArrivingFile } from '../ingest/arriving-file.js';
import { isSidecarName } from '../ingest/sidecars/match-sidecars.js';
import type { ScannedFile } from './scan-incoming.js';

/** Why an item is stuck. `at` is in UTC. */
export interface StuckReason {
  code: PhotospoolError['code'];
  message: string;
  hint?: string;
  at: string;
}

/** The content of `item.json`. Times are UTC in ISO form. */
export interface ClaimRecord {
  /** 2 for a person's file: its claim has a name that older versions ignore (claim-name.ts). */
  format: 1 | 2;
  /** The file's original name. */
  name: string;
  /** The bytes of the name in base64, if they are not UTF-8. */
  raw?: string;
  /** The file's name in the claim. */
  file: string;
  /** Its original path, absolute. */
  from: string;
  /** The bytes of that path in base64, if they are not UTF-8. */
  rawFrom?: string;
  /** The folder it was dropped in, relative to incoming. */
  folder?: string;
  /** Its sender, as the author of an edit; absent for the owner of the home. */
  by?: string;
  /** Set if it was uploaded, rather than put into a folder or imported. */
  sent?: true;
  /** Its holder: a person (a ULID); absent for the house. `unknown` if that was lost: then it stays in its claim. */
  holder?: Holder;
  /** The SHA-256 of bytes that were new to their holder when they were recorded. */
  newBytes?: string;
  /** Of a sidecar: the time since when it was in incoming. */
  since?: string;
  claimed: string;
  /** Its mtime. */
  modified: string;
  /** The metadata of the export that contains it, not validated here (document/imported-metadata.ts does that). */
  brought?: ImportedMetadata;
  /** The hidden path on incoming's filesystem that it is copied from into the claim. */
  via?: string;
  /** Its chosen place among the duplicates. */
  aside?: string;
  /** The number of attempts with the file in its current state: a change resets it. */
  attempts: number;
  /** The file's state at the last attempt, in the form of `Claims.look`. */
  tried?: string;
  /** The time since when it is in that state, by the local clock. */
  still?: string;
  /**
   * The file's state when an owner decided to archive it despite its damage; if it has changed since, it is treated as
   * new.
   */
  asIs?: string;
  /** The file's state when an owner decided to ignore it. */
  ignored?: string;
  error?: StuckReason;
  /** The next automatic attempt; absent if only a person can help. */
  next?: string;
}

/** The name of the record. */
export const itemName = 'item.json';

/** The maximum delay between two attempts after a transient error, in ms. */
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

/** Whether the file itself is the cause: errors of a disk or the machine can't be ignored. */
export const isOwn = ({ error }: ClaimRecord): boolean => error !== undefined && own.has(error.code);

/** Whether an owner ignores it in its current state. */
export const isIgnored = ({ ignored, tried }: ClaimRecord): boolean => ignored !== undefined && ignored === tried;

/**
 * The name of a file in its claim: its own, unless that could be mistaken for the record or break a tool's line
 * protocol.
 */
export function claimName(name: string, raw: boolean): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const plain = !raw && name !== itemName && !name.startsWith('.') && !/[\u0000-\u001f\u007f]/.test(name);
  return plain ? name : 'original';
}

/** The record of a file that is about to be claimed. `now` in ms. */
export function newItem(found: ScannedFile, now: number): ClaimRecord {
  // The sender of a file in a person's folder, or imported for a person, is that person.
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
    ...(found.by !== undefined && { sent: true }),
    ...(found.holder !== undefined && { holder: found.holder }),
    ...(found.brought && { brought: found.brought }),
    claimed: new Date(now).toISOString(),
    modified: isoTime(found.modified),
    attempts: 0,
  };
}

/** A claimed file in the form that ingest takes; `folder` is its claim's. */
export function arrivalOf(item: ClaimRecord, folder: string): ArrivingFile {
  const { name, raw, since, modified, claimed, aside, by, sent, holder, newBytes } = item;
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
    ...(sent && { sent }),
    ...(holder !== undefined && { holder }),
    ...(newBytes !== undefined && { newBytes }),
    ...(brought && { brought }),
    ...(aside !== undefined && { aside }),
  };
}

/** The original path of an item. */
export const cameFrom = ({ from, rawFrom }: ClaimRecord): Path =>
  rawFrom === undefined ? from : Buffer.from(rawFrom, 'base64');

/** Milliseconds as ISO time; the epoch if they exceed the range of a date. */
export function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

/**
 * The record after a failed attempt. Transient errors are retried with doubling delay (5 s to 1 h); a file that is
 * still being written is retried soon, without counting; permanent errors are retried on request or when the file
 * changes. `tried` is the file's state: a change since the last attempt resets the delay. `now` and `soon` in ms.
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

/** Parses a record; undefined if it is invalid (truncated, edited by hand). */
export function parseItem(text: string): ClaimRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Invalid JSON is not a record: the claim gets a new one.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const item = value as Partial<ClaimRecord>;
  const texts = [item.name, item.file, item.from, item.claimed, item.modified];
  if (!texts.every((part) => typeof part === 'string') || typeof item.attempts !== 'number') return undefined;
  return item.file!.includes('/') ? undefined : (value as ClaimRecord);
}

/** The newest record format that this version supports. */
const newest = 2;

/** Whether a record was written by a newer version. */
export function isOfNewerVersion(text: string): boolean {
  const { format } = (parseItem(text) ?? {}) as { format?: unknown };
  return typeof format === 'number' && format > newest;
}

/**
 * Validates ids, revision ids and bodies of this program and of other servers. Rejects them before anything is written.
 * Pure.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import { canonical, wellFormed } from '../document/canonical-json.js';
import { fieldLimit, hasTooManyFields, mergedSizeLimit } from '../document/document-size.js';

/** A revision with its ancestors, as replicated (`new_edits=false`). */
export interface Incoming<B extends object = Record<string, unknown>> {
  id: string;
  /** The revision and its ancestors, newest first, without gaps. */
  revisions: string[];
  deleted: boolean;
  body: B;
}

const revisionPattern = /^([1-9]\d{0,15})-([0-9A-Za-z_.:+~-]{1,64})$/;

/**
 * The upper bound of the generations of live revisions made here: an edit per second reaches it in thirty years. A live
 * revision beyond it is forged, and starts again on a separate branch (write-documents.ts), so that no generation
 * prevents edits. Deleted ones may have any.
 */
export const highestGeneration = 1_000_000_000;

/** Parses a revision id. @throws PhotospoolError `invalid`. */
export function parseRevision(rev: string): { generation: number; hash: string } {
  const match = revisionPattern.exec(rev);
  const generation = Number(match?.[1]);
  if (!match || !Number.isSafeInteger(generation))
    throw invalid(`${printable(rev.slice(0, 80))} is not a valid revision id.`);
  return { generation, hash: match[2]! };
}

/** Whether a text is a revision id. */
export const isRevision = (rev: string): boolean =>
  revisionPattern.test(rev) && Number.isSafeInteger(Number.parseInt(rev));

/**
 * Whether every server with CouchDB's protocol can store a revision. CouchDB parses 32 characters as hex digits, and
 * rejects a whole request if any such id has others. Libraries may contain them, since earlier versions accepted them.
 */
export const isPortable = (rev: string): boolean =>
  isRevision(rev) && (rev.length - rev.indexOf('-') !== 33 || /-[0-9a-f]{32}$/.test(rev));

/** The revision id as CouchDB would write it: hex digits in lower case. */
export const normalRevision = (rev: string): string => (/-[0-9A-Fa-f]{32}$/.test(rev) ? rev.toLowerCase() : rev);

/** Whether a text can be the id of a document. SQLite ends a text at NUL, and UTF-8 has no unpaired surrogates. */
export const isId = (id: string): boolean =>
  id !== '' && !id.startsWith('_') && id.length <= 512 && !id.includes('\0') && wellFormed(id) === id;

/** Rejects ids reserved by CouchDB (`_design/…`), empty ones, those longer than 512, and values that are not text. */
export function checkId(id: string): void {
  if (isId(id)) return;
  throw invalid(`${printable(id.slice(0, 80))} is not a valid document id.`);
}

/**
 * The canonical JSON of a body. @throws PhotospoolError `invalid` if it is not I-JSON or has a field reserved by
 * CouchDB (`_attachments`), `too-large` beyond `limit` bytes or 10,000 fields.
 */
export function checkBody(id: string, body: object, limit: number): string {
  const reserved = Object.keys(body).find((key) => key.startsWith('_'));
  if (reserved !== undefined)
    throw invalid(`${printable(id)} has the reserved field ${printable(reserved.slice(0, 80))}.`);
  const text = canonical(body);
  const bytes = Buffer.byteLength(text);
  const most =
    bytes > limit ? `${limit / 1024} KiB` : hasTooManyFields(body, bytes) ? `${fieldLimit} fields` : undefined;
  if (most === undefined) return text;
  const message = `${printable(id)} exceeds the limit of ${most} for a document.`;
  throw new PhotospoolError('too-large', message, { op: 'write' });
}

/**
 * Validates a revision from another server, and returns its body as canonical JSON. @throws PhotospoolError `invalid`,
 * `too-large`.
 */
export function checkIncoming({ id, revisions, deleted, body }: Incoming<object>): string {
  checkId(id);
  const generations = revisions.map((rev) => parseRevision(rev).generation);
  if (generations.length === 0 || generations.some((generation, n) => generation !== generations[0]! - n)) {
    throw invalid(`${printable(id)} has revisions that are not consecutive.`);
  }
  const rev = revisions[0]!;
  if (!isPortable(rev)) throw invalid(`${printable(rev)} of ${printable(id)} is not a valid revision id in CouchDB.`);
  // The tombstone that closes it needs a higher generation.
  if (!deleted && generations[0]! >= Number.MAX_SAFE_INTEGER)
    throw invalid(`${printable(rev)} of ${printable(id)} exceeds the maximum number of edits of a document.`);
  return checkBody(id, body, mergedSizeLimit);
}

function invalid(message: string): PhotospoolError {
  return new PhotospoolError('invalid', message, { op: 'write' });
}

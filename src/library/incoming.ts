/**
 * What may enter the library: ids, revision ids and bodies, as they come from this program or from another server. What
 * does not fit is refused before anything is written.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import { canonical, mergedSizeLimit } from '../document/canonical.js';

/** A revision with its ancestors, as replication brings it (`new_edits=false`). */
export interface Incoming<B extends object = Record<string, unknown>> {
  id: string;
  /** The revision and its ancestors, newest first, without gaps. */
  revisions: string[];
  deleted: boolean;
  body: B;
}

const revisionPattern = /^([1-9]\d{0,14})-([0-9A-Za-z_.:+~-]{1,64})$/;

/** Takes a revision id apart. @throws PhotospoolError `invalid`. */
export function parseRevision(rev: string): { generation: number; hash: string } {
  const match = revisionPattern.exec(rev);
  if (!match) throw invalid(`${printable(rev.slice(0, 80))} is no revision id.`);
  return { generation: Number(match[1]), hash: match[2]! };
}

/** Whether a text is a revision id. */
export const isRevision = (rev: string): boolean => revisionPattern.test(rev);

/** Refuses ids that CouchDB keeps for itself (`_design/…`, `_local/…`), empty ones, and those longer than 512. */
export function checkId(id: string): void {
  if (id !== '' && !id.startsWith('_') && id.length <= 512) return;
  throw invalid(`${printable(id.slice(0, 80))} is no id that a document can have.`);
}

/**
 * The canonical JSON of a body. @throws PhotospoolError `invalid` where it is no I-JSON or has a field that CouchDB keeps
 * for itself (`_attachments`), `too-large` past `limit` bytes.
 */
export function checkBody(id: string, body: object, limit: number): string {
  const reserved = Object.keys(body).find((key) => key.startsWith('_'));
  if (reserved !== undefined)
    throw invalid(`${printable(id)} has the field ${printable(reserved.slice(0, 80))}, which no document can have.`);
  const text = canonical(body);
  if (Buffer.byteLength(text) <= limit) return text;
  const message = `${printable(id)} would be larger than the ${limit / 1024} KiB that a document can have.`;
  throw new PhotospoolError('too-large', message, { op: 'write' });
}

/** Checks what another server sent and gives its body as canonical JSON. @throws PhotospoolError `invalid`, `too-large`. */
export function checkIncoming({ id, revisions, body }: Incoming<object>): string {
  checkId(id);
  const generations = revisions.map((rev) => parseRevision(rev).generation);
  if (generations.length === 0 || generations.some((generation, n) => generation !== generations[0]! - n)) {
    throw invalid(`${printable(id)} came with revisions that do not follow each other.`);
  }
  return checkBody(id, body, mergedSizeLimit);
}

function invalid(message: string): PhotospoolError {
  return new PhotospoolError('invalid', message, { op: 'write' });
}

/**
 * Reads documents: the winning revision of one, of many, of all with an id prefix. A read sees everything committed
 * before it, and inside a transaction its own writes.
 */
import type { Sqlite } from '../base/sqlite.js';
import type { Body } from '../document/photo-document.js';
import { isRevision } from './validate-documents.js';
import type { Revisions } from './revision-tree.js';

/** A revision of a document. */
export interface StoredRevision<B extends object = Body> {
  id: string;
  /** CouchDB's `<generation>-<md5>`. */
  rev: string;
  deleted: boolean;
  body: B;
}

/** A stored revision with its ancestors, newest first. */
export interface Raw {
  revisions: string[];
  deleted: boolean;
  /** Its body as canonical JSON. */
  text: string;
}

/** The read operations of a library; see `Library`. */
export interface Reads {
  get<B extends object = Body>(id: string): StoredRevision<B> | undefined;
  getMany<B extends object = Body>(ids: readonly string[]): (StoredRevision<B> | undefined)[];
  scan<B extends object = Body>(prefix: string, after?: string): IterableIterator<StoredRevision<B>>;
  count(prefix: string): number;
  revision(id: string, rev: string): (StoredRevision & { revisions: string[] }) | undefined;
  raw(id: string, rev: string): Raw | undefined;
  leaves(id: string): StoredRevision[];
  heads(id: string): { rev: string; deleted: boolean }[];
  apart(id: string): { count: number; bytes: number };
  heirs(id: string, rev: string): string[];
  missing(asked: ReadonlyMap<string, readonly string[]>): Map<string, string[]>;
}

/** The number of leaves that a scan reads at once. */
const batch = 200;
/** Sorts after every text with a given prefix: the greatest code point. */
const end = '\u{10ffff}';

interface LeafRow {
  doc: string;
  rev: string;
  deleted: number;
  body: string;
}

/** Opens the read operations. */
export function openReads(db: Sqlite, revisions: Revisions): Reads {
  const one = db.prepare<LeafRow>(`SELECT doc, rev, deleted, body FROM revision WHERE doc = ? AND leaf = 1
    ORDER BY deleted, generation DESC, rev DESC LIMIT 1`);
  const some =
    db.prepare<LeafRow>(`SELECT doc, rev, deleted, body FROM revision WHERE leaf = 1 AND doc > ? AND doc >= ? AND doc < ?
    ORDER BY doc, deleted, generation DESC, rev DESC LIMIT ${batch}`);
  const live = db.prepare<{ n: number }>(`SELECT count(DISTINCT doc) AS n FROM revision
    WHERE leaf = 1 AND deleted = 0 AND doc >= ? AND doc < ?`);

  function get<B extends object>(id: string): StoredRevision<B> | undefined {
    const row = one.get(id);
    return row && row.deleted === 0 ? stored<B>(row) : undefined;
  }

  /** Each batch is read completely, so that no statement is open while the caller works. */
  function* scan<B extends object>(prefix: string, after = ''): IterableIterator<StoredRevision<B>> {
    for (let last = after; ;) {
      const rows = some.all(last, prefix, prefix + end);
      for (const row of rows) {
        // The first leaf of a document is its winner.
        if (row.doc !== last && row.deleted === 0) yield stored<B>(row);
        last = row.doc;
      }
      if (rows.length < batch) return;
    }
  }

  function raw(id: string, rev: string): Raw | undefined {
    const found = isRevision(rev) ? revisions.find(id, rev) : undefined;
    if (!found) return undefined;
    const path = found.parent === undefined ? [rev] : revisions.path(id, rev);
    return { revisions: path, deleted: found.deleted, text: found.body };
  }

  return {
    get,
    getMany: <B extends object>(ids: readonly string[]) => ids.map((id) => get<B>(id)),
    scan,
    count: (prefix) => live.get(prefix, prefix + end)?.n ?? 0,
    raw,
    revision(id, rev) {
      const found = raw(id, rev);
      if (!found) return undefined;
      const { deleted, text, revisions: path } = found;
      return { id, rev, deleted, body: JSON.parse(text) as Body, revisions: path };
    },
    heirs: (id, rev) => (isRevision(rev) ? revisions.heirs(id, rev) : []),
    heads: (id) => revisions.heads(id),
    apart: (id) => revisions.apart(id),
    leaves: (id) => revisions.leaves(id).map((leaf) => ({ id, ...leaf, body: JSON.parse(leaf.body) as Body })),
    missing(asked) {
      const found = [...asked].map(([id, revs]) => [id, revisions.missing(id, revs)] as const);
      return new Map(found.filter(([, missing]) => missing.length > 0));
    },
  };
}

function stored<B extends object>({ doc, rev, deleted, body }: LeafRow): StoredRevision<B> {
  return { id: doc, rev, deleted: deleted === 1, body: JSON.parse(body) as B };
}

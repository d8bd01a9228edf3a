/**
 * Revision trees by CouchDB's rules, in the table `revision`: inserting a path leaves known revisions unchanged, so any
 * set of revisions gives the same tree in any order; leaves are revisions without a child; the winner is the live leaf
 * of the greatest generation, then of the greatest revision id. Ancestors farther from every leaf than the limit are
 * dropped, and so are closed branches beyond theirs.
 *
 * Every call joins the caller's transaction.
 */
import { createHash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.js';
import { canonical } from '../document/canonical-json.js';
import { isRevision, parseRevision } from './validate-documents.js';

/** The number of ancestors kept per leaf (CouchDB's `_revs_limit`). */
export const revisionLimit = 1000;

/**
 * The number of branches closed by bare tombstones that are kept, the newest first. Their content is in the live
 * branch: one that arrives again is merged into the same document and closed by the same tombstone.
 */
export const branchLimit = 100;

/** A leaf of a tree. */
export interface Leaf {
  rev: string;
  deleted: boolean;
  /** Canonical JSON. */
  body: string;
}

/** A body that is kept although its revision is no longer a leaf. */
export interface KeptBody {
  rev: string;
  body: string;
}

/** The trees of all documents. */
export interface Revisions {
  /** The winning leaf; undefined if the document is unknown. */
  winner(doc: string): Leaf | undefined;
  /** All leaves, the winner first. */
  leaves(doc: string): Leaf[];
  /** As `leaves`, without bodies. */
  heads(doc: string): { rev: string; deleted: boolean }[];
  /** A revision with its body, and its parent if known. */
  find(doc: string, rev: string): (Leaf & { parent?: string }) | undefined;
  /** A revision and its known ancestors, newest first; empty if it is unknown. */
  path(doc: string, rev: string): string[];
  /** The leaves below a revision, without itself, in no order. */
  heirs(doc: string, rev: string): string[];
  /** Those of some revisions that are not in the tree, including invalid ids. */
  missing(doc: string, revs: readonly string[]): string[];
  /**
   * Appends a revision made here to a leaf or as a root, and returns its id. The parent's body is dropped: the new
   * revision takes it into account.
   */
  append(doc: string, parent: string | undefined, deleted: boolean, body: string): string;
  /**
   * Appends a live revision made here at any generation from 2 on, on a separate branch, and returns its id: its parent
   * is known by id only, derived from `instead`, the revision that it replaces. So all servers make the same one.
   * Undefined if that revision exists.
   */
  appendApart(doc: string, generation: number, instead: string, body: string): string | undefined;
  /**
   * Inserts a revision with its ancestors, newest first. Returns whether it was in the tree: `first` if the document is
   * new. A late body, for a revision known only as an ancestor, is left to `kept`.
   */
  insert(doc: string, path: readonly string[], deleted: boolean, body: string): 'first' | 'added' | 'known';
  /**
   * Bodies of closed branches, the highest first: of revisions that are followed only by tombstones. Bodies followed by
   * the body of a live revision or of a purge (by `isPurge`) are dropped on the way. A live revision known by id only
   * takes nothing into account: its server may have been restored before anyone else had it.
   */
  kept(doc: string, isPurge: (body: string) => boolean): KeptBody[];
  dropBody(doc: string, rev: string): void;
  /** The number and bytes of a document's bodies, without bare tombstones. */
  apart(doc: string): { count: number; bytes: number };
  /** Drops ancestors and closed branches beyond the limits, some at a time. */
  prune(doc: string): void;
}

/**
 * The id of a revision: its generation and the MD5 of the canonical JSON of `[id, parent, deleted, body]`, with a
 * parent of null for a root. The same change made on two servers is the same revision.
 */
export function revisionId(doc: string, parent: string | undefined, deleted: boolean, body: string): string {
  const generation = parent === undefined ? 1 : parseRevision(parent).generation + 1;
  const head = canonical([doc, parent ?? null, deleted]).slice(0, -1);
  return `${generation}-${createHash('md5').update(`${head},${body}]`).digest('hex')}`;
}

interface RevisionRow {
  rev: string;
  generation: number;
  parent: string | null;
  deleted: number;
  leaf: number;
  body: string | null;
}

/** The body of a tombstone that only closes a branch. */
const bare = '{}';

const inOrder = 'WHERE doc = ? AND leaf = 1 ORDER BY deleted, generation DESC, rev DESC';
const one = 'WHERE doc = ? AND generation = ? AND rev = ?';
const key = (doc: string, rev: string): [string, number, string] => [doc, parseRevision(rev).generation, rev];
const leafOf = ({ rev, deleted, body }: RevisionRow): Leaf => ({ rev, deleted: deleted === 1, body: body ?? '{}' });
const isBare = `deleted = 1 AND body = '${bare}'`;

/** Opens the revision trees. `limit` is for tests. */
export function openRevisions(db: Sqlite, limit = revisionLimit): Revisions {
  const reads = openTreeReads(db, limit);
  const revisions: Revisions = {
    ...reads,
    ...openTreeInserts(db, limit),
    ...openTreeDrops(db, limit, reads),

    append(doc, parent, deleted, body) {
      const rev = revisionId(doc, parent, deleted, body);
      revisions.insert(doc, parent === undefined ? [rev] : [rev, parent], deleted, body);
      if (parent !== undefined) revisions.dropBody(doc, parent);
      return rev;
    },
    appendApart(doc, generation, instead, body) {
      const name = createHash('md5')
        .update(canonical([doc, 'apart', instead]))
        .digest('hex');
      const parent = `${generation - 1}-${name}`;
      const rev = revisionId(doc, parent, false, body);
      return revisions.insert(doc, [rev, parent], false, body) === 'known' ? undefined : rev;
    },
  };
  return revisions;
}

/** Reads the trees. */
function openTreeReads(
  db: Sqlite,
  limit: number,
): Pick<Revisions, 'winner' | 'leaves' | 'heads' | 'find' | 'path' | 'heirs' | 'missing' | 'apart'> {
  const winner = db.prepare<RevisionRow>(`SELECT rev, deleted, body FROM revision ${inOrder} LIMIT 1`);
  const leaves = db.prepare<RevisionRow>(`SELECT rev, deleted, body FROM revision ${inOrder}`);
  const heads = db.prepare<RevisionRow>(`SELECT rev, deleted FROM revision ${inOrder}`);
  const find = db.prepare<RevisionRow>(`SELECT rev, parent, deleted, body FROM revision ${one}`);

  const walk = db.prepare<{ rev: string }>(`
    WITH RECURSIVE path (generation, rev, parent) AS (
      SELECT generation, rev, parent FROM revision ${one}
      UNION ALL
      SELECT r.generation, r.rev, r.parent FROM path JOIN revision AS r
        ON r.doc = ? AND r.generation = path.generation - 1 AND r.rev = path.parent
    ) SELECT rev FROM path LIMIT ?`);

  const heirs = db.prepare<{ rev: string }>(`
    WITH RECURSIVE below (generation, rev, leaf) AS (
      SELECT generation, rev, leaf FROM revision WHERE doc = ? AND generation = ? AND parent = ?
      UNION ALL
      SELECT r.generation, r.rev, r.leaf FROM below JOIN revision AS r
        ON r.doc = ? AND r.generation = below.generation + 1 AND r.parent = below.rev
    ) SELECT rev FROM below WHERE leaf = 1`);

  const has = db.prepare(`SELECT 1 FROM revision ${one}`);

  const apart = db.prepare<{ count: number; bytes: number }>(`
    SELECT count(*) AS count, coalesce(sum(octet_length(body)), 0) AS bytes
    FROM revision WHERE doc = ? AND body IS NOT NULL AND NOT (${isBare})`);

  return {
    winner(doc) {
      const row = winner.get(doc);
      return row && leafOf(row);
    },
    leaves: (doc) => leaves.all(doc).map(leafOf),
    heads: (doc) => heads.all(doc).map(({ rev, deleted }) => ({ rev, deleted: deleted === 1 })),
    find(doc, rev) {
      const row = find.get(...key(doc, rev));
      if (!row || row.body === null) return undefined;
      return { ...leafOf(row), ...(row.parent !== null && { parent: row.parent }) };
    },
    path: (doc, rev) => walk.all(...key(doc, rev), doc, limit).map((row) => row.rev),
    heirs: (doc, rev) => heirs.all(doc, parseRevision(rev).generation + 1, rev, doc).map((row) => row.rev),
    missing: (doc, revs) => revs.filter((rev) => !isRevision(rev) || has.get(...key(doc, rev)) === undefined),
    apart: (doc) => apart.get(doc)!,
  };
}

/** Adds revisions to the trees. */
function openTreeInserts(db: Sqlite, limit: number): Pick<Revisions, 'insert'> {
  const find = db.prepare<RevisionRow>(`SELECT rev, parent, deleted, body FROM revision ${one}`);

  const add = db.prepare(
    'INSERT INTO revision (doc, generation, rev, parent, deleted, leaf, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );

  const child = db.prepare('SELECT 1 FROM revision WHERE doc = ? AND generation = ? AND parent = ?');

  const addStub = db.prepare(
    'INSERT OR IGNORE INTO revision (doc, generation, rev, parent, deleted, leaf) VALUES (?, ?, ?, ?, 0, 0)',
  );

  const setParent = db.prepare(`UPDATE revision SET parent = ? ${one} AND parent IS NULL`);
  const unsetLeaf = db.prepare(`UPDATE revision SET leaf = 0 ${one} AND leaf = 1`);
  const fill = db.prepare(`UPDATE revision SET deleted = ?, body = ? ${one}`);
  const any = db.prepare('SELECT 1 FROM revision WHERE doc = ? LIMIT 1');

  function addLeaf(doc: string, rev: string, parent: string | undefined, deleted: boolean, body: string): void {
    const { generation } = parseRevision(rev);
    // Its child may be known already, if this revision was dropped as too old.
    const leaf = child.get(doc, generation + 1, rev) === undefined;
    add.run(doc, generation, rev, parent ?? null, Number(deleted), Number(leaf), leaf || !deleted ? body : null);
  }

  /** The first branch of a document: all of it is new. */
  function begin(doc: string, path: readonly string[], deleted: boolean, body: string): void {
    path.slice(0, limit).forEach((rev, n) => {
      const [leaf, parent] = [n === 0, path[n + 1] ?? null];
      add.run(...key(doc, rev), parent, Number(leaf && deleted), Number(leaf), leaf ? body : null);
    });
  }

  /** An ancestor known by id only, or whose body was dropped: `kept` decides whether its body is needed. */
  function fillAncestor(doc: string, rev: string, parent: string | undefined, deleted: boolean, body: string): void {
    fill.run(Number(deleted), deleted ? null : body, ...key(doc, rev));
    if (parent !== undefined) setParent.run(parent, ...key(doc, rev));
  }

  /** A revision is now an ancestor. */
  function addAncestor(doc: string, rev: string, parent: string | undefined): void {
    addStub.run(...key(doc, rev), parent ?? null);
    if (parent !== undefined) setParent.run(parent, ...key(doc, rev));
    unsetLeaf.run(...key(doc, rev));
  }

  return {
    insert(doc, path, deleted, body) {
      if (any.get(doc) === undefined) {
        begin(doc, path, deleted, body);
        return 'first';
      }
      const [rev, ...ancestors] = path.slice(0, limit) as [string, ...string[]];
      const known = find.get(...key(doc, rev));
      if (!known) addLeaf(doc, rev, ancestors[0], deleted, body);
      else if (known.body === null) fillAncestor(doc, rev, ancestors[0], deleted, body);
      ancestors.forEach((ancestor, n) => addAncestor(doc, ancestor, path[n + 2]));
      // The one beyond the limit is not stored, but if it exists, it is no longer a leaf.
      if (path[limit] !== undefined) unsetLeaf.run(...key(doc, path[limit]));
      return known ? 'known' : 'added';
    },
  };
}

/** Drops revisions that are no longer needed. */
function openTreeDrops(
  db: Sqlite,
  limit: number,
  { heads, path }: Pick<Revisions, 'heads' | 'path'>,
): Pick<Revisions, 'kept' | 'dropBody' | 'prune'> {
  const below = db.prepare<{ deleted: number; body: string | null }>(`
    WITH RECURSIVE below (generation, rev, deleted, body) AS (
      SELECT generation, rev, deleted, body FROM revision WHERE doc = ? AND generation = ? AND parent = ?
      UNION ALL
      SELECT r.generation, r.rev, r.deleted, r.body FROM below JOIN revision AS r
        ON r.doc = ? AND r.generation = below.generation + 1 AND r.parent = below.rev
    ) SELECT deleted, body FROM below`);

  const closed = db.prepare<RevisionRow>(
    `SELECT generation, rev, deleted, body FROM revision WHERE doc = ? AND leaf = 0 AND body IS NOT NULL
    ORDER BY generation DESC, rev DESC`,
  );

  const drop = db.prepare(`UPDATE revision SET body = NULL ${one}`);

  const span = db.prepare<{ span: number }>(
    'SELECT max(generation) - min(generation) AS span FROM revision WHERE doc = ?',
  );

  const all = db.prepare<{ rev: string }>('SELECT rev FROM revision WHERE doc = ?');
  const forget = db.prepare(`DELETE FROM revision ${one}`);

  const closing = db.prepare<{ rev: string }>(`
    SELECT rev FROM revision WHERE doc = ? AND leaf = 1 AND ${isBare} ORDER BY generation DESC, rev DESC LIMIT -1 OFFSET ?`);
  const dropBody = (doc: string, rev: string): void => void drop.run(...key(doc, rev));

  return {
    dropBody,
    kept(doc, isPurge) {
      return closed.all(doc).flatMap(({ generation, rev, deleted, body }) => {
        // The content of a closed purge is in the document that came back below it.
        const takesIn = (one: { deleted: number; body: string | null }): boolean =>
          one.deleted === 0 ? deleted === 1 || one.body !== null : one.body !== null && isPurge(one.body);
        if (!below.all(doc, generation + 1, rev, doc).some(takesIn)) return [{ rev, body: body! }];
        dropBody(doc, rev);
        return [];
      });
    },
    prune(doc) {
      const closed = closing.all(doc, branchLimit).map(({ rev }) => rev);
      const isWide = closed.length > branchLimit / 10;
      // Not at every change of a long history: the walk costs more than the rows.
      if (!isWide && (span.get(doc)?.span ?? 0) < limit + Math.floor(limit / 10)) return;
      const gone = new Set(isWide ? closed : []);
      const ends = heads(doc).filter(({ rev }) => !gone.has(rev));
      const near = new Set(ends.flatMap(({ rev }) => path(doc, rev)));
      for (const { rev } of all.all(doc)) if (!near.has(rev)) forget.run(...key(doc, rev));
    },
  };
}

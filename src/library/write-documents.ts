/**
 * Writes documents: changes made here, and revisions from elsewhere. Each write is one transaction that also reads what
 * it depends on, so that several processes may write the same library. It leaves no conflict that this version can
 * merge, and no live revision without room for edits. A crash leaves a write complete or not made.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { canonical } from '../document/canonical-json.js';
import { hasTooManyFields, mergedSizeLimit, sizeLimit, sizeOf } from '../document/document-size.js';
import { isNewer } from '../document/merge.js';
import { sha256Of, type Body } from '../document/photo-document.js';
import { isPurge, revive } from '../document/purge.js';
import { shed, decides, decisionIn, withoutFloods } from '../document/oversized-documents.js';
import { planMerge, tombstone } from './merge-conflicts.js';
import {
  checkBody,
  checkId,
  checkIncoming,
  highestGeneration,
  parseRevision,
  type Incoming,
} from './validate-documents.js';
import type { Journal } from './change-journal.js';
import type { KeptEnds } from './known-ends.js';
import type { Merges } from './merge-log.js';
import { revisionId, type KeptBody, type Leaf, type Revisions } from './revision-tree.js';

/** The write operations of a library; see `Library`. */
export interface Writes {
  update<B extends object = Body>(id: string, change: (body: B | undefined) => B | undefined): Written | undefined;
  insert(incoming: readonly Incoming[], options?: InsertOptions): void;
  onReceive(prefix: string, listener: Receiver): void;
}

/** Options for storing revisions from elsewhere. */
export interface InsertOptions {
  /** New documents may be indexed after the transaction. */
  later?: boolean;
  /** The sender as a name to display: a token's name, or a peer's address without secrets. */
  from?: string;
}

/** Called for a document from elsewhere, in the transaction that stores it, after its conflicts are merged. */
export type Receiver = (id: string, from: string | undefined) => void;

/** The result of a change: the revision that wins now, and whether it is new. */
export interface Written {
  rev: string;
  changed: boolean;
}

/** The dependencies of the writes. */
export interface WriteParts {
  revisions: Revisions;
  journal: Journal;
  merges: Merges;
  ends: KeptEnds;
  /** Whether an item has these bytes (SHA-256). Without it, tags are purged like any document. */
  isHeld?: (sha256: string) => boolean;
}

/** Opens the writes of a library. */
export function openWrites(db: Sqlite, { revisions, journal, merges, ends, isHeld }: WriteParts): Writes {
  const receivers: { prefix: string; listener: Receiver }[] = [];
  const branches = openBranches(revisions);
  const settle = openMerging(revisions, branches, merges);
  const write = openChanging(revisions, branches, finish);
  const tags = openTags(revisions, write, isHeld);

  function finish(id: string): void {
    revisions.prune(id);
    journal(id);
  }

  return {
    update<B extends object>(id: string, change: (body: B | undefined) => B | undefined) {
      checkId(id);
      return db.transaction(() => {
        const winner = revisions.winner(id);
        const found = winner && !winner.deleted ? parse(winner.body) : undefined;
        const body = found && !isNewer(found) ? ends.restore(id, withoutFloods(found)) : found;
        const after = change(body as B | undefined) as Body | undefined;
        // A forged format number must not keep the owner from withdrawing a photo.
        const isKept = body !== undefined && isNewer(body) && after !== body;
        const made = after && isKept ? decisionIn(body, after) : after;
        if (after && !made) throw newer(id);
        if (!made) return undefined;
        const whole = isNewer(made) ? made : ends.restore(id, made);
        const written = write(id, winner, whole);
        ends.take(id, whole);
        return written;
      });
    },
    onReceive: (prefix, listener) => void receivers.push({ prefix, listener }),
    insert(incoming, { later = false, from } = {}) {
      const bodies = incoming.map(checkIncoming);
      db.transaction(() => {
        const touched = new Map<string, boolean>();
        const before = tags.before(incoming);
        // A document's first and only revision needs neither a merge nor pruning.
        const first = new Map<string, Incoming>();
        incoming.forEach((one, n) => {
          const { id, revisions: path, deleted } = one;
          const was = revisions.insert(id, path, deleted, bodies[n]!);
          if (was === 'first') first.set(id, one);
          else first.delete(id);
          // An end that arrives late, in the body of an ancestor, still changes access.
          const isNews = ends.take(id, one.body);
          touched.set(id, was !== 'known' || isNews || touched.get(id) === true);
        });
        // After all are inserted: a merge and its tombstones arrive together.
        for (const [id, added] of touched) {
          const only = first.get(id);
          if (only && (only.deleted || !isForged(only.revisions[0]!, only.body)))
            journal(id, { deleted: only.deleted, body: only.body, later });
          else if (settle(id) || added) finish(id);
        }
        tags.putBack(before);
        for (const { prefix, listener } of receivers) {
          for (const id of touched.keys()) if (id.startsWith(prefix)) listener(id, from);
        }
      });
    },
  };
}

/**
 * Tags of bytes (`exif:`) that another server purged because it did not know of an item with these bytes: if there is
 * one here, its tags come back in the transaction that receives the purge, and replicate to every server.
 */
function openTags(revisions: Revisions, write: ReturnType<typeof openChanging>, isHeld: WriteParts['isHeld']) {
  /** The tags that incoming purges may take away, by id. */
  function before(incoming: readonly Incoming[]): Map<string, Body> {
    const purged = incoming.filter(({ id, deleted }) => isHeld && deleted && id.startsWith('exif:'));
    return new Map(
      purged.flatMap(({ id }) => {
        const winner = revisions.winner(id);
        return winner && !winner.deleted ? [[id, parse(winner.body)] as const] : [];
      }),
    );
  }

  function putBack(tags: ReadonlyMap<string, Body>): void {
    for (const [id, body] of tags) {
      const winner = revisions.winner(id);
      if (winner?.deleted === true && isHeld?.(sha256Of(id) ?? '') === true) write(id, winner, body);
    }
  }
  return { before, putBack };
}

/** Adds revisions where the tree has room. */
type Branches = ReturnType<typeof openBranches>;

function openBranches(revisions: Revisions) {
  /**
   * Appends a live revision made here and returns its id. If there is no room below `parent`, or another generation is
   * requested, it goes to a separate branch, and the parent is closed.
   */
  function append(id: string, parent: string | undefined, text: string, generation?: number): string {
    if (parent === undefined || (generation === undefined && !isHigh(parent, highestGeneration - 1)))
      return revisions.append(id, parent, false, text);
    const isLive = revisions.heads(id).some((leaf) => leaf.rev === parent && !leaf.deleted);
    let rev = revisions.appendApart(id, generation ?? lowest, parent, text);
    // The same content returned after its branch was closed.
    for (let n = 0; rev === undefined; n++)
      rev = revisions.appendApart(id, generation ?? lowest, `${parent} ${n}`, text);
    if (isLive) revisions.append(id, parent, true, canonical(tombstone));
    return rev;
  }

  /** Whether a leaf is one of the given revisions, or a descendant of one. */
  const follows = (id: string, leaf: Leaf, revs: readonly string[]): boolean =>
    revisions.path(id, leaf.rev).some((rev) => revs.includes(rev));

  /** Closes all live leaves with a purge: it deletes the whole document, including leaves of a newer format. */
  function purgeAll(id: string, text: string): string {
    const live = revisions.heads(id).filter((leaf) => !leaf.deleted);
    const parents = live.length > 0 ? live.map(({ rev }) => rev) : [undefined];
    return parents.map((parent) => revisions.append(id, parent, true, text))[0]!;
  }
  return { append, follows, purgeAll };
}

/** Merges the conflicts of documents. */
function openMerging(revisions: Revisions, { append, follows }: Branches, merges: Merges): (id: string) => boolean {
  /** Merges the conflicts of a document; true if that created revisions. */
  function settle(id: string): boolean {
    const moved = beginAgain(id);
    const kept = revisions.kept(id, (body) => isPurge(parse(body)));
    const leaves = sorted(id, kept);
    if (leaves.length === 1 && kept.length === 0) return moved;
    const branches = leaves.map(opened);
    const plan = planMerge(branches, kept.map(opened));
    const known = branches.filter(({ deleted, body }) => !deleted && !isNewer(body)).map(({ body }) => body);
    if (known.length > 1 && plan.close.length > 0) merges.add(id, known, plan.merged?.body ?? known[0]!);
    if (plan.merged) {
      const { parent, body, generation } = plan.merged;
      append(id, parent, canonical(body), generation);
    }
    for (const rev of plan.close) revisions.append(id, rev, true, canonical(tombstone));
    for (const rev of plan.drop) revisions.dropBody(id, rev);
    return moved || plan.merged !== undefined || plan.close.length > 0;
  }

  /** Moves live leaves of forged generations to branches with room for edits; true if there were any. */
  function beginAgain(id: string): boolean {
    const high = revisions.heads(id).filter(({ rev, deleted }) => !deleted && isHigh(rev, highestGeneration / 2));
    const forged = high
      .flatMap(({ rev }) => revisions.find(id, rev) ?? [])
      .filter(({ rev, body }) => isForged(rev, parse(body)));
    for (const { rev, body } of forged) append(id, rev, body, lowest);
    return forged.length > 0;
  }

  /**
   * The leaves, the winner first; of the deleted ones, those first that closed a kept body. A kept body returns below
   * the first of these; another one may have closed a body that never arrived here and lives elsewhere.
   */
  function sorted(id: string, kept: readonly KeptBody[]): Leaf[] {
    const leaves = revisions.leaves(id);
    if (kept.length === 0) return leaves;
    const revs = kept.map(({ rev }) => rev);
    const closed = leaves.filter((leaf) => leaf.deleted && follows(id, leaf, revs));
    const live = leaves.filter(({ deleted }) => !deleted);
    return [...live, ...closed, ...leaves.filter((leaf) => leaf.deleted && !closed.includes(leaf))];
  }
  return settle;
}

/** Writes changes made here. */
function openChanging(
  revisions: Revisions,
  { append, follows, purgeAll }: Branches,
  finish: (id: string) => void,
): (id: string, winner: Leaf | undefined, after: Body) => Written {
  /**
   * The parent revision for re-creating a deleted document. A purge qualifies, because it records what it saw. The
   * tombstone of a merge does not, because the branch it closed may live elsewhere: the new body goes beside it, unless
   * it is the body that was closed.
   */
  function parentOfReturn(id: string, text: string): string | undefined {
    const leaves = revisions.leaves(id);
    const purges = leaves.filter(({ body }) => isPurge(parse(body)));
    const purge = purges.find(({ rev }) => !isHigh(rev, highestGeneration - 1)) ?? purges[0];
    if (purge) return purge.rev;
    const root = revisionId(id, undefined, false, text);
    return leaves.find((leaf) => follows(id, leaf, [root]))?.rev;
  }

  /** The body for re-creating a deleted document: a purged one joins the purged content in the trash. */
  function revived(id: string, body: Body): Body {
    const bodies = revisions.leaves(id).map((leaf) => parse(leaf.body));
    return bodies.filter(isPurge).reduce<Body>((back, purged) => revive(back, purged), body);
  }

  /**
   * The text of a change, reduced if necessary. A document filled by others, merged or not, must leave room for an
   * edit; changes of the audience, and those that take something back, always fit.
   */
  function fitting(id: string, winner: Leaf | undefined, made: Body): string {
    const before = Buffer.byteLength(winner?.body ?? '');
    const limit = Math.max(sizeLimit, before + roomForEdit);
    const size = sizeOf(made);
    const isLarge = size > mergedSizeLimit || hasTooManyFields(made, size);
    if (size <= limit && !isLarge) return checkBody(id, made, limit);
    const isSmallEdit = size <= limit && winner !== undefined;
    const isAllowed = isSmallEdit || decides(winner && !winner.deleted ? parse(winner.body) : undefined, made);
    if (!isAllowed) return checkBody(id, made, Math.min(limit, mergedSizeLimit));
    return checkBody(id, isLarge ? shed(made) : made, mergedSizeLimit);
  }

  /** Appends `after` to the winner, if it differs. */
  function write(id: string, winner: Leaf | undefined, after: Body): Written {
    const deleted = isPurge(after) && !isLivePurge(winner);
    const back = winner?.deleted === true && !deleted;
    const made = back ? revived(id, after) : after;
    const text = fitting(id, winner, made);
    if (winner && text === winner.body && deleted === winner.deleted) return { rev: winner.rev, changed: false };
    const rev = deleted ? purgeAll(id, text) : append(id, back ? parentOfReturn(id, text) : winner?.rev, text);
    finish(id);
    return { rev: deleted ? revisions.winner(id)!.rev : rev, changed: true };
  }
  return write;
}

/** The room for one edit in a document that already exceeds the size limit, in bytes. */
const roomForEdit = 32 * 1024;

/** The lowest generation of a revision whose parent exists nowhere. */
const lowest = 2;

const isHigh = (rev: string, bound: number): boolean => parseRevision(rev).generation >= bound;

/**
 * Whether a live revision has a forged generation. One of a newer format must leave room for the photo that wins over
 * it.
 */
const isForged = (rev: string, body: object): boolean =>
  isHigh(rev, highestGeneration) || (isHigh(rev, highestGeneration / 2) && isNewer(body));

/** A foreign program may have left `purged` in a live document: it has no effect there. */
const isLivePurge = (leaf: Leaf | undefined): boolean =>
  leaf !== undefined && !leaf.deleted && isPurge(parse(leaf.body));

const parse = (body: string): Body => JSON.parse(body) as Body;

/** A revision with its parsed body. */
function opened<R extends { body: string }>({ body, ...rest }: R): Omit<R, 'body'> & { body: Body } {
  return { ...rest, body: parse(body) };
}

function newer(id: string): PhotospoolError {
  const message = `${printable(id)} was written by a newer version of Photospool and can't be changed by this version.`;
  return new PhotospoolError('newer-version', message, { op: 'edit', hint: 'Upgrade Photospool.' });
}

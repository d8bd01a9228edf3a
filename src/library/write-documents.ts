/**
 * Writing documents: a change made here, and revisions made elsewhere. Each is one transaction that reads what it depends
 * on, so that several processes may write the same library; after it there is no conflict left that this version can merge.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { canonical, mergedSizeLimit, sizeLimit, sizeOf } from '../document/canonical-json.js';
import { isNewer } from '../document/merge.js';
import type { Body } from '../document/photo-document.js';
import { isPurge, revive } from '../document/purge.js';
import { shed, decides, decisionIn } from '../document/oversized-documents.js';
import { planMerge, tombstone } from './merge-conflicts.js';
import { checkBody, checkId, checkIncoming, type Incoming } from './validate-documents.js';
import type { Journal } from './change-journal.js';
import type { Merges } from './merge-log.js';
import { revisionId, type KeptBody, type Leaf, type Revisions } from './revision-tree.js';

/** The writing half of a library; see `Library`. */
export interface Writes {
  update<B extends object = Body>(id: string, change: (body: B | undefined) => B | undefined): Written | undefined;
  insert(incoming: readonly Incoming[], options?: InsertOptions): void;
  onReceive(prefix: string, listener: Receiver): void;
}

/** How revisions made elsewhere are stored. */
export interface InsertOptions {
  /** Documents that nobody had before may come into the catalog after the transaction. */
  later?: boolean;
  /** Who sent them, for people to read: a token's name, or a peer's address without secrets. */
  from?: string;
}

/** Hears of a document that came from elsewhere, in the transaction that stores it, after its conflicts were merged. */
export type Receiver = (id: string, from: string | undefined) => void;

/** What became of a change: the revision that wins now, and whether it is a new one. */
export interface Written {
  rev: string;
  changed: boolean;
}

/** Opens the writes of a library. */
export function openWrites(db: Sqlite, revisions: Revisions, journal: Journal, merges: Merges): Writes {
  const receivers: { prefix: string; listener: Receiver }[] = [];

  /** Merges the conflicts of a document; true where that made revisions. */
  function settle(id: string): boolean {
    const kept = revisions.kept(id, (body) => isPurge(parse(body)));
    const leaves = sorted(id, kept);
    if (leaves.length === 1 && kept.length === 0) return false;
    const plan = planMerge(leaves.map(opened), kept.map(opened));
    const open = leaves.filter(({ deleted }) => !deleted);
    if (open.length > 1 && plan.close.length > 0)
      merges.add(
        id,
        open.map(({ body }) => parse(body)),
        plan.merged?.body ?? parse(open[0]!.body),
      );
    if (plan.merged) revisions.append(id, plan.merged.parent, false, canonical(plan.merged.body));
    for (const rev of plan.close) revisions.append(id, rev, true, canonical(tombstone));
    for (const rev of plan.drop) revisions.dropBody(id, rev);
    return plan.merged !== undefined || plan.close.length > 0;
  }

  /** Whether a leaf is one of some revisions, or comes after one. */
  const follows = (id: string, leaf: Leaf, revs: readonly string[]): boolean =>
    revisions.path(id, leaf.rev).some((rev) => revs.includes(rev));

  /**
   * The leaves, the winner first; where none lives, those first that closed what is kept: what is kept comes back below the first
   * one, and what another one closed, which never came here, may live elsewhere.
   */
  function sorted(id: string, kept: readonly KeptBody[]): Leaf[] {
    const leaves = revisions.leaves(id);
    if (kept.length === 0 || leaves[0]?.deleted === false) return leaves;
    const revs = kept.map(({ rev }) => rev);
    const closed = leaves.filter((leaf) => follows(id, leaf, revs));
    return [...closed, ...leaves.filter((leaf) => !closed.includes(leaf))];
  }

  /**
   * Below which revision a live body goes whose document is deleted here: below a purge, which says what it saw. The tombstone of a
   * merge does not, and what it closed may live elsewhere: beside that, but where the body is what was closed.
   */
  function parentOfReturn(id: string, text: string): string | undefined {
    const leaves = revisions.leaves(id);
    const purge = leaves.find(({ body }) => isPurge(parse(body)));
    if (purge) return purge.rev;
    const root = revisionId(id, undefined, false, text);
    return leaves.find((leaf) => follows(id, leaf, [root]))?.rev;
  }

  /** What a document that is deleted comes back as: where it was purged, it joins what was purged in the trash. */
  function revived(id: string, body: Body): Body {
    const bodies = revisions.leaves(id).map((leaf) => parse(leaf.body));
    return bodies.filter(isPurge).reduce<Body>((back, purged) => revive(back, purged), body);
  }

  function finish(id: string): void {
    revisions.prune(id);
    journal(id);
  }

  /** Adds `after` below the winner, where it differs from it. */
  function write(id: string, winner: Leaf | undefined, after: Body): Written {
    const deleted = isPurge(after) && !isLivePurge(winner);
    const back = winner?.deleted === true && !deleted;
    // What a merge made too large may still be edited, as long as it does not grow.
    const limit = Math.max(sizeLimit, Buffer.byteLength(winner?.body ?? ''));
    const made = back ? revived(id, after) : after;
    // For who may see a photo there is always room, and for what takes something back.
    const isDecision =
      sizeOf(made) > limit && decides(winner && !winner.deleted ? parse(winner.body) : undefined, made);
    const fits = isDecision && sizeOf(made) > mergedSizeLimit ? shed(made) : made;
    const text = checkBody(id, fits, isDecision ? mergedSizeLimit : limit);
    if (winner && text === winner.body && deleted === winner.deleted) return { rev: winner.rev, changed: false };
    const rev = revisions.append(id, back ? parentOfReturn(id, text) : winner?.rev, deleted, text);
    finish(id);
    return { rev: deleted ? revisions.winner(id)!.rev : rev, changed: true };
  }

  return {
    update<B extends object>(id: string, change: (body: B | undefined) => B | undefined) {
      checkId(id);
      return db.transaction(() => {
        const winner = revisions.winner(id);
        const body = winner && !winner.deleted ? parse(winner.body) : undefined;
        const after = change(body as B | undefined) as Body | undefined;
        // Whoever writes a greater number must not keep the owner from taking a photo back.
        const isKept = body !== undefined && isNewer(body) && after !== body;
        const made = after && isKept ? decisionIn(body, after) : after;
        if (after && !made) throw newer(id);
        return made && write(id, winner, made);
      });
    },
    onReceive: (prefix, listener) => void receivers.push({ prefix, listener }),
    insert(incoming, { later = false, from } = {}) {
      const bodies = incoming.map(checkIncoming);
      db.transaction(() => {
        const touched = new Map<string, boolean>();
        // Of a document's first and only revision there is nothing to merge or to forget.
        const first = new Map<string, Incoming>();
        incoming.forEach((one, n) => {
          const { id, revisions: path, deleted } = one;
          const was = revisions.insert(id, path, deleted, bodies[n]!);
          if (was === 'first') first.set(id, one);
          else first.delete(id);
          touched.set(id, was !== 'known' || touched.get(id) === true);
        });
        // Only when all are in: a merge and the tombstones that belong to it come together.
        for (const [id, added] of touched) {
          const only = first.get(id);
          if (only) journal(id, { deleted: only.deleted, body: only.body, later });
          else if (settle(id) || added) finish(id);
        }
        for (const { prefix, listener } of receivers) {
          for (const id of touched.keys()) if (id.startsWith(prefix)) listener(id, from);
        }
      });
    },
  };
}

/** A foreign program may have left `purged` in a document that lives: then it means nothing. */
const isLivePurge = (leaf: Leaf | undefined): boolean =>
  leaf !== undefined && !leaf.deleted && isPurge(parse(leaf.body));

const parse = (body: string): Body => JSON.parse(body) as Body;

/** A revision with its body read. */
function opened<R extends { body: string }>({ body, ...rest }: R): Omit<R, 'body'> & { body: Body } {
  return { ...rest, body: parse(body) };
}

function newer(id: string): PhotospoolError {
  const message = `${printable(id)} was written by a newer version of Photospool and can't be changed by this one.`;
  return new PhotospoolError('newer-version', message, { op: 'edit', hint: 'Upgrade Photospool.' });
}

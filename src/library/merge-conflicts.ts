/**
 * Conflicts are merged by whichever server sees them. The plan follows from the leaves and the kept bodies alone, so two
 * servers that see the same make the same revisions, and the conflict closes instead of multiplying.
 *
 * The merge becomes a child of the winning live leaf; every other live leaf gets a tombstone. A tombstone may reach a
 * server without the merge: the body it closed is kept there until a live leaf says all that it says, and joins the merge
 * if it must. Only a purge (see document/purge.ts) means that a person wanted the document gone.
 */
import { canonical, mergedSizeLimit, sizeLimit, sizeOf } from '../document/canonical-json.js';
import { isNewer, merge } from '../document/merge.js';
import type { Body } from '../document/photo-document.js';
import { shed } from '../document/oversized-documents.js';
import { hasSeen, isPurge, revive } from '../document/purge.js';

/** A leaf with its body read. */
export interface Branch {
  rev: string;
  deleted: boolean;
  body: Body;
}

/** What is to be done with a document. All empty where there is nothing to do. */
export interface MergePlan {
  /** A revision to add: the merge. `parent` is the leaf below which it goes. */
  merged?: { parent: string; body: Body };
  /** Live leaves to close with a tombstone. */
  close: string[];
  /** Revisions whose kept body says nothing more that the live leaf would not say. */
  drop: string[];
}

const nothing: MergePlan = { close: [], drop: [] };

/** The body of the tombstone that closes a branch. */
export const tombstone: Body = {};

/**
 * What to do about a document with these leaves (the winner first) and kept bodies. A conflict with a leaf of a newer
 * format is left to a server that understands it, and so is one whose merge would be too large to pass on.
 */
export function planMerge(leaves: readonly Branch[], kept: readonly Omit<Branch, 'deleted'>[]): MergePlan {
  const live = leaves.filter((leaf) => !leaf.deleted);
  const purges = leaves
    .filter((leaf) => leaf.deleted)
    .map((leaf) => leaf.body)
    .filter(isPurge);
  const parts = [...live, ...kept];
  if (parts.some(({ body }) => isNewer(body)) || purges.some(isNewer)) return nothing;
  if (parts.length === 0 || (live.length === 1 && kept.length === 0 && purges.length === 0)) return nothing;

  const drop = kept.map(({ rev }) => rev);
  if (purges.length > 0 && parts.every(({ body }) => purges.some((purged) => hasSeen(purged, body)))) {
    return { close: live.map(({ rev }) => rev), drop };
  }
  const merged = parts.map(({ body }) => body).reduce((a, b) => merge(a, b));
  const whole = purges.reduce((back, purged) => revive(back, purged), merged);
  // Beside a branch that is larger than any server of ours writes, the rest is still merged.
  const isForeign = sizeOf(whole) > mergedSizeLimit && parts.some(({ body }) => sizeOf(body) > sizeLimit);
  const body = isForeign ? shed(whole) : whole;
  if (sizeOf(body) > mergedSizeLimit) return nothing;
  const close = live.slice(1).map(({ rev }) => rev);
  const base = live[0];
  if (base && canonical(base.body) === canonical(body)) return { close, drop };
  return { merged: { parent: base?.rev ?? leaves[0]!.rev, body }, close, drop };
}

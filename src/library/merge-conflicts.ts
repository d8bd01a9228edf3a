/**
 * Conflicts are merged by whichever server sees them. The plan follows from the leaves and the kept bodies alone, so two
 * servers that see the same make the same revisions, and the conflict closes instead of multiplying.
 *
 * The merge becomes a child of the winning live leaf; every other live leaf gets a tombstone. A tombstone may reach a
 * server without the merge: the body it closed is kept there until a live leaf says all that it says, and joins the merge
 * if it must. Only a purge (see document/purge.ts) means that a person wanted the document gone.
 *
 * A leaf of a newer format stays beside the merge of all others, for a server that understands it. Anybody can write such a number:
 * so it hides no photo that this version understands, but its audience and its place in the trash count.
 */
import { canonical } from '../document/canonical-json.js';
import { hasTooManyFields, mergedSizeLimit, sizeOf } from '../document/size-limits.js';
import { isObject, own } from '../document/json-values.js';
import { isNewer, merge } from '../document/merge.js';
import { format, type Body } from '../document/photo-document.js';
import { closing, protectedFields, shed, withoutFloods } from '../document/oversized-documents.js';
import { hasSeen, isPurge, revive } from '../document/purge.js';
import { parseRevision } from './validate-documents.js';

/** A leaf with its body read. */
export interface Branch {
  rev: string;
  deleted: boolean;
  body: Body;
}

/** What is to be done with a document. All empty where there is nothing to do. */
export interface MergePlan {
  /**
   * A revision to add: the merge. `parent` is the leaf below which it goes; where `generation` is given, it takes the place of that
   * leaf on a branch of its own.
   */
  merged?: { parent: string; body: Body; generation?: number };
  /** Live leaves to close with a tombstone. */
  close: string[];
  /** Revisions whose kept body says nothing more that the live leaf would not say. */
  drop: string[];
}

const nothing: MergePlan = { close: [], drop: [] };

/** The body of the tombstone that closes a branch. */
export const tombstone: Body = {};

/** How many closed bodies of a newer format are kept, for a server that may have been restored before it could merge them. */
const mostNewer = 8;

/** What to do about a document with these leaves (the winner first) and kept bodies (the highest first). */
export function planMerge(leaves: readonly Branch[], kept: readonly Omit<Branch, 'deleted'>[]): MergePlan {
  const open = leaves.filter((leaf) => !leaf.deleted);
  const [live, newer] = byFormat(open);
  const [closed, newerClosed] = byFormat(kept);
  const purges = leaves.filter((leaf) => leaf.deleted && !isNewer(leaf.body)).map(({ body }) => body);
  const seen = purges.filter(isPurge);
  const parts = [...live, ...closed];
  if (parts.length === 0) return open.length > 0 || seen.length > 0 ? nothing : returning(leaves, newerClosed);
  if (open.length === 1 && closed.length === 0 && seen.length === 0) return nothing;

  const drop = [...closed, ...newerClosed.slice(mostNewer)].map(({ rev }) => rev);
  if (seen.length > 0 && parts.every(({ body }) => seen.some((purged) => hasSeen(purged, body)))) {
    return { close: live.map(({ rev }) => rev), drop };
  }
  const body = combine(parts, newer, seen);
  const close = live.slice(1).map(({ rev }) => rev);
  const parent = (live[0] ?? leaves.find((leaf) => leaf.deleted) ?? leaves[0]!).rev;
  const generation = generationAbove(newer, parent, body);
  const isSaid = live[0] !== undefined && canonical(live[0].body) === canonical(body);
  const isHidden = own(body, 'kind') === 'photo' && newer.some((leaf) => leaf === leaves[0]);
  if (isSaid && !isHidden) return { close, drop };
  return { merged: { parent, body, ...(generation !== undefined && { generation }) }, close, drop };
}

function byFormat<B extends { body: Body }>(branches: readonly B[]): [known: B[], newer: B[]] {
  return [branches.filter(({ body }) => !isNewer(body)), branches.filter(({ body }) => isNewer(body))];
}

/** What a document of a newer format comes back as that a tombstone alone closed: as it was. */
function returning(leaves: readonly Branch[], kept: readonly Omit<Branch, 'deleted'>[]): MergePlan {
  const [last] = kept;
  return last ? { merged: { parent: leaves[0]!.rev, body: last.body }, close: [], drop: [last.rev] } : nothing;
}

/** All parts in one body that every server takes. */
function combine(
  parts: readonly { body: Body }[],
  newer: readonly Branch[],
  purges: readonly Parameters<typeof revive>[1][],
): Body {
  const bodies = parts.map(({ body }) => body);
  const isPhoto = bodies.some((body) => own(body, 'kind') === 'photo');
  const decided = isPhoto ? newer.flatMap(({ body }) => decisionsOf(body)) : [];
  return purges.reduce((back, purged) => bounded(revive(back, purged)).body, mergeAll([...bodies, ...decided]));
}

/**
 * Merges bodies, always the two smallest of those that are left: a large one is not merged with each of many small ones. What is too
 * much for one document goes at each step. So the work is that of the bytes of all, times the logarithm of their number. `join` is for tests.
 */
export function mergeAll(bodies: readonly Body[], join: (a: Body, b: Body) => Body = merge): Body {
  const left = bodies.map((body) => ({ body, size: sizeOf(body) })).sort((a, b) => a.size - b.size);
  while (left.length > 1) {
    const one = bounded(join(left.shift()!.body, left.shift()!.body));
    const at = left.findIndex(({ size }) => size > one.size);
    left.splice(at < 0 ? left.length : at, 0, one);
  }
  return left[0]!.body;
}

/** A body with what it must shed to be taken by every server, and its size. */
function bounded(merged: Body): { body: Body; size: number } {
  const body = withoutFloods(merged);
  const size = sizeOf(body);
  if (size <= mergedSizeLimit && !hasTooManyFields(body, size)) return { body, size };
  const less = shed(body);
  return { body: less, size: sizeOf(less) };
}

/** Who may see a photo of a newer format, whose access ended, and whether it is in the trash: that is the same in every format. */
function decisionsOf(body: Body): Body[] {
  const edits = own(body, 'edits');
  if (own(body, 'kind') !== 'photo' || !isObject(edits)) return [];
  const decided = Object.entries(edits).filter(
    ([key, value]) =>
      (protectedFields.some((field) => field === key) && Array.isArray(value)) ||
      (closing.includes(key) && isObject(value)),
  );
  return decided.length > 0 ? [{ format, kind: 'photo', edits: Object.fromEntries(decided) }] : [];
}

/** The generation at which a photo wins over leaves of a newer format; undefined where a child of `parent` does. */
function generationAbove(newer: readonly Branch[], parent: string, body: Body): number | undefined {
  if (newer.length === 0 || own(body, 'kind') !== 'photo') return undefined;
  const highest = Math.max(...newer.map(({ rev }) => parseRevision(rev).generation));
  return parseRevision(parent).generation + 1 > highest ? undefined : highest + 1;
}

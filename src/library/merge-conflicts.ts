/**
 * Plans how to merge a document's conflicts; every server merges those it sees. The plan depends on the leaves and the
 * kept bodies alone, so two servers in the same state create the same revisions, and the conflict closes instead of
 * multiplying.
 *
 * The merge becomes a child of the winning live leaf; every other live leaf gets a tombstone. A tombstone may reach a
 * server without the merge: that server keeps the closed body until a live leaf contains all of it, and merges it if
 * necessary. Only a purge (document/purge.ts) means that a person deleted the document.
 *
 * A leaf of a newer format stays beside the merge of all others, for servers that understand it. Anyone can forge such
 * a format number, so the leaf does not hide a photo that this version understands; but its audience and its place in
 * the trash apply.
 */
import { canonical } from '../document/canonical-json.js';
import { hasTooManyFields, mergedSizeLimit, sizeOf } from '../document/document-size.js';
import { isObject, own } from '../document/json-values.js';
import { isNewer, merge } from '../document/merge.js';
import { format, type Body } from '../document/photo-document.js';
import { closing, protectedFields, shed, withoutFloods } from '../document/oversized-documents.js';
import { hasSeen, isPurge, revive } from '../document/purge.js';
import { parseRevision } from './validate-documents.js';

/** A leaf with its parsed body. */
export interface Branch {
  rev: string;
  deleted: boolean;
  body: Body;
}

/** The changes that resolve a document's conflicts. All empty if there is nothing to do. */
export interface MergePlan {
  /**
   * The merge to add. `parent` is the leaf to append it to; with a `generation`, it replaces that leaf on a separate
   * branch.
   */
  merged?: { parent: string; body: Body; generation?: number };
  /** Live leaves to close with a tombstone. */
  close: string[];
  /** Revisions whose kept bodies are contained in the live leaf. */
  drop: string[];
}

const nothing: MergePlan = { close: [], drop: [] };

/** The body of the tombstone that closes a branch. */
export const tombstone: Body = {};

/**
 * The number of closed bodies of a newer format that are kept, in case a server was restored before it could merge
 * them.
 */
const mostNewer = 8;

/** Plans the merge for the leaves (the winner first) and kept bodies (the highest first). */
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

/** Restores the last body of a newer format that only a tombstone closed. */
function returning(leaves: readonly Branch[], kept: readonly Omit<Branch, 'deleted'>[]): MergePlan {
  const [last] = kept;
  return last ? { merged: { parent: leaves[0]!.rev, body: last.body }, close: [], drop: [last.rev] } : nothing;
}

/** Merges all parts into one body that every server accepts. */
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
 * Merges bodies, always the two smallest first, so that a large one is not merged with each of many small ones; each
 * step sheds what exceeds the limits of a document. The cost is that of all bytes times the logarithm of their number.
 * `join` is for tests.
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

/** The body reduced to a size that every server accepts, and its size. */
function bounded(merged: Body): { body: Body; size: number } {
  const body = withoutFloods(merged);
  const size = sizeOf(body);
  if (size <= mergedSizeLimit && !hasTooManyFields(body, size)) return { body, size };
  const less = shed(body);
  return { body: less, size: sizeOf(less) };
}

/**
 * The audience, the ended access and the trash state of a photo of a newer format: these are the same in every format.
 */
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

/** The generation at which a photo wins over leaves of a newer format; undefined if a child of `parent` wins anyway. */
function generationAbove(newer: readonly Branch[], parent: string, body: Body): number | undefined {
  if (newer.length === 0 || own(body, 'kind') !== 'photo') return undefined;
  const highest = Math.max(...newer.map(({ rev }) => parseRevision(rev).generation));
  return parseRevision(parent).generation + 1 > highest ? undefined : highest + 1;
}

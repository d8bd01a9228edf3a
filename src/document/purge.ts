/**
 * Purging: the deleted revision that records that a person wants a document gone permanently. It keeps the edits and
 * sightings that the person had seen, so that a server can tell a late copy (which stays gone) from something new
 * (which brings the photo back, into the trash). Pure.
 */
import { canonical } from './canonical-json.js';
import { isObject, own, textOf } from './json-values.js';
import { merge } from './merge.js';
import { format, type Body, type Edit, type PhotoDocument, type PurgeDocument, type Stamp } from './photo-document.js';
import { sightFor } from './causal-order.js';
import { isStamp, newestStamp } from './stamp.js';
import type { Signature } from './edits.js';

/** The body of the revision that purges a document. `at` comes from `Library.stampAfter`. */
export function purge(document: Body | PhotoDocument, { at, by }: Signature): PurgeDocument {
  const kept = (['edits', 'sightings'] as const).filter((part) => isObject(own(document, part)));
  const parts = Object.fromEntries(kept.map((part) => [part, own(document, part)]));
  const newest = newestStamp(document);
  // A photo's purge contains all its edits; for other kinds the stamps decide, which may be beyond the clock.
  const saw = own(document, 'kind') !== 'photo' && newest !== undefined && newest > at ? { saw: [newest] } : {};
  return { format, kind: textOf(own(document, 'kind')), purged: { at, by, ...saw }, ...parts };
}

/** Whether a deleted body is a purge. A tombstone without `purged` only closes a branch of the revision tree. */
export function isPurge<B extends object>(body: B | undefined): body is B & PurgeDocument {
  return typeof own(own(body, 'purged'), 'at') === 'string';
}

/**
 * Whether the purging person had seen everything in a body. For a photo that means every edit and every sighting; for
 * other documents the stamps decide.
 */
export function hasSeen(purged: PurgeDocument, body: object): boolean {
  if (own(body, 'kind') !== 'photo') {
    const newest = newestStamp(body) ?? '';
    const saw = purged.purged.saw;
    return newest <= purged.purged.at || (Array.isArray(saw) && saw.some((stamp) => newest <= stamp));
  }
  const known = partsOf(purged);
  // Foreign programs leave lists in forms that no merge produces; the purge has seen those, too.
  const both = merge<object>(merge<object>(known, partsOf(body)), empty);
  return canonical(both) === canonical(merge<object>(known, empty));
}

/** The time of a purge with an invalid stamp: before everything else. */
const unknownTime: Stamp = '000000000000000-0000-0';

/** The parts of a photo or its purge that tell new from seen. */
const partsOf = (body: object): object => ({
  format,
  kind: 'photo',
  edits: own(body, 'edits') ?? {},
  sightings: own(body, 'sightings') ?? {},
});
const empty = { format, kind: 'photo', edits: {}, sightings: {} };

/** Brings back a body that a purge had not seen: with everything in the purge, and in the trash. */
export function revive<B extends object>(body: B, purged: PurgeDocument): B {
  if (own(body, 'kind') !== 'photo') return body;
  const { by } = purged.purged;
  const at = isStamp(purged.purged.at) ? purged.purged.at : unknownTime;
  const before: unknown = own(purged.edits, 'trashed');
  const list = (Array.isArray(before) ? before : []).filter((edit): edit is Edit<boolean> => isStamp(own(edit, 'at')));
  // Names nothing if no clock was wrong: servers without this rule then make the same edit.
  const saw = sightFor(list, { at, over: undefined, all: false });
  const trashed = [{ value: true, at, by, ...(saw.length > 0 && { saw }) }];
  return [partsOf(purged), { format, kind: 'photo', edits: { trashed } }].reduce<object>(merge, body) as B;
}

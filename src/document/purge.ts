/**
 * Purging: the deleted revision that says that a person wants a document gone for good. It keeps the edits and sightings
 * that the person had in sight, so that a server can tell a late copy (which stays gone) from something new (which brings
 * the photo back, in the trash). Pure.
 */
import { canonical } from './canonical-json.js';
import { isObject, own, textOf } from './json-values.js';
import { merge } from './merge.js';
import { format, type Body, type Edit, type PhotoDocument, type PurgeDocument, type Stamp } from './photo-document.js';
import { sightFor } from './causal-order.js';
import { isStamp, newestStamp } from './stamp.js';
import type { Signature } from './edits.js';

/** The body of the revision that purges a document. `at` as `Library.stampAfter` gives it. */
export function purge(document: Body | PhotoDocument, { at, by }: Signature): PurgeDocument {
  const kept = (['edits', 'sightings'] as const).filter((part) => isObject(own(document, part)));
  const parts = Object.fromEntries(kept.map((part) => [part, own(document, part)]));
  const newest = newestStamp(document);
  // A photo's purge has all of its edits; of other kinds the stamps decide, which may be beyond the clock.
  const saw = own(document, 'kind') !== 'photo' && newest !== undefined && newest > at ? { saw: [newest] } : {};
  return { format, kind: textOf(own(document, 'kind')), purged: { at, by, ...saw }, ...parts };
}

/** Whether a deleted body is a purge. A tombstone without `purged` only closes a branch of the revision tree. */
export function isPurge<B extends object>(body: B | undefined): body is B & PurgeDocument {
  return typeof own(own(body, 'purged'), 'at') === 'string';
}

/**
 * Whether the person who purged had all of a body in sight. Of a photo that is every edit and every sighting; of other
 * documents the stamps decide.
 */
export function hasSeen(purged: PurgeDocument, body: object): boolean {
  if (own(body, 'kind') !== 'photo') {
    const newest = newestStamp(body) ?? '';
    const saw = purged.purged.saw;
    return newest <= purged.purged.at || (Array.isArray(saw) && saw.some((stamp) => newest <= stamp));
  }
  const known = partsOf(purged);
  // Foreign programs leave lists as no merge does; the purge has seen them all the same.
  const both = merge<object>(merge<object>(known, partsOf(body)), empty);
  return canonical(both) === canonical(merge<object>(known, empty));
}

/** When a purge was made whose stamp is none: before all else that anybody did. */
const unknownTime: Stamp = '000000000000000-0000-0';

/** What tells new from seen, of a photo or its purge. */
const partsOf = (body: object): object => ({
  format,
  kind: 'photo',
  edits: own(body, 'edits') ?? {},
  sightings: own(body, 'sightings') ?? {},
});
const empty = { format, kind: 'photo', edits: {}, sightings: {} };

/** A body that a purge had not seen, as it comes back: with all that the purge knew, and trashed by it. */
export function revive<B extends object>(body: B, purged: PurgeDocument): B {
  if (own(body, 'kind') !== 'photo') return body;
  const { by } = purged.purged;
  const at = isStamp(purged.purged.at) ? purged.purged.at : unknownTime;
  const before: unknown = own(purged.edits, 'trashed');
  const list = (Array.isArray(before) ? before : []).filter((edit): edit is Edit<boolean> => isStamp(own(edit, 'at')));
  // Where no clock was wrong it names nothing: servers that do not know this rule make the same edit.
  const saw = sightFor(list, { at, over: undefined, all: false });
  const trashed = [{ value: true, at, by, ...(saw.length > 0 && { saw }) }];
  return [partsOf(purged), { format, kind: 'photo', edits: { trashed } }].reduce<object>(merge, body) as B;
}

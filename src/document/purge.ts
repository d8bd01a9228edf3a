/**
 * Purging: the deleted revision that says that a person wants a document gone for good. It keeps the edits and sightings
 * that the person had in sight, so that a server can tell a late copy (which stays gone) from something new (which brings
 * the photo back, in the trash). Pure.
 */
import { canonical } from './canonical.js';
import { isObject, own, textOf } from './json.js';
import { merge } from './merge.js';
import { format, type Body, type PhotoDocument, type PurgeDocument } from './photo.js';
import { newestStamp } from './stamp.js';
import type { Signature } from './edits.js';

/** The body of the revision that purges a document. `at` must be greater than every stamp of the document. */
export function purge(document: Body | PhotoDocument, { at, by }: Signature): PurgeDocument {
  const kept = (['edits', 'sightings'] as const).filter((part) => isObject(own(document, part)));
  const parts = Object.fromEntries(kept.map((part) => [part, own(document, part)]));
  return { format, kind: textOf(own(document, 'kind')), purged: { at, by }, ...parts };
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
  if (own(body, 'kind') !== 'photo') return (newestStamp(body) ?? '') <= purged.purged.at;
  const known = { format, kind: 'photo', edits: purged.edits ?? {}, sightings: purged.sightings ?? {} };
  const claimed = { format, kind: 'photo', edits: own(body, 'edits') ?? {}, sightings: own(body, 'sightings') ?? {} };
  return canonical(merge<object>(known, claimed)) === canonical(known);
}

/** A body that a purge had not seen, as it comes back: with all that the purge knew, and trashed by it. */
export function revive<B extends object>(body: B, purged: PurgeDocument): B {
  if (own(body, 'kind') !== 'photo') return body;
  const { at, by } = purged.purged;
  const trashed = { format, kind: 'photo', edits: { trashed: [{ value: true, at, by }] } };
  const known = { format, kind: 'photo', edits: purged.edits ?? {}, sightings: purged.sightings ?? {} };
  return [known, trashed].reduce<object>(merge, body) as B;
}

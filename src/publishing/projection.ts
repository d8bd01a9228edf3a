/**
 * The published form of a photo, built from an allow-list (public-fields.ts), so that any other content of a document,
 * now or in a later version, stays at home. Pure.
 *
 * | published | never published |
 * |---|---|
 * | size, type and time taken; camera, lens, exposure; place by name; title, description, tags | position (unless enabled), serial numbers, owner's name, every other tag of the file |
 * | thumb, preview, ThumbHash; of videos the length, the preview, the playable video and its rotation; which two are one Live Photo | the original, its hash, name, folders and size in bytes; sidecars; albums, rating, favourites; who edited what |
 * | the time of the last decision about visibility, of the last edit of a published field, and of the last crop (to the public server, not to its visitors) | the time of anything else |
 *
 * A tag is private if it begins with `_` or is below `private/`.
 */
import { createHmac } from 'node:crypto';
import { developedAt, rotationOf } from '../document/develop.js';
import { shownEdit } from '../document/edits.js';
import { pairOf } from '../document/facts.js';
import { house, itemOf, type Holder } from '../document/item-id.js';
import { entriesOf, own } from '../document/json-values.js';
import { merge } from '../document/merge.js';
import { format, photoOf, type Body, type Edits, type Stamp } from '../document/photo-document.js';
import { isPurge } from '../document/purge.js';
import { isStamp } from '../document/stamp.js';
import { isPrivateTag } from '../document/tag-names.js';
import { viewPhoto } from '../document/photo-view.js';
import { later, never } from './prevent-republishing.js';
import { readPhoto, type PublicDocument, type ToldInPublic } from './public-fields.js';

/** Options beyond the list. */
export interface ProjectionOptions {
  /** Whether positions are published. */
  gps: boolean;
}

/**
 * An id from which an item's public id cannot be derived: HMAC-SHA256 of it with the library's key (32 bytes, hex). Two
 * items with the same bytes have different ids, so withdrawing one leaves the other published.
 */
export const opaqueId = (id: string, key: string): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(id).digest('hex');

/** The public identifier of the two files of a holder's Live Photo: opaque, and never equal to the id of a photo. */
const opaquePair = (pair: string, holder: Holder, key: string): string =>
  opaqueId(holder === house ? `pair ${pair}` : `pair ${holder} ${pair}`, key);

/** The decision of the control documents about publishing an item. */
export interface Permission {
  /** Whether a visitor may see it. */
  isGiven: boolean;
  /** The newest change of that permission. */
  at: Stamp;
}

/** The permission for an item of the house in a library where nothing is shared. */
const always: Permission = { isGiven: true, at: never };

/**
 * The published form of a document; undefined if it is not an item. `id` is that of the document, `body` the result of
 * `deciding`, `key` that of the library, without which the two files of a Live Photo are not linked.
 */
export function project(
  id: string,
  body: Body,
  options: ProjectionOptions,
  key?: string,
  permission = always,
): PublicDocument | undefined {
  const item = itemOf(id);
  if (!item) return undefined;
  const at = later(decidedAt(body), permission.at);
  const tell = (photo: ToldInPublic): PublicDocument => ({ format, kind: 'public', photo });
  const photo = photoOf(body);
  if (!photo || isPurge(body)) return tell({ value: null, at });
  const { gps, ...view } = viewPhoto(item.sha256, photo, { here: false });
  const pair = key === undefined ? undefined : pairOf(photo.facts);
  const developed = developedAt(photo.edits);
  const crop = developed !== undefined && { developed };
  const rotate = rotationOf(photo);
  if (view.audience !== 'public' || view.trashed || !permission.isGiven) return tell({ value: null, at, ...crop });
  const value = readPhoto({
    facts: {
      ...view,
      ...(options.gps && gps && { gps }),
      ...(pair !== undefined && { pair: opaquePair(pair, item.holder, key!) }),
    },
    renditions: { ...view.renditions, thumbhash: view.thumbhash },
    clips: { ...view.renditions, ...(rotate !== undefined && { rotate }) },
  });
  const edited = editedAt(photo.edits, options);
  return tell({ ...{ value, at }, ...(edited !== undefined && { edited }), ...crop });
}

/**
 * The body to publish, given the leaves of a document (the winner first): the winner if it is live; otherwise the
 * purge, several purges merged. The winning revision may be one that only closes a branch. Undefined if there is
 * nothing to publish.
 */
export function deciding(leaves: readonly { deleted: boolean; body: Body }[]): Body | undefined {
  const [winner] = leaves;
  if (winner?.deleted === false) {
    // A foreign program may have left `purged` in a live document, where it has no meaning.
    const { purged: _, ...living } = winner.body;
    return living;
  }
  const purges = leaves.map(({ body }) => body).filter(isPurge);
  return purges.length > 0 ? purges.reduce<Body>(merge, purges[0]!) : undefined;
}

/** Whether a person ever made a photo public: if not, a public server never receives anything about it. */
export const wasPublic = (body: Body): boolean =>
  listIn(body, 'audience').some((edit) => own(edit, 'value') === 'public');

/** The newest decision about visibility in the document: an edit of the audience or the trash, or a purge. */
function decidedAt(body: Body): Stamp {
  const edits = [...listIn(body, 'audience'), ...listIn(body, 'trashed')];
  // The stamps that an edit has seen count, too: they may be beyond the clock.
  const stamps = edits.flatMap((edit) => [own(edit, 'at'), own(edit, 'over'), own(edit, 'saw')].flat());
  return [...stamps, own(own(body, 'purged'), 'at')].filter(isStamp).reduce(later, never);
}

function listIn(body: Body, field: string): unknown[] {
  const list = own(own(body, 'edits'), field);
  return Array.isArray(list) ? list : [];
}

/** The time of the last edit of a published field; other fields leave no trace. */
function editedAt(edits: Edits, { gps }: ProjectionOptions): Stamp | undefined {
  const told = ['title', 'description', 'taken', 'place', ...(gps ? (['gps'] as const) : [])] as const;
  const stamps = told.map((field) => shownEdit(edits, field)?.at);
  const tags = entriesOf(edits.tags).flatMap(([tag, said]) => (isPrivateTag(tag) ? [] : [own(said, 'at')]));
  const [first, ...others] = [...stamps, ...tags, developedAt(edits)].filter(isStamp);
  return others.reduce<Stamp | undefined>((a, b) => later(a!, b), first);
}

/**
 * What a public server is told of a photo: made anew from a list of what may be told (public-fields.ts), so that whatever else is
 * in a document, now or in a later version, stays at home. Pure.
 *
 * | told | never told |
 * |---|---|
 * | size, type and time taken; camera, lens, exposure; place by name; title, description, tags | position (unless asked for), serial numbers, owner's name, every other tag of the file |
 * | thumb, preview, ThumbHash; of films their length, the preview and what plays; which two are one Live Photo | the original, its hash, name, folders and size in bytes; sidecars; albums, rating, favourites; who edited what |
 * | when it was last decided who may see it, and when what is told was last edited (to the public server, not to its visitors) | when anything else happened |
 *
 * A tag is marked private by its first character, `_`, or by being below `private/`.
 */
import { createHmac } from 'node:crypto';
import { shownEdit } from '../document/edits.js';
import { pairOf } from '../document/facts.js';
import { entriesOf, own } from '../document/json-values.js';
import { merge } from '../document/merge.js';
import { format, photoOf, sha256Of, type Body, type Edits, type Stamp } from '../document/photo-document.js';
import { isPurge } from '../document/purge.js';
import { isStamp } from '../document/stamp.js';
import { isPrivateTag } from '../document/tag-names.js';
import { viewPhoto } from '../document/photo-view.js';
import { later, never } from './prevent-republishing.js';
import { readPhoto, type PublicDocument, type ToldInPublic } from './public-fields.js';

/** What is told beyond the list. */
export interface ProjectionOptions {
  /** Whether positions are told. */
  gps: boolean;
}

/** The id that nobody can get a photo's own from: HMAC-SHA256 of it under the library's key (32 bytes, hex). */
export const opaqueId = (sha256: string, key: string): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(sha256).digest('hex');

/** What ties the halves of a Live Photo together in public: as opaque, and never the id of a photo. */
const opaquePair = (pair: string, key: string): string => opaqueId(`pair ${pair}`, key);

/**
 * What is told of a document; undefined where there is nothing to tell: it is no photo. `id` is the document's, `body` what
 * `deciding` found, `key` the library's, without which halves of Live Photos are not told to be one.
 */
export function project(id: string, body: Body, options: ProjectionOptions, key?: string): PublicDocument | undefined {
  const sha256 = id.startsWith('photo:') ? sha256Of(id) : undefined;
  if (sha256 === undefined) return undefined;
  const at = decidedAt(body);
  const tell = (photo: ToldInPublic): PublicDocument => ({ format, kind: 'public', photo });
  const photo = photoOf(body);
  if (!photo || isPurge(body)) return tell({ value: null, at });
  const { gps, ...view } = viewPhoto(sha256, photo, { here: false });
  const pair = key === undefined ? undefined : pairOf(photo.facts);
  if (view.audience !== 'public' || view.trashed) return tell({ value: null, at });
  const value = readPhoto({
    facts: { ...view, ...(options.gps && gps && { gps }), ...(pair !== undefined && { pair: opaquePair(pair, key!) }) },
    renditions: { ...view.renditions, thumbhash: view.thumbhash },
    clips: view.renditions,
  });
  const edited = editedAt(photo.edits, options);
  return tell({ value, at, ...(edited !== undefined && { edited }) });
}

/**
 * What is to be told of a document with these leaves (the winner first): its winner where it lives; else what was purged, of
 * several purges all that they say. The revision that wins may only close a branch. Undefined where none of them says anything.
 */
export function deciding(leaves: readonly { deleted: boolean; body: Body }[]): Body | undefined {
  const [winner] = leaves;
  if (winner?.deleted === false) {
    // A foreign program may have left `purged` in a document that lives: then it means nothing.
    const { purged: _, ...living } = winner.body;
    return living;
  }
  const purges = leaves.map(({ body }) => body).filter(isPurge);
  return purges.length > 0 ? purges.reduce<Body>(merge, purges[0]!) : undefined;
}

/** Whether a person ever said that a photo is public: of one that never was, a public server learns nothing at all. */
export const wasPublic = (body: Body): boolean =>
  listIn(body, 'audience').some((edit) => own(edit, 'value') === 'public');

/** The newest decision about who may see the photo that the document holds: of its audience, the trash, or a purge. */
function decidedAt(body: Body): Stamp {
  const edits = [...listIn(body, 'audience'), ...listIn(body, 'trashed')];
  // What it was made in sight of counts, too: that may be beyond the clock.
  const stamps = edits.flatMap((edit) => [own(edit, 'at'), own(edit, 'over'), own(edit, 'saw')].flat());
  return [...stamps, own(own(body, 'purged'), 'at')].filter(isStamp).reduce(later, never);
}

function listIn(body: Body, field: string): unknown[] {
  const list = own(own(body, 'edits'), field);
  return Array.isArray(list) ? list : [];
}

/** When something of what is told was last edited; what is not told leaves no trace. */
function editedAt(edits: Edits, { gps }: ProjectionOptions): Stamp | undefined {
  const told = ['title', 'description', 'taken', 'place', ...(gps ? (['gps'] as const) : [])] as const;
  const stamps = told.map((field) => shownEdit(edits, field)?.at);
  const tags = entriesOf(edits.tags).flatMap(([tag, said]) => (isPrivateTag(tag) ? [] : [own(said, 'at')]));
  const [first, ...others] = [...stamps, ...tags].filter(isStamp);
  return others.reduce<Stamp | undefined>((a, b) => later(a!, b), first);
}

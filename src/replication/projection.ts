/**
 * What a public server is told of a photo: made anew from a list of what may be told, so that whatever else is in a
 * document, now or in a later version, stays at home. Pure.
 *
 * | told | never told |
 * |---|---|
 * | size, type and time taken; camera, lens, exposure; place by name; title, description, tags | position (unless asked for), serial numbers, owner's name, every other tag of the file |
 * | thumb, preview, ThumbHash | the original, its hash, name, folders and size in bytes; sidecars; who saw or edited what, and when |
 *
 * A tag is marked private by its first character, `_`, or by being below `private/`.
 */
import { createHmac } from 'node:crypto';
import { own } from '../document/json.js';
import { isPurge } from '../document/purge.js';
import {
  format,
  photoOf,
  sha256Of,
  type Body,
  type Facts,
  type Gps,
  type Place,
  type Rendition,
  type Renditions,
  type Stamp,
} from '../document/photo.js';
import { isStamp, newestStamp } from '../document/stamp.js';
import { viewPhoto } from '../document/view.js';

/** What is told of a photo that is public. */
export interface PublicPhoto {
  facts: Omit<Facts, 'bytes'>;
  renditions: Renditions;
}

/**
 * The document of a projection. Its id is `public:<opaque>`. `photo` is a register: of two, the one whose decision about
 * who may see the photo is the later one wins, whichever home made it. Null: it was public, and is not any more.
 */
export interface PublicDocument {
  format: number;
  kind: 'public';
  photo: { value: PublicPhoto | null; at: Stamp };
}

/** What is told beyond the list. */
export interface ProjectionOptions {
  /** Whether positions are told. */
  gps: boolean;
}

/** The stamp of a photo that nobody ever decided about: before all others. */
const never: Stamp = '000000000000000-0000-0';

/** The id that nobody can get a photo's own from: HMAC-SHA256 of it under the library's key (32 bytes, hex). */
export const opaqueId = (sha256: string, key: string): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(sha256).digest('hex');

/** The id of a projected document. */
export const publicId = (opaque: string): string => `public:${opaque}`;
/** The opaque id in the id of a projected document; undefined for other ids. */
export const opaqueOf = (id: string): string | undefined => /^public:([0-9a-f]{64})$/.exec(id)?.[1];

/**
 * What is told of a document; undefined where there is nothing to tell: it is no photo. `id` is the document's, `body` its
 * winner's, or the purge's that deleted it.
 */
export function project(id: string, body: Body, options: ProjectionOptions): PublicDocument | undefined {
  const sha256 = id.startsWith('photo:') ? sha256Of(id) : undefined;
  if (sha256 === undefined) return undefined;
  const at = decidedAt(body);
  const tell = (value: PublicPhoto | null): PublicDocument => ({ format, kind: 'public', photo: { value, at } });
  const photo = photoOf(body);
  if (!photo || isPurge(body)) return tell(null);
  const view = viewPhoto(sha256, photo, { here: false });
  if (view.audience !== 'public' || view.trashed) return tell(null);
  const { type, width, height, taken, offset, takenSource, camera, lens, exposure, place, animated } = view;
  const { thumb, preview } = view.renditions;
  return tell({
    facts: {
      recipe: 1,
      type,
      width,
      height,
      taken,
      ...(offset !== undefined && { offset }),
      // Where a date came from a name, an mtime or a person, the public copy only knows that it was told.
      ...(isOfFile(takenSource) && { takenSource }),
      ...(camera && { camera }),
      ...(lens !== undefined && { lens }),
      ...(exposure && { exposure }),
      ...(place && { place: placeOf(place) }),
      ...(options.gps && view.gps && { gps: roundGps(view.gps) }),
      ...(view.title !== '' && { title: view.title }),
      ...(view.description !== '' && { description: view.description }),
      ...(animated === true && { animated }),
      tags: view.tags.filter((tag) => !isPrivateTag(tag)),
    },
    renditions: {
      recipe: 1,
      ...(thumb && { thumb: renditionOf(thumb) }),
      ...(preview && { preview: renditionOf(preview) }),
      ...(view.thumbhash !== undefined && { thumbhash: view.thumbhash }),
    },
  });
}

const isOfFile = (source: string): source is NonNullable<Facts['takenSource']> =>
  ['exif', 'xmp', 'iptc', 'quicktime', 'gps'].includes(source);

/** Field by field: a document may have more in it than this version knows. */
const renditionOf = ({ sha256, type, width, height, bytes }: Rendition): Rendition => ({
  sha256,
  type,
  width,
  height,
  bytes,
});
const placeOf = ({ city, region, country }: Place): Place => ({
  ...(city !== undefined && { city }),
  ...(region !== undefined && { region }),
  ...(country !== undefined && { country }),
});

/** Latitude and longitude only, to a metre: how high somebody lives is nobody's business. */
const roundGps = ({ lat, lon }: Gps): Gps => ({ lat: Number(lat.toFixed(5)), lon: Number(lon.toFixed(5)) });

/** Whether a tag is for the home only. */
export const isPrivateTag = (tag: string): boolean => tag.startsWith('_') || /^private(?:\/|$)/i.test(tag);

/**
 * When it was last decided who may see the photo: by its audience, the trash, or a purge. Not the stamp of what is shown
 * alone: of two audiences side by side the narrower is shown, be it the older one, and a home that knows both decides later
 * than one that knows only the wider.
 */
function decidedAt(body: Body): Stamp {
  const edits = own(body, 'edits');
  const purged = isPurge(body) ? [body.purged.at] : [];
  const stamps = ['audience', 'trashed'].map((field) => newestStamp({ [field]: own(edits, field) }));
  return [...purged, ...stamps].reduce<Stamp>((a, b) => (isStamp(b) && b > a ? b : a), never);
}

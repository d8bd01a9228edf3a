/**
 * The request and response schemas: they validate requests, serialise responses, type the routes, and appear in GET
 * /api/openapi.json. Described in docs/interface.md.
 */
import { Type, type TProperties, type TSchema } from 'typebox';
import { actionsOnItems } from '../access/permissions.js';
import { audiences, unshownReasons } from '../document/photo-document.js';

const optional = Type.Optional;
/** An object that rejects unknown keys. */
const strict = <P extends TProperties>(properties: P, options: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

const whole = (minimum: number, maximum?: number) =>
  Type.Integer({ minimum, ...(maximum !== undefined && { maximum }) });
const utc = Type.String({ description: 'UTC, 2026-11-24T10:00:00.000Z' });

/** The id of a photo. */
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the original, as hex' });

const Place = strict({
  city: optional(Type.String({ maxLength: 200 })),
  region: optional(Type.String({ maxLength: 200 })),
  country: optional(Type.String({ maxLength: 200 })),
});
const Gps = strict({
  lat: Type.Number({ minimum: -90, maximum: 90 }),
  lon: Type.Number({ minimum: -180, maximum: 180 }),
  alt: optional(Type.Number()),
});
const Rendition = Type.Object({
  width: whole(1),
  height: whole(1),
  bytes: whole(0),
  type: Type.String(),
  sha256: Sha256,
});
const Exposure = Type.Object({
  iso: optional(Type.Number()),
  aperture: optional(Type.Number()),
  seconds: optional(Type.Number()),
  focalLength: optional(Type.Number()),
  focalLength35: optional(Type.Number()),
  flash: optional(Type.Boolean()),
});
const Audience = Type.Enum(audiences);
const Unshown = Type.Enum(unshownReasons, { description: 'why it has no picture' });
const Damaged = Type.Literal(true, {
  description: 'whether the original is damaged and shown as far as it can be decoded',
});
const TakenSource = Type.Enum(['exif', 'xmp', 'iptc', 'quicktime', 'gps', 'sidecar', 'name', 'modified', 'edit']);

const fraction = Type.Number({ minimum: 0, maximum: 1 });
/** document/develop.ts `Develop`. */
const Developed = strict(
  {
    rotate: optional(Type.Integer({ minimum: 0, maximum: 3, description: 'quarter turns clockwise' })),
    crop: optional(
      strict(
        { left: fraction, top: fraction, width: fraction, height: fraction },
        { description: 'the part that is kept, as fractions of the upright original before rotation' },
      ),
    ),
    straighten: optional(Type.Number({ minimum: -45, maximum: 45, description: 'degrees clockwise' })),
  },
  { description: 'how the picture is cropped, rotated and straightened' },
);

const Burst = Type.Object(
  { id: Type.String({ description: 'as in the search `burst:`' }), count: whole(2) },
  { description: 'the burst that it stands for, and how many photos of it the viewer sees' },
);

/** album/visibility.ts `PhotoSeen`. */
export const Photo = Type.Object({
  id: Sha256,
  name: optional(Type.String()),
  type: Type.String({ description: 'MIME type' }),
  bytes: whole(0),
  width: Type.Integer({ description: 'pixels, as displayed' }),
  height: Type.Integer({ description: 'pixels, as displayed' }),
  taken: Type.String({ description: 'local wall time, 2024-07-01T12:00:00.000' }),
  offset: optional(Type.String({ description: '+02:00' })),
  takenSource: TakenSource,
  camera: optional(Type.Object({ make: optional(Type.String()), model: optional(Type.String()) })),
  lens: optional(Type.String()),
  exposure: optional(Exposure),
  gps: optional(Type.Object({ lat: Type.Number(), lon: Type.Number(), alt: optional(Type.Number()) })),
  place: optional(
    Type.Object({ city: optional(Type.String()), region: optional(Type.String()), country: optional(Type.String()) }),
  ),
  title: Type.String(),
  description: Type.String(),
  tags: Type.Array(Type.String()),
  albums: Type.Array(Type.String()),
  holder: optional(Type.String({ description: 'the id of the person who holds it; absent for photos of the house' })),
  sharedAlbums: optional(
    Type.Array(Type.Object({ holder: Type.String(), album: Type.String(), name: Type.String() }), {
      description: 'the albums with members that contain it and that the viewer sees',
    }),
  ),
  rating: whole(0, 5),
  favourite: Type.Boolean(),
  audience: Audience,
  reviewed: optional(Type.Boolean()),
  archived: optional(Type.Boolean()),
  trashed: Type.Boolean(),
  added: optional(utc),
  animated: optional(Type.Boolean()),
  seconds: optional(Type.Number({ description: 'length of a video' })),
  codecs: optional(Type.Object({ video: optional(Type.String()), audio: optional(Type.String()) })),
  motion: optional(Type.Literal(true, { description: 'whether it is a Live Photo or motion photo' })),
  sphere: optional(Type.Literal(true, { description: 'whether it is a 360° photo, not edited' })),
  burst: optional(Burst),
  stack: optional(
    Type.Array(Type.Object({ id: Sha256, type: Type.String() }), {
      description: 'the other files of its shot: RAW, JPEG',
    }),
  ),
  develop: optional(Developed),
  developing: optional(
    Type.Literal(true, { description: 'whether its edited picture is still being made; for those who may edit it' }),
  ),
  thumbhash: optional(Type.String({ description: 'base64' })),
  unshown: optional(Unshown),
  damaged: optional(Damaged),
  renditions: Type.Object({
    thumb: optional(Rendition),
    preview: optional(Rendition),
    hover: optional(Rendition),
    video: optional(Rendition),
  }),
  original: optional(Type.Object({ here: Type.Boolean(), path: optional(Type.String()) })),
  can: Type.Array(Type.Enum(actionsOnItems), { description: 'the viewer’s permissions for it' }),
});

/** catalog/catalog.ts `Tile`. */
export const Tile = Type.Object({
  id: Sha256,
  width: Type.Integer(),
  height: Type.Integer(),
  taken: Type.String(),
  thumbhash: optional(Type.String()),
  v: optional(Type.String({ description: 'the version of its pictures: `?v=` of their address' })),
  unshown: optional(Unshown),
  damaged: optional(Damaged),
  type: Type.String(),
  favourite: optional(Type.Literal(true)),
  animated: optional(Type.Literal(true)),
  edited: optional(Type.Literal(true, { description: 'whether it is shown cropped, rotated or straightened' })),
  seconds: optional(Type.Number({ description: 'length of a video' })),
  motion: optional(Type.Literal(true, { description: 'whether it is a Live Photo or motion photo' })),
  sphere: optional(Type.Literal(true, { description: 'whether it is an equirectangular 360° photo, not edited' })),
  raw: optional(Type.Literal(true, { description: 'whether it has a RAW' })),
  burst: optional(Burst),
  audience: optional(
    Type.Enum(
      audiences.filter((audience) => audience !== 'private'),
      {
        description: 'who else may see it, for viewers who may change that',
      },
    ),
  ),
  holder: optional(Type.String({ description: 'the id of the person who holds it; absent for photos of the house' })),
  place: optional(
    Type.String({ description: 'city, otherwise region, otherwise country, for viewers with access to it' }),
  ),
});

const text = (maxLength: number) => Type.Union([Type.String({ maxLength }), Type.Null()]);
const names = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 });
const Elements = strict({ add: optional(names), remove: optional(names) });
const photosApart = Type.Array(Sha256, { maxItems: 100 });

/** All editable keys. */
export const edits = {
  title: optional(text(1_000)),
  description: optional(text(8_000)),
  taken: optional(
    Type.Union([
      Type.String({ maxLength: 40, description: '2024-07-01T12:00:00.000, optionally followed by an offset' }),
      strict({ local: Type.String({ maxLength: 30 }), offset: optional(Type.String({ maxLength: 6 })) }),
      Type.Null(),
    ]),
  ),
  place: optional(Type.Union([Place, Type.Null()])),
  gps: optional(Type.Union([Gps, Type.Null()])),
  rating: optional(Type.Union([whole(0, 5), Type.Null()])),
  favourite: optional(Type.Boolean()),
  audience: optional(Audience),
  reviewed: optional(Type.Boolean()),
  archived: optional(Type.Boolean()),
  burstCover: optional(Type.Boolean({ description: 'whether it stands for its burst' })),
  trashed: optional(Type.Boolean()),
  tags: optional(Elements),
  albums: optional(Elements),
  apart: optional(strict({ add: optional(photosApart), remove: optional(photosApart) })),
  develop: optional(Type.Union([Developed, Type.Null()])),
};
const tenYears = 10 * 366 * 24 * 3600;
const manyIds = Type.Array(Sha256, { minItems: 1, maxItems: 5_000 });
const shift = optional(
  Type.Integer({ minimum: -tenYears * 10, maximum: tenYears * 10, description: 'seconds added to each time' }),
);
const turn = optional(
  Type.Integer({ minimum: -3, maximum: 3, description: 'quarter turns clockwise by which each picture is rotated' }),
);
/** `undo` in a body. */
export const wantsUndo = optional(Type.Boolean({ description: 'whether the response contains the inverse edit' }));
/** `undo` in an answer. */
export const undoWays = optional(
  Type.Array(Type.Object({ ids: Type.Array(Sha256) }, { additionalProperties: true }), {
    description: 'the inverse changes, for PATCH /api/photos/each',
  }),
);
/** The body of `PATCH /api/photos/:id`: at least one edit. */
export const PhotoEdits = strict(edits, { minProperties: 1 });
/** The body of `PATCH /api/photos`: ids and at least one edit for all of them. */
export const BulkEdits = strict({ ids: manyIds, undo: wantsUndo, shift, turn, ...edits }, { minProperties: 2 });
const again = {
  restores: optional(
    Type.Boolean({
      description:
        'whether it undoes an edit: others remain the authors of their values for share links, and folders suggest an undone album again',
    }),
  ),
  from: optional(
    Type.Array(Sha256, {
      maxItems: 1_000,
      description: 'photos whose values are copied, with their authors for share links',
    }),
  ),
};
/** The body of `PATCH /api/photos/each`: several such changes, in the form of `undo`. */
export const EachEdits = strict({
  each: Type.Array(strict({ ids: manyIds, shift, turn, ...again, ...edits }, { minProperties: 2 }), {
    minItems: 1,
    maxItems: 5_000,
  }),
  undo: wantsUndo,
  key: optional(
    Type.String({
      pattern: '^[\\w-]{8,64}$',
      description: 'a random id: an edit of a signed-in person is made once under it, for 30 days',
    }),
  ),
});
/** album/lock-photos.ts `PhotosLocked`. */
export const PhotosLocked = Type.Object({
  changed: whole(0),
  missing: Type.Array(Sha256),
  refused: optional(Type.Array(Sha256, { description: 'those that the viewer sees and can’t lock' })),
});
/** album/edit-photos.ts `Changed`. */
export const Changed = Type.Object({
  changed: whole(0),
  missing: Type.Array(Sha256),
  refused: optional(Type.Array(Sha256, { description: 'photos that the viewer sees but may not change this way' })),
  undo: undoWays,
});
/** album/save-photos.ts `PhotosSaved`. */
export const PhotosSaved = Type.Object({
  saved: Type.Integer({ description: 'photos added to the library' }),
  known: Type.Integer({ description: 'photos that were in it already' }),
  missing: Type.Array(Sha256),
  refused: optional(
    Type.Array(Sha256, {
      description: 'photos that are shown cropped or rotated, of which you may not have the original',
    }),
  ),
  undo: undoWays,
});

/** Photos per month (`2024-07`), newest first. */
export const Months = Type.Array(Type.Object({ month: Type.String(), count: whole(0) }));
/** catalog/catalog.ts `Segment`, newest first. */
export const Segments = Type.Array(
  Type.Object({
    ...{ month: Type.String(), count: whole(1), ratio: Type.Number(), cursor: Type.String() },
    hash: Type.Integer({ description: 'the same as long as the segment has the same photos' }),
  }),
);
/** catalog/catalog.ts `Facet`, most frequent first. */
export const Facets = Type.Array(
  Type.Object({
    ...{ value: Type.String(), count: whole(0) },
    videos: optional(Type.Integer({ minimum: 0, description: 'of an album: how many of its photos are videos' })),
    newest: optional(Type.String({ description: 'of an album: when its newest photo was taken, wall time' })),
    tile: optional(Tile),
  }),
);

/** The body of every error response. */
export const Problem = Type.Object({
  error: Type.Object({ code: Type.String(), message: Type.String(), hint: optional(Type.String()) }),
});

/** `q` in the query: a search. */
export const q = optional(Type.String({ maxLength: 2_000, description: 'a search (docs/interface.md, “Search”)' }));
/** `order` in the query: that of an album (docs/interface.md, “Albums”), or by arrival. */
export const order = optional(
  Type.Enum(['album', 'added'], {
    description: 'in the order of the album that `q` names, or by the day of arrival, the last one first',
  }),
);
/** `bursts` in the query: how bursts are listed. */
export const bursts = optional(Type.Literal('stacked', { description: 'one photo stands for each burst' }));
/** `cursor` in the query: the start of a page. */
export const cursor = optional(Type.String({ maxLength: 200, description: '`next` of the previous page' }));
/** `next` of a page. */
export const next = Type.Union([Type.String(), Type.Null()], {
  description: '`cursor` of the next page; null on the last one',
});
/** The photo in the path of a route. */
export const IdParams = Type.Object({ id: Sha256 });

/** The responses of a route: success, and the schema of all errors. */
export const answers = <S extends TSchema>(good: S) => ({ 200: good, '4xx': Problem, '5xx': Problem });
/** A response other than JSON, as OpenAPI describes it. */
export const bytes = (description: string, ...types: string[]) => ({
  200: {
    description,
    content: Object.fromEntries(
      types.map((type) => [type, { schema: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) }]),
    ),
  },
  '4xx': Problem,
  '5xx': Problem,
});

/**
 * The schemas of responses about the album except photos: albums, timeline, map, duplicates, history; see
 * photo-schemas.ts.
 */
import { Type } from 'typebox';
import { Ahead, Merge } from './mesh-schemas.js';
import { Facets, next, Photo, Sha256, Tile, undoWays } from './photo-schemas.js';

/** album/saved-searches.ts `SavedSearch`. */
export const SavedSearch = Type.Object({
  id: Type.String({ description: 'a ULID' }),
  name: Type.String(),
  q: Type.String({ description: 'the search' }),
  added: Type.String({ description: 'UTC' }),
});
/** A saved search with the number of its photos, and the newest of them. */
export const CountedSearch = Type.Object({
  ...SavedSearch.properties,
  count: Type.Integer(),
  videos: Type.Optional(Type.Integer({ description: 'how many of them are videos' })),
  tile: Type.Optional(Tile),
});
/** An album suggested by a folder; `newest` is the id of its newest photo. */
export const SuggestedAlbum = Type.Object({ name: Type.String(), count: Type.Integer(), newest: Type.String() });
const sort = Type.Enum(['newest', 'oldest', 'manual'], { description: 'by date, or by hand' });
/** The order of an album before it was changed; document/album-order.ts. */
export const AlbumOrder = Type.Object({
  sort,
  positions: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
    description: 'positions of the photos that were moved: sent back, they undo it',
  }),
});
/** The settings of an album that exists by name. */
export const NamedAlbum = Type.Object({ album: Type.String(), description: Type.String(), sort });
/** The photo chosen as the cover of an album. */
export const AlbumCover = Type.Object({ album: Type.String(), tile: Tile });

/** The places of each month, or of each day. */
export const TimelinePlaces = Type.Array(
  Type.Object({
    month: Type.Optional(Type.String({ description: '2024-07' })),
    day: Type.Optional(Type.String({ description: '2024-07-03' })),
    places: Type.Array(Type.String()),
  }),
);
/** Months or years with their cover photos, newest first. */
export const TimelineCovers = Type.Array(Type.Object({ span: Type.String(), count: Type.Integer(), tile: Tile }));
/** Towns, the largest first; countries with the middle of their towns, the one with most towns first. */
export const Gazetteer = Type.Object({
  towns: Type.Array(
    Type.Object({
      name: Type.String(),
      region: Type.String(),
      country: Type.String({ description: 'ISO 3166, two letters' }),
      lat: Type.Number(),
      lon: Type.Number(),
      population: Type.Number(),
    }),
  ),
  countries: Type.Array(
    Type.Object({ country: Type.String(), lat: Type.Number(), lon: Type.Number(), towns: Type.Integer() }),
  ),
});
const Explored = Type.Array(
  Type.Object({ value: Type.String(), count: Type.Integer(), tile: Tile }, { description: 'the most frequent first' }),
);
/** The matches of a search by place, year, camera, folder, holder and kind, each with its cover. */
export const ExploredPhotos = Type.Object({
  count: Type.Integer(),
  places: Explored,
  years: Explored,
  cameras: Explored,
  folders: Explored,
  holders: Explored,
  kinds: Explored,
});
/** The tags and albums of some photos. */
export const FacetsOfPhotos = Type.Object({
  tags: Facets,
  albums: Facets,
  sharedAlbums: Type.Optional(
    Type.Array(
      Type.Object({ holder: Type.String(), album: Type.String(), name: Type.String(), count: Type.Integer() }),
      { description: 'the albums with members that contain some of them and that the viewer sees' },
    ),
  ),
});

/** An area of the map, in degrees. */
const Area = Type.Object({
  south: Type.Number(),
  west: Type.Number(),
  north: Type.Number(),
  east: Type.Number(),
});
/** A group of photos on the map. */
export const MapCluster = Type.Object({
  lat: Type.Number({ description: 'the mean position of its photos' }),
  lon: Type.Number(),
  count: Type.Integer(),
  box: Area,
  id: Sha256,
  v: Type.Optional(Type.String({ description: 'the version of the newest photo’s pictures: `?v=` of their address' })),
  place: Type.Optional(Type.String({ description: 'the position of the newest photo' })),
});

/** Similar photos. */
export const DuplicateGroup = Type.Object({
  best: Type.Unsafe<string>({ ...Sha256, description: 'the photo proposed to be kept' }),
  photos: Type.Array(Photo, { description: 'oldest first' }),
});
/** A page of groups of similar photos. */
export const Duplicates = Type.Object({
  count: Type.Integer({ description: 'the total number of groups' }),
  groups: Type.Array(DuplicateGroup),
  next,
  looking: Type.Union([Type.Object({ done: Type.Integer(), total: Type.Integer() }), Type.Null()], {
    description: 'photos compared so far; null when all are',
  }),
});

const Author = Type.Object({ id: Type.Optional(Type.String()), name: Type.String() });
/** One edit in the history of a photo. */
export const HistoryEntry = Type.Object({
  field: Type.String(),
  element: Type.Optional(Type.String({ description: 'the tag or album' })),
  value: Type.Unknown({ description: 'null if it was removed; for a tag or album, whether the photo is in it' }),
  at: Type.String({ description: 'UTC' }),
  ahead: Ahead,
  by: Author,
  shown: Type.Optional(Type.Literal(true)),
  lost: Type.Optional(Type.Literal(true, { description: 'whether it lost to a concurrent edit on another server' })),
});
/** The history of a photo, newest first. */
export const PhotoHistory = Type.Object({
  added: Type.String({ description: 'UTC' }),
  edits: Type.Array(HistoryEntry),
  sightings: Type.Array(
    Type.Object({
      at: Type.String({ description: 'UTC' }),
      name: Type.String(),
      folder: Type.Optional(Type.String({ description: 'only for viewers who may see the spool' })),
      here: Type.Boolean({ description: 'whether on this server' }),
      by: Author,
    }),
  ),
  sidecars: Type.Array(
    Type.Object({
      name: Type.String(),
      at: Type.String({ description: 'UTC, when it was last written; empty if unknown' }),
      by: Author,
      values: Type.Record(Type.String(), Type.Unknown(), { description: 'its values, by field' }),
      shown: Type.Optional(
        Type.Literal(true, { description: 'whether it is the newest with its name, whose values count unless edited' }),
      ),
    }),
  ),
  more: Type.Integer({ description: 'the number of older ones that are not listed' }),
  merges: Type.Array(Merge),
});

/** How many bytes of an original have arrived from another server. */
export const OriginalProgress = Type.Object({
  here: Type.Boolean(),
  bytes: Type.Integer(),
  have: Type.Integer({ description: 'bytes received so far' }),
  reachable: Type.Boolean({ description: 'whether a connected server may have it' }),
});
/** The start of the page of a public album. */
export const FrontPage = Type.Object({
  title: Type.String(),
  intro: Type.Optional(Type.String({ description: 'plain text' })),
  photos: Type.Integer(),
  featured: Type.Optional(
    Type.Object({
      tile: Tile,
      title: Type.String(),
      description: Type.String({ description: 'Markdown' }),
      place: Type.Optional(
        Type.Object({
          city: Type.Optional(Type.String()),
          region: Type.Optional(Type.String()),
          country: Type.Optional(Type.String()),
        }),
      ),
    }),
  ),
  tags: Facets,
  albums: Facets,
});
/** The kind of this server, and whether it has photos. */
export const HomeAnswer = Type.Object({
  incoming: Type.Optional(Type.String({ description: 'the folder for new photos, only for viewers who may see it' })),
  version: Type.String(),
  empty: Type.Boolean({ description: 'whether there is no visible photo, not even in the trash' }),
  photos: Type.Integer(),
});

/** An album with members; album/member-albums.ts. */
export const MemberAlbum = Type.Object({
  holder: Type.String({ description: 'the holder: the ULID of a person, or house' }),
  album: Type.String({ description: 'a ULID' }),
  holderName: Type.Optional(Type.String()),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  added: Type.String({ description: 'UTC' }),
  sharedAt: Type.Optional(
    Type.String({
      description: 'since when the viewer is a member, UTC; not for the holder, nor with a wrong clock',
    }),
  ),
  right: Type.Enum(['holder', 'view', 'add'], {
    description: 'the permissions of the viewer: everything; see it; add photos too',
  }),
  count: Type.Integer({ description: 'the number of photos in it visible to the viewer' }),
  videos: Type.Optional(Type.Integer({ description: 'how many of them are videos' })),
  newest: Type.Optional(Type.String({ description: 'when the newest of them was taken, wall time' })),
  cover: Type.Optional(Sha256),
  sort,
  tile: Type.Optional(Tile),
  members: Type.Optional(
    Type.Array(
      Type.Object({
        ...{ person: Type.String({ description: 'a ULID' }), name: Type.String() },
        right: Type.Optional(Type.Enum(['view', 'add'], { description: 'only for the holder' })),
      }),
      { description: 'the members besides the viewer' },
    ),
  ),
  lapsed: Type.Optional(
    Type.Array(Type.Object({ person: Type.String({ description: 'a ULID' }), name: Type.String() }), {
      description: 'only for the holder: who lost access because several servers changed it at once',
    }),
  ),
});
/** A new album with members; with `undo` one that existed by name before. */
export const MadeAlbum = Type.Object({ ...MemberAlbum.properties, undo: undoWays });
/** The result of adding photos to an album or removing them. */
export const EntriesChanged = Type.Object({
  changed: Type.Integer(),
  missing: Type.Array(Type.String(), { description: 'photos that do not exist for the viewer' }),
  refused: Type.Array(Type.String(), { description: 'photos for which the viewer lacks the permission' }),
  unchanged: Type.Optional(
    Type.Array(Type.String(), { description: 'photos that were in it already, or were not in it' }),
  ),
});
/** The partners of a person; people by ULID. */
export const PartnerList = Type.Object({
  given: Type.Array(Type.String(), { description: 'people who see the viewer’s photos' }),
  received: Type.Array(Type.String(), { description: 'people whose photos the viewer sees' }),
  people: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
    description: 'the other family members',
  }),
});

const offered = {
  giver: Type.String({ description: 'the person whose photos they are, a ULID; or house' }),
  giverName: Type.Optional(Type.String()),
  offer: Type.String({ description: 'a ULID' }),
  to: Type.String({ description: 'a person, or house' }),
  toName: Type.Optional(Type.String()),
  made: Type.String({ description: 'UTC' }),
  state: Type.Enum(['open', 'accepted', 'declined', 'withdrawn', 'ended'], {
    description: 'ended: its giver or recipient was removed',
  }),
  photos: Type.Integer({ description: 'for the giver all of them; for the recipient those that they see' }),
  taken: Type.Optional(Type.Integer({ description: 'for the giver: the photos that were taken over' })),
};
/** album/offers.ts `Offer`. */
export const Offer = Type.Object(offered);
/** album/offers.ts `OfferDetails`. */
export const OfferDetails = Type.Object({
  ...offered,
  ids: Type.Array(Sha256),
  movable: Type.Optional(
    Type.Array(Sha256, {
      description: 'for the giver: photos that were taken over, and that they can move to the trash now',
    }),
  ),
});
/** album/offers.ts `OffersMade`. */
export const OffersMade = Type.Object({
  offers: Type.Array(Offer, { description: 'several if there are more than 2,000 photos' }),
  missing: Type.Array(Type.String(), { description: 'they do not exist for the viewer' }),
  refused: Type.Array(Type.String(), {
    description: 'photos of others, in the trash, once locked, or of guests: they are in no offer',
  }),
});
/** album/offers.ts `OfferAccepted`. */
export const OfferAccepted = Type.Object({
  saved: Type.Integer({ description: 'photos that came into the library' }),
  known: Type.Integer({ description: 'photos that were in it' }),
  missing: Type.Integer({ description: 'photos that are not on this server, or not yet: accept again later' }),
});
const amount = {
  photos: Type.Integer(),
  bytes: Type.Integer({ description: 'of their originals, each counted in full whoever else has the same' }),
};
/** The storage used by one holder; album/storage-totals.ts. */
export const OwnStorage = Type.Object({
  ...amount,
  trash: Type.Object(amount, { description: 'the part of it that is in the trash' }),
});
/** The storage used by the house and by each person, for owners. */
export const LibraryStorage = Type.Object({
  house: OwnStorage,
  people: Type.Array(
    Type.Object({
      ...{ person: Type.String({ description: 'a ULID' }), name: Type.String(), ...amount },
      removed: Type.Optional(Type.Literal(true)),
    }),
    { description: 'without what is in the trash or locked; bytes rounded up to 100 MB' },
  ),
});
/** The storage used by the holders that the viewer acts for, by kind and year. */
export const StorageUse = Type.Object({
  ...amount,
  house: Type.Boolean({ description: 'whether the photos of the house are included' }),
  kinds: Type.Array(Type.Object({ kind: Type.Enum(['photo', 'video', 'raw']), ...amount })),
  years: Type.Array(Type.Object({ year: Type.String({ description: '2024' }), ...amount }), {
    description: 'newest first',
  }),
  trash: Type.Object(amount, { description: 'not included in the rest' }),
  disk: Type.Optional(
    Type.Object(
      { free: Type.Number({ description: 'bytes' }), size: Type.Number({ description: 'bytes' }) },
      { description: 'the disk of the originals, for owners' },
    ),
  ),
});
/** The largest originals, each with its photo. */
export const LargestFiles = Type.Object({
  files: Type.Array(
    Type.Object({
      ...{ id: Type.String({ description: 'of a photo' }), name: Type.String(), bytes: Type.Number() },
      v: Type.Optional(Type.String({ description: 'the version of its pictures; absent if it has none' })),
    }),
  ),
});
/** Ends of access that this server has never received and may write again; access/lost-ends.ts. */
export const LostEnds = Type.Object({
  ends: Type.Array(
    Type.Object({
      set: Type.String(),
      key: Type.String(),
      holder: Type.String({ description: '`house`, or the viewer: whose access it ended' }),
      waiting: Type.Integer({ description: 'how many documents stay hidden until it is confirmed' }),
      sentence: Type.String({ description: 'what it ended' }),
    }),
  ),
});

const After = Type.Optional(
  Type.Union([Type.Literal(30), Type.Literal(60), Type.Null()], { description: 'days; null for never' }),
);
/** After how many days photos are deleted from the trash of the house and of the viewer, where the viewer decides. */
export const DeleteAfter = Type.Object({ house: After, me: After }, { additionalProperties: false });

/** The days until photos in the trash are deleted. */
export const TrashLeft = Type.Object({
  photos: Type.Array(
    Type.Object({ id: Sha256, days: Type.Integer({ description: 'the days left; 0: within the next hours' }) }),
  ),
});

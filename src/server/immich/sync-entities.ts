/**
 * The entities of a client that keeps a copy of the library (`sync/stream`): users, photos, albums in their current
 * state for its viewer. Photos of others are included if their holder is a partner, or through an album.
 */
import type { Viewer } from '../../access/permissions.js';
import { sightOf } from '../../album/visibility.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import type { Query } from '../../catalog/query.js';
import { itemOf } from '../../document/item-id.js';
import type { Context } from '../context.js';
import { albumJson, albumsFor, holderOf, memberAlbum, searchOf, usersOf, type SeenAlbum } from './albums.js';
import { exifOf, fieldsOf, type AssetFields } from './asset-json.js';
import { assetsOf, batch, type Asset } from './find-assets.js';
import { accountOf, isOwn, ownerOf, selfOf, userOf, usersFor } from './people.js';
import { partnersOf } from './timeline.js';
import { userUuid } from './uuids.js';

/** An entity by its key, which is unique among those of its kind and contains the fields of its removal. */
export interface Entity {
  key: string;
  data: object;
}

/** The kinds of entities: how clients request them, and the types under which they are sent and removed. */
export interface EntityKind {
  requests: readonly string[];
  sent: string;
  removed?: string;
  /** The fields of a removed entity. */
  removal?(key: string): object;
  /** By page: each is read right before it is sent. */
  entities(snapshot: Snapshot): Iterable<Entity[]> | AsyncIterable<Entity[]>;
}

const pairOf = (key: string): [string, string] => key.split(' ') as [string, string];

/** The content of a viewer's library at one moment, only as ids: each page is read right before it is sent. */
export class Snapshot {
  private photos: Promise<{ mine: string[]; partners: string[] }> | undefined;
  private inAlbums: Promise<{ album: SeenAlbum; ids: string[] }[]> | undefined;

  constructor(
    readonly context: Context,
    readonly who: Viewer,
  ) {}

  /** The public ids of the viewer's photos, with those in the archive and in the trash; and of those of others. */
  ids(): Promise<{ mine: string[]; partners: string[] }> {
    this.photos ??= (async () => {
      const found = new Set<string>();
      for (const text of ['-is:archived -is:guest', 'is:archived -is:guest', 'is:trashed -is:guest'])
        for (const id of await this.matching(await this.context.ask(text, 'count', this.who))) found.add(id);
      const mine = [...found].filter((id) => this.isMine(id));
      for (const id of mine) found.delete(id);
      return { mine, partners: [...found] };
    })();
    return this.photos;
  }

  /** The albums, with the public ids of their photos. */
  albums(): Promise<{ album: SeenAlbum; ids: string[] }[]> {
    this.inAlbums ??= (async () => {
      const found = [];
      for (const album of await albumsFor(this.context, this.who))
        found.push({ album, ids: album.count === 0 ? [] : await this.matching(searchOf(album)) });
      return found;
    })();
    return this.inAlbums;
  }

  /** Whether a photo (its public id) is the viewer's own. */
  isMine(id: string): boolean {
    const item = itemOf(this.context.library.items.find(id) ?? '');
    return item !== undefined && isOwn(this.who, item.holder);
  }

  /** The photos of a list that are visible to the viewer when each page is requested. */
  async *pages(ids: readonly string[]): AsyncGenerator<Asset[]> {
    for (let at = 0; at < ids.length; at += batch) {
      await yieldToEventLoop();
      yield assetsOf(this.context, this.who, ids.slice(at, at + batch));
    }
  }

  private async matching(query: Query): Promise<string[]> {
    const found: string[] = [];
    for (let cursor: string | undefined; ;) {
      await yieldToEventLoop();
      const viewer = sightOf(this.who);
      const page = this.context.catalog.page(query, { limit: 500, viewer, ...(cursor !== undefined && { cursor }) });
      found.push(...page.ids);
      cursor = page.next;
      if (cursor === undefined) return found;
    }
  }
}

/** A photo without its metadata. In the first version of this entity the duration is a text. */
function assetEntity({ context, who }: Snapshot, photo: Asset, isFirst: boolean): Entity {
  const { seen: _seen, isTrashed, duration, ...fields }: AssetFields = fieldsOf(context, who, photo);
  const { fileCreatedAt, createdAt } = fields;
  return {
    key: fields.id,
    data: {
      ...fields,
      duration: isFirst && duration !== null ? new Date(duration).toISOString().slice(11, 23) : duration,
      ...{ fileModifiedAt: fileCreatedAt, deletedAt: isTrashed ? createdAt : null },
      ...{ libraryId: null, livePhotoVideoId: null, stackId: null },
    },
  };
}

function exifEntity({ context, who }: Snapshot, photo: Asset): Entity {
  const { seen, fileCreatedAt } = fieldsOf(context, who, photo);
  return {
    key: photo.uuid,
    data: { assetId: photo.uuid, ...exifOf(seen, fileCreatedAt), fps: null, profileDescription: null },
  };
}

/** Photos by page, in their state when each page is requested. */
type Pages = (snapshot: Snapshot) => AsyncGenerator<Asset[]>;

async function* ownPhotos(snapshot: Snapshot): AsyncGenerator<Asset[]> {
  yield* snapshot.pages((await snapshot.ids()).mine);
}

/** The photos of partners, without those in the archive or in the trash. */
async function* partnerPhotos(snapshot: Snapshot): AsyncGenerator<Asset[]> {
  for await (const page of snapshot.pages((await snapshot.ids()).partners)) {
    const partners = new Set(partnersOf(snapshot.context, snapshot.who, 'received'));
    yield page.filter(({ item, archived, trashed }) => partners.has(item.holder) && !archived && !trashed);
  }
}

/** The photos of others in the viewer’s albums. */
async function* othersInAlbums(snapshot: Snapshot): AsyncGenerator<Asset[]> {
  const found = new Set((await snapshot.albums()).flatMap(({ ids }) => ids));
  yield* snapshot.pages([...found].filter((id) => !snapshot.isMine(id)));
}

/** The number of albums described before other requests are served: each takes some searches. */
const albumBatch = 10;

/** The albums by page, if they still exist for the viewer. */
async function* albumPages(snapshot: Snapshot): AsyncGenerator<SeenAlbum[]> {
  const all = await snapshot.albums();
  for (let at = 0; at < all.length; at += albumBatch) {
    await yieldToEventLoop();
    yield all.slice(at, at + albumBatch).flatMap(({ album }) => stillSeen(snapshot, album) ?? []);
  }
}

/** The current state of an album; undefined if it no longer exists for the viewer. */
function stillSeen({ context, who }: Snapshot, album: SeenAlbum): SeenAlbum | undefined {
  if ('member' in album) {
    const member = memberAlbum(context, who, album.member.album);
    return member && { ...album, name: member.name, member };
  }
  const isThere = album.count === 0 || context.catalog.count(searchOf(album), sightOf(who)) > 0;
  return isThere ? album : undefined;
}

/** Both versions of a kind of photos. */
const photoKinds = (request: string, sent: string, pages: Pages, removed?: string): EntityKind[] =>
  ['V1', 'V2'].map((version) => ({
    ...{ requests: [`${request}${version}`], sent: `${sent}${version}` },
    ...(removed !== undefined && { removed, removal: (assetId: string) => ({ assetId }) }),
    async *entities(snapshot) {
      for await (const page of pages(snapshot))
        yield page.map((photo) => assetEntity(snapshot, photo, version === 'V1'));
    },
  }));

const exifKind = (request: string, sent: string, pages: Pages): EntityKind => ({
  ...{ requests: [request], sent },
  async *entities(snapshot) {
    for await (const page of pages(snapshot)) yield page.map((photo) => exifEntity(snapshot, photo));
  },
});

const albumData = (snapshot: Snapshot, album: SeenAlbum) => {
  const { context, who } = snapshot;
  const {
    id,
    albumName: name,
    description,
    createdAt,
    updatedAt,
    albumThumbnailAssetId,
  } = albumJson(context, who, album);
  return {
    ...{ id, name, description, createdAt, updatedAt, thumbnailAssetId: albumThumbnailAssetId },
    ...{ isActivityEnabled: false, order: 'desc' },
  };
};

/** All kinds, in the order in which clients can store them. */
export const entityKinds: readonly EntityKind[] = [
  {
    ...{ requests: ['AuthUsersV1'], sent: 'AuthUserV1' },
    *entities({ context, who }) {
      const { status: _status, license: _license, profileImagePath: _path, ...account } = accountOf(context, who);
      yield [{ key: account.id, data: { ...account, hasProfileImage: false, pinCode: null, quotaUsageInBytes: 0 } }];
    },
  },
  {
    ...{ requests: ['UsersV1'], sent: 'UserV1', removed: 'UserDeleteV1', removal: (userId) => ({ userId }) },
    *entities({ context, who }) {
      yield usersFor(context, who).map((holder) => {
        const { profileImagePath: _path, ...user } = userOf(context, holder);
        return { key: user.id, data: { ...user, hasProfileImage: false, deletedAt: null } };
      });
    },
  },
  {
    ...{ requests: ['PartnersV1'], sent: 'PartnerV1', removed: 'PartnerDeleteV1' },
    removal(key) {
      const [sharedById, sharedWithId] = pairOf(key);
      return { sharedById, sharedWithId };
    },
    *entities({ context, who }) {
      const me = userUuid(selfOf(who));
      const pairs = [
        ...partnersOf(context, who, 'received').map((of) => [userUuid(of), me] as const),
        ...partnersOf(context, who, 'given').map((to) => [me, userUuid(to)] as const),
      ];
      yield pairs.map(([sharedById, sharedWithId]) => ({
        key: `${sharedById} ${sharedWithId}`,
        data: { sharedById, sharedWithId, inTimeline: true },
      }));
    },
  },
  ...photoKinds('Assets', 'Asset', ownPhotos, 'AssetDeleteV1'),
  exifKind('AssetExifsV1', 'AssetExifV1', ownPhotos),
  ...photoKinds('PartnerAssets', 'PartnerAsset', partnerPhotos, 'PartnerAssetDeleteV1'),
  exifKind('PartnerAssetExifsV1', 'PartnerAssetExifV1', partnerPhotos),
  ...['V1', 'V2'].map((version): EntityKind => ({
    ...{ requests: [`Albums${version}`], sent: `Album${version}`, removed: 'AlbumDeleteV1' },
    removal: (albumId) => ({ albumId }),
    async *entities(snapshot) {
      for await (const page of albumPages(snapshot))
        yield page.map((album) => ({
          key: album.id,
          data: {
            ...albumData(snapshot, album),
            ...(version === 'V1' && { ownerId: userUuid(ownerOf(snapshot.who, holderOf(album))) }),
          },
        }));
    },
  })),
  {
    ...{ requests: ['AlbumUsersV1'], sent: 'AlbumUserV1', removed: 'AlbumUserDeleteV1' },
    removal(key) {
      const [albumId, userId] = pairOf(key);
      return { albumId, userId };
    },
    async *entities(snapshot) {
      for await (const page of albumPages(snapshot))
        yield page.flatMap((album) =>
          usersOf(snapshot.context, snapshot.who, album).map(({ user, role }) => ({
            key: `${album.id} ${user.id}`,
            data: { albumId: album.id, userId: user.id, role },
          })),
        );
    },
  },
  ...photoKinds('AlbumAssets', 'AlbumAssetCreate', othersInAlbums),
  exifKind('AlbumAssetExifsV1', 'AlbumAssetExifCreateV1', othersInAlbums),
  {
    ...{ requests: ['AlbumToAssetsV1'], sent: 'AlbumToAssetV1', removed: 'AlbumToAssetDeleteV1' },
    removal(key) {
      const [albumId, assetId] = pairOf(key);
      return { albumId, assetId };
    },
    async *entities(snapshot) {
      for (const { album, ids } of await snapshot.albums())
        for await (const page of snapshot.pages(ids)) {
          if (!stillSeen(snapshot, album)) break;
          yield page.map(({ uuid: assetId }) => ({
            key: `${album.id} ${assetId}`,
            data: { albumId: album.id, assetId },
          }));
        }
    },
  },
];

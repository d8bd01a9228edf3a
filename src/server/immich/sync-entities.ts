/**
 * What a client that keeps a copy of the library gets (`sync/stream`): users, photos, albums as they are for its viewer
 * now. A photo of somebody else is in it if its holder is a partner, or through an album.
 */
import type { Viewer } from '../../access/permissions.js';
import { sightOf } from '../../album/visibility.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import type { Query } from '../../catalog/query.js';
import { house } from '../../document/item-id.js';
import type { Context } from '../context.js';
import { albumJson, albumsFor, searchOf, type SeenAlbum } from './albums.js';
import { exifOf, fieldsOf, type AssetFields } from './asset-json.js';
import { assetsOf, type Asset } from './find-assets.js';
import { accountOf, isOwn, selfOf, userOf, usersFor } from './people.js';
import { partnersOf } from './timeline.js';
import { userUuid } from './uuids.js';

/** An entity by its key, which is unique among those of its kind and holds what its removal names. */
export interface Entity {
  key: string;
  data: object;
}

/** The kinds of entities: how clients request them, and the types under which they are sent and removed. */
export interface EntityKind {
  requests: readonly string[];
  sent: string;
  removed?: string;
  /** What is said of a removed entity. */
  removal?(key: string): object;
  entities(snapshot: Snapshot): Iterable<Entity> | AsyncIterable<Entity>;
}

const pairOf = (key: string): [string, string] => key.split(' ') as [string, string];

/** The library of a viewer at one moment, read when it is first needed. */
export class Snapshot {
  private photos: Promise<Asset[]> | undefined;
  private inAlbums: Promise<{ album: SeenAlbum; photos: Asset[] }[]> | undefined;

  constructor(
    readonly context: Context,
    readonly who: Viewer,
  ) {}

  /** The photos of the viewer, with those in the archive and in the trash; or those of partners, without. */
  async assets(isMine: boolean): Promise<Asset[]> {
    this.photos ??= this.read(['-is:archived', 'is:archived', 'is:trashed']);
    const partners = new Set(partnersOf(this.context, this.who, 'received'));
    return (await this.photos).filter(({ item: { holder }, archived, trashed }) =>
      isMine ? isOwn(this.who, holder) : partners.has(holder) && !isOwn(this.who, holder) && !archived && !trashed,
    );
  }

  /** The albums with their photos. */
  albums(): Promise<{ album: SeenAlbum; photos: Asset[] }[]> {
    this.inAlbums ??= (async () => {
      const found = [];
      for (const album of await albumsFor(this.context, this.who))
        found.push({ album, photos: album.count === 0 ? [] : await this.readQuery(searchOf(album)) });
      return found;
    })();
    return this.inAlbums;
  }

  private async read(texts: readonly string[]): Promise<Asset[]> {
    const found = new Map<string, Asset>();
    for (const text of texts)
      for (const photo of await this.readQuery(await this.context.ask(text, 'count', this.who)))
        found.set(photo.id, photo);
    return [...found.values()];
  }

  private async readQuery(query: Query): Promise<Asset[]> {
    const { catalog } = this.context;
    const found: Asset[] = [];
    for (let cursor: string | undefined; ;) {
      await yieldToEventLoop();
      const page = catalog.page(query, {
        limit: 500,
        viewer: sightOf(this.who),
        ...(cursor !== undefined && { cursor }),
      });
      found.push(...assetsOf(this.context, this.who, page.ids));
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

async function* mapAsync<T>(list: Promise<readonly T[]>, make: (one: T) => Entity): AsyncGenerator<Entity> {
  for (const one of await list) yield make(one);
}

/** The photos of others in the viewer’s albums. */
async function othersInAlbums(snapshot: Snapshot): Promise<Asset[]> {
  const found = new Map<string, Asset>();
  for (const { photos } of await snapshot.albums())
    for (const photo of photos) if (!isOwn(snapshot.who, photo.item.holder)) found.set(photo.uuid, photo);
  return [...found.values()];
}

/** Both versions of a kind of photos. */
const photoKinds = (
  request: string,
  sent: string,
  list: (snapshot: Snapshot) => Promise<Asset[]>,
  removed?: string,
): EntityKind[] =>
  ['V1', 'V2'].map((version) => ({
    ...{ requests: [`${request}${version}`], sent: `${sent}${version}` },
    ...(removed !== undefined && { removed, removal: (assetId: string) => ({ assetId }) }),
    entities: (snapshot) => mapAsync(list(snapshot), (photo) => assetEntity(snapshot, photo, version === 'V1')),
  }));

const exifKind = (request: string, sent: string, list: (snapshot: Snapshot) => Promise<Asset[]>): EntityKind => ({
  ...{ requests: [request], sent },
  entities: (snapshot) => mapAsync(list(snapshot), (photo) => exifEntity(snapshot, photo)),
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

const holderOf = (album: SeenAlbum): string => ('member' in album ? album.member.holder : house);

/** All kinds, in the order in which clients can store them. */
export const entityKinds: readonly EntityKind[] = [
  {
    ...{ requests: ['AuthUsersV1'], sent: 'AuthUserV1' },
    *entities({ context, who }) {
      const { status: _status, license: _license, profileImagePath: _path, ...account } = accountOf(context, who);
      yield { key: account.id, data: { ...account, hasProfileImage: false, pinCode: null, quotaUsageInBytes: 0 } };
    },
  },
  {
    ...{ requests: ['UsersV1'], sent: 'UserV1', removed: 'UserDeleteV1', removal: (userId) => ({ userId }) },
    *entities({ context, who }) {
      for (const holder of usersFor(context, who)) {
        const { profileImagePath: _path, ...user } = userOf(context, holder);
        yield { key: user.id, data: { ...user, hasProfileImage: false, deletedAt: null } };
      }
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
      for (const [sharedById, sharedWithId] of pairs)
        yield { key: `${sharedById} ${sharedWithId}`, data: { sharedById, sharedWithId, inTimeline: true } };
    },
  },
  ...photoKinds('Assets', 'Asset', (snapshot) => snapshot.assets(true), 'AssetDeleteV1'),
  exifKind('AssetExifsV1', 'AssetExifV1', (snapshot) => snapshot.assets(true)),
  ...photoKinds('PartnerAssets', 'PartnerAsset', (snapshot) => snapshot.assets(false), 'PartnerAssetDeleteV1'),
  exifKind('PartnerAssetExifsV1', 'PartnerAssetExifV1', (snapshot) => snapshot.assets(false)),
  ...['V1', 'V2'].map((version): EntityKind => ({
    ...{ requests: [`Albums${version}`], sent: `Album${version}`, removed: 'AlbumDeleteV1' },
    removal: (albumId) => ({ albumId }),
    entities: (snapshot) =>
      mapAsync(snapshot.albums(), ({ album }) => ({
        key: album.id,
        data: {
          ...albumData(snapshot, album),
          ...(version === 'V1' && {
            ownerId: userUuid(isOwn(snapshot.who, holderOf(album)) ? selfOf(snapshot.who) : holderOf(album)),
          }),
        },
      })),
  })),
  {
    ...{ requests: ['AlbumUsersV1'], sent: 'AlbumUserV1', removed: 'AlbumUserDeleteV1' },
    removal(key) {
      const [albumId, userId] = pairOf(key);
      return { albumId, userId };
    },
    async *entities(snapshot) {
      for (const { album } of await snapshot.albums())
        for (const { user, role } of albumJson(snapshot.context, snapshot.who, album).albumUsers)
          yield { key: `${album.id} ${user.id}`, data: { albumId: album.id, userId: user.id, role } };
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
      for (const { album, photos } of await snapshot.albums())
        for (const { uuid: assetId } of photos)
          yield { key: `${album.id} ${assetId}`, data: { albumId: album.id, assetId } };
    },
  },
];

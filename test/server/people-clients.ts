/**
 * The expected responses of the Immich-compatible API to all viewers, according to the naive model
 * (test/access/people-truth.ts). Clients keep copies: across changes, crashes and restarts a copy must become exactly
 * what is visible to its client.
 */
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import { albumUuid, assetUuid, userUuid } from '../../src/server/immich/uuids.js';
import { flag, inAlbum, isAlbum, isGuests, isMember, isPartner, rightGiven } from '../access/people-truth.js';
import { items, people, type Heard } from '../access/people-world.js';
import type { Dice } from '../simulation/dice.js';
import type { Home } from './home.js';
import {
  albumMark,
  askAs,
  isTrashed,
  itemsIn,
  markOf,
  monthOf,
  seenBy,
  withoutTwins,
  type Asked,
  type Asker,
  type Asking,
  type Check,
} from './people-asking.js';

/** The content of a client's copy: the keys of entities that it received and that were not removed. */
export interface Copy {
  assets: Set<string>;
  partnerAssets: Set<string>;
  albums: Set<string>;
  entries: Set<string>;
  partners: Set<string>;
}

const root = '/immich/api';
const nowhere = assetUuid('e'.repeat(64));
const uuidOf = (item: Item): string => assetUuid(publicIdOf(item));

/** The holders whose photos are a viewer's own: the viewer, and the house if they may edit its photos. */
const isOwn = ({ viewer: { person = house, canEdit } }: Asker, holder: string): boolean =>
  holder === person || (holder === house && canEdit);

const states = ['timeline', 'archive', 'trash'] as const;
const stateOf = (server: Heard, item: Item): (typeof states)[number] =>
  isTrashed(server, item) ? 'trash' : flag(server, itemId(item), 'archived') ? 'archive' : 'timeline';

/** The photos visible to a client, by state; without those that wait for approval. */
function listed(server: Heard, { viewer }: Asker, seen: readonly Item[], state: (typeof states)[number]): Item[] {
  return withoutTwins(
    viewer,
    seen.filter((item) => stateOf(server, item) === state && !isGuests(server, item)),
  );
}

interface Client {
  home: Home;
  server: Heard & { copies: Map<string, Copy> };
  asker: Asker;
  asking: Asking;
  seen: readonly Item[];
  dice: Dice;
}

/** All comparisons for one client, in the current state of a server. Visitors and share links are rejected. */
export function clientChecks(
  home: Home,
  server: Client['server'],
  asker: Asker,
  { asked, dice }: { asked: Asked; dice: Dice },
): Check[] {
  const asking = askAs(home, server, asker, asked);
  const seen = seenBy(server, asker);
  const client: Client = { home, server, asker, asking, seen, dice };
  const { ask, fail } = asking;
  if (asker.viewer.role === 'visitor' || asker.viewer.role === 'link')
    return [
      async () => {
        const urls = ['/timeline/buckets', `/assets/${uuidOf(dice.pick(items))}`, '/albums', '/users', '/partners'];
        for (const url of urls) {
          const { status } = await ask(`${root}${url}`);
          if (status !== 401) fail(`${url} for a client: ${status}`);
        }
      },
    ];
  return [...timelineChecks(client), ...albumChecks(client), ...items.flatMap((item) => photoChecks(client, item))];
}

function timelineChecks({ server, asker, asking, seen }: Client): Check[] {
  const { ask, json, same } = asking;
  const own = seen.filter(({ holder }) => isOwn(asker, holder));
  const buckets =
    (query: string, wanted: readonly Item[]): Check =>
    async () => {
      const found = await json<{ timeBucket: string; count: number }[]>(`${root}/timeline/buckets?${query}`);
      same(
        `months of clients, ${query}`,
        found.map(({ timeBucket, count }) => `${timeBucket} ${count}`),
        wanted.map((item) => `${monthOf(item)}-01 1`),
      );
    };
  const counts =
    (query: string, wanted: number): Check =>
    async () => {
      const { total } = await json<{ total: number }>(`${root}/assets/statistics?${query}`);
      same(`count of clients, ${query}`, [total], [wanted]);
    };
  const timeline = listed(server, asker, seen, 'timeline');
  return [
    buckets('withPartners=true', timeline),
    buckets('', listed(server, asker, own, 'timeline')),
    buckets('isTrashed=true&withPartners=true', listed(server, asker, seen, 'trash')),
    buckets('visibility=archive&withPartners=true', listed(server, asker, seen, 'archive')),
    counts('visibility=timeline', timeline.length),
    counts('visibility=archive', listed(server, asker, seen, 'archive').length),
    counts('isTrashed=true', listed(server, asker, seen, 'trash').length),
    async () => {
      const users = await json<{ id: string }[]>(`${root}/users`);
      for (const { id } of users) await json(`${root}/users/${id}`);
      await ask(`${root}/users/me`);
    },
    async () => {
      const { received, given } = partnersOf(server, asker);
      const idsOf = async (direction: string): Promise<string[]> =>
        (await json<{ id: string }[]>(`${root}/partners?direction=${direction}`)).map(({ id }) => id);
      const [by, to] = [await idsOf('shared-with'), await idsOf('shared-by')];
      // A removed person sends no more requests.
      if (!isTold(server, asker)) return;
      same('partners of clients', by, received.map(userUuid));
      same('those who see all photos of clients', to, given.map(userUuid));
    },
  ];
}

/** Whether a client belongs to a family member, or to the house. */
const isTold = (server: Heard, { viewer: { person } }: Asker): boolean =>
  person === undefined || isMember(server, person);

/** The people, and the house, whose photos a client sees as those of partners; and the partners of its person. */
function partnersOf(server: Heard, asker: Asker): { received: string[]; given: string[] } {
  const { person } = asker.viewer;
  const others = people.filter((one) => one !== person && isMember(server, one));
  return {
    received: [
      ...(isOwn(asker, house) ? [] : [house]),
      ...others.filter((of) => person !== undefined && isPartner(server, of, person)),
    ],
    // Programs don't see them.
    given: others.filter(
      (to) => asker.viewer.role !== 'program' && person !== undefined && isPartner(server, person, to),
    ),
  };
}

/** The albums of a client. For programs an album of their holder exists as it does for its members. */
const albumsOf = (server: Heard, { viewer, hasAlbum }: Asker): string[] =>
  server.albums.filter((album) => hasAlbum(server, album) && (viewer.role !== 'program' || isAlbum(server, album)));

function albumChecks({ server, asker, asking, seen, dice }: Client): Check[] {
  const { ask, json, same, fail } = asking;
  const known = albumsOf(server, asker);
  // Programs don't see members.
  const some = asker.viewer.role === 'program' ? [] : people;
  const members = (album: string): string[] =>
    some.filter((person) => !album.startsWith(person) && rightGiven(server, album, person) !== undefined);
  const owned = known.filter((album) => isOwn(asker, album.split(':')[0]!));
  const alone = owned.filter((album) => members(album).length === 0);
  interface Told {
    albumName: string;
    assetCount: number;
  }
  const text = ({ albumName, assetCount }: Told): string => `${albumName} ${assetCount}`;
  const wanted = (album: string): string => `${albumMark(server, album)} ${itemsIn(server, asker, album, seen).length}`;
  return [
    async () => {
      same('albums of clients', (await json<Told[]>(`${root}/albums`)).map(text), known.map(wanted));
    },
    async () => {
      const found = await json<object>(`${root}/albums/statistics`);
      const all = { owned: owned.length, shared: known.length - alone.length, notShared: alone.length };
      same('statistics of clients', [found], [all]);
    },
    async () => {
      const item = dice.pick(items);
      const found = await json<Told[]>(`${root}/albums?assetId=${uuidOf(item)}`);
      const isShown = seen.includes(item) && !isTrashed(server, item);
      const within = known.filter((album) => isShown && inAlbum(server, item, album));
      same(`albums of ${markOf(item)} for clients`, found.map(text), within.map(wanted));
    },
    async () => {
      const album = dice.pick(server.albums);
      const answer = await ask(`${root}/albums/${albumUuid({ album })}`);
      if (answer.status !== (known.includes(album) ? 200 : 404))
        fail(`${albumMark(server, album)} for a client: ${answer.status}`);
      if (known.includes(album)) same('an album of clients', [text(JSON.parse(answer.body) as Told)], [wanted(album)]);
      const months = `${root}/timeline/buckets?albumId=${albumUuid({ album })}`;
      const within = itemsIn(server, asker, album, seen).filter((item) => !isGuests(server, item));
      if (!known.includes(album)) return same('an album that does not exist', [(await ask(months)).status], [404]);
      same(
        'months of an album for clients',
        (await json<{ timeBucket: string }[]>(months)).map(({ timeBucket }) => timeBucket),
        within.map((item) => `${monthOf(item)}-01`),
      );
    },
  ];
}

/** A response without the parts that differ each time. */
const plain = (body: string): string => body.replace(/"correlationId":"[^"]*"/, '');

function photoChecks({ server, asker, asking, seen }: Client, item: Item): Check[] {
  const { ask, json, same, fail } = asking;
  return [
    async () => {
      const isSeen = seen.includes(item);
      for (const what of ['', '/thumbnail', '/thumbnail?size=preview', '/original', '/video/playback']) {
        const answer = await ask(`${root}/assets/${uuidOf(item)}${what}`);
        if (what === '' && answer.status !== (isSeen ? 200 : 404)) fail(`${markOf(item)}: ${answer.status}`);
        if (isSeen) continue;
        const none = await ask(`${root}/assets/${nowhere}${what}`);
        if (answer.status !== none.status || plain(answer.body) !== plain(none.body))
          fail(`${markOf(item)}${what} is told to clients from what does not exist: ${answer.body.slice(0, 300)}`);
      }
    },
    async () => {
      const query = `timeBucket=${monthOf(item)}-01&withPartners=true`;
      const { id } = await json<{ id: string[] }>(`${root}/timeline/bucket?${query}`);
      // The only one in its month, it is not hidden by another one with the same bytes.
      const within = listed(
        server,
        asker,
        seen.filter((one) => one === item),
        'timeline',
      );
      same(`the month of ${markOf(item)} for clients`, id, within.map(uuidOf));
    },
  ];
}

const types = [
  ...['AuthUsersV1', 'UsersV1', 'PartnersV1', 'AssetsV2', 'AssetExifsV1', 'PartnerAssetsV2', 'PartnerAssetExifsV1'],
  ...['AlbumsV2', 'AlbumUsersV1', 'AlbumAssetsV2', 'AlbumAssetExifsV1', 'AlbumToAssetsV1'],
];

interface Line {
  type: string;
  data: Record<string, string>;
  ack: string;
}

const emptyCopy = (): Copy => ({
  ...{ assets: new Set(), partnerAssets: new Set(), albums: new Set(), entries: new Set(), partners: new Set() },
});

/** The effect of a line of a stream on a copy. */
function store(copy: Copy, { type, data: { id, assetId, albumId, sharedById, sharedWithId } }: Line): void {
  const entry = `${albumId} ${assetId}`;
  const partner = `${sharedById} ${sharedWithId}`;
  const does: Record<string, () => unknown> = {
    AssetV2: () => copy.assets.add(id!),
    AssetDeleteV1: () => copy.assets.delete(assetId!),
    PartnerAssetV2: () => copy.partnerAssets.add(id!),
    PartnerAssetDeleteV1: () => copy.partnerAssets.delete(assetId!),
    AlbumV2: () => copy.albums.add(id!),
    AlbumDeleteV1: () => copy.albums.delete(albumId!),
    AlbumToAssetV1: () => copy.entries.add(entry),
    AlbumToAssetDeleteV1: () => copy.entries.delete(entry),
    PartnerV1: () => copy.partners.add(partner),
    PartnerDeleteV1: () => copy.partners.delete(partner),
  };
  does[type]?.();
}

/**
 * A client requests changes, stores them, and acknowledges them, unless it is interrupted: then its copy equals what it
 * sees.
 */
export async function compareCopy(
  home: Home,
  server: Client['server'],
  asker: Asker,
  { asked, dice }: { asked: Asked; dice: Dice },
): Promise<void> {
  const { ask, same, fail } = askAs(home, server, asker, asked);
  const [seen, known] = [seenBy(server, asker), albumsOf(server, asker)];
  const { name, viewer } = asker;
  const before = server.copies.get(name);
  const payload = { types, ...(!before && { reset: true }) };
  // A removal names an entity that was visible before.
  const open = items.map(uuidOf);
  const { status, body } = await ask(`${root}/sync/stream`, { method: 'POST', payload, open });
  if (status !== 200) fail(`the stream: ${status} ${body}`);
  const lines = body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  const hidden = items.filter((item) => !seen.includes(item)).map(uuidOf);
  for (const line of lines) {
    const text = JSON.stringify(line);
    const told = /Delete/.test(line.type) ? undefined : hidden.find((uuid) => text.includes(uuid));
    if (told !== undefined) fail(`the stream tells of ${text}`);
  }
  if (lines.at(-1)?.type !== 'SyncCompleteV1') fail(`the stream ends with ${lines.at(-1)?.type ?? 'nothing'}`);
  if (before && dice.chance(0.2)) return;
  const copy = before ?? emptyCopy();
  for (const line of lines) store(copy, line);
  server.copies.set(name, copy);
  const acks = [...new Map(lines.map(({ type, ack }) => [type, ack])).values()];
  same('an ack', [(await ask(`${root}/sync/ack`, { method: 'POST', payload: { acks } })).status], [204]);

  const all = states.flatMap((state) => listed(server, asker, seen, state));
  const { received, given } = partnersOf(server, asker);
  const entries = known.flatMap((album) => itemsIn(server, asker, album, seen).map((item) => ({ album, item })));
  const ofPartners = listed(server, asker, seen, 'timeline').filter(
    ({ holder }) => !isOwn(asker, holder) && received.includes(holder),
  );
  same('own photos of a copy', [...copy.assets], all.filter(({ holder }) => isOwn(asker, holder)).map(uuidOf));
  // For a removed person, whose client sends no more requests, only their own photos are compared.
  if (isTold(server, asker)) same('photos of partners in a copy', [...copy.partnerAssets], ofPartners.map(uuidOf));
  same(
    'albums of a copy',
    [...copy.albums],
    known.map((album) => albumUuid({ album })),
  );
  same(
    'entries of a copy',
    [...copy.entries],
    entries.map(({ album, item }) => `${albumUuid({ album })} ${uuidOf(item)}`),
  );
  const me = viewer.person ?? house;
  const pairs = [...received.map((of) => [of, me]), ...given.map((to) => [me, to])];
  if (!isTold(server, asker)) return;
  same(
    'partners of a copy',
    [...copy.partners],
    pairs.map((pair) => pair.map(userUuid).join(' ')),
  );
}

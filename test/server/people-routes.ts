/**
 * The expected responses of every route of a server to all viewers, according to the naive model
 * (test/access/people-truth.ts). Routes that are only open to some viewers, or that respond differently, are in
 * people-other-routes.ts, people-clients.ts and locked-routes.ts.
 */
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { Viewer } from '../../src/access/permissions.js';
import { albumTruth, inAlbum, isLocked, isMember, isPartner, rightGiven, type Looker } from '../access/people-truth.js';
import { items, people, type Heard } from '../access/people-world.js';
import type { Home } from './home.js';
import {
  albumMark,
  askAs,
  bytesOf,
  isTrashed,
  itemsIn,
  markOf,
  monthOf,
  seenBy,
  timelineFor,
  withoutTwins,
  type Asked,
  type Asker,
  type Asking,
  type Check,
} from './people-asking.js';
import { newerItem } from './people-hostile.js';

/**
 * All comparisons for one viewer, in the current state of a server. `more`: whether to also request routes that depend
 * on the visibility of a photo, such as its pictures: chosen for each photo and route.
 */
// Longer than a screen: a list of routes, each with its expected response.
export function checksOf(
  home: Home,
  server: Heard,
  asker: Asker,
  { asked, more }: { asked: Asked; more: () => boolean },
): Check[] {
  const { viewer, hasAlbum, looker } = asker;
  const { albums } = server;
  const seen = seenBy(server, asker);
  asked.shown += seen.length;
  asked.hidden += items.length - seen.length;
  const timeline = timelineFor(server, asker);
  const living = withoutTwins(
    viewer,
    seen.filter((item) => !isTrashed(server, item)),
  );
  const trash = withoutTwins(
    viewer,
    seen.filter((item) => isTrashed(server, item)),
  );
  const asking = askAs(home, server, asker, asked);
  const { ask, json, same, fail } = asking;

  const itemsOf = (album: string): Item[] => itemsIn(server, asker, album, seen);
  const album = albums[asked.answers % albums.length]!;
  const lists: [string, Item[]][] = [
    ['', timeline],
    [`in:${album}`, itemsOf(album)],
    ['is:trashed', trash],
    ['taken:1900..2000', living],
  ];
  const ofList = ([q, wanted]: [string, Item[]]): Check[] => {
    const text = encodeURIComponent(q);
    const ids = wanted.map(publicIdOf);
    const facet = (kind: string) => async () => {
      const found = await json<{ value: string; tile: { id: string } }[]>(`/api/${kind}?covers=300&q=${text}`);
      const marks = wanted.map((item) => `${kind === 'cameras' ? 'Zq ' : ''}${markOf(item)}`);
      same(
        `${kind} of “${q}”`,
        found.map(({ value }) => value),
        marks,
      );
      same(
        `covers of ${kind} of “${q}”`,
        found.map(({ tile }) => tile.id),
        ids,
      );
    };
    const checks: Check[] = [
      async () => {
        const { photos } = await json<{ photos: { id: string }[] }>(`/api/photos?q=${text}&limit=1000`);
        same(
          `photos of “${q}”`,
          photos.map(({ id }) => id),
          ids,
        );
      },
      async () => {
        const { tiles } = await json<{ tiles: { id: string }[] }>(`/api/tiles?q=${text}&limit=1000`);
        same(
          `tiles of “${q}”`,
          tiles.map(({ id }) => id),
          ids,
        );
      },
      async () => {
        const counted = await json<{ month: string; count: number }[]>(`/api/timeline?q=${text}`);
        same(
          `months of “${q}”`,
          counted.map(({ month, count }) => `${month} ${count}`),
          wanted.map((item) => `${monthOf(item)} 1`),
        );
      },
      async () => {
        const covers = await json<{ tile: { id: string } }[]>(`/api/timeline/covers?q=${text}`);
        same(
          `covers of “${q}”`,
          covers.map(({ tile }) => tile.id),
          ids,
        );
      },
      async () => {
        const segments = await json<{ count: number }[]>(`/api/timeline/segments?q=${text}`);
        same(`segments of “${q}”`, [segments.reduce((sum, { count }) => sum + count, 0)], [ids.length]);
      },
      ...['tags', 'cameras', 'lenses'].map(facet),
    ];
    if (viewer.role === 'visitor') return checks;
    return [
      ...checks,
      async () => {
        const { clusters } = await json<{ clusters: { count: number }[] }>(`/api/map?zoom=20&q=${text}`);
        same(`map of “${q}”`, [clusters.reduce((sum, { count }) => sum + count, 0)], [ids.length]);
      },
    ];
  };

  const others = [
    ...['/api/places', '/api/albums', '/api/front', '/api/feed.xml', '/api/home', '/api/albums/saved', '/'],
    ...['/api/albums/covers', '/api/albums/suggested', '/api/duplicates', '/api/spool', '/metrics', '/api/peers'],
  ].map((url): Check => async () => {
    await ask(url);
  });
  const newer: Check = async () => {
    const { status } = await ask(`/api/photos/${publicIdOf(newerItem)}`);
    if (status !== 404) fail(`an item in a newer format: ${status}`);
  };

  const nowhere = 'e'.repeat(64);
  const ofNothing = new Map<string, Promise<{ status: number; body: string }>>();
  const askNothing = (url: string): Promise<{ status: number; body: string }> => {
    const found = ofNothing.get(url) ?? ask(url);
    ofNothing.set(url, found);
    return found;
  };
  const ofItem = (item: Item): Check[] =>
    (
      [
        ['/api/photos/', ''],
        ['/api/photos/', '/exif'],
        ['/api/photos/', '/comments'],
        ['/api/photos/', '/history'],
        ['/media/', '/thumb'],
        ['/media/', '/video'],
        ['/originals/', ''],
        ['/originals/', '/jpeg'],
        ['/photo/', ''],
      ] as const
    )
      .filter(([before, after]) => (before === '/api/photos/' && after === '') || more())
      .map(([before, after]): Check => async () => {
        const id = publicIdOf(item);
        const isSeen = seen.includes(item);
        const answer = await ask(`${before}${id}${after}`);
        if (!isSeen) {
          const none = await askNothing(`${before}${nowhere}${after}`);
          if (answer.status !== none.status || answer.body.replaceAll(id, nowhere) !== none.body)
            fail(`${before}${markOf(item)}${after} is told from what does not exist: ${answer.body.slice(0, 300)}`);
        }
        if (after !== '' || before !== '/api/photos/') return;
        if (answer.status !== (isSeen ? 200 : 404)) fail(`${markOf(item)}: ${answer.status}`);
        const { sharedAlbums = [], ...photo } = JSON.parse(answer.body) as {
          sharedAlbums?: { holder: string; album: string }[];
          can?: string[];
        };
        same(
          `albums of ${markOf(item)}`,
          sharedAlbums.map(({ holder, album: one }) => `${holder}:${one}`),
          isSeen && !viewer.scope ? albums.filter((one) => hasAlbum(server, one) && inAlbum(server, item, one)) : [],
        );
        if (!isSeen || !looker) return;
        // For others’ photos, only actions that leave them unchanged.
        const isHolder = item.holder === house ? looker.actsForHouse === true : item.holder === looker.person;
        for (const action of ['edit', 'share', 'trash', 'history'])
          if (photo.can?.includes(action) !== isHolder)
            fail(`${markOf(item)}: ${action} is ${isHolder ? 'not ' : ''}allowed`);
      });

  return [
    ...lists.flatMap(ofList),
    ...others,
    newer,
    () => compareStorage(server, viewer, asking),
    ...items.flatMap(ofItem),
    ...(looker ? sharingChecks(server, looker, asking, itemsOf) : []),
  ];
}

/** Compares the storage in the responses for a viewer with that of all items, each counted in full. */
async function compareStorage(
  server: Heard,
  { person: self, role, behalf }: Viewer,
  { ask, same }: Asking,
): Promise<void> {
  const held = (holder: string | undefined): Item[] =>
    items.filter((item) => item.holder === holder && server.documents.has(itemId(item)));
  const sum = (some: readonly Item[]): number => some.reduce((all, item) => all + bytesOf(item), 0);
  const own = await ask('/api/me/storage');
  if (self === undefined || behalf) same('status of one’s storage', [own.status < 400], [false]);
  else {
    const trash = held(self).filter((item) => isTrashed(server, item) && !isLocked(server, item));
    const wanted = {
      photos: held(self).length,
      bytes: sum(held(self)),
      trash: { photos: trash.length, bytes: sum(trash) },
    };
    same('one’s storage', [JSON.parse(own.body)], [wanted]);
  }
  const all = await ask('/api/storage');
  if (role !== 'owner') return same('status of storage', [all.status], [403]);
  const { people: told } = JSON.parse(all.body) as { people: { person: string; photos: number; bytes: number }[] };
  const shown = (holder: string): Item[] =>
    held(holder).filter((item) => !isTrashed(server, item) && !isLocked(server, item));
  const rounded = (some: readonly Item[]): number => Math.ceil(sum(some) / 1e8) * 1e8;
  const found = told.map(({ person, photos, bytes }) => [person, photos, bytes]);
  same(
    'storage of each',
    found.filter(([one]) => people.includes(String(one))),
    people
      // Removed people are not listed.
      .filter((one) => told.some(({ person }) => person === one))
      .map((one) => [one, shown(one).length, rounded(shown(one))]),
  );
}

/** The albums and partners of a person. */
function sharingChecks(
  server: Heard,
  looker: Looker & { person: string },
  { ask, json, same, fail }: Asking,
  itemsOf: (album: string) => Item[],
): Check[] {
  const { albums } = server;
  const rights = albums.flatMap((album) => {
    const right = albumTruth(server, looker, album);
    return right ? [{ album, right }] : [];
  });
  interface Member {
    person: string;
    right?: string;
  }
  /** The other members; only the holder gets their rights. */
  const membersOf = (album: string, isHolder: boolean): Member[] =>
    people
      .filter((person) => !album.startsWith(person) && person !== looker.person)
      .flatMap((person) => {
        const given = rightGiven(server, album, person);
        if (!given || (!isHolder && !isMember(server, person))) return [];
        return isHolder ? { person, right: given } : { person };
      });
  interface Shown {
    name: string;
    count: number;
    right: string;
    members?: Member[];
  }
  const text = ({ name, right, count, members = [] }: Shown): string =>
    `${name} ${right} ${count} ${JSON.stringify(members.map((one) => `${one.person} ${one.right}`).sort())}`;
  const wantedOf = ({ album, right }: { album: string; right: string }): string =>
    text({
      ...{ name: albumMark(server, album), right, count: itemsOf(album).length },
      members: membersOf(album, right === 'holder'),
    });
  const belongs = isMember(server, looker.person);
  const others = people.filter((person) => person !== looker.person && isMember(server, person));
  return [
    async () => {
      const { albums: found } = await json<{ albums: Shown[] }>('/api/albums/shared');
      same('albums', found.map(text), rights.map(wantedOf));
    },
    ...albums.map((album): Check => async () => {
      const right = rights.find((one) => one.album === album);
      const { status, body } = await ask(`/api/albums/${album.replace(':', '/')}`);
      if (status !== (right ? 200 : 404)) fail(`the album ${albumMark(server, album)}: ${status}`);
      if (right) same('an album', [text(JSON.parse(body) as Shown)], [wantedOf(right)]);
    }),
    async () => {
      const { status, body } = await ask('/api/partners');
      if (status !== (belongs ? 200 : 403)) fail(`partners: ${status}`);
      if (!belongs) return;
      const { given, received } = JSON.parse(body) as { given: string[]; received: string[] };
      same(
        'partners given',
        given,
        others.filter((person) => isPartner(server, looker.person, person)),
      );
      same(
        'partners received',
        received,
        others.filter((person) => isPartner(server, person, looker.person)),
      );
    },
  ];
}

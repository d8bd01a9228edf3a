/**
 * What every route of a server must answer to everybody, by the naive model of who may see what (test/access/people-truth.ts). Every item
 * has words, a month and a place that no other one has, every album a name of its own, so that a trace of it in any answer is found.
 */
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { Facts, PhotoDocument } from '../../src/document/photo-document.js';
import { audiencesOf, type Viewer } from '../../src/access/permissions.js';
import {
  albumTruth,
  flag,
  inAlbum,
  isAlbum,
  isGuests,
  isLocked,
  isMember,
  isPartner,
  rightGiven,
  truth,
  type Looker,
} from '../access/people-truth.js';
import { albums, items, people, type Heard } from '../access/people-world.js';
import type { Home } from './home.js';
import { hostileMark, newerItem } from './people-hostile.js';

/** Somebody who asks, and what the model says of what they see. */
export interface Asker {
  /** The token that they send. */
  name: string;
  /** The address of the share link by which they come, instead of a token. */
  path?: string;
  viewer: Viewer;
  /** Who looks, if it is a person that is signed in. */
  looker?: Looker & { person: string };
  sees(server: Heard, item: Item): boolean;
  hasAlbum(server: Heard, album: string): boolean;
  /** In a session that opened the locked photos of its person: which these are. Others see no locked photo anywhere. */
  opened?(server: Heard, item: Item): boolean;
}

const person = (n: number, role: 'owner' | 'family'): Viewer => ({
  ...{ role, audiences: audiencesOf[role], person: people[n]!, name: `p${n}`, canEdit: role === 'owner' },
  confirmed: true,
});

/** Who opened the locked photos of the second person. */
export const openedName = 'psp_opened';

/** Everybody who asks: three people, of whom the first acts for the house, tokens of the house and of the second, and a visitor. */
export const askers: readonly Asker[] = [
  ...people.map((id, n): Asker => {
    const actsForHouse = n === 0;
    return {
      name: `psp_person${n}`,
      viewer: { ...person(n, actsForHouse ? 'owner' : 'family'), session: `s${n}` },
      looker: { person: id, actsForHouse },
      sees: (server, item) => truth(server, { person: id, actsForHouse }, item),
      hasAlbum: (server, album) => albumTruth(server, { person: id, actsForHouse }, album) !== undefined,
    };
  }),
  {
    name: openedName,
    viewer: person(1, 'family'),
    sees: (server, item) => truth(server, { person: people[1]! }, item),
    hasAlbum: (server, album) => albumTruth(server, { person: people[1]! }, album) !== undefined,
    opened: (server, item) =>
      item.holder === people[1] &&
      truth(server, { person: people[1], unlocked: true }, item) &&
      !truth(server, { person: people[1] }, item),
  },
  {
    name: 'psp_house',
    viewer: { role: 'program', audiences: audiencesOf.program, token: 'house', may: ['read', 'edit'], canEdit: true },
    sees: (server, item) => truth(server, { actsForHouse: true }, item),
    hasAlbum: (server, album) =>
      album.startsWith(house) && albumTruth(server, { actsForHouse: true }, album) !== undefined,
  },
  {
    name: 'psp_ofperson',
    viewer: {
      ...{ role: 'program', audiences: audiencesOf.family, token: 'phone', may: ['read'], canEdit: false },
      ...{ person: people[1]!, behalf: person(1, 'family') },
    },
    sees: (server, item) => truth(server, { person: people[1]! }, item),
    hasAlbum: (server, album) => albumTruth(server, { person: people[1]! }, album) !== undefined,
  },
  {
    name: 'psp_visitor',
    viewer: { role: 'visitor', audiences: audiencesOf.visitor, canEdit: false },
    sees: (server, item) => truth(server, {}, item),
    hasAlbum: () => false,
  },
  ...[albums[1]!, albums[3]!].map((album): Asker => {
    const of = album.split(':')[0]!;
    const holder = of === house ? {} : { of };
    return {
      name: `psp_link${of}`,
      viewer: {
        ...{ role: 'link', audiences: audiencesOf.link, canEdit: false, details: true, share: of },
        ...{ ...holder, scope: { album } },
      },
      sees: (server, item) => truth(server, { of }, item) && inAlbum(server, item, album),
      hasAlbum: (server, one) => one === album && isAlbum(server, one),
    };
  }),
];

/** Who acts for a holder. */
export const askerFor = (holder: string): Asker =>
  askers.find(({ looker }) => looker && (holder === house ? looker.actsForHouse : looker.person === holder))!;

/** The words of an item that no other one has. */
export const markOf = (item: Item): string => `zq${items.indexOf(item)}q`;
/** The size of an item’s original; no sum of some has the rounded size of another. */
const bytesOf = (item: Item): number => 60_000_000 + items.indexOf(item);
/** The year in which only this one was taken. */
export const yearOf = (item: Item): number => 1950 + items.indexOf(item);
const monthOf = (item: Item): string => `${yearOf(item)}-03`;
/** What only an item has. */
export const traces = (item: Item): string[] => [markOf(item), monthOf(item), publicIdOf(item)];

/** The name of an album. */
export const albumMark = (server: Pick<Heard, 'albums'>, album: string): string =>
  `zqalbum${server.albums.indexOf(album)}q`;

/** An item’s document with its marks. */
export function marked(item: Item, photo: PhotoDocument): PhotoDocument {
  const n = items.indexOf(item);
  const facts: Facts = {
    ...{ ...photo.facts, bytes: bytesOf(item) },
    ...{ taken: `${monthOf(item)}-04T12:00:00.000`, takenSource: 'exif', tags: [markOf(item)], lens: markOf(item) },
    ...{ camera: { make: 'Zq', model: markOf(item) }, gps: { lat: 3 * n, lon: 5 * n } },
  };
  const sightings = Object.fromEntries(
    Object.entries(photo.sightings).map(([key, told]) => [key, { ...told, name: `${markOf(item)}.jpg` }]),
  );
  return { ...photo, facts, sightings };
}

/** Of items with the same bytes, the one that a viewer is shown. */
function withoutTwins(viewer: Viewer, some: readonly Item[]): Item[] {
  const rank = (item: Item): string =>
    (item.holder === viewer.person ? '0' : item.holder === house ? '1' : '2') + publicIdOf(item);
  return some.filter((item) => !some.some((other) => other.sha256 === item.sha256 && rank(other) < rank(item)));
}

/** What was asked, and how often something was shown and hidden. */
export interface Asked {
  answers: number;
  shown: number;
  hidden: number;
  /** How often a locked photo was shown to its holder. */
  locked: number;
}

const isTrashed = (server: Heard, item: Item): boolean => flag(server, itemId(item), 'trashed');

/** The items that the model shows to somebody in their timeline: of those with the same bytes one, none that is archived or in the trash. */
export const timelineFor = (server: Heard, { viewer, sees }: Asker): Item[] =>
  withoutTwins(
    viewer,
    items.filter(
      (item) =>
        server.documents.has(itemId(item)) &&
        sees(server, item) &&
        !isTrashed(server, item) &&
        (viewer.scope !== undefined || !flag(server, itemId(item), 'archived')) &&
        !isGuests(server, item),
    ),
  );

/** A comparison of one route, or of a few. Throws where somebody gets what the model does not say. */
export type Check = () => Promise<void>;

/**
 * All comparisons for one viewer, in the present state of a server. `more`: whether to ask also for what depends on whether a photo is seen
 * at all, such as its pictures: decided for each photo and route.
 */
// Longer than a screen: a list of routes, each with what it must answer.
export function checksOf(
  home: Home,
  server: Heard,
  asker: Asker,
  { asked, more }: { asked: Asked; more: () => boolean },
): Check[] {
  const { name, path, viewer, sees, hasAlbum, looker } = asker;
  const { albums } = server;
  const seen = items.filter((item) => server.documents.has(itemId(item)) && sees(server, item));
  const hidden = items.filter((item) => !seen.includes(item));
  asked.shown += seen.length;
  asked.hidden += hidden.length;
  const timeline = timelineFor(server, asker);
  const living = withoutTwins(
    viewer,
    seen.filter((item) => !isTrashed(server, item)),
  );
  const trash = withoutTwins(
    viewer,
    seen.filter((item) => isTrashed(server, item)),
  );
  const secrets = [
    ...hidden.flatMap(traces),
    ...albums.filter((album) => !hasAlbum(server, album)).map((album) => albumMark(server, album)),
    hostileMark,
  ];

  const fail = (what: string): never => {
    throw new Error(`${name}: ${what}`);
  };
  async function ask(url: string): Promise<{ status: number; body: string }> {
    const brings = path === undefined ? { authorization: `Bearer ${name}` } : {};
    const { statusCode, body } = await home.app.inject({ url: `${path ?? ''}${url}`, headers: brings });
    asked.answers++;
    if (statusCode >= 500) fail(`${url} failed: ${body}`);
    // Who asks for an item knows its id; they must not get anything else of it.
    // Merges of photos of the house are told to whoever acts for it, also of those that were purged.
    const isOfHouse =
      url === '/api/peers' && (looker?.actsForHouse === true || (viewer.role === 'program' && !viewer.behalf));
    const open = isOfHouse ? items.filter(({ holder }) => holder === house).flatMap(traces) : [];
    for (const trace of secrets)
      if (body.includes(trace) && !open.includes(trace) && !url.includes(trace))
        fail(`${url} tells of ${trace}: ${body.slice(0, 400)}`);
    return { status: statusCode, body };
  }
  const json = async <T>(url: string): Promise<T> => {
    const { status, body } = await ask(url);
    return status === 200 ? (JSON.parse(body) as T) : fail(`${url}: ${status} ${body}`);
  };
  const same = (what: string, found: readonly unknown[], wanted: readonly unknown[]): void => {
    const [one, other] = [found, wanted].map((list) => JSON.stringify([...list].sort()));
    if (one !== other) fail(`${what}: ${one!} for ${other!}`);
  };

  /** What somebody sees of an album: of one that they may not see as little as of one that does not exist. */
  const itemsOf = (album: string): Item[] =>
    withoutTwins(
      viewer,
      seen.filter((item) => hasAlbum(server, album) && !isTrashed(server, item) && inAlbum(server, item, album)),
    );
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
      const found = await json<{ value: string }[]>(`/api/${kind}?q=${text}`);
      const marks = wanted.map((item) => `${kind === 'cameras' ? 'Zq ' : ''}${markOf(item)}`);
      same(
        `${kind} of “${q}”`,
        found.map(({ value }) => value),
        marks,
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
        // Of others’ photos, only what leaves them as they are.
        const isHolder = item.holder === house ? looker.actsForHouse === true : item.holder === looker.person;
        for (const action of ['edit', 'share', 'trash', 'history'])
          if (photo.can?.includes(action) !== isHolder)
            fail(`${markOf(item)}: ${action} is ${isHolder ? 'not ' : ''}allowed`);
      });

  return [
    ...lists.flatMap(ofList),
    ...others,
    newer,
    () => compareStorage(server, viewer, ask, same),
    ...items.flatMap(ofItem),
    ...(looker ? sharingChecks(server, looker, { ask, json, same, fail }, itemsOf) : []),
  ];
}

/** Compares the storage that a viewer is told of with that of all items, whoever else has the same bytes. */
async function compareStorage(
  server: Heard,
  { person: self, role, behalf }: Viewer,
  ask: (url: string) => Promise<{ status: number; body: string }>,
  same: (what: string, found: readonly unknown[], wanted: readonly unknown[]) => void,
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
      // Whoever was removed is not told of.
      .filter((one) => told.some(({ person }) => person === one))
      .map((one) => [one, shown(one).length, rounded(shown(one))]),
  );
}

interface Asking {
  ask(url: string): Promise<{ status: number; body: string }>;
  json<T>(url: string): Promise<T>;
  same(what: string, found: readonly unknown[], wanted: readonly unknown[]): void;
  fail(what: string): never;
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
  const membersOf = (album: string): string[] =>
    people
      .filter((person) => !album.startsWith(person))
      .flatMap((person) => rightGiven(server, album, person) ?? [])
      .sort();
  interface Shown {
    name: string;
    count: number;
    right: string;
    members?: { right: string }[];
  }
  const text = ({ name, right, count, members }: Shown): string =>
    `${name} ${right} ${count} ${JSON.stringify(members?.map((one) => one.right).sort() ?? [])}`;
  const wantedOf = ({ album, right }: { album: string; right: string }): string =>
    text({
      ...{ name: albumMark(server, album), right, count: itemsOf(album).length },
      members: right === 'holder' ? membersOf(album).map((one) => ({ right: one })) : [],
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

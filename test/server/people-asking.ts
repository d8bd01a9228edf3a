/**
 * The viewers that send requests to the servers of a mesh of people's libraries (people-mesh.ts), their credentials,
 * and what they see according to the naive model (test/access/people-truth.ts). Every item has unique words, a unique
 * month and place, and every album a unique name, so that a trace of it in any response is found.
 */
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { Facts, PhotoDocument } from '../../src/document/photo-document.js';
import { audiencesOf, type Viewer } from '../../src/access/permissions.js';
import { albumTruth, flag, inAlbum, isAlbum, isGuests, truth, type Looker } from '../access/people-truth.js';
import { albums, items, people, type Heard } from '../access/people-world.js';
import { assetUuid } from '../../src/server/immich/uuids.js';
import type { Home } from './home.js';
import { hostileMark } from './people-hostile.js';

/** A viewer that sends requests, and what it sees according to the model. */
export interface Asker {
  /** The token in its requests. */
  name: string;
  /** The address of its share link, instead of a token. */
  path?: string;
  /** Its other headers. */
  headers?: Record<string, string>;
  viewer: Viewer;
  /** The person, if one is signed in. */
  looker?: Looker & { person: string };
  sees(server: Heard, item: Item): boolean;
  hasAlbum(server: Heard, album: string): boolean;
  /** In a session that opened the locked photos of its person: these photos. Other viewers never see locked photos. */
  opened?(server: Heard, item: Item): boolean;
}

const person = (n: number, role: 'owner' | 'family'): Viewer => ({
  ...{ role, audiences: audiencesOf[role], person: people[n]!, name: `p${n}`, canEdit: role === 'owner' },
  confirmed: true,
});

/** The session that opened the locked photos of the second person. */
export const openedName = 'psp_opened';

/**
 * All viewers: three people, of whom the first acts for the house, tokens of the house and of the second, and a
 * visitor.
 */
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

/** The viewers that act for a holder. */
export const askerFor = (holder: string): Asker =>
  askers.find(({ looker }) => looker && (holder === house ? looker.actsForHouse : looker.person === holder))!;

/** The unique words of an item. */
export const markOf = (item: Item): string => `zq${items.indexOf(item)}q`;
/** The size of an item’s original; no sum of some has the rounded size of another. */
export const bytesOf = (item: Item): number => 60_000_000 + items.indexOf(item);
/** The unique year of this item. */
export const yearOf = (item: Item): number => 1950 + items.indexOf(item);
/** The unique month of this item. */
export const monthOf = (item: Item): string => `${yearOf(item)}-03`;
/** The unique traces of an item. */
export const traces = (item: Item): string[] => [
  ...[markOf(item), monthOf(item), publicIdOf(item), assetUuid(publicIdOf(item))],
];

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

/** Of items with the same bytes, the one shown to a viewer. */
export function withoutTwins(viewer: Viewer, some: readonly Item[]): Item[] {
  const rank = (item: Item): string =>
    (item.holder === viewer.person ? '0' : item.holder === house ? '1' : '2') + publicIdOf(item);
  return some.filter((item) => !some.some((other) => other.sha256 === item.sha256 && rank(other) < rank(item)));
}

/** The requests sent, and how often something was visible and hidden. */
export interface Asked {
  answers: number;
  shown: number;
  hidden: number;
  /** How often a locked photo was visible to its holder. */
  locked: number;
}

/** Whether an item is in the trash. */
export const isTrashed = (server: Heard, item: Item): boolean => flag(server, itemId(item), 'trashed');

/**
 * The items in a viewer's timeline according to the model: one of those with the same bytes, none that is archived or
 * in the trash.
 */
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

/** What a viewer sees of an album: a hidden one looks like a missing one. */
export const itemsIn = (
  server: Heard,
  { viewer, hasAlbum }: Pick<Asker, 'viewer' | 'hasAlbum'>,
  album: string,
  seen: readonly Item[],
): Item[] =>
  withoutTwins(
    viewer,
    seen.filter((item) => hasAlbum(server, album) && !isTrashed(server, item) && inAlbum(server, item, album)),
  );

/** Everything that a viewer sees at a server. */
export const seenBy = (server: Heard, { sees }: Asker): Item[] =>
  items.filter((item) => server.documents.has(itemId(item)) && sees(server, item));

/** A request: by default without a body, and its response must not contain anything that is hidden from its viewer. */
interface Sent {
  method?: 'GET' | 'POST' | 'PROPFIND';
  payload?: object;
  headers?: Record<string, string>;
  /** Traces that may still be in the response. */
  open?: readonly string[];
}

/** Sends requests of a viewer to a server; throws if a response reveals something hidden. */
export interface Asking {
  ask(url: string, sent?: Sent): Promise<{ status: number; body: string }>;
  /** The response to a request that must succeed. */
  json<T>(url: string, sent?: Sent): Promise<T>;
  same(what: string, found: readonly unknown[], wanted: readonly unknown[]): void;
  fail(what: string): never;
}

/** Sends requests to a server as a viewer. */
export function askAs(home: Pick<Home, 'app'>, server: Heard, asker: Asker, asked: Pick<Asked, 'answers'>): Asking {
  const { name, path, headers, viewer, looker, hasAlbum } = asker;
  const seen = seenBy(server, asker);
  const secrets = [
    ...items.filter((item) => !seen.includes(item)).flatMap(traces),
    ...server.albums.filter((album) => !hasAlbum(server, album)).map((album) => albumMark(server, album)),
    hostileMark,
  ];
  const credentials = { ...headers, ...(path === undefined && { authorization: `Bearer ${name}` }) };
  const actsForHouse = looker?.actsForHouse === true || (viewer.role === 'program' && !viewer.behalf);
  // Viewers who act for the house see merges of its photos, also of purged ones.
  const merged = actsForHouse ? items.filter(({ holder }) => holder === house).flatMap(traces) : [];

  const fail = (what: string): never => {
    throw new Error(`${name}: ${what}`);
  };
  const ask: Asking['ask'] = async (url, { method = 'GET', payload, headers: more, open = [] } = {}) => {
    const sent = { method: method as 'GET', url: `${path ?? ''}${url}`, headers: { ...credentials, ...more } };
    const { statusCode, body } = await home.app.inject({ ...sent, ...(payload && { payload }) });
    asked.answers++;
    if (statusCode >= 500) fail(`${url} failed: ${body}`);
    const told = url === '/api/peers' ? merged : open;
    // The response to a request with the id of an item may contain that id, but nothing else about the item. The
    // correlation id is random.
    const text = body.replace(/"correlationId":"[\w-]*"/, '');
    for (const trace of secrets)
      if (text.includes(trace) && !told.includes(trace) && !url.includes(trace))
        fail(`${url} tells of ${trace}: ${body.slice(0, 400)}`);
    return { status: statusCode, body };
  };
  return {
    ask,
    async json<T>(url: string, sent?: Sent): Promise<T> {
      const { status, body } = await ask(url, sent);
      return status < 300 ? (JSON.parse(body) as T) : fail(`${url}: ${status} ${body}`);
    },
    same(what, found, wanted) {
      const [one, other] = [found, wanted].map((list) => JSON.stringify([...list].sort()));
      if (one !== other) fail(`${what}: ${one!} for ${other!}`);
    },
    fail,
  };
}

/** Compares one route, or a few. Throws if a response differs from the model. */
export type Check = () => Promise<void>;

/**
 * Every route of a server, asked by everybody, compared with a naive model of who may see what (test/access/people-truth.ts): a random
 * history of people, albums, ends and arrivals is played, its documents go into the library of a real server now and then, and what each
 * viewer gets must be what the model says. Every item has words, a month and a place that no other one has, so that a trace of it in any
 * answer is found.
 */
import { ulid } from 'ulid';
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import { commentId, newComment } from '../../src/document/comment.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import { openPasswords } from '../../src/access/password-hash.js';
import { audiencesOf, type Viewer } from '../../src/access/permissions.js';
import { openPhotoFeed } from '../../src/album/photo-changes.js';
import { makeAsk } from '../../src/album/query-catalog.js';
import { existsFor, flag, inAlbum, isLocked, truth } from '../access/people-truth.js';
import { happen } from '../access/people-history.js';
import { albums, items, openWorld, people, type Server } from '../access/people-world.js';
import { openDice } from '../simulation/dice.js';
import { makeHome, type Home } from './home.js';

/** Somebody who asks, and what the model says of what they see. */
interface Asker {
  name: string;
  viewer: Viewer;
  sees(server: Server, item: Item): boolean;
  hasAlbum(server: Server, album: string): boolean;
  /** In a session that opened the locked photos of its person: which these are. Others see no locked photo anywhere. */
  opened?(server: Server, item: Item): boolean;
}

const person = (n: number, role: 'owner' | 'family'): Viewer => ({
  ...{ role, audiences: audiencesOf[role], person: people[n]!, name: `p${n}`, canEdit: role === 'owner' },
});

const askers: readonly Asker[] = [
  ...people.map((id, n): Asker => {
    const actsForHouse = n === 0;
    return {
      name: `psp_person${n}`,
      viewer: person(n, actsForHouse ? 'owner' : 'family'),
      sees: (server, item) => truth(server, { person: id, actsForHouse }, item),
      hasAlbum: (server, album) => existsFor(server, { person: id, actsForHouse }, album),
    };
  }),
  {
    name: 'psp_opened',
    viewer: person(1, 'family'),
    sees: (server, item) => truth(server, { person: people[1]! }, item),
    hasAlbum: (server, album) => existsFor(server, { person: people[1]! }, album),
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
      album.startsWith(house) && existsFor(server, { person: people[0]!, actsForHouse: true }, album),
  },
  {
    name: 'psp_ofperson',
    viewer: {
      ...{ role: 'program', audiences: audiencesOf.family, token: 'phone', may: ['read'], canEdit: false },
      ...{ person: people[1]!, behalf: person(1, 'family') },
    },
    sees: (server, item) => truth(server, { person: people[1]! }, item),
    hasAlbum: (server, album) => existsFor(server, { person: people[1]! }, album),
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
      hasAlbum: (server, one) => one === album && !server.known.has(`own-album:${one}`),
    };
  }),
];

const markOf = (item: Item): string => `zq${items.indexOf(item)}q`;
const bytesOf = (item: Item): number => 60_000_000 + items.indexOf(item);
const monthOf = (item: Item): string => `${1950 + items.indexOf(item)}-03`;
const traces = (item: Item): string[] => [markOf(item), monthOf(item), publicIdOf(item)];

/** An item’s document as the library gets it: with its marks. */
function marked(item: Item, body: Body): Body {
  const photo = body as unknown as PhotoDocument;
  const n = items.indexOf(item);
  const facts = {
    ...{ ...photo.facts, bytes: bytesOf(item) },
    ...{ taken: `${monthOf(item)}-04T12:00:00.000`, takenSource: 'exif', tags: [markOf(item)], lens: markOf(item) },
    ...{ camera: { make: 'Zq', model: markOf(item) }, gps: { lat: 3 * n, lon: 5 * n } },
  };
  const sightings = Object.fromEntries(
    Object.entries(photo.sightings).map(([key, told]) => [key, { ...told, name: `${markOf(item)}.jpg` }]),
  );
  return { ...photo, facts, sightings };
}

/** Brings the documents of a server into a library. */
function load({ library }: Home, server: Server): void {
  const by = `person:${people[0]!}`;
  const put = (id: string, body: object): void => void library.update<object>(id, () => body);
  const register = (value: unknown): object => ({ value, at: '001700000000000-0000-a', by });
  for (const [n, id] of people.entries())
    if (!library.get(`person:${id}`))
      put(`person:${id}`, {
        format: 1,
        kind: 'person',
        name: register(`p${n}`),
        role: register(n === 0 ? 'owner' : 'family'),
      });
  for (const album of albums)
    if (!server.documents.has(`own-album:${album}`))
      put(`own-album:${album}`, { format: 1, kind: 'own-album', name: register(album) });
  for (const [id, body] of server.documents) {
    const item = items.find((one) => itemId(one) === id);
    put(id, item ? marked(item, body) : body);
    if (!item || [...library.scan(`comment:${publicIdOf(item)}:`)].length > 0) continue;
    const at = library.stamp();
    put(
      commentId(publicIdOf(item), ulid(1.7e12)),
      newComment(publicIdOf(item), `${markOf(item)} words`, at, by, 1.7e12),
    );
  }
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

/** Compares what one viewer gets by the routes of locked photos with what the model says. */
async function compareLocked(home: Home, server: Server, asker: Asker, asked: Asked): Promise<void> {
  const { name, opened } = asker;
  const here = items.filter((item) => server.documents.has(itemId(item)));
  const shown = opened ? here.filter((item) => opened(server, item)) : [];
  asked.locked += shown.length;
  const fail = (what: string): never => {
    throw new Error(`${name}: ${what}`);
  };
  async function ask(url: string): Promise<{ status: number; body: string }> {
    const { statusCode, body, headers } = await home.app.inject({ url, headers: { authorization: `Bearer ${name}` } });
    asked.answers++;
    for (const item of items)
      for (const trace of shown.includes(item) ? [] : traces(item))
        if (!url.includes(trace) && body.includes(trace)) fail(`${url} tells of ${markOf(item)}`);
    if (!String(headers['cache-control']).includes('no-store')) fail(`${url} may be stored`);
    return { status: statusCode, body };
  }
  const isTrashed = (item: Item): boolean => flag(server, itemId(item), 'trashed');
  for (const [q, wanted] of [
    ['', shown.filter((item) => !isTrashed(item))],
    ['is:trashed', shown.filter(isTrashed)],
  ] as const)
    for (const list of ['photos', 'tiles']) {
      const { status, body } = await ask(`/api/locked/${list}?q=${encodeURIComponent(q)}&limit=1000`);
      if (!opened && status !== 403) fail(`locked ${list}: ${status}`);
      const found = opened ? (JSON.parse(body) as Record<string, { id: string }[]>)[list]! : [];
      const [one, other] = [found.map(({ id }) => id), wanted.map(publicIdOf)].map((ids) => JSON.stringify(ids.sort()));
      if (one !== other) fail(`locked ${list} of “${q}”: ${one!} for ${other!}`);
    }
  const nowhere = 'e'.repeat(64);
  // Whoever opened nothing is refused before a photo is looked up: one of each person is enough.
  for (const item of opened ? items : items.filter(({ sha256 }) => sha256 === 'f'.repeat(64)))
    for (const [before, after] of [
      ['/api/locked/photos/', ''],
      ['/api/locked/photos/', '/history'],
      ['/locked/media/', '/thumb'],
      ['/locked/originals/', ''],
    ] as const) {
      const id = publicIdOf(item);
      const answer = await ask(`${before}${id}${after}`);
      if (!opened && answer.status !== 403) fail(`${before}${markOf(item)}${after}: ${answer.status}`);
      if (shown.includes(item)) {
        if (before === '/api/locked/photos/' && answer.status !== 200) fail(`${markOf(item)}: ${answer.status}`);
        continue;
      }
      const none = await ask(`${before}${nowhere}${after}`);
      if (answer.status !== none.status || answer.body.replaceAll(id, nowhere) !== none.body)
        fail(`${before}${markOf(item)}${after} is told from what does not exist: ${answer.body.slice(0, 300)}`);
    }
}

/** Opens the locked photos of a person in a new session; returns its id. */
async function openLocked({ access, db }: Home, person: string): Promise<string> {
  const { id } = access.sessions.start(person, { address: '127.0.0.1', browser: 'a browser' });
  const pin = await openPasswords({ cost: { ln: 4, r: 8, p: 1 } }).hash('804261', { known: person });
  db.prepare('INSERT INTO access_pin (person, pin, edition, doubted) VALUES (?, ?, 1, 0)').run(person, pin);
  const { kind } = await access.lockedFolder.open(id, { pin: '804261' }, { address: '127.0.0.1', browser: '' });
  if (kind !== 'confirmed') throw new Error(`The locked photos did not open: ${kind}.`);
  return id;
}

/** Compares what one viewer gets with what the model says. */
// Longer than a screen: a list of routes, each with what it must answer.
async function compare(
  home: Home,
  server: Server,
  { name, viewer, sees, hasAlbum }: Asker,
  asked: Asked,
): Promise<void> {
  const seen = items.filter((item) => server.documents.has(itemId(item)) && sees(server, item));
  const hidden = items.filter((item) => !seen.includes(item));
  asked.shown += seen.length;
  asked.hidden += hidden.length;
  const isTrashed = (item: Item): boolean => flag(server, itemId(item), 'trashed');
  const living = withoutTwins(
    viewer,
    seen.filter((item) => !isTrashed(item)),
  );
  const timeline = withoutTwins(
    viewer,
    seen.filter((item) => !isTrashed(item) && (viewer.scope || !flag(server, itemId(item), 'archived'))),
  );
  const trash = withoutTwins(viewer, seen.filter(isTrashed));

  const fail = (what: string): never => {
    throw new Error(`${name}: ${what}`);
  };
  async function ask(url: string): Promise<{ status: number; body: string }> {
    const { statusCode, body } = await home.app.inject({ url, headers: { authorization: `Bearer ${name}` } });
    asked.answers++;
    if (statusCode >= 500) fail(`${url} failed: ${body}`);
    // Who asks for an item knows its id; they must not get anything else of it.
    for (const item of hidden)
      for (const trace of traces(item))
        if (!url.includes(trace) && body.includes(trace))
          fail(`${url} tells of ${markOf(item)}: ${body.slice(0, 400)}`);
    return { status: statusCode, body };
  }
  const json = async <T>(url: string): Promise<T> => JSON.parse((await ask(url)).body) as T;
  const same = (what: string, found: readonly unknown[], wanted: readonly unknown[]): void => {
    const [one, other] = [found, wanted].map((list) => JSON.stringify([...list].sort()));
    if (one !== other) fail(`${what}: ${one!} for ${other!}`);
  };

  /** What somebody sees of an album: of one that they may not see as little as of one that does not exist. */
  const itemsOf = (album: string): Item[] =>
    withoutTwins(
      viewer,
      seen.filter((item) => hasAlbum(server, album) && !isTrashed(item) && inAlbum(server, item, album)),
    );
  const album = albums[asked.answers % albums.length]!;
  const lists: [string, Item[]][] = [
    ['', timeline],
    [`in:${album}`, itemsOf(album)],
    ['is:trashed', trash],
    ['taken:1900..2000', living],
  ];
  for (const [q, wanted] of lists) {
    const text = encodeURIComponent(q);
    const ids = wanted.map(publicIdOf);
    const { photos } = await json<{ photos: { id: string }[] }>(`/api/photos?q=${text}&limit=1000`);
    same(
      `photos of “${q}”`,
      photos.map(({ id }) => id),
      ids,
    );
    const { tiles } = await json<{ tiles: { id: string }[] }>(`/api/tiles?q=${text}&limit=1000`);
    same(
      `tiles of “${q}”`,
      tiles.map(({ id }) => id),
      ids,
    );
    const counted = await json<{ month: string; count: number }[]>(`/api/timeline?q=${text}`);
    same(
      `months of “${q}”`,
      counted.map(({ month, count }) => `${month} ${count}`),
      wanted.map((item) => `${monthOf(item)} 1`),
    );
    const covers = await json<{ tile: { id: string } }[]>(`/api/timeline/covers?q=${text}`);
    same(
      `covers of “${q}”`,
      covers.map(({ tile }) => tile.id),
      ids,
    );
    const segments = await json<{ count: number }[]>(`/api/timeline/segments?q=${text}`);
    same(`segments of “${q}”`, [segments.reduce((sum, { count }) => sum + count, 0)], [ids.length]);
    for (const kind of ['tags', 'cameras', 'lenses']) {
      const facet = await json<{ value: string }[]>(`/api/${kind}?q=${text}`);
      const marks = wanted.map((item) => `${kind === 'cameras' ? 'Zq ' : ''}${markOf(item)}`);
      same(
        `${kind} of “${q}”`,
        facet.map(({ value }) => value),
        marks,
      );
    }
    if (viewer.role === 'visitor') continue;
    const { clusters } = await json<{ clusters: { count: number }[] }>(`/api/map?zoom=20&q=${text}`);
    same(`map of “${q}”`, [clusters.reduce((sum, { count }) => sum + count, 0)], [ids.length]);
  }
  if (viewer.role === 'owner' || viewer.role === 'family') {
    const shared = await json<{ albums: { holder: string; album: string; count: number }[] }>('/api/albums/shared');
    const existing = albums.filter((one) => hasAlbum(server, one));
    same(
      'albums',
      shared.albums.map(({ holder, album: id, count }) => `${holder}:${id} ${count}`),
      existing.map((one) => `${one} ${itemsOf(one).length}`),
    );
    for (const one of albums) {
      const { status } = await ask(`/api/albums/${one.replace(':', '/')}`);
      if ((status === 200) !== existing.includes(one)) fail(`${one}: ${status}`);
    }
  }
  for (const url of ['/api/places', '/api/albums', '/api/front', '/api/feed.xml', '/api/home', '/api/albums/saved'])
    await ask(url);
  for (const url of [
    '/api/albums/covers',
    '/api/albums/suggested',
    '/api/duplicates',
    '/api/spool',
    '/metrics',
    '/api/peers',
    '/',
  ])
    await ask(url);

  await compareStorage(server, viewer, ask, same);

  const nowhere = 'e'.repeat(64);
  for (const item of items) {
    const id = publicIdOf(item);
    const isSeen = seen.includes(item);
    for (const [before, after] of [
      ['/api/photos/', ''],
      ['/api/photos/', '/exif'],
      ['/api/photos/', '/comments'],
      ['/api/photos/', '/history'],
      ['/media/', '/thumb'],
      ['/media/', '/video'],
      ['/originals/', ''],
      ['/originals/', '/jpeg'],
      ['/photo/', ''],
    ] as const) {
      const answer = await ask(`${before}${id}${after}`);
      if (!isSeen) {
        const none = await ask(`${before}${nowhere}${after}`);
        if (answer.status !== none.status || answer.body.replaceAll(id, nowhere) !== none.body)
          fail(`${before}${markOf(item)}${after} is told from what does not exist: ${answer.body.slice(0, 300)}`);
      }
      if (after !== '' || before !== '/api/photos/') continue;
      if (answer.status !== (isSeen ? 200 : 404)) fail(`${markOf(item)}: ${answer.status}`);
      const { sharedAlbums = [] } = JSON.parse(answer.body) as { sharedAlbums?: { holder: string; album: string }[] };
      same(
        `albums of ${markOf(item)}`,
        sharedAlbums.map(({ holder, album: one }) => `${holder}:${one}`),
        isSeen && !viewer.scope ? albums.filter((one) => hasAlbum(server, one) && inAlbum(server, item, one)) : [],
      );
    }
  }
}

/** Compares the storage that a viewer is told of with that of all items, whoever else has the same bytes. */
async function compareStorage(
  server: Server,
  { person: self, role, behalf }: Viewer,
  ask: (url: string) => Promise<{ status: number; body: string }>,
  same: (what: string, found: readonly unknown[], wanted: readonly unknown[]) => void,
): Promise<void> {
  const held = (holder: string | undefined): Item[] =>
    items.filter((item) => item.holder === holder && server.documents.has(itemId(item)));
  const sum = (some: readonly Item[]): number => some.reduce((all, item) => all + bytesOf(item), 0);
  const isTrashed = (item: Item): boolean => flag(server, itemId(item), 'trashed');
  const own = await ask('/api/me/storage');
  if (self === undefined || behalf) same('status of one’s storage', [own.status < 400], [false]);
  else {
    const trash = held(self).filter((item) => isTrashed(item) && !isLocked(server, item));
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
  const shown = (holder: string): Item[] => held(holder).filter((item) => !isTrashed(item) && !isLocked(server, item));
  const rounded = (some: readonly Item[]): number => Math.ceil(sum(some) / 1e8) * 1e8;
  const found = told.map(({ person, photos, bytes }) => [person, photos, bytes]);
  same(
    'storage of each',
    found,
    people.map((one) => [one, shown(one).length, rounded(shown(one))]),
  );
}

/**
 * Plays a history of so many acts, and asks after every `every` of them. Throws, naming the seed, where a viewer gets what the model does
 * not say.
 */
export async function playRoutes(seed: number, length: number, every: number): Promise<Asked> {
  const dice = openDice(seed);
  const world = openWorld(dice);
  const server = world.servers[seed % world.servers.length]!;
  const viewers = new Map(askers.map(({ name, viewer }) => [name, viewer]));
  const gate = {
    announced: [],
    heardGuest: () => undefined,
    heardPeer: () => undefined,
    state: () => ({ on: true as const }),
  };
  for (const [n] of people.entries())
    viewers.set(`psp_person${n}`, { ...viewers.get(`psp_person${n}`)!, session: `s${n}` });
  const home = await makeHome(({ access }) => ({
    gate,
    access: { ...access, recognise: ({ token }) => viewers.get(token ?? '') },
  }));
  const { library, catalog, clock } = home;
  viewers.set('psp_opened', { ...viewers.get('psp_opened')!, session: await openLocked(home, people[1]!) });
  const feeds = askers.map((asker) => ({
    ...asker,
    feed: openPhotoFeed({ library, catalog, clock, ask: makeAsk(library, catalog) }, asker.viewer),
  }));
  const asked: Asked = { answers: 0, shown: 0, hidden: 0, locked: 0 };
  for (const item of items)
    if (dice.chance(0.8))
      world.create(server, itemId(item), `person:${item.holder === house ? people[0]! : item.holder}`);
  // So that the one whose locked photos are open has some.
  for (const { holder, sha256 } of items)
    if (holder === people[1]) world.end(server, itemId({ holder, sha256 }), '*', `person:${holder}`);
  try {
    for (let n = 1; n <= length; n++) {
      happen(world, dice);
      if (n % every !== 0 && n !== length) continue;
      load(home, server);
      for (const { name, sees, feed } of feeds) {
        const { photos, comments } = await feed.next();
        for (const id of [...(photos?.ids ?? []), ...comments]) {
          const item = items.find((one) => publicIdOf(one) === id)!;
          if (!sees(server, item)) throw new Error(`${name}: the feed tells of ${markOf(item)}`);
        }
      }
      for (const asker of askers) {
        await compare(home, server, asker, asked);
        await compareLocked(home, server, asker, asked);
      }
    }
    return asked;
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  } finally {
    await home.close();
  }
}

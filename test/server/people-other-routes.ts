/**
 * The expected responses of routes that are only open to some viewers, or that return more than lists: browsing, files,
 * archives, WebDAV and storage; according to the naive model (test/access/people-truth.ts). The histories have no
 * files: for those routes, originals count as being on the server.
 */
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import { inAlbum, isLocked, isMember } from '../access/people-truth.js';
import { items, people, type Heard } from '../access/people-world.js';
import type { Dice } from '../simulation/dice.js';
import type { Home } from './home.js';
import {
  albumMark,
  askAs,
  isTrashed,
  itemsIn,
  markOf,
  seenBy,
  timelineFor,
  traces,
  yearOf,
  type Asked,
  type Asker,
  type Asking,
  type Check,
} from './people-asking.js';

const nowhere = 'e'.repeat(64);

interface Other {
  home: Home;
  server: Heard;
  asker: Asker;
  asking: Asking;
  seen: readonly Item[];
  dice: Dice;
}

/** All comparisons for one viewer, in the current state of a server. */
export function otherChecks(
  home: Home,
  server: Heard,
  asker: Asker,
  { asked, dice }: { asked: Asked; dice: Dice },
): Check[] {
  const asking = askAs(home, server, asker, asked);
  const other: Other = { home, server, asker, asking, seen: seenBy(server, asker), dice };
  const isProgram = asker.viewer.token !== undefined;
  return [
    ...lookAround(other),
    ...pictures(other),
    ...(asker.viewer.scope ? [] : originals(other)),
    ...(isProgram ? folders(other) : []),
    ...(asker.viewer.person !== undefined && !isProgram ? storage(other) : []),
  ];
}

/** Lists of values, and the description of a link. */
function lookAround({ server, asker, asking, seen, dice }: Other): Check[] {
  const { ask, json, same } = asking;
  const { viewer, path } = asker;
  const explore =
    (q: string, wanted: readonly Item[]): Check =>
    async () => {
      interface Explored {
        count: number;
        years: { value: string; count: number }[];
        holders: { value: string; count: number }[];
      }
      const found = await json<Explored>(`/api/explore?limit=60&q=${encodeURIComponent(q)}`);
      same(`count of “${q}”`, [found.count], [wanted.length]);
      const text = ({ value, count }: { value: string; count: number }): string => `${value} ${count}`;
      same(
        `years of “${q}”`,
        found.years.map(text),
        wanted.map((item) => `${yearOf(item)} 1`),
      );
      const holders = viewer.role === 'visitor' || viewer.role === 'link' ? [] : [...people, house];
      const held = holders.map((holder) => ({
        value: holder,
        count: wanted.filter((one) => one.holder === holder).length,
      }));
      same(`holders of “${q}”`, found.holders.map(text), held.filter(({ count }) => count > 0).map(text));
    };
  const album = dice.pick(server.albums);
  const timeline = timelineFor(server, asker);
  const mark = albumMark(server, album);
  return [
    explore('', timeline),
    explore(`in:${album}`, itemsIn(server, asker, album, seen)),
    async () => {
      const sent = { method: 'POST', payload: { ids: items.map(publicIdOf) } } as const;
      interface Facets {
        tags: { value: string }[];
        sharedAlbums?: { holder: string; album: string; count: number }[];
      }
      const { tags, sharedAlbums = [] } = await json<Facets>('/api/facets', sent);
      same(
        'tags of all photos',
        tags.map(({ value }) => value),
        seen.map(markOf),
      );
      const albums = viewer.scope ? [] : server.albums.filter((one) => asker.hasAlbum(server, one));
      same(
        'albums of all photos',
        sharedAlbums.map(({ holder, album: one, count }) => `${holder}:${one} ${count}`),
        albums
          .map((one) => ({ one, count: seen.filter((item) => inAlbum(server, item, one)).length }))
          .flatMap(({ one, count }) => (count > 0 ? [`${one} ${count}`] : [])),
      );
    },
    ...[
      ...['/api/timeline/places?by=day', `/api/albums/named?album=${mark}`, '/api/albums/suggested/photos?name=zq'],
      ...['/api/session', '/api/people', '/api/tokens', '/api/tokens?for=me', '/api/folders'],
      ...[
        '/api/me/arrivals',
        '/api/me/upload-to',
        '/api/me/upload-audience',
        '/api/me/passkeys',
        '/api/me/second-factor',
        '/api/locked',
      ],
      ...['/api/me/sessions', '/api/access', '/api/gazetteer?limit=1', '/healthz'],
    ].map((url): Check => async () => {
      await ask(url);
    }),
    async () => {
      // An end in an own photo of theirs is named by the hash of its bytes, which is the id of the house's photo of them.
      const own = items.filter(
        ({ holder }) => holder === viewer.person || (holder === house && viewer.role === 'owner'),
      );
      await ask('/api/ends/lost', { open: own.flatMap((item) => [item.sha256, publicIdOf(item)]) });
    },
    ...(path === undefined
      ? []
      : [
          async () => {
            const { photos } = await json<{ photos: number }>('/api/share');
            same('photos of a link', [photos], [timeline.length]);
          },
        ]),
  ];
}

/** The responses that depend on whether a photo is visible: for a hidden one they contain nothing. */
function pictures({ server, asker: { opened }, asking, seen, dice }: Other): Check[] {
  const { ask, fail } = asking;
  const hidden = items.filter((item) => !seen.includes(item) && opened?.(server, item) !== true);
  if (hidden.length === 0) return [];
  const item = dice.pick(hidden);
  const id = publicIdOf(item);
  const routes = (
    [
      ...['preview', 'hover', 'unedited'].map((rendition) => ['GET', '/media/', `/${rendition}`]),
      ['POST', '/api/photos/', '/original'],
      ['GET', '/api/locked/photos/', '/exif'],
      ['GET', '/locked/originals/', '/jpeg'],
    ] as ['GET' | 'POST', string, string][]
  ).map(([method, before, after]): Check => async () => {
    const answer = await ask(`${before}${id}${after}`, { method });
    const none = await ask(`${before}${nowhere}${after}`, { method });
    if (answer.status !== none.status || answer.body.replaceAll(id, nowhere) !== none.body)
      fail(`${before}${markOf(item)}${after} is told from what does not exist: ${answer.body.slice(0, 300)}`);
  });
  return routes;
}

/** Makes a check find all originals of the histories on its server. */
const withOriginals =
  ({ library: { local } }: Pick<Home, 'library'>, check: Check): Check =>
  async () => {
    const all = [...new Set(items.map(({ sha256 }) => sha256))];
    for (const sha256 of all) {
      const file = { path: `1950/03/${sha256}.bin`, claim: 'c', bytes: 3, modified: 0 };
      local.originals.put({ sha256, ...file, state: 'here' });
    }
    try {
      await check();
    } finally {
      for (const sha256 of all) local.originals.remove(sha256);
    }
  };

/** Archives, and the safety of originals. */
function originals({ home, server, asker, asking, seen }: Other): Check[] {
  const { ask, json, same, fail } = asking;
  const { viewer, looker } = asker;
  const isVisitor = viewer.role === 'visitor';
  const maySend = !isVisitor && (viewer.role !== 'program' || viewer.canEdit);
  const download: Check = async () => {
    const sent = { method: 'POST', payload: { ids: items.map(publicIdOf) } } as const;
    const { status, body } = await ask('/api/downloads', sent);
    if (status !== (isVisitor ? 403 : seen.length === 0 ? 404 : 201)) fail(`a download: ${status} ${body}`);
    if (status !== 201) return;
    same('photos in a download', [(JSON.parse(body) as { photos: number }).photos], [seen.length]);
  };
  const safe: Check = async () => {
    const hashes = [...new Set(items.map(({ sha256 }) => sha256))];
    const sent = { method: 'POST', payload: { sha256: hashes } } as const;
    if (!maySend) return same('status of safe originals', [(await ask('/api/uploads/safe', sent)).status], [403]);
    const { states } = await json<{ states: (string | null)[] }>('/api/uploads/safe', sent);
    const asked = seen.filter(({ holder }) => holder === house || holder === viewer.person);
    const wanted = hashes.map((sha256) => {
      const found = asked.filter((item) => item.sha256 === sha256).map((item) => isTrashed(server, item));
      return found.length === 0 ? null : found.includes(false) ? 'safe' : 'trashed';
    });
    const pairs = (list: readonly (string | null)[]): string[] => hashes.map((hash, n) => `${hash} ${list[n] ?? ''}`);
    same('safe originals', pairs(states), pairs(wanted));
  };
  const exported: Check = async () => {
    // An owner who is removed by documents still has it, as long as they sign in here.
    const open = items.filter(({ holder }) => holder === viewer.person).flatMap(traces);
    const { status, body } = await ask('/api/me/export', { open });
    if (status !== 200) fail(`an export: ${status} ${body}`);
    compareExport(asking, body, heldBy(server, viewer.person!, asker));
  };
  const ofRemoved = people.slice(1).map((person): Check => async () => {
    const isRemoved = server.documents.has(`person:${person}`) && !isMember(server, person);
    const open = items.filter(({ holder }) => holder === person).flatMap(traces);
    const { status, body } = await ask(`/api/people/${person}/export`, { open });
    if (status !== (looker?.actsForHouse ? (isRemoved ? 200 : 404) : 403))
      fail(`an export of another: ${status} ${body}`);
    if (status === 200) compareExport(asking, body, heldBy(server, person));
  });
  return [
    withOriginals(home, download),
    withOriginals(home, safe),
    ...(looker ? [exported] : []),
    ...(viewer.role === 'family' || viewer.role === 'owner' ? ofRemoved : []),
  ];
}

/** The items that a viewer holds; without locked ones, except for `opened`. */
const heldBy = (server: Heard, person: string, { opened }: Partial<Asker> = {}): Item[] =>
  items.filter(
    (item) =>
      item.holder === person &&
      server.documents.has(itemId(item)) &&
      (!isLocked(server, item) || opened?.(server, item) === true),
  );

/** Compares an archive of a library whose originals are missing, so that its list of files names all of them. */
function compareExport({ same }: Asking, archive: string, wanted: readonly Item[]): void {
  const named = items.filter((item) => archive.includes(`${markOf(item)}.jpg`));
  same('an export', [archive.includes('library.json'), ...named.map(markOf)], [true, ...wanted.map(markOf)]);
}

/** The folders of WebDAV. */
function folders({ home, server, asker, asking }: Other): Check[] {
  const { ask, same } = asking;
  const timeline = timelineFor(server, asker);
  // The tag of a file is the hash of its bytes, which is the id of the house's photo of them.
  const open = timeline.map(({ sha256 }) => sha256);
  async function list(url: string): Promise<string[]> {
    const { body } = await ask(url, { method: 'PROPFIND', headers: { depth: '1' }, open });
    return [...body.matchAll(/<D:href>([^<]*)<\/D:href>/g)].slice(1).map(([, href]) => href!);
  }
  const walk: Check = async () => {
    const years = await list('/dav/photos/');
    same(
      'years of WebDAV',
      years,
      timeline.map((item) => `/dav/photos/${yearOf(item)}/`),
    );
    for (const item of items) {
      const month = `/dav/photos/${yearOf(item)}/03/`;
      const file = `${month}${markOf(item)}.jpg`;
      same(`a month of WebDAV`, await list(month), timeline.includes(item) ? [file] : []);
      await ask(file);
    }
  };
  return [withOriginals(home, walk)];
}

/** The use of space by the viewer's photos, and for owners by those of the house. */
function storage({ server, asker, asking, seen }: Other): Check[] {
  const { json, same } = asking;
  const { person, role } = asker.viewer;
  const isTold = ({ holder }: Item): boolean => holder === person || (holder === house && role === 'owner');
  const isShown = (item: Item): boolean =>
    server.documents.has(itemId(item)) && !isTrashed(server, item) && !isLocked(server, item);
  return [
    async () => {
      const { photos } = await json<{ photos: number }>('/api/storage/use');
      same('photos in storage', [photos], [items.filter((item) => isTold(item) && isShown(item)).length]);
    },
    async () => {
      const { files } = await json<{ files: { id: string }[] }>('/api/storage/largest');
      const wanted = items.filter((item) => isTold(item) && isShown(item) && seen.includes(item));
      same(
        'largest files',
        files.map(({ id }) => id),
        wanted.map(publicIdOf),
      );
    },
  ];
}

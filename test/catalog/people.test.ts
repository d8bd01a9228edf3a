/** Items of persons in the catalog: every viewer is answered as if each item had been looked at by itself, whatever happened before. */
import { describe, expect, it } from 'vitest';
import { openItemAccess, readItem, type ItemAccess, type Onlooker } from '../../src/access/item-access.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { openCatalog, owner, type Viewer } from '../../src/catalog/catalog.js';
import type { StorageUsed } from '../../src/catalog/storage-used.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { readGrants, type GrantSet } from '../../src/document/grants.js';
import { house, itemId, membersId, peopleId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { Audience, Body, PhotoDocument } from '../../src/document/photo-document.js';
import { viewPhoto, type PhotoView } from '../../src/document/photo-view.js';
import { happen, offersAt } from '../access/people-history.js';
import { albums, items, openWorld, people, type Server } from '../access/people-world.js';
import { openDice, type Dice } from '../simulation/dice.js';
import { byTime, compareAnswers, contentsOf } from './naive.js';
import { lookLength } from '../../src/document/perceptual-hash.js';
import { dump, everybodyThere, photoOf, visitor, walk, type Told } from './photos.js';

const sets = new WeakMap<Body, GrantSet>();

/** The decision at a server; a control document is parsed once until it changes, as a library does it. */
const openAccess = (server: Server): ItemAccess =>
  openItemAccess({
    find(id) {
      const body = server.documents.get(id);
      if (body && !sets.has(body)) sets.set(body, readGrants(body));
      return body && sets.get(body);
    },
    isThere: (person) => people.includes(person),
    hasAlbum: (album) => server.documents.get(`own-album:${album}`)?.['removed'] === undefined,
    ...offersAt(server),
  });

const onlookers: (Onlooker | undefined)[] = [
  ...people.map((person, n) => ({ kind: 'person' as const, person, actsForHouse: n === 0 })),
  { kind: 'person', person: people[1]!, actsForHouse: false, unlocked: true },
  { kind: 'house' },
  { kind: 'visitor' },
  { kind: 'link', of: house },
  { kind: 'link', of: people[2]! },
  undefined,
];

/** An item as it is shown, and what it says about who may see it. */
interface Known {
  view: PhotoView;
  item: Item;
  archived: boolean;
  /** The albums that it is in. */
  isIn: string[];
}

/** Whether an album exists for an onlooker, told by its members. */
function hasAlbum(access: ItemAccess, onlooker: Onlooker | undefined, album: string): boolean {
  const holder = album.split(':')[0]!;
  if (onlooker?.kind === 'house') return holder === house;
  if (onlooker?.kind !== 'person') return false;
  const { person, actsForHouse } = onlooker;
  if (!access.isMember(person)) return actsForHouse && holder === house;
  return holder === house && actsForHouse ? true : holder === person || access.albumRight(album, person) !== undefined;
}

/** Searches, and what they mean. */
const searches: [string, (known: Known) => boolean][] = [
  ['', ({ view, archived }) => !view.trashed && !archived],
  ['tag:x', ({ view }) => !view.trashed && view.tags.includes('x')],
  ['-tag:x', ({ view }) => !view.trashed && !view.tags.includes('x')],
  ['is:archived', ({ view, archived }) => !view.trashed && archived],
  ['-is:archived', ({ view, archived }) => !view.trashed && !archived],
  ['holder:house', ({ view, item, archived }) => !view.trashed && !archived && item.holder === house],
  ['-holder:house tag:x', ({ view, item }) => !view.trashed && item.holder !== house && view.tags.includes('x')],
  [`holder:${people[1]!}`, ({ view, item, archived }) => !view.trashed && !archived && item.holder === people[1]],
  ['is:trashed', ({ view }) => view.trashed],
  ['is:trashed|geotagged', ({ view }) => view.trashed || view.gps !== undefined],
  ['audience:private', ({ view }) => !view.trashed && view.audience === 'private'],
  ['album:trip', ({ view }) => !view.trashed && view.albums.includes('trip')],
  ['-album:trip', ({ view }) => !view.trashed && !view.albums.includes('trip')],
  ['is:favourite', ({ view }) => !view.trashed && view.favourite],
  ['-is:favourite', ({ view }) => !view.trashed && !view.favourite],
  ['is:favourite|geotagged', ({ view }) => !view.trashed && (view.favourite || view.gps !== undefined)],
  ['is:selfie', ({ view }) => !view.trashed && view.lens === 'Pixel 7 front camera'],
  ['-is:selfie|archived', ({ view, archived }) => !view.trashed && !archived && view.lens !== 'Pixel 7 front camera'],
  ['place:rome taken:2024', ({ view }) => !view.trashed && view.place !== undefined],
];

/** What the history leaves alike is made different, so that there is something to count. */
function dressed(body: Body, n: number): Body {
  const document = body as unknown as PhotoDocument;
  const facts = {
    ...document.facts,
    bytes: 1000 + n,
    taken: `2024-0${1 + (n % 3)}-01T12:00:00.000`,
    tags: n % 2 === 0 ? ['x'] : ['y'],
    ...(n % 3 === 0 && { gps: { lat: n, lon: 20 } }),
    ...(n % 4 === 1 && { place: { city: 'Rome' } }),
    ...(n % 3 === 1 && { lens: 'Pixel 7 front camera' }),
    ...(n % 3 === 2 && { type: 'video/mp4' }),
  };
  const [at, by] = ['000001700000000-0000-test', 'owner'];
  const member = { present: true, at, by };
  const favourites = Object.fromEntries(
    people.filter((_, k) => (n + k) % 3 === 0).map((id) => [`person:${id}`, member]),
  );
  const favourite = [{ value: n % 5 < 2, at, by }];
  return { ...document, facts, edits: { ...document.edits, favourite, favourites, albums: { trip: member } } };
}

/** The catalog of a server in a history, and what should be in it. */
function follow(server: Server, accessNow: () => ItemAccess) {
  const db = openSqlite(':memory:');
  const catalog = openCatalog(db, { access: accessNow });
  const gone = new Set<string>();
  let bodies: [string, Item, Body][] = [];
  return {
    ...{ db, catalog },
    /** Takes in what happened since; some items are purged, and may come back. */
    takeIn(dice: Dice): void {
      const id = itemId(dice.pick(items));
      if (dice.chance(0.4)) gone.add(id);
      else gone.clear();
      bodies = items.flatMap((item, n) => {
        const id = itemId(item);
        const body = server.documents.get(id);
        return body && !gone.has(id) ? [[id, item, dressed(body, n)]] : [];
      });
      db.transaction(() => {
        for (const purged of gone) catalog.index(purged, undefined, 1);
        for (const [id, , body] of dice.shuffle(bodies)) catalog.index(id, body, 1);
      });
    },
    rebuild(): void {
      catalog.clear();
      db.transaction(() => {
        for (const [id, , body] of bodies) catalog.index(id, body, 1);
      });
      catalog.finish();
    },
    /** The storage used by each holder, each item in full. */
    storage(): StorageUsed[] {
      const used = new Map<string, StorageUsed>();
      for (const [, item, body] of bodies) {
        const claims = readItem(item, body)!;
        const none = { photos: 0, bytes: 0 };
        const of = used.get(item.holder) ?? { holder: item.holder, shown: none, trashed: none, locked: none };
        const kind = claims.locked ? 'locked' : claims.trashed ? 'trashed' : 'shown';
        const { photos, bytes } = of[kind];
        const size = (body as unknown as PhotoDocument).facts.bytes;
        used.set(item.holder, { ...of, [kind]: { photos: photos + 1, bytes: bytes + size } });
      }
      return [...used.values()].sort((a, b) => (a.holder < b.holder ? -1 : 1));
    },
    /** All items that somebody may see, each looked at by itself. */
    visible(onlooker: Onlooker | undefined): Known[] {
      return bodies.flatMap(([, item, body]) => {
        const claims = readItem(item, body);
        if (!claims || !onlooker || !accessNow().maySee(onlooker, claims)) return [];
        const self = isFavouredBy(onlooker, item) ? undefined : selfOf(onlooker);
        const view = viewPhoto(publicIdOf(item), body as unknown as PhotoDocument, { here: false }, self);
        const isIn = claims.entries.filter((entry) => accessNow().isInAlbum(item, entry)).map(({ album }) => album);
        return [{ view: asSeen(view, item, onlooker), item, archived: claims.archived, isIn }];
      });
    },
  };
}

/** The author under whom somebody marks favourites of their own. */
const selfOf = (onlooker: Onlooker | undefined): string | undefined =>
  onlooker?.kind === 'person' ? `person:${onlooker.person}` : undefined;

/** Whether the favourites of an item’s holder are an onlooker’s: who acts for the holder, and who has no account. */
const isFavouredBy = (onlooker: Onlooker | undefined, { holder }: Item): boolean =>
  onlooker?.kind !== 'person' || holder === onlooker.person || (holder === house && onlooker.actsForHouse);

const holders = [house, ...people];
const viewerOf = (onlooker: Onlooker | undefined): Viewer => {
  const self = selfOf(onlooker);
  const actsFor = holders.filter((holder) => isFavouredBy(onlooker, { holder, sha256: '' }));
  return { onlooker, ...(self !== undefined && { self, actsFor }) };
};

/** The names of albums in a person’s items are for that person only. */
const asSeen = (view: PhotoView, { holder }: Item, onlooker: Onlooker): PhotoView =>
  holder === house || (onlooker.kind === 'person' && onlooker.person === holder) ? view : { ...view, albums: [] };

/** Of those with the same bytes the viewer’s own, otherwise the house’s, otherwise the first. */
function oneOfEach(found: readonly Known[], onlooker: Onlooker | undefined): Known[] {
  const own = onlooker?.kind === 'person' ? onlooker.person : '';
  const rank = ({ item: { holder } }: Known): number =>
    [own, house].indexOf(holder) + (holder === own || holder === house ? 0 : 9);
  return found.filter((one) =>
    found.every(
      (other) =>
        other === one ||
        other.item.sha256 !== one.item.sha256 ||
        rank(one) < rank(other) ||
        (rank(one) === rank(other) && one.view.id < other.view.id),
    ),
  );
}

const seen = { shown: 0, hidden: 0, twins: 0, archived: 0, albums: 0 };

function compare(
  { catalog, visible, storage, db }: ReturnType<typeof follow>,
  accessNow: () => ItemAccess,
  dice: Dice,
): void {
  const unloaded = openCatalog(db, { access: accessNow });
  // Reads chunks from any time before; a question loads what it needs, and not the rest.
  const started = openCatalog(db, { access: accessNow, chunkRows: 2 });
  const asked = dice.shuffle(onlookers).slice(0, 5);
  expect(catalog.storage()).toEqual(storage());
  for (const onlooker of asked) {
    const catalogs = onlooker === asked[0] ? [catalog, started] : [catalog];
    const viewer = viewerOf(onlooker);
    const all = visible(onlooker);
    const favoured = all.filter(({ view, item }) => view.favourite && isFavouredBy(onlooker, item));
    const favourites = new Set(favoured.map(({ view }) => view.id));
    const [inTimeline] = searches[0]!.slice(1) as [(known: Known) => boolean];
    const album = dice.pick(albums);
    const isThere = hasAlbum(accessNow(), onlooker, album);
    const isIn = ({ view, isIn }: Known): boolean => !view.trashed && isThere && isIn.includes(album);
    const inAlbum: (typeof searches)[number] = [`in:${album}`, isIn];
    const others: (typeof searches)[number] = [`-in:${album}`, (known) => !known.view.trashed && !isIn(known)];
    const counted = oneOfEach(all.filter(isIn), onlooker)
      .map(({ view }) => view)
      .sort(byTime);
    const cover = all.length === 0 ? '0' : dice.pick(all).view.id;
    const shown = counted.some(({ id }) => id === cover) ? cover : counted[0]?.id;
    for (const one of catalogs) {
      const [told] = one.albums([{ album, cover }], viewer);
      expect([told?.album, told?.count, told?.tile?.id]).toEqual([album, counted.length, shown]);
      expect({ videos: told?.videos, newest: told?.newest }).toEqual(contentsOf(counted));
    }
    seen.albums += counted.length;
    const timeline = oneOfEach(all.filter(inTimeline), onlooker).map(({ view }) => view);
    const ids = timeline.sort(byTime).map(({ id }) => id);
    expect(walk(unloaded, '', 2, { viewer }), `before loading, for ${JSON.stringify(onlooker)}`).toEqual(ids);
    for (const item of dice.shuffle(items).slice(0, 3)) {
      const id = publicIdOf(item);
      const isSeen = all.some(({ view }) => view.id === id && !view.trashed);
      for (const one of catalogs) {
        expect(one.tile(id, parseQuery(''), viewer) !== undefined, id).toBe(isSeen);
        expect(one.page(parseQuery(''), { viewer: { ...viewer, scope: { photo: id } } }).ids).toEqual(
          isSeen ? [id] : [],
        );
      }
    }
    for (const [text, test] of [searches[0]!, dice.pick([dice.pick(searches.slice(1)), inAlbum, others])]) {
      const fitting = all.filter(test);
      const found = oneOfEach(fitting, onlooker);
      seen.twins += fitting.length - found.length;
      for (const one of catalogs)
        compareAnswers(one, text, viewer, found.map(({ view }) => view).sort(byTime), favourites);
    }
    seen.shown += all.length;
    seen.hidden += items.length - all.length;
    seen.archived += all.filter(({ archived }) => archived).length;
  }
}

describe('answers equal those of checking each item for each viewer', () => {
  it.each([0, 6, 12])('after histories with the seeds from %i on', (first) => {
    for (let seed = first; seed < first + 6; seed++) {
      const dice = openDice(seed);
      const world = openWorld(dice);
      const server = dice.pick(world.servers);
      let access = openAccess(server);
      const followed = follow(server, () => access);
      for (const item of items) {
        const by = `person:${item.holder === house ? people[0]! : item.holder}`;
        world.create(server, itemId(item), by);
        if (dice.chance(0.5))
          world.edit(server, itemId(item), 'audience', dice.pick<Audience>(['family', 'public']), by);
        if (dice.chance(0.2)) world.edit(server, itemId(item), 'archived', true, by);
      }
      followed.takeIn(dice);
      try {
        for (let n = 1; n <= 240; n++) {
          happen(world, dice);
          if (n % 30 !== 0) continue;
          // What stands in control documents alone is in the next answer although no row changes.
          access = openAccess(server);
          if (n % 60 === 0) followed.takeIn(dice);
          compare(followed, () => access, dice);
        }
        const grown = dump(followed.db);
        followed.rebuild();
        expect(dump(followed.db)).toEqual(grown);
        compare(followed, () => access, dice);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
      followed.db.close();
    }
    // There was something to see, to hide, to choose among, and to leave out.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
  });
});

const [anna, ben] = people as [string, string];
const as = (person: string): Viewer => ({ onlooker: { kind: 'person', person, actsForHouse: false } });
const [annaSees, benSees] = [as(anna), as(ben)];
const everything = parseQuery('');
const item = (holder: string, digit: string): Item => ({ holder, sha256: digit.repeat(64) });

/** A catalog in which whoever is asked about belongs to the family, and nobody shares but by audience. */
function openFamily() {
  const db = openSqlite(':memory:');
  const bodies = new Map<string, Body>();
  const catalog = openCatalog(db, { access: () => everybodyThere, bodyOf: (id) => bodies.get(id) });
  return {
    ...{ db, catalog, bodies },
    put(one: Item, told: Told | Body): string {
      const body = 'kind' in told ? told : photoOf(told as Told);
      bodies.set(itemId(one), body);
      db.transaction(() => catalog.index(itemId(one), body, 1));
      return publicIdOf(one);
    },
    ids: (viewer: Viewer, text = ''): string[] => walk(catalog, text, 10, { viewer }),
  };
}

describe('whose photos they are', () => {
  it('is searched by holder, and told with who else sees them to those who may know', () => {
    const { catalog, put, ids } = openFamily();
    const [hers, his, ours] = [
      put(item(anna, 'a'), { edits: { audience: 'family' } }),
      put(item(ben, 'b'), { edits: { audience: 'public' } }),
      put(item(house, 'c'), { edits: { audience: 'family' } }),
    ] as const;
    const archived = put(item(anna, 'd'), { edits: { archived: true } });
    const sorted = (found: string[]): string[] => [...found].sort();
    expect(sorted(ids(annaSees))).toEqual(sorted([hers, his, ours]));
    expect(ids(annaSees, 'holder:me')).toEqual([hers]);
    expect(sorted(ids(annaSees, 'holder:me -tag:x'))).toEqual(sorted([hers, archived]));
    expect(ids(benSees, 'holder:me')).toEqual([his]);
    expect([ids(annaSees, 'holder:house'), ids(annaSees, `holder:${ben}`)]).toEqual([[ours], [his]]);
    expect(sorted(ids(annaSees, '-holder:me'))).toEqual(sorted([his, ours]));
    expect(ids({ onlooker: { kind: 'house' } }, 'holder:me')).toEqual([ours]);
    expect(ids(visitor, 'holder:me')).toEqual([]);
    const explored = (viewer: Viewer, text = '') => {
      const { count, holders } = catalog.explore(parseQuery(text), 12, viewer);
      return [count, ...holders.map(({ value, count, tile }) => [value, count, tile.id])];
    };
    expect(explored(annaSees)).toEqual([3, [anna, 1, hers], [ben, 1, his], [house, 1, ours]]);
    expect(explored(annaSees, 'holder:me')).toEqual([1, [anna, 1, hers]]);
    expect(explored(visitor)).toEqual([0]);
    expect(catalog.explore(everything, 1, annaSees).holders).toHaveLength(1);

    const told = (viewer: Viewer) =>
      Object.fromEntries(
        catalog.tiles(everything, { viewer }).tiles.map(({ id, holder, audience }) => [id, [holder, audience]]),
      );
    expect(told({ ...annaSees, holders: true, shares: [anna] })).toEqual({
      [hers]: [anna, 'family'],
      [his]: [ben, undefined],
      [ours]: [undefined, undefined],
    });
    expect(told({ ...annaSees, shares: [house] })[ours]).toEqual([undefined, 'family']);
    expect(Object.values(told(annaSees)).flat().filter(Boolean)).toEqual([]);
  });
});

describe('the folder that photos came from', () => {
  it('is found, counted and told only to who acts for their holder', () => {
    const { catalog, put, ids } = openFamily();
    const from = (folder: string): Body => {
      const body = photoOf({ edits: { audience: 'family' } }) as Body & PhotoDocument;
      const [key, sighting] = Object.entries(body.sightings)[0]!;
      return { ...body, sightings: { [key]: { ...sighting, folder } } };
    };
    const [hers, his, ours, other] = [
      put(item(anna, 'a'), from('Anna/Surprise party')),
      put(item(ben, 'b'), from('Surprise party')),
      put(item(house, 'c'), from('2024/Iceland')),
      put(item(house, 'd'), from('2024/Iceland/South')),
    ];
    const sorted = (found: string[]): string[] => [...found].sort();
    const adaSees: Viewer = { onlooker: { kind: 'person', person: people[2]!, actsForHouse: true } };
    const tokenSees: Viewer = { onlooker: { kind: 'house' } };
    const linkSees: Viewer = { onlooker: { kind: 'link', of: house }, scope: { search: 'taken:2000..2030' } };
    const folders = (viewer: Viewer): [string, number][] =>
      catalog.explore(everything, 12, viewer).folders.map(({ value, count }) => [value, count]);
    expect(ids(annaSees, 'folder:surprise')).toEqual([hers]);
    expect(ids(benSees, 'folder:surprise')).toEqual([his]);
    expect(sorted(ids(adaSees, 'folder:iceland'))).toEqual(sorted([ours, other]));
    expect(ids(adaSees, 'folder:="2024/Iceland"')).toEqual([ours]);
    expect(ids(adaSees, 'folder:"2024 iceland south"')).toEqual([other]);
    expect(ids(adaSees, 'folder:surprise')).toEqual([]);
    expect([ids(annaSees, 'folder:iceland'), ids(visitor, 'folder:iceland'), ids(linkSees, 'folder:iceland')]).toEqual([
      [],
      [],
      [],
    ]);
    // What is left out does not tell it either.
    expect(sorted(ids(annaSees, '-folder:iceland'))).toEqual(sorted([hers, his, ours, other]));
    expect(sorted(ids(annaSees, '-folder:surprise'))).toEqual(sorted([his, ours, other]));
    expect(folders(annaSees)).toEqual([['Anna/Surprise party', 1]]);
    for (const viewer of [adaSees, tokenSees])
      expect(folders(viewer)).toEqual([
        ['2024/Iceland', 1],
        ['2024/Iceland/South', 1],
      ]);
    expect([folders(visitor), folders(linkSees)]).toEqual([[], []]);
  });
});

describe('an ended membership', () => {
  it('takes effect in the next answer, without writing rows', async () => {
    const world = openWorld(openDice(1));
    const server = world.servers[0]!;
    let access = openAccess(server);
    const db = openSqlite(':memory:');
    const catalog = openCatalog(db, { access: () => access });
    const [album, shared, added] = [albums[0]!, items[0]!, items.find(({ holder }) => holder === ben)!];
    world.create(server, itemId(shared), `person:${anna}`);
    world.create(server, itemId(added), `person:${ben}`);
    world.give(server, membersId(album), `person:${ben}`, 'add', `person:${anna}`);
    for (const one of [shared, added]) world.give(server, itemId(one), album, 'entry', `person:${one.holder}`);
    access = openAccess(server);
    db.transaction(() => {
      for (const one of [shared, added]) catalog.index(itemId(one), server.documents.get(itemId(one)), 1);
    });
    const seen = (): number[] => [annaSees, benSees].map((viewer) => catalog.count(everything, viewer));
    await catalog.load();
    expect(seen()).toEqual([2, 2]);
    // One photo is taken out of the album by itself.
    world.end(server, membersId(album), `item:${publicIdOf(added)}`, `person:${anna}`);
    access = openAccess(server);
    expect(seen()).toEqual([1, 2]);
    world.end(server, membersId(album), `person:${ben}`, `person:${anna}`);
    access = openAccess(server);
    expect(seen()).toEqual([1, 1]);
    expect(catalog.page(everything, { viewer: benSees }).ids).toEqual([publicIdOf(added)]);
  });
});

describe('an album with unchanged members', () => {
  /** Ben added a photo to Anna’s album, and she has looked at it. */
  async function openAlbum() {
    const world = openWorld(openDice(1));
    const server = world.servers[0]!;
    let access = openAccess(server);
    const catalog = openCatalog(openSqlite(':memory:'), { access: () => access });
    const [album, added] = [albums[0]!, items.find(({ holder }) => holder === ben)!];
    world.create(server, itemId(added), `person:${ben}`);
    world.give(server, membersId(album), `person:${ben}`, 'add', `person:${anna}`);
    world.give(server, itemId(added), album, 'entry', `person:${ben}`);
    access = openAccess(server);
    catalog.index(itemId(added), server.documents.get(itemId(added)), 1);
    await catalog.load();
    const seen = (): number => {
      access = openAccess(server);
      return catalog.count(everything, annaSees);
    };
    expect(seen()).toBe(1);
    return { ...{ world, server, album, seen } };
  }

  it('shows nothing once it is removed', async () => {
    const { world, server, album, seen } = await openAlbum();
    world.removeAlbum(server, album, `person:${anna}`);
    expect(seen()).toBe(0);
  });

  it('does not show entries of a removed member again after their return', async () => {
    const { world, server, seen } = await openAlbum();
    world.end(server, peopleId, `person:${ben}`, `person:${anna}`);
    world.give(server, peopleId, `person:${ben}`, 'member', `person:${anna}`);
    expect(seen()).toBe(0);
  });
});

describe('of items with the same bytes', () => {
  it('one is shown: the viewer’s own, otherwise the house’s, otherwise the first; each is found by its own id', async () => {
    const { catalog, put, ids } = openFamily();
    const family = { audience: 'family' };
    const [hers, his] = [put(item(anna, 'a'), { edits: family }), put(item(ben, 'a'), { edits: family })];
    const other = put(item(ben, 'b'), { edits: family, facts: { tags: ['b'] } });
    for (const loaded of [false, true]) {
      if (loaded) await catalog.load();
      expect(ids(annaSees)).toEqual(expect.arrayContaining([hers, other]));
      expect(ids(annaSees)).toHaveLength(2);
      expect(ids(benSees)).toEqual(expect.arrayContaining([his, other]));
      expect(ids(as(people[2]!)).filter((id) => id !== other)).toEqual([[hers, his].sort()[0]]);
    }
    const houses = put(item(house, 'a'), { edits: { ...family, title: 'of the house' } });
    expect(houses).toBe('a'.repeat(64));
    expect(ids(as(people[2]!))).toEqual(expect.arrayContaining([houses, other]));
    expect(ids(annaSees)).not.toContain(houses);
    // What her own does not fit, another one may.
    expect(ids(annaSees, '"of the house"')).toEqual([houses]);
    for (const id of [hers, his, houses]) {
      expect(catalog.tile(id, everything, annaSees)?.id).toBe(id);
      expect(ids({ ...annaSees, scope: { photo: id } })).toEqual([id]);
    }
    put(item(anna, 'a'), { edits: { audience: 'private', trashed: true } });
    expect(ids(annaSees)).toEqual(expect.arrayContaining([houses, other]));
    expect(catalog.tile(hers, everything, benSees)).toBeUndefined();
    expect(ids(owner)).toEqual([houses]);
    expect(ids(visitor)).toEqual([]);
    expect(ids({ onlooker: { kind: 'link', of: house }, scope: { search: '' } })).toEqual([houses]);
  });
});

it('a photo in the slot of a removed one shares nothing with it', async () => {
  const { db, catalog, put, ids } = openFamily();
  put(item(anna, 'a'), { edits: { audience: 'family' } });
  const his = put(item(ben, 'a'), { edits: { audience: 'family' } });
  await catalog.load();
  expect(ids(benSees)).toEqual([his]);
  db.transaction(() => catalog.index(itemId(item(anna, 'a')), undefined, 1));
  const other = put(item(anna, 'b'), { edits: { audience: 'family' } });
  expect(ids(benSees).sort()).toEqual([his, other].sort());
});

it('archived photos are not in the timeline, but in searches', async () => {
  const { catalog, put, ids } = openFamily();
  const there = put(item(anna, '1'), {});
  const archived = put(item(anna, '2'), { edits: { archived: true }, facts: { tags: ['x'] }, albums: ['Trip'] });
  for (const loaded of [false, true]) {
    if (loaded) await catalog.load();
    expect(ids(annaSees)).toEqual([there]);
    for (const text of ['is:archived', 'tag:x', 'album:trip', '-is:trashed tag:x'])
      expect(ids(annaSees, text)).toEqual([archived]);
    expect(ids(annaSees, '-is:archived')).toEqual([there]);
    expect(catalog.tile(archived, everything, annaSees)?.id).toBe(archived);
  }
  put(item(anna, '2'), {});
  expect(ids(annaSees)).toHaveLength(2);
});

describe('companions', () => {
  const pair = '4D9C5D1C-2D9A-4A61-9A0B-0C4C8F0A1B2C';
  const picture = (audience?: string): Told => ({
    name: 'A.HEIC',
    facts: { pair },
    edits: audience === undefined ? {} : { audience },
  });
  const film = (audience?: string): Told => ({
    ...{ name: 'A.MOV', facts: { pair, type: 'video/quicktime' } },
    edits: audience === undefined ? {} : { audience },
  });

  it('have one holder, and a clip plays for viewers who may see it', () => {
    const { catalog, put, ids } = openFamily();
    const hers = put(item(anna, '1'), picture('family'));
    const clip = put(item(anna, '2'), film());
    const his = put(item(ben, '3'), picture('family'));
    const plays = (id: string, viewer: Viewer): boolean => catalog.tile(id, everything, viewer)?.motion === true;
    expect(ids(annaSees)).toHaveLength(2);
    // Nobody decided about the clip, so it follows its photo.
    expect([plays(hers, annaSees), plays(hers, benSees), plays(his, benSees)]).toEqual([true, true, false]);
    expect(catalog.clipFor(hers, benSees)).toBe(clip);
    put(item(anna, '2'), film('private'));
    expect([plays(hers, annaSees), plays(hers, benSees)]).toEqual([true, false]);
    expect(catalog.clipFor(hers, benSees)).toBeUndefined();
    expect(catalog.clipFor(hers, annaSees)).toBe(clip);
    put(item(ben, '4'), film('family'));
    expect(ids(annaSees)).toHaveLength(2);
    expect([plays(hers, benSees), plays(his, annaSees)]).toEqual([false, true]);
  });

  it('a guest’s clip neither plays nor hides before its holder accepts it', () => {
    const { catalog, put, ids } = openFamily();
    const hers = put(item(anna, '1'), picture('family'));
    const brought = photoOf(film()) as unknown as PhotoDocument;
    for (const sighting of Object.values(brought.sightings)) sighting.by = 'link:1';
    const clip = put(item(anna, '2'), brought as unknown as Body);
    expect(catalog.tile(hers, everything, annaSees)).not.toHaveProperty('motion');
    // It waits beside her timeline.
    expect([ids(annaSees), ids(annaSees, 'is:guest')]).toEqual([[hers], [clip]]);
    expect([ids(benSees), ids(benSees, 'is:guest')]).toEqual([[hers], []]);
  });

  it('a RAW is reported to viewers who may see it', () => {
    const { catalog, put, ids } = openFamily();
    const shot = (type: string, name: string, audience: string): Told => ({
      ...{ name, edits: { audience } },
      facts: { type, taken: '2024-07-01T12:00:00.000', camera: { model: 'X' } },
    });
    const jpeg = put(item(anna, '1'), shot('image/jpeg', 'D1.JPG', 'family'));
    put(item(anna, '2'), shot('image/x-nikon-nef', 'D1.NEF', 'private'));
    const his = put(item(ben, '3'), shot('image/x-nikon-nef', 'D1.NEF', 'family'));
    const raw = (viewer: Viewer): boolean => catalog.tile(jpeg, everything, viewer)?.raw === true;
    expect([raw(annaSees), raw(benSees)]).toEqual([true, false]);
    expect(ids(annaSees).sort()).toEqual([jpeg, his].sort());
    put(item(anna, '2'), shot('image/x-nikon-nef', 'D1.NEF', 'family'));
    expect(raw(benSees)).toBe(true);
  });

  it('suggested albums and duplicates have one holder', async () => {
    const { catalog, put } = openFamily();
    const thumb = { sha256: 'd'.repeat(64), type: 'image/webp', width: 1, height: 1, bytes: 1 };
    const inFolder = (n: number): Body => {
      const body = photoOf({ thumb, facts: { taken: `2024-07-01T12:00:0${n}.000` } }) as unknown as PhotoDocument;
      for (const sighting of Object.values(body.sightings)) sighting.folder = 'Rome';
      return body as unknown as Body;
    };
    const ids = [item(anna, '1'), item(anna, '2'), item(ben, '3'), item(house, '4'), item(house, '5')].map((one, n) =>
      put(one, inFolder(n)),
    );
    const look = Uint8Array.from({ length: lookLength }, (_, n) => (n * 37) % 256);
    catalog.looks.put(ids.map((id) => ({ id, version: 'd'.repeat(8), look })));
    const alike = async (holder?: string): Promise<string[]> =>
      (await catalog.duplicates(holder)).flatMap(({ ids }) => ids).sort();
    expect(await alike()).toEqual(ids.slice(3).sort());
    expect(await alike(anna)).toEqual(ids.slice(0, 2).sort());
    expect(await alike(ben)).toEqual([]);
    const suggested = (holder?: string): string[][] =>
      catalog.suggestions(1, 10, holder).map(({ name }) => catalog.suggestedPhotos(name, holder).sort());
    expect([suggested(), suggested(anna), suggested(ben)]).toEqual([
      [ids.slice(3).sort()],
      [ids.slice(0, 2).sort()],
      [[ids[2]]],
    ]);
  });
});

it('a person’s items are evaluated again when the person’s standing changes', () => {
  const { db, catalog, put, bodies } = openFamily();
  const said = photoOf({ edits: { title: 'before' } }) as unknown as PhotoDocument;
  said.edits.title![0]!.by = `person:${anna}`;
  const id = put(item(anna, '1'), said as unknown as Body);
  expect(catalog.has(id)).toBe(true);
  bodies.set(itemId(item(anna, '1')), photoOf({ edits: { title: 'after' } }));
  db.transaction(() => catalog.index(`person:${anna}`, {}, 2));
  expect(catalog.count(parseQuery('after'), annaSees)).toBe(1);
  db.transaction(() => catalog.index(itemId(item(anna, '1')), undefined, 3));
  expect(catalog.has(id)).toBe(false);
});

import { describe, expect, test } from 'vitest';
import { wordsOf } from '../../src/catalog/tokenize.js';
import { catalogIsCurrent, openCatalog, owner, type Catalog, type Viewer } from '../../src/catalog/catalog.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { house } from '../../src/document/item-id.js';
import { exifId, photoId, type Audience, type Body } from '../../src/document/photo-document.js';
import { temporaryFolder } from '../folder.js';
import { emptyCatalog, family, photoOf, shaOf, visitor, walk } from './photos.js';

const everything = parseQuery('');
const ids = (catalog: Catalog, text: string, viewer: Viewer = owner): string[] =>
  catalog.page(parseQuery(text), { viewer }).ids;
const taken = (second: number, ms = 0): string =>
  new Date(Date.UTC(2024, 6, 1, 12, 0, second, ms)).toISOString().slice(0, 23);

describe('pages', () => {
  test('are sorted newest first, ties by id, from tables and columns alike', async () => {
    const { catalog, put } = emptyCatalog();
    put(shaOf(1), { facts: { taken: taken(5) } });
    put(shaOf(3), { facts: { taken: taken(5) } });
    put(shaOf(2), { facts: { taken: taken(5) } });
    put(shaOf(4), { facts: { taken: taken(5, 250) } });
    put(shaOf(5), { facts: { taken: taken(6) } });
    put(shaOf(6), { facts: { taken: '1901-02-03T04:05:06.789' } });
    const order = [5, 4, 3, 2, 1, 6].map((n) => shaOf(n));
    for (const limit of [1, 2, 3, 5, 6, 7]) expect(walk(catalog, '', limit)).toEqual(order);
    expect(catalog.page(everything, { limit: 6 }).next).toBeUndefined();
    await catalog.load();
    for (const limit of [1, 2, 3, 5, 6, 7]) expect(walk(catalog, '', limit)).toEqual(order);
    expect(catalog.page(everything, { limit: 6 }).next).toBeUndefined();
  });

  test('a cursor stays valid while photos are added, removed and changed', async () => {
    const { catalog, put, drop } = emptyCatalog();
    for (let k = 0; k < 20; k++) put(shaOf(k), { facts: { taken: taken(k) } });
    for (const loaded of [false, true]) {
      if (loaded) await catalog.load();
      const first = catalog.page(everything, { limit: 5 });
      put(shaOf(100), { facts: { taken: taken(59) } });
      put(shaOf(17), { facts: { taken: taken(17), title: 'changed' } });
      drop(shaOf(15));
      const second = catalog.page(everything, { limit: 5, ...(first.next !== undefined && { cursor: first.next }) });
      expect([...first.ids, ...second.ids]).toEqual([19, 18, 17, 16, 15, 14, 13, 12, 11, 10].map((n) => shaOf(n)));
      drop(shaOf(100));
      put(shaOf(15), { facts: { taken: taken(15) } });
    }
  });

  test('an invalid cursor is rejected, an odd limit is not', () => {
    const { catalog, put } = emptyCatalog();
    put(shaOf(1));
    for (const cursor of ['', 'x', '1; DROP TABLE', '9'.repeat(17), 'NaN', '1e3']) {
      expect(() => catalog.page(everything, { cursor })).toThrow('The cursor is not valid.');
    }
    for (const limit of [0, -1, NaN, 0.5, 1e9]) expect(catalog.page(everything, { limit }).ids).toHaveLength(1);
  });

  test('tiles contain exactly what a timeline needs', () => {
    const { catalog, put } = emptyCatalog();
    put(shaOf(1), { facts: { animated: true, type: 'image/gif' }, edits: { favourite: true } });
    put(shaOf(2), { facts: { taken: '2023-01-01T00:00:00.000', width: 30, height: 90 } });
    expect(catalog.tiles(everything)).toEqual({
      tiles: [
        {
          id: shaOf(1),
          width: 400,
          height: 300,
          taken: '2024-07-01T12:00:00.000',
          type: 'image/gif',
          favourite: true,
          animated: true,
        },
        { id: shaOf(2), width: 30, height: 90, taken: '2023-01-01T00:00:00.000', type: 'image/jpeg' },
      ],
    });
    expect(catalog.tile(shaOf(2), parseQuery('taken:2023'))?.width).toBe(30);
    expect(catalog.tile(shaOf(2), parseQuery('taken:2024'))).toBeUndefined();
    expect(catalog.tile(shaOf(3), everything)).toBeUndefined();
    expect(catalog.tile('nonsense', everything)).toBeUndefined();
  });
});

describe('visibility', () => {
  const audiences: Audience[] = ['private', 'family', 'public'];
  const nobody: Viewer = { onlooker: undefined };
  const anOwner: Viewer = { onlooker: { kind: 'person', person: 'P', actsForHouse: true } };
  const link: Viewer = { onlooker: { kind: 'link', of: house } };

  test.each<[string, Viewer, Audience[], boolean]>([
    ['nobody', nobody, [], false],
    ['a visitor', visitor, ['public'], false],
    ['the family', family, ['family', 'public'], false],
    ['whoever came by a link', link, audiences, false],
    ['an owner', anOwner, audiences, true],
    ['a program', owner, audiences, true],
  ])('%s', async (_, viewer, allowed, seesTrash) => {
    const { catalog, put } = emptyCatalog();
    const gps = { lat: 10, lon: 20 };
    audiences.forEach((audience, k) => {
      const facts = {
        tags: [`tag ${audience}`],
        gps,
        title: 'word',
        taken: `2024-0${k + 1}-01T00:00:00.000`,
        camera: { model: `Camera ${audience}` },
      };
      put(shaOf(k), { facts, edits: { audience } });
      put(shaOf(k + 10), { facts: { ...facts, tags: ['gone'] }, edits: { audience, trashed: true } });
    });
    const seen = audiences
      .map((audience, k) => ({ audience, id: shaOf(k) }))
      .filter(({ audience }) => allowed.includes(audience))
      .map(({ id }) => id)
      .reverse();
    const box = { south: -90, west: -180, north: 90, east: 180 };
    for (const loaded of [false, true]) {
      if (loaded) await catalog.load();
      expect(ids(catalog, '', viewer)).toEqual(seen);
    }
    for (const text of ['', 'word', 'is:geotagged', 'rating:0', '-tag:nothing', 'camera:camera', 'type:photo']) {
      const query = parseQuery(text);
      expect(ids(catalog, text, viewer)).toEqual(seen);
      expect(catalog.tiles(query, { viewer }).tiles.map(({ id }) => id)).toEqual(seen);
      expect(catalog.count(query, viewer)).toBe(seen.length);
      expect(catalog.months(query, viewer).map(({ count }) => count)).toEqual(seen.map(() => 1));
      expect(catalog.segments(query, { viewer }).map(({ count }) => count)).toEqual(seen.map(() => 1));
      expect(
        catalog
          .facet('tag', query, viewer)
          .map(({ value }) => value)
          .sort(),
      ).toEqual(allowed.map((a) => `tag ${a}`).sort());
      expect(catalog.facet('camera', query, viewer)).toHaveLength(seen.length);
      expect(catalog.map(box, 0, query, viewer).map(({ count }) => count)).toEqual(
        seen.length > 0 ? [seen.length] : [],
      );
      for (const id of [shaOf(0), shaOf(1), shaOf(2)]) {
        expect(catalog.tile(id, query, viewer) !== undefined).toBe(seen.includes(id));
      }
    }
    const trashed = parseQuery('is:trashed');
    const trash = seesTrash ? seen.length : 0;
    expect(catalog.count(trashed, viewer)).toBe(trash);
    expect(catalog.facet('tag', trashed, viewer).map(({ value }) => value)).toEqual(trash > 0 ? ['gone'] : []);
    expect(catalog.count(parseQuery('-is:trashed'), viewer)).toBe(seen.length);
    expect(catalog.count(parseQuery('is:trashed|geotagged'), viewer)).toBe(seen.length + trash);
  });
});

test('a photo is checked against a scope of many without finding the others', async () => {
  const { db, catalog, put } = emptyCatalog();
  const all = Array.from({ length: 50 }, (_, n) => shaOf(n));
  for (const sha of all) put(sha);
  await catalog.load();
  const photos = [...all.slice(0, 40), all[0]!, shaOf(99)];
  const viewer: Viewer = { onlooker: { kind: 'link', of: house }, scope: { photos } };
  const lookups = (work: () => void): number => {
    const { prepare } = db;
    let n = 0;
    db.prepare = (sql) => (n++, prepare(sql));
    work();
    db.prepare = prepare;
    return n;
  };
  const alone = lookups(() => void catalog.tile(all[3]!, everything, { ...viewer, scope: { photo: all[3]! } }));
  const among = lookups(() => expect(catalog.tile(all[3]!, everything, viewer)?.id).toBe(all[3]));
  expect(among).toBe(alone);
  const count = (): void => void catalog.count(everything, viewer);
  const first = lookups(count);
  expect(lookups(count)).toBe(first - 1);
  for (const other of [all[45]!, shaOf(99), 'nothing']) expect(catalog.tile(other, everything, viewer)).toBeUndefined();
  expect(walk(catalog, '', 7, { viewer })).toHaveLength(40);
  expect(catalog.count(everything, viewer)).toBe(40);
  // What was found is found again after a change that moves it.
  put(all[3]!, { facts: { taken: '2031-07-01T12:00:00.000' } });
  put(shaOf(99));
  expect(catalog.page(everything, { viewer, limit: 1 }).ids).toEqual([all[3]]);
  expect(catalog.count(everything, viewer)).toBe(41);
});

test('a phrase is adjacent words in one field', () => {
  const { catalog, put } = emptyCatalog();
  put(shaOf(1), { facts: { title: 'Old sea town', description: 'hall of fame', tags: ['new', 'york'] } });
  const found = (text: string): number => catalog.count(parseQuery(text));
  for (const text of ['"old sea"', '"sea town"', '"old sea town"', '"hall of fame"', '"img 0001"'])
    expect(found(text)).toBe(1);
  for (const text of ['"old town"', '"town hall"', '"jpg old"', '"new york"', '"sea tow"']) expect(found(text)).toBe(0);
  expect(found('old-sea-to')).toBe(1);
  expect(found('town hall new york')).toBe(1);
});

describe('writes', () => {
  test('an edit of any kind is in the next answer', () => {
    const { catalog, put, drop } = emptyCatalog();
    put(shaOf(1), { facts: { title: 'before', tags: ['a'] } });
    expect(catalog.count(parseQuery('before tag:a'))).toBe(1);
    put(shaOf(1), { facts: { title: 'after', tags: ['b'], taken: '2020-01-01T00:00:00.000' } });
    expect(catalog.count(parseQuery('before'))).toBe(0);
    expect(ids(catalog, 'after')).toEqual([shaOf(1)]);
    expect(catalog.facet('tag', everything)).toEqual([{ value: 'b', count: 1 }]);
    expect(catalog.months(everything)).toEqual([{ month: '2020-01', count: 1 }]);
    drop(shaOf(1));
    expect(catalog.count(everything)).toBe(0);
    expect(ids(catalog, '')).toEqual([]);
  });

  test('a rolled-back one is not', () => {
    const { db, catalog, put } = emptyCatalog();
    put(shaOf(1));
    expect(catalog.count(everything)).toBe(1);
    const failing = (): void =>
      db.transaction(() => {
        catalog.index(photoId(shaOf(2)), photoOf(), 1);
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(catalog.count(everything)).toBe(1);
    put(shaOf(3));
    expect(catalog.count(everything)).toBe(2);
  });

  test('a photo whose view is unchanged writes nothing', () => {
    const { db, put } = emptyCatalog();
    put(shaOf(1), { facts: { tags: ['b', 'a'] } });
    const changes = (): unknown => db.prepare('SELECT total_changes() AS n').get()?.n;
    const before = changes();
    put(shaOf(1), { facts: { tags: ['a', 'b'], recipe: 99 } });
    expect(changes()).toBe(before);
    put(shaOf(1), { facts: { tags: ['a'] } });
    expect(changes()).not.toBe(before);
  });

  test('other documents than photos are skipped', () => {
    const { db, catalog } = emptyCatalog();
    const index = (id: string, body: unknown): void =>
      db.transaction(() => catalog.index(id, body as Body | undefined, 1));
    index(exifId(shaOf(1)), { format: 1, kind: 'exif', recipe: 1, tags: {} });
    index('comment:1:2', { kind: 'comment' });
    index('photo:short', photoOf());
    index(`photo:${'A'.repeat(64)}`, photoOf());
    index(photoId(shaOf(2)), { kind: 'photo' });
    index(photoId(shaOf(3)), { ...photoOf(), kind: 'picture' });
    index(photoId(shaOf(4)), { ...photoOf(), facts: null });
    index(exifId(shaOf(1)), undefined);
    expect(ids(catalog, '')).toEqual([]);
    index(photoId(shaOf(5)), photoOf());
    index(photoId(shaOf(5)), { format: 99, kind: 'something newer' });
    expect(ids(catalog, '')).toEqual([]);
  });

  test('malformed facts do no harm', () => {
    const { catalog, put } = emptyCatalog();
    const odd = {
      type: 7,
      width: 'wide',
      height: null,
      camera: { make: [], model: {} },
      lens: 5,
      exposure: { iso: 1e300 },
      taken: 'never',
      tags: [1, 'ok'],
    };
    put(shaOf(1), { facts: odd as never });
    expect(ids(catalog, 'tag:ok')).toEqual([shaOf(1)]);
    expect(catalog.segments(everything)[0]?.ratio).toBe(1);
    expect(catalog.tiles(everything).tiles[0]).toMatchObject({ width: 0, height: 0, type: '' });
  });
});

describe('hostile text', () => {
  const nasty: [string, string][] = [
    ['SQL', `'; DROP TABLE catalog_photo; --`],
    ['operators of full-text search', 'a" OR "b" NEAR(c d) AND NOT e*'],
    ['brackets', '{title}: ^x + (y)'],
    ['control characters', 'zero\u0000byte and \u202eevil'],
    ['halves of characters', '\ud800 lone \udfff surrogates'],
    ['wildcards', '%_[]?*'],
    ['JSON', '"],"tags":["x'],
    ['names of JavaScript', '__proto__ constructor'],
    ['a long word', 'x'.repeat(10_000)],
    ['many words', 'w '.repeat(5_000)],
  ];

  test.each(nasty)('is found by its words and its tag: %s', (_, text) => {
    const { catalog, put } = emptyCatalog();
    put(shaOf(1), {
      facts: {
        title: text,
        description: text,
        tags: [text],
        lens: text,
        camera: { model: text },
        place: { city: text },
      },
      name: text,
    });
    put(shaOf(2), { facts: { title: 'other', taken: '2000-01-01T00:00:00.000' } });
    const [tag] = catalog.facet('tag', everything);
    const quoted = (value: string): string => value.replace(/["\\]/g, '\\$&');
    if (tag !== undefined && tag.value.length < 1_900) {
      // Control characters can't be typed.
      const typed = tag.value.includes('\u0000') ? undefined : `tag:"${quoted(tag.value)}"`;
      if (typed !== undefined) expect(ids(catalog, typed)).toEqual([shaOf(1)]);
    }
    const search = wordsOf(text).length > 0 ? `"${quoted(text.slice(0, 200))}"` : '';
    if (search !== '') expect(ids(catalog, search)).toEqual([shaOf(1)]);
    expect(ids(catalog, '')).toEqual([shaOf(1), shaOf(2)]);
    for (const kind of ['camera', 'lens', 'place', 'album'] as const) catalog.facet(kind, parseQuery(search));
  });

  test.each(nasty)('is harmless as a search: %s', (_, text) => {
    const { catalog, put } = emptyCatalog();
    put(shaOf(1));
    for (const search of [text, `tag:${text}`, `-${text}`, `"${text}"`]) {
      try {
        expect(catalog.page(parseQuery(search)).ids.length).toBeLessThanOrEqual(1);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid' });
      }
    }
    expect(catalog.count(everything)).toBe(1);
  });
});

describe('opening', () => {
  test('a new catalog is not current until it is built', () => {
    const db = openSqlite(`${temporaryFolder()}/library.db`);
    expect(catalogIsCurrent(db)).toBe(false);
    const catalog = openCatalog(db);
    expect(catalogIsCurrent(db)).toBe(false);
    catalog.clear();
    expect(catalogIsCurrent(db)).toBe(false);
    catalog.finish();
    expect(catalogIsCurrent(db)).toBe(true);
    openCatalog(db);
    expect(catalogIsCurrent(db)).toBe(true);
    db.prepare('UPDATE catalog_state SET version = version + 1').run();
    expect(catalogIsCurrent(db)).toBe(false);
    expect(openCatalog(db).count(everything)).toBe(0);
    db.close();
  });

  test('read-only, it creates nothing, and says what to do if it is not current', () => {
    const path = `${temporaryFolder()}/library.db`;
    openSqlite(path).close();
    const reading = openSqlite(path, { readOnly: true });
    const catalog = openCatalog(reading, { readOnly: true });
    expect(() => catalog.page(everything)).toThrow('The catalog must be rebuilt.');
    reading.close();
    const { db, catalog: writing, put } = emptyCatalog(path);
    put(shaOf(1));
    writing.finish();
    const again = openSqlite(path, { readOnly: true });
    expect(openCatalog(again, { readOnly: true }).count(parseQuery('img'))).toBe(1);
    again.close();
    db.close();
  });
});

describe('the map', () => {
  const at = (lat: number, lon: number) => ({ facts: { gps: { lat, lon } } });

  test('groups nearby photos, and names the newest', () => {
    const { catalog, put } = emptyCatalog();
    put(shaOf(1), at(48.1, 11.5));
    put(shaOf(2), { facts: { gps: { lat: 48.3, lon: 11.7 }, taken: '2025-01-01T00:00:00.000' } });
    put(shaOf(3), at(-33.9, 151.2));
    put(shaOf(4), {});
    const world = catalog.map({ south: -90, west: -180, north: 90, east: 180 }, 1, everything);
    expect(world.map(({ count, id }) => ({ count, id }))).toEqual([
      { count: 1, id: shaOf(3) },
      { count: 2, id: shaOf(2) },
    ]);
    expect(world[1]!.lat).toBeCloseTo(48.2, 3);
    expect(world[1]!.lon).toBeCloseTo(11.6, 3);
    expect(catalog.map({ south: 48, west: 11, north: 49, east: 12 }, 12, everything)).toHaveLength(2);
    expect(catalog.map({ south: 48.2, west: 11, north: 49, east: 12 }, 12, everything).map(({ id }) => id)).toEqual([
      shaOf(2),
    ]);
  });

  test('crosses the date line', () => {
    const { catalog, put } = emptyCatalog();
    put(shaOf(1), at(-17, 179));
    put(shaOf(2), at(-17, -179));
    put(shaOf(3), at(-17, 0));
    const fiji = catalog.map({ south: -20, west: 178, north: -15, east: -178 }, 6, everything);
    expect(fiji.map(({ id }) => id).sort()).toEqual([shaOf(1), shaOf(2)]);
    expect(fiji.every(({ lon }) => lon >= -180 && lon <= 180)).toBe(true);
    expect(catalog.map({ south: -20, west: 178, north: -15, east: 182 }, 6, everything)).toHaveLength(2);
  });

  test('has at most 500 clusters, at any zoom', () => {
    const { db, catalog } = emptyCatalog();
    db.transaction(() => {
      for (let k = 0; k < 3_000; k++)
        catalog.index(
          photoId(shaOf(k, k.toString(16).padStart(4, '0'))),
          photoOf(at(((k * 37) % 1700) / 10 - 85, ((k * 101) % 3600) / 10 - 180)),
          k,
        );
    });
    for (const zoom of [0, 2, 5, 10, 20]) {
      const clusters = catalog.map({ south: -90, west: -180, north: 90, east: 180 }, zoom, everything);
      expect(clusters.length).toBeLessThanOrEqual(500);
      expect(clusters.reduce((sum, { count }) => sum + count, 0)).toBe(3_000);
    }
  });

  test('rejects invalid areas', () => {
    const { catalog } = emptyCatalog();
    const box = { south: 0, west: 0, north: 1, east: 1 };
    for (const bad of [
      { ...box, south: 2 },
      { ...box, north: 91 },
      { ...box, west: NaN },
      { ...box, east: 1e9 },
    ]) {
      expect(() => catalog.map(bad, 3, everything)).toThrow('This is not a valid area on the map.');
    }
    for (const zoom of [-1, NaN, 99]) expect(() => catalog.map(box, zoom, everything)).toThrow('not a valid area');
  });
});

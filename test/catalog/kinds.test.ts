/** Kinds of photos in searches and in Explore: also those that come from companions, for viewers who see these. */
import { expect, it } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.js';
import { openCatalog, owner, type Catalog, type Viewer } from '../../src/catalog/catalog.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import { emptyCatalog, everybodyThere, family, photoOf, shaOf, visitor, walk, type Told } from './photos.js';

const camera = { make: 'NIKON CORPORATION', model: 'NIKON D750' };
const jpeg: Told = { name: 'DSC_0001.JPG', facts: { camera } };
const raw: Told = { name: 'DSC_0001.NEF', facts: { camera, type: 'image/x-nikon-nef' } };
const pair = '4D9C5D1C-2D9A-4A61-9A0B-0C4C8F0A1B2C';
const still: Told = { name: 'IMG_0001.HEIC', facts: { pair, type: 'image/heic' } };
const film: Told = { name: 'IMG_0001.MOV', facts: { pair, type: 'video/quicktime', seconds: 3 } };
const said = (told: Told, edits: Told['edits']): Told => ({ ...told, ...(edits && { edits }) });
const [photo, other, lone] = [shaOf(1), shaOf(2), shaOf(3)];

const kinds = (catalog: Catalog, viewer: Viewer): [string, number, string][] =>
  catalog.explore(parseQuery(''), 12, viewer).kinds.map(({ value, count, tile }) => [value, count, tile.id]);

it('a JPEG with a RAW is a RAW for those who may see the RAW', () => {
  const { catalog, put } = emptyCatalog();
  put(photo, said(jpeg, { audience: 'public' }));
  put(other, said(raw, { audience: 'family' }));
  put(lone, { ...said(raw, { audience: 'public' }), name: 'DSC_0002.NEF' });
  const expected: [Viewer, string[]][] = [
    [owner, [photo, lone]],
    [family, [photo, lone]],
    [visitor, [lone]],
  ];
  for (const [viewer, ids] of expected) {
    expect(walk(catalog, 'is:raw', 10, { viewer }).sort()).toEqual(ids);
    expect(walk(catalog, '-is:raw', 10, { viewer })).toEqual(ids.length === 1 ? [photo] : []);
    expect(kinds(catalog, viewer).map(([value, count]) => [value, count])).toEqual([['raw', ids.length]]);
  }
  put(other, said(raw, { trashed: true }));
  expect(walk(catalog, 'is:raw', 10)).toEqual([lone]);
});

it('a photo with a clip is a Live Photo for those who may play it, and no longer when it is edited', () => {
  const { catalog, put } = emptyCatalog();
  put(photo, said(still, { audience: 'public' }));
  expect(walk(catalog, 'is:live', 10)).toEqual([]);
  put(other, film);
  for (const viewer of [owner, family, visitor]) expect(kinds(catalog, viewer)).toEqual([['live', 1, photo]]);
  put(other, said(film, { audience: 'family' }));
  for (const viewer of [owner, family]) expect(walk(catalog, 'is:live', 10, { viewer })).toEqual([photo]);
  expect(walk(catalog, 'is:live', 10, { viewer: visitor })).toEqual([]);
  expect(kinds(catalog, visitor)).toEqual([]);
  put(photo, said(still, { audience: 'public', develop: { rotate: 1 } }));
  expect(walk(catalog, 'is:live', 10)).toEqual([]);
});

it('of a person’s items only that person counts RAWs beside a JPEG', () => {
  const [anna, ben] = ['01JD0000000000000000000002', '01JD0000000000000000000003'] as const;
  const catalog = openCatalog(openSqlite(':memory:'), { access: () => everybodyThere });
  const put = (sha256: string, told: Told): string => {
    const item: Item = { holder: anna, sha256 };
    catalog.index(itemId(item), photoOf(told), 1);
    return publicIdOf(item);
  };
  const front = put(photo, said(jpeg, { audience: 'family' }));
  put(other, said(raw, { audience: 'family' }));
  const live = put(lone, said(still, { audience: 'family' }));
  put(shaOf(4), film);
  const sees = (person: string): Viewer => ({ onlooker: { kind: 'person', person, actsForHouse: false } });
  expect(walk(catalog, 'is:raw', 10, { viewer: sees(anna) })).toEqual([front]);
  expect(walk(catalog, 'is:raw', 10, { viewer: sees(ben) })).toEqual([]);
  for (const person of [anna, ben]) expect(walk(catalog, 'is:live', 10, { viewer: sees(person) })).toEqual([live]);
  for (const viewer of [visitor, owner]) expect(kinds(catalog, viewer)).toEqual([]);
});

it('a link counts and shows no RAW beside a JPEG, as it does not show the RAW itself', () => {
  const { catalog, put } = emptyCatalog();
  for (const sha256 of [photo, other]) put(sha256, said(sha256 === photo ? jpeg : raw, { audience: 'public' }));
  put(lone, { ...said(raw, { audience: 'public' }), name: 'DSC_0002.NEF' });
  expect(catalog.tile(photo, parseQuery(''), owner)?.raw).toBe(true);
  const onlooker = { kind: 'link', of: house } as const;
  for (const scope of [{ photo }, { photos: [photo, other] }, { search: '' }, { search: 'is:raw' }] as const) {
    const viewer: Viewer = { onlooker, scope };
    for (const tile of catalog.tiles(parseQuery(''), { viewer }).tiles)
      expect([scope, tile.raw]).toEqual([scope, undefined]);
    expect(walk(catalog, 'is:raw', 10, { viewer })).not.toContain(photo);
    expect(catalog.tile(other, parseQuery(''), viewer)).toBeUndefined();
    // What the search of a link finds does not depend on it.
    expect(walk(catalog, '', 10, { viewer })).toContain(photo);
  }
});

it('names of files are not told to outsiders by the number of screenshots', () => {
  const { catalog, put } = emptyCatalog();
  put(photo, { name: 'Screenshot_1.png', edits: { audience: 'public' } });
  for (const viewer of [owner, family]) expect(kinds(catalog, viewer)).toEqual([['screenshot', 1, photo]]);
  expect(kinds(catalog, { ...visitor, outside: true })).toEqual([]);
});

it('a video is one kind, whatever its name', () => {
  const { catalog, put } = emptyCatalog();
  put(photo, { name: 'Screenshot_1.mp4', facts: { type: 'video/mp4' } });
  expect(kinds(catalog, owner)).toEqual([['video', 1, photo]]);
});

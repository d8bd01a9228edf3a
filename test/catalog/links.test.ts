/** Links to a search: they find what those said and brought who may share, whatever others said; and photos are put together on one side. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.js';
import { openCatalog, type Catalog, type Viewer } from '../../src/catalog/catalog.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { confirmedOf } from '../../src/document/share-link-view.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { house } from '../../src/document/item-id.js';
import { format, photoId, type Body, type Facts, type PhotoDocument } from '../../src/document/photo-document.js';
import { lookLength } from '../../src/document/perceptual-hash.js';
import { formatStamp } from '../../src/document/stamp.js';
import { numbers } from '../looks.js';
import { shaOf, walk } from './photos.js';

const guest = 'person:01JD0000000000000000000000';
const other = 'person:01JD0000000000000000000001';

interface Brought {
  by?: string;
  name?: string;
  facts?: Partial<Facts>;
}

/** A catalog whose owners are `owners`, and what is said in it; everything comes after what was there. */
function open(owners = new Set<string>()) {
  const db = openSqlite(':memory:');
  const documents = new Map<string, PhotoDocument>();
  const mayShare = (author: string, how: 'edit' | 'file'): boolean =>
    author === 'owner' || owners.has(author) || (how === 'edit' && author.startsWith('token:'));
  const bodyOf = (id: string): Body | undefined => documents.get(id) as unknown as Body | undefined;
  const catalog = openCatalog(db, { mayShare, bodyOf });
  let ms = 0;
  const write = (sha: string, document: PhotoDocument): void => {
    documents.set(photoId(sha), document);
    db.transaction(() => catalog.index(photoId(sha), document as unknown as Body, ++ms));
  };
  return {
    ...{ db, catalog, documents, mayShare },
    bring(sha: string, { by, name = 'IMG_1.jpg', facts }: Brought = {}): void {
      const at = '2024-08-01T10:00:00.000Z';
      const type = { recipe: 1, type: 'image/jpeg', bytes: 1, width: 4, height: 3, taken: '2024-07-01T12:00:00.000' };
      write(sha, {
        ...{ format, kind: 'photo', facts: { ...type, ...facts }, renditions: { recipe: 1 }, sidecars: {}, edits: {} },
        sightings: { s: { at, server: 's', name, modified: at, ...(by !== undefined && { by }) } },
      });
    },
    say(sha: string, by: string, change: PhotoChange): void {
      const at = formatStamp({ ms: ++ms, counter: 0, epoch: 'e' });
      write(sha, applyChange(documents.get(photoId(sha))!, change, { at, by }));
    },
    role: (person: string): void => db.transaction(() => catalog.index(person, {}, ++ms)),
  };
}

const link = (search: string, outside = false): Viewer => ({
  ...{ onlooker: { kind: 'link', of: house } as const, scope: { search } },
  ...(outside && { outside }),
});
const found = (catalog: Catalog, search: string): string[] => walk(catalog, '', 10, { viewer: link(search) });
const [a, b, c] = [shaOf(1), shaOf(2), shaOf(3)];

describe('a link to a search', () => {
  it.each<[string, PhotoChange]>([
    ['tag:sea', { tags: { add: ['sea'] } }],
    ['album:Trip', { albums: { add: ['Trip'] } }],
    ['rating:>=4', { rating: 5 }],
    ['beach', { title: 'The beach' }],
    ['beach', { description: 'The beach' }],
    ['beach', { tags: { add: ['beach'] } }],
    ['place:lisbon', { place: { city: 'Lisbon' } }],
    ['taken:1999', { taken: { local: '1999-01-01T00:00:00.000' } }],
    ['is:geotagged', { gps: { lat: 1, lon: 1 } }],
    ['is:selfie|geotagged', { gps: { lat: 1, lon: 1 } }],
    ['-tag:given', { tags: { remove: ['given'] } }],
    ['-given', { tags: { remove: ['given'] } }],
    ['-rating:2', { rating: 1 }],
  ])('%s finds nothing added by somebody without the right to share', (search, change) => {
    const { catalog, bring, say } = open();
    bring(a, { facts: { tags: ['given'], rating: 2 } });
    say(a, guest, change);
    expect(walk(catalog, search, 10)).toEqual([a]);
    expect(found(catalog, search)).toEqual([]);
    expect(catalog.count(parseQuery(''), link(search))).toBe(0);
    expect(catalog.months(parseQuery(''), link(search))).toEqual([]);
    expect(catalog.tile(a, parseQuery(''), link(search))).toBeUndefined();
    expect(catalog.facet('tag', parseQuery(''), link(search))).toEqual([]);
  });

  it('does not find a photo as dated if its date was set by a person without the right to share', () => {
    const { catalog, bring, say } = open();
    bring(a, { facts: { taken: '' } });
    expect(walk(catalog, '-is:dated', 10)).toEqual([a]);
    say(a, guest, { taken: { local: '1999-01-01T00:00:00.000' } });
    expect(walk(catalog, 'is:dated', 10)).toEqual([a]);
    expect(found(catalog, 'is:dated')).toEqual([]);
    say(a, 'owner', { taken: { local: '1998-01-01T00:00:00.000' } });
    expect(found(catalog, 'is:dated')).toEqual([a]);
  });

  it('keeps its photos, whatever others edit', () => {
    const { catalog, bring, say } = open();
    bring(a);
    say(a, 'owner', { tags: { add: ['sea'] }, rating: 4, title: 'beach' });
    for (const change of [{ rating: 1 }, { title: 'else' }, { tags: { add: ['x'] } }]) say(a, guest, change);
    for (const search of ['tag:sea', 'rating:4', 'beach']) expect(found(catalog, search), search).toEqual([a]);
    // Where another had the last word on a tag, it is not known what was out before.
    expect(found(catalog, 'tag:sea -tag:y')).toEqual([]);
  });

  it('finds photos added by others once somebody with the right to share has edited them', () => {
    const { catalog, bring, say } = open();
    for (const [sha, by] of [
      [a, guest],
      [b, 'token:phone'],
      [c, 'owner'],
    ] as const)
      bring(sha, { by, facts: { tags: ['sea'] } });
    expect(found(catalog, 'tag:sea')).toEqual([c]);
    say(a, guest, { rating: 3 });
    expect(found(catalog, 'tag:sea')).toEqual([c]);
    say(a, 'owner', { reviewed: true });
    say(b, 'token:edits', { rating: 3 });
    expect(found(catalog, 'tag:sea').sort()).toEqual([a, b, c]);
  });

  it('follows the roles of people', () => {
    const owners = new Set<string>();
    const { catalog, bring, say, role } = open(owners);
    bring(a);
    bring(b);
    say(a, guest, { tags: { add: ['sea'] } });
    say(b, other, { tags: { add: ['sea'] } });
    expect(found(catalog, 'tag:sea')).toEqual([]);
    owners.add(guest);
    role(guest);
    expect(found(catalog, 'tag:sea')).toEqual([a]);
    owners.delete(guest);
    role(guest);
    expect(found(catalog, 'tag:sea')).toEqual([]);
  });

  it('finds the same after the columns are reloaded, and after photos move in time', () => {
    const { db, catalog, bring, say, mayShare } = open();
    for (let n = 1; n <= 8; n++) bring(shaOf(n));
    for (let n = 1; n <= 8; n++) say(shaOf(n), n % 2 === 0 ? guest : 'owner', { tags: { add: ['sea'] } });
    for (let n = 1; n <= 8; n++)
      say(shaOf(n), n % 3 === 0 ? guest : 'owner', { taken: { local: `200${n}-01-01T00:00:00.000` } });
    const again = openCatalog(db, { mayShare });
    expect(found(catalog, 'tag:sea').sort()).toEqual([1, 3, 5, 7].map((n) => shaOf(n)));
    expect(found(again, 'tag:sea').sort()).toEqual([1, 3, 5, 7].map((n) => shaOf(n)));
    expect(found(again, 'taken:2000..2010').sort()).toEqual([1, 2, 4, 5, 7, 8].map((n) => shaOf(n)));
  });

  it('finds what a search finds in an album with only the edits of people who may share', () => {
    const word = fc.constantFrom('sea', 'sun', 'Trip');
    const change = fc.record<PhotoChange>(
      {
        title: word,
        rating: fc.constantFrom(1, 3, 5),
        tags: fc.record({ add: fc.array(word, { maxLength: 2 }) }),
        albums: fc.oneof(
          fc.record({ add: fc.array(word, { maxLength: 1 }) }),
          fc.record({ remove: fc.array(word, { maxLength: 1 }) }),
        ),
      },
      { requiredKeys: [] },
    );
    const by = fc.constantFrom('owner', guest, other, 'token:t');
    const deed = fc.record({ n: fc.integer({ min: 1, max: 4 }), by, change });
    fc.assert(
      fc.property(fc.array(by, { minLength: 4, maxLength: 4 }), fc.array(deed, { maxLength: 25 }), (brought, deeds) => {
        const { catalog, bring, say, documents, mayShare } = open(new Set([other]));
        brought.forEach((one, n) => bring(shaOf(n + 1), { by: one, facts: { tags: ['sea'] } }));
        for (const { n, by: who, change: said } of deeds) say(shaOf(n), who, said);
        const plain = openSqlite(':memory:');
        const twin = openCatalog(plain, { mayShare: () => true });
        for (const [id, document] of documents) {
          const confirmed = confirmedOf(document, mayShare);
          if (confirmed !== 'none') plain.transaction(() => twin.index(id, confirmed.photo as unknown as Body, 1));
        }
        for (const search of ['tag:sea', 'tag:sun', 'album:Trip', 'sun', 'rating:>=3', 'rating:<3', 'taken:2024'])
          expect(found(catalog, search).sort(), search).toEqual(walk(twin, search, 10).sort());
      }),
      { numRuns: 100 },
    );
  });
});

describe('photos are paired within one side:', () => {
  const shot = { taken: '2024-07-01T12:00:00.000', camera: { model: 'EOS' } };
  const raw = { ...shot, type: 'image/x-nikon-nef' };
  const pair = '4D9C5D1C-2D9A-4A61-9A0B-0C4C8F0A1B2C';
  const film = { type: 'video/quicktime', seconds: 3, pair };

  it.each<[string, string | undefined, string | undefined, boolean]>([
    ['the owner’s', undefined, 'owner', true],
    ['the owners’', undefined, other, true],
    ['those of one of the family', guest, guest, true],
    ['those of one token', 'token:phone', 'token:phone', true],
    ['not a guest’s with the owner’s', undefined, guest, false],
    ['not a token’s with the owner’s', undefined, 'token:phone', false],
    ['not two tokens’', 'token:phone', 'token:tablet', false],
    ['not those of whom nobody knows with the owner’s', undefined, 'unknown', false],
  ])('%s', async (_, one, two, together) => {
    const { catalog, bring } = open(new Set([other]));
    const as = (by: string | undefined): Brought => (by === undefined ? {} : { by });
    bring(a, { ...as(one), name: 'IMG_1.NEF', facts: raw });
    bring(b, { ...as(two), name: 'IMG_1.jpg', facts: shot });
    expect(walk(catalog, '', 10).sort()).toEqual(together ? [b] : [a, b]);
    expect(catalog.stackOf(b)).toEqual(together ? [a] : []);

    const live = open(new Set([other]));
    live.bring(a, { ...as(one), name: 'IMG_2.HEIC', facts: { type: 'image/heic', pair } });
    live.bring(b, { ...as(two), name: 'IMG_2.MOV', facts: film });
    expect(walk(live.catalog, '', 10).sort()).toEqual(together ? [a] : [a, b]);
    expect(live.catalog.clipOf(a)?.id).toBe(together ? b : undefined);

    const alike = open(new Set([other]));
    const next = numbers(7);
    const look = Uint8Array.from({ length: lookLength }, () => Math.floor(next() * 256));
    const thumb = { sha256: 'f'.repeat(64), type: 'image/jpeg', width: 4, height: 3, bytes: 1 };
    for (const [sha, by] of [
      [a, one],
      [b, two],
    ] as const) {
      alike.bring(sha, as(by));
      const document = { ...alike.documents.get(photoId(sha))!, renditions: { recipe: 1, thumb } };
      alike.db.transaction(() => alike.catalog.index(photoId(sha), document as unknown as Body, 9));
      alike.catalog.looks.put([{ id: sha, version: 'f'.repeat(8), look }]);
    }
    expect((await alike.catalog.duplicates()).map(({ ids }) => ids)).toEqual(together ? [[a, b]] : []);
  });

  it('a photo moves to the owner’s side when the owner adds the same bytes', () => {
    const { catalog, bring } = open();
    bring(a, { name: 'IMG_1.NEF', facts: raw });
    bring(b, { by: guest, name: 'IMG_1.jpg', facts: shot });
    expect(walk(catalog, '', 10).sort()).toEqual([a, b]);
    bring(b, { name: 'IMG_1.jpg', facts: shot });
    expect(walk(catalog, '', 10)).toEqual([b]);
  });
});

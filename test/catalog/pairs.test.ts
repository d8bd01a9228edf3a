/** Live Photos in the catalog: one photo, whichever half came first, and the same however it came about. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openCatalog, type Viewer } from '../../src/catalog/catalog.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { photoId } from '../../src/document/photo-document.js';
import { dump, emptyCatalog, family, photoOf, shaOf, visitor, walk, type Told } from './photos.js';

const everything = parseQuery('');
const pair = '4D9C5D1C-2D9A-4A61-9A0B-0C4C8F0A1B2C';
const picture = (told: Told = {}): Told => ({ name: 'IMG_0001.HEIC', ...told, facts: { pair, ...told.facts } });
const film = (told: Told = {}): Told => ({
  name: 'IMG_0001.MOV',
  ...told,
  facts: { pair, type: 'video/quicktime', seconds: 3, ...told.facts },
});
const [photo, clip, other] = [shaOf(2), shaOf(1), shaOf(3)];

describe('a Live Photo', () => {
  test.each([
    ['the picture first', [photo, clip]],
    ['the film first', [clip, photo]],
  ])('is one photo: %s', (_name, order) => {
    const { catalog, put } = emptyCatalog();
    for (const id of order) put(id, id === photo ? picture() : film());
    expect(walk(catalog, '', 10)).toEqual([photo]);
    expect(catalog.count(everything)).toBe(1);
    expect(catalog.months(everything)).toEqual([{ month: '2024-07', count: 1 }]);
    expect(catalog.count(parseQuery('type:video'))).toBe(0);
    expect(catalog.tiles(everything).tiles).toMatchObject([{ id: photo, motion: true }]);
    expect(catalog.tile(clip, everything)).toBeUndefined();
    expect(catalog.clipOf(photo)).toEqual({ id: clip, audience: 'public' });
    expect(catalog.photosWith(clip)).toEqual([photo]);
  });

  test('a video without its picture is a video of its own, also after the picture is purged', () => {
    const { catalog, put, drop } = emptyCatalog();
    put(clip, film());
    expect(catalog.tiles(everything).tiles).toMatchObject([{ id: clip, seconds: 3 }]);
    put(photo, picture());
    expect(walk(catalog, '', 10)).toEqual([photo]);
    drop(photo);
    expect(walk(catalog, '', 10)).toEqual([clip]);
    expect(catalog.tiles(everything).tiles[0]).not.toHaveProperty('motion');
  });

  test('in the trash takes its clip along; a clip in the trash plays nowhere', () => {
    const { catalog, put } = emptyCatalog();
    put(photo, picture({ edits: { trashed: true } }));
    put(clip, film());
    expect(walk(catalog, '', 10)).toEqual([]);
    expect(walk(catalog, 'is:trashed', 10)).toEqual([photo]);
    put(photo, picture());
    put(clip, film({ edits: { trashed: true } }));
    expect(catalog.tiles(everything).tiles).toEqual([expect.not.objectContaining({ motion: true })]);
    expect(walk(catalog, 'is:trashed', 10)).toEqual([clip]);
  });

  test('plays for everyone who sees it, unless its clip has a narrower audience', () => {
    const { catalog, put } = emptyCatalog();
    const motionFor = (viewer: Viewer): boolean | undefined => catalog.tiles(everything, { viewer }).tiles[0]?.motion;
    put(photo, picture({ edits: { audience: 'public' } }));
    put(clip, film());
    expect([motionFor(visitor), motionFor(family)]).toEqual([true, true]);
    put(clip, film({ edits: { audience: 'family' } }));
    expect([motionFor(visitor), motionFor(family)]).toEqual([undefined, true]);
    expect(catalog.clipOf(photo)).toEqual({ id: clip, audience: 'family' });
    put(clip, film({ edits: { audience: 'public' } }));
    put(photo, picture());
    // The film is public by its own edit, but the photo that it belongs to is not.
    expect(walk(catalog, '', 10, { viewer: visitor })).toEqual([]);
  });

  test('plays the clip with its own name if there are several; the others are videos', () => {
    const { catalog, put } = emptyCatalog();
    put(clip, film({ name: 'IMG_E0001.MOV' }));
    put(photo, picture());
    put(other, film());
    expect(catalog.clipOf(photo)?.id).toBe(other);
    expect(walk(catalog, '', 10).sort()).toEqual([clip, photo].sort());
  });

  test('plays for each picture if there are several', () => {
    const { catalog, put } = emptyCatalog();
    put(photo, picture());
    put(other, picture({ name: 'IMG_E0001.JPG' }));
    put(clip, film());
    expect(catalog.tiles(everything).tiles.map(({ motion }) => motion)).toEqual([true, true]);
    expect(catalog.photosWith(clip)).toEqual([photo, other]);
  });

  test('an invalid identifier pairs nothing', () => {
    const { catalog, put } = emptyCatalog();
    put(photo, picture({ facts: { pair: 'short' } }));
    put(clip, film({ facts: { pair: 'short' } }));
    expect(catalog.count(everything)).toBe(2);
  });

  test('a clip that is re-read as a photo has a place of its own', () => {
    const { catalog, put } = emptyCatalog();
    put(clip, film());
    put(photo, picture());
    expect(catalog.count(everything)).toBe(1);
    put(clip, picture());
    expect(catalog.count(everything)).toBe(2);
  });

  test('columns loaded earlier are updated', async () => {
    const { catalog, put } = emptyCatalog();
    put(clip, film());
    await catalog.load();
    expect(catalog.count(everything)).toBe(1);
    put(photo, picture());
    expect(catalog.count(everything)).toBe(1);
    expect(walk(catalog, 'type:video', 10)).toEqual([]);
    put(photo, picture({ facts: { pair: 'another-identifier' } }));
    expect(catalog.count(everything)).toBe(2);
  });
});

describe('in any order of arrival', () => {
  const hex = (id: unknown): string => Buffer.from(id as Uint8Array).toString('hex');
  const half = fc.record({
    sha: fc.integer({ min: 1, max: 6 }).map((n) => shaOf(n)),
    gone: fc.boolean(),
    video: fc.boolean(),
    trashed: fc.boolean(),
    pair: fc.constantFrom('identifier-1', 'identifier-2', 'x'),
    name: fc.constantFrom('A.MOV', 'B.HEIC'),
    second: fc.integer({ min: 0, max: 2 }),
    audience: fc.option(fc.constantFrom('private', 'family', 'public'), { nil: undefined }),
  });

  test('the tables equal those of a rebuilt catalog', () => {
    fc.assert(
      fc.property(fc.array(half, { maxLength: 25 }), (steps) => {
        const { db, put, drop } = emptyCatalog();
        const last = new Map<string, Told>();
        for (const { sha, gone, video, trashed, pair, name, second, audience } of steps) {
          const facts = { pair, type: video ? 'video/mp4' : 'image/jpeg', taken: `2024-07-01T12:00:0${second}.000` };
          const told = { facts, name, edits: { trashed, ...(audience !== undefined && { audience }) } };
          if (gone) drop(sha);
          else put(sha, told);
          if (gone) last.delete(sha);
          else last.set(sha, told);
        }
        const rows = dump(db);
        const catalog = openCatalog(db);
        catalog.clear();
        db.transaction(() => {
          for (const [sha, told] of last) catalog.index(photoId(sha), photoOf(told), 1);
        });
        catalog.finish();
        expect(dump(db)).toEqual(rows);
        // None plays with two halves, and none is lost: all but the films that play are in the album or its trash.
        const beside = rows.filter((row) => row['beside'] === 1);
        const playing = new Set(rows.flatMap(({ clip }) => (clip === null ? [] : [hex(clip)])));
        expect(playing).toEqual(new Set(beside.map(({ id }) => hex(id))));
        const shown = walk(catalog, '', 50).length + walk(catalog, 'is:trashed', 50).length;
        expect(shown).toBe(rows.length - beside.length);
        db.close();
      }),
      { numRuns: 150 },
    );
  });
});

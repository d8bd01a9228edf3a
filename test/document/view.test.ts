/**
 * What is shown of a photo: the edit, else the sidecar, else the fact; and the order of sources for the time taken.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withArrival, withSighting } from '../../src/document/arrival.js';
import { merge } from '../../src/document/merge.js';
import { photoOf, type PhotoDocument, type SidecarValues } from '../../src/document/photo-document.js';
import { viewPhoto, type PhotoView } from '../../src/document/photo-view.js';
import { edited, facts, photo, sighting, stamp } from './documents.js';

const view = (document: PhotoDocument): PhotoView => viewPhoto('f'.repeat(64), document, { here: false });

function withSidecar(document: PhotoDocument, values: SidecarValues, name = 'a.xmp'): PhotoDocument {
  return { ...document, sidecars: { ...document.sidecars, [name]: { name, values } } };
}

test('a photo as JSON', () => {
  const sha256 = '1'.repeat(64);
  const thumb = { sha256, type: 'image/webp', width: 4, height: 3, bytes: 1 };
  const document = photo({
    facts: {
      camera: { make: 'Canon', model: 'EOS 40D' },
      exposure: { iso: 100, flash: false },
      gps: { lat: 1, lon: 2 },
      place: { country: 'US' },
    },
    renditions: { thumb, thumbhash: 'aGk=' },
    sighting: { name: 'IMG_0001.jpg' },
  });
  expect(viewPhoto(sha256, document, { here: true, path: '2024/07/IMG_0001.jpg' })).toEqual({
    id: sha256,
    name: 'IMG_0001.jpg',
    type: 'image/jpeg',
    bytes: 1000,
    width: 400,
    height: 300,
    taken: '2024-07-01T12:00:00.000',
    takenSource: 'modified',
    camera: { make: 'Canon', model: 'EOS 40D' },
    exposure: { iso: 100, flash: false },
    gps: { lat: 1, lon: 2 },
    place: { country: 'US' },
    title: '',
    description: '',
    tags: [],
    albums: [],
    rating: 0,
    favourite: false,
    audience: 'private',
    reviewed: false,
    archived: false,
    trashed: false,
    added: '2026-11-24T10:00:00.000Z',
    thumbhash: 'aGk=',
    renditions: { thumb },
    original: { here: true, path: '2024/07/IMG_0001.jpg' },
  });
});

describe('the time taken', () => {
  const modified = photo({ sighting: { modified: '2001-01-01T01:00:00.000Z' } });
  const named = withSighting(modified, sighting({ at: '2000-01-01T00:00:00.000Z', name: 'IMG_20020202_020000.jpg' }));
  const fact = { ...named, facts: facts({ taken: '2003-03-03T03:00:00.000', offset: '+03:00', takenSource: 'xmp' }) };
  const sidecar = withSidecar(fact, { taken: '2004-04-04T04:00:00.000' });
  const said = edited(sidecar, { taken: { local: '2005-05-05T05:00:00.000', offset: '-05:00' } }, stamp(1));

  test('comes from the edit, the sidecar, the file, its first name, its first mtime, in this order', () => {
    expect(view(said)).toMatchObject({ taken: '2005-05-05T05:00:00.000', offset: '-05:00', takenSource: 'edit' });
    expect(view(sidecar)).toMatchObject({ taken: '2004-04-04T04:00:00.000', takenSource: 'sidecar' });
    expect(view(sidecar)).not.toHaveProperty('offset');
    expect(view(fact)).toMatchObject({ taken: '2003-03-03T03:00:00.000', offset: '+03:00', takenSource: 'xmp' });
    expect(view(named)).toMatchObject({ taken: '2002-02-02T02:00:00.000', takenSource: 'name' });
    expect(view(modified)).toMatchObject({ taken: '2001-01-01T01:00:00.000', takenSource: 'modified' });
  });

  test('returns to the original value when an edit is withdrawn', () => {
    expect(view(edited(said, { taken: null }, stamp(2)))).toMatchObject({ takenSource: 'sidecar' });
  });

  test('is that of the earliest sighting anywhere, in whatever order servers learn of it', () => {
    const later = withSighting(
      modified,
      sighting({ at: '2030-01-01T00:00:00.000Z', server: 'there', name: 'IMG_20200101_000000.jpg' }),
    );
    expect(view(later)).toMatchObject({ name: 'a.jpg', takenSource: 'modified', taken: '2001-01-01T01:00:00.000' });
    expect(view(merge(later, named))).toEqual(view(merge(named, later)));
    expect(view(merge(later, named)).name).toBe('IMG_20020202_020000.jpg');
  });

  test('without any source is the beginning of time', () => {
    expect(view({ ...photo(), sightings: {} })).toMatchObject({ taken: '1970-01-01T00:00:00.000', name: '' });
    expect(view(photo({ sighting: { modified: 'yesterday' } })).taken).toBe('2026-11-24T10:00:00.000');
  });
});

describe('values', () => {
  test('the edit, otherwise the sidecar, otherwise the fact', () => {
    const fact = photo({
      facts: { title: 'fact', description: 'fact', rating: 2, gps: { lat: 1, lon: 1 }, place: { city: 'A' } },
    });
    const both = withSidecar(withSidecar(fact, { title: 'b' }, 'b.xmp'), {
      title: 'a',
      favourite: true,
      gps: { lat: 2, lon: 2 },
    });
    expect(view(both)).toMatchObject({
      title: 'a',
      description: 'fact',
      rating: 2,
      favourite: true,
      gps: { lat: 2, lon: 2 },
    });
    // The place was that of the other position.
    expect(view(both)).not.toHaveProperty('place');
    const said = edited(both, { title: 'said', rating: 0, favourite: false, place: { city: 'B' } }, stamp(1));
    expect(view(said)).toMatchObject({ title: 'said', rating: 0, favourite: false, place: { city: 'B' } });
    expect(view(edited(said, { title: null, rating: null }, stamp(2)))).toMatchObject({ title: 'a', rating: 2 });
  });

  test('tags: those of the file or its sidecars, without removed ones, with added ones', () => {
    const fact = photo({ facts: { tags: ['b', ' a ', 'A', 'e\u0301', '', 'b'] } });
    expect(view(fact).tags).toEqual(['A', 'a', 'b', 'é']);
    const said = edited(
      fact,
      { tags: { add: ['e\u0301', '__proto__'], remove: ['b'] }, albums: { add: ['x'] } },
      stamp(1),
    );
    expect(view(said)).toMatchObject({ tags: ['A', '__proto__', 'a', 'é'], albums: ['x'] });
    expect(view(withSidecar(said, { tags: ['b', 'c'] })).tags).toEqual(['__proto__', 'c', 'é']);
  });

  test('arriving metadata never overrides a person', () => {
    const said = edited(photo(), { title: 'said', tags: { remove: ['x'] }, trashed: true }, stamp(1));
    const again = withArrival(said, {
      facts: facts({ recipe: 9, title: 'file', tags: ['x'] }),
      renditions: { recipe: 9 },
      sighting: sighting({ name: 'b.jpg', at: '2030-01-01T00:00:00.000Z' }),
    });
    expect(view(again)).toMatchObject({ title: 'said', tags: [], trashed: true, name: 'a.jpg' });
    expect(again.facts.recipe).toBe(9);
  });
});

test('never throws, and never shows values of the wrong type', () => {
  const hostile = fc.dictionary(
    fc.constantFrom('facts', 'renditions', 'sidecars', 'sightings', 'edits'),
    fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.dictionary(
        fc.constantFrom(
          'title',
          'taken',
          'gps',
          'tags',
          'audience',
          'width',
          'type',
          'camera',
          'thumb',
          'thumbhash',
          'a b',
        ),
        fc.oneof(
          fc.jsonValue({ maxDepth: 2 }),
          fc.array(fc.record({ at: fc.constant('1'), value: fc.jsonValue({ maxDepth: 1 }) })),
        ),
      ),
    ),
  );
  fc.assert(
    fc.property(hostile, fc.constantFrom('photo', 'exif', 1), (parts, kind) => {
      const shown = view({ kind, ...parts } as unknown as PhotoDocument);
      for (const key of ['name', 'type', 'taken', 'title', 'description', 'added'] as const)
        expect(shown[key]).toBeTypeOf('string');
      for (const key of ['width', 'height', 'bytes', 'rating'] as const) expect(shown[key]).toBeTypeOf('number');
      expect(shown.tags.every((tag) => typeof tag === 'string')).toBe(true);
      expect(['private', 'family', 'public']).toContain(shown.audience);
      if (shown.gps) expect(shown.gps.lat).toBeTypeOf('number');
    }),
    { numRuns: 150 },
  );
  const page = { sha256: '1'.repeat(64), type: 'text/html', width: 1, height: 1, bytes: 1 };
  expect(view(photo({ renditions: { thumb: page } })).renditions).toEqual({});
});

test('only a photo document is read as a photo', () => {
  expect(photoOf(undefined)).toBeUndefined();
  expect(photoOf({ kind: 'exif', facts: {} })).toBeUndefined();
  expect(photoOf({ kind: 'photo', purged: { at: stamp(1) } })).toBeUndefined();
  expect(photoOf({ kind: 'photo', facts: {}, edits: 1, novel: 2 })).toMatchObject({
    edits: {},
    sightings: {},
    novel: 2,
  });
});

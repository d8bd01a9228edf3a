/**
 * What a public server learns about a photo, and that it never learns more: documents with marked secrets in every
 * place that must not be published.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { merge } from '../../src/document/merge.js';
import { purge } from '../../src/document/purge.js';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { later } from '../../src/publishing/combine-publishers.js';
import { isPrivateTag } from '../../src/document/tag-names.js';
import { deciding, opaqueId, project, wasPublic } from '../../src/publishing/projection.js';
import { opaqueOf, publicId, readPublic } from '../../src/publishing/public-fields.js';
import { edited, photo, sighting, stamp } from '../document/documents.js';

const sha256 = 'ab'.repeat(32);
const id = photoId(sha256);
const told = (document: PhotoDocument, gps = false) => project(id, document as unknown as Body, { gps });
const rendition = { sha256: 'c'.repeat(64), type: 'image/jpeg', width: 64, height: 48, bytes: 10 };
const open = (document: PhotoDocument): PhotoDocument => edited(document, { audience: 'public' }, stamp(10));
const secret = 'SECRET';

describe('published fields', () => {
  const document = photo({
    facts: {
      title: 'Beach',
      tags: ['sea', '_family', 'private/home', 'Private'],
      gps: { lat: 1.23456789, lon: 2, alt: 3 },
      place: { city: 'Delft' },
    },
    renditions: { thumb: rendition, thumbhash: 'AAAA' },
  });

  test('of a public photo: the allow-list', () => {
    expect(told(open(document))).toEqual({
      format: 1,
      kind: 'public',
      photo: {
        at: stamp(10),
        value: {
          facts: expect.objectContaining({
            type: 'image/jpeg',
            width: 400,
            height: 300,
            title: 'Beach',
            tags: ['sea'],
            place: { city: 'Delft' },
          }) as object,
          renditions: { recipe: 1, thumb: rendition, thumbhash: 'AAAA' },
        },
      },
    });
    expect(JSON.stringify(told(open(document)))).not.toContain('1.23');
    expect(told(open(document), true)?.photo.value?.facts.gps).toEqual({ lat: 1.23457, lon: 2 });
  });

  test('of a video: its length, its transcodes, and its counterpart only by a derived id', () => {
    const clip = { ...rendition, at: '0002', type: 'video/mp4' };
    const pair = 'ABCDEF01-2345-6789-ABCD-EF0123456789';
    const film = {
      ...photo({ facts: { type: 'video/mp4', seconds: 3, pair, playable: true, motion: { at: 1, bytes: 2 } } }),
      clips: { hover: clip, video: clip, another: clip },
    };
    const told = project(id, open(film) as unknown as Body, { gps: false }, 'ab'.repeat(32));
    expect(told?.photo.value).toMatchObject({
      facts: { seconds: 3, pair: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      clips: { hover: { ...rendition, type: 'video/mp4' }, video: { ...rendition, type: 'video/mp4' } },
    });
    expect(Object.keys(told!.photo.value!.clips!)).toEqual(['hover', 'video']);
    expect(JSON.stringify(told)).not.toMatch(/ABCDEF01|playable|motion|0002/);
    // Another home of the same library projects the same; without the library's key it leaves the film out.
    expect(project(id, open(film) as unknown as Body, { gps: false }, 'ab'.repeat(32))).toEqual(told);
    expect(project(id, open(film) as unknown as Body, { gps: false })?.photo.value?.facts).not.toHaveProperty('pair');
    // A public server applies the list of allowed fields again to what it receives.
    const sent = structuredClone(told) as unknown as { photo: { value: { facts: object } } };
    expect(readPublic(sent)).toEqual(told);
    sent.photo.value.facts = { ...sent.photo.value.facts, pair };
    expect(readPublic(sent)?.photo.value?.facts).not.toHaveProperty('pair');
  });

  test('of a photo that is not public, or no longer: that it is not, and since when', () => {
    const nothing = (document: PhotoDocument, at: string) => expect(told(document)?.photo).toEqual({ value: null, at });
    expect(told(photo())?.photo.value).toBeNull();
    nothing(edited(open(document), { audience: 'family' }, stamp(20)), stamp(20));
    nothing(edited(open(document), { trashed: true }, stamp(30)), stamp(30));
    nothing(purge(open(document), { at: stamp(40), by: 'owner' }) as unknown as PhotoDocument, stamp(40));
  });

  test('an edit of another field is not a decision', () => {
    expect(told(edited(open(document), { title: 'Sea' }, stamp(50)))?.photo.at).toBe(stamp(10));
  });

  test('of other documents: nothing', () => {
    expect(project(`exif:${sha256}`, { kind: 'exif', tags: {} }, { gps: true })).toBeUndefined();
    expect(project('person:1', { kind: 'person' }, { gps: true })).toBeUndefined();
  });
});

test('of concurrent decisions the narrower counts, with the time of the latest', () => {
  const known = photo();
  const [opened, closed] = [
    edited(known, { audience: 'public' }, stamp(10)),
    // By another server: edits within one library are made in sight of earlier ones.
    edited(known, { audience: 'private' }, stamp(5, 'b')),
  ] as const;
  const both = merge(opened, closed);
  // A public server that received public@10 from another home takes this as a later state.
  expect(told(both)?.photo).toEqual({ value: null, at: stamp(10) });
  expect(later(told(both)!.photo, told(opened)!.photo).value).toBeNull();
});

describe('of a deleted document', () => {
  const leaf = (body: object, deleted = true) => ({ deleted, body: body as Body });
  const purged = (document: PhotoDocument, at: string) => leaf(purge(document, { at, by: 'owner' }));
  const say = (...leaves: ReturnType<typeof leaf>[]) => project(id, deciding(leaves)!, { gps: false })?.photo;

  test('the purge counts, even if a tombstone that closes a branch wins', () => {
    expect(say(leaf({}), purged(open(photo()), stamp(40)))).toEqual({ value: null, at: stamp(40) });
    expect(deciding([leaf({}), leaf({})])).toBeUndefined();
  });

  test('of two purges the later counts, whichever revision wins: the one that it saw was reversed', () => {
    // It was purged here. Elsewhere, without knowing of that, it was made public later, a public server received it,
    // and then it was purged.
    const [first, second] = [purged(photo(), stamp(5)), purged(open(photo()), stamp(40))];
    for (const leaves of [
      [first, second],
      [second, first],
    ]) {
      expect(say(...leaves)).toEqual({ value: null, at: stamp(40) });
      expect(wasPublic(deciding(leaves)!)).toBe(true);
    }
  });

  test('a purge in a live leaf is not published as one', () => {
    const body = { ...open(photo()), purged: { at: stamp(99), by: 'x' } } as unknown as Body;
    const living = deciding([{ deleted: false, body }])!;
    expect(project(id, living, { gps: false })).toMatchObject({ photo: { at: stamp(10), value: { facts: {} } } });
    expect(project(id, deciding([{ deleted: true, body }])!, { gps: false })).toMatchObject({ photo: { value: null } });
  });

  test('a live leaf takes precedence', () => {
    expect(deciding([leaf(open(photo()), false), purged(photo(), stamp(40))])).toEqual(open(photo()));
  });
});

test('tags are marked private by _ or private/', () => {
  expect(['_x', 'private', 'private/x', 'PRIVATE/y'].every(isPrivateTag)).toBe(true);
  expect(['privateer', 'my private', 'x_y', 'sea/private'].some(isPrivateTag)).toBe(false);
});

test('ids are opaque, equal under one key, and different under another', () => {
  const key = '0'.repeat(64);
  expect(opaqueId(sha256, key)).toMatch(/^[0-9a-f]{64}$/);
  expect(opaqueId(sha256, key)).toBe(opaqueId(sha256, key));
  expect(opaqueId(sha256, key)).not.toBe(opaqueId(sha256, '1'.repeat(64)));
  expect(opaqueOf(publicId(opaqueId(sha256, key)))).toBe(opaqueId(sha256, key));
  expect(opaqueOf('photo:x')).toBeUndefined();
});

test('no secret is ever published, from any field', () => {
  const text = fc.string().map((rest) => `${secret}${rest}`);
  const anything = fc.dictionary(fc.string({ minLength: 1 }), text);
  const hidden = fc.record({
    // Fields that no version knows yet, next to and inside every part.
    root: anything,
    facts: anything,
    renditions: anything,
    sidecars: fc.dictionary(
      fc.stringMatching(/^[0-9a-f]{64}$/),
      fc.record({ name: text, values: fc.record({ owner: text }) }),
    ),
    edits: anything,
    name: text,
    folder: text,
    by: text,
    tag: text,
    album: text,
    isPublic: fc.boolean(),
    gps: fc.boolean(),
  });
  fc.assert(
    fc.property(hidden, (h) => {
      const base = photo({ sighting: { ...sighting(), name: h.name, folder: h.folder, server: h.by } });
      const seen: PhotoDocument = {
        ...h.root,
        ...base,
        facts: {
          ...h.facts,
          ...base.facts,
          place: { ...h.facts, city: 'Delft' },
          gps: { ...h.facts, lat: 1, lon: 2 },
          exposure: { ...h.facts, iso: 100 },
        },
        renditions: { ...h.renditions, ...base.renditions, thumb: { ...h.facts, ...rendition } },
        sidecars: h.sidecars as PhotoDocument['sidecars'],
        edits: { ...h.edits, ...base.edits },
      };
      const change = {
        tags: { add: [`_${h.tag}`.slice(0, 100).trim()] },
        albums: { add: [h.album.slice(0, 100).trim()] },
      };
      const document = edited(seen, { ...change, audience: h.isPublic ? 'public' : 'family' }, stamp(5), h.by);
      expect(JSON.stringify(told(document, h.gps))).not.toContain(secret);
    }),
    { seed: 7, numRuns: 300 },
  );
});

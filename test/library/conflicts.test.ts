/**
 * Conflicts: merged on arrival, identically on every server, until none is left; and no edit is lost, in whatever parts
 * and order it arrives.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergedSizeLimit, sizeOf } from '../../src/document/document-size.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { newestStamp } from '../../src/document/stamp.js';
import { viewPhoto, type PhotoView } from '../../src/document/photo-view.js';
import type { Incoming, Library } from '../../src/library/library.js';
import { photo, sighting } from '../document/documents.js';
import { contents, memory, missingAt, replicate } from './libraries.js';

const sha256 = 'a'.repeat(64);
const id = photoId(sha256);

const libraries = (count: number): Library[] => Array.from({ length: count }, (_, n) => memory({}, n + 1).library);
const ingest = (library: Library, doc = id, recipe = 1): void => {
  library.update<PhotoDocument>(
    doc,
    (before) => before ?? photo({ facts: { recipe }, sighting: sighting({ server: library.server }) }),
  );
};
function edit(library: Library, change: PhotoChange, doc = id): void {
  library.update<PhotoDocument>(
    doc,
    (before) => before && applyChange(before, change, { at: library.stamp(newestStamp(before)), by: library.server }),
  );
}
function purgeAt(library: Library, doc = id): void {
  library.update<object>(
    doc,
    (before) => before && purge(before as PhotoDocument, { at: library.stamp(newestStamp(before)), by: 'person:1' }),
  );
}
const view = (library: Library, doc = id): PhotoView | undefined => {
  const stored = library.get<PhotoDocument>(doc);
  return stored && viewPhoto(sha256, stored.body, { here: false });
};
const live = (library: Library, doc = id): number => library.leaves(doc).filter((leaf) => !leaf.deleted).length;

function exchange(...all: Library[]): void {
  for (const from of all) for (const to of all) if (from !== to) replicate(from, to);
  for (const from of all) for (const to of all) if (from !== to) replicate(from, to);
}

describe('a conflict', () => {
  test('is merged wherever it is seen, and both servers create the same revisions', () => {
    const [a, b] = libraries(2) as [Library, Library];
    ingest(a);
    replicate(a, b);
    edit(a, { title: 'a', tags: { add: ['x'] } });
    edit(b, { description: 'b', tags: { add: ['y'] } });
    const [fromA, fromB] = [missingAt(a, b), missingAt(b, a)];
    a.insert(fromB);
    b.insert(fromA);
    expect(contents(a)).toEqual(contents(b));
    expect(view(a)).toMatchObject({ title: 'a', description: 'b', tags: ['x', 'y'] });
    expect(a.leaves(id).map(({ deleted }) => deleted)).toEqual([false, true]);
    expect(a.leaves(id)[1]!.body).toEqual({});
    // Everything is settled.
    const changes = [a.lastChange(), b.lastChange()];
    exchange(a, b);
    expect([a.lastChange(), b.lastChange()]).toEqual(changes);
  });

  test('of documents created independently on both servers is merged too, with its tags', () => {
    const [a, b] = libraries(2) as [Library, Library];
    ingest(a, id, 1);
    ingest(b, id, 2);
    const exif = (library: Library, recipe: number): unknown =>
      library.update('exif:x', () => ({ format: 1, kind: 'exif', recipe, tags: { n: String(recipe) } }));
    exif(a, 1);
    exif(b, 2);
    exchange(a, b);
    expect(contents(a)).toEqual(contents(b));
    expect(Object.keys(a.get<PhotoDocument>(id)!.body.sightings)).toHaveLength(2);
    expect(a.get(id)!.body).toMatchObject({ facts: { recipe: 2 } });
    expect(a.get('exif:x')!.body).toMatchObject({ recipe: 2, tags: { n: '2' } });
  });

  test('that an older merge already resolves creates no new revision', () => {
    const [a, b, c] = libraries(3) as [Library, Library, Library];
    ingest(a);
    exchange(a, b, c);
    for (const [n, library] of [a, b, c].entries()) edit(library, { title: String(n) });
    exchange(a, b, c);
    expect(contents(a)).toEqual(contents(b));
    expect(contents(b)).toEqual(contents(c));
    expect(a.leaves(id).length).toBeLessThanOrEqual(4);
  });
});

describe('a tombstone that arrives without its merge', () => {
  const setUp = (): {
    a: Library;
    b: Library;
    loser: Incoming;
    tombstone: Incoming;
    winner: Incoming;
    merged: Incoming;
  } => {
    const [a, b, c] = libraries(3) as [Library, Library, Library];
    ingest(a);
    replicate(a, b);
    edit(a, { title: 'a' });
    edit(b, { description: 'b' });
    const both = [...missingAt(a, c), ...missingAt(b, c)];
    c.insert(both);
    const [merged, tombstone] = missingAt(c, a).length === 2 ? missingAt(c, a) : missingAt(c, b);
    const [winner, loser] = both[0]!.revisions[0] === merged!.revisions[1] ? both : [...both].reverse();
    return { a: c, b: libraries(4)[3]!, loser: loser!, tombstone: tombstone!, winner: winner!, merged: merged! };
  };
  const said = { title: 'a', description: 'b' };

  test('leaves its closed branch available: the merge is repeated with the same result', () => {
    const { a, b, loser, tombstone, winner } = setUp();
    b.insert([loser, winner].slice(0, 1));
    b.insert([tombstone]);
    // Only a purge removes the photo.
    expect(view(b)).toBeDefined();
    b.insert([winner]);
    expect(view(b)).toMatchObject(said);
    exchange(a, b);
    expect(view(a)).toEqual(view(b));
    expect(live(a)).toBe(1);
  });

  test('loses nothing in any order of arrival, and servers agree', () => {
    const { a, loser, tombstone, winner, merged } = setUp();
    fc.assert(
      fc.property(
        fc.shuffledSubarray([loser, tombstone, winner, merged], { minLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (order, cut) => {
          const { library: b, db } = memory({}, 9);
          b.insert(order.slice(0, cut));
          b.insert(order.slice(cut));
          expect(view(b)).toMatchObject(said);
          expect(live(b)).toBe(1);
          // The content of the live document is stored only once.
          expect(db.prepare('SELECT rev FROM revision WHERE leaf = 0 AND body IS NOT NULL').all()).toEqual([]);
          exchange(a, b);
          expect(contents(b)).toEqual(contents(a));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('loses nothing on a server that was restored since and never got the merge', () => {
    const [a, b] = libraries(2) as [Library, Library];
    ingest(a);
    // The backup from which it will be restored.
    const backup = missingAt(a, memory({}, 8).library);
    edit(a, { title: 'lost with the rest' });
    ingest(b);
    edit(b, { description: 'b' });
    edit(b, { rating: 3 });
    a.insert(missingAt(b, a));
    // A cut connection: of these revisions, the tombstone arrived and the merge did not.
    b.insert(missingAt(a, b).filter(({ deleted }) => deleted));
    const { library: restored } = memory({}, 9);
    restored.insert(backup);
    exchange(restored, b);
    expect(Object.keys(b.get<PhotoDocument>(id)!.body.sightings)).toHaveLength(2);
    expect(contents(restored)).toEqual(contents(b));
  });

  test('of a branch unknown here loses nothing elsewhere, whatever is written here', () => {
    const [a, b, c, d] = libraries(4) as [Library, Library, Library, Library];
    ingest(a);
    edit(a, { title: 'a' });
    replicate(a, d);
    ingest(b);
    edit(b, { description: 'b' });
    edit(b, { rating: 3 });
    // The branch of a loses, and of b's merge only the tombstone reaches c.
    b.insert(missingAt(a, b));
    c.insert(missingAt(b, c).filter(({ deleted }) => deleted));
    expect(c.get(id)).toBeUndefined();
    ingest(c);
    edit(c, { tags: { add: ['c'] } });
    // b is lost with all its data; d still has a's revision.
    exchange(c, d);
    for (const library of [c, d]) expect(view(library)).toMatchObject({ title: 'a', tags: ['c'] });
    expect(contents(c)).toEqual(contents(d));
    exchange(a, b, c, d);
    expect(view(a)).toMatchObject({ title: 'a', description: 'b', rating: 3, tags: ['c'] });
    for (const library of [b, c, d]) expect(contents(library)).toEqual(contents(a));
  });

  test('a document re-created here loses nothing of another branch unknown here', () => {
    const [a, b, c, d, e] = libraries(5) as [Library, Library, Library, Library, Library];
    ingest(a);
    edit(a, { title: 'a' });
    replicate(a, d);
    ingest(b);
    edit(b, { description: 'b' });
    edit(b, { description: 'b, looked at again' });
    replicate(b, e);
    ingest(c);
    for (let rating = 1; rating <= 4; rating++) edit(c, { rating });
    c.insert([...missingAt(a, c), ...missingAt(b, c)]);
    // Of three branches that c merged, only the tombstones reach d, which had one of the two.
    d.insert(missingAt(c, d).filter(({ deleted }) => deleted));
    expect(view(d)).toMatchObject({ title: 'a' });
    // c is lost; e still has the other one.
    exchange(d, e);
    for (const library of [d, e])
      expect(view(library)).toMatchObject({ title: 'a', description: 'b, looked at again' });
    expect(contents(d)).toEqual(contents(e));
  });

  test('and equal content is written although its branch was closed', () => {
    const [a, b, c] = libraries(3) as [Library, Library, Library];
    const exif = (library: Library, recipe: number): unknown =>
      library.update('exif:x', () => ({ format: 1, kind: 'exif', recipe, tags: { n: String(recipe) } }));
    exif(a, 1);
    exif(b, 2);
    b.insert(missingAt(a, b));
    // Their hashes decide which of the two was closed.
    const closed = b.leaves('exif:x').find(({ deleted }) => deleted)!;
    c.insert(missingAt(b, c).filter(({ deleted }) => deleted));
    expect(c.get('exif:x')).toBeUndefined();
    expect(closed.rev.startsWith('2-')).toBe(true);
    for (const recipe of [1, 2]) {
      exif(c, recipe);
      expect(c.get('exif:x')?.body).toMatchObject({ recipe });
    }
    exchange(a, b, c);
    for (const library of [a, b, c]) expect(library.get('exif:x')?.body).toMatchObject({ recipe: 2 });
  });

  test('by a program that deletes is not a purge: the photo returns', () => {
    const [a] = libraries(1) as [Library];
    ingest(a);
    const { rev } = a.get(id)!;
    const before = view(a);
    a.insert([{ id, revisions: ['2-f', rev], deleted: true, body: {} }]);
    expect(view(a)).toEqual(before);
    expect(a.get(id)!.rev.startsWith('3-')).toBe(true);
  });
});

describe('a purge', () => {
  test('deletes the photo everywhere, late copies included', () => {
    const [a, b, c] = libraries(3) as [Library, Library, Library];
    ingest(a);
    exchange(a, b, c);
    edit(a, { title: 'a' });
    edit(b, { title: 'b' });
    exchange(a, b);
    // c has only the losing branch.
    c.insert(missingAt(a, c).filter(({ deleted }) => !deleted));
    purgeAt(a);
    expect(a.get(id)).toBeUndefined();
    exchange(a, b, c);
    for (const library of [a, b, c]) expect(library.get(id)).toBeUndefined();
    expect(contents(a)).toEqual(contents(c));
  });

  test('and an edit that has not seen it restore the photo to the trash', () => {
    const [a, b] = libraries(2) as [Library, Library];
    ingest(a);
    edit(a, { title: 'a' });
    exchange(a, b);
    purgeAt(a);
    edit(b, { description: 'late' });
    exchange(a, b);
    expect(contents(a)).toEqual(contents(b));
    for (const library of [a, b])
      expect(view(library)).toMatchObject({ title: 'a', description: 'late', trashed: true });
    // A person may restore it, or purge it permanently.
    edit(b, { trashed: false });
    exchange(a, b);
    expect(view(a)).toMatchObject({ trashed: false });
    purgeAt(b);
    exchange(a, b);
    expect([view(a), view(b)]).toEqual([undefined, undefined]);
  });

  test('and bytes that arrive again, here or elsewhere, restore it to the trash', () => {
    const [a, b] = libraries(2) as [Library, Library];
    ingest(a);
    edit(a, { title: 'a' });
    purgeAt(a);
    ingest(b);
    exchange(a, b);
    for (const library of [a, b]) expect(view(library)).toMatchObject({ trashed: true, title: 'a' });

    const [c] = libraries(1) as [Library];
    ingest(c);
    edit(c, { rating: 3 });
    purgeAt(c);
    ingest(c);
    expect(view(c)).toMatchObject({ trashed: true, rating: 3 });
    const { lastChange } = c;
    ingest(c);
    expect(c.lastChange()).toBe(lastChange());
  });
});

test('a malformed foreign purge blocks nothing, and in a living document means nothing', () => {
  const [a] = libraries(1) as [Library];
  ingest(a);
  const odd = { purged: { at: 'x', by: 7 }, edits: { trashed: 1, title: {} }, sightings: 'none' };
  a.insert([{ id, revisions: ['1-f'], deleted: true, body: odd }]);
  expect(view(a)).toMatchObject({ trashed: true });
  a.insert([{ id: 'photo:x', revisions: ['1-f'], deleted: false, body: { ...photo(), purged: { at: 'x', by: 'y' } } }]);
  edit(a, { title: 'lives' }, 'photo:x');
  expect(view(a, 'photo:x')).toMatchObject({ title: 'lives', trashed: false });
});

test('a merge that would be too large drops its largest parts, so that no branch remains', () => {
  const [a, b] = libraries(2) as [Library, Library];
  let size = 250_000;
  const body = (key: string): object => ({ format: 1, kind: 'comment', [key]: 'x'.repeat(size) });
  const incoming = (rev: string): Incoming => ({
    id: 'comment:x',
    revisions: [rev],
    deleted: false,
    body: body(rev) as Incoming['body'],
  });
  const five = ['1-a', '1-b', '1-c', '1-d', '1-e'];
  a.insert(five.map(incoming));
  expect(live(a, 'comment:x')).toBe(1);
  expect(sizeOf(a.get('comment:x')!.body)).toBeLessThanOrEqual(mergedSizeLimit);
  expect(Object.keys(a.get('comment:x')!.body).length).toBeGreaterThan(3);
  // What arrives again may fit now; then nothing is left to do.
  a.insert([incoming('1-a')]);
  const last = a.lastChange();
  a.insert([incoming('1-a')]);
  expect(a.lastChange()).toBe(last);
  size = 600_000;
  b.insert([incoming('1-a'), incoming('1-b')]);
  expect(live(b, 'comment:x')).toBe(1);
});

/** What happens among three servers with two photos. */
const step = fc.record({
  at: fc.integer({ min: 0, max: 2 }),
  other: fc.integer({ min: 0, max: 2 }),
  photo: fc.constantFrom(photoId('1'.repeat(64)), photoId('2'.repeat(64))),
  what: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('edit' as const),
        field: fc.constantFrom('title', 'description'),
        n: fc.nat(9),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('tag' as const), tag: fc.constantFrom('x', 'y', 'z') }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('meet' as const), half: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'ingest' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'purge' as const }) },
  ),
});

test('servers that exchange everything are equal, without conflicts, with every edit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50, size: 'max' }), (steps) => {
      const all = libraries(3);
      const photos = new Set(steps.map((one) => one.photo));
      const tags = new Map<string, Set<string>>();
      for (const { at, other, photo: doc, what } of steps) {
        const library = all[at]!;
        if (what.kind === 'ingest') ingest(library, doc, at);
        if (what.kind === 'purge') purgeAt(library, doc);
        if (what.kind === 'edit') edit(library, { [what.field]: `${what.n}` }, doc);
        if (what.kind === 'tag') {
          edit(library, { tags: { add: [what.tag] } }, doc);
          if (library.get(doc)) tags.set(doc, (tags.get(doc) ?? new Set()).add(what.tag));
        }
        if (what.kind === 'meet' && other !== at) {
          // A cut connection: only some of the revisions arrive.
          const missing = missingAt(all[other]!, library);
          library.insert(what.half ? missing.filter((_, n) => n % 2 === 1) : missing);
        }
      }
      exchange(...all);
      expect(contents(all[1]!)).toEqual(contents(all[0]!));
      expect(contents(all[2]!)).toEqual(contents(all[0]!));
      const changes = all.map((library) => library.lastChange());
      exchange(...all);
      expect(all.map((library) => library.lastChange())).toEqual(changes);
      for (const doc of photos) {
        expect(live(all[0]!, doc)).toBeLessThanOrEqual(1);
        const shown = view(all[0]!, doc);
        if (shown) expect(shown.tags).toEqual([...(tags.get(doc) ?? [])].sort());
      }
    }),
    { numRuns: 40 },
  );
});

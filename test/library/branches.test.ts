/**
 * Branches that only a hostile or odd program writes: whatever branches a photo has, it is shown, edited, made private,
 * trashed and purged on every server, and servers that exchange everything become equal.
 */
import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/document/canonical-json.js';
import { fieldLimit, mergedSizeLimit, sizeOf, weigh } from '../../src/document/document-size.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { viewPhoto, type PhotoView } from '../../src/document/photo-view.js';
import { purge } from '../../src/document/purge.js';
import type { Incoming, Library } from '../../src/library/library.js';
import { mergeAll } from '../../src/library/merge-conflicts.js';
import { branchLimit, revisionLimit } from '../../src/library/revision-tree.js';
import { highestGeneration } from '../../src/library/validate-documents.js';
import { photo } from '../document/documents.js';
import { contents, memory, missingAt, replicate } from './libraries.js';

const sha256 = 'a'.repeat(64);
const id = photoId(sha256);
const hash = (n: number): string => n.toString(16).padStart(32, 'f');

/** A home with one photo. */
function home(seed = 1): Library {
  const { library } = memory({}, seed);
  library.update<PhotoDocument>(id, () => photo());
  return library;
}
const libraries = (count: number): Library[] => {
  const [first, ...others] = Array.from({ length: count }, (_, n) => (n === 0 ? home() : memory({}, n + 1).library));
  for (const other of others) replicate(first!, other);
  return [first!, ...others];
};
const edit = (library: Library, change: PhotoChange): unknown =>
  library.update<PhotoDocument>(
    id,
    (before) => before && applyChange(before, change, { at: library.stampAfter(before), by: library.server }),
  );
const purgeAt = (library: Library): unknown =>
  library.update<object>(id, (body) => body && purge(body as Body, { at: library.stampAfter(body), by: 'owner' }));
const view = (library: Library): PhotoView | undefined => {
  const stored = library.get<PhotoDocument>(id);
  return stored && viewPhoto(sha256, stored.body, { here: false });
};
const live = (library: Library): string[] => library.heads(id).flatMap(({ rev, deleted }) => (deleted ? [] : [rev]));
/** A revision by a program that writes anything, on its own branch, with a number of forged ancestors. */
function foreign(body: object, n: number, { generation = 1, ancestors = 0, deleted = false } = {}): Incoming {
  const revisions = Array.from({ length: ancestors + 1 }, (_, m) => `${generation - m}-${hash(n * 10_000 + m)}`);
  return { id, revisions, deleted, body: body as Body };
}
/** Replicates everything everywhere, until nothing changes. */
function exchange(...all: Library[]): void {
  for (let round = 0, before = ''; ; round++) {
    for (const from of all) for (const to of all) if (from !== to) replicate(from, to);
    const now = all.map((library) => library.lastChange()).join();
    if (now === before) break;
    expect(round, 'rounds until nothing moves').toBeLessThan(12);
    before = now;
  }
  for (const library of all.slice(1)) expect(contents(library)).toEqual(contents(all[0]!));
}

describe('a branch of a newer version', () => {
  const newer = (n: number, more: object = {}): object => ({ format: 99, kind: 'photo', edits: {}, n, ...more });

  test('does not prevent merging others, and hides no photo that this version understands', () => {
    const [a, b] = libraries(2) as [Library, Library];
    const said = { edits: { title: [{ value: 'by another program', at: '000000000000007-0000-x', by: 'x' }] } };
    a.insert([
      foreign(newer(1), 1, { generation: 7, ancestors: 6 }),
      foreign(said, 2, { generation: 3 }),
      foreign({ kind: 'odd' }, 3, { generation: 5 }),
      foreign({ format: 1, ...said }, 4, { generation: 2 }),
    ]);
    // Known formats are merged; the unknown one is kept for a server that knows it.
    expect(live(a)).toHaveLength(2);
    expect(view(a)).toMatchObject({ type: 'image/jpeg' });
    edit(a, { title: 'mine', tags: { add: ['sea'] } });
    expect(view(a)).toMatchObject({ title: 'mine', tags: ['sea'] });
    edit(b, { description: 'on another server' });
    exchange(a, b);
    for (const library of [a, b])
      expect(view(library)).toMatchObject({ title: 'mine', tags: ['sea'], description: 'on another server' });
    expect(a.leaves(id).filter(({ deleted, body }) => !deleted && body['format'] === 99)).toHaveLength(1);
    // It arrives again, with a generation above the winner's.
    b.insert([foreign(newer(2), 9, { generation: 99 })]);
    exchange(a, b);
    expect(view(a)).toMatchObject({ title: 'mine', type: 'image/jpeg' });
  });

  test('still sets the audience, and the narrower one counts', () => {
    const [a, b] = libraries(2) as [Library, Library];
    edit(a, { audience: 'public' });
    exchange(a, b);
    const unseen = { value: 'private', at: '000000000000009-0000-x', by: 'x' };
    a.insert([foreign(newer(1, { edits: { audience: [unseen] } }), 1, { generation: 9 })]);
    exchange(a, b);
    for (const library of [a, b]) expect(view(library)).toMatchObject({ audience: 'private' });
    edit(b, { trashed: true });
    exchange(a, b);
    expect(view(a)).toMatchObject({ audience: 'private', trashed: true });
    // A person who saw both may decide differently.
    edit(a, { trashed: false, audience: 'public' });
    exchange(a, b);
    expect(view(b)).toMatchObject({ audience: 'public', trashed: false });
  });

  test('is purged with the photo beside it', () => {
    const [a, b] = libraries(2) as [Library, Library];
    a.insert([1, 2, 3].map((n) => foreign(newer(n), n, { generation: n })));
    exchange(a, b);
    purgeAt(b);
    exchange(a, b);
    for (const library of [a, b]) expect(library.get(id)).toBeUndefined();
  });

  test('is merged with all others if a document of a newer version follows them', () => {
    const [a, b] = libraries(2) as [Library, Library];
    a.insert([foreign(newer(1), 1, { generation: 4 })]);
    exchange(a, b);
    const [shown, apart] = live(a);
    const at = (rev: string): number => parseInt(rev);
    // As a server of that version does.
    const merged = { id, revisions: [`${at(shown!) + 1}-${hash(50)}`, shown!], deleted: false, body: newer(5) as Body };
    const closed = { id, revisions: [`${at(apart!) + 1}-${hash(51)}`, apart!], deleted: true, body: {} };
    a.insert([merged, closed]);
    exchange(a, b);
    expect(live(a)).toEqual([merged.revisions[0]]);
  });
});

test('branches that are too large together are merged without their largest parts, and the photo is shown', () => {
  const [a, b] = libraries(2) as [Library, Library];
  edit(a, { title: 'mine' });
  a.insert(
    Array.from({ length: 6 }, (_, n) =>
      foreign({ format: 1, [`novel${n}`]: 'x'.repeat(250_000) }, n, { generation: 9 }),
    ),
  );
  expect(live(a)).toHaveLength(1);
  expect(sizeOf(a.get(id)!.body)).toBeLessThanOrEqual(mergedSizeLimit);
  edit(a, { audience: 'private', description: 'still edited' });
  exchange(a, b);
  for (const library of [a, b])
    expect(view(library)).toMatchObject({ title: 'mine', description: 'still edited', type: 'image/jpeg' });
});

describe('a flood of forged values', () => {
  const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
  const value = (n: number): object => ({
    value: 'x',
    at: `999999999999999-0000-x${n}`,
    by: 'x',
    over: '999999999999999-0000-zz',
  });
  const map = (count: number, make: (n: number) => object): object =>
    Object.fromEntries(many(count, (n) => [`forged ${n}`, make(n)]));
  const sighting = (n: number): object => ({ at: '1999', server: 'x', name: `${n}` });
  const floods: Record<string, (from: number) => object> = {
    titles: (from) => ({ edits: { title: many(2_400, (n) => value(from + n)) } }),
    audiences: (from) => ({ edits: { audience: many(2_400, (n) => ({ ...value(from + n), value: 'public' })) } }),
    tags: (from) => ({ edits: { tags: map(1_300, (n) => ({ ...value(n), present: true, from })) } }),
    sightings: (from) => ({ sightings: map(2_300, (n) => sighting(from + n)), more: { from } }),
    'fields of a newer part': (from) => ({ novel: map(2_300, (n) => ({ at: 'x', n, from })) }),
  };

  test.each(Object.keys(floods))('of %s does not displace what people set elsewhere', (which) => {
    const [a, b] = libraries(2) as [Library, Library];
    edit(a, { description: 'd'.repeat(5_000), rating: 4, audience: 'private' });
    if (which !== 'tags') edit(a, { tags: { add: ['sea'] } });
    const said = view(a)!;
    for (let n = 0; n < 3; n++)
      a.insert([foreign({ format: 1, kind: 'photo', facts: {}, ...floods[which]!(n * 10_000) }, n, { generation: 9 })]);
    edit(a, { title: 'mine' });
    edit(a, { trashed: true });
    exchange(a, b);
    for (const library of [a, b]) {
      expect(view(library)).toMatchObject({
        description: said.description,
        rating: 4,
        audience: 'private',
        trashed: true,
      });
      expect(view(library)!.type).toBe(said.type);
      if (which !== 'tags') expect(view(library)!.tags).toContain('sea');
      expect(view(library)!.title).toBe('mine');
      expect(weigh(library.get(id)!.body).fields).toBeLessThanOrEqual(fieldLimit);
    }
    edit(b, { audience: 'public' });
    expect(view(b)).toMatchObject({ audience: 'public' });
    purgeAt(b);
    exchange(a, b);
    expect(a.get(id)).toBeUndefined();
  });

  test('is merged in time linear in its bytes', () => {
    const bodies = [900_000, ...many(200, () => 4_000)].map((size, n): Body => ({
      format: 1,
      [`k${n}`]: 'x'.repeat(size),
    }));
    const all = bodies.reduce((sum, body) => sum + sizeOf(body), 0);
    let work = 0;
    const join = (one: Body, other: Body): Body => {
      work += sizeOf(one) + sizeOf(other);
      return { ...one, ...other };
    };
    mergeAll(bodies, join);
    // One at a time would be a hundred times the work.
    expect(work).toBeLessThan(all * 6);
  });
});

describe('a forged generation', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const forged = { ...photo(), edits: { audience: [{ value: 'public', at: '000000000000009-0000-x', by: 'x' }] } };

  test.each([
    ['the highest that homes make', highestGeneration, 0],
    ['one beyond it', highestGeneration + 1, 0],
    ['a chain that leads beyond it', highestGeneration + revisionLimit - 1, revisionLimit - 1],
    ['the highest that there is', most - 1, revisionLimit - 1],
  ])('of %s prevents no later edit by any server', (_, generation, ancestors) => {
    const [a, b] = libraries(2) as [Library, Library];
    edit(a, { title: 'before' });
    a.insert([foreign(forged, 1, { generation, ancestors })]);
    expect(view(a)).toMatchObject({ title: 'before' });
    for (let n = 0; n < 3; n++) edit(a, { audience: 'private', trashed: true, title: `mine ${n}` });
    const { library: late } = memory({}, 7);
    exchange(a, b, late);
    for (const library of [a, b, late]) {
      expect(view(library)).toMatchObject({ title: 'mine 2', audience: 'private', trashed: true });
      expect(library.heads(id)[0]!.rev).toMatch(/^\d{1,4}-/);
    }
    // The forged revision again, below the one that closed it, and next to it.
    const top = late.heads(id).at(-1)!.rev;
    if (parseInt(top) < most)
      late.insert([{ id, revisions: [`${parseInt(top) + 1}-${hash(7)}`, top], deleted: false, body: forged }]);
    late.insert([foreign(forged, 2, { generation })]);
    exchange(a, b, late);
    edit(b, { title: 'again' });
    purgeAt(b);
    exchange(a, b, late);
    for (const library of [a, b, late]) expect(library.get(id)).toBeUndefined();
    // The same bytes are imported again: trashed, with the earlier descriptions.
    late.update<PhotoDocument>(id, (before) => before ?? photo());
    exchange(a, b, late);
    for (const library of [a, b, late]) expect(view(library)).toMatchObject({ trashed: true, title: 'again' });
  });

  test('of a purge or a tombstone prevents neither a return nor another purge', () => {
    const [a, b] = libraries(2) as [Library, Library];
    const body = purge(photo(), { at: a.stamp(), by: 'x' });
    a.insert([
      foreign(body, 1, { generation: most, deleted: true }),
      foreign({}, 2, { generation: most, deleted: true }),
    ]);
    exchange(a, b);
    for (let n = 0; n < 3; n++) {
      a.update<PhotoDocument>(id, (before) => before ?? photo());
      edit(a, { trashed: false, title: `${n}` });
      exchange(a, b);
      expect(view(b)).toMatchObject({ title: `${n}`, trashed: false });
      purgeAt(b);
      exchange(a, b);
      expect([a.get(id), b.get(id)]).toEqual([undefined, undefined]);
    }
  });

  test('of a newer version is resolved on every server, too', () => {
    const [a, b] = libraries(2) as [Library, Library];
    const top = a.heads(id)[0]!.rev;
    const body = { format: 99, kind: 'photo', facts: {}, edits: {} } as Body;
    // Below the photo itself, so that nothing else of it remains.
    a.insert([{ id, revisions: [`2-${hash(1)}`, top], deleted: false, body }]);
    a.insert([foreign(body, 2, { generation: most - 1 })]);
    edit(a, { audience: 'private' });
    edit(a, { trashed: true });
    exchange(a, b);
    expect(view(b)).toMatchObject({ audience: 'private', trashed: true });
  });
});

test('any number of branches is forgotten when closed, and edits reach every server', () => {
  const [a, b] = libraries(2) as [Library, Library];
  for (let n = 0; n < 3 * branchLimit; n += 50) {
    const some = Array.from({ length: 50 }, (_, m) => foreign({ ...photo(), n: n + m }, n + m, { generation: 9 }));
    a.insert(some);
  }
  expect(a.heads(id).length).toBeLessThanOrEqual(branchLimit * 1.1 + 2);
  edit(b, { title: 'meanwhile', audience: 'private' });
  exchange(a, b);
  expect(view(a)).toMatchObject({ title: 'meanwhile', audience: 'private' });
  expect(canonical(a.get(id)!.body)).toBe(canonical(b.get(id)!.body));
  expect(missingAt(a, b)).toEqual([]);
});

/**
 * A library with clocks that are years off and with documents whose stamps are forged: nobody can advance its own
 * clock, it is right again once corrected, and whatever the owner takes back is taken back.
 */
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/document/document-size.js';
import { readStanding, type Standing } from '../../src/access/pending-roles.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { changeAlbum, viewSaved, type AlbumDocument } from '../../src/document/album-document.js';
import { commentId, newComment, removeComment, viewComment, type CommentDocument } from '../../src/document/comment.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { withRegisters } from '../../src/document/overruled-registers.js';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { parseStamp } from '../../src/document/stamp.js';
import { viewPhoto } from '../../src/document/photo-view.js';
import { openLibrary, type Incoming, type Library } from '../../src/library/library.js';
import { photo } from '../document/documents.js';
import { contents, dice, memory, replicate } from './libraries.js';

const sha256 = 'a'.repeat(64);
const id = photoId(sha256);
const ends = ['999999999999999-fffd-x', '999999999999999-ffff-x', '999999999999999-ffff-', 'zzz'];
const year = 365 * 24 * 3_600_000;
const start = 1_700_000_000_000;

const edit = (library: Library, change: PhotoChange): unknown =>
  library.update<PhotoDocument>(
    id,
    (before) => before && applyChange(before, change, { at: library.stampAfter(before), by: 'owner' }),
  );
const view = (library: Library) => viewPhoto(sha256, library.get<PhotoDocument>(id)!.body, { here: false });
/** A revision by a program that writes anything, on its own branch. */
const foreign = (body: object, n = 1, doc = id): Incoming => ({
  id: doc,
  revisions: [`1-${String(n).padStart(32, 'f')}`],
  deleted: false,
  body: body as Body,
});
const forged = (at: string, edits: object = {}): PhotoDocument => ({
  ...photo(),
  edits: {
    audience: [{ value: 'public', at, by: 'x' }],
    trashed: [{ value: false, at, by: 'x' }],
    title: [{ value: 'forged', at, by: 'x' }],
    tags: { loud: { present: true, at, by: 'x' } },
    ...edits,
  },
});

test.each(ends)('an edit at %s, alone or of a selection, prevents no later edit, also after a restart', (at) => {
  const { library, db } = memory();
  library.insert([foreign(forged(at))]);
  edit(library, { title: 'mine', audience: 'private', trashed: true, tags: { remove: ['loud'], add: ['mine'] } });
  expect(view(library)).toMatchObject({ title: 'mine', audience: 'private', trashed: true, tags: ['mine'] });
  const clock = { now: () => start + 9_999, sleep: () => Promise.resolve() };
  const again = openLibrary(db, { clock, random: dice(7) });
  expect(parseStamp(again.stamp())!.ms).toBeLessThan(start + 10_000);
  edit(again, { title: 'again', trashed: false });
  expect(view(again)).toMatchObject({ title: 'again', audience: 'private', trashed: false });
  // The forged revision arrives again, on another branch.
  again.insert([foreign(forged(at, { novel: 1 }), 2)]);
  expect(view(again)).toMatchObject({ title: 'again', audience: 'private', trashed: false, tags: ['mine'] });
});

test.each(ends)('a photo with stamps at %s is purged, with its late copies', (at) => {
  const { library } = memory();
  library.insert([foreign(forged(at))]);
  library.update<object>(id, (body) => purge(body as Body, { at: library.stampAfter(body), by: 'owner' }));
  expect(library.get(id)).toBeUndefined();
  library.insert([foreign({ ...forged(at), facts: { recipe: 9 } }, 2)]);
  expect(library.get(id)).toBeUndefined();
});

test('eight far-future values on another branch do not displace a withdrawal', () => {
  const { library } = memory();
  library.insert([foreign(forged(ends[0]!))]);
  edit(library, { audience: 'private', trashed: true });
  const flood = (field: string, value: unknown): object => ({
    [field]: Array.from({ length: 8 }, (_, n) => ({ value, at: `999999999999998-ffff-x${n}`, by: 'x' })),
  });
  library.insert([foreign(forged(ends[0]!, { ...flood('audience', 'public') }), 2)]);
  expect(view(library)).toMatchObject({ audience: 'private', trashed: true });
});

test('servers with clocks years apart end equal, with edits that had seen the others', () => {
  const at = (skew: number, seed: number): Library => {
    let now = start + skew;
    return memory({ clock: { now: () => (now += 7), sleep: () => Promise.resolve() } }, seed).library;
  };
  const [right, ahead, behind] = [at(0, 1), at(3 * year, 2), at(-20 * year, 3)];
  right.update(id, () => photo() as unknown as Body);
  const chain = [ahead, right, behind, ahead, behind, right];
  let last = right;
  for (const [n, library] of chain.entries()) {
    replicate(last, library);
    edit(library, {
      title: `${n}`,
      audience: n % 2 ? 'private' : 'public',
      tags: n % 2 ? { add: ['x'] } : { remove: ['x'] },
    });
    expect(view(library)).toMatchObject({
      title: `${n}`,
      audience: n % 2 ? 'private' : 'public',
      tags: n % 2 ? ['x'] : [],
    });
    last = library;
  }
  for (let n = 0; n < 2; n++) for (const a of chain) for (const b of chain) if (a !== b) replicate(a, b);
  expect(contents(ahead)).toEqual(contents(right));
  expect(contents(behind)).toEqual(contents(right));
  expect(view(ahead)).toMatchObject({ title: '5', audience: 'private', tags: ['x'] });
  // No server's clock was advanced by another.
  expect(parseStamp(right.stamp())!.ms).toBeLessThan(start + 60_000);
  expect(parseStamp(behind.stamp())!.ms).toBeLessThan(start - 19 * year);
});

test('a home whose clock was pushed years ahead is correct again when opened with a correct clock', () => {
  const db = openSqlite(':memory:');
  const openAt = (now: number, seed: number): Library =>
    openLibrary(db, { clock: { now: () => now, sleep: () => Promise.resolve() }, random: dice(seed) });
  openAt(start + 28_000 * year, 1).update(id, () => photo() as unknown as Body);
  const pushed = openAt(start + 28_000 * year, 1);
  edit(pushed, { title: 'of the year 30546' });
  const stored = (): string => db.prepare<{ stamp: string }>('SELECT stamp FROM library').get()!.stamp;
  expect(parseStamp(stored())!.ms).toBeGreaterThan(start + 27_000 * year);
  const mended = openAt(start, 2);
  edit(mended, { title: 'now' });
  expect(view(mended).title).toBe('now');
  // The next opening sees the same.
  expect(parseStamp(stored())!.ms).toBe(start);
});

test.each(ends)('a comment, a saved search and a person with stamps at %s can be removed', (at) => {
  const { library } = memory();
  const said = (value: unknown): object => ({ value, at, by: 'x' });
  const comment = commentId(sha256, '1');
  const remark = { ...newComment(sha256, 'forged', at, 'x', 0), removed: said(false) };
  const album = { format: 1, kind: 'album', added: '', name: said('x'), query: said('sea'), removed: said(false) };
  const person = {
    format: 1,
    kind: 'person',
    ...{ name: said('Eve'), role: said('owner'), canEdit: said(true), removed: said(false) },
  };
  const who = '0'.repeat(26);
  const all = (n: number): Incoming[] => [
    foreign(remark, n, comment),
    foreign(album, n, 'album:1'),
    foreign(person, n, `person:${who}`),
  ];
  library.insert(all(1));
  const change = (values: Partial<Standing>): unknown =>
    library.update(`person:${who}`, (body) => {
      const at = library.stampAfter(body);
      const registers = Object.entries(values).map(([key, value]) => [key, { value, at, by: 'owner' }] as const);
      return withRegisters(body!, Object.fromEntries(registers));
    });
  const standing = (): Standing | undefined => readStanding(library.get(`person:${who}`)?.body);
  change({ role: 'family', canEdit: false });
  library.update<CommentDocument>(comment, (body) => removeComment(body!, library.stampAfter(body), 'owner'));
  library.update<AlbumDocument>('album:1', (body) =>
    changeAlbum(body, { removed: true }, library.stampAfter(body), 'owner', 0),
  );
  const check = (): void => {
    expect(standing()).toMatchObject({ role: 'family', canEdit: false });
    expect(viewComment(comment, library.get(comment)!.body)).toBeUndefined();
    expect(viewSaved('album:1', library.get('album:1')!.body)).toBeUndefined();
  };
  check();
  library.insert(all(2).map((one) => ({ ...one, body: { ...one.body, novel: 1 } })));
  check();
  change({ removed: true });
  library.insert(all(3).map((one) => ({ ...one, body: { ...one.body, novel: 2 } })));
  expect(standing()).toMatchObject({ removed: true });
  library.update(comment, (body) => purge(body!, { at: library.stampAfter(body), by: 'owner' }) as unknown as Body);
  library.insert(all(4));
  expect(library.get(comment)).toBeUndefined();
});

describe('a document filled to its limit', () => {
  const mebibyte = 1024 * 1024;
  const at = ends[1]!;
  const many = <T>(n: number, make: (n: number) => T): T[] => Array.from({ length: n }, (_, m) => make(m));
  const flood = (size: number, value: unknown): object[] =>
    // No smaller ones: a document would have more fields than the limit.
    many(Math.floor(size / 530), (n) => ({
      value,
      pad: 'x'.repeat(390),
      at: `999999999999999-ffff-x${n}`,
      by: 'x',
      over: `999999999999999-ffff-here`,
    }));
  const fillings: Record<string, (size: number) => object> = {
    'in an unknown part': (size) => ({ ...forged(at), novel: 'x'.repeat(size) }),
    'in its facts': (size) => ({ ...forged(at), facts: { recipe: 1, x: 'x'.repeat(size) } }),
    'in a type': (size) => ({ ...forged(at), facts: { recipe: 1, type: 'x'.repeat(size) } }),
    'in an unknown field': (size) => forged(at, { novel: [{ at, value: 'x'.repeat(size) }] }),
    'in a title': (size) => forged(at, { title: [{ at, value: 'x'.repeat(size), by: 'x' }] }),
    'in its tags': (size) =>
      forged(at, { tags: Object.fromEntries(many(1_000, (n) => [`${n}`, { at, x: 'x'.repeat(size / 1_000) }])) }),
    'in its audience': (size) => forged(at, { audience: flood(size, 'public') }),
    'in its trash': (size) => forged(at, { trashed: flood(size, false) }),
  };
  const filled = (filling: string, size: number, more: object = {}): object => {
    const make = (n: number): object => ({ ...fillings[filling]!(n), ...more });
    const base = sizeOf(make(0));
    const body = make(Math.max(0, Math.floor((size - base - 100) / 1_000) * 1_000));
    return { ...body, pad: 'x'.repeat(Math.max(0, size - sizeOf({ ...body, pad: '' }))) };
  };

  test.each(
    Object.keys(fillings).flatMap((filling) => [[filling, mebibyte] as const, [filling, mebibyte / 4] as const]),
  )('%s, to %i bytes, can be made private, trashed and purged, and stays so', { timeout: 120_000 }, (filling, size) => {
    const { library } = memory();
    const body = filled(filling, size);
    library.insert([foreign(body)]);
    edit(library, { audience: 'private' });
    edit(library, { trashed: true });
    expect(view(library)).toMatchObject({ audience: 'private', trashed: true });
    edit(library, { description: 'still edited' });
    expect(view(library).description).toBe('still edited');
    // The same again, as another branch without known ancestors.
    library.insert([foreign(filled(filling, size, { more: 1 }), 2)]);
    expect(view(library)).toMatchObject({ audience: 'private', trashed: true });
    expect(library.leaves(id).filter(({ deleted }) => !deleted)).toHaveLength(1);
    expect(sizeOf(library.get(id)!.body)).toBeLessThanOrEqual(mebibyte);
    edit(library, { trashed: false });
    edit(library, { trashed: true });
    library.update<object>(id, (one) => purge(one as Body, { at: library.stampAfter(one), by: 'owner' }));
    expect(library.get(id)).toBeUndefined();
  });

  test('servers that meet such branches in any order end equal', { timeout: 120_000 }, () => {
    const [a, b] = [memory({}, 1).library, memory({}, 2).library];
    const branches = [
      foreign(filled('in a title', mebibyte)),
      foreign(filled('in an unknown part', mebibyte, { y: 1 }), 2),
    ];
    a.insert(branches);
    b.insert([branches[1]!]);
    edit(b, { audience: 'private' });
    b.insert([branches[0]!]);
    for (let n = 0; n < 3; n++) {
      replicate(a, b);
      replicate(b, a);
    }
    expect(contents(a)).toEqual(contents(b));
    expect(view(a).audience).toBe('private');
  });

  test('a comment of any size can be deleted', () => {
    const { library } = memory();
    const comment = commentId(sha256, '1');
    const remark = { ...newComment(sha256, 'x', at, 'x', 0), pad: '' };
    library.insert([foreign({ ...remark, pad: 'x'.repeat(mebibyte - sizeOf(remark)) }, 1, comment)]);
    library.update<CommentDocument>(comment, (body) => removeComment(body!, library.stampAfter(body), 'owner'));
    expect(viewComment(comment, library.get(comment)!.body)).toBeUndefined();
  });
});

const saidBy = <T>(by: string, value: T, at: string) => ({ value, at, by });
/** A comment by a foreign program, not removed, with `at` in every register. */
const forgedCommentAt = (at: string): CommentDocument => ({
  ...newComment(sha256, 'x', at, 'x', 0),
  text: saidBy('x', 'forged', at),
  removed: saidBy('x', false, at),
});

test('a deleted comment does not return by a forged stamp below the overruled one', () => {
  const { library } = memory();
  const comment = commentId(sha256, '1');
  library.insert([
    foreign(forgedCommentAt(ends[0]!), 1, comment),
    foreign(forgedCommentAt('999999999999999-0000-x'), 2, comment),
  ]);
  library.update<CommentDocument>(comment, (body) => removeComment(body!, library.stampAfter(body), 'owner'));
  library.insert([foreign({ ...forgedCommentAt('999999999999999-0000-x'), novel: 1 }, 3, comment)]);
  expect(viewComment(comment, library.get(comment)!.body)).toBeUndefined();
});

test('nor by forged values among the overruled ones', () => {
  const { library } = memory();
  const comment = commentId(sha256, '1');
  const overruled = {
    'removed 999999999999999-ffff-y': saidBy('x', false, '999999999999998-0000-y'),
    'removed 999999999999999-ffff-z': saidBy('x', false, '999999999999999-ffff-z'),
  };
  const forgedAt = (stamp: string): CommentDocument => ({ ...forgedCommentAt(stamp), overruled });
  library.insert([foreign(forgedAt(ends[0]!), 1, comment)]);
  library.update<CommentDocument>(comment, (body) => removeComment(body!, library.stampAfter(body), 'owner'));
  library.insert([foreign({ ...forgedAt('999999999999999-0000-x'), novel: 1 }, 2, comment)]);
  expect(viewComment(comment, library.get(comment)!.body)).toBeUndefined();
});

test('a decision beside a revision of the highest generation reaches other homes', () => {
  const [{ library: home }, { library: other }] = [memory(), memory({}, 9)];
  home.insert([{ ...foreign(forged(ends[0]!)), revisions: [`1000000000-${'e'.repeat(32)}`] }]);
  for (let n = 0; n < 3; n++) edit(home, { audience: 'private', trashed: true, title: `mine ${n}` });
  // There is room for later ones: it continues where generations are low.
  expect(home.get(id)!.rev).toMatch(/^5-/);
  replicate(home, other);
  expect(view(other)).toMatchObject({ audience: 'private', trashed: true, title: 'mine 2' });
  const none = { ...foreign(forged(ends[0]!)), revisions: [`${Number.MAX_SAFE_INTEGER}-${'e'.repeat(32)}`] };
  expect(() => other.insert([none])).toThrow('exceeds the maximum number of edits');
});

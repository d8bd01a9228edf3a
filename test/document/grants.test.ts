/** Grant sets: what no order of arrival, purge, removal of old entries or forged entry can change. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/document/canonical-json.js';
import { sizeOf } from '../../src/document/document-size.js';
import {
  closureOf,
  everything,
  headsOf,
  isLapsed,
  noGrants,
  readGrants,
  readUnder,
  stands,
  withEnd,
  withGive,
  withSight,
  type Grants,
} from '../../src/document/grants.js';
import { albumNamed, itemId, itemOf, publicIdOf } from '../../src/document/item-id.js';
import { merge } from '../../src/document/merge.js';
import { decides, shed } from '../../src/document/oversized-documents.js';
import { purge, revive } from '../../src/document/purge.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import { photo, stamp } from './documents.js';

const alone: Grants = { find: () => undefined };
const by = 'person:1';
const at = (n: number): { at: string; by: string } => ({ at: stamp(n), by });
const members: Body = { format: 1, kind: 'members' };
/** Those to whom a set currently grants something. */
const standing = (set: object): string[] => {
  const read = readGrants(set);
  return read.gives.filter((give) => stands(give, read, alone)).map(({ to, what }) => `${to} ${what}`);
};
const anna = { to: 'person:A', what: 'view' };

describe('an end', () => {
  test('overrides a give that has not seen it, whatever the stamps', () => {
    const given = withGive(members, anna, at(9));
    expect(standing(given)).toEqual(['person:A view']);
    expect(standing(merge(given, withEnd(members, 'person:A', at(1))))).toEqual([]);
    expect(standing(withEnd(given, everything, at(1)))).toEqual([]);
  });

  test('is overridden by a give that has seen it, only for the same person', () => {
    const ended = withEnd(withEnd(members, 'person:A', at(5)), 'person:B', at(6));
    const again = withGive(ended, anna, at(1));
    expect(standing(again)).toEqual(['person:A view']);
    const before = withGive(members, { to: 'person:B', what: 'view' }, at(9));
    expect(standing(merge(again, before))).toEqual(['person:A view']);
  });

  test('lapses access by accident if two servers each end and give at once, but not by a removal', () => {
    const lapsed = (set: object): boolean => isLapsed(readGrants(set), anna.to);
    const add = withGive(members, { ...anna, what: 'add' }, at(1));
    expect(lapsed(add)).toBe(false);
    const onOne = (n: number): Body => withGive(withEnd(add, anna.to, at(n)), anna, at(n + 1));
    expect(lapsed(onOne(2))).toBe(false);
    const both = merge(onOne(2), onOne(4));
    expect(standing(both)).toEqual([]);
    expect(lapsed(both)).toBe(true);
    expect(isLapsed(readGrants(both), 'person:B')).toBe(false);
    expect(lapsed(withGive(both, anna, at(6)))).toBe(false);
    expect(lapsed(withEnd(both, anna.to, at(6)))).toBe(false);
    expect(lapsed(merge(onOne(2), withEnd(add, anna.to, at(4))))).toBe(false);
    expect(lapsed(withEnd(add, anna.to, at(2)))).toBe(false);
  });

  test('that a give has seen but is missing here makes the give ineffective', () => {
    const again = withGive(withEnd(members, 'person:A', at(1)), anna, at(2));
    const { gives } = again as Body & { gives: object };
    expect(standing({ ...members, gives })).toEqual([]);
  });

  test('is referenced by its heads alone, however many there are', () => {
    let set: Body = members;
    for (let n = 1; n <= 100; n++) set = withGive(withEnd(set, 'person:A', at(2 * n)), anna, at(2 * n + 1));
    const read = readGrants(set);
    expect(headsOf(read)).toEqual([`person:A ${stamp(200)}`]);
    expect(closureOf(read, headsOf(read)).seen.size).toBe(100);
    expect(sizeOf(set)).toBeLessThan(64 * 1024);
    expect(standing(set)).toEqual(['person:A view']);
  });

  test('in a forged cycle takes effect and can be overridden by a later give', () => {
    const [a, b] = [`person:A ${stamp(1)}`, `person:A ${stamp(2)}`];
    const ends = { [a]: { ...at(1), saw: { self: [b] } }, [b]: { ...at(2), saw: { self: [a] } } };
    const set = { ...withGive(members, anna, at(3)), ends };
    expect(standing(set)).toEqual([]);
    expect(standing(withGive(set, anna, at(4)))).toEqual(['person:A view']);
  });

  test('with an invalid key ends nothing, and is replicated', () => {
    const set = {
      ...withGive(members, anna, at(1)),
      ends: { garbage: at(2), 'person:A': at(3), 'person:A now': at(4) },
    };
    expect(standing(set)).toEqual(['person:A view']);
    expect(standing(withGive(set, { to: 'person:B', what: 'view' }, at(5)))).toEqual([
      'person:A view',
      'person:B view',
    ]);
  });
});

describe('the document of the entries', () => {
  const item = photo();
  const album = `house:${'0'.repeat(26)}`;
  const shared = { ...item, edits: withGive(item.edits, { to: album, what: 'entry' }, at(1)) };
  const ended = { ...shared, edits: withEnd(shared.edits, album, at(2)) };
  const junk = fc.jsonValue({ maxDepth: 1 });

  test('merges entry by entry, whatever a forger adds', () => {
    fc.assert(
      fc.property(junk, junk, fc.boolean(), (one, two, inItem) => {
        const wrap = (part: object): Body => (inItem ? { ...item, edits: part } : { ...members, ...part });
        const [a, b] = [withGive({}, anna, at(1)), withEnd({}, 'person:A', at(2))].map((part) =>
          wrap({
            ...part,
            ...Object.fromEntries(Object.entries(part).map(([key, set]) => [key, { ...(set as object), one, two }])),
          }),
        ) as [Body, Body];
        const c = wrap(withEnd({}, 'person:B', at(3)));
        expect(canonical(merge(merge(a, b), c))).toBe(canonical(merge(a, merge(c, b))));
        const both = merge(merge(a, b), c);
        const read = readGrants(inItem ? (both as { edits?: object }).edits : both);
        expect([...read.ends.values()].map(({ to }) => to)).toEqual(expect.arrayContaining(['person:A', 'person:B']));
        expect(read.gives).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  test('keeps its ends through a purge that something survives', () => {
    const late = { ...shared, edits: { ...shared.edits, title: [{ value: 'x', at: stamp(3), by }] } };
    const back = revive(late, purge(ended, at(4)));
    expect(standing((back as PhotoDocument).edits)).toEqual([]);
    expect(readGrants((back as PhotoDocument).edits).gives).toHaveLength(1);
  });

  test('drops gives when full, never an end or a give that waits for one', () => {
    const many = (n: number): object =>
      Object.fromEntries(Array.from({ length: n }, (_, k) => [`person:${'X'.repeat(60)} view ${stamp(k)}`, at(k)]));
    const full = (kept: object): object => ({ ...kept, gives: { ...many(9_000) } });
    for (const wrap of [(part: object) => ({ ...item, edits: part }), (part: object) => ({ ...members, ...part })]) {
      const ends = withEnd({}, 'person:A', at(1));
      const set = withSight(ends, { 'library:people': readGrants(ends) }, at(2));
      const left = shed(wrap(full(set))) as { edits?: object };
      expect(sizeOf(left)).toBeLessThan(sizeOf(wrap(full(set))));
      expect(left.edits ?? left).toMatchObject(set);
    }
  });

  test('always has space for an end, but not for a give', () => {
    expect(decides(shared as unknown as Body, ended as unknown as Body)).toBe(true);
    expect(decides(item as unknown as Body, shared as unknown as Body)).toBe(false);
    expect(decides(members, withEnd(members, 'person:A', at(1)))).toBe(true);
    expect(decides(members, withGive(members, anna, at(1)))).toBe(false);
  });

  test('records once what its author had seen', () => {
    const set = readGrants(withEnd(withEnd({}, 'person:A', at(1)), 'person:B', at(2)));
    const noted = withSight({}, { 'sharing:x': set, 'library:people': noGrants }, at(3));
    expect(readUnder((noted as { under?: unknown }).under)).toEqual({ 'sharing:x': [`person:B ${stamp(2)}`] });
    expect(withSight(noted, { 'sharing:x': set }, at(4))).toBe(noted);
  });
});

describe('the id of an item', () => {
  const [person, sha256] = ['01ARZ3NDEKTSV4RRFFQ69G5FAV', 'ab'.repeat(32)];

  test('names its holder, and can be parsed', () => {
    for (const item of [
      { holder: 'house', sha256 },
      { holder: person, sha256 },
    ])
      expect(itemOf(itemId(item))).toEqual(item);
    for (const id of [
      `exif:${sha256}`,
      `own:${person}`,
      `own:house:${sha256}`,
      `own:${person}:${sha256}x`,
      'photo:',
      `own:${person.toLowerCase()}:${sha256}`,
    ])
      expect(itemOf(id), id).toBeUndefined();
  });

  test('has a public form, which for a person’s item does not reveal the bytes', () => {
    expect(publicIdOf({ holder: 'house', sha256 })).toBe(sha256);
    const own = publicIdOf({ holder: person, sha256 });
    expect(own).toMatch(/^[0-9a-f]{64}$/);
    expect(own).not.toBe(sha256);
  });

  test('of an album names its holder', () => {
    expect(albumNamed(`house:${person}`)).toEqual({ holder: 'house', ulid: person });
    for (const text of ['house', `visitor:${person}`, `${person}:`, `house:${person} x`, '*'])
      expect(albumNamed(text), text).toBeUndefined();
  });
});

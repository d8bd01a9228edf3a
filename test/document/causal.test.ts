/**
 * The order of edits when stamps are wrong: clocks that are years off, forged stamps at the end of time, forged lists
 * of seen edits, cycles, and stamps shared by two values. The laws of the merge still hold, and an edit that takes
 * something back in sight of such values is effective.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/document/canonical-json.js';
import { heads, lasting, mostNamed } from '../../src/document/causal-order.js';
import { membership, shownEdit, type PhotoChange } from '../../src/document/edits.js';
import { keptValues, merge } from '../../src/document/merge.js';
import {
  audiences,
  type Audience,
  type Edit,
  type Edits,
  type PhotoDocument,
} from '../../src/document/photo-document.js';
import { hasSeen, purge, revive } from '../../src/document/purge.js';
import { epochOf, isStamp, openHlc } from '../../src/document/stamp.js';
import { viewPhoto, type PhotoView } from '../../src/document/photo-view.js';
import { edited, history, photo, play, stamp } from './documents.js';

const end = '999999999999999';
const now = 1_700_000_000_000;
/** Stamps that collide, at the end of time, years ahead, and invalid ones. */
const at = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom('a', 'b', 'c')).map(([n, epoch]) => stamp(n, epoch)),
  fc.constantFrom(`${end}-fffd-x`, `${end}-ffff-x`, `${end}-ffff-y`, `${end}-fffd-here`, `001900000000000-0000-c`),
);
const odd = fc.oneof({ weight: 12, arbitrary: at }, fc.constantFrom('zzz', '', 'é', `${end}-ffff-`));
const forgedOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Edit<T>> =>
  fc.record(
    { at: odd, value, by: fc.constantFrom('p', 'q'), over: odd, saw: fc.array(odd, { maxLength: 4 }) },
    { requiredKeys: ['at', 'value', 'by'] },
  );
const list = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Edit<T>[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.array(forgedOf(value), { maxLength: 4 }) },
    fc.array(forgedOf(value), { maxLength: 24, size: 'max' }),
  );
const member = fc.record({ present: fc.boolean(), at: odd, by: fc.constant('p') });
const forged: fc.Arbitrary<PhotoDocument> = fc
  .record({
    audience: list(fc.constantFrom(...audiences, 'friends')),
    trashed: list(fc.boolean()),
    title: list(fc.constantFrom('one', 'two', null)),
    novel: list(fc.nat(3)),
    albums: fc.dictionary(fc.constantFrom('x', 'y'), member),
    overruled: fc.dictionary(
      fc.tuple(fc.constantFrom('albums x', 'albums y'), odd).map((parts) => parts.join(' ')),
      member,
    ),
  })
  .map((edits) => ({ ...photo(), edits: edits as unknown as Edits }));

const same = (a: unknown, b: unknown): void => expect(canonical(a)).toBe(canonical(b));
const view = (document: PhotoDocument): PhotoView => viewPhoto('0', document, { here: false });
/** A change by a server whose clock is right. */
const told = (document: PhotoDocument, change: PhotoChange, ms = now): PhotoDocument =>
  edited(document, change, openHlc({ now: () => ms }, 'here').after(document));

/** By definition: for each pair, what each one names, and itself. */
function lastingByPairs(edits: readonly Edit<unknown>[]): Edit<unknown>[] {
  const hasAll = (a: Edit<unknown>, b: Edit<unknown>): boolean => {
    const named = ({ at, over, saw = [] }: Edit<unknown>): string[] => [at, over, ...saw].filter((one) => isStamp(one));
    return named(b).every((stamp) => named(a).some((one) => epochOf(one) === epochOf(stamp) && one >= stamp));
  };
  return edits.filter((edit) => !edits.some((other) => hasAll(other, edit) && !hasAll(edit, other)));
}

test('the remaining values are those that no other has seen completely, for forged lists of any length', () => {
  const stamped = forgedOf(fc.constant(1)).filter((edit) => isStamp(edit.at));
  fc.assert(
    fc.property(fc.array(stamped, { maxLength: 80, size: 'max' }), (edits) => {
      expect(lasting(edits)).toEqual(lastingByPairs(edits));
    }),
    { numRuns: 100 },
  );
  // More edits than are compared at once, none in sight of another; and one that has seen half of them.
  const apart = Array.from({ length: 2_500 }, (_, n): Edit<unknown> => {
    return { value: 1, at: stamp(n, 'x'), by: 'x', saw: [stamp(5_000 - n, 'y')] };
  });
  const half: Edit<unknown> = { value: 2, at: stamp(9_000, 'z'), by: 'x', saw: [stamp(1_249, 'x'), stamp(9_000, 'y')] };
  expect(lasting(apart)).toEqual(apart);
  expect(lasting([...apart, half])).toEqual([...apart.slice(1_250), half]);
});

describe('the laws of the merge', () => {
  test('hold for forged lists, cycles, shared and invalid stamps', () => {
    fc.assert(
      fc.property(forged, forged, forged, (a, b, c) => {
        same(merge(a, b), merge(b, a));
        same(merge(merge(a, b), c), merge(a, merge(b, c)));
        same(merge(a, a), a);
        same(merge(a, merge(a, b)), merge(a, b));
        same(merge(merge(a, b), merge(b, c)), merge(merge(a, b), c));
      }),
      { numRuns: 120 },
    );
  });

  test('with honest stamps, the result equals that of servers that only know stamps', () => {
    fc.assert(
      fc.property(history(80), (happenings) => {
        for (const { document } of play(happenings).states.slice(-8)) {
          const { audience, ...others } = document.edits as Record<string, Edit<unknown>[]>;
          for (const edits of Object.values(others).filter(Array.isArray)) {
            expect(edits.length).toBeLessThanOrEqual(keptValues);
            expect(edits.every(({ saw }) => saw === undefined)).toBe(true);
          }
          const unseen = formerUnseen(audience ?? []);
          for (const edit of (audience ?? []).slice(keptValues)) expect(unseen).toContain(edit);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** The values that no later one has seen, as computed by servers before this rule. */
function formerUnseen(edits: readonly Edit<unknown>[]): Edit<unknown>[] {
  const names = (edit: Edit<unknown>): string[] => [edit.over ?? '', ...(edit.saw ?? [])];
  const epoch = (text: string): string => text.split('-')[2] ?? '';
  const sees = (a: Edit<unknown>, b: Edit<unknown>): boolean =>
    a.at > b.at && names(a).some((name) => epoch(name) === epoch(b.at) && name >= b.at);
  return edits.filter((edit) => !edits.some((other) => sees(other, edit)));
}

describe('in any document', () => {
  test('withdrawing works at once, and stays when a version that it had seen returns', () => {
    fc.assert(
      fc.property(forged, forged, (a, b) => {
        const seen = merge(a, b);
        const hidden = told(seen, { audience: 'private' });
        const trashed = told(seen, { trashed: true });
        const out = told(seen, { albums: { remove: ['x', 'y'] } });
        for (const again of [seen, a, b, merge(b, seen)]) {
          expect(view(merge(hidden, again)).audience).toBe('private');
          expect(view(merge(again, hidden)).audience).toBe('private');
          expect(view(merge(trashed, again)).trashed).toBe(true);
          expect(view(merge(out, again)).albums).toEqual([]);
        }
      }),
      { numRuns: 70 },
    );
  });

  test('a later decision by a correct clock is shown: any value of any field', () => {
    fc.assert(
      fc.property(forged, fc.constantFrom(...audiences), fc.boolean(), (document, audience, trashed) => {
        // Once for what the forger names in advance, once in sight of it.
        const after = told(told(document, { audience, trashed, title: 'mine' }), { title: 'mine too' }, now + 1);
        const shown = view(after);
        expect(shown).toMatchObject({ audience, trashed, title: 'mine too' });
        expect(view(merge(after, document))).toMatchObject({ audience, trashed, title: 'mine too' });
      }),
      { numRuns: 70 },
    );
  });

  test('a purge remains one for every copy that it had seen', () => {
    fc.assert(
      fc.property(forged, forged, (a, b) => {
        const seen = merge(a, b);
        const gone = purge(seen, { at: openHlc({ now: () => now }, 'here').after(seen), by: 'p' });
        for (const copy of [seen, a, b]) expect(hasSeen(gone, copy)).toBe(true);
        const unseen = edited(seen, { description: 'unseen' }, stamp(5, 'unseen'));
        expect(hasSeen(gone, unseen)).toBe(false);
        expect(view(revive(unseen, gone)).trashed).toBe(true);
        same(revive(revive(unseen, gone), gone), revive(unseen, gone));
      }),
      { numRuns: 60 },
    );
  });
});

describe('stamps at the end of time', () => {
  const far = (n: number, value: unknown, more: object = {}): Edit<never> =>
    ({ value, at: `${end}-ffff-x${n}`, by: 'x', ...more }) as Edit<never>;
  const flood = (length: number, more: object = {}): PhotoDocument => ({
    ...photo(),
    edits: {
      audience: Array.from({ length }, (_, n) => far(n, 'public', more)),
      trashed: Array.from({ length }, (_, n) => far(n, false, more)),
      title: Array.from({ length }, (_, n) => far(n, 'forged', more)),
    },
  });

  test('are shown, and not adopted', () => {
    const document = flood(1);
    expect(view(document).title).toBe('forged');
    const after = told(document, { title: 'mine' });
    expect(after.edits.title!.at(-1)!.at.startsWith('001700000000000')).toBe(true);
    expect(view(after).title).toBe('mine');
  });

  test.each([1, 8, 9, 40, 200])('%i of them displace no decision that had seen them', (length) => {
    let document = told(flood(length), { audience: 'private', trashed: true, title: 'mine' });
    for (let n = 0; n < 20; n++) document = merge(told(document, { description: `${n}` }, now + n), flood(length));
    expect(view(document)).toMatchObject({ audience: 'private', trashed: true, title: 'mine' });
    // It can be undone and redone any number of times.
    for (let n = 0; n < 20; n++) {
      document = merge(told(document, { audience: 'public', trashed: false }, now + 100 + 2 * n), flood(length));
      expect(view(document)).toMatchObject({ audience: 'public', trashed: false });
      document = merge(told(document, { audience: 'private', trashed: true }, now + 101 + 2 * n), flood(length));
      expect(view(document)).toMatchObject({ audience: 'private', trashed: true });
    }
    expect(document.edits.audience!.length).toBeLessThanOrEqual(keptValues + 1);
  });

  test('with more of them than anybody makes, the narrowest is shown', () => {
    const document = told(flood(5_000), { audience: 'private', trashed: true });
    expect(view(document)).toMatchObject({ audience: 'private', trashed: true });
    expect(view(merge(document, flood(6_000)))).toMatchObject({ audience: 'private', trashed: true });
    expect(heads(document.edits.audience!)).toBeUndefined();
    expect(document.edits.audience!.find(({ value }) => value === 'private')!.saw!.length).toBe(mostNamed);
  });

  test.each([
    [257, 1],
    [300, 2],
    [600, 3],
    [1_500, 6],
  ])(
    '%i of other epochs do not prevent publishing or restoring a photo: the edit is repeated %i times',
    (length, times) => {
      const many = flood(length);
      many.edits.audience = many.edits.audience!.map((edit) => ({ ...edit, value: 'private' }));
      many.edits.trashed = many.edits.trashed!.map((edit) => ({ ...edit, value: true }));
      let document = many;
      for (let n = 0; n < times; n++) {
        expect(view(document).audience).toBe('private');
        document = told(document, { audience: 'public', trashed: false }, now + n);
      }
      expect(view(document)).toMatchObject({ audience: 'public', trashed: false });
      expect(view(merge(document, many))).toMatchObject({ audience: 'public', trashed: false });
      document = told(document, { audience: 'private', trashed: true }, now + 9);
      expect(view(merge(document, many))).toMatchObject({ audience: 'private', trashed: true });
    },
  );

  test('that name future values override nothing that has seen them', () => {
    const saw = [`${end}-ffff-here`, `${end}-ffff-y`];
    const document = told(flood(9, { saw }), { audience: 'private', trashed: true, title: 'mine' });
    const again = merge(document, flood(9, { saw }));
    expect(view(again)).toMatchObject({ audience: 'private', trashed: true, title: 'mine' });
    expect(view(told(again, { audience: 'public' }, now + 9)).audience).toBe('public');
  });

  test('in a cycle show the narrower value', () => {
    const circle = <T>(first: T, second: T): Edit<T>[] => [
      { value: first, at: stamp(1), by: 'x', over: stamp(2, 'b') },
      { value: second, at: stamp(2, 'b'), by: 'x', over: stamp(1) },
    ];
    for (const edits of [
      { audience: circle<Audience>('public', 'private'), trashed: circle(false, true) },
      { audience: circle<Audience>('private', 'public'), trashed: circle(true, false) },
    ])
      expect(view({ ...photo(), edits })).toMatchObject({ audience: 'private', trashed: true });
  });

  test('that are equal keep the narrower value', () => {
    const one = (audience: Audience, trashed: boolean, by: string): PhotoDocument => ({
      ...photo(),
      edits: { audience: [{ value: audience, at: stamp(1), by }], trashed: [{ value: trashed, at: stamp(1), by }] },
    });
    for (const [by, other] of ['az', 'za'])
      expect(view(merge(one('private', true, by!), one('public', false, other!)))).toMatchObject({
        audience: 'private',
        trashed: true,
      });
  });

  test('of a tag or an album are overruled, with those that overrule them', () => {
    const [first, second] = [`${end}-ffff-x`, `${end}-fffe-y`];
    const document: PhotoDocument = {
      ...photo(),
      edits: {
        albums: { x: { present: true, at: first, by: 'x' } },
        overruled: { [`albums x ${first}`]: { present: true, at: second, by: 'x' } },
      },
    };
    const out = told(document, { albums: { remove: ['x'] } });
    expect(membership(merge(out, document).edits, 'albums', 'x')).toBe(false);
    const back = told(out, { albums: { add: ['x'] } }, now + 1);
    expect(membership(merge(back, merge(out, document)).edits, 'albums', 'x')).toBe(true);
    const circle = { ...document.edits.overruled, [`albums x ${second}`]: { present: true, at: first, by: 'x' } };
    expect(membership({ ...document.edits, overruled: circle }, 'albums', 'x')).toBe(false);
  });
});

describe('all small histories', () => {
  /**
   * Two servers, one with a clock years ahead and one years behind, and a third with a right clock; all ways to make
   * four edits with an exchange between any two of them. Only what was in sight decides what must be shown.
   */
  test('a value overrides those that it has seen', () => {
    const skews = [0, 3e11, -7e11];
    let checked = 0;
    for (let code = 0; code < 3 ** 4 * 4 ** 3; code++) {
      const hlcs = skews.map((skew, n) => openHlc({ now: () => now + skew }, `e${n}`));
      const documents = skews.map(() => photo());
      const known = skews.map(() => new Set<string>());
      const pasts = new Map<string, Set<string>>();
      let rest = code;
      const roll = (sides: number): number => {
        const side = rest % sides;
        rest = Math.floor(rest / sides);
        return side;
      };
      for (let n = 0; n < 4; n++) {
        const server = roll(3);
        const value = audiences[(n + 1) % 3]!;
        const title = `${n} ${value}`;
        const before = documents[server]!;
        documents[server] = edited(before, { title, audience: value }, hlcs[server]!.after(before));
        pasts.set(title, new Set(known[server]));
        known[server]!.add(title);
        const meeting = n < 3 ? roll(4) : 3;
        if (meeting === 3) continue;
        const [a, b] = [meeting, (meeting + 1) % 3];
        documents[a] = documents[b] = merge(documents[a]!, documents[b]!);
        for (const one of known[b]!) known[a]!.add(one);
        known[b] = new Set(known[a]);
      }
      const all = documents.reduce(merge);
      const open = [...pasts.keys()].filter((one) => ![...pasts.values()].some((past) => past.has(one)));
      const title = shownEdit(all.edits, 'title')!;
      expect(open).toContain(title.value);
      if (open.length === 1) checked++;
    }
    expect(checked).toBeGreaterThan(100);
  });
});

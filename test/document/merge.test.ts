/** The laws of the merge, for what servers really do to a photo and for what a careless program might write. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/document/canonical-json.js';
import { shownEdit } from '../../src/document/edits.js';
import { isNewer, keptValues, merge, mergeEdits } from '../../src/document/merge.js';
import { audiences, type Audience, type Edit, type PhotoDocument } from '../../src/document/photo-document.js';
import { viewPhoto } from '../../src/document/photo-view.js';
import { edited, history, join, photo, play, stamp, type Replica } from './documents.js';

/** Three states of one history. */
const three = fc.tuple(history(), fc.array(fc.nat(), { minLength: 3, maxLength: 3 })).map(([happenings, picks]) => {
  const { states } = play(happenings);
  return picks.map((pick) => states[pick % states.length]!) as [Replica, Replica, Replica];
});

/** Documents as no program should write them: any JSON in any part, and stamps that collide. */
const at = fc.integer({ min: 0, max: 12 }).map((n) => stamp(n, n % 2 === 0 ? 'a' : 'b'));
const junk = fc.jsonValue({ maxDepth: 2 });
const register = fc.record({ at, value: fc.constantFrom(1, 2, 'x'), present: fc.boolean() }, { requiredKeys: ['at'] });
const odd = fc.oneof(
  junk,
  register,
  fc.dictionary(fc.constantFrom('a', '__proto__', 'b'), register),
  fc.array(register, { maxLength: 12 }),
);
const part = fc.oneof(odd, fc.dictionary(fc.constantFrom('title', 'tags', 'x', 'constructor', '__proto__'), odd));
const careless = fc.record(
  {
    format: fc.constantFrom(0, 1),
    kind: fc.constantFrom('photo', 'photo', 'photo', 'exif', 'comment', 7),
    facts: fc.oneof(fc.record({ recipe: fc.nat(2), x: junk }), part),
    renditions: part,
    sidecars: part,
    sightings: part,
    edits: part,
    recipe: fc.nat(2),
    tags: part,
    novel: part,
  },
  { requiredKeys: [] },
);

const same = (a: unknown, b: unknown): void => expect(canonical(a)).toBe(canonical(b));

describe('the laws of the merge', () => {
  test('hold for documents of servers and people', () => {
    fc.assert(
      fc.property(three, ([{ document: a }, { document: b }, { document: c }]) => {
        same(merge(a, b), merge(b, a));
        same(merge(merge(a, b), c), merge(a, merge(b, c)));
        same(merge(a, a), a);
        same(merge(a, merge(a, b)), merge(a, b));
      }),
      { numRuns: 60 },
    );
  });

  test('hold for any JSON', () => {
    fc.assert(
      fc.property(careless, careless, careless, (a: object, b: object, c: object) => {
        same(merge(a, b), merge(b, a));
        same(merge(merge(a, b), c), merge(a, merge(b, c)));
        same(merge(a, a), a);
        same(merge(a, merge(a, b)), merge(a, b));
      }),
      { numRuns: 250 },
    );
  });

  test('inputs are not modified', () => {
    const freeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
      return Object.freeze(value);
    };
    fc.assert(fc.property(careless, careless, (a: object, b: object) => void merge(freeze(a), freeze(b))));
  });
});

describe('no edit is lost', () => {
  test('of each field the newest 8 values ever made are kept', () => {
    fc.assert(
      fc.property(history(), (happenings) => {
        const all = play(happenings).replicas.reduce(join);
        for (const field of new Set([...all.known].map((one) => one.field))) {
          const edits = [...all.known].filter((one) => one.field === field);
          const newest = edits
            .map((one) => one.at)
            .sort()
            .reverse()
            .slice(0, keptValues);
          const kept = (all.document.edits as Record<string, Edit<unknown>[]>)[field]!.map((one) => one.at);
          expect(kept.slice(0, keptValues)).toEqual(newest);
          if (field === 'audience') continue;
          expect(kept).toEqual(newest);
          const newestValue = edits.find((one) => one.at === newest[0])!.value;
          expect(shownEdit(all.document.edits, field as 'title')?.value).toEqual(newestValue);
        }
      }),
    );
  });

  test('of a set the last value of each element is kept', () => {
    let a = edited(photo(), { tags: { add: ['x', 'y'] } }, stamp(1));
    const b = edited(a, { tags: { remove: ['x'] } }, stamp(3, 'b'));
    a = edited(a, { tags: { add: ['z'], remove: ['y'] } }, stamp(2));
    expect(viewPhoto('0', merge(a, b), { here: false }).tags).toEqual(['z']);
    const c = edited(merge(a, b), { tags: { add: ['x'] } }, stamp(4));
    expect(viewPhoto('0', merge(merge(a, b), merge(c, b)), { here: false }).tags).toEqual(['x', 'z']);
  });
});

describe('the audience', () => {
  test('of concurrent values the narrowest is shown, whatever else happened', () => {
    let races = 0;
    fc.assert(
      fc.property(history(80), (happenings) => {
        for (const { document, known } of play(happenings).states) {
          const made = [...known].filter((one) => one.field === 'audience');
          const unseen = made.filter((one) => !made.some((other) => other.past.has(one)));
          if (unseen.length > 1) races++;
          const narrowest = Math.min(...unseen.map((one) => audiences.indexOf(one.value as Audience)));
          expect(viewPhoto('0', document, { here: false }).audience).toBe(audiences[made.length === 0 ? 0 : narrowest]);
        }
      }),
      { numRuns: 50 },
    );
    expect(races).toBeGreaterThan(50);
  });

  test('an old private value survives eight newer ones that have not seen it', () => {
    const start = edited(photo(), { audience: 'family' }, stamp(1));
    const offline = edited(start, { audience: 'private' }, stamp(2, 'phone'));
    let home: PhotoDocument = start;
    for (let n = 0; n < 20; n++) home = edited(home, { audience: n % 2 ? 'public' : 'family' }, stamp(10 + n));
    const both = merge(home, offline);
    expect(viewPhoto('0', both, { here: false }).audience).toBe('private');
    // A server that sees both resolves the conflict, once.
    const decided = edited(both, { audience: 'public' }, stamp(40));
    expect(viewPhoto('0', merge(decided, offline), { here: false }).audience).toBe('public');
    expect(decided.edits.audience!.length).toBe(keptValues);
  });

  test('a private value that was overridden does not return after it is forgotten', () => {
    const old = edited(photo(), { audience: 'private', title: 'old' }, stamp(1, 'phone'));
    let home = edited(old, { audience: 'public' }, stamp(2));
    for (let n = 0; n < 20; n++)
      home = edited(home, { audience: n % 2 ? 'public' : 'family' }, stamp(10 + n, `e${n % 3}`));
    expect(home.edits.audience!.some((edit) => edit.at === stamp(1, 'phone'))).toBe(false);
    const late = edited(old, { title: 'late' }, stamp(3, 'phone'));
    expect(viewPhoto('0', merge(home, late), { here: false }).audience).toBe('public');
  });

  test('setting the shown value settles a conflict', () => {
    const a = edited(photo(), { audience: 'private' }, stamp(1, 'a'));
    const b = edited(photo(), { audience: 'public' }, stamp(2, 'b'));
    const settled = edited(merge(a, b), { audience: 'private' }, stamp(3));
    expect(settled.edits.audience![0]).toEqual({
      value: 'private',
      at: stamp(3),
      by: 'person:1',
      over: stamp(1, 'a'),
      saw: [stamp(2, 'b')],
    });
    expect(edited(settled, { audience: 'private' }, stamp(4))).toBe(settled);
  });

  test('a value of a newer version counts as private', () => {
    const odd = { ...photo(), edits: { audience: [{ value: 'friends' as 'family', at: stamp(5), by: 'x' }] } };
    expect(viewPhoto('0', odd, { here: false }).audience).toBe('private');
  });
});

describe('parts', () => {
  test('two servers with different recipes agree', () => {
    const a = photo({ facts: { recipe: 2, title: 'new' }, sighting: { server: 'a' } });
    const b = photo({ facts: { recipe: 1, title: 'old' }, renditions: { recipe: 3 }, sighting: { server: 'b' } });
    const c = photo({ facts: { recipe: 2, title: 'other' }, sighting: { server: 'c' } });
    same(merge(merge(a, b), c), merge(merge(c, b), a));
    const merged = merge(a, b);
    expect(merged.facts).toEqual(a.facts);
    expect(merged.renditions.recipe).toBe(3);
    expect(Object.keys(merged.sightings).sort()).toEqual(['a a.jpg', 'b a.jpg']);
    const sha = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');
    const greater = sha(a.facts) > sha(c.facts) ? a.facts : c.facts;
    expect(merge(a, c).facts).toEqual(greater);
  });

  test('tags of a file are kept with their recipe', () => {
    const exif = (recipe: number, tags: object, cut?: true): object => ({
      format: 1,
      kind: 'exif',
      recipe,
      tags,
      ...(cut && { cut }),
    });
    const merged = merge(exif(1, { a: '1', b: '2' }, true), exif(2, { a: '3' }));
    expect(merged).toEqual({ format: 1, kind: 'exif', recipe: 2, tags: { a: '3' } });
    expect(merged).not.toHaveProperty('cut');
  });

  test('the earliest sighting of a name is kept', () => {
    const early = photo({ sighting: { at: '2020-01-01T00:00:00.000Z', modified: '2001-01-01T00:00:00.000Z' } });
    expect(merge(photo(), early).sightings).toEqual(early.sightings);
  });

  test('sidecars are a union', () => {
    const with_ = (sha: string, title: string): PhotoDocument => ({
      ...photo(),
      sidecars: { [sha]: { name: `${title}.xmp`, values: { title } } },
    });
    expect(Object.keys(merge(with_('1', 'a'), with_('2', 'b')).sidecars).sort()).toEqual(['1', '2']);
  });

  test('unknown fields are kept and merge by their shape', () => {
    const at = (n: number, value: unknown): object => ({ at: stamp(n), value });
    const [old, young] = [
      { ...at(1, ''), a: 'z' },
      { ...at(2, ''), a: 'a' },
    ];
    expect(merge<object>({ ...photo(), mood: old }, { ...photo(), mood: young })).toHaveProperty('mood', young);
    const a = { ...photo(), mood: at(1, 'sad'), faces: { x: at(1, 1), y: at(5, 5) }, plain: 'a', mine: [1] };
    const b = {
      ...photo(),
      mood: at(2, 'gay'),
      faces: { x: at(2, 2), y: at(4, 4), z: at(1, 1) },
      plain: 'b',
      yours: {},
    };
    expect(merge<object>(a, b)).toMatchObject({
      mood: at(2, 'gay'),
      faces: { x: at(2, 2), y: at(5, 5), z: at(1, 1) },
      plain: 'b',
      mine: [1],
      yours: {},
    });
    const novel = (...stamps: number[]): object => ({ caption: stamps.map((n) => at(n, n)) });
    expect(mergeEdits(novel(3, 1), novel(2))).toEqual(novel(3, 2, 1));
    expect(edited({ ...photo(), mood: 1 } as PhotoDocument, { title: 'x' }, stamp(1))).toHaveProperty('mood', 1);
  });

  test('a newer format is never merged', () => {
    const newer = { ...photo(), format: 2 };
    expect(isNewer(newer)).toBe(true);
    expect(() => merge(photo(), newer)).toThrow(expect.objectContaining({ code: 'newer-version' }));
  });
});

test('the rules are frozen: these two documents have given this one since format 1', () => {
  const edit = (n: number, value: unknown, more: object = {}): object => ({ value, at: stamp(n), by: 'p', ...more });
  const a = {
    format: 1,
    kind: 'photo',
    facts: { recipe: 2, x: 1 },
    renditions: { recipe: 1, x: 'a' },
    sidecars: { 1: { name: 'a', values: {} } },
    sightings: { 's a': { at: '2' }, 's b': { at: '1' } },
    edits: {
      title: [5, 4, 3, 2, 1].map((n) => edit(2 * n, n)),
      audience: [edit(9, 'public', { over: stamp(7) }), edit(7, 'family')],
      tags: { t: { present: true, at: stamp(1), by: 'p' } },
    },
    novel: { at: stamp(1) },
  };
  const b = {
    format: 1,
    kind: 'photo',
    facts: { recipe: 1, x: 2 },
    renditions: { recipe: 1, x: 'b' },
    sidecars: { 1: { name: 'b', values: {} } },
    sightings: { 's a': { at: '1' } },
    edits: {
      title: [5, 4, 3, 2, 1].map((n) => edit(2 * n + 1, n)),
      audience: [edit(8, 'private')],
      tags: { t: { present: false, at: stamp(2), by: 'p' } },
    },
    novel: 'x',
  };
  expect(canonical(merge<object>(a, b)).replaceAll(/0{14}|0{13}/g, '')).toMatchInlineSnapshot(
    `"{"edits":{"audience":[{"at":"9-0000-a","by":"p","over":"7-0000-a","value":"public"},{"at":"8-0000-a","by":"p","value":"private"},{"at":"7-0000-a","by":"p","value":"family"}],"tags":{"t":{"at":"2-0000-a","by":"p","present":false}},"title":[{"at":"11-0000-a","by":"p","value":5},{"at":"10-0000-a","by":"p","value":5},{"at":"9-0000-a","by":"p","value":4},{"at":"8-0000-a","by":"p","value":4},{"at":"7-0000-a","by":"p","value":3},{"at":"6-0000-a","by":"p","value":3},{"at":"5-0000-a","by":"p","value":2},{"at":"4-0000-a","by":"p","value":2}]},"facts":{"recipe":2,"x":1},"format":1,"kind":"photo","novel":{"at":"1-0000-a"},"renditions":{"recipe":1,"x":"a"},"sidecars":{"1":{"name":"b","values":{}}},"sightings":{"s a":{"at":"1"},"s b":{"at":"1"}}}"`,
  );
});

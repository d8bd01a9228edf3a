/**
 * Rotating, cropping and straightening: which values a document may hold, what they show, and which of several is shown
 * when people made them without knowledge of each other. Nobody may see what one of them cut away.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/document/canonical-json.js';
import {
  developedSize,
  developKey,
  developOf,
  frameOf,
  isDevelop,
  isInside,
  isRotatedInVain,
  normalDevelop,
  picturesOf,
  rotationOf,
  turnedBy,
  type Develop,
} from '../../src/document/develop.js';
import { inverseOf } from '../../src/document/undo.js';
import { merge } from '../../src/document/merge.js';
import type { Edits, PhotoDocument, Rendition } from '../../src/document/photo-document.js';
import { viewPhoto, type PhotoView } from '../../src/document/photo-view.js';
import { edited, photo, stamp } from './documents.js';

const rendition = (digit: string): Rendition => ({
  sha256: digit.repeat(64),
  type: 'image/jpeg',
  width: 40,
  height: 30,
  bytes: 9,
});
const original = photo({ renditions: { thumb: rendition('a'), preview: rendition('b'), thumbhash: 'AAAA' } });
const left: Develop = { crop: { left: 0, top: 0, width: 0.5, height: 1 } };
const right: Develop = { crop: { left: 0.5, top: 0, width: 0.5, height: 1 } };
const inLeft: Develop = { crop: { left: 0.1, top: 0.1, width: 0.3, height: 0.5 } };

const view = (document: PhotoDocument): PhotoView => viewPhoto('0', document, { here: false });
const developed = (document: PhotoDocument, develop: Develop): PhotoDocument => ({
  ...document,
  developed: {
    [developKey(develop)]: { at: '0001', thumb: rendition('c'), preview: rendition('d'), thumbhash: 'BBBB' },
  },
});

const side = fc.double({ min: 0.05, max: 1, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const develop: fc.Arbitrary<Develop> = fc
  .record({ rotate: fc.constantFrom(0, 1, 2, 3), width: side, height: side, x: share, y: share, angle: share })
  .map(({ rotate, width, height, x, y, angle }) => ({
    rotate,
    crop: { left: x * (1 - width), top: y * (1 - height), width, height },
    straighten: Math.round(angle * 90 - 45),
  }))
  .map((value) => normalDevelop(value) ?? {});
const size = fc.record({ width: fc.integer({ min: 20, max: 9000 }), height: fc.integer({ min: 20, max: 9000 }) });

describe('a value', () => {
  test.each([
    [{}, true],
    [{ rotate: 3 }, true],
    [{ straighten: -45, crop: { left: 0, top: 0, width: 1, height: 0.01 } }, true],
    [{ rotate: 4 }, false],
    [{ rotate: 0.5 }, false],
    [{ rotate: '1' }, false],
    [{ straighten: 45.1 }, false],
    [{ straighten: NaN }, false],
    [{ crop: { left: 0.5, top: 0, width: 0.6, height: 1 } }, false],
    [{ crop: { left: 0, top: 0, width: 0, height: 1 } }, false],
    [{ crop: { left: 0, top: 0, width: 1 } }, false],
    [{ crop: { left: 0, top: 0, width: 1, height: 1, feather: 2 } }, false],
    [{ crop: [0, 0, 1, 1] }, false],
    [{ rotate: 1, flip: true }, false],
    [[], false],
    ['rotate', false],
    [null, false],
  ])('%j is one: %s', (value, is) => {
    expect(isDevelop(value)).toBe(is);
  });

  test('stays valid when it is rounded, so that turning it never shows what it cuts away', () => {
    const edge = fc.double({ min: 0, max: 1, noNaN: true });
    const most = fc.constantFrom(0, 4e-7, 6e-7);
    fc.assert(
      fc.property(edge, edge, most, (a, b, more) => {
        const width = Math.max(0.01, a);
        const crop = { left: Math.min(b, 1 - width + more), top: 0.5, width, height: 0.3 };
        fc.pre(isDevelop({ crop }) && width < 0.999);
        const normal = normalDevelop({ crop })!;
        expect(normalDevelop(normal)).toEqual(normal);
        const cut = edited(original, { develop: { crop } }, stamp(1));
        expect(turnedBy(cut, 1)).toEqual({ ...normal, rotate: 1 });
      }),
      { examples: [[0.01, 1, 6e-7]] },
    );
  });

  test('is used in its shortest form, and any JSON breaks nothing', () => {
    expect(normalDevelop({ rotate: 0, straighten: 0, crop: { left: 0, top: 0, width: 1, height: 1 } })).toBeUndefined();
    expect(normalDevelop({ rotate: 2, straighten: -0.001 })).toEqual({ rotate: 2 });
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const edits = { develop: [{ value, at: stamp(1), by: 'p' }] } as unknown as Edits;
        expect(['unclear', 'original']).toContain(developOf({ ...original, edits }));
        expect(developOf({ ...original, edits: { develop: value } as unknown as Edits })).toBe('original');
      }),
      { numRuns: 60 },
    );
  });
});

describe('the frame', () => {
  test('lies within the picture at any angle, and has the size of the developed picture', () => {
    fc.assert(
      fc.property(develop, size, (one, pixels) => {
        expect(isInside(one, {}, pixels)).toBe(true);
        const { width, height } = frameOf(one, pixels);
        const made = developedSize(one, pixels);
        const turned = (one.rotate ?? 0) % 2 === 1;
        expect([made.width, made.height]).toEqual(
          (turned ? [height, width] : [width, height]).map((length) => Math.max(1, Math.round(length))),
        );
      }),
    );
  });

  test('without a crop is the largest of the same shape', () => {
    const square = { width: 1000, height: 1000 };
    expect(developedSize({ straighten: 45 }, square)).toEqual({ width: 707, height: 707 });
    expect(developedSize({ rotate: 1 }, { width: 400, height: 300 })).toEqual({ width: 300, height: 400 });
  });

  test('shows whether one picture shows nothing that another cuts away', () => {
    const pixels = { width: 400, height: 300 };
    expect(isInside(inLeft, left, pixels)).toBe(true);
    expect(isInside(left, inLeft, pixels)).toBe(false);
    expect(isInside(right, left, pixels)).toBe(false);
    expect(isInside({ ...inLeft, rotate: 3 }, left, pixels)).toBe(true);
    // By a millionth of the width: many such steps would show everything.
    const wider = { crop: { ...left.crop!, width: 0.500001 } };
    expect([isInside(wider, left, pixels), isInside(left, wider, pixels)]).toEqual([false, true]);
    expect(isInside({ ...inLeft, straighten: 10 }, inLeft, pixels)).toBe(false);
  });
});

describe('a photo', () => {
  test('that is developed has no picture until one is made, and then only that one', () => {
    const cut = edited(original, { develop: { ...left, rotate: 1 } }, stamp(1));
    const waiting = view(cut);
    expect(waiting).toMatchObject({ width: 300, height: 200, developing: true, renditions: {} });
    expect(waiting.thumbhash).toBeUndefined();
    const made = view(developed(cut, { ...left, rotate: 1 }));
    expect(made).toMatchObject({ width: 300, height: 200, thumbhash: 'BBBB', develop: { ...left, rotate: 1 } });
    expect(made.renditions).toEqual({ thumb: rendition('c'), preview: rendition('d') });
    expect(made.developing).toBeUndefined();
    // A picture of another way of developing is not shown.
    expect(view(developed(cut, left)).renditions).toEqual({});
    const back = edited(developed(cut, { ...left, rotate: 1 }), { develop: null }, stamp(2));
    expect(view(back)).toEqual(view({ ...original, edits: back.edits }));
    expect(view(back).renditions.thumb).toEqual(rendition('a'));
  });

  test('that moves shows a still picture once it is developed', () => {
    const moving = photo({ facts: { animated: true, motion: { at: 10, bytes: 20 } } });
    expect(view(moving)).toMatchObject({ animated: true, motion: true });
    const cut = view(edited(moving, { develop: left }, stamp(1)));
    expect([cut.animated, cut.motion]).toEqual([undefined, undefined]);
  });

  test('that is a video shows nothing of what a crop would cut away', () => {
    const film = {
      ...photo({ facts: { type: 'video/mp4' } }),
      clips: { video: { ...rendition('e'), type: 'video/mp4', at: '0001' } },
    };
    expect(view(film).renditions.video).toBeDefined();
    expect(view(edited(film, { develop: left }, stamp(1)))).toMatchObject({ developing: true, renditions: {} });
  });

  test('that is a video is rotated, and keeps its clips', () => {
    const clips = { video: { ...rendition('e'), type: 'video/mp4', at: '0001' } };
    const film = { ...photo({ facts: { type: 'video/mp4', width: 40, height: 30 } }), clips };
    const turned = edited(film, { develop: { rotate: 3 } }, stamp(1));
    expect(developOf(turned)).toEqual({ rotate: 3 });
    expect([film, turned].map(rotationOf)).toEqual([undefined, 3]);
    expect(view(turned)).toMatchObject({ width: 30, height: 40, develop: { rotate: 3 }, developing: true });
    expect(view(turned).renditions).toMatchObject({ video: { sha256: 'e'.repeat(64) } });
    const shown = view(developed(turned, { rotate: 3 }));
    expect([shown.developing, shown.renditions.thumb?.sha256]).toEqual([undefined, 'c'.repeat(64)]);
    // With a crop of somebody who had not heard of the rotation, it is unclear what it shows.
    const cut = edited(turned, { develop: left }, stamp(2));
    expect([developOf(cut), rotationOf(cut)]).toEqual(['unclear', undefined]);
    expect(rotationOf({ ...film, clips: { ...clips, rotate: 2 } })).toBe(2);
    expect(rotationOf(edited(photo({}), { develop: { rotate: 1 } }, stamp(1)))).toBeUndefined();
  });

  test('of a video plays from its file if that can say how it is turned', () => {
    const of = (type: string): PhotoDocument =>
      edited(photo({ facts: { type } }), { develop: { rotate: 1 } }, stamp(1));
    expect(
      ['video/mp4', 'video/quicktime', 'video/webm', 'image/jpeg'].map((type) => isRotatedInVain(of(type))),
    ).toEqual([false, false, true, false]);
  });

  test('is turned further, with its crop, and an undo shows what was there', () => {
    const cut = edited(original, { develop: { ...left, rotate: 3 } }, stamp(1));
    expect(turnedBy(cut, 1)).toEqual(left);
    expect(turnedBy(original, -1)).toEqual({ rotate: 3 });
    expect(turnedBy(edited(original, { develop: { rotate: 2 } }, stamp(1)), 2)).toBeNull();
    expect(inverseOf(original, { develop: left })).toEqual({ develop: null });
    expect(inverseOf(cut, { develop: null })).toEqual({ develop: { ...left, rotate: 3 } });
  });

  test('whose value a newer version wrote shows a picture to nobody but its editors, and is never turned', () => {
    const edits = { develop: [{ value: { rotate: 1, mask: 'x' }, at: stamp(1), by: 'p' }] } as unknown as Edits;
    expect(view({ ...original, edits })).toMatchObject({ developing: true, renditions: {} });
    expect(turnedBy({ ...original, edits }, 1)).toBeUndefined();
  });
});

describe('of two values made without knowledge of each other', () => {
  const race = (a: Develop | null, b: Develop | null): PhotoDocument =>
    merge(edited(original, { develop: a }, stamp(1, 'a')), edited(original, { develop: b }, stamp(2, 'b')));

  test('a crop wins over a later rotation, and a crop within a crop over the wider one', () => {
    expect(developOf(race(left, { rotate: 1 }))).toEqual(left);
    expect(developOf(race(inLeft, left))).toEqual(inLeft);
    expect(developOf(race(left, inLeft))).toEqual(inLeft);
    expect(developOf(race({ rotate: 1 }, { rotate: 2 }))).toEqual({ rotate: 2 });
  });

  test('neither is shown if each cuts away something else, until somebody decides in sight of both', () => {
    const both = race(left, right);
    expect(developOf(both)).toBe('unclear');
    expect(view(both)).toMatchObject({ developing: true, renditions: {} });
    expect(developOf(edited(both, { develop: right }, stamp(3, 'a')))).toEqual(right);
    expect(developOf(edited(both, { develop: left }, stamp(3, 'a')))).toEqual(left);
    expect(developOf(edited(both, { develop: null }, stamp(3, 'a')))).toBe('original');
  });

  test('an undo by somebody who saw the crop is no race', () => {
    const cut = edited(original, { develop: left }, stamp(1, 'a'));
    expect(developOf(merge(cut, edited(cut, { develop: null }, stamp(1, 'b'))))).toBe('original');
  });

  test('none is forgotten, however many follow on one side', () => {
    const many = Array.from({ length: 12 }, (_, n) => n).reduce(
      (document, n) => edited(document, { develop: { rotate: ((n % 3) + 1) as 1 } }, stamp(n + 5, 'b')),
      original,
    );
    const cut = edited(original, { develop: left }, stamp(1, 'a'));
    expect(developOf(merge(many, cut))).toEqual(left);
    expect(developOf(merge(merge(many, cut), many))).toEqual(left);
  });

  test('what is shown lies within the frame of every open value, in any order of merges', () => {
    const step = fc.record({ value: fc.option(develop, { nil: null }), from: fc.nat(2), to: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        const servers = [original, original, original];
        // What each server has seen of the edits: the model of the open values.
        const known: Set<number>[] = [new Set(), new Set(), new Set()];
        const seenBy: Set<number>[] = [];
        steps.forEach(({ value, from, to }, n) => {
          const made = edited(servers[from]!, { develop: value }, stamp(n + 1, 'abc'[from]));
          if (made !== servers[from]) {
            seenBy[n] = new Set(known[from]);
            known[from]!.add(n);
            servers[from] = made;
          }
          servers[to] = merge(servers[to]!, servers[from]);
          known[to] = new Set([...known[to]!, ...known[from]!]);
        });
        const all = servers.reduce((a, b) => merge(a, b));
        expect(canonical(servers.reduceRight((a, b) => merge(a, b)))).toBe(canonical(all));
        const made = steps.flatMap((_, n) => (seenBy[n] ? [n] : []));
        const open = made.filter((n) => made.every((m) => !seenBy[m]!.has(n)));
        const shown = developOf(all);
        if (shown === 'unclear') return;
        for (const n of open)
          expect(isInside(shown === 'original' ? {} : shown, steps[n]!.value ?? {}, original.facts)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

test('pictures of one way of developing from two servers merge into one, by recipe first', () => {
  const cut = edited(original, { develop: left }, stamp(1));
  const entry = { at: '0001', thumb: rendition('c'), preview: rendition('d'), thumbhash: 'BBBB' };
  const of = (more: object): PhotoDocument => ({ ...cut, developed: { [developKey(left)]: { ...entry, ...more } } });
  const [a, b] = [of({ thumbhash: 'CCCC' }), of({ at: '0002', thumbhash: 'AAAA' })];
  expect(canonical(merge(a, b))).toBe(canonical(merge(b, a)));
  expect(picturesOf(merge(a, b), left)?.thumbhash).toBe('AAAA');
  expect(picturesOf(of({ thumb: { ...rendition('c'), type: 'text/html' } }), left)).toBeUndefined();
});

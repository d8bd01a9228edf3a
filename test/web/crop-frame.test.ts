/** The frame of the editor: it never leaves the picture, and what is saved shows what was framed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameOf, isDevelop, isInside, normalDevelop, type Develop } from '../../src/document/develop.js';
import {
  draftOf,
  fitted,
  type Frame,
  panned,
  resized,
  valueOf,
  wholeFrame,
  withRatio,
} from '../../web/src/features/edit/crop-frame.js';

const picture = { width: 800, height: 600 };
const move = fc.tuple(fc.integer({ min: -900, max: 900 }), fc.integer({ min: -900, max: 900 }));
const handle = fc.tuple(fc.constantFrom(-1, 0, 1), fc.constantFrom(-1, 0, 1));
const step = fc.record({ handle: fc.option(handle, { nil: undefined }), move });
const angle = fc.integer({ min: -450, max: 450 }).map((n) => n / 10);

test('whatever is dragged, the frame stays within the picture, and the server reads the same frame', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 8 }),
      angle,
      fc.nat(3),
      fc.option(fc.constantFrom(1, 4 / 3), { nil: undefined }),
      (steps, degrees, turns, ratio) => {
        const first = fitted(wholeFrame(picture), degrees, picture);
        const frame = steps.reduce<Frame>(
          (from, one) =>
            one.handle
              ? resized(from, one.handle, one.move, { angle: degrees, picture, ratio })
              : panned(from, one.move, degrees, picture),
          ratio === undefined ? first : withRatio(first, ratio),
        );
        const value = valueOf({ frame, angle: degrees, turns }, picture);
        expect(value === null || isDevelop(value)).toBe(true);
        const saved: Develop = normalDevelop(value) ?? {};
        expect(isInside(saved, {}, picture)).toBe(true);
        const read = frameOf(saved, picture);
        for (const key of ['x', 'y', 'width', 'height'] as const) expect(read[key]).toBeCloseTo(frame[key], 0);
        expect(saved.rotate ?? 0).toBe(turns);
        const again = fitted(draftOf(saved, picture).frame, degrees, picture);
        for (const key of ['x', 'y', 'width', 'height'] as const) expect(again[key]).toBeCloseTo(frame[key], 0);
      },
    ),
  );
});

test('nothing changed saves the original, and a corner keeps the opposite one', () => {
  expect(valueOf(draftOf({}, picture), picture)).toBeNull();
  expect(valueOf({ ...draftOf({}, picture), turns: 4 }, picture)).toBeNull();
  const frame = resized(wholeFrame(picture), [-1, -1], [400, 300], { angle: 0, picture });
  expect(frame).toEqual({ x: 600, y: 450, width: 400, height: 300 });
  expect(valueOf({ frame, angle: 0, turns: 0 }, picture)).toEqual({
    crop: { left: 0.5, top: 0.5, width: 0.5, height: 0.5 },
  });
});

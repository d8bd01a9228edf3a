/** A crop in XMP lies on the stored picture: whatever its orientation is, its corners show the same part. */
import { expect, test } from 'vitest';
import { frameOf, type Develop } from '../../src/document/develop.js';
import { cropTags, orientationIn } from '../../src/photo/facts/write-crop.js';

/** A point of the stored picture on the upright one, as fractions: how a program turns it upright. */
const upright: Record<number, (x: number, y: number) => [number, number]> = {
  1: (x, y) => [x, y],
  2: (x, y) => [1 - x, y],
  3: (x, y) => [1 - x, 1 - y],
  4: (x, y) => [x, 1 - y],
  5: (x, y) => [y, x],
  6: (x, y) => [1 - y, x],
  7: (x, y) => [1 - y, 1 - x],
  8: (x, y) => [y, 1 - x],
};
const size = { width: 400, height: 300 };

test.each([1, 2, 3, 4, 5, 6, 7, 8])('for orientation %i', (orientation) => {
  const develop = { crop: { left: 0.3, top: 0.2, width: 0.4, height: 0.5 }, straighten: 8 } satisfies Develop;
  const tags = Object.fromEntries(cropTags({ develop, size, orientation }));
  const at = (name: string): number => tags[`XMP-crs:Crop${name}`] as number;
  const corners = [
    [at('Left'), at('Top')],
    [at('Right'), at('Bottom')],
  ].map(([x, y]) => upright[orientation]!(x!, y!));
  const frame = frameOf(develop, size);
  // Opposite corners: their middle is the centre of the frame, their distance its diagonal.
  const [a, b] = corners.map(([u, v]) => [u * size.width, v * size.height]) as [[number, number], [number, number]];
  expect([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]).toEqual([expect.closeTo(frame.x, 2), expect.closeTo(frame.y, 2)]);
  expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeCloseTo(Math.hypot(frame.width, frame.height), 1);
  // Turned about the centre by the angle, they are the corners of an upright frame.
  const [dx, dy] = [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2];
  const angle = (8 * Math.PI) / 180;
  const across = Math.abs(dx * Math.cos(angle) - dy * Math.sin(angle));
  expect(across * 2).toBeCloseTo(frame.width, 1);
  expect(at('Angle')).toBe([2, 4, 5, 7].includes(orientation) ? 8 : -8);
});

test('the orientation is that of the file, turned further', () => {
  const turned = (orientation: number, rotate: 1 | 2 | 3): unknown =>
    cropTags({ develop: { rotate }, size, orientation })[0]![1];
  expect([turned(1, 1), turned(6, 1), turned(8, 1), turned(1, 2), turned(6, 3)]).toEqual([6, 3, 1, 3, 1]);
  expect([turned(2, 1), turned(7, 1), turned(4, 2)]).toEqual([7, 4, 2]);
  expect([orientationIn({ 'IFD0:Orientation': 'Rotate 90 CW' }), orientationIn({ 'EXIF:Orientation': '8' })]).toEqual([
    6, 8,
  ]);
  expect([orientationIn({}), orientationIn({ 'IFD0:Orientation': '__proto__' }), orientationIn(undefined)]).toEqual([
    1, 1, 1,
  ]);
});

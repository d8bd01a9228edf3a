/** A message at the bottom of the window stands above every bar of buttons there. */
import { expect, test } from 'vitest';
import { heightBelow } from '../../web/src/lib/ui/toast-position.js';

const rect = (left: number, top: number, right: number, bottom: number): DOMRect =>
  ({ left, top, right, bottom, width: right - left, height: bottom - top }) as DOMRect;

const message = rect(100, 780, 300, 828);

test.each([
  ['no bar', [], 0],
  ['a bar at the bottom edge', [rect(0, 784, 390, 844)], 60],
  ['a panel upon that bar', [rect(0, 500, 390, 784), rect(0, 784, 390, 844)], 344],
  ['a bar at the top', [rect(0, 0, 390, 56)], 0],
  ['a panel in another corner', [rect(320, 400, 390, 828)], 0],
  ['a bar that is not shown', [rect(0, 844, 0, 844)], 0],
])('%s', (_name, bars, height) => {
  expect(heightBelow(message, bars, 844)).toBe(height);
});

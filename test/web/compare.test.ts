/** How two photos are arranged that are compared. */
import { expect, test } from 'vitest';
import { areLargerStacked } from '../../web/src/features/viewer/synchronised-zoom.js';

const upright = { width: 3000, height: 4000 };
const across = { width: 4000, height: 3000 };
const panorama = { width: 8000, height: 2000 };

test.each([
  ['upright photos in a wide window', [upright, upright], { width: 1440, height: 900 }, false],
  ['upright photos on a tablet', [upright, upright], { width: 820, height: 1100 }, false],
  ['photos on a tablet held upright', [across, across], { width: 820, height: 1100 }, true],
  ['upright photos on a phone', [upright, upright], { width: 390, height: 844 }, true],
  ['panoramas in a wide window', [panorama, panorama], { width: 1440, height: 900 }, true],
])('%s: the arrangement in which they are larger', (_, pictures, area, stacked) => {
  expect(areLargerStacked(pictures, area, 80)).toBe(stacked);
});

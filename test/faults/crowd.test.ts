/**
 * Killed with SIGKILL repeatedly during its work, alone and next to another process on the same incoming: nothing is
 * lost, overwritten or duplicated. `npm run torture crowd` runs it with hundreds of kills and real photos.
 */
import { expect, it } from 'vitest';
import { manyPhotos, tryCrowd } from '../../torture/crowd.js';
import { makePhoto } from '../picture.js';

it.each([1, 2])('%i on one incoming', { timeout: 240_000 }, async (processors) => {
  const bases = await Promise.all([1, 2, 3].map((seed) => makePhoto(seed, { width: 640, height: 480 })));
  const { figures, ...rest } = await tryCrowd({ photos: manyPhotos(bases, 12), processors, kills: 4, seed: 1 });
  expect(figures['kills survived']).toBeGreaterThan(0);
  expect(rest).toEqual({ lost: 0, doubled: 0, failures: [] });
});

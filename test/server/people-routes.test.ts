/**
 * Who sees what through every route (people-routes.ts); `npm run torture access` plays 1,000 histories.
 */
import { expect, test } from 'vitest';
import { playRoutes } from './people-routes.js';

test.each([1, 2])('every route shows everybody what the model says, seed %i', async (seed) => {
  const { answers, shown, hidden, locked } = await playRoutes(seed, 240, 120);
  expect(answers).toBeGreaterThan(1_000);
  // There is something to see, and something to hide.
  expect(Math.min(shown, hidden)).toBeGreaterThan(10);
  expect(locked).toBeGreaterThan(0);
});

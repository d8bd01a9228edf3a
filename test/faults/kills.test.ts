/**
 * A real process killed before individual changes that it makes. An evenly spaced sample; `npm run torture kills` runs
 * all of them.
 */
import { expect, it } from 'vitest';
import { subject } from '../../torture/kills.js';

it('loses and doubles nothing', { timeout: 240_000 }, async () => {
  const { figures, ...rest } = await subject.run({ seed: 1, scale: 0.007, say: () => undefined });
  expect(figures['kills survived']).toBeGreaterThan(5);
  expect(rest).toEqual({ lost: 0, doubled: 0, failures: [] });
});

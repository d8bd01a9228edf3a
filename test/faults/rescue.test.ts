/**
 * `backup` and `restore`, as real processes, killed before individual changes that they make: nothing is lost, and
 * running the same command again completes it. `npm run torture rescue` runs all of them.
 */
import { expect, it } from 'vitest';
import { subject } from '../../torture/rescue.js';

it('lose nothing, and complete when run again', { timeout: 240_000 }, async () => {
  const { figures, ...rest } = await subject.run({ seed: 3, scale: 0.014, say: () => undefined });
  expect(figures['kills survived']).toBeGreaterThan(2);
  expect(rest).toEqual({ lost: 0, doubled: 0, failures: [] });
});

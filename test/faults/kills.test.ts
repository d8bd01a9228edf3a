/**
 * A real process killed before single changes that it makes. Here an even share of them; `npm run torture kills` tries
 * every one.
 */
import { expect, it } from 'vitest';
import { subject } from '../../torture/kills.js';

it('loses and doubles nothing', { timeout: 240_000 }, async () => {
  const { figures, ...rest } = await subject.run({ seed: 1, scale: 0.007, say: () => undefined });
  expect(figures['kills survived']).toBeGreaterThan(5);
  expect(rest).toEqual({ lost: 0, doubled: 0, failures: [] });
});

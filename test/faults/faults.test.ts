/**
 * Every system call that a file's way is made of fails: nothing is lost at any moment, the failure is said in one
 * sentence, and without it all ends well. Here an even share of the faults; `npm run torture faults` tries every one.
 */
import { expect, it } from 'vitest';
import { subject } from '../../torture/faults.js';

it('loses and doubles nothing, and says what failed', { timeout: 240_000 }, async () => {
  const { figures, ...rest } = await subject.run({ seed: 3, scale: 0.004, say: () => undefined });
  expect(figures['faults injected']).toBeGreaterThan(40);
  expect(rest).toEqual({ lost: 0, doubled: 0, failures: [] });
});

/**
 * Every system call on a file's way fails once: nothing is lost at any moment, the failure is reported in one sentence,
 * and everything ends well once it is gone. An evenly spaced sample of the faults; `npm run torture faults` runs all of
 * them.
 */
import { expect, it } from 'vitest';
import { subject } from '../../torture/faults.js';

it('loses and doubles nothing, and reports the failure', { timeout: 240_000 }, async () => {
  const { figures, ...rest } = await subject.run({ seed: 3, scale: 0.004, say: () => undefined });
  expect(figures['faults injected']).toBeGreaterThan(40);
  expect(rest).toEqual({ lost: 0, doubled: 0, failures: [] });
});

/** A part of `npm run torture garbage`: broken and hostile files through a real home. */
import { expect, it } from 'vitest';
import { tryGarbage } from '../../torture/garbage/trial.js';

it('imports the good files, and reports a reason for each other one', { timeout: 300_000 }, async () => {
  const result = await tryGarbage({ seed: 1, corrupted: 24, good: 6, heavy: false, say: () => undefined });
  expect(result).toMatchObject({ lost: 0, doubled: 0, failures: [] });
  expect(result.figures['garbage tried']).toBeGreaterThan(80);
  expect(result.figures['stored']).toBeGreaterThan(30);
});

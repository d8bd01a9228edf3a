/**
 * Hostile documents and requests against a real home, directly and through the strict fake CouchDB: after each case edits work, other
 * links make progress, and what is taken back is gone from a public server. More of them: `npm run torture mesh -- --hostile`.
 */
import { expect, test } from 'vitest';
import { runHostile } from '../hostile/trial.js';

test('after hostile documents and requests edits work, and all links make progress', { timeout: 300_000 }, async () => {
  const { figures, failures } = await runHostile({ seed: 1, cases: 6 });
  expect(failures).toEqual([]);
  expect(figures['cases']).toBe(6);
});

import { expect, it } from 'vitest';
import { requestEverything } from '../../torture/access.js';

// A small part of `npm run torture access`, with the same code, so that it keeps working.
it('everybody requests everything, and nothing breaks or leaks', async () => {
  const result = await requestEverything({ seed: 4, scale: 0.02, say: () => undefined });
  expect(result.failures).toEqual([]);
  expect([result.lost, result.doubled]).toEqual([0, 0]);
  expect(result.figures.requests).toBeGreaterThan(300);
  expect(result.figures['connections held']).toBe(44);
});

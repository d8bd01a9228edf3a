/** A part of `npm run torture mesh -- --hostile`: a few of its cases, one of each kind, against a real home and the strict fake CouchDB. */
import { expect, it } from 'vitest';
import { seeded } from '../../torture/seeded.js';
import { docOf, requestOf } from './generate.js';
import { runHostile } from './trial.js';

it('generates the same bytes from the same seed', () => {
  const known = { docs: [{ _id: 'photo:a', _rev: '1-b', _revisions: { start: 1, ids: ['b'] } }], photos: ['a'] };
  const make = (seed: number): string => {
    const draw = seeded(seed);
    return JSON.stringify(Array.from({ length: 20 }, () => [docOf(draw, known), requestOf(draw, known)]));
  };
  expect(make(7)).toBe(make(7));
  expect(make(7)).not.toBe(make(8));
});

it('edits, withdrawals and other connections work after each case', async () => {
  const { figures, failures } = await runHostile({ seed: 3, cases: 5 });
  expect(failures).toEqual([]);
  expect(figures).toMatchObject({ cases: 5 });
  for (const what of ['requests', 'documents written to the home', 'documents that the CouchDB took'])
    expect(figures[what], what).toBeGreaterThan(0);
});

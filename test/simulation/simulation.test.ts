/**
 * The mesh under everything that can go wrong between its servers, from seeds: 24 here, 1,000 in `npm run torture mesh`.
 * A seed that failed once stays as a test with a name.
 */
import { expect, test } from 'vitest';
import { expected, simulateMany } from './seeds.js';
import { simulate } from './simulation.js';
import { truthOf, type Act } from './truth.js';

test(
  '24 meshes end equal, as the model predicts, and nothing private was ever public',
  { timeout: 240_000 },
  async () => {
    const { figures, failures } = await simulateMany(1, 24);
    expect(failures).toEqual([]);
    // The runs were not vacuous.
    for (const what of expected) expect(figures[what] ?? 0, what).toBeGreaterThan(0);
    console.log(
      Object.entries(figures)
        .map(([what, n]) => `${what} ${n}`)
        .join(', '),
    );
  },
);

test.each([
  [20261173, 'a comment stayed away whose greatest forged stamp was forgotten on the way'],
  [20261203, 'the same, beside a clock that is years behind'],
  [30000011, 'a forged value among what was overruled, which was on no way to the one that was shown'],
  [20261265, 'a name that overruled one which a restore lost'],
  [20261151, 'a clock that was set back by half a day after it had adopted a stamp half a day ahead'],
])('seed %i: %s', async (seed) => {
  expect((await simulate(seed)).failure).toBeUndefined();
});

test('the same seed gives the same run', async () => {
  expect((await simulate(7)).figures).toEqual((await simulate(7)).figures);
});

test('the model follows what each author had seen, not the library', () => {
  const doc = 'photo:x';
  const arrival: Act = { doc, at: '2026', past: new Set(), what: { kind: 'arrival', key: 'a', recipe: 1 } };
  const audience = (at: string, value: string, ...past: Act[]): Act => ({
    doc,
    at,
    past: new Set([arrival, ...past]),
    what: { kind: 'edit', field: 'audience', value },
  });
  const [hidden, open] = [audience('5', 'private'), audience('9', 'public')];
  const of = (...acts: Act[]): unknown => truthOf(new Set([arrival, ...acts])).values.get('audience');
  expect(of(hidden, open)).toBe('private');
  expect(of(hidden, audience('9', 'public', hidden))).toBe('public');
  const purge: Act = { doc, at: '7', past: new Set([arrival, hidden]), what: { kind: 'purge' } };
  expect(truthOf(new Set([arrival, hidden, purge])).state).toBe('dead');
  expect(truthOf(new Set([arrival, hidden, purge, open])).state).toBe('alive');
});

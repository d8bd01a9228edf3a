/**
 * Who sees what through every route of servers that hear of each other late (people-mesh.ts); `npm run torture access` plays 1,000
 * histories.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { playMesh } from './people-mesh.js';

const everywhere = [
  ...['acts', 'merges', 'ends left out', 'forged grants', 'links made', 'links opened', 'offers accepted'],
  ...['crashes inside of a transaction', 'restarts', 'photos locked and unlocked'],
];

// Two histories in which much happens. They compare thousands of answers, so on a busy machine they take long.
test.each([
  [13, [...everywhere, 'offers accepted in part', 'photos moved after an offer']],
  [16, [...everywhere, 'locked', 'photos purged', 'restores', 'photos of guests approved']],
])(
  'every route of every server shows everybody what the model says, seed %i',
  async (seed, happens) => {
    const { answers, shown, hidden, locked, figures } = await playMesh(seed, 250, 50);
    expect(answers).toBeGreaterThan(1_000);
    // There is something to see, and something to hide.
    expect(Math.min(shown, hidden)).toBeGreaterThan(20);
    for (const what of happens) expect({ locked, ...figures }[what], what).toBeGreaterThan(0);
  },
  180_000,
);

test('the model shares nothing with what it judges but the ids of documents', () => {
  const imported = ['../access/people-truth.ts', './people-acts.ts'].flatMap((file) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    return [...text.matchAll(/import (?!type)[^;]*?from '([^']*)'/g)].map(([, from]) => from!);
  });
  expect(imported.filter((from) => from.includes('/src/')).map((from) => from.replace(/.*\/src\//, ''))).toEqual([
    'document/item-id.js',
    'document/item-id.js',
  ]);
});

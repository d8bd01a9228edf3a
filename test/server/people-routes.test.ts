/**
 * Who sees what through every route of servers that hear of each other late (people-mesh.ts); `npm run torture access` plays 1,000
 * histories.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { playMesh } from './people-mesh.js';

// Two histories in which much is shown, also of what is locked.
test.each([3, 4])('every route of every server shows everybody what the model says, seed %i', async (seed) => {
  const { answers, shown, hidden, locked, figures } = await playMesh(seed, 200, 50);
  expect(answers).toBeGreaterThan(1_000);
  // There is something to see, and something to hide.
  expect(Math.min(shown, hidden)).toBeGreaterThan(30);
  expect(locked).toBeGreaterThan(0);
  // Whoever is hostile leaves out ends, which must not bring access back.
  expect(figures['ends left out']).toBeGreaterThan(0);
  expect(Math.min(figures['acts']!, figures['merges']!)).toBeGreaterThan(5);
});

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

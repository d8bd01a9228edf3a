/**
 * docs/replication.md keeps its promises: each requirement on the mesh names the test that shows it, and that test
 * exists.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../architecture/source.js';
import { brokenPromises, claimsOf, type Claim } from '../promises.js';

const heading = '## What shows it';
const page = readFileSync(join(root, 'docs/replication.md'), 'utf8');
const claims = (text: string): Claim[] => claimsOf(text, heading, '\n## ');

test('finds a claim without a test, and one with a missing test', () => {
  const table = (shown: string): Claim[] =>
    claims(
      `${heading}\n| what | shown by |\n|---|---|\n| equal | ${shown} |\n\n## More\n| what | of |\n|---|---|\n| x | y |\n`,
    );
  expect(table('luck')).toEqual([{ claim: 'equal', shown: 'luck |' }]);
  expect(brokenPromises(table('luck'), () => true)).toEqual(['nothing shows: equal']);
  expect(brokenPromises(table('[one](../test/a.test.ts)'), () => false)).toEqual(['equal names test/a.test.ts']);
  for (const shown of ['[one](../test/a.test.ts)', '[one](../test/root/a.sh)', '`npm run bench rest`'])
    expect(brokenPromises(table(shown), () => true)).toEqual([]);
});

test('each claim names something executable', () => {
  expect(claims(page).length).toBeGreaterThan(45);
  expect(brokenPromises(claims(page), (path) => existsSync(join(root, path)))).toEqual([]);
});

test('all requirements on the mesh are among them', () => {
  const told = claims(page).map(({ claim }) => claim).join('\n'); // prettier-ignore
  for (const word of [
    ...['CouchDB', 'PouchDB', 'Bearer', 'design document', 'back-off', 'storm', 'clocks', 'history', 'cut at any byte'],
    ...['ThumbHash', 'on-demand', 'bandwidth', 'wrong hash', 'sanitised', 'stamps', 'older state', 'old backup'],
    ...['purge', 'tombstones', 'killed', 'cloned', 'revoked', 'disk', 'versions one apart', 'Servers page', 'metrics'],
    ...['refuses', 'first contact', 'simulation', 'namespaces', 'secrets', 'three times', '150 ms', 'floor', '25 s'],
  ])
    expect(told).toContain(word);
});

/** docs/album.md keeps what it promises: each line names a test that is there, and all that the page is for has a line. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './architecture/source.js';

const page = readFileSync(join(root, 'docs/album.md'), 'utf8');

/** Rows of the tables below the heading: what is promised, and the tests that are named for it. */
const promises = (text: string): { promise: string; tests: string[] }[] =>
  text
    .slice(text.indexOf('## What it promises'))
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| promise'))
    .map((line) => ({
      promise: line.slice(2, line.indexOf(' |')),
      tests: [...line.matchAll(/\]\(\.\.\/(test\/[^)]+\.test\.ts)\)/g)].map(([, path]) => path!),
    }));

/** Lines that no test shows, or one that is not there. */
const broken = (text: string, exists: (path: string) => boolean): string[] =>
  promises(text)
    .filter(({ tests }) => tests.length === 0 || !tests.every(exists))
    .map(({ promise }) => promise);

test('finds a promise without a test, and one with a missing test', () => {
  const table = (shown: string): string =>
    `## What it promises\n| promise | shown by |\n|---|---|\n| calm | ${shown} |\n`;
  expect(broken(table('luck'), () => true)).toEqual(['calm']);
  expect(broken(table('[x](../test/x.test.ts)'), () => false)).toEqual(['calm']);
  expect(broken(table('[x](../test/x.test.ts)'), () => true)).toEqual([]);
});

test('each promise of docs/album.md names existing tests', () => {
  expect(promises(page).length).toBeGreaterThan(30);
  expect(broken(page, (path) => existsSync(join(root, path)))).toEqual([]);
});

test.each([
  ...[
    'timeline',
    'inbox',
    'selecting',
    'editing many',
    'ZIP',
    'one photo',
    'search',
    'tags',
    'albums',
    'cameras',
    'places',
  ],
  ...[
    'favourites',
    'upload',
    'spool',
    'servers',
    'keys',
    'focus',
    'motion',
    'jumps',
    'address',
    'texts',
    'share links',
    'front page',
  ],
])('has a promise about: %s', (subject) => {
  expect(promises(page).some(({ promise }) => promise.includes(subject))).toBe(true);
});

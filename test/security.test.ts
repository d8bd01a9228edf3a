/** docs/security.md keeps what it promises: each risk names what shows that it is met, and all of that is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './architecture/source.js';

/** Rows of the tables of risks: `| risk | met by | shown by |`. */
function rowsOf(page: string): { risk: string; shown: string }[] {
  const part = page.slice(page.indexOf('## Risks'), page.indexOf('### All routes'));
  return part
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| risk'))
    .map((line) => line.split(' | '))
    .map((cells) => ({ risk: cells[0]!.slice(2), shown: cells.at(-1)! }));
}

/** What a cell names: tests by their path below docs, subjects of `npm run torture` by their file. */
function namedIn(shown: string): string[] {
  const tests = [...shown.matchAll(/\]\(\.\.\/(test\/[^)]+)\)/g)].map(([, path]) => path!);
  const subjects = [...shown.matchAll(/npm run torture (\w+)/g)].map(([, name]) => `torture/${name!}.ts`);
  return [...tests, ...subjects];
}

/** What is wrong with a page: risks that nothing shows, and what is named and not there or no test. */
function brokenPromises(page: string, exists: (path: string) => boolean): string[] {
  return rowsOf(page).flatMap(({ risk, shown }) => {
    const named = namedIn(shown);
    const isRun = (path: string): boolean => /\.test\.ts$|\.sh$|^torture\//.test(path);
    if (!named.some(isRun)) return [`nothing shows: ${risk}`];
    return named.filter((path) => !exists(path)).map((path) => `${risk} names ${path}`);
  });
}

describe('docs/security.md', () => {
  const page = readFileSync(join(root, 'docs/security.md'), 'utf8');

  test('a risk that nothing shows, and a test that is not there, would be found', () => {
    const table = (shown: string): string => `## Risks\n| risk | met by | shown by |\n| theft | care | ${shown} |\n### All routes`;
    expect(brokenPromises(table('luck'), () => true)).toHaveLength(1);
    expect(brokenPromises(table('[all](../test/server)'), () => true)).toHaveLength(1);
    expect(brokenPromises(table('[one](../test/a.test.ts)'), () => false)).toEqual(['theft names test/a.test.ts']);
    expect(brokenPromises(table('[one](../test/a.test.ts)'), () => true)).toEqual([]);
  }); // prettier-ignore

  test('names for each risk a test that is there', () => {
    expect(rowsOf(page).length).toBeGreaterThan(35);
    expect(brokenPromises(page, (path) => existsSync(join(root, path)))).toEqual([]);
  });

  test('tells of each risk that the issue of access lists', () => {
    const told = rowsOf(page).map(({ risk }) => risk).join('\n'); // prettier-ignore
    for (const risk of [
      'XSS',
      'traversal',
      'IDOR',
      'CSRF',
      'enumeration by status',
      'enumeration by time',
      'token escalation',
      'decompression bombs',
      'SSRF',
      'ExifTool',
      'ffmpeg',
      'stolen laptop',
      'hostile peer',
    ])
      // prettier-ignore
      expect(told).toContain(risk);
  });
});

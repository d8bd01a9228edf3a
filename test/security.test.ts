/** docs/security.md keeps what it promises: each risk names what shows that it is met, and all of that is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './architecture/source.js';
import { brokenPromises, claimsOf, type Claim } from './promises.js';

const risksOf = (page: string): Claim[] => claimsOf(page, '## Risks', '### All routes');

describe('docs/security.md', () => {
  const page = readFileSync(join(root, 'docs/security.md'), 'utf8');

  test('finds a risk without a test, and one with a missing test', () => {
    const table = (shown: string): Claim[] =>
      risksOf(`## Risks\n| risk | met by | shown by |\n|---|---|---|\n| theft | care | ${shown} |\n### All routes`);
    expect(brokenPromises(table('luck'), () => true)).toHaveLength(1);
    expect(brokenPromises(table('[all](../test/server)'), () => true)).toHaveLength(1);
    expect(brokenPromises(table('[one](../test/a.test.ts)'), () => false)).toEqual(['theft names test/a.test.ts']);
    expect(brokenPromises(table('[one](../test/a.test.ts)'), () => true)).toEqual([]);
  });

  test('names an existing test for each risk', () => {
    expect(risksOf(page).length).toBeGreaterThan(35);
    expect(brokenPromises(risksOf(page), (path) => existsSync(join(root, path)))).toEqual([]);
  });

  test('covers each required kind of risk', () => {
    const told = risksOf(page).map(({ claim }) => claim).join('\n'); // prettier-ignore
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

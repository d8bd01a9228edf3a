/**
 * What the npm package holds. That it installs into an empty folder and runs is tried by scripts/try-package.sh, which
 * needs a registry and therefore belongs to .ci/run.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

interface Packed {
  unpackedSize: number;
  size: number;
  files: { path: string; mode: number; size: number }[];
}

const root = fileURLToPath(new URL('..', import.meta.url));
let packed: Packed;
let paths: string[];

beforeAll(() => {
  const npm = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const answer = JSON.parse(execFileSync('npm', npm, { cwd: root, encoding: 'utf8' })) as
    Packed[] | Record<string, Packed>;
  packed = Object.values(answer)[0]!;
  paths = packed.files.map(({ path }) => path);
});

describe('the package', () => {
  test.each([
    'dist/cli/main.js',
    'dist/web/index.html',
    'docs/interface.md',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'package.json',
  ])('contains %s (npm run build creates dist)', (path) => {
    expect(paths).toContain(path);
  });

  test('contains nothing that only development needs', () => {
    const only = /^(dist|docs)\/|^(README\.md|LICENSE|CHANGELOG\.md|package\.json)$/;
    expect(paths.filter((path) => !only.test(path))).toEqual([]);
    expect(paths.filter((path) => /\.(map|tsbuildinfo|ts|svelte)$|(^|\/)\.|\.test\./.test(path))).toEqual([]);
  });

  test('contains the pages that docs/README.md lists for users and programs, and leaves out those for contributors', () => {
    const [forUsers = '', forContributors = ''] = readFileSync(`${root}docs/README.md`, 'utf8').split(
      '\nFor contributors',
    );
    const pagesOf = (text: string): string[] =>
      [...text.matchAll(/\]\(([\w/-]+\.md)\)/g)].map(([, page]) => `docs/${page!}`).sort();
    const contained = paths.filter((path) => path.startsWith('docs/')).sort();
    expect(contained).toEqual([...pagesOf(forUsers), 'docs/README.md'].sort());
    const pages = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.md') && !name.startsWith('images/'),
    );
    expect(
      pages
        .map((name) => `docs/${name}`)
        .filter((path) => !paths.includes(path))
        .sort(),
    ).toEqual(pagesOf(forContributors));
  });

  test('is small', () => {
    // The page is there three times, so that the server compresses nothing while it serves: these copies can't be
    // packed any smaller, and have bounds of their own. So have the coasts and borders of the map, and what draws a map of
    // streets, by far the largest files.
    const sum = (files: typeof packed.files): number => files.reduce((all, { size }) => all + size, 0);
    const isCoast = ({ path }: { path: string }): boolean => /^dist\/web\/assets\/countries-/.test(path);
    const coasts = packed.files.filter(isCoast);
    const isStreets = ({ path }: { path: string }): boolean => /^dist\/web\/assets\/(?:basemap|maplibre)-/.test(path);
    const streets = packed.files.filter(isStreets);
    const copies = packed.files.filter(({ path }) => /^dist\/web\/.*\.(?:br|gz)$/.test(path));
    expect(copies.length).toBeGreaterThan(10);
    expect(coasts).toHaveLength(6);
    expect(sum(coasts)).toBeLessThan(1_500_000);
    expect(streets).toHaveLength(6);
    expect(sum(streets)).toBeLessThan(2_600_000);
    expect(sum(copies.filter((file) => !isCoast(file) && !isStreets(file)))).toBeLessThan(700_000);
    // Packed, these weigh about what one of their copies does.
    const packedMaps = sum([...coasts, ...streets].filter(({ path }) => path.endsWith('.gz')));
    // The server contains the packages that it uses, of which npm would install 45 MB.
    expect(packed.size - sum(copies) - packedMaps).toBeLessThan(1_700_000);
    expect(packed.unpackedSize - sum(coasts) - sum(streets)).toBeLessThan(7_000_000);
  });

  test('has an executable command', () => {
    const { bin } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { bin: Record<string, string> };
    expect(bin).toEqual({ photospool: 'dist/cli/main.js' });
    expect(readFileSync(`${root}dist/cli/main.js`, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect((packed.files.find(({ path }) => path === 'dist/cli/main.js')?.mode ?? 0) & 0o111).not.toBe(0);
  });
});

test('package-lock.json names no registry, and no package needs an install script', () => {
  const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
    packages: Record<string, { resolved?: string; hasInstallScript?: boolean }>;
  };
  const { allowScripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    allowScripts: Record<string, boolean>;
  };
  const entries = Object.entries(lock.packages);
  expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  const scripted = entries
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  expect(Object.keys(allowScripts).sort()).toEqual([...new Set(scripted)].sort());
  expect(Object.values(allowScripts)).not.toContain(true);
});

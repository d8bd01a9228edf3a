/**
 * Holds the walls up: who may import whom, who alone may touch the disk and SQLite, and what every file owes its
 * reader. Each check is first shown to find a break in a small example, then asked about the project itself.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, sources, type Source } from './architecture/source.js';
import * as style from './architecture/style.js';
import * as walls from './architecture/walls.js';

const code = sources(['src'], ['.ts']);
const page = sources(['web'], ['.ts', '.svelte']);
const scripts = sources(['scripts'], ['.mjs', '.ts']);
const prose = [...sources(['docs'], ['.md']), ...readAll('README.md', 'CONTRIBUTING.md', 'CHANGELOG.md')];

function readAll(...paths: string[]): Source[] {
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** An example of one file. */
const file = (path: string, text: string): Source[] => [{ path, text }];

describe('walls', () => {
  test.each([
    ['a sibling', 'src/photo/a.ts', `import { x } from '../library/library.js';`],
    ['a layer above', 'src/base/a.ts', `import type { X } from '../document/photo.js';`],
    ['a layer above, by export', 'src/catalog/a.ts', `export * from '../server/app.js';`],
    ['a layer above, when called', 'src/spool/a.ts', `const a = await import('../cli/main.js');`],
    ['a layer above, as a type', 'src/spool/a.ts', `type A = import('../cli/main.js').A;`],
    ['another file than the one that is let through', 'src/catalog/a.ts', `import { x } from '../access/people.js';`],
    ['the page', 'src/server/routes/a.ts', `import { x } from '../../../web/src/x.js';`],
    ['an unknown folder', 'src/things/a.ts', ''],
    ['no folder', 'src/a.ts', ''],
  ])('detect an import of %s', (_, path, text) => {
    expect(walls.brokenWalls(file(path, text))).toHaveLength(1);
  });

  test('allow imports of lower modules', () => {
    const text = `import a from '../base/files.js'; import './b.js'; import 'sharp'; export * from '../ingest/c.js';`;
    expect(walls.brokenWalls(file('src/spool/a.ts', text))).toEqual([]);
  });

  test('stand', () => {
    expect(code.length).toBeGreaterThan(20);
    expect(walls.brokenWalls(code)).toEqual([]);
  });

  test('equal the table in docs/architecture.md', () => {
    const example = '| `a` | what it is | |\n| `b` | `c` is not meant here | `a`, `c/d-e` |';
    expect(walls.wallsInProse(example)).toEqual({ a: [], b: ['a', 'c/d-e'] });
    expect(walls.wallsInProse(readFileSync(join(root, 'docs/architecture.md'), 'utf8'))).toEqual(walls.walls);
  });

  test('the page imports only types of the API from the server', () => {
    const svelte = `<script lang="ts">\n  import { owner } from '../../src/catalog/catalog.js';\n</script>`;
    expect(walls.brokenPageWalls(file('web/src/A.svelte', svelte))).toHaveLength(1);
    expect(walls.brokenPageWalls(file('web/src/a.ts', `import type { A } from '../../src/album/b.js';`))).toHaveLength(
      1,
    );
    expect(walls.brokenPageWalls(file('web/src/a.ts', `import type { A } from '../../src/api/b.js';`))).toEqual([]);
    expect(walls.brokenPageWalls(file('web/src/a.ts', `import { type A } from '../../src/api/b.js';`))).toEqual([]);
    expect(walls.brokenPageWalls(page)).toEqual([]);
  });

  test('no import cycles', () => {
    const [a, b] = [`import { b } from './b.js';`, `import { a } from './a.js';`];
    expect(walls.circles([...file('src/base/a.ts', a), ...file('src/base/b.ts', b)])).toHaveLength(1);
    const type = b.replace('{ a }', 'type { a }');
    expect(walls.circles([...file('src/base/a.ts', a), ...file('src/base/b.ts', type)])).toHaveLength(1);
    expect(walls.circles(code)).toEqual([]);
  });
});

describe('one place for each operation', () => {
  test.each([
    [`import { rename } from 'node:fs/promises'; rename();`],
    [`import { unlinkSync as gone } from 'fs'; gone();`],
    [`import * as fs from 'node:fs'; fs.fsyncSync(1);`],
    [`import fs from 'node:fs'; await fs.promises.rm('a');`],
    [`import { promises as all } from 'node:fs'; const { cp } = await import('fs');`],
    [`export { link } from 'node:fs/promises';`],
  ])('renaming, linking, removing, fsync: detected in %s', (text) => {
    expect(walls.dangerousFileUse(file('src/spool/a.ts', text))).not.toEqual([]);
  });

  test('only base/files.ts renames, links, removes, fsyncs', () => {
    const harmless = `import { readFile } from 'node:fs/promises'; import * as fs from 'node:fs'; fs.statSync('a'); files.rename();`;
    expect(walls.dangerousFileUse(file('src/spool/a.ts', harmless))).toEqual([]);
    expect(walls.dangerousFileUse(code)).toEqual([]);
  });

  test('only base/sqlite.ts opens SQLite', () => {
    expect(walls.strayBindings(file('src/cli/a.ts', `import { DatabaseSync } from 'node:sqlite';`))).toHaveLength(1);
    expect(walls.strayBindings(file('src/cli/a.ts', `import Database from 'better-sqlite3';`))).toHaveLength(1);
    expect(walls.strayBindings(file('src/cli/a.ts', `import { openSqlite } from '../base/sqlite.js';`))).toEqual([]);
    expect(walls.strayBindings(code)).toEqual([]);
  });
});

describe('one of each', () => {
  test.each([
    ['a yield to the event loop', 'await new Promise((resolve) => setImmediate(resolve));'],
    ['a back-off', 'const wait = Math.min(longest, first * 2 ** (failures - 1));'],
    ['another back-off', 'wait = Math.min(wait * 2, longest);'],
    ['a follower of the change feed', 'const { changes } = library.changes(mark, 500);'],
    ['a plain click', 'if (event.ctrlKey || event.metaKey || event.shiftKey) return;'],
    ['a set of listeners', 'const listeners = new Set<() => void>();'],
  ])('detects %s outside base/async', (_, text) => {
    expect(walls.secondOnes(file('src/spool/a.ts', text))).toHaveLength(1);
  });

  test('stands', () => {
    expect(walls.secondOnes(file('src/spool/a.ts', '/** Not `setImmediate`. */'))).toEqual([]);
    expect(walls.secondOnes([...code, ...page])).toEqual([]);
  });
});

describe('files have', () => {
  test('a unique, meaningful name', () => {
    expect(style.vagueNames(file('src/base/file-utils.ts', ''))).toHaveLength(1);
    expect(style.vagueNames(file('src/base/photoStore.ts', ''))).toHaveLength(1);
    expect(style.vagueNames(file('src/spool/service.ts', ''))).toHaveLength(1);
    expect(style.vagueNames(file('src/cli/commands/service.ts', ''))).toEqual([]);
    expect(style.vagueNames(file('src/base/a.ts', 'export class SpoolManager {}'))).toHaveLength(1);
    expect(style.vagueNames(file('src/service/launchd.ts', 'class Timer {}'))).toEqual([]);
    expect(style.vagueNames([...code, ...page, ...scripts])).toEqual([]);
  });

  test('a header', () => {
    expect(style.missingHeaders(file('src/base/a.ts', `import 'b';`))).toHaveLength(1);
    expect(style.missingHeaders(file('src/base/a.ts', '/** What a is. */\nexport const a = 1;'))).toHaveLength(1);
    expect(
      style.missingHeaders(file('src/base/a.ts', '/** A file. */\n\n/** What a is. */\nexport const a = 1;')),
    ).toEqual([]);
    expect(style.missingHeaders(file('src/base/a.ts', `#!/usr/bin/env node\n/** A file. */\nimport 'b';`))).toEqual([]);
    expect(style.missingHeaders([...code, ...page, ...scripts, ...sources(['bench', 'torture'], ['.ts'])])).toEqual([]);
  });

  test('a docstring for every export', () => {
    expect(style.missingDocstrings(file('src/base/a.ts', '// no\nexport const a = 1;'))).toHaveLength(1);
    expect(
      style.missingDocstrings(file('src/base/a.ts', '/** A. */\nexport type A = 1;\nexport type B = 1;')),
    ).toHaveLength(1);
    const overloads = '/** F. */\nexport function f(a: 1): 1;\nexport function f(a: 2): 2;\nexport function f(a) {}';
    expect(style.missingDocstrings(file('src/base/a.ts', overloads))).toEqual([]);
    const header = '/** F. */\nimport a;\nexport const f = 1;';
    expect(style.missingDocstrings(file('src/base/a.ts', header))).toEqual([]);
    expect(style.missingDocstrings(file('src/base/a.ts', `${header}\nexport const g = 1;`))).toHaveLength(2);
    expect(style.missingDocstrings(code)).toEqual([]);
  });

  test('functions that fit on a screen', () => {
    const long = (lines: number): string => `function a() {${'\n  b();'.repeat(lines - 2)}\n}`;
    expect(style.longFunctions(file('src/base/a.ts', long(style.screen)))).toEqual([]);
    expect(style.longFunctions(file('src/base/a.ts', long(style.screen + 1)))).toHaveLength(1);
    expect(style.longFunctions(file('src/base/a.ts', `const a = () => {${'\n'.repeat(100)}};`))).toHaveLength(1);
    expect(style.longFunctions(file('src/base/a.ts', `class A {\n  b() {${'\n'.repeat(100)}}\n}`))).toHaveLength(1);
    const why = `// Longer than a screen: one table of settings.\n${long(100)}`;
    expect(style.longFunctions(file('src/base/a.ts', why))).toEqual([]);
    expect(style.longFunctions(file('src/base/a.ts', `${why}\n${long(90)}`))).toHaveLength(1);
    const all = [...code, ...page, ...scripts, ...sources(['bench', 'torture'], ['.ts'])];
    expect(style.longFunctions(all)).toEqual([]);
  });
});

describe('prose', () => {
  test('docs/dependencies.md lists every package, and no other', () => {
    expect(style.undocumented('| `a` | why |', ['b'])).toHaveLength(2);
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object>;
    const packages = [...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.devDependencies ?? {})];
    expect(style.undocumented(readFileSync(join(root, 'docs/dependencies.md'), 'utf8'), packages)).toEqual([]);
  });

  test('links have targets', () => {
    expect(style.deadLinks(file('docs/a.md', '[b](b.md) [c](https://c)'), () => false)).toEqual([
      'docs/a.md links to b.md',
    ]);
    expect(style.deadLinks(prose, (path) => existsSync(join(root, path)))).toEqual([]);
  });
});

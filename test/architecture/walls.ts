/**
 * The import walls between the parts, as data, and the checks for violations. Each check takes sources and returns a
 * sentence per violation.
 */
import ts from 'typescript';
import { importsOf, parse, type Source } from './source.js';

const ground = ['base', 'document'];
const stores = ['archive', 'library', 'catalog'];
const media = ['photo', 'video'];

/**
 * The permitted imports of each folder of `src`, in addition to itself: folders, and single files. docs/architecture.md
 * has the same table, and a test compares the two.
 */
export const walls: Record<string, readonly string[]> = {
  base: [],
  document: ['base'],
  photo: ground,
  video: [...ground, 'photo'],
  archive: ground,
  library: ground,
  catalog: [...ground, 'access/item-access'],
  access: [...ground, 'library'],
  album: [...ground, 'library', 'catalog', 'access'],
  ingest: [...ground, ...media, ...stores],
  spool: [...ground, 'photo', 'archive', 'library', 'ingest'],
  importers: [...ground, 'photo', 'spool'],
  backup: [...ground, 'archive', 'library'],
  sync: [...ground, 'archive', 'library'],
  publishing: [...ground, 'archive', 'library', 'sync', 'access/item-access'],
  service: ['base'],
  doctor: ['base', 'video', 'spool', 'backup'],
  api: ['document', 'access', 'sync', 'doctor'],
  server: [
    ...ground,
    ...media,
    'library',
    'catalog',
    'access',
    'album',
    'ingest',
    'spool',
    'sync',
    'publishing',
    'doctor',
    'api',
  ],
  home: [
    ...ground,
    ...media,
    ...stores,
    'access',
    'album',
    'ingest',
    'spool',
    'backup',
    'sync',
    'publishing',
    'doctor',
    'server',
  ],
  cli: [
    ...ground,
    ...media,
    'library',
    'catalog',
    'access',
    'album',
    'ingest',
    'spool',
    'importers',
    'backup',
    'sync',
    'publishing',
    'service',
    'doctor',
    'server',
    'home',
  ],
};

const folderOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

/** Imports of `src` that violate a wall, and imports of anything else from `src`. */
export function brokenWalls(files: readonly Source[]): string[] {
  return files.flatMap((file) => {
    const from = folderOf(file.path);
    const allowed = from === undefined ? undefined : walls[from];
    if (from === undefined || !allowed)
      return [`${file.path} is in no folder that has a wall (test/architecture/walls.ts)`];
    return importsOf(file).flatMap(({ target }) => {
      if (target === undefined) return [];
      const to = folderOf(target);
      const named = target.replace(/^src\/|\.ts$/g, '');
      return to !== undefined && (to === from || allowed.includes(to) || allowed.includes(named))
        ? []
        : [`${file.path} imports ${target}`];
    });
  });
}

/**
 * Imports from `src` in the page other than types of `src/api`: the page would contain the server's code, or depend on
 * more than its contract.
 */
export function brokenPageWalls(files: readonly Source[]): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter(({ target, typeOnly }) => target?.startsWith('src/') && !(typeOnly && target.startsWith('src/api/')))
      .map(({ target }) => `${file.path} imports from ${target ?? ''} what is no type of src/api`),
  );
}

/** Circles of files that import each other, including types: neither of two such files can be understood first. */
export function circles(files: readonly Source[]): string[] {
  const needs = new Map(
    files.map((file) => [file.path, importsOf(file).flatMap(({ target }) => (target === undefined ? [] : [target]))]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (way.includes(path) || done.has(path)) return;
    for (const next of needs.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of needs.keys()) walk(path, []);
  return found;
}

const filesystem = new Set(['fs', 'node:fs', 'fs/promises', 'node:fs/promises']);
const dangerous = /^(rename|link|symlink|unlink|rm|rmdir|fsync|fdatasync|copyFile|cp)(Sync)?$/;

/** Uses of operations reserved for src/base/files.ts: rename, link, remove, copy and fsync. */
export function dangerousFileUse(files: readonly Source[]): string[] {
  return files
    .filter(({ path }) => path !== 'src/base/files.ts')
    .flatMap((file) => {
      const imports = importsOf(file).filter(({ specifier }) => filesystem.has(specifier));
      const named = imports.flatMap(({ names }) => names).filter((name) => name === '*' || dangerous.test(name));
      const modules = imports.flatMap(({ whole, names }) => [...whole, ...names.filter((name) => name === 'promises')]);
      const used = modules.length > 0 ? membersOf(file, new Set(modules)).filter((name) => dangerous.test(name)) : [];
      return [...named, ...used].map((name) => `${file.path} uses fs ${name}`);
    });
}

/** The members of some objects used in a file: `fs.rename` and `fs.promises.rename` give `rename`. */
function membersOf(file: Source, objects: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const isOne = (node: ts.Expression): boolean =>
    (ts.isIdentifier(node) && objects.has(node.text)) ||
    (ts.isPropertyAccessExpression(node) && isOne(node.expression));
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && isOne(node.expression)) found.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** Imports of a SQLite binding outside src/base/sqlite.ts. */
export function strayBindings(files: readonly Source[]): string[] {
  return files
    .filter(({ path }) => path !== 'src/base/sqlite.ts')
    .filter((file) =>
      importsOf(file).some(({ specifier }) => /sqlite3?$/.test(specifier) && !specifier.startsWith('.')),
    )
    .map(({ path }) => `${path} opens SQLite by itself`);
}

/**
 * Code that exists once and is shared: the pattern of a duplicate, the only files that may contain it, and the
 * replacement.
 */
const single: { sign: RegExp; only: readonly string[]; use: string }[] = [
  { sign: /\bsetImmediate\b/, only: ['src/base/async/yield.ts'], use: 'yieldToEventLoop or inLaterTurn' },
  { sign: /\bnew Set<\(/, only: ['src/base/async/listeners.ts'], use: 'openListeners' },
  {
    sign: /\bctrlKey \|\| \w+\.metaKey \|\| \w+\.(?:altKey|shiftKey)/,
    only: ['web/src/lib/modifier-keys.ts'],
    use: 'isPlainClick or hasModifier',
  },
  {
    sign: /Math\.min\([^;\n]*(?:\*\* [^0-9]|(?:delay|wait|pause)\w*\)? \* \d)/i,
    only: ['src/base/async/backoff.ts'],
    use: 'backOff',
  },
  {
    sign: /\b(?:library|projection)\.changes\(/,
    // The latter two serve the feed to others.
    only: ['src/library/follow.ts', 'src/sync/couch/library-database.ts', 'src/sync/couch/serve-database.ts'],
    use: 'openChangeFollower or changeBatches',
  },
];

/** Duplicates of shared code. */
export function secondOnes(files: readonly Source[]): string[] {
  return files.flatMap(({ path, text }) =>
    single
      .filter(({ sign, only }) => !only.includes(path) && sign.test(text.replace(/\/\*[^]*?\*\//g, '')))
      .map(({ only, use }) => `${path}: use ${use} of ${only[0]!}`),
  );
}

/** The table of the parts in docs/architecture.md, parsed: the permitted imports of each folder. */
export function wallsInProse(text: string): Record<string, string[]> {
  const rows = [...text.matchAll(/^\| `([a-z]+)` \|.*\|([^|]*)\|$/gm)];
  return Object.fromEntries(
    rows.map(([, folder, imports]) => [folder!, [...imports!.matchAll(/`([a-z/-]+)`/g)].map(([, name]) => name!)]),
  );
}

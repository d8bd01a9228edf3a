/**
 * Compiles the torture tests to JavaScript beside the built program, for child processes that start as quickly. Requires
 * `npm run build`. Several processes may do it at the same time: files are replaced atomically.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The built command line. */
export const program = join(root, 'dist/cli/main.js');

/** Compiles a file of this folder with the sources that it uses; returns the path of the result. */
export function compile(name: string): string {
  if (!existsSync(program)) throw new Error('Build first: npm run build');
  const out = join(root, 'dist/.build/torture');
  mkdirSync(out, { recursive: true });
  const { outputFiles } = buildSync({
    ...{ entryPoints: [join(root, 'torture', `${name}.ts`)], write: false },
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20' },
  });
  const path = join(out, `${name}.js`);
  writeFileSync(`${path}.${process.pid}`, outputFiles[0]!.contents);
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

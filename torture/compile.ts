/**
 * Compiles the torture tests to JavaScript beside the built program, for child processes that start as quickly.
 * Requires
 * `npm run build`. Several processes may do it at the same time: files are replaced atomically.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The built command line. */
export const program = join(root, 'dist/cli/main.js');

/** Compiles the files of this folder; returns the path of `name`. */
export function compile(name: string): string {
  if (!existsSync(program)) throw new Error('Build first: npm run build');
  const out = join(root, 'dist/.build/torture');
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(join(root, 'torture')).filter((one) => one.endsWith('.ts'))) {
    const text = readFileSync(join(root, 'torture', file), 'utf8');
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
    const { outputText } = ts.transpileModule(text, { compilerOptions: options });
    const path = join(out, file.replace(/\.ts$/, '.js'));
    writeFileSync(`${path}.${process.pid}`, outputText.replaceAll("'../src/", "'../../"));
    renameSync(`${path}.${process.pid}`, path);
  }
  return join(out, `${name}.js`);
}

/**
 * Compares what was built with scripts/budgets.json, the one place of these numbers: the first script of the built page, or with
 * `--installed FOLDER` what the package takes once installed there. Says each figure in a line, and exits with 1 where one is over
 * its budget. How long the tests took is told by test/reporter.ts: a time depends on the machine, so it fails nothing. Changes nothing.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const budgets = JSON.parse(readFileSync(join(root, 'scripts/budgets.json'), 'utf8'));
const { values } = parseArgs({ options: { installed: { type: 'string' } } });

/** KiB of the scripts that the page loads before anything else, as the server sends them with gzip. */
function firstScript() {
  const page = join(root, 'dist/web/index.html');
  const names = [...readFileSync(page, 'utf8').matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(
    ([, name]) => name,
  );
  if (names.length === 0) throw new Error(`${page} loads no script`);
  return names.reduce((sum, name) => sum + lstatSync(join(dirname(page), `${name}.gz`)).size, 0) / 1024;
}

/** MB on the disk below a folder: whole blocks of 4 KiB, as most filesystems have them. */
function megabytes(folder) {
  return (
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + Math.ceil(lstatSync(join(parentPath, name)).size / 4096) * 4096, 0) /
    1e6
  );
}

const [what, figure, budget, unit] =
  values.installed === undefined
    ? ['the first script of the page', firstScript(), budgets.firstScriptKibibytes, 'KiB']
    : ['the installed package', megabytes(values.installed), budgets.installedMegabytes, 'MB'];
const over = figure > budget;
console.log(`budget ${over ? 'EXCEEDED' : 'kept'}: ${what} takes ${figure.toFixed(1)} of ${budget} ${unit}`);
if (over) process.exitCode = 1;

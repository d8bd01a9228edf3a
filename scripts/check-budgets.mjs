/**
 * Compares the build with the limits in scripts/budgets.json: the first script of the built page with its English
 * messages, or with `--installed FOLDER` the size of the package installed there. Prints one line per figure, and exits
 * with 1 if one is over its budget. The duration of the tests is reported by test/reporter.ts: it depends on the
 * machine, so it is not enforced. Changes nothing.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const budgets = JSON.parse(readFileSync(join(root, 'scripts/budgets.json'), 'utf8'));
const { values } = parseArgs({ options: { installed: { type: 'string' } } });

/** KiB of the scripts that the page loads first, with its messages in English, as the server sends them with gzip. */
function firstScript() {
  const page = join(root, 'dist/web/index.html');
  const names = [...readFileSync(page, 'utf8').matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(
    ([, name]) => name,
  );
  if (names.length === 0) throw new Error(`${page} loads no script`);
  // A file of the core has only a hash after the language, those of areas also their name.
  const core = readdirSync(join(dirname(page), 'assets')).filter((name) => /^catalogue-en-.{8}\.js$/.test(name));
  if (core.length !== 1) throw new Error(`${page} has ${core.length} English catalogues`);
  names.push(`/assets/${core[0]}`);
  // Small files have no packed copy.
  const sent = (name) => lstatSync(`${name}.gz`, { throwIfNoEntry: false }) ?? lstatSync(name);
  return names.reduce((sum, name) => sum + sent(join(dirname(page), name)).size, 0) / 1024;
}

/** MB on the disk below a folder: in whole blocks of 4 KiB, as most filesystems use them. */
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

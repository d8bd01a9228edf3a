/**
 * `npm run torture [SUBJECT…] [-- --seed N --scale X]`, `npm run torture mesh -- --hostile [--seed N --cases N]`: runs
 * torture/SUBJECT.ts, or all of them, on all cores if possible, and prints the number of trials and of lost or doubled
 * files. Exits with 1 if there were any, and prints the command that reproduces it.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runHostile } from '../test/hostile/trial.js';
import { runInLanes } from './lanes.js';
import { addUp, type Result, type Subject } from './subject.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    scale: { type: 'string', default: '1' },
    hostile: { type: 'boolean', default: false },
    cases: { type: 'string', default: '100' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const scale = Number(values.scale);

async function load(): Promise<Map<string, Subject>> {
  const found = new Map<string, Subject>();
  for (const file of readdirSync(new URL('.', import.meta.url)).sort()) {
    if (!file.endsWith('.ts') || file === 'main.ts') continue;
    const { subject } = (await import(new URL(file, import.meta.url).href)) as { subject?: Subject };
    if (subject) found.set(file.slice(0, -'.ts'.length), subject);
  }
  return found;
}

const print = (name: string, { figures, lost, doubled, failures }: Result): void => {
  for (const [what, n] of Object.entries(figures)) console.log(`${name}: ${what} ${n}`);
  console.log(`${name}: lost ${lost}, doubled ${doubled}`);
  for (const failure of failures) console.log(`${name}: FAILED: ${failure}`);
};

/** One line over all torture tests. */
function summarise(results: readonly Result[]): string {
  const { figures, lost, doubled } = addUp(results);
  return Object.entries({ ...figures, lost, doubled })
    .map(([what, n]) => `${what} ${n}`)
    .join(', ');
}

const results: Result[] = [];
const cases = Number(values.cases);
if (values.hostile && Number.isInteger(seed) && cases > 0) {
  const couch = process.env['COUCHDB_URL'];
  const say = (line: string): void => console.error(`mesh --hostile: ${line}`);
  const trial = await runHostile({ seed, cases, say, ...(couch !== undefined && { couch }) });
  print('mesh --hostile', { ...trial, lost: 0, doubled: 0 });
  console.log(`mesh --hostile: ran with: npm run torture mesh -- --hostile --seed ${seed} --cases ${cases}`);
  process.exit(trial.failures.length > 0 ? 1 : 0);
}
const subjects = await load();
const unknown = positionals.filter((name) => !subjects.has(name));
if (unknown.length > 0 || !Number.isInteger(seed) || !(scale > 0)) {
  console.error('npm run torture [SUBJECT…] [-- --seed N --scale X], where SUBJECT is one of:');
  for (const [name, { title }] of subjects) console.error(`  ${name.padEnd(12)} ${title}`);
  process.exit(2);
}
for (const name of positionals.length > 0 ? positionals : subjects.keys()) {
  const say = (line: string): void => console.error(`${name}: ${line}`);
  const result = await runInLanes(name, subjects.get(name)!, { seed, scale, say });
  print(name, result);
  results.push(result);
  if (result.lost + result.doubled + result.failures.length === 0) continue;
  console.log(`${name}: again with: npm run torture ${name} -- --seed ${seed} --scale ${scale}`);
  process.exitCode = 1;
}
console.log(`all, with seed ${seed}: ${summarise(results)}`);

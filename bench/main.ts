/**
 * `npm run bench NAME [ARGUMENTS]`: runs bench/NAME.ts. Each bench exports a `title` and `run(args)`, which measures
 * and prints Markdown. Without a name it lists all.
 */
import { readdirSync } from 'node:fs';

interface Bench {
  title: string;
  run(args: string[]): Promise<void> | void;
}

const [name, ...args] = process.argv.slice(2);

async function load(file: string): Promise<Partial<Bench>> {
  return (await import(new URL(`./${file}.ts`, import.meta.url).href)) as Partial<Bench>;
}

function names(): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

if (name !== undefined && names().includes(name)) {
  const { run } = await load(name);
  if (!run) throw new Error(`bench/${name}.ts is a part of others and measures nothing by itself.`);
  await run(args);
} else {
  if (name !== undefined) console.error(`There is no bench “${name}”.\n`);
  console.log('npm run bench NAME, where NAME is one of:');
  for (const file of names()) {
    const { title, run } = await load(file);
    if (run && title !== undefined) console.log(`  ${file.padEnd(12)} ${title}`);
  }
  if (name !== undefined) process.exitCode = 2;
}

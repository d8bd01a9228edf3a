/**
 * Builds `dist/`: the server with esbuild and the page with Vite, in parallel, each only if its inputs changed; with a name
 * (`build.mjs page`) only that one. Prints nothing on success; on failure one sentence and the output of the tool.
 *
 * An interrupted build is repeated by the next one: the mark of a half (`dist/.build/<half>`) is written last. The page
 * is built in a separate folder and renamed into its place, so that a running server never serves an incomplete one.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...names) => join(root, ...names);
const common = ['package.json', 'package-lock.json', 'scripts/build.mjs'];

/** The halves: the inputs that decide whether one is up to date, its output, and its build. */
const halves = {
  server: { inputs: ['src', ...common], output: 'dist/cli/main.js', build: buildServer },
  page: { inputs: ['web', ...common], output: 'dist/web/index.html', build: buildPage },
};

/** The programs that start a process: the command, and the programs that it starts. */
const entries = ['cli/main', 'photo/decode/decoder', 'photo/decode/jxl-worker'];

/** Packages with files beside their code, which stay packages: the `dependencies` in package.json. */
const { dependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'));

/**
 * The sources and the packages that they use, in a few files, so that a start reads a tenth of the files and takes half
 * the time. Without types, comments and indentation; `npm run check` checks the types. Licences are in THIRD-PARTY.md.
 */
async function buildServer() {
  const { build, formatMessages } = await import('esbuild');
  const written = await build({
    ...{
      format: 'esm',
      platform: 'node',
      target: 'node20',
      bundle: true,
      splitting: true,
      metafile: true,
      write: false,
    },
    ...{ charset: 'utf8', legalComments: 'none', minifySyntax: true, minifyWhitespace: true, lineLimit: 400 },
    entryPoints: entries.map((name) => at('src', `${name}.ts`)),
    external: [...Object.keys(dependencies), 'tsx'],
    // Packages in CommonJS load modules of Node with it.
    banner: { js: "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);" },
    ...{ absWorkingDir: root, outbase: at('src'), outdir: at('dist'), chunkNames: 'chunks/[name]-[hash]' },
    logLevel: 'silent',
  }).catch(async (error) => {
    const said = await formatMessages(error.errors ?? [], { kind: 'error', color: process.stderr.isTTY === true });
    throw new Error(said.join('') || error.message);
  });
  for (const { path, contents } of written.outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
  writeFileSync(at('dist/THIRD-PARTY.md'), licences(Object.keys(written.metafile.inputs)));
  removeOthers(written.outputFiles.map(({ path }) => path.slice(root.length)));
  chmodSync(at('dist/cli/main.js'), 0o755);
}

/** The licences of the packages that these files belong to, as Markdown. */
function licences(files) {
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(at(folder, 'package.json'), 'utf8'));
    const file = readdirSync(at(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : readFileSync(at(folder, file), 'utf8').trim();
    return `## ${name} ${version}\n\nLicence: ${license}\n\n${text.replace(/^/gm, '    ')}\n`;
  });
  return `# Packages in the built server\n\n${texts.join('\n')}`;
}

async function buildPage() {
  const [fresh, old] = [`dist/.build/page-${process.pid}`, `dist/.build/old-${process.pid}`];
  try {
    await run('vite/bin/vite.js', ['build', 'web', '--outDir', `../${fresh}`, '--emptyOutDir', '--logLevel', 'warn']);
    if (existsSync(at('dist/web'))) renameSync(at('dist/web'), at(old));
    renameSync(at(fresh), at('dist/web'));
  } finally {
    for (const folder of [fresh, old]) rmSync(at(folder), { recursive: true, force: true });
  }
}

/** Runs a package's program with this Node; rejects with its output. The result is the same for every user. */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_ENV: 'production' };
    const child = spawn(process.execPath, [at('node_modules', program), ...args], { cwd: root, env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(said.trim()))));
  });
}

/** Removes the output of an earlier build: tests and imports must not find it. */
function removeOthers(made) {
  for (const file of filesBelow('dist')) {
    if (!file.endsWith('.js') || file.startsWith(join('dist', 'web')) || file.startsWith(join('dist', '.build')))
      continue;
    if (!made.includes(file)) rmSync(at(file));
  }
}

/** All files below a path, relative to the root; the path itself for a file. */
function filesBelow(path) {
  if (!existsSync(at(path))) return [];
  const entries = readdirSync(at(path), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}

function fingerprint(inputs) {
  const hash = createHash('sha256').update(process.version);
  const files = inputs.flatMap((path) => (/\.\w+$/.test(path) ? [path] : filesBelow(path))).sort();
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(at(file)));
  return hash.digest('hex');
}

/** Builds one half unless it is up to date; true if it failed. */
async function make([name, { inputs, output, build }]) {
  const mark = at('dist/.build', name);
  const wanted = fingerprint(inputs);
  if (existsSync(mark) && existsSync(at(output)) && readFileSync(mark, 'utf8') === wanted) {
    // Its time shows that the output is newer than the inputs (src/photo/decode/decoder-pool.ts).
    utimesSync(mark, new Date(), new Date());
    return false;
  }
  rmSync(mark, { force: true });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[KBuilding …');
  try {
    await build();
    writeFileSync(mark, wanted);
    return false;
  } catch (error) {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    console.error(`The ${name} could not be built:\n${error.message}`);
    return true;
  }
}

if (!existsSync(at('node_modules/esbuild'))) {
  console.error('The tools to build with are not installed. Run: npm ci');
  process.exit(1);
}
mkdirSync(at('dist/.build'), { recursive: true });
const named = process.argv.slice(2);
const failed = await Promise.all(
  Object.entries(halves)
    .filter(([name]) => named.length === 0 || named.includes(name))
    .map(make),
);
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
process.exitCode = failed.includes(true) ? 1 : 0;

/**
 * Runs the command line in a separate home: verbs in this process, which costs a tenth of the CPU time; servers and
 * real commands (`start`, `call`) as processes of the built program.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, onTestFinished, vi } from 'vitest';
import { run } from '../../src/cli/run-verb.js';
import * as decoding from '../../src/photo/decode/decoder-pool.js';
import * as reading from '../../src/photo/facts/read-metadata.js';
import { makePhoto } from '../picture.js';
import { temporaryFolder } from '../folder.js';
import { sharedReaders } from '../readers.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
if (!existsSync(main)) throw new Error('Build first: npm run build');

/** The output and end of a run. */
export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** A home for one test. */
export interface TestHome {
  folder: string;
  incoming: string;
  archive: string;
  /** Runs a verb to its end in this process. Files are claimed at once unless configured otherwise. */
  run(...args: string[]): Promise<Ran>;
  /** The same with input on stdin. */
  feed(input: string, ...args: string[]): Promise<Ran>;
  /** As `run`, but with the built program in a separate process. */
  call(...args: string[]): Promise<Ran>;
  /** As `call`, with access to stderr before the end. */
  start(...args: string[]): { ended: Promise<Ran>; errors(): string };
  /** Starts a server on a free port; resolves when it prints its address. */
  serve(...args: string[]): Promise<{
    url: string;
    child: ChildProcess;
    lines: string[];
    /** The stderr output so far. */
    errors(): string;
    stop(): Promise<number | null>;
  }>;
  /** Puts a photo into incoming. */
  drop(name: string, seed: number): Promise<string>;
}

const variables = (folder: string, more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  // Each of two workers would start its own decoder and ExifTool.
  PHOTOSPOOL_WORKERS: '1',
  ...more,
  PHOTOSPOOL_HOME: folder,
  PHOTOSPOOL_SETTLE: '0',
});
const environment = (folder: string, more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...process.env,
  ...variables(folder, more),
});

/** Makes an empty home. `more` is set in the environment of its commands. */
export function makeHome(more: NodeJS.ProcessEnv = {}): TestHome {
  const home = homeIn(join(temporaryFolder(), 'home'), more);
  mkdirSync(home.incoming, { recursive: true });
  return home;
}

/**
 * Homes with imported photos, by number, for the calling file: each is created once and copied for every test that
 * needs one. The returned function makes a home with the photos `0.jpg`, `1.jpg`, … of those seeds in its archive. Such
 * homes are copies of one another, not different homes.
 */
export function fillHomes(): (count: number) => Promise<TestHome> {
  const filled = new Map<number, Promise<string>>();
  const kept = mkdtempSync(join(tmpdir(), 'photospool-filled-'));
  afterAll(() => rmSync(kept, { recursive: true, force: true, maxRetries: 5 }));
  return async (count) => {
    if (!filled.has(count)) filled.set(count, fill(join(kept, `${count}`), count));
    const folder = join(temporaryFolder(), 'home');
    cpSync(await filled.get(count)!, folder, { recursive: true, preserveTimestamps: true });
    return homeIn(folder);
  };
}

async function fill(folder: string, count: number): Promise<string> {
  const home = homeIn(folder);
  for (let n = 0; n < count; n++) await home.drop(`${n}.jpg`, n);
  // In a separate process: in this one its database would be closed only some time later, and be copied incompletely.
  const { code, err } = await home.call('process');
  if (code !== 0) throw new Error(`process ended with ${code}: ${err}`);
  return folder;
}

function homeIn(folder: string, more: NodeJS.ProcessEnv = {}): TestHome {
  const incoming = join(folder, 'incoming');
  return {
    folder,
    incoming,
    archive: join(folder, 'archive'),
    run: (...args) => runHere(args, variables(folder, more)),
    feed: (input, ...args) => runHere(args, variables(folder, more), input),
    call: (...args) => start(folder, args, more).ended,
    start: (...args) => start(folder, args, more),
    serve: (...args) => startServer(folder, args, more),
    async drop(name, seed) {
      const path = join(incoming, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, await makePhoto(seed));
      return path;
    },
  };
}

let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs a verb in this process after the previous one has ended: meanwhile it controls the environment, the modes and
 * the output.
 */
function runHere(args: string[], env: NodeJS.ProcessEnv, input = ''): Promise<Ran> {
  const ran = turn.then(async (): Promise<Ran> => {
    const [out, err] = [catchOutput(process.stdout), catchOutput(process.stderr)];
    const { stdin } = process;
    Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([Buffer.from(input)]) });
    const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, env);
    const modes = process.umask(0o077);
    // Verbs in this process share the programs that read photos; each process of `call` starts its own.
    const { decoders, metadata } = sharedReaders();
    const shared = [
      vi.spyOn(decoding, 'openDecoders').mockReturnValue(decoders),
      vi.spyOn(reading, 'openMetadata').mockReturnValue(metadata),
    ];
    try {
      return { code: await run(args), out: out.text(), err: err.text() };
    } finally {
      for (const one of shared) one.mockRestore();
      process.umask(modes);
      Object.defineProperty(process, 'stdin', { configurable: true, value: stdin });
      for (const [name, value] of before)
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      out.release();
      err.release();
    }
  });
  turn = ran.catch(() => undefined);
  return ran;
}

/** Captures output to a stream of this process, until it is released. */
function catchOutput(stream: NodeJS.WriteStream): { text(): string; release(): void } {
  const parts: string[] = [];
  const write = stream.write;
  stream.write = (part: string | Uint8Array) => {
    parts.push(typeof part === 'string' ? part : Buffer.from(part).toString());
    return true;
  };
  return { text: () => parts.join(''), release: () => (stream.write = write) };
}

function start(folder: string, args: string[], more: NodeJS.ProcessEnv): ReturnType<TestHome['start']> {
  let said = '';
  const ended = new Promise<Ran>((resolve) => {
    const options = { env: environment(folder, more), maxBuffer: 64 << 20 };
    const child = execFile(process.execPath, [main, ...args], options, (error, out, err) => {
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : null) : 0, out, err });
    });
    child.stderr?.on('data', (part: string) => (said += part));
  });
  return { ended, errors: () => said };
}

async function startServer(folder: string, args: string[], more: NodeJS.ProcessEnv): ReturnType<TestHome['serve']> {
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', ...args], {
    env: environment(folder, more),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines = await new Promise<string[]>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
      if (out.split('\n').length > 2) resolve(out.trimEnd().split('\n'));
    });
    void ended.then((code) => reject(new Error(`serve ended with ${code}: ${err}`)));
  });
  return {
    url: /https?:\S+/.exec(lines[1]!)![0],
    lines,
    errors: () => err,
    child,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

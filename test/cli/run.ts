/** Runs the built command line as a person would: a process of its own in a home of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { makePhoto } from '../picture.js';
import { temporaryFolder } from '../folder.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
if (!existsSync(main)) throw new Error('Build first: npm run build');

/** What a run printed and how it ended. */
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
  /** Runs a verb to its end. Files settle at once unless told otherwise. */
  run(...args: string[]): Promise<Ran>;
  /** The same, where one wants to know what it says on stderr before its end. */
  start(...args: string[]): { ended: Promise<Ran>; errors(): string };
  /** Starts a server on a free port; resolves when it says where the album is. */
  serve(...args: string[]): Promise<{
    url: string;
    child: ChildProcess;
    lines: string[];
    /** What it said on stderr so far. */
    errors(): string;
    stop(): Promise<number | null>;
  }>;
  /** Puts a photo into incoming. */
  drop(name: string, seed: number): Promise<string>;
}

const environment = (folder: string, more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...process.env,
  ...more,
  PHOTOSPOOL_HOME: folder,
  PHOTOSPOOL_SETTLE: '0',
});

/** Makes an empty home. `more` is set in the environment of its commands. */
export function makeHome(more: NodeJS.ProcessEnv = {}): TestHome {
  const home = homeIn(join(temporaryFolder(), 'home'), more);
  mkdirSync(home.incoming, { recursive: true });
  return home;
}

/**
 * Homes that photos were taken into, by how many, for the file that calls this: each is made once and copied for every test
 * that wants one such. What is returned makes a home with the photos `0.jpg`, `1.jpg`, … of those seeds in its archive. To
 * one another such homes are copies, not other homes.
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
  const { code, err } = await home.run('process');
  if (code !== 0) throw new Error(`process ended with ${code}: ${err}`);
  return folder;
}

function homeIn(folder: string, more: NodeJS.ProcessEnv = {}): TestHome {
  const incoming = join(folder, 'incoming');
  return {
    folder,
    incoming,
    archive: join(folder, 'archive'),
    run: (...args) => start(folder, args, more).ended,
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

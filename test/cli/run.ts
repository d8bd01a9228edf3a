/** Runs the built command line as a person would: a process of its own in a home of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
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
  const folder = join(temporaryFolder(), 'home');
  const incoming = join(folder, 'incoming');
  mkdirSync(incoming, { recursive: true });
  return {
    folder,
    incoming,
    archive: join(folder, 'archive'),
    run: (...args) =>
      new Promise((resolve) => {
        execFile(
          process.execPath,
          [main, ...args],
          { env: environment(folder, more), maxBuffer: 64 << 20 },
          (error, out, err) => {
            resolve({ code: error ? (typeof error.code === 'number' ? error.code : null) : 0, out, err });
          },
        );
      }),
    serve: (...args) => startServer(folder, args, more),
    async drop(name, seed) {
      const path = join(incoming, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, await makePhoto(seed));
      return path;
    },
  };
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

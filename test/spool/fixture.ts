/** A spool with a stand-in for ingest: it moves each file to `done/<name>`, or fails as its contents request. */
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../src/base/clock.js';
import { PhotospoolError, type ErrorCode } from '../../src/base/errors.js';
import { openFiles, type Files } from '../../src/base/files.js';
import { silent, type Log } from '../../src/base/log.js';
import type { Ingest } from '../../src/ingest/ingest.js';
import type { ArrivingFile } from '../../src/ingest/arriving-file.js';
import type { Local } from '../../src/library/local-tables.js';
import type { ProcessorOptions } from '../../src/spool/processor-options.js';
import { openProcessor, type Processor } from '../../src/spool/processor.js';
import { temporaryFolder } from '../folder.js';

/** The first bytes of a JPEG, so that a file counts as a photo. */
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');

/** A file that the spool accepts as a photo. `text` makes it distinct, or makes the stand-in fail. */
export const photo = (text: string): Buffer => Buffer.concat([jpeg, Buffer.from(text)]);

/** The folders of one spool. */
export interface Spool {
  folder: string;
  incoming: string;
  work: string;
  done: string;
  /** Every arrival in the stand-in. */
  arrivals: ArrivingFile[];
  /** Opens a processor; closed after the test at the latest. */
  open(options?: Partial<ProcessorOptions>, files?: Files, clock?: Clock, log?: Log): Promise<Processor>;
  /** Puts a file below incoming. */
  drop(name: string, bytes?: Buffer | string): string;
  /** All files below incoming, work and done, relative to the folder, without locks. */
  files(): string[];
}

/** The results of the stand-in by the text in a file; without an entry it succeeds. */
export type Failures = Map<string, ErrorCode>;

/** Makes an empty spool. */
export function makeSpool(failures: Failures = new Map()): Spool {
  const folder = temporaryFolder();
  const [incoming, work, done] = ['incoming', 'work', 'done'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [incoming, work, done]) mkdirSync(path);
  const arrivals: ArrivingFile[] = [];
  const seen = new Map<string, string>();
  const originals = new Set<string>();
  const local = {
    originals: { find: (sha256: string) => (originals.has(sha256) ? { state: 'here' } : undefined) },
    today: { count: () => ({ stored: originals.size, duplicates: 0 }) },
    seen: {
      find: (...key: unknown[]) => seen.get(key.join('|')),
      put: (path: string, bytes: number, modified: string, sha256: string) =>
        void seen.set([path, bytes, modified].join('|'), sha256),
    },
  } as unknown as Local;
  const ingest: Ingest = async (arrival, hooks) => {
    arrivals.push(arrival);
    hooks.step('hash');
    const { sha256 } = await openFiles().hash(arrival.file);
    const text = readFileSync(arrival.file).subarray(jpeg.length).toString();
    const code = failures.get(text);
    const damaged = code === 'truncated' || code === 'undecodable';
    if (code && !(damaged && arrival.asIs)) throw new PhotospoolError(code, `${arrival.name} fails.`);
    if (originals.has(sha256)) mkdirSync(join(done, 'duplicates'), { recursive: true });
    const kind = originals.has(sha256) ? 'duplicate' : 'stored';
    const path = `${kind === 'duplicate' ? 'duplicates/' : ''}${arrival.name}`;
    renameSync(arrival.file, join(done, path));
    originals.add(sha256);
    const { size: bytes } = statSync(join(done, path));
    return { kind, sha256, path, bytes };
  };
  return {
    folder,
    incoming,
    work,
    done,
    arrivals,
    async open(options = {}, files = openFiles(), clock = systemClock, log = silent) {
      const processor = await openProcessor(
        { files, clock, log, ingest, local, isHere: (sha256) => originals.has(sha256) },
        { incoming, work, mode: 'move', settle: 0, workers: 2, rescan: 300, poll: 5, ...options },
      );
      onTestFinished(() => processor.close());
      return processor;
    },
    drop(name, bytes = photo(name)) {
      const path = join(incoming, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      return path;
    },
    files: () => below(folder).map((path) => relative(folder, path)),
  };
}

function below(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.lock'))
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? below(path) : [path]))
    .sort();
}

/** A clock controlled by a test: `sleep` advances the time at once. */
export function fastClock(start = Date.parse('2026-01-01T00:00:00Z')): Clock & { pass(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    pass: (ms) => void (now += ms),
    sleep: (ms) => {
      now += ms;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
}

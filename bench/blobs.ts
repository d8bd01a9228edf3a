/**
 * Blobs over loopback, MB/s: renditions and originals, fetched by the connecting side and sent by it, compared with a
 * floor (plain.ts: HTTP, hash, fsync, rename) in turn, and with `rsync --fsync` for reference. Both sides have a
 * library and process documents; the other side is a separate process. The documents are there before.
 * `npm run bench blobs [renditions] [originals] [rounds]`
 */
import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock as clock } from '../src/base/clock.js';
import { openCarrier } from '../src/sync/blobs/remote-blobs.js';
import type { Database } from '../src/sync/couch/database.js';
import { openHttpDatabase } from '../src/sync/couch/remote-database.js';
import { replicate } from '../src/sync/couch/replicate.js';
import { bringBlobs, fetchBlobs, type TransferParts } from '../src/sync/blobs/fetch-and-send-blobs.js';
import type { Home } from '../test/sync/homes.js';
import { openPictures, startPictures, type Cargo } from './pictures.js';
import { fetchFiles, startFiles } from './plain.js';
import { median, table } from './run.js';

/** What this bench asks. */
export const title = 'Blobs: MB/s over loopback, against plain HTTP with hash, fsync and rename';

/** The same concurrency as ours. */
const width = 4;
/** The goal as a share of the floor. */
const wanted = 0.8;

/** Runs it. Arguments: renditions (1,000), originals (50), rounds (5). */
export async function run([renditions = '1000', originals = '50', rounds = '5']: string[]): Promise<void> {
  console.log(`\nLoad ${loadavg()[0]!.toFixed(2)} at the start, medians of ${rounds} rounds in turn\n`);
  const rows = [
    ...(await measure('renditions', Number(renditions), Number(rounds))),
    ...(await measure('originals', Number(originals), Number(rounds))),
  ];
  console.log(table(['what', 'way', 'MB/s', 'of the floor', 'at least 0.8'], rows));
}

async function measure(cargo: Cargo, files: number, rounds: number): Promise<string[][]> {
  const giver = await openPictures(cargo, files);
  const there = await startPictures(cargo, files);
  const list = listOf(there.folder);
  const megabytes = list.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  const ways: [string, () => Promise<number>][] = [
    [
      'floor',
      () =>
        floor(
          there.folder,
          list.map(({ path }) => path),
        ),
    ],
    ['fetched', () => fetched(there.url, cargo, files)],
    ['sent', () => sent(giver, cargo, files)],
    ...(spawnSync('rsync', ['--version']).status === 0
      ? [['rsync --fsync', () => rsync(there.folder)] as [string, () => Promise<number>]]
      : []),
  ];
  const seconds = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) for (const [name, way] of ways) seconds.get(name)!.push(await way());
  await there.close();
  await giver.close();
  const speed = (name: string): number => megabytes / median(seconds.get(name)!);
  const what = `${files.toLocaleString('en')} ${cargo}, ${megabytes.toFixed(0)} MB`;
  return ways.map(([name]) => {
    const part = speed(name) / speed('floor');
    const ours = name === 'fetched' || name === 'sent';
    return [what, name, speed(name).toFixed(0), part.toFixed(2), ours ? (part >= wanted ? 'yes' : 'no') : ''];
  });
}

/** The pictures of a home, by their relative paths. */
function listOf(folder: string): { path: string; bytes: number }[] {
  return ['blobs', 'archive']
    .map((name) => join(folder, name))
    .flatMap((root) => readdirSync(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(folder.length + 1), bytes: statSync(path).size }));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Runs `work` in an empty folder, which is removed afterwards. */
async function inFolder(work: (folder: string) => Promise<unknown>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'photospool-bench-'));
  try {
    return await timed(() => work(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function floor(folder: string, paths: readonly string[]): Promise<number> {
  const server = await startFiles(folder);
  const seconds = await inFolder((into) => fetchFiles(server.url, paths, into, width));
  server.close();
  return seconds;
}

const rsync = (folder: string): Promise<number> =>
  inFolder((into) =>
    promisify(execFile)('rsync', ['-a', '--fsync', join(folder, 'blobs'), join(folder, 'archive'), into]),
  );

/** Fetches what is missing here. */
async function fetched(url: string, cargo: Cargo, files: number): Promise<number> {
  const here = await openPictures(cargo, 0);
  try {
    await replicateOnce(openHttpDatabase({ url: `${url}/db/photos` }), here.database);
    return await timed(() => transfer(here, url, cargo, files, fetchBlobs));
  } finally {
    await here.close();
  }
}

/** Sends what is missing there. */
async function sent(giver: Home, cargo: Cargo, files: number): Promise<number> {
  const there = await startPictures(cargo, 0);
  try {
    await replicateOnce(giver.database, openHttpDatabase({ url: `${there.url}/db/photos` }));
    return await timed(() => transfer(giver, there.url, cargo, files, bringBlobs));
  } finally {
    await there.close();
  }
}

/** Runs one direction until so many blobs have moved. */
async function transfer(
  { exchange }: Home,
  url: string,
  cargo: Cargo,
  files: number,
  direction: (parts: TransferParts) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  let moved = 0;
  await direction({
    exchange,
    carrier: openCarrier({ url: `${url}/blobs` }),
    originals: cargo === 'originals' ? 'all' : 'none',
    throttle: (source) => source,
    clock,
    signal: stop.signal,
    moved() {
      if (++moved === files) stop.abort();
    },
    troubled(sentence) {
      throw new Error(sentence);
    },
  }).catch((error: unknown) => {
    // Aborting a pending request is not a failure.
    if (!stop.signal.aborted) throw error;
  });
}

const replicateOnce = (source: Database, target: Database): Promise<unknown> =>
  replicate({
    source,
    target,
    clock,
    session: randomUUID(),
    live: false,
    signal: new AbortController().signal,
    refused(documents) {
      throw new Error(`${documents[0]!.id} was refused: ${documents[0]!.reason}`);
    },
  });

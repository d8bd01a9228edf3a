/**
 * Blobs over loopback, MB/s: renditions and originals, fetched by the connecting side and sent by it, compared with a
 * floor (plain.ts: HTTP, hash, fsync, rename) in turn, and with `rsync --fsync` for reference. Both sides have a
 * library and process documents; the other side is a separate process. The documents are there before.
 * `npm run bench blobs [renditions] [originals] [rounds] [way]`; 0 renditions or originals leave these out, and so does
 * a way that is not named (`floor,fetched`).
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

/** The question of this bench. */
export const title = 'Blobs: MB/s over loopback, against plain HTTP with hash, fsync and rename';

/** The same concurrency as ours. */
const width = 4;
/** The goals as shares of the floor. */
const wanted: Record<Cargo, number> = { renditions: 0.9, originals: 0.95 };

/** Runs it. Arguments: renditions (1,000), originals (50), rounds (5), the only ways to run (all). */
export async function run([renditions = '1000', originals = '50', rounds = '5', only = '']: string[]): Promise<void> {
  console.log(
    `\nLoad ${loadavg()[0]!.toFixed(2)} at the start, medians of ${rounds} rounds in turn, shares pair by pair\n`,
  );
  const rows = [
    ...(await measure('renditions', Number(renditions), Number(rounds), only)),
    ...(await measure('originals', Number(originals), Number(rounds), only)),
  ];
  console.log(table(['what', 'way', 'MB/s', 'of the floor', 'reached', 'processor here, s'], rows));
}

async function measure(cargo: Cargo, files: number, rounds: number, only: string): Promise<string[][]> {
  if (files === 0) return [];
  const giver = await openPictures(cargo, files);
  const there = await startPictures(cargo, files);
  const list = listOf(there.folder);
  const megabytes = list.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  const paths = list.map(({ path }) => path);
  const ways: [string, () => Promise<Took>][] = [
    ['floor', () => floor(there.folder, paths)],
    ['fetched', () => fetched(there.url, cargo, files)],
    ['sent', () => sent(giver, cargo, files)],
    ['rsync --fsync', () => rsync(there.folder)],
  ];
  const hasRsync = spawnSync('rsync', ['--version']).status === 0;
  const chosen = ways.filter(([name]) => (only === '' ? hasRsync || !name.includes('rsync') : only.includes(name)));
  const rounded: Map<string, Took>[] = [];
  for (let round = 0; round < rounds; round++) {
    const took = new Map<string, Took>();
    for (const [name, way] of chosen) took.set(name, await way());
    rounded.push(took);
  }
  await there.close();
  await giver.close();
  const what = `${files.toLocaleString('en')} ${cargo}, ${megabytes.toFixed(0)} MB`;
  return chosen.map(([name]) => {
    const speed = megabytes / median(rounded.map((took) => took.get(name)!.seconds));
    // Pair by pair: the speed of a shared machine drifts.
    const part = median(rounded.map((took) => (took.get('floor')?.seconds ?? Number.NaN) / took.get(name)!.seconds));
    const processor = median(rounded.map((took) => took.get(name)!.processor));
    const ours = name === 'fetched' || name === 'sent';
    const isReached = ours ? (part >= wanted[cargo] ? 'yes' : 'no') : '';
    return [what, name, speed.toFixed(0), part.toFixed(2), isReached, processor.toFixed(2)];
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

/** Seconds of a way, and those of the processor that this process took. */
interface Took {
  seconds: number;
  processor: number;
}

async function timed(work: () => Promise<unknown>): Promise<Took> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - began) / 1000, processor: (user + system) / 1e6 };
}

/** Runs `work` in an empty folder, which is removed afterwards. */
async function inFolder(work: (folder: string) => Promise<unknown>): Promise<Took> {
  const folder = mkdtempSync(join(tmpdir(), 'photospool-bench-'));
  try {
    return await timed(() => work(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function floor(folder: string, paths: readonly string[]): Promise<Took> {
  const server = await startFiles(folder);
  const seconds = await inFolder((into) => fetchFiles(server.url, paths, into, width));
  server.close();
  return seconds;
}

const rsync = (folder: string): Promise<Took> =>
  inFolder((into) =>
    promisify(execFile)('rsync', ['-a', '--fsync', join(folder, 'blobs'), join(folder, 'archive'), into]),
  );

/** Fetches what is missing here. */
async function fetched(url: string, cargo: Cargo, files: number): Promise<Took> {
  const here = await openPictures(cargo, 0);
  try {
    await replicateOnce(openHttpDatabase({ url: `${url}/db/photos` }), here.database);
    return await timed(() => transfer(here, url, cargo, files, fetchBlobs));
  } finally {
    await here.close();
  }
}

/** Sends what is missing there. */
async function sent(giver: Home, cargo: Cargo, files: number): Promise<Took> {
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

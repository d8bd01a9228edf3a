/**
 * Imports garbage and intact photos through a real home (spool, ingest, library, decoders) in one pass, and checks the
 * result of each. The home is always removed at the end.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { descendants, resident } from '../../bench/run.js';
import { readConfig } from '../../src/base/config.js';
import { printable } from '../../src/base/errors.js';
import { silent } from '../../src/base/log.js';
import { openHome, type Home } from '../../src/home/open-home.js';
import { openSpool } from '../../src/home/open-spool.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { decoderLimits } from '../../src/photo/decode/decoder-pool.js';
import { readerLimits } from '../../src/photo/facts/exiftool.js';
import type { SpoolStatus } from '../../src/spool/spool-interface.js';
import type { Result } from '../subject.js';
import { corrupt, madePicture, sources, type Garbage } from './corrupt.js';
import { hostile, type Hostile } from './hostile.js';

/** The size of a trial. */
export interface Trial {
  seed: number;
  /** Randomly broken photos. */
  corrupted: number;
  /** Intact photos among them. */
  good: number;
  /** Including those that cost seconds or hundreds of megabytes. */
  heavy: boolean;
  say(line: string): void;
}

const workers = 2;
/** The maximum memory of the whole process tree: the limits of its helpers, and this process. In bytes. */
const memoryLimit = workers * (decoderLimits.memory + (256 << 20) + readerLimits.memory) + (768 << 20);
/** The maximum seconds per file, on a busy machine: both limits of its helpers, and the disk. */
const secondsLimit = decoderLimits.seconds + readerLimits.seconds + 60;

/** The imported files, by their displayed name. */
interface Put {
  sha256: string;
  becomes: Hostile['becomes'];
}

/** Runs a trial. */
export async function tryGarbage(trial: Trial): Promise<Result> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'photospool-garbage-')));
  try {
    return await tryIn(folder, trial);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function tryIn(folder: string, trial: Trial): Promise<Result> {
  const before = new Set(helpers());
  const config = readConfig(folder, { workers, settle: 0 }, {});
  const home = await openHome(config);
  const failures: string[] = [];
  try {
    const put = await fill(config.incoming, trial);
    trial.say(`${put.size} files`);
    const spool = await openSpool(home, silent);
    const watched = watchItems(spool, put.size, trial.say);
    let status: SpoolStatus;
    try {
      await spool.pass();
      status = await spool.status();
    } finally {
      watched.stop();
      await spool.close();
    }
    for (const { name, code, reason } of status.stuck) if (code === 'timeout') trial.say(`${name}: ${reason}`);
    const kept = await judge(home, put, status, failures);
    if (watched.peak > memoryLimit) failures.push(`${mebibytes(watched.peak)} MiB were used at a time.`);
    if (watched.slowest.seconds > secondsLimit) failures.push(`${watched.slowest.name} took too long.`);
    const { name, seconds } = watched.slowest;
    trial.say(`the slowest was ${printable(name)}, ${seconds.toFixed(1)} s`);
    const codes = status.stuck.map(({ code }) => code);
    const figures = {
      'garbage tried': put.size - trial.good,
      'good among it': trial.good,
      stored: kept.stored,
      ignored: status.ignored.length,
      ...Object.fromEntries([...new Set(codes)].sort().map((code) => [`stuck as ${code}`, count(codes, code)])),
      'slowest item, seconds': Math.round(seconds * 10) / 10,
      'seconds in all': Math.round(watched.seconds()),
      'peak MiB': mebibytes(watched.peak),
    };
    return { figures, lost: kept.lost, doubled: kept.doubled, failures };
  } finally {
    await home.close();
    const left = helpers().filter((pid) => !before.has(pid));
    if (left.length > 0) failures.push(`${left.length} helpers were left when the home was closed.`);
  }
}

const mebibytes = (bytes: number): number => Math.round(bytes / (1 << 20));
const count = (all: readonly string[], one: string): number => all.filter((other) => other === one).length;

/** The helper processes of this process, including those outside of the trial. Linux only. */
const helpers = (): number[] => (process.platform === 'linux' ? descendants(process.pid).filter(isHelper) : []);

function isHelper(pid: number): boolean {
  try {
    return /decoder\.[jt]s|exiftool/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

/** Writes all files to incoming. Of several with the same bytes the first counts. */
async function fill(incoming: string, { seed, corrupted, good, heavy }: Trial): Promise<Map<string, Put>> {
  const put = new Map<string, Put>();
  const place = ({ name, bytes, becomes }: Garbage & Partial<Hostile>): void => {
    writeFileSync(join(incoming, name), bytes);
    put.set(printable(name), { sha256: createHash('sha256').update(bytes).digest('hex'), becomes });
  };
  for (const one of await hostile()) if (heavy || !one.heavy) place(one);
  const from = await sources();
  for (let n = 0; n < corrupted; n++) place(corrupt(seed, n, from));
  for (let n = 0; n < good; n++) {
    const { bytes } = await madePicture(10_000 + n, n % 3 === 0 ? 'png' : 'jpeg', 160, 120);
    place({ name: `good-${n}`, bytes, becomes: 'stored' });
  }
  return put;
}

/** Monitors the time of each file and the memory of the process tree. */
function watchItems(
  spool: Awaited<ReturnType<typeof openSpool>>,
  all: number,
  say: (line: string) => void,
): { peak: number; slowest: { name: string; seconds: number }; seconds(): number; stop(): void } {
  const began = performance.now();
  const started = new Map<string, number>();
  const watched = {
    peak: 0,
    slowest: { name: '', seconds: 0 },
    seconds: () => (performance.now() - began) / 1000,
    stop() {
      clearInterval(timer);
      clearInterval(telling);
      off();
    },
  };
  const done = new Set<string>();
  const timer = setInterval(() => {
    if (process.platform === 'linux') watched.peak = Math.max(watched.peak, resident(process.pid) * (1 << 20));
  }, 250);
  const telling = setInterval(() => say(`${done.size} of ${all}`), 10_000);
  const off = spool.on((event) => {
    if (event.type === 'summary' || event.type === 'incoming') return;
    if (event.type === 'item') {
      if (event.step === 'render') started.set(event.name, performance.now());
      return;
    }
    done.add(event.name);
    const seconds = (performance.now() - (started.get(event.name) ?? performance.now())) / 1000;
    if (seconds > watched.slowest.seconds) watched.slowest = { name: event.name, seconds };
  });
  return watched;
}

/** Checks the result of each file, and that nothing else was created. */
async function judge(
  home: Home,
  put: ReadonlyMap<string, Put>,
  status: SpoolStatus,
  failures: string[],
): Promise<{ stored: number; lost: number; doubled: number }> {
  const { incoming, work, done } = home.config;
  const there = new Map<string, string[]>();
  for (const path of [incoming, work, done].flatMap(filesBelow)) {
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    there.set(sha256, [...(there.get(sha256) ?? []), path]);
  }
  const stray = [...readdirSync('.'), ...readdirSync(home.config.home)].filter((name) => name.includes('pwned'));
  if (stray.length > 0) failures.push(`${stray.join(', ')} was made.`);
  const originals = (sha256: string): string[] =>
    (there.get(sha256) ?? []).filter((path) => path.startsWith(done) && !path.startsWith(join(done, 'duplicates')));
  const hashes = new Set([...put.values()].map(({ sha256 }) => sha256));
  for (const [sha256, paths] of there) if (!hashes.has(sha256)) failures.push(`${paths.join(', ')} was made.`);
  const stored = [...hashes].filter((sha256) => originals(sha256).length > 0);
  for (const sha256 of stored) await checkStored(home, sha256, failures);
  checkReasons(put, status, (sha256) => originals(sha256).length > 0, failures);
  return {
    stored: stored.length,
    lost: [...hashes].filter((sha256) => !there.has(sha256)).length,
    doubled: [...hashes].filter((sha256) => originals(sha256).length > 1).length,
  };
}

/** A stored photo has a document, and pictures that can be decoded. */
async function checkStored({ library, blobs }: Home, sha256: string, failures: string[]): Promise<void> {
  const document = library.get(photoId(sha256))?.body as unknown as PhotoDocument | undefined;
  for (const rendition of [document?.renditions.thumb, document?.renditions.preview]) {
    const shown =
      rendition &&
      (await sharp(blobs.path(rendition.sha256))
        .metadata()
        .catch(() => undefined));
    if (shown?.format !== 'jpeg' || shown.width !== rendition?.width) failures.push(`${sha256} can't be shown.`);
  }
}

/** Every file that is not stored has a reason in one sentence, and each has its required result. */
function checkReasons(
  put: ReadonlyMap<string, Put>,
  { stuck, ignored }: SpoolStatus,
  isStored: (sha256: string) => boolean,
  failures: string[],
): void {
  const reasons = new Map([...stuck, ...ignored].map(({ name, reason }) => [name, reason]));
  for (const [name, { sha256, becomes }] of put) {
    const now = isStored(sha256)
      ? 'stored'
      : stuck.some((one) => one.name === name)
        ? 'stuck'
        : ignored.some((one) => one.name === name)
          ? 'ignored'
          : 'nowhere';
    if (now === 'nowhere') failures.push(`${name} is neither stored nor stuck nor ignored.`);
    else if (becomes && becomes !== now) failures.push(`${name} is ${now}, not ${becomes}: ${reasons.get(name) ?? ''}`);
    const reason = reasons.get(name);
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    if (now !== 'stored' && (!reason || /[\u0000-\u001f]|\bat \S+:\d+/.test(reason)))
      failures.push(`${name}: ${reason}`);
  }
  for (const { name, code, reason } of stuck) if (code === 'internal') failures.push(`${name}: ${reason}`);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/^(item\.json|\.lock.*|\.photospool-archive)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

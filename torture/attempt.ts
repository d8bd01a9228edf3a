/**
 * One start of Photospool on a world, in this process: opens the home, makes a pass, closes. Tells what a person would
 * have been told. Decoding and ExifTool can answer from memory, for trials whose pictures differ in a comment alone.
 */
import { Writable } from 'node:stream';
import { sentence, toPhotospoolError } from '../src/base/errors.js';
import { openFiles, type Disk } from '../src/base/files.js';
import { openLog } from '../src/base/log.js';
import type { openSqlite } from '../src/base/sqlite.js';
import { openHome, type Home, type HomeParts } from '../src/home/open-home.js';
import { openSpool } from '../src/home/open-spool.js';
import { openDecoders, type Decoders } from '../src/photo/decode/decoder-pool.js';
import { openMetadata, type Metadata } from '../src/photo/facts/read-metadata.js';
import type { ProcessorOptions } from '../src/spool/processor-options.js';
import type { PassSummary } from '../src/spool/spool-interface.js';
import { importWork } from '../src/spool/work-folder.js';
import type { Documents, World } from './world.js';

/** How a start is made. */
export interface Way {
  disk?: Disk;
  openDatabase?: typeof openSqlite;
  /** Answers from memory instead of decoding. */
  memory?: Memory;
  /** Tries stuck items again first, and never imports: what a person does after a failure. */
  again?: boolean;
  /** Ends what makes the start fail: what is stuck is then tried again in the same process. */
  heal?: () => void;
}

/** What a start came to. */
export interface Attempt {
  /** Every line that a person was told: the failure of the start, stuck items, warnings and errors of the log. */
  said: string[];
  /** The codes of failures that nobody foresaw. */
  unforeseen: string[];
  summary: PassSummary | undefined;
  /** What was stuck when all was tried again after `heal`. */
  stuck: string[];
  /** Absent where the home could not be opened. */
  documents: Documents | undefined;
}

/** Decoding and ExifTool, or ExifTool alone, that answer from memory after the first time. */
export interface Memory {
  decoders?: Decoders;
  metadata: Metadata;
}

/** A memory, and behind it decoders and an ExifTool that stay open from one start to the next. */
export interface OpenMemory extends Memory {
  /** What really decodes, for pictures that differ. */
  real: Memory;
  close(): Promise<void>;
}

const staysOpen = { close: () => Promise.resolve() };

/** Remembers what the first picture gave, and gives it for every other one. */
export function openMemory(): OpenMemory {
  const real = openMetadata({ processes: 1 });
  const decoders = openDecoders({ workers: 1 });
  let decoded: ReturnType<Decoders['render']> | undefined;
  let read: ReturnType<Metadata['read']> | undefined;
  return {
    decoders: {
      render(path, format) {
        decoded ??= decoders.render(path, format);
        // A failure is not what every other picture would give.
        decoded.catch(() => (decoded = undefined));
        return decoded;
      },
      convert: (path, format, to) => decoders.convert(path, format, to),
      look: (path) => decoders.look(path),
      ...staysOpen,
    },
    metadata: {
      async read(path, format, bytes, size) {
        read ??= real.read(path, format, bytes, size);
        read.catch(() => (read = undefined));
        const answer = await read;
        return { ...answer, facts: { ...answer.facts, bytes } };
      },
      // Values from memory, too: what is tried is the way of the file.
      sidecar: () => Promise.resolve({ title: 'from memory' }),
      ...staysOpen,
    },
    real: { decoders: { ...decoders, ...staysOpen }, metadata: { ...real, ...staysOpen } },
    async close() {
      await Promise.all([real.close(), decoders.close()]);
    },
  };
}

/** Starts once on a world. Never rejects for what a person would be told. */
export async function attempt(world: World, way: Way = {}): Promise<Attempt> {
  const told: Attempt = { said: [], unforeseen: [], stuck: [], summary: undefined, documents: undefined };
  const log = openLog({ level: 'warn', format: 'json' }, listen(told));
  const parts: HomeParts = {
    files: openFiles(undefined, way.disk),
    ...(way.openDatabase && { openDatabase: way.openDatabase }),
    ...way.memory,
  };
  try {
    const home = await openHome(world.config, log, parts);
    try {
      await pass(home, world, way, told, log);
      told.documents = documentsOf(home);
    } finally {
      await home.close();
    }
  } catch (error) {
    const failure = toPhotospoolError(error);
    told.said.push(sentence(failure));
    if (failure.code === 'internal') told.unforeseen.push(`${failure.message} ${String(failure.cause)}`);
  }
  return told;
}

async function pass(
  home: Home,
  { outcome, config, source }: World,
  way: Way,
  told: Attempt,
  log: ReturnType<typeof openLog>,
): Promise<void> {
  const importing: Partial<ProcessorOptions> = {
    incoming: source,
    work: importWork(config.work),
    handOver: config.work,
    mode: 'copy',
    countSeen: true,
  };
  const spool = await openSpool(home, log, outcome.mode === 'import' && !way.again ? importing : {});
  try {
    if (way.again) await spool.retry('all');
    told.summary = await spool.pass();
    told.said.push(...told.summary.stuckItems.map(({ reason }) => reason));
    const { stuck } = await spool.status();
    told.unforeseen.push(...stuck.filter(({ code }) => code === 'internal').map(({ reason }) => reason));
    if (!way.heal) return;
    way.heal();
    await spool.retry('all');
    told.stuck = (await spool.pass()).stuckItems.map(({ name, reason }) => `${name}: ${reason}`);
  } finally {
    await spool.close();
  }
}

/** What the library of an open home says. */
function documentsOf({ library }: Home): Documents {
  const { originals } = library.local;
  const here = [...originals.all()].filter(({ state }) => state === 'here').map(({ path }) => path);
  return { photos: library.count('photo:'), here, reserved: originals.counts().reserved };
}

/** A stream for the log: what a person reads of each line. */
function listen(told: Attempt): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trimEnd().split('\n'))
        told.said.push((JSON.parse(line) as { msg: string }).msg);
      done();
    },
  });
}

/**
 * Starts again as a person would, without any fault: the same command, then once more with what was stuck. An import is run once
 * more after that: a sidecar of its tree may have waited for a photo that was stuck.
 */
export async function recover(world: World, memory?: Memory): Promise<Attempt> {
  const way: Way = memory ? { memory } : {};
  const first = await attempt(world, way);
  const again = await attempt(world, { ...way, again: true });
  const last = world.outcome.mode === 'import' && again.documents ? await attempt(world, way) : again;
  return {
    ...last,
    said: [...first.said, ...again.said, ...last.said],
    unforeseen: [...first.unforeseen, ...again.unforeseen, ...last.unforeseen],
  };
}

/** What is wrong with the lines that a person was told: each must be one sentence, without where in the code it came from. */
export function badLines({ said, unforeseen }: Attempt): string[] {
  const bad = said.filter(
    (line) => line.length > 600 || /[\r\n]|^\s*at |node:internal|undefined/.test(line) || !/[.!?]$/.test(line),
  );
  return [...bad.map((line) => `badly said: ${line}`), ...unforeseen.map((line) => `unforeseen: ${line}`)];
}

/**
 * One start of Photospool on a world, in this process: opens the home, makes a pass, closes. Collects the messages for
 * a person. Decoders and ExifTool can be replaced by memory, for trials whose pictures differ only in a comment.
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

/** Options of a start. */
export interface Way {
  disk?: Disk;
  openDatabase?: typeof openSqlite;
  /** Returns remembered results instead of decoding. */
  memory?: Memory;
  /** First retries stuck files, and never imports: the actions of a person after a failure. */
  again?: boolean;
  /** Ends the fault: then stuck files are retried in the same process. */
  heal?: () => void;
}

/** The result of a start. */
export interface Attempt {
  /** Every line shown to a person: the failure of the start, stuck files, warnings and errors of the log. */
  said: string[];
  /** The codes of unexpected failures. */
  unforeseen: string[];
  summary: PassSummary | undefined;
  /** Files still stuck after the retry following `heal`. */
  stuck: string[];
  /** Absent if the home could not be opened. */
  documents: Documents | undefined;
}

/** Decoders and ExifTool, or ExifTool alone, that return remembered results after the first call. */
export interface Memory {
  decoders?: Decoders;
  metadata: Metadata;
}

/** A memory with decoders and an ExifTool that stay open between starts. */
export interface OpenMemory extends Memory {
  /** The real decoders, for pictures that differ. */
  real: Memory;
  close(): Promise<void>;
}

const staysOpen = { close: () => Promise.resolve() };

/** Remembers the results of the first picture, and returns them for all others. */
export function openMemory(): OpenMemory {
  const real = openMetadata({ processes: 1 });
  const decoders = openDecoders({ workers: 1 });
  let decoded: ReturnType<Decoders['render']> | undefined;
  let read: ReturnType<Metadata['read']> | undefined;
  return {
    decoders: {
      render(path, format) {
        decoded ??= decoders.render(path, format);
        // A failure does not apply to every other picture.
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
      // Values from memory, too: the test is about the handling of files.
      sidecar: () => Promise.resolve({ title: 'from memory' }),
      ...staysOpen,
    },
    real: { decoders: { ...decoders, ...staysOpen }, metadata: { ...real, ...staysOpen } },
    async close() {
      await Promise.all([real.close(), decoders.close()]);
    },
  };
}

/** Starts once on a world. Never rejects for failures shown to a person. */
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

/** The documents in the library of an open home. */
function documentsOf({ library }: Home): Documents {
  const { originals } = library.local;
  const here = [...originals.all()].filter(({ state }) => state === 'here').map(({ path }) => path);
  return { photos: library.count('photo:'), here, reserved: originals.counts().reserved };
}

/** A stream for the log: the readable form of each line. */
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
 * Starts again as a person would, without a fault: the same command, then once more with what was stuck. An import runs
 * once more after that: a sidecar of its tree may have waited for a stuck photo.
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

/** The problems of the lines shown to a person: each must be one sentence, without a stack trace. */
export function badLines({ said, unforeseen }: Attempt): string[] {
  const bad = said.filter(
    (line) => line.length > 600 || /[\r\n]|^\s*at |node:internal|undefined/.test(line) || !/[.!?]$/.test(line),
  );
  return [...bad.map((line) => `badly said: ${line}`), ...unforeseen.map((line) => `unforeseen: ${line}`)];
}

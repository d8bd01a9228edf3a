/**
 * Renders originals in child processes (decoder.ts), so that a file that breaks libvips does not affect the server:
 * time, memory and output are limited, a crash is a failure of that file alone, and memory is released when the
 * processes end.
 */
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBounded, type Limits, type Program, type Reply } from '../../base/sandbox/pool.js';
import { unpack } from '../../base/sandbox/frames.js';
import { PhotospoolError } from '../../base/errors.js';
import { isBuilt, programFile } from '../../base/program-files.js';
import type { Develop } from '../../document/develop.js';
import type { Format } from '../formats/format-family.js';
import { memoryError, renderError } from './decode-errors.js';
import { openAnswer, type DecoderAnswer, type DecoderFailure } from './decoder-protocol.js';
import type { Rendered } from './renditions.js';

/** Decoder processes that start with the first picture and end after an idle time. */
export interface Decoders {
  /**
   * Renders one original; with `asIs`, the decodable part of a damaged one, or that there is none, also if it crashes
   * its decoder. @throws PhotospoolError `undecodable` (or it crashed the decoder), `truncated`, `too-large` (pixels or
   * memory), `timeout`, `busy` (the machine is out of memory); or the system's error if the file can't be read.
   * `develop`: the pictures are developed; the size is that of the original.
   */
  render(path: string, format: Format, asIs?: boolean, develop?: Develop): Promise<Rendered>;
  /**
   * Writes the picture of an original as a full-size JPEG, upright, developed, sRGB, without metadata, to a new file at `to`.
   * False if it has no picture. The caller removes partial output after an error. @throws as `render`.
   */
  convert(path: string, format: Format, to: string, develop?: Develop): Promise<boolean>;
  /** The perceptual hash of a scaled picture (document/perceptual-hash.ts). @throws as `render`. */
  look(path: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A request to a decoder. */
export interface Question {
  path: string;
  format: Format;
  /** Where to write the full-size picture; absent: renditions are requested. */
  to?: string;
  /** The file is known to be damaged, or its missing end is no longer expected: decode what is possible. */
  asIs?: boolean;
  /** Requests only the perceptual hash. */
  look?: true;
  /** How the picture is developed. */
  develop?: Develop;
}

/** The format of our own scaled pictures. */
const scaled: Format = { family: 'jpeg', name: 'JPEG', type: 'image/jpeg' };

const mebibyte = 1 << 20;

/** The memory of Node itself and of thread stacks, beside the pictures. */
const ownMemory = 256 * mebibyte;

/**
 * The memory for the pictures of one decoder: 1.5 GiB, enough for a progressive JPEG or a TIFF of the largest cameras;
 * with less than 6 GiB in the machine a quarter of that, but at least 384 MiB, which decodes any format of 24
 * megapixels.
 */
function memoryOfMachine(): number {
  const given = process.constrainedMemory() || Infinity;
  return Math.max(384 * mebibyte, Math.min(1536 * mebibyte, Math.min(totalmem(), given) / 4));
}

/** The limits of one decoder. An answer is two JPEGs of at most 4 megapixels. */
export const decoderLimits: Limits = {
  ...{ seconds: 60, longest: 1200 },
  ...{ memory: memoryOfMachine(), output: 32 * mebibyte },
};

/**
 * How to run decoder.ts: the built file; in a checkout that changed since the build, the TypeScript loader, which takes
 * twice as long to start.
 */
function entry(): string[] {
  wasBuilt ??= isBuilt || isCurrent(programFile('dist/.build/server'), programFile('src'));
  if (wasBuilt) return [programFile('dist/photo/decode/decoder.js')];
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return ['--import', loader, programFile('src/photo/decode/decoder.ts')];
}

let wasBuilt: boolean | undefined;

/** Whether nothing below `sources` changed after the build that wrote `mark`. */
function isCurrent(mark: string, sources: string): boolean {
  const built = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const names = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.every((name) => statSync(join(sources, name)).mtimeMs <= built);
}

/**
 * Only the environment variables that programs need to start: options for Node would change its behaviour. `threads`
 * are those of libvips.
 */
function environment(threads: number): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].map((name) => [name, process.env[name]] as const);
  // glibc gives each thread its own heap and returns hardly any of it: with one or two heaps a decoder needs half the
  // memory. Only several decoding threads would wait for one another.
  const heaps = threads === 1 ? '1' : '2';
  return { ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)), MALLOC_ARENA_MAX: heaps };
}

/**
 * Opens the decoders of a process: `workers` in parallel, sharing the cores; they end after `idle` ms without a
 * request. `limits` and `args` are for tests.
 */
export function openDecoders({
  workers = availableParallelism(),
  idle = 30_000,
  limits = decoderLimits,
  args = entry(),
} = {}): Decoders {
  // One thread each if there are as many decoders as cores: the parallelism is over photos, and threads within one only
  // cost memory and context switches.
  const threads = Math.max(1, Math.floor(availableParallelism() / Math.max(1, workers)));
  const memory = limits.memory + ownMemory;
  const program: Program<Question, DecoderAnswer> = {
    command: process.execPath,
    args: ['--max-old-space-size=128', '--v8-pool-size=1', ...args, String(threads), String(memory)],
    env: () => environment(threads),
    writes: true,
    limits: { ...limits, memory },
    write: (question) => `${JSON.stringify(question)}\n`,
    read: (received) => {
      const frame = unpack(received);
      return frame && openAnswer(frame);
    },
  };
  const bounded = openBounded(program, { size: Math.max(1, workers), idle, uses: 1000 });
  async function ask(question: Question): Promise<Exclude<DecoderAnswer, DecoderFailure>> {
    const reply = await bounded.ask(question);
    const { path, format } = question;
    if (reply.kind === 'ended') throw explainEnd(reply, path, format);
    const { answer } = reply;
    if (answer.kind === 'failed' || answer.kind === 'system') throw toError(answer, path);
    return answer;
  }
  const misheard = (path: string, format: Format): Error =>
    renderError('undecodable', path, format, undefined, 'its decoder sent an invalid response');
  return {
    async render(path, format, asIs = false, develop) {
      try {
        const answer = await ask({ path, format, ...(asIs && { asIs }), ...(develop && { develop }) });
        if (answer.kind === 'rendered') return answer.rendered;
        throw misheard(path, format);
      } catch (error) {
        // With `asIs`, only a crash of the decoder gets here.
        if (asIs && error instanceof PhotospoolError && error.code === 'undecodable') return { unshown: 'damaged' };
        throw error;
      }
    },
    async convert(path, format, to, develop) {
      const answer = await ask({ path, format, to, ...(develop && { develop }) });
      if (answer.kind === 'converted') return answer.written;
      throw misheard(path, format);
    },
    async look(path) {
      const answer = await ask({ path, format: scaled, look: true });
      if (answer.kind === 'looked') return answer.look;
      throw misheard(path, scaled);
    },
    close: () => bounded.close(),
  };
}

function explainEnd(
  { why, signal, said }: Extract<Reply<DecoderAnswer>, { kind: 'ended' }>,
  path: string,
  format: Format,
) {
  const cause = new Error(`decoder: ${why} ${signal ?? ''} ${said}`.trim());
  switch (why) {
    case 'time':
      return renderError('timeout', path, format, cause);
    case 'memory':
      return memoryError(path, format, cause);
    case 'closed':
      return renderError('busy', path, format, cause, 'Photospool is shutting down');
    case 'start':
      return renderError('busy', path, format, cause, 'its decoder could not be started');
    case 'output':
      return renderError('undecodable', path, format, cause, 'its decoder sent an invalid response');
    case 'crash':
      // Only the system (or a person) kills with this signal; the system does so when memory runs out.
      if (signal === 'SIGKILL') return renderError('busy', path, format, cause);
      return renderError('undecodable', path, format, cause, 'its decoder crashed');
  }
}

function toError(answer: DecoderFailure, path: string): Error {
  const cause = new Error(answer.said);
  if (answer.kind === 'system') return Object.assign(cause, { code: answer.code, syscall: answer.syscall, path });
  const { code, message, hint } = answer;
  return new PhotospoolError(code, message, { op: 'render', path, cause, ...(hint !== undefined && { hint }) });
}

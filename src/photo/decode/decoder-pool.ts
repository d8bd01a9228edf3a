/**
 * Renders originals in processes of their own (decoder.ts), so that whatever a file does to libvips, it does not do to us:
 * bounded in time, memory and output, a crash is that file's failure, and memory is given back when there is no more to do.
 */
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openBounded, type Limits, type Program, type Reply } from '../../base/sandbox/pool.js';
import { unpack } from '../../base/sandbox/frames.js';
import { PhotospoolError } from '../../base/errors.js';
import type { Format } from '../formats/format-family.js';
import { memoryError, renderError } from './decode-errors.js';
import { openAnswer, type DecoderAnswer, type DecoderFailure } from './decoder-protocol.js';
import type { Rendered } from './renditions.js';

/** Decoders that start at the first picture and end when there was none for a while. */
export interface Decoders {
  /**
   * Renders one original; where `asIs`, what can be decoded of a damaged one, or that this is nothing, also where it crashes its
   * decoder. @throws PhotospoolError `undecodable` (or it crashed the decoder), `truncated`, `too-large`
   * (pixels or memory), `timeout`, `busy` (the machine has no memory left); or the system's error where the file can't be
   * read.
   */
  render(path: string, format: Format, asIs?: boolean): Promise<Rendered>;
  /**
   * Writes one original's picture as a JPEG of its full size, upright, sRGB, without metadata, to a new file at `to`. False
   * where there is no picture of it. What it wrote before it failed is the caller's to remove. @throws as `render`.
   */
  convert(path: string, format: Format, to: string): Promise<boolean>;
  /** What one scaled picture looks like (document/perceptual-hash.ts). @throws as `render`. */
  look(path: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What is asked of a decoder. */
export interface Question {
  path: string;
  format: Format;
  /** Where the whole picture is to be written; absent: its renditions are wanted. */
  to?: string;
  /** Its damage is known, or not waited for any more: what can be decoded of it is wanted. */
  asIs?: boolean;
  /** Only what it looks like is wanted. */
  look?: true;
}

/** What our own scaled pictures are. */
const scaled: Format = { family: 'jpeg', name: 'JPEG', type: 'image/jpeg' };

const mebibyte = 1 << 20;

/** What Node itself and the stacks of its threads take, beside the pictures. */
const ownMemory = 256 * mebibyte;

/**
 * The memory that the pictures of one decoder may use: 1.5 GiB, for a progressive JPEG or a TIFF of the largest cameras; with less than 6
 * GiB in the machine a quarter of that, but never below 384 MiB, with which 24 megapixels of any kind are decoded.
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
 * How to run decoder.ts: as it was built; in a checkout that has changed since, by the loader that runs its TypeScript, which
 * takes twice as long to start.
 */
function entry(): string[] {
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  if (!import.meta.url.endsWith('.ts')) return [at('./decoder.js')];
  wasBuilt ??= isCurrent(at('../../../dist/.build/server'), at('../..'));
  if (wasBuilt) return [at('../../../dist/photo/decode/decoder.js')];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, at('./decoder.ts')];
}

let wasBuilt: boolean | undefined;

/** Whether nothing below `sources` was changed after the build that `mark` was left by. */
function isCurrent(mark: string, sources: string): boolean {
  const built = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const names = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.every((name) => statSync(join(sources, name)).mtimeMs <= built);
}

/** Nothing of our environment but what programs need to start: options for Node would change what runs. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].map((name) => [name, process.env[name]] as const);
  // glibc gives each thread a heap of its own and hardly any of it back: with two heaps a decoder needs half the memory.
  return { ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)), MALLOC_ARENA_MAX: '2' };
}

/**
 * Opens the decoders of a process: `workers` at once, which share the cores; `idle` ms without a picture end them. `limits`
 * and `args` are for tests.
 */
export function openDecoders({
  workers = availableParallelism(),
  idle = 30_000,
  limits = decoderLimits,
  args = entry(),
} = {}): Decoders {
  // One thread each where there are as many decoders as cores: the photos themselves are the parallelism, and threads
  // within one only cost memory and switching.
  const threads = Math.max(1, Math.floor(availableParallelism() / Math.max(1, workers)));
  const memory = limits.memory + ownMemory;
  const program: Program<Question, DecoderAnswer> = {
    command: process.execPath,
    args: ['--max-old-space-size=128', '--v8-pool-size=1', ...args, String(threads), String(memory)],
    env: environment,
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
    renderError('undecodable', path, format, undefined, 'its decoder did not answer in order');
  return {
    async render(path, format, asIs = false) {
      try {
        const answer = await ask({ path, format, ...(asIs && { asIs }) });
        if (answer.kind === 'rendered') return answer.rendered;
        throw misheard(path, format);
      } catch (error) {
        // Nothing but the end of a decoder is told so of a file that is wanted as it is.
        if (asIs && error instanceof PhotospoolError && error.code === 'undecodable') return { unshown: 'damaged' };
        throw error;
      }
    },
    async convert(path, format, to) {
      const answer = await ask({ path, format, to });
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
      return renderError('busy', path, format, cause, 'Photospool is being closed');
    case 'start':
      return renderError('busy', path, format, cause, 'its decoder could not be started');
    case 'output':
      return renderError('undecodable', path, format, cause, 'its decoder did not answer in order');
    case 'crash':
      // Nobody but the system (or a person) kills with this; it does so where memory runs out.
      if (signal === 'SIGKILL') return renderError('busy', path, format, cause);
      return renderError('undecodable', path, format, cause, 'its decoder crashed over it');
  }
}

function toError(answer: DecoderFailure, path: string): Error {
  const cause = new Error(answer.said);
  if (answer.kind === 'system') return Object.assign(cause, { code: answer.code, syscall: answer.syscall, path });
  const { code, message, hint } = answer;
  return new PhotospoolError(code, message, { op: 'render', path, cause, ...(hint !== undefined && { hint }) });
}

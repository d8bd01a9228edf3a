/**
 * Transcodes videos with ffmpeg and ffprobe in child processes: a crash is a failure of that file alone. Limited in
 * time, CPU, memory and output; they end with this process. Output is written to the requested path, completely or not
 * at all: after a failure the caller removes it, and after a crash a later sweep does.
 */
import { availableParallelism, totalmem } from 'node:os';
import type { Why } from '../base/sandbox/pool.js';
import { PhotospoolError, type ErrorCode } from '../base/errors.js';
import { runOnce, type Run, type RunLimits } from '../base/sandbox/run.js';
import type { Format } from '../photo/formats/identify.js';
import { inputOf } from './ffmpeg-input.js';
import {
  bareArgs,
  copyArgs,
  hoverArgs,
  hoverAt,
  hoverSize,
  isBrief,
  longest,
  playArgs,
  playSize,
  posterArgs,
  posterAt,
  readAbilities,
  type Abilities,
  type Size,
} from './ffmpeg-arguments.js';
import { isCopyable } from './browser-playback.js';
import { asked, readProbe, type Film } from './ffprobe.js';
import type { FfmpegTools, Tools } from './find-ffmpeg.js';

/** A video on the disk. `bytes`: its size. */
export interface VideoSource {
  path: string;
  format: Format;
  bytes: number;
}

/**
 * Transcoding. All methods throw PhotospoolError `undecodable`, `unsupported` (a codec that is not allowed), `timeout`,
 * `too-large` (memory), `busy` (closed; no tool).
 */
export interface Films {
  /** Names of missing tools; empty if videos can be shown. */
  readonly missing: readonly string[];
  /** Probes a video. */
  look(source: VideoSource): Promise<Film>;
  /** Makes a PNG of a frame, at most `edge` pixels long. */
  poster(source: VideoSource, film: Film, edge: number, to: string): Promise<void>;
  /** Makes the hover preview, a short MP4 without sound. Resolves to its size. */
  hover(source: VideoSource, film: Film, to: string): Promise<Size>;
  /** Makes the playable MP4, by copying the streams if that suffices. Resolves to its size. */
  play(source: VideoSource, film: Film, to: string): Promise<Size>;
  /**
   * Makes both in one run for a short video that must be transcoded; undefined for any other. Resolves to their sizes.
   */
  together(
    source: VideoSource,
    film: Film,
    hover: string,
    play: string,
  ): Promise<{ hover: Size; video: Size } | undefined>;
  /** Writes the video unchanged but without metadata; false if its kind can't be stripped. */
  bare(source: VideoSource, film: Film, to: string): Promise<boolean>;
  /** Ends running processes. */
  close(): void;
}

const mebibyte = 1 << 20;
/** Decoding 8K of 10 bits with all threads takes about 1.5 GiB. */
const memory = Math.max(768 * mebibyte, Math.min(2048 * mebibyte, totalmem() / 2));
const cores = availableParallelism();

/** Limits of probing, and of making one picture or a short clip. */
export const shortLimits: RunLimits = { seconds: 60, cpu: 120, memory, output: mebibyte, file: 128 * mebibyte };

/** Limits of transcoding a whole video: by its length, for a slow machine. */
export function longLimits({ seconds }: Film, bytes: number): RunLimits {
  const length = Math.min(seconds, longest);
  const patience = 600 + 60 * length;
  const file = 64 * mebibyte + Math.max(bytes, length * 1.25 * mebibyte);
  return { seconds: patience, cpu: patience * cores, memory, output: mebibyte, file };
}

const quiet = ['-y', '-hide_banner', '-nostdin', '-loglevel', 'error', '-abort_on', 'empty_output'];

/** Opens transcoding with the tools that were found. */
export function openFilms(found: FfmpegTools): Films {
  const ended = new AbortController();
  const { tools, run, askAbilities, make, paint, encoder } = openRunning(found, ended.signal);

  return {
    missing: found.kind === 'found' ? [] : found.missing,
    async look(source) {
      const args = ['-v', 'error', ...asked, ...inputOf(source.path, source.format)];
      const told = await run(tools().ffprobe, args, shortLimits);
      if (told.kind === 'ended') throw explain(told, source);
      const film = readProbe(told.output.toString());
      if (film) return film;
      throw failure('undecodable', source, 'it contains no video', told.said);
    },
    async poster(source, film, edge, to) {
      const args = (can: Abilities): string[] => posterArgs(film, edge, can, to);
      // Normal priority: the spool waits for it.
      await paint(source, film, posterAt(film), args, await askAbilities(), shortLimits, false);
    },
    async hover(source, film, to) {
      const args = (can: Abilities): string[] => hoverArgs(film, can, to);
      await paint(source, film, hoverAt(film), args, await encoder(), shortLimits);
      return hoverSize(film);
    },
    async together(source, film, hover, play) {
      if (!isBrief(film) || isCopyable(film)) return undefined;
      const args = (can: Abilities): string[] => [
        ...hoverArgs(film, can, hover, hoverAt(film)),
        ...playArgs(film, can, play),
      ];
      await paint(source, film, 0, args, await encoder(), longLimits(film, source.bytes));
      return { hover: hoverSize(film), video: playSize(film) };
    },
    async play(source, film, to) {
      const limits = longLimits(film, source.bytes);
      if (isCopyable(film)) {
        await make(source, 0, copyArgs(film, to), limits);
        return film.pictures;
      }
      await paint(source, film, 0, (can) => playArgs(film, can, to), await encoder(), limits);
      return playSize(film);
    },
    async bare(source, film, to) {
      const args = bareArgs(film, source.format.type, to);
      if (args) await make(source, 0, args, longLimits(film, source.bytes), false);
      return args !== undefined;
    },
    close: () => ended.abort(),
  };
}

/** Runs the tools, and determines their capabilities. */
function openRunning(found: FfmpegTools, signal: AbortSignal) {
  let abilities: Promise<Abilities> | undefined;

  function tools(): Tools {
    if (found.kind === 'found') return found.tools;
    throw new PhotospoolError('busy', 'Videos can’t be shown without ffmpeg.', { hint: 'Install ffmpeg.' });
  }

  const run = (command: string, args: readonly string[], limits: RunLimits, patient = false): Promise<Run> =>
    runOnce(command, args, limits, { signal, patient });

  async function listed(what: string): Promise<string> {
    const told = await run(tools().ffmpeg, ['-hide_banner', what], shortLimits);
    if (told.kind === 'done') return told.output.toString();
    throw new PhotospoolError('busy', 'ffmpeg did not report its capabilities.', { cause: new Error(told.said) });
  }

  /** Determined once; again after a failure. */
  function askAbilities(): Promise<Abilities> {
    return (abilities ??= Promise.all(['-encoders', '-filters'].map(listed)).then(
      (lists) => readAbilities(lists.join('\n')),
      (error: unknown) => {
        abilities = undefined;
        throw error;
      },
    ));
  }

  async function make(
    source: VideoSource,
    seek: number,
    args: readonly string[],
    limits: RunLimits,
    patient = true,
  ): Promise<void> {
    const all = [...quiet, ...inputOf(source.path, source.format, seek), ...args];
    const told = await run(tools().ffmpeg, all, limits, patient);
    if (told.kind === 'done') return;
    // A video that does not support seeking gives no output; decoding from the start may.
    if (told.why === 'crash' && seek > 0) return make(source, 0, args, limits, patient);
    throw explain(told, source);
  }

  /**
   * The same for encoded output. If ffmpeg fails to map HDR, it is left unmapped: pale colours are better than no
   * picture.
   */
  async function paint(
    source: VideoSource,
    film: Film,
    seek: number,
    argsBy: (can: Abilities) => readonly string[],
    can: Abilities,
    limits: RunLimits,
    patient = true,
  ): Promise<void> {
    try {
      await make(source, seek, argsBy(can), limits, patient);
    } catch (error) {
      const failed = error instanceof PhotospoolError && error.code === 'undecodable';
      if (!failed || !film.pictures.hdr || !can.tonemap) throw error;
      await make(source, seek, argsBy({ ...can, tonemap: false }), limits, patient);
    }
  }

  async function encoder(): Promise<Abilities> {
    const can = await askAbilities();
    if (can.h264) return can;
    throw new PhotospoolError('busy', 'This version of ffmpeg can’t encode H.264.', {
      hint: 'Install a version of ffmpeg with x264.',
    });
  }
  return { tools, run, askAbilities, make, paint, encoder };
}

const reasons: Record<Exclude<Why, 'output'>, [ErrorCode, string]> = {
  time: ['timeout', 'it took too long'],
  memory: ['too-large', 'it exceeds the memory limit for a video'],
  start: ['busy', 'ffmpeg could not be started'],
  closed: ['busy', 'Photospool is shutting down'],
  crash: ['undecodable', 'it is damaged, or ffmpeg does not support its format'],
};

function explain({ why, said }: Extract<Run, { kind: 'ended' }>, source: VideoSource): PhotospoolError {
  if (why === 'crash' && said.includes('not on whitelist'))
    return failure('unsupported', source, 'its encoding is not permitted', said);
  const [code, reason] = reasons[why === 'output' ? 'crash' : why];
  return failure(code, source, reason, said);
}

function failure(code: ErrorCode, { path, format }: VideoSource, reason: string, said: string): PhotospoolError {
  const hint =
    code === 'undecodable' ? 'Check whether you have an undamaged copy.' : 'Photospool retries automatically.';
  const cause = new Error(`ffmpeg: ${said}`.trim());
  return new PhotospoolError(code, `This ${format.name} can't be shown: ${reason}.`, {
    op: 'render',
    path,
    hint,
    cause,
  });
}

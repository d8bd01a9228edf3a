/**
 * ffmpeg and ffprobe, programs of the machine: found once, when a home is opened. Nothing is downloaded. Without them videos are
 * kept, and shown without pictures.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Where the tools are, as absolute paths. */
export interface Tools {
  ffmpeg: string;
  ffprobe: string;
}

/** What was found, or the names of what is missing. */
export type FfmpegTools = { kind: 'found'; tools: Tools } | { kind: 'missing'; missing: string[] };

const extension = process.platform === 'win32' ? '.exe' : '';

const inFolders = (name: string, all: readonly string[]): string | undefined =>
  all.map((folder) => join(folder, `${name}${extension}`)).find(isProgram);

const foldersOf = (path: string): string[] => path.split(delimiter).filter((folder) => folder !== '');

/** Where a program of the machine is, by its name without `.exe`; undefined where it is in no folder of `path` (PATH). */
export const findProgram = (name: string, path = process.env['PATH'] ?? ''): string | undefined =>
  inFolders(name, foldersOf(path));

/**
 * Looks for the tools: `ffmpeg` is the path that the configuration names, with ffprobe beside it or in `path` (PATH).
 */
export function findTools(ffmpeg?: string, path = process.env['PATH'] ?? ''): FfmpegTools {
  const folders = foldersOf(path);
  const found = ffmpeg === undefined ? inFolders('ffmpeg', folders) : isProgram(ffmpeg) ? ffmpeg : undefined;
  const beside = found === undefined ? folders : [dirname(found), ...folders];
  const probe = inFolders('ffprobe', beside);
  if (found !== undefined && probe !== undefined) return { kind: 'found', tools: { ffmpeg: found, ffprobe: probe } };
  const missing = [...(found === undefined ? ['ffmpeg'] : []), ...(probe === undefined ? ['ffprobe'] : [])];
  return { kind: 'missing', missing };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not ours to run: it is looked for elsewhere.
    return false;
  }
}

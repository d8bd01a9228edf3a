/**
 * Finds ffmpeg and ffprobe on the machine, once, when a home is opened. Nothing is downloaded. Without them videos are
 * kept, and shown without pictures.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** The absolute paths of the tools. */
export interface Tools {
  ffmpeg: string;
  ffprobe: string;
}

/** The tools, or the names of the missing ones. */
export type FfmpegTools = { kind: 'found'; tools: Tools } | { kind: 'missing'; missing: string[] };

const extension = process.platform === 'win32' ? '.exe' : '';

const inFolders = (name: string, all: readonly string[]): string | undefined =>
  all.map((folder) => join(folder, `${name}${extension}`)).find(isProgram);

const foldersOf = (path: string): string[] => path.split(delimiter).filter((folder) => folder !== '');

/** The path of a program by its name without `.exe`; undefined if it is in no folder of `path` (PATH). */
export const findProgram = (name: string, path = process.env['PATH'] ?? ''): string | undefined =>
  inFolders(name, foldersOf(path));

/** Finds the tools: `ffmpeg` is the configured path, with ffprobe beside it or in `path` (PATH). */
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
    // Missing or not executable: continue elsewhere.
    return false;
  }
}

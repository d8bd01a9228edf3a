/**
 * Decodes HEIC and HEIF with `heif-dec`, the tool of libheif, if the machine has it: native code, several times as fast
 * as libheif.ts. It writes a temporary file, which is removed at once; leftovers of a killed process are removed by the
 * next one. The tool ends with the decoder process, and when it exceeds the CPU time for one photo.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import sharp from 'sharp';
import { openFiles, type Files } from '../../base/files.js';
import { temporaryName } from '../../base/temporary-names.js';
import type { PictureSource } from '../formats/format-family.js';

/** Seconds of CPU time, after which the system kills it. */
const mostSeconds = 60;
/** Other users must not see a private photo in the folder for temporary files. */
const script = `umask 077; ulimit -t ${mostSeconds}; exec "$0" --quiet "$1" -o "$2"`;

/** The path of a program, by PATH; undefined if there is none, and on Windows, which lacks the shell for it. */
function find(name: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

let tool: string | undefined;
let files: Files | undefined;

/** Looks up the tool, once, and removes the leftovers of earlier processes. */
async function prepare(): Promise<{ tool: string; files: Files } | undefined> {
  if (!files) {
    files = openFiles();
    tool = find('heif-dec');
    if (tool !== undefined) await files.sweep(tmpdir()).catch(() => undefined);
  }
  return tool === undefined ? undefined : { tool, files };
}

function run(tool: string, path: string, to: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', script, tool, path, to], { stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

/** It writes samples of more than 8 bits unchanged, which libvips can't read. */
async function isSound(path: string): Promise<boolean> {
  const header = await sharp(path)
    .metadata()
    .catch(() => undefined);
  return header?.depth === 'uchar';
}

/** Decodes the main picture, upright; undefined without the tool, or if it failed. */
export async function decodeNatively(path: string): Promise<PictureSource | undefined> {
  const prepared = await prepare();
  if (!prepared) return undefined;
  const { tool, files } = prepared;
  const name = temporaryName('tif');
  const to = join(tmpdir(), name);
  const free = (): Promise<void> => files.discard(to);
  if ((await run(tool, path, to)) && (await isSound(to))) return { input: to, loader: 'tiff', turn: 1, free };
  // For a file with several pictures it writes them all, numbered, without naming the main one.
  const stem = name.slice(0, -'.tif'.length);
  const written = ((await files.list(tmpdir())) ?? []).filter((entry) => entry.name.startsWith(stem));
  for (const entry of written) await files.discard(entry.path);
  return undefined;
}

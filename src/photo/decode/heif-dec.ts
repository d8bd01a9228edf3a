/**
 * HEIC and HEIF decoded by `heif-dec`, the tool of libheif, where the machine has one: in native code, it is some times as
 * fast as libheif.ts. It writes a temporary file, which is removed at once; what a killed process left, the next one sweeps
 * away. It dies with the decoder, and by itself after the processor time that one photo may take.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import sharp from 'sharp';
import { openFiles, type Files } from '../../base/files.js';
import { temporaryName } from '../../base/temporary-names.js';
import type { PictureSource } from '../formats/format-family.js';

/** Seconds of processor time, after which the system ends it. */
const mostSeconds = 60;
/** Others must not see a private photo in the folder for temporary files. */
const script = `umask 077; ulimit -t ${mostSeconds}; exec "$0" --quiet "$1" -o "$2"`;

/** Where a program is, by the PATH; undefined where there is none, and on Windows, which has no shell for it. */
function find(name: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

let tool: string | undefined;
let files: Files | undefined;

/** The tool, looked for once; and what a process before this one left is swept away. */
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

/** More than 8 bits a sample it writes as they are, which libvips can't read. */
async function isSound(path: string): Promise<boolean> {
  const header = await sharp(path)
    .metadata()
    .catch(() => undefined);
  return header?.depth === 'uchar';
}

/** Decodes the main picture, upright; undefined where there is no such tool, or it could not. */
export async function decodeNatively(path: string): Promise<PictureSource | undefined> {
  const prepared = await prepare();
  if (!prepared) return undefined;
  const { tool, files } = prepared;
  const name = temporaryName('tif');
  const to = join(tmpdir(), name);
  const free = async (): Promise<void> => {
    await files.remove(to);
  };
  if ((await run(tool, path, to)) && (await isSound(to))) return { input: to, loader: 'tiff', turn: 1, free };
  // Of a file with several pictures it writes them all, numbered, and does not say which is the main one.
  const stem = name.slice(0, -'.tif'.length);
  const written = ((await files.list(tmpdir())) ?? []).filter((entry) => entry.name.startsWith(stem));
  for (const entry of written) await files.remove(entry.path);
  return undefined;
}

/** Runs a system command to its end, and reports why it failed. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PhotospoolError, toPhotospoolError } from '../base/errors.js';

/** The result of a command. `out` is its output, byte for byte (latin1). */
export interface CommandResult {
  code: number;
  out: string;
  err: string;
}

/** Runs a system command. */
export type RunCommand = (program: string, args: readonly string[], input?: string) => Promise<CommandResult>;

/** Runs a real program, found in PATH; input and output are bytes as latin1. */
export const ask: RunCommand = (program, args, input = '') =>
  new Promise((resolve, reject) => {
    const child = execFile(program, args, { encoding: 'latin1' }, (error, out, err) => {
      if (error && typeof error.code !== 'number') reject(toPhotospoolError(error, 'run', program));
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
    // A program that ends without reading reports that with its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(Buffer.from(input, 'latin1'));
  });

/** The path of a program by PATH; undefined if there is none. */
export function findProgram(program: string, path = process.env.PATH ?? ''): string | undefined {
  const candidates = path.split(delimiter).map((folder) => join(folder, program));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a command that must succeed. @throws PhotospoolError `unusable` with the message of the program. */
export async function demand(
  by: RunCommand,
  program: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { code, out, err } = await by(program, args, input);
  if (code === 0) return out;
  const said = err.trim().split('\n')[0] ?? '';
  throw new PhotospoolError('unusable', `\`${program} ${args.join(' ')}\` failed${said === '' ? '' : `: ${said}`}.`);
}

/** The error if the system lacks a program, or does not offer it to this user. */
export const notHere = (kind: string, reason: string): PhotospoolError =>
  new PhotospoolError('unusable', reason, {
    hint: `Run \`photospool service print ${kind}\` to print the definition, and install it yourself.`,
  });

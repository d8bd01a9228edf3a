/** Asking a program of the system to do something, and what it says when it can't. Starts nothing that stays. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PhotospoolError, toPhotospoolError } from '../base/errors.js';

/** How an asked program ended. `out` is what it printed, byte for byte (latin1). */
export interface CommandResult {
  code: number;
  out: string;
  err: string;
}

/** Asks a program of the system. */
export type RunCommand = (program: string, args: readonly string[], input?: string) => Promise<CommandResult>;

/** Asks a real program, found by the PATH; input and output are bytes as latin1. */
export const ask: RunCommand = (program, args, input = '') =>
  new Promise((resolve, reject) => {
    const child = execFile(program, args, { encoding: 'latin1' }, (error, out, err) => {
      if (error && typeof error.code !== 'number') reject(toPhotospoolError(error, 'run', program));
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
    // A program that ends without reading answers for itself by its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(Buffer.from(input, 'latin1'));
  });

/** Where the PATH leads to for a program of this name; undefined where there is none. */
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

/** Asks, and takes anything but success for a failure. @throws PhotospoolError `unusable` with what the program said. */
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

/** What is said where the system has no such program, or it does nothing for this user. */
export const notHere = (kind: string, reason: string): PhotospoolError =>
  new PhotospoolError('unusable', reason, {
    hint: `\`photospool service print ${kind}\` shows what would be set up, to be put where it belongs by hand.`,
  });

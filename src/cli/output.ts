/**
 * The output of commands: results on stdout, everything else on stderr; progress only on a terminal. One sentence per
 * failure, never a stack trace.
 */
import type { Config } from '../base/config.js';
import { sentence, toPhotospoolError, type ErrorCode } from '../base/errors.js';
import { exit } from './exit-codes.js';

const usage: ReadonlySet<ErrorCode> = new Set(['usage', 'config', 'invalid']);

/** Prints a line of results. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a value as one line of JSON. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Prints a line for a person, on stderr. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints a failure in one line and returns its exit code. With PHOTOSPOOL_DEBUG set it adds the stack trace. */
export function sayFailure(error: unknown): number {
  const failure = toPhotospoolError(error);
  say(`photospool: ${sentence(failure)}`);
  if (process.env.PHOTOSPOOL_DEBUG) say(String((failure.cause as Error | undefined)?.stack ?? failure.stack));
  return usage.has(failure.code) ? exit.usage : exit.unusable;
}

/** The configuration for verbs that report their work themselves: by default only errors are logged in addition. */
export const quiet = (config: Config): Config => (config.level === 'info' ? { ...config, level: 'error' } : config);

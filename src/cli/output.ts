/**
 * What the commands print: results on stdout, everything else on stderr; progress only on a terminal. One sentence per
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

/** Prints a line for a person beside the results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Says a failure in one line and answers the exit code for it. With PHOTOSPOOL_DEBUG set it adds where it came from. */
export function sayFailure(error: unknown): number {
  const failure = toPhotospoolError(error);
  say(`photospool: ${sentence(failure)}`);
  if (process.env.PHOTOSPOOL_DEBUG) say(String((failure.cause as Error | undefined)?.stack ?? failure.stack));
  return usage.has(failure.code) ? exit.usage : exit.unusable;
}

/** The configuration for verbs that say themselves what they did: by default only errors are logged beside that. */
export const quiet = (config: Config): Config => (config.level === 'info' ? { ...config, level: 'error' } : config);

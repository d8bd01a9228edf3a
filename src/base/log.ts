/**
 * Structured logs (pino): JSON lines on stderr, or a readable line on a terminal. Text from files is escaped by the
 * JSON encoder, or by `printable` in the readable form.
 */
import { pino, type Logger } from 'pino';
import { Writable } from 'node:stream';
import type { Config } from './config.js';
import { printable } from './errors.js';

/** The log interface for the rest of the code. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

const names: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

/** A line such as `12:30:01 stored IMG_0001.jpg (1.2 s)`, in the local time of this machine. */
export function readable(line: string): string {
  const record = JSON.parse(line) as { level: number; time: number; msg?: string; seconds?: number };
  const time = new Date(record.time).toTimeString().slice(0, 8);
  const level = record.level > 30 ? `${names[record.level] ?? 'error'}: ` : '';
  const seconds = record.level === 30 && record.seconds !== undefined ? ` (${record.seconds.toFixed(1)} s)` : '';
  return `${time} ${level}${printable(record.msg ?? '')}${seconds}\n`;
}

/** The logged form of a cause: its message; its stack trace only if PHOTOSPOOL_DEBUG is set. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return process.env.PHOTOSPOOL_DEBUG ? (error.stack ?? error.message) : error.message;
}

/** Field names that may hold a secret; their values are redacted. */
const secrets = ['authorization', 'cookie', '["set-cookie"]', 'password', 'token', 'secret'];
const hidden = secrets.flatMap((name) => {
  const last = name.startsWith('[') ? name : `.${name}`;
  return [name, `*${last}`, `*.*${last}`];
});

/**
 * Opens the log. `out` is where lines go (stderr by default); `format` `auto` is the readable form on a terminal, JSON
 * elsewhere.
 */
export function openLog(
  { level, format }: Pick<Config, 'level' | 'format'>,
  out: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr,
): Log {
  const stream =
    format === 'text' || (format === 'auto' && out.isTTY === true)
      ? new Writable({
          write(chunk: Buffer, _encoding, done) {
            out.write(readable(chunk.toString()), () => done());
          },
        })
      : out;
  return pino({ level, base: null, serializers: { err: causeOf }, redact: hidden }, stream);
}

/** A log that discards everything. */
export const silent: Log = pino({ level: 'silent' });

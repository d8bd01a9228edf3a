/**
 * Structured logs (pino): JSON lines on stderr, or a readable line on a terminal. Text from files is escaped by the
 * JSON encoder, or by `printable` in the readable form.
 */
import { pino, type Logger } from 'pino';
import { Writable } from 'node:stream';
import { printable } from './errors.js';

/** What the rest of the code logs to. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

const names: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

/** A line such as `12:30:01 info stored IMG_0001.jpg`. */
export function readable(line: string): string {
  const record = JSON.parse(line) as { level: number; time: number; msg?: string; name?: string };
  const time = new Date(record.time).toTimeString().slice(0, 8);
  const level = record.level > 30 ? `${names[record.level] ?? 'error'}: ` : '';
  return `${time} ${level}${printable(record.msg ?? '')}\n`;
}

/** What is logged of a cause: what it says; where in the code it came from only with PHOTOSPOOL_DEBUG set. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return process.env.PHOTOSPOOL_DEBUG ? (error.stack ?? error.message) : error.message;
}

/** Names under which a secret could come into the log; what is there is not written. */
const secrets = ['authorization', 'cookie', '["set-cookie"]', 'password', 'token', 'secret'];
const hidden = secrets.flatMap((name) => {
  const last = name.startsWith('[') ? name : `.${name}`;
  return [name, `*${last}`, `*.*${last}`];
});

/**
 * Opens the log. `level` is pino's; `out` is where lines go (stderr by default); `terminal` chooses the readable form.
 */
export function openLog(
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent' = 'info',
  out: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr,
  terminal = out.isTTY === true,
): Log {
  const stream = terminal
    ? new Writable({
        write(chunk: Buffer, _encoding, done) {
          out.write(readable(chunk.toString()), () => done());
        },
      })
    : out;
  return pino({ level, base: null, serializers: { err: causeOf }, redact: hidden }, stream);
}

/** A log that keeps nothing. */
export const silent: Log = pino({ level: 'silent' });

/**
 * The certificate for HTTPS, from files of the owner's. They are read again when they change, as when a tool renews them;
 * a pair that can't be used is said in the log, and the one before stays in use.
 */
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { PhotospoolError, toPhotospoolError } from '../../base/errors.js';

/** A certificate with its chain, and its private key, as PEM. */
export interface Pair {
  cert: Buffer;
  key: Buffer;
}

/** Where the two files are. Absolute. */
export interface PairFiles {
  cert: string;
  key: string;
}

/** How often the files are looked at, in ms. Links are followed: renewing tools swap them. */
const look = 30_000;

/** Reads the two files. @throws PhotospoolError `config` where they can't be used together. */
export async function readPair({ cert, key }: PairFiles): Promise<Pair> {
  const [certificate, secret] = await Promise.all([readPem(cert), readPem(key)]);
  try {
    createSecureContext({ cert: certificate, key: secret });
  } catch (error) {
    throw new PhotospoolError('config', `${cert} and ${key} are no certificate with its key.`, {
      path: cert,
      hint: 'Both must be PEM, the key without a passphrase, and belong together.',
      cause: error,
    });
  }
  return { cert: certificate, key: secret };
}

async function readPem(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    const { message, hint, cause } = toPhotospoolError(error, 'read', path);
    throw new PhotospoolError('config', message, { path, cause, ...(hint !== undefined && { hint }) });
  });
}

/** Calls `renew` with each new pair until the signal. */
export async function watchPair(
  files: PairFiles,
  { clock, log }: { clock: Clock; log: Log },
  signal: AbortSignal,
  renew: (pair: Pair) => void,
): Promise<void> {
  let last = await stateOf(files);
  for (;;) {
    await clock.sleep(look, signal);
    if (signal.aborted) return;
    const now = await stateOf(files);
    if (now === last) continue;
    last = now;
    try {
      renew(await readPair(files));
      log.info({}, 'The certificate was renewed.');
    } catch (error) {
      log.warn({ err: error }, 'The certificate changed, and the new one can’t be used; the one before stays.');
    }
  }
}

/** A text that is another one when a file is. */
async function stateOf({ cert, key }: PairFiles): Promise<string> {
  const found = await Promise.all([cert, key].map((path) => stat(path).catch(() => undefined)));
  return found.map((file) => `${file?.ino ?? ''} ${file?.mtimeMs ?? ''} ${file?.size ?? ''}`).join(' ');
}

/**
 * The certificate for HTTPS, from files of the owner. They are read again when they change, for example after a
 * renewal; an unusable pair is logged, and the previous one stays in use.
 */
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { PhotospoolError, toPhotospoolError } from '../../base/errors.js';

/** A certificate chain and its private key, as PEM. */
export interface Pair {
  cert: Buffer;
  key: Buffer;
}

/** The paths of the two files. Absolute. */
export interface PairFiles {
  cert: string;
  key: string;
}

/** The interval of checks in ms. Follows links: renewal tools replace them. */
const look = 30_000;

/** Reads the two files. @throws PhotospoolError `config` if they can't be used together. */
export async function readPair({ cert, key }: PairFiles): Promise<Pair> {
  const [certificate, secret] = await Promise.all([readPem(cert), readPem(key)]);
  try {
    createSecureContext({ cert: certificate, key: secret });
  } catch (error) {
    throw new PhotospoolError('config', `${cert} and ${key} are not a certificate and its private key.`, {
      path: cert,
      hint: 'Both must be in PEM format and belong together, and the key must not have a passphrase.',
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

/** Calls `renew` with each new pair until the signal aborts. */
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
      log.info({}, 'The certificate was reloaded.');
    } catch (error) {
      log.warn({ err: error }, 'The new certificate can’t be used. The server continues with the previous one.');
    }
  }
}

/** A fingerprint that changes when a file does. */
async function stateOf({ cert, key }: PairFiles): Promise<string> {
  const found = await Promise.all([cert, key].map((path) => stat(path).catch(() => undefined)));
  return found.map((file) => `${file?.ino ?? ''} ${file?.mtimeMs ?? ''} ${file?.size ?? ''}`).join(' ');
}

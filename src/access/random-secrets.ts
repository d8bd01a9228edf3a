/**
 * Secrets that this program draws: 256 random bits each, so that nobody guesses one and a plain SHA-256 is enough to keep
 * (RFC 6750, 5.2; OWASP Session Management). Only the hash is ever stored; the secret is shown once.
 */
import { createHash } from 'node:crypto';

/** Random bytes; a parameter, so that a test owns it. */
export type Random = (length: number) => Uint8Array;

/** Draws a secret of 256 bits, as 43 characters of base64url. */
export const drawSecret = (random: Random): string => Buffer.from(random(32)).toString('base64url');

/** What is kept of a secret: its SHA-256 as hex. Being looked up by it tells nothing of the secret by time. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

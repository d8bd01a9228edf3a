/**
 * Secrets created by this program: 256 random bits each, so that they can't be guessed and a plain SHA-256 is a
 * sufficient hash (RFC 6750, 5.2; OWASP Session Management). Only the hash is stored; the secret is shown once.
 */
import { createHash } from 'node:crypto';

/** Random bytes; a parameter, so that a test controls them. */
export type Random = (length: number) => Uint8Array;

/** Creates a secret of 256 bits, as 43 characters of base64url. */
export const drawSecret = (random: Random): string => Buffer.from(random(32)).toString('base64url');

/** The stored form of a secret: its SHA-256 as hex. Looking it up reveals nothing about the secret by timing. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/**
 * Time-based one-time passwords (TOTP, RFC 6238) for authenticator apps: HMAC-SHA-1, six digits, a new one every 30
 * seconds. Pure: the time is a parameter, and the caller stores the last used step.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const period = 30_000;
const digits = 6;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The step of a time in ms since 1970: how many periods of 30 s have passed. */
export const stepAt = (ms: number): number => Math.floor(ms / period);

/** The code of a step (RFC 4226, 5.3), with its leading zeros. */
export function codeOf(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', secret).update(counter).digest();
  const offset = hash.at(-1)! & 0xf;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/**
 * The step of a code: the current one or one of its neighbours (RFC 6238, 5.2: a clock may be half a minute off), and
 * after `last`: no code is valid twice. Undefined for a wrong code.
 */
export function findStep(secret: Uint8Array, code: string, now: number, last: number): number | undefined {
  const same = (step: number): boolean => timingSafeEqual(Buffer.from(codeOf(secret, step)), Buffer.from(code));
  if (!/^\d{6}$/.test(code)) return undefined;
  return [-1, 0, 1].map((by) => stepAt(now) + by).find((step) => step > last && same(step));
}

/** Bytes as Base32 (RFC 4648, 6), without padding. */
export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** The URI that an authenticator app reads from a QR code (Key Uri Format of Google Authenticator). */
export function keyUri(secret: Uint8Array, account: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
}

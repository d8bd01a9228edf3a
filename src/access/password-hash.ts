/**
 * Password hashes with scrypt (RFC 7914) at OWASP's parameters. Each hash takes 128 MiB for half a second, so one is
 * computed at a time; password-queue.ts decides who waits, in which order. The parameters are stored with each hash; a
 * hash with others is recomputed when its owner signs in.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { openPasswordQueue, type Waiter } from './password-queue.js';
import type { Random } from './random-secrets.js';

/** Parameters of scrypt: cost 2^`ln`, block size `r`, parallelism `p`. */
export interface Cost {
  ln: number;
  r: number;
  p: number;
}

/** OWASP Password Storage Cheat Sheet, scrypt: N = 2^17, r = 8, p = 1. */
export const usualCost: Cost = { ln: 17, r: 8, p: 1 };

/** The result of a check. `stale`: the password is correct, and its hash should be recomputed. */
export type PasswordCheck = 'right' | 'stale' | 'wrong';

/** Computes and checks hashes. */
export interface Passwords {
  /** A hash with its salt and parameters. @throws PhotospoolError `busy` if too many wait. */
  hash(password: string, waiter: Waiter): Promise<string>;
  /**
   * Checks a password. Without a stored hash, one is still computed: an unknown name takes as long as a wrong password.
   * @throws PhotospoolError `busy`.
   */
  check(password: string, hash: string | undefined, waiter: Waiter): Promise<PasswordCheck>;
}

const length = 32;

/** Opens the hashing of passwords. */
export function openPasswords({
  cost = usualCost,
  random = randomBytes,
  derive = deriveKey,
}: { cost?: Cost; random?: Random; derive?: typeof deriveKey } = {}): Passwords {
  const queue = openPasswordQueue();
  const inTurn = (password: string, salt: Uint8Array, settings: Cost, waiter: Waiter): Promise<Buffer> =>
    queue.run(waiter, () => derive(password.normalize('NFKC'), salt, settings));

  return {
    async hash(password, waiter) {
      const salt = random(16);
      return write(cost, salt, await inTurn(password, salt, cost, waiter));
    },
    async check(password, hash, waiter) {
      const kept = hash === undefined ? undefined : parse(hash);
      const settings = kept?.cost ?? cost;
      const key = await inTurn(password, kept?.salt ?? Buffer.alloc(16), settings, waiter);
      const same = timingSafeEqual(key, kept?.key ?? Buffer.alloc(length));
      if (!kept || !same) return 'wrong';
      return settings.ln === cost.ln && settings.r === cost.r && settings.p === cost.p ? 'right' : 'stale';
    },
  };
}

function deriveKey(password: string, salt: Uint8Array, { ln, r, p }: Cost): Promise<Buffer> {
  const [N, maxmem] = [2 ** ln, 129 * 2 ** ln * r * p + 1024 * 1024];
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** In the PHC string format: `$scrypt$ln=17,r=8,p=1$salt$key`. */
function write({ ln, r, p }: Cost, salt: Uint8Array, key: Buffer): string {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '');
  return `$scrypt$ln=${ln},r=${r},p=${p}$${text(salt)}$${text(key)}`;
}

function parse(hash: string): { cost: Cost; salt: Buffer; key: Buffer } | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (!match) return undefined;
  const [ln, r, p] = match.slice(1, 4).map(Number) as [number, number, number];
  const key = Buffer.from(match[5]!, 'base64');
  // A stored hash never makes the server use more than four times the usual memory.
  if (ln > 19 || r > 8 || p > 4 || key.length !== length) return undefined;
  return { cost: { ln, r, p }, salt: Buffer.from(match[4]!, 'base64'), key };
}

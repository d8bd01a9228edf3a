/**
 * How much one address may ask at once and in a while, so that one cannot take the server from all others. Loopback is not
 * bounded: whoever is there can stop the server altogether. Only counts are kept, of a bounded number of addresses.
 */
import type { FastifyInstance } from 'fastify';
import { may } from '../access/rights.js';
import type { Clock } from '../base/clock.js';
import { viewerOf } from './access.js';
import { refuse } from './failures.js';
import { isLoopbackAddress } from './hosts.js';

/** Bounds of an address (IPv6: of a /64, which one person has). */
export interface CrowdBounds {
  /** Requests in hand at once. A page that is scrolled asks for some hundred pictures. */
  atOnce: number;
  /** Requests that may come in a burst. */
  burst: number;
  /** Requests a second that are made good after it. */
  perSecond: number;
  /** Addresses that are remembered. */
  addresses: number;
}

/** The bounds of a server. */
export const crowdBounds: CrowdBounds = { atOnce: 256, burst: 2_000, perSecond: 200, addresses: 10_000 };

/** Who asks how much. */
export interface Crowd {
  /** Takes a request; false where the address has to wait. Every true must be followed by a `leave`. */
  enter(address: string): boolean;
  leave(address: string): void;
  /** How many addresses are remembered. */
  size(): number;
}

interface Visits {
  inHand: number;
  tokens: number;
  at: number;
}

/** Makes the counts. */
export function makeCrowd(clock: Clock, bounds = crowdBounds): Crowd {
  // In the order of their last request, so that the first one is the one to forget.
  const known = new Map<string, Visits>();

  function forget(): void {
    for (const [group, { inHand }] of known) {
      if (known.size <= bounds.addresses) return;
      if (inHand === 0) known.delete(group);
    }
  }

  return {
    enter(address) {
      const group = addressGroup(address);
      const now = clock.now();
      const { inHand, tokens, at } = known.get(group) ?? { inHand: 0, tokens: bounds.burst, at: now };
      const left = Math.min(bounds.burst, tokens + (Math.max(0, now - at) / 1000) * bounds.perSecond);
      const good = inHand < bounds.atOnce && left >= 1;
      known.delete(group);
      known.set(group, { inHand: inHand + (good ? 1 : 0), tokens: left - (good ? 1 : 0), at: now });
      if (known.size > bounds.addresses) forget();
      return good;
    },
    leave(address) {
      const visits = known.get(addressGroup(address));
      if (visits) visits.inHand--;
    },
    size: () => known.size,
  };
}

/** What counts as one address: an IPv4 address, or the first 64 bits of an IPv6 one (RFC 6177: a home has at least one). */
export function addressGroup(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const whole = [...first, ...Array<string>(zeros).fill('0'), ...last];
  return `${whole
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** Refuses requests of addresses that ask too much. To be put before all other hooks but the headers. */
export function boundCrowd(app: FastifyInstance, crowd: Crowd): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isLoopbackAddress(request.ip)) return undefined;
    if (!crowd.enter(request.ip)) {
      // A peer brings a whole library, picture by picture.
      if (may(viewerOf(request), 'replicate')) return undefined;
      return refuse(reply.header('retry-after', '1'), 429, 'slow-down', 'Too many requests came from this address.');
    }
    const { ip } = request;
    reply.raw.once('close', () => crowd.leave(ip));
    return undefined;
  });
}

/**
 * How much one address may ask at once and in a while, so that one cannot take the server from all others. Loopback is not
 * bounded: whoever is there can stop the server altogether. Only counts are kept, of a bounded number of addresses.
 */
import type { FastifyInstance } from 'fastify';
import { addressGroups } from '../../access/address-prefix.js';
import { may } from '../../access/permissions.js';
import type { Clock } from '../../base/clock.js';
import { viewerOf } from './request-viewer.js';
import { refuse } from './error-responses.js';
import { isLoopbackAddress } from './allowed-hosts.js';

/** How many times the bounds of one address a /48 has: one customer may have all of it, and at times several share it. */
export const siteShare = 5;

/** Bounds of an address (IPv6: of a /64, which one household has). */
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

  /** A group as it is now, with `share` times the bounds of an address. */
  function look(group: string, share: number, now: number): Visits & { group: string; good: boolean } {
    const { inHand, tokens, at } = known.get(group) ?? { inHand: 0, tokens: bounds.burst * share, at: now };
    const made = (Math.max(0, now - at) / 1000) * bounds.perSecond * share;
    const left = Math.min(bounds.burst * share, tokens + made);
    return { group, inHand, tokens: left, at: now, good: inHand < bounds.atOnce * share && left >= 1 };
  }

  return {
    enter(address) {
      const now = clock.now();
      const all = addressGroups(address).map((group, n) => look(group, n === 0 ? 1 : siteShare, now));
      const good = all.every((one) => one.good);
      for (const { group, inHand, tokens, at } of all) {
        known.delete(group);
        known.set(group, { inHand: inHand + (good ? 1 : 0), tokens: tokens - (good ? 1 : 0), at });
      }
      if (known.size > bounds.addresses) forget();
      return good;
    },
    leave(address) {
      for (const group of addressGroups(address)) {
        const visits = known.get(group);
        if (visits) visits.inHand--;
      }
    },
    size: () => known.size,
  };
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

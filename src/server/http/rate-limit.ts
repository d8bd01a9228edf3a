/**
 * Rate limit per address, so that one client cannot occupy the server. Loopback is unlimited: local users can stop the
 * server anyway. Only counts are kept, for a limited number of addresses.
 */
import type { FastifyInstance } from 'fastify';
import { addressGroups } from '../../access/address-prefix.js';
import { may } from '../../access/permissions.js';
import type { Clock } from '../../base/clock.js';
import { viewerOf } from './request-viewer.js';
import { refuse } from './error-responses.js';
import { isLoopbackAddress } from './allowed-hosts.js';

/**
 * The limits of a /48 as a multiple of those of one address: it may belong to one customer, or be shared by several.
 */
export const siteShare = 5;

/** The limits of an address (IPv6: of a /64, which one household has). */
export interface CrowdBounds {
  /** Concurrent requests. A page that is scrolled sends some hundred requests for pictures. */
  atOnce: number;
  /** Requests in a burst. */
  burst: number;
  /** Requests per second that are restored after it. */
  perSecond: number;
  /** The maximum number of addresses that are remembered. */
  addresses: number;
}

/** The limits of a server. */
export const crowdBounds: CrowdBounds = { atOnce: 256, burst: 2_000, perSecond: 200, addresses: 10_000 };

/** The counts of requests. */
export interface Crowd {
  /** Admits a request; false if the address has to wait. Every true must be followed by a `leave`. */
  enter(address: string): boolean;
  leave(address: string): void;
  /** The number of addresses remembered. */
  size(): number;
}

interface Visits {
  inHand: number;
  tokens: number;
  at: number;
}

/** Creates the counts. */
export function makeCrowd(clock: Clock, bounds = crowdBounds): Crowd {
  // Ordered by the last request, so that the first one is dropped first.
  const known = new Map<string, Visits>();

  function forget(): void {
    for (const [group, { inHand }] of known) {
      if (known.size <= bounds.addresses) return;
      if (inHand === 0) known.delete(group);
    }
  }

  /** The current counts of a group, with `share` times the limits of an address. */
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

/** Rejects requests of addresses above the limit. Must come before all other hooks except the headers. */
export function boundCrowd(app: FastifyInstance, crowd: Crowd): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isLoopbackAddress(request.ip)) return undefined;
    if (!crowd.enter(request.ip)) {
      // A peer transfers a whole library, picture by picture.
      if (may(viewerOf(request), 'replicate')) return undefined;
      return refuse(reply.header('retry-after', '1'), 429, 'slow-down', 'Too many requests from this address.');
    }
    const { ip } = request;
    reply.raw.once('close', () => crowd.leave(ip));
    return undefined;
  });
}

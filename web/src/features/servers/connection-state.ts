/** The state of a connection as a colour and in words, and the amount of data still to transfer. Pure. */
import { spanName } from '../../lib/relative-time.js';
import type { Guest, Mesh, Peer } from './servers-api.js';
import { m } from '../../lib/messages.js';

const kinds = ['thumb', 'preview', 'original', 'hover', 'video'] as const;

/** The style of a connection's line in the diagram. */
export type Look = 'live' | 'busy' | 'waiting' | 'refused';

/** The style for a connection. A wrongly configured peer also counts as refused. */
export function lookOf({ state, code }: Peer): Look {
  if (state === 'live') return 'live';
  if (state === 'refused' || code === 'config') return 'refused';
  return state === 'catching-up' ? 'busy' : 'waiting';
}

/** Documents still to transfer in one direction. */
export const toGo = (peer: Peer, way: 'pull' | 'push'): number => peer[way].pending ?? 0;

/** The state of a connection in a few words. */
export function stateName(peer: Peer, now = Date.now()): string {
  const look = lookOf(peer);
  if (look === 'live') return m.servers.live;
  if (look === 'refused') return m.servers.refused;
  if (look === 'busy') return m.servers.busy(toGo(peer, 'pull') + toGo(peer, 'push'));
  return peer.synced === undefined ? m.servers.waits : m.servers.behind(spanName(peer.synced, now));
}

/** The state of a server that connects to this one. */
export const guestName = ({ connected }: Guest): string => (connected ? m.servers.live : m.servers.away);

/**
 * Blobs that documents name and that are missing here: pictures (all renditions of a photo count as one), originals,
 * and the bytes of both.
 */
export function onItsWay({ missing, missingBytes }: Mesh): { pictures: number; originals: number; bytes: number } {
  return {
    pictures: Math.max(missing.thumb, missing.preview, missing.hover, missing.video),
    originals: missing.original,
    bytes: kinds.reduce((sum, kind) => sum + missingBytes[kind], 0),
  };
}

/** The state of a connection as a colour and in words, and the amount of data still to transfer. Pure. */
import { spanName } from '../../lib/relative-time.js';
import type { Guest, Mesh, Peer } from './servers-api.js';
import { serversTexts as texts } from './servers-texts.js';

const kinds = ['thumb', 'preview', 'original', 'hover', 'video'] as const;

/** How a line of the picture looks: what goes over it, or why nothing does. */
export type Look = 'live' | 'busy' | 'waiting' | 'refused';

/** How a link looks. A peer that can never be what it should be is refused, too. */
export function lookOf({ state, code }: Peer): Look {
  if (state === 'live') return 'live';
  if (state === 'refused' || code === 'config') return 'refused';
  return state === 'catching-up' ? 'busy' : 'waiting';
}

/** Documents still to go, one way. */
export const toGo = (peer: Peer, way: 'pull' | 'push'): number => peer[way].pending ?? 0;

/** The state of a link in a few words. */
export function stateName(peer: Peer, now = Date.now()): string {
  const look = lookOf(peer);
  if (look === 'live') return texts.live;
  if (look === 'refused') return texts.refused;
  if (look === 'busy') return texts.busy(toGo(peer, 'pull') + toGo(peer, 'push'));
  return peer.synced === undefined ? texts.waits : texts.behind(spanName(peer.synced, now));
}

/** The state of a server that keeps a link to here. */
export const guestName = ({ connected }: Guest): string => (connected ? texts.live : texts.away);

/** What documents name and is not here: pictures (all that are made of a photo are one), originals, bytes of both. */
export function onItsWay({ missing, missingBytes }: Mesh): { pictures: number; originals: number; bytes: number } {
  return {
    pictures: Math.max(missing.thumb, missing.preview, missing.hover, missing.video),
    originals: missing.original,
    bytes: kinds.reduce((sum, kind) => sum + missingBytes[kind], 0),
  };
}

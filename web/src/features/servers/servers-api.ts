/** The mesh as the server tells it (`GET /api/peers`), and how a link is put into words. */
import type { Guest, Mesh, PeerConnection, QuarantinedDocument } from '../../../../src/api/answer-types.js';
import { ask, send } from '../../lib/api.js';
import { spanName } from '../../lib/relative-time.js';
import { serversTexts as texts } from './servers-texts.js';

export type { Guest, Mesh };

/** A connection that this server keeps to another one. */
export type Peer = PeerConnection;

/** The photo (its SHA-256) that a document is of. */
export const photoOf = (id: string): string | undefined => /^photo:([0-9a-f]{64})$/.exec(id)?.[1];

const kinds = ['thumb', 'preview', 'original', 'hover', 'video'] as const;
/** What the owner says of a server that is to be added. */
export interface NewPeer {
  url: string;
  token?: string;
  publish: boolean;
  originals: Peer['originals'];
}

export const fetchMesh = (): Promise<Mesh> => ask('/api/peers');
export const addPeer = (peer: NewPeer): Promise<{ url: string; problem?: string }> =>
  ask('/api/peers', send('POST', peer));
/** Tries again what was set aside at a link: one document, or all. */
export const retryDocuments = (url: string, document?: QuarantinedDocument): Promise<{ tried: number }> =>
  ask(
    `/api/peers/${encodeURIComponent(url)}/retry`,
    send('POST', document ? { id: document.id, rev: document.rev } : {}),
  );
/** Removes a document of another program for good. */
export const removeDocument = (url: string, { id }: QuarantinedDocument): Promise<unknown> =>
  ask(`/api/peers/${encodeURIComponent(url)}/remove-document`, send('POST', { id }));
export const removePeer = (url: string): Promise<unknown> =>
  ask(`/api/peers/${encodeURIComponent(url)}`, send('DELETE'));

/** The host of an address, with its port. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

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

/** Something that only a person can put right. */
export interface Alarm {
  text: string;
}

/** How many documents are set aside, at all links. */
export const asideOf = ({ peers }: Mesh): number =>
  peers.reduce((sum, { refused, refusedCount = refused.length }) => sum + refusedCount, 0);

/** What only a person can put right, as sentences. */
export const alarmsOf = ({ peers, copies }: Mesh): Alarm[] => [
  ...copies.map(({ by }) => ({ text: texts.copiedAlarm(by.map(hostOf)) })),
  ...peers.flatMap(alarmsOfLink),
];

function alarmsOfLink(peer: Peer): Alarm[] {
  const { url, kind, state, code, reason } = peer;
  const isPassword = kind === 'couchdb' || reason?.includes('password') === true;
  const stopped: Alarm[] =
    state === 'refused'
      ? [{ text: (isPassword ? texts.passwordRefused : texts.tokenRefused)(hostOf(url)) }]
      : code === 'config'
        ? [{ text: reason ?? texts.refused }]
        : [];
  const held: Alarm[] = peer.held === undefined ? [] : [{ text: texts.heldAlarm(hostOf(url), peer.held) }];
  const drift: Alarm[] = peer.driftText === undefined ? [] : [{ text: peer.driftText }];
  return [...stopped, ...held, ...drift];
}

/** What documents name and is not here: pictures (all that are made of a photo are one), originals, bytes of both. */
export function onItsWay({ missing, missingBytes }: Mesh): { pictures: number; originals: number; bytes: number } {
  return {
    pictures: Math.max(missing.thumb, missing.preview, missing.hover, missing.video),
    originals: missing.original,
    bytes: kinds.reduce((sum, kind) => sum + missingBytes[kind], 0),
  };
}

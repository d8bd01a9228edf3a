/** The API of the page Servers: `GET /api/peers` and the actions on a connection. */
import type { Guest, Mesh, PeerConnection, QuarantinedDocument } from '../../../../src/api/answer-types.js';
import { ask, send } from '../../lib/api.js';

export type { Guest, Mesh };

/** A connection that this server keeps to another one. */
export type Peer = PeerConnection;

/** The photo (its SHA-256) of a document. */
export const photoOf = (id: string): string | undefined => /^photo:([0-9a-f]{64})$/.exec(id)?.[1];

/** The owner's input for a new server. */
export interface NewPeer {
  url: string;
  token?: string;
  publish: boolean;
  originals: Peer['originals'];
}

export const fetchMesh = (): Promise<Mesh> => ask('/api/peers');
export const addPeer = (peer: NewPeer): Promise<{ url: string; problem?: string }> =>
  ask('/api/peers', send('POST', peer));
/** Retries quarantined documents of a connection: one, or all. */
export const retryDocuments = (url: string, document?: QuarantinedDocument): Promise<{ tried: number }> =>
  ask(
    `/api/peers/${encodeURIComponent(url)}/retry`,
    send('POST', document ? { id: document.id, rev: document.rev } : {}),
  );
/** Removes a document of another program permanently. */
export const removeDocument = (url: string, { id }: QuarantinedDocument): Promise<unknown> =>
  ask(`/api/peers/${encodeURIComponent(url)}/remove-document`, send('POST', { id }));
export const removePeer = (url: string): Promise<unknown> =>
  ask(`/api/peers/${encodeURIComponent(url)}`, send('DELETE'));

/** The host of a URL, with its port. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

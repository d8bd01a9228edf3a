/** What is told of links to peers: the shapes of `GET /api/peers`, and figures for Prometheus. No secret is in them. */
import { Type } from 'typebox';
import { blobKinds, type BlobKind } from '../replication/named.js';
import type { ServerParts } from './parts.js';
import type { LinkStatus } from '../replication/link.js';

const Utc = Type.String({ description: 'UTC' });
const Direction = Type.Object({
  sent: Type.Integer({ description: 'revisions that went over since the start' }),
  pending: Type.Optional(Type.Integer({ description: 'documents still to be looked at; absent where not known' })),
});
const Moved = Type.Object({ count: Type.Integer(), bytes: Type.Integer() });

/** A link. */
export const peerShape = Type.Object({
  url: Type.String(),
  kind: Type.Optional(Type.Enum(['photospool', 'couchdb'])),
  publish: Type.Boolean(),
  originals: Type.Enum(['all', 'on-demand', 'none']),
  state: Type.Enum(['connecting', 'catching-up', 'live', 'waiting', 'refused']),
  since: Utc,
  reason: Type.Optional(Type.String({ description: 'why it waits' })),
  next: Type.Optional(Utc),
  pull: Direction,
  push: Direction,
  blobs: Type.Object({ fetched: Moved, brought: Moved }),
  refused: Type.Array(Type.Object({ id: Type.String(), rev: Type.String(), reason: Type.String() })),
  server: Type.Optional(Type.String({ description: 'id of its library' })),
  version: Type.Optional(Type.String()),
});

/** Blobs that are not here yet. */
export const Missing = Type.Object({ thumb: Type.Integer(), preview: Type.Integer(), original: Type.Integer() });

/** What was merged. */
export const MergeTally = Type.Object({
  days: Type.Array(Type.Object({ day: Type.String(), count: Type.Integer() })),
  last: Type.Array(Type.Object({ id: Type.String(), at: Utc, fields: Type.Array(Type.String()) })),
});

/** A home of which two copies replicate with this server. */
export const CopiedHome = Type.Object({
  server: Type.String({ description: 'the id that both have' }),
  by: Type.Array(Type.String(), { description: 'addresses of peers, names of tokens' }),
  since: Utc,
});

/** Whether another server may have what is not here: one that this one has a link to, or that has one to here. */
export const hasPeers = ({ exchange, mesh }: Pick<ServerParts, 'exchange' | 'mesh'>): boolean =>
  exchange.isServed() || mesh.status().some(({ publish }) => !publish);

type Line = [labels: Record<string, string>, value: number];

/** The figures of links in Prometheus' text format; `missing` counts blobs that are not here. */
export function linkFigures(links: readonly LinkStatus[], missing: Record<BlobKind, number>): string {
  const each = (more: Record<string, string>, value: (link: LinkStatus) => number): Line[] =>
    links.map((link) => [{ peer: link.url, ...more }, value(link)]);
  const both = (value: (link: LinkStatus, way: 'pull' | 'push') => number): Line[] =>
    (['pull', 'push'] as const).flatMap((way) => each({ direction: way }, (link) => value(link, way)));
  const blobs = (what: 'count' | 'bytes'): Line[] =>
    (['fetched', 'brought'] as const).flatMap((way) => each({ direction: way }, ({ blobs }) => blobs[way][what]));
  return [
    figure('photospool_peer_up', 'gauge', '1 while the link to a peer stands', each({}, isUp)),
    figure(
      'photospool_peer_pending',
      'gauge',
      'Documents still to go over',
      both((link, way) => link[way].pending ?? 0),
    ),
    figure(
      'photospool_peer_revisions_total',
      'counter',
      'Revisions that went over',
      both((link, way) => link[way].sent),
    ),
    figure(
      'photospool_peer_refused',
      'gauge',
      'Documents that a side did not take',
      each({}, ({ refused }) => refused.length),
    ),
    figure('photospool_peer_blobs_total', 'counter', 'Blobs that went over', blobs('count')),
    figure('photospool_peer_blob_bytes_total', 'counter', 'Bytes of blobs that went over', blobs('bytes')),
    figure(
      'photospool_blobs_missing',
      'gauge',
      'Blobs that documents name and that are not here',
      blobKinds.map((kind): Line => [{ kind }, missing[kind]]),
    ),
  ].join('');
}

const isUp = ({ state }: LinkStatus): number => Number(state === 'live' || state === 'catching-up');

function figure(name: string, type: 'gauge' | 'counter', help: string, lines: readonly Line[]): string {
  if (lines.length === 0) return '';
  const told = lines.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
    return `${name}{${pairs.join()}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${told.join('')}`;
}

/** The metrics of the mesh for Prometheus: of connections, missing blobs, and merges. They contain no secret. */
import type { LinkStatus } from '../sync/connections/connection.js';
import { blobKinds } from '../sync/blobs/blob-kinds.js';
import type { MeshState } from './peer-status.js';

type Line = [labels: Record<string, string>, value: number];

/** The input of the metrics. */
export interface MeshFigures extends MeshState {
  /** The number of documents ever merged here. */
  merges: number;
  /** ms since 1970 */
  now: number;
}

/** The metrics of the mesh in Prometheus' text format. */
// Longer than a screen: one entry per metric.
export function meshFigures({ links, hasOwn, missing, missingBytes, merges, now }: MeshFigures): string {
  const each = (more: Record<string, string>, value: (link: LinkStatus) => number): Line[] =>
    links.map((link) => [{ peer: link.url, ...more }, value(link)]);
  const both = (value: (link: LinkStatus, way: 'pull' | 'push') => number): Line[] =>
    hasOwn ? [] : (['pull', 'push'] as const).flatMap((way) => each({ direction: way }, (link) => value(link, way)));
  const blobs = (what: 'count' | 'bytes'): Line[] =>
    hasOwn
      ? []
      : (['fetched', 'brought'] as const).flatMap((way) => each({ direction: way }, ({ blobs }) => blobs[way][what]));
  const known = links.filter(({ missing }) => missing !== undefined);
  const lacking = (what: 'count' | 'bytes'): Line[] => known.map((link) => [{ peer: link.url }, link.missing![what]]);
  return [
    figure('photospool_peer_up', 'gauge', '1 while connected to a peer', each({}, isUp)),
    figure(
      'photospool_peer_lag_seconds',
      'gauge',
      'Seconds since both sides were last in sync',
      each({}, (link) => lagOf(link, now)),
    ),
    figure(
      'photospool_peer_pending',
      'gauge',
      'Documents still to be replicated',
      both((link, way) => link[way].pending ?? 0),
    ),
    figure(
      'photospool_peer_revisions_total',
      'counter',
      'Revisions transferred',
      both((link, way) => link[way].sent),
    ),
    figure(
      'photospool_peer_refused',
      'gauge',
      'Documents rejected by one side',
      each({}, ({ refused, refusedCount = refused.length }) => refusedCount),
    ),
    figure('photospool_peer_blobs_total', 'counter', 'Blobs transferred', blobs('count')),
    figure('photospool_peer_blob_bytes_total', 'counter', 'Bytes of blobs transferred', blobs('bytes')),
    figure('photospool_peer_blobs_missing', 'gauge', 'Blobs missing on a peer', lacking('count')),
    figure('photospool_peer_blob_bytes_missing', 'gauge', 'Bytes of blobs missing on a peer', lacking('bytes')),
    figure(
      'photospool_blobs_missing',
      'gauge',
      'Blobs missing on this server',
      blobKinds.map((kind): Line => [{ kind }, missing[kind]]),
    ),
    figure(
      'photospool_blob_bytes_missing',
      'gauge',
      'Bytes of blobs missing on this server',
      blobKinds.map((kind): Line => [{ kind }, missingBytes[kind]]),
    ),
    figure('photospool_merges_total', 'counter', 'Documents merged on this server', [[{}, merges]]),
  ].join('');
}

/** Seconds since both sides were last in sync; 0 while they are; since the connection was opened if they never were. */
const lagOf = ({ state, synced, opened }: LinkStatus, now: number): number =>
  state === 'live' ? 0 : Math.max(0, (now - Date.parse(synced ?? opened)) / 1000);

const isUp = ({ state }: LinkStatus): number => Number(state === 'live' || state === 'catching-up');

function figure(name: string, type: 'gauge' | 'counter', help: string, lines: readonly Line[]): string {
  if (lines.length === 0) return '';
  const told = lines.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
    return `${name}${pairs.length > 0 ? `{${pairs.join()}}` : ''} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${told.join('')}`;
}

/**
 * Checks whether this server and its peers can be reached, and whether their clocks agree with ours: one request to
 * each, without a secret, with a timeout of about a second. Changes nothing.
 */
import { toleratedDrift } from '../base/clock.js';
import { printable } from '../base/errors.js';
import type { Finding } from './finding.js';

/** The server of this home: not running, not responding, or its address. */
export type Running = { kind: 'none' } | { kind: 'silent'; url: string } | { kind: 'here'; host: string };

/** A peer, and the status of its connection if a server runs. */
export interface CheckedPeer {
  url: string;
  state?: string;
  reason?: string;
  version?: string;
}

/** How peers are contacted; for tests. */
export interface NetworkProbe {
  fetch: typeof fetch;
  now(): number;
  /** The timeout of a response in ms. */
  patience: number;
}

const isLoopback = (host: string): boolean => /^(localhost|127\..*|::1)$/i.test(host);

/** Checks whether the server of this home runs, responds, and can be reached from other machines. */
export function examineServer(running: Running): Finding[] {
  const check = 'server';
  switch (running.kind) {
    case 'none':
      return [
        {
          check,
          severity: 'note',
          message: 'The server of this home is not running.',
          remedy: 'Start it with `photospool serve`, or at every boot with `photospool service install … --serve`.',
        },
      ];
    case 'silent':
      return [
        {
          check,
          severity: 'error',
          message: `The server at ${printable(running.url)} does not respond.`,
          remedy: 'Check its log, then restart it.',
        },
      ];
    case 'here':
      if (!isLoopback(running.host)) return [];
      return [
        {
          check,
          severity: 'note',
          message: 'The web app can be reached only from this machine.',
          remedy: 'To use it from phones and other machines, see docs/remote.md (server.host).',
        },
      ];
  }
}

/** The difference between two clocks, in ms, from which it is an error and no longer a warning. */
const far = 24 * 3_600_000;

/** Checks whether peers can be reached, accept this server, and agree in time and version. */
export async function examinePeers(
  peers: readonly CheckedPeer[],
  version: string,
  asking: NetworkProbe,
): Promise<Finding[]> {
  return (await Promise.all(peers.map((peer) => examinePeer(peer, version, asking)))).flat();
}

async function examinePeer(
  peer: CheckedPeer,
  version: string,
  { fetch: ask, now, patience }: NetworkProbe,
): Promise<Finding[]> {
  const { url, state, reason } = peer;
  const shown = printable(new URL(url).host);
  const before = now();
  const answer = await ask(new URL(url).origin, {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  }).catch(() => undefined);
  if (!answer) {
    const message = `${shown} can’t be reached.`;
    const remedy =
      'Start it, or check whether its address has changed (`photospool peers list`). Photospool reconnects automatically.';
    return [{ check: 'peers', severity: 'warning', message, remedy }];
  }
  const theirs = Date.parse(answer.headers.get('date') ?? '');
  return [
    ...(state === 'refused'
      ? [
          {
            check: 'peers' as const,
            severity: 'error' as const,
            message: `${shown} rejects this server: ${printable(reason ?? 'access denied')}`,
            remedy: `Create a new token there, then run \`photospool peers add ${printable(url)} --token -\` here and paste it.`,
          },
        ]
      : []),
    ...differ(shown, Number.isNaN(theirs) ? 0 : theirs - (before + now()) / 2),
    ...(peer.version !== undefined && isVersion(peer.version) && peer.version !== version
      ? [
          {
            check: 'versions' as const,
            severity: 'note' as const,
            message: `${shown} runs Photospool ${printable(peer.version)}, this server ${version}.`,
            remedy: 'Upgrade the older one: until then, newer features may not work between them.',
          },
        ]
      : []),
  ];
}

const isVersion = (text: string): boolean => /^\d+\.\d+\.\d+/.test(text);

/** The finding for a clock that is `ms` ahead. */
function differ(host: string, ms: number): Finding[] {
  if (Math.abs(ms) < toleratedDrift) return [];
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const lasting =
    minutes < 120
      ? `${minutes} minutes`
      : minutes < 2_880
        ? `${Math.round(minutes / 60)} hours`
        : `${Math.round(minutes / 1440)} days`;
  return [
    {
      check: 'clock',
      severity: Math.abs(ms) < far ? 'warning' : 'error',
      message: `The clock of this machine is ${lasting} ${ms > 0 ? 'behind' : 'ahead of'} that of ${host}.`,
      remedy: 'Correct the wrong clock, and enable time synchronization on both (`timedatectl set-ntp true`).',
    },
  ];
}

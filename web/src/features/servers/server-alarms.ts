/** The problems of connections that only a person can fix, as sentences. Pure. */
import { hostOf, type Mesh, type Peer } from './servers-api.js';
import { m } from '../../lib/messages.js';

/** A problem that only a person can fix. */
export interface Alarm {
  text: string;
}

/** The number of quarantined documents over all connections. */
export const asideOf = ({ peers }: Mesh): number =>
  peers.reduce((sum, { refused, refusedCount = refused.length }) => sum + refusedCount, 0);

/** The problems that only a person can fix, as sentences. */
export const alarmsOf = ({ peers, copies }: Mesh): Alarm[] => [
  ...copies.map(({ by }) => ({ text: m.servers.copiedAlarm(by.map(hostOf)) })),
  ...peers.flatMap(alarmsOfLink),
];

function alarmsOfLink(peer: Peer): Alarm[] {
  const { url, kind, state, code, reason } = peer;
  const isPassword = kind === 'couchdb' || reason?.includes('password') === true;
  const stopped: Alarm[] =
    state === 'refused'
      ? [{ text: (isPassword ? m.servers.passwordRefused : m.servers.tokenRefused)(hostOf(url)) }]
      : code === 'config'
        ? [{ text: reason ?? m.servers.refused }]
        : [];
  const held: Alarm[] = peer.held === undefined ? [] : [{ text: m.servers.heldAlarm(hostOf(url), peer.held) }];
  const drift: Alarm[] = peer.driftText === undefined ? [] : [{ text: peer.driftText }];
  return [...stopped, ...held, ...drift];
}

/**
 * The connections to all peers in the table, which may change while the server runs. Closing the mesh closes all of
 * them.
 */
import { openListeners, type Subscribe } from '../../base/async/listeners.js';
import type { Clock } from '../../base/clock.js';
import { openConnection, type Connection, type LinkParts, type LinkStatus } from './connection.js';
import type { Peer, Peers } from './peers.js';

/** All connections of a server. */
export interface Mesh {
  status(): LinkStatus[];
  /** Calls `listener` when the status of a connection changes; returns the function that unsubscribes. */
  on: Subscribe;
  /** Announces another change in the mesh. */
  changed(): void;
  close(): Promise<void>;
}

/** Ms between checks of the table of peers. */
const look = 2_000;

/** Connects to all peers, also those added while it is open. */
export function openMesh(peers: Peers, parts: Omit<LinkParts, 'changed'> & { clock: Clock }): Mesh {
  const links = new Map<string, { peer: string; link: Connection }>();
  const { on, call: changed } = openListeners();
  const stop = new AbortController();

  function open(peer: Peer, key: string): void {
    links.set(peer.url, { peer: key, link: openConnection(peer, { ...parts, changed }) });
    changed();
  }

  async function follow(): Promise<void> {
    const wanted = new Map(peers.all().map((peer) => [peer.url, peer]));
    for (const [url, { peer, link }] of [...links]) {
      const now = wanted.get(url);
      if (now && JSON.stringify(now) === peer) continue;
      links.delete(url);
      await link.close();
      changed();
    }
    for (const peer of wanted.values()) if (!links.has(peer.url)) open(peer, JSON.stringify(peer));
  }

  async function keepFollowing(): Promise<void> {
    while (!stop.signal.aborted) {
      // A table that can't be read now is read later; open connections continue.
      await follow().catch((err: unknown) => parts.log.error({ err }, 'The list of peers could not be read.'));
      await parts.clock.sleep(look, stop.signal);
    }
  }

  const following = keepFollowing();
  return {
    status: () => [...links.values()].map(({ link }) => link.status()),
    on,
    changed,
    async close() {
      stop.abort();
      await following;
      await Promise.all([...links.values()].map(({ link }) => link.close()));
    },
  };
}

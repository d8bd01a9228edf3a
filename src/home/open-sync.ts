/**
 * Assembles the replication of a home: the databases served to peers, the connections to them, and blobs in both
 * directions. It has no state of its own, so a crash loses nothing.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { itemAccess } from '../access/library-access.js';
import { systemClock as clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { openCopies, type Copies } from '../sync/connections/detect-copies.js';
import { openExchange, type Exchange } from '../sync/blobs/blob-exchange.js';
import { openLibraryDatabase } from '../sync/couch/library-database.js';
import { openMesh, type Mesh } from '../sync/connections/mesh.js';
import { openNotes } from '../sync/couch/local-documents.js';
import { openQuarantine } from '../sync/connections/quarantine.js';
import type { PeopleGate } from '../sync/connections/people-gate.js';
import { openPeers, type Peers } from '../sync/connections/peers.js';
import { serveLibrary, type Served } from '../sync/couch/serve-database.js';
import { sweepUnnamed } from '../sync/blobs/blob-garbage-collection.js';
import { openPublishing, publishTo } from '../publishing/publish-to-peer.js';
import { makeThrottle } from '../sync/blobs/bandwidth-limit.js';
import type { Home } from './open-home.js';
import { openHomeGate } from './open-gate.js';

/** The replicating parts of a server. */
export interface HomeSync {
  databases: Served[];
  exchange: Exchange;
  mesh: Mesh;
  peers: Peers;
  copies: Copies;
  gate: PeopleGate;
  /** Ends all connections. To be called before the server closes, and long before the database does. */
  close(): Promise<void>;
}

/** Opens replication and the connections to all peers. */
export function openReplication(home: Home, log: Log): HomeSync {
  const { db, library, archive, blobs, files, changes, config } = home;
  const onChange = changes.on;
  const exchange = openExchange({ db, library, archive, blobs, files, clock, onChange });
  const database = openLibraryDatabase({ library, db, clock, onChange });
  const publishing = openPublishing({
    folder: join(config.data, 'projection'),
    files,
    library,
    options: { gps: config.gps },
    access: () => itemAccess(library),
    clock,
    random: randomBytes,
    onChange,
  });
  const copies = openCopies(clock, log, () => mesh.changed());
  const peers = openPeers(db);
  const gate = openHomeGate(home);
  const mesh = openMesh(peers, {
    database,
    server: library.server,
    epoch: library.epoch,
    clock,
    log,
    random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
    session: () => randomUUID(),
    blobs: { exchange, throttle: makeThrottle(config.bandwidth, clock) },
    publishTo: (link) => publishTo(publishing, link),
    copies,
    gate,
    quarantine: (url) => openQuarantine(db, clock, url),
  });
  const ended = new AbortController();
  const sweeping = sweepUnnamed({ db, blobs, files, exchange, clock, log }, ended.signal);
  const photos = serveLibrary(library, { database, name: 'photos', notes: openNotes(db, 'photos') });
  return {
    ...{ databases: [photos], exchange, mesh, peers, copies, gate },
    async close() {
      ended.abort();
      await Promise.all([mesh.close(), sweeping]);
    },
  };
}

/**
 * Assembles a public server: the published album (published-album.ts), and the server for everyone; no spool, no
 * archive, no accounts.
 */
import { join } from 'node:path';
import { publicAccess } from '../access/public-access.js';
import { systemClock as clock } from '../base/clock.js';
import type { Config } from '../base/config.js';
import type { Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import type { Combiner } from '../publishing/combine-publishers.js';
import { openCopies } from '../sync/connections/detect-copies.js';
import type { Exchange } from '../sync/blobs/blob-exchange.js';
import { openServer, type Server, type ServerParts } from '../server/app.js';
import { idleStatus, type SpoolPort } from '../spool/spool-interface.js';
import { webRoot } from './open-home.js';
import { openPublished, refused, type Published } from './published-album.js';
import { version } from './version.js';
import { filesOf } from './open-read-only.js';

/** A running public server. */
export interface PublicServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Opens a public server. @throws PhotospoolError as `openPublished` and `openServer`. */
export async function openPublic(config: Config, log: Log, files: Files = filesOf(config)): Promise<PublicServer> {
  const published = await openPublished(config, log, files);
  const { library, catalog, changes, access, publishers, exchange, combiner, blobs, folder } = published;
  const stop = new AbortController();
  const removing = keepRemoving(published, log, stop.signal);
  let server: Server | undefined;
  async function close(): Promise<void> {
    stop.abort();
    await removing;
    await server?.close();
    await published.close();
  }
  try {
    const { host, port, role, names, trustProxy, cert, key, title, intro, noindex } = config;
    server = await openServer({
      library,
      catalog,
      changes,
      clock,
      log,
      publishers,
      access: { ...publicAccess(access), tokens: access.tokens },
      databases: publishers.databases,
      exchange: checked(exchange, combiner),
      // There are no originals to move on a public server.
      blobs: {
        rendition: blobs.path,
        original: (path) => join(folder, path),
        temporary: blobs.temporary,
        discard: () => Promise.resolve(undefined),
        retrieve: () => Promise.resolve('placed'),
      },
      files,
      spool: noSpool,
      mesh: noMesh,
      copies: openCopies(clock, log),
      samples: nothing,
      config: {
        ...{ host, port, role, names, trustProxy, webRoot, version, title, noindex, incoming: '' },
        ...(intro !== undefined && { intro }),
        ...(cert !== undefined && key !== undefined && { https: { cert, key } }),
      },
    });
    return { url: server.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ms between checks for homes to be removed. */
const look = 1_000;

async function keepRemoving({ remove }: Published, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await remove().catch((err: unknown) =>
      log.error({ err }, 'The published photos of a removed home could not be deleted.'),
    );
    await clock.sleep(look, signal);
  }
}

/** Removes a picture that arrives after its photo was withdrawn. */
function checked(exchange: Exchange, combiner: Combiner): Exchange {
  const { take } = exchange.store;
  const takeNamed: typeof take = async (sha256, from, source) => {
    if (exchange.named.find(sha256)?.kind === 'original') throw refused('take originals');
    const have = await take(sha256, from, source);
    await combiner.check(sha256);
    return have;
  };
  return { ...exchange, store: { ...exchange.store, take: takeNamed } };
}

const nothing = (): Promise<never> => Promise.reject(refused('take photos'));

/** A public server opens no connections: homes connect to it. */
const noMesh: ServerParts['mesh'] = { status: () => [], on: () => () => undefined };

/** A public server has no spool. */
const noSpool: SpoolPort = {
  status: () => Promise.resolve({ ...idleStatus }),
  choices: { ignore: nothing, discard: nothing, restore: nothing, filesOf: nothing },
  steps: () => [],
  processed: () => ({ stored: 0, duplicates: 0 }),
  pass: nothing,
  retry: nothing,
  place: nothing,
  uploads: {
    begin: nothing,
    find: nothing,
    append: nothing,
    finish: nothing,
    remove: nothing,
    put: nothing,
    locate: nothing,
  },
  on: () => () => undefined,
};

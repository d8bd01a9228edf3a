/**
 * Publishing homes, and a public server like that of `photospool serve --role public`, on free ports of this machine.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { itemAccess } from '../../src/access/library-access.js';
import { systemClock } from '../../src/base/clock.js';
import { readConfig, type Config } from '../../src/base/config.js';
import { openFiles } from '../../src/base/files.js';
import { withAccess } from '../../src/cli/with-access.js';
import { openPublic } from '../../src/home/open-public-server.js';
import { errnoOf } from '../../src/base/errors.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { newestStamp } from '../../src/document/stamp.js';
import { makeKey } from '../../src/publishing/library-key.js';
import { openMesh } from '../../src/sync/connections/mesh.js';
import { openPeers } from '../../src/sync/connections/peers.js';
import { opaqueId } from '../../src/publishing/projection.js';
import { openPublishing, publishTo } from '../../src/publishing/publish-to-peer.js';
import type { LinkStatus } from '../../src/sync/connections/connection.js';
import { openHome, silent, type Home } from './homes.js';

/** A clock with short waits after failures. */
const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 20, signal) };

/** Nothing, for a file that was moved or removed after it was listed, such as a part of a download. */
function gone(error: unknown): Buffer {
  if (errnoOf(error) === 'ENOENT') return Buffer.alloc(0);
  throw error;
}

/** A public server that can be stopped, started and restored. */
export interface Public {
  config: Config;
  url(): string;
  token(name: string): Promise<string>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Copies its folder (while it is stopped); `restore` replaces it by that copy. */
  backUp(): Promise<() => Promise<void>>;
  /** The ids visible to a visitor. */
  ids(): Promise<string[]>;
  photo(opaque: string): Promise<Record<string, unknown> | undefined>;
  /** The bytes of all its files. */
  disk(): Promise<Buffer>;
}

/** Opens a public server. */
export async function openPublicServer(): Promise<Public> {
  const folder = await mkdtemp(join(tmpdir(), 'photospool-public-'));
  let config = readConfig(folder, { role: 'public', port: 0 }, {});
  let server: Awaited<ReturnType<typeof openPublic>> | undefined;
  const one: Public = {
    config,
    url: () => server!.url,
    token: (name) => withAccess(config, (access) => access.tokens.make(name, ['publish'], commandLine).secret),
    async start() {
      server = await openPublic(config, silent);
      config = { ...config, port: Number(new URL(server.url).port) };
    },
    async stop() {
      await server?.close();
      server = undefined;
    },
    async backUp() {
      const copy = await mkdtemp(join(tmpdir(), 'photospool-public-'));
      onTestFinished(() => rm(copy, { recursive: true, force: true }));
      await cp(folder, copy, { recursive: true });
      return async () => {
        await rm(folder, { recursive: true, force: true });
        await cp(copy, folder, { recursive: true });
      };
    },
    async ids() {
      const answer = await fetch(`${one.url()}/api/photos`);
      const { photos } = (await answer.json()) as { photos: { id: string }[] };
      return photos.map(({ id }) => id).sort();
    },
    async photo(opaque) {
      const answer = await fetch(`${one.url()}/api/photos/${opaque}`);
      return answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : undefined;
    },
    async disk() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      return Buffer.concat([
        Buffer.from(files.join('\n')),
        ...(await Promise.all(files.map((path) => readFile(path).catch(gone)))),
      ]);
    },
  };
  onTestFinished(async () => {
    await one.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return one;
}

/** A publishing home. */
export interface Publisher extends Home {
  edit(id: string, change: PhotoChange): void;
  purge(id: string): void;
  opaque(id: string): string;
  publish(url: string, token: string, gps?: boolean): { status(): LinkStatus | undefined; stop(): Promise<void> };
}

/** Opens a publishing home. */
export async function openPublisher(): Promise<Publisher> {
  const home = await openHome();
  onTestFinished(() => home.close());
  const { library } = home;
  const listeners = new Set<() => void>();
  const written = (): void => [...listeners].forEach((listener) => listener());
  const change = (id: string, make: (body: PhotoDocument, at: string) => unknown): void => {
    library.update(
      photoId(id),
      (body) => make(body as unknown as PhotoDocument, library.stamp(newestStamp(body))) as Body,
    );
    written();
  };
  return {
    ...home,
    edit: (id, wanted) => change(id, (body, at) => applyChange(body, wanted, { at, by: 'owner' })),
    purge: (id) => change(id, (body, at) => purge(body, { at, by: 'owner' })),
    opaque: (id) => opaqueId(id, makeKey(library, randomBytes)),
    publish(url, token, gps = false) {
      const peers = openPeers(home.db);
      const added = '2026-11-24T10:00:00.000Z';
      peers.put({ url, authorization: `Bearer ${token}`, publish: true, originals: 'none', added });
      const publishing = openPublishing({
        folder: join(home.folder, 'projection'),
        files: openFiles(),
        library,
        options: { gps },
        access: () => itemAccess(library),
        clock,
        random: randomBytes,
        onChange(listener) {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      });
      const mesh = openMesh(peers, {
        database: home.database,
        server: library.server,
        epoch: library.epoch,
        clock,
        log: silent,
        random: () => 0.5,
        session: () => randomUUID(),
        blobs: { exchange: home.exchange, throttle: (source) => source },
        publishTo: (link) => publishTo(publishing, link),
      });
      onTestFinished(() => mesh.close());
      return { status: () => mesh.status()[0], stop: () => mesh.close() };
    },
  };
}

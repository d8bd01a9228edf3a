/** The state of a home for `doctor`: from a running server's parts, or read while the home is in use. Reads only. */
import { lstat } from 'node:fs/promises';
import { readHistory } from '../backup/backup-history.js';
import type { Config } from '../base/config.js';
import { openFiles } from '../base/files.js';
import { examine, type Patient } from '../doctor/run-checks.js';
import type { Examined } from '../doctor/finding.js';
import type { Running } from '../doctor/check-network.js';
import type { Mesh } from '../sync/connections/mesh.js';
import { readClaims } from '../spool/spool-status.js';
import { seenOf, statusFor } from '../spool/spool-view.js';
import type { SpoolPort } from '../spool/spool-interface.js';
import { importWork } from '../spool/work-folder.js';
import type { Home } from './open-home.js';
import { meshOf } from './manage-peers.js';
import { version } from './version.js';
import { libraryPath, viewHome } from './open-read-only.js';

/** Examines the home of the running server. */
export async function examineServed(home: Home, spool: SpoolPort, mesh: Pick<Mesh, 'status'>): Promise<Examined> {
  const { config, files, library } = home;
  return examine({
    ...(await known(config)),
    files,
    running: { kind: 'here', host: config.host },
    spool: async () => statusFor(await spool.status()),
    peers: mesh.status(),
    photos: library.count('photo:'),
  });
}

/** Examines a home without a responding server. */
export async function examineUnserved(config: Config, running: Running): Promise<Examined> {
  const files = openFiles();
  const { photos, failure } = await lookInto(config);
  return examine({
    ...(await known(config)),
    files,
    running,
    spool: async () => {
      const { stuck } = await readClaims([config.work, importWork(config.work)], files);
      return { stuck: seenOf(stuck) };
    },
    peers: (await meshOf(config, undefined).catch(() => ({ links: [] }))).links,
    photos,
    ...(failure !== undefined && { failure }),
  });
}

async function known(config: Config): Promise<Pick<Patient, 'config' | 'backup' | 'newest' | 'version' | 'node'>> {
  const [backup] = await readHistory(config.data, openFiles());
  const times = await Promise.all(
    ['', '-wal'].map((end) =>
      lstat(`${libraryPath(config)}${end}`).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const newest = Math.max(...times);
  return { config, backup, newest: newest > 0 ? newest : undefined, version, node: process.versions.node };
}

/** The number of photos in the library, or why it can't be opened. */
async function lookInto(config: Config): Promise<{ photos: number; failure?: unknown }> {
  try {
    const view = await viewHome(config);
    const photos = view?.library.count('photo:') ?? 0;
    view?.close();
    return { photos };
  } catch (failure) {
    return { photos: 0, failure };
  }
}

/**
 * `photospool serve`: watches the spool and serves the album until SIGTERM or SIGINT, which let current items finish.
 */
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Access } from '../../access/access.js';
import { setUp } from '../../access/one-time-codes.js';
import { drawSecret } from '../../access/random-secrets.js';
import type { Config } from '../../base/config.js';
import { openLog, type Log } from '../../base/log.js';
import type { Processor } from '../../spool/processor.js';
import type { Examined } from '../../doctor/finding.js';
import { openServer, type ServerParts } from '../../server/app.js';
import { systemClock as clock } from '../../base/clock.js';
import { openHomeAccess } from '../../home/open-access.js';
import { roomOf } from '../../base/disk-space.js';
import { examineServed } from '../../home/doctor-inputs.js';
import { startDeveloping } from '../../home/picture-jobs.js';
import { startHashing } from '../../home/sha1-job.js';
import { startDeleting } from '../../home/trash-job.js';
import { openFilming } from '../../home/video-jobs.js';
import { openHome, webRoot, type Home } from '../../home/open-home.js';
import { serverRecord } from '../../home/open-read-only.js';
import { print, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { openReplication } from '../../home/open-sync.js';
import { openPublic } from '../../home/open-public-server.js';
import { recordOf } from '../../home/running-server.js';
import { openSpool } from '../../home/open-spool.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { version } from '../../home/version.js';
import { openExport } from '../../home/export-home.js';
import { writeBare } from '../../home/make-stripped-copy.js';
import { lookAt } from '../../home/hash-rendition.js';
import { writeJpeg } from '../../home/full-size-jpeg.js';

/** The verb `serve`. */
export const serve: Verb = (program, run) => {
  addVerb(program, 'serve', 'Watch the incoming folder and serve the web app').action((flags: Flags) =>
    run(() => serveRole(flags)),
  );
};

function serveRole(flags: Flags): Promise<number> {
  const config = configOf(flags);
  return config.role === 'public' ? servePublic(config) : serveHome(config);
}

async function servePublic(config: Config): Promise<number> {
  const log = openLog(config);
  const stopped = stopSignal();
  const server = await openPublic(config, log);
  print(`Your published photos are at ${server.url}`);
  await stopped;
  await server.close();
  return exit.done;
}

async function serveHome(config: Config): Promise<number> {
  const log = openLog(config);
  const stopped = stopSignal();
  const home = await openHome(config, log, { follow: 'later' });
  try {
    const spool = await openSpool(home, log);
    const secret = drawSecret(randomBytes);
    const opened = openHomeAccess(home, config, home.files, log, secret);
    try {
      await serveUntil(stopped, home, { access: opened.access, spool, log, secret });
    } finally {
      await spool.close();
      await opened.close();
    }
  } finally {
    await home.close();
  }
  return exit.done;
}

interface ServeParts {
  access: Access;
  spool: Processor;
  log: Log;
  secret: string;
}

async function serveUntil(stopped: Promise<void>, home: Home, parts: ServeParts): Promise<void> {
  const { access, spool, log, secret } = parts;
  const { close, ...replication } = openReplication(home, log);
  const filming = openFilming(home, log, { watch: true });
  const endDeveloping = startDeveloping(home, log);
  const endHashing = startHashing(home, log);
  const endDeleting = startDeleting({ ...home, ...access }, log);
  try {
    const examine = (): Promise<Examined> => examineServed(home, spool, replication.mesh);
    const makePlayable = (sha256: string): boolean => filming.clips.ask(sha256);
    const served = { ...serverParts(home), ...replication, makePlayable };
    const server = await openServer({ ...served, access, spool, examine, log, clock });
    await announce(home, server.url, secret);
    if (!access.settings.read().setUp) offerSetUp(access, server.url);
    await spool.watch();
    await stopped;
    log.info({}, 'Stopping after the files in progress are finished.');
    await home.files.remove(serverRecord(home.config));
    await filming.close();
    await endDeveloping();
    await endHashing();
    await endDeleting();
    await close();
    await server.close();
  } finally {
    await filming.close();
    await endDeveloping();
    await endHashing();
    await endDeleting();
    await close();
  }
}

type HomeParts =
  | 'library'
  | 'catalog'
  | 'changes'
  | 'blobs'
  | 'files'
  | 'toJpeg'
  | 'toBare'
  | 'look'
  | 'openExport'
  | 'room'
  | 'samples'
  | 'folders'
  | 'config';

function serverParts(home: Home): Pick<ServerParts, HomeParts> {
  const { library, catalog, archive, blobs, changes, config, files } = home;
  const { host, port, role, incoming, names, trustProxy, cert, key, title, intro, noindex } = config;
  const https = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  return {
    library,
    catalog,
    changes,
    blobs: {
      rendition: blobs.path,
      original: archive.resolve,
      temporary: blobs.temporary,
      discard: archive.discard,
      retrieve: archive.retrieve,
    },
    files,
    folders: { incoming, files, folders: library.local.personFolders },
    toJpeg: (original, develop) => writeJpeg(home, original, develop),
    toBare: (original, develop) => writeBare(home, original, develop),
    openExport: (people) => openExport(config, files, library, people),
    look: (id) => lookAt(home, id),
    room: () => roomOf(config.done),
    samples: async () => {
      // This loads libvips, which a server otherwise uses only in its decoders.
      const { placeSamples } = await import('../../ingest/samples/sample-photos.js');
      return (await placeSamples(incoming, files)).length;
    },
    config: {
      host,
      port,
      role,
      incoming,
      webRoot,
      basemap: join(config.home, 'map.pmtiles'),
      version,
      names,
      trustProxy,
      title,
      ...(intro !== undefined && { intro }),
      noindex,
      ...(https && { https }),
    },
  };
}

async function announce({ config, files }: Home, url: string, secret: string): Promise<void> {
  await files.replace(serverRecord(config), JSON.stringify(await recordOf(config, url, secret)), undefined, 0o600);
  print(`Put photos into  ${config.incoming}`);
  print(`Your library is at ${url}`);
}

/** Prints the one-time link that creates the first owner; links of earlier starts are invalid. */
function offerSetUp(access: Access, url: string): void {
  const { code } = access.codes.draw(setUp);
  say(`There are no accounts yet. To create yours, open  ${url}/setup#${code}`);
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, which loses nothing either. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

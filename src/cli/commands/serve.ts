/** `photospool serve`: watches the spool and serves the album until SIGTERM or SIGINT, which let the items in hand end. */
import { openLog } from '../../base/log.js';
import { placeSamples } from '../../ingest/samples.js';
import { openServer } from '../../server/app.js';
import { systemClock as clock } from '../../base/clock.js';
import { openHome, webRoot, type Home } from '../home.js';
import { serverRecord } from '../view.js';
import { exit, print } from '../output.js';
import { openSpool, recordOf } from '../spool.js';
import { addVerb, configOf, type Flags, type Verb } from '../verb.js';
import { version } from '../version.js';

/** The verb `serve`. */
export const serve: Verb = (program, run) => {
  addVerb(program, 'serve', 'watches the spool and serves the album').action((flags: Flags) =>
    run(() => serveHome(flags)),
  );
};

async function serveHome(flags: Flags): Promise<number> {
  const config = configOf(flags);
  const log = openLog(config);
  const stopped = stopSignal();
  const home = await openHome(config, log);
  try {
    const spool = await openSpool(home, log);
    try {
      const server = await openServer({ ...serverParts(home), spool, log, clock });
      await announce(home, server.url);
      await spool.watch();
      await stopped;
      log.info({}, 'Stopping: the items in hand are finished first.');
      await home.files.remove(serverRecord(config));
      await server.close();
    } finally {
      await spool.close();
    }
  } finally {
    await home.close();
  }
  return exit.done;
}

function serverParts({
  library,
  catalog,
  archive,
  blobs,
  changes,
  config,
  files,
}: Home): Omit<Parameters<typeof openServer>[0], 'spool' | 'log' | 'clock'> {
  const { host, port, role, incoming } = config;
  return {
    library,
    catalog,
    changes,
    blobs: { rendition: blobs.path, original: archive.resolve },
    samples: async () => (await placeSamples(incoming, files)).length,
    config: { host, port, role, incoming, webRoot, version },
  };
}

async function announce({ config, files }: Home, url: string): Promise<void> {
  await files.replace(serverRecord(config), JSON.stringify(await recordOf(config, url)));
  print(`Put photos into  ${config.incoming}`);
  print(`Your album is at ${url}`);
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, which loses nothing either. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

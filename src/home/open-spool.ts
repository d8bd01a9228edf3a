/** Opens the spool of a home. */
import { openLastPhotos } from '../access/api-tokens.js';
import { noteInstructions } from '../album/upload-instructions.js';
import type { Log } from '../base/log.js';
import { hasItem, isHeldBy } from '../ingest/arrival-holder.js';
import type { SentBytes } from '../library/sent-files.js';
import { isSidecarName } from '../ingest/sidecars/match-sidecars.js';
import { isOwnClaim } from '../spool/claim-name.js';
import type { ScannedFile } from '../spool/scan-incoming.js';
import { handOver, importWork } from '../spool/work-folder.js';
import { takeLock } from '../spool/spool-lock.js';
import type { ProcessorOptions, ProcessorParts } from '../spool/processor-options.js';
import { openProcessor, type Processor } from '../spool/processor.js';
import { systemClock as clock } from '../base/clock.js';
import { type Home } from './open-home.js';

/** Opens the processor of a home; `changed` overrides options, `more` adds parts that a home does not have. */
export async function openSpool(
  home: Home,
  log: Log,
  changed: Partial<ProcessorOptions> = {},
  more: Pick<ProcessorParts, 'told'> = {},
): Promise<Processor> {
  const { incoming, work, mode, settle, workers, rescan, poll } = home.config;
  const { files, ingest, library, archive, sidecars, senders, mayUpload } = home;
  const { originals } = library.local;
  const isHere = (sha256: string): boolean => {
    const row = originals.find(sha256);
    return row?.state === 'here' && archive.occupied(row.path);
  };
  if (changed.work === undefined) await gatherImport(home);
  const placeOf = (sha256: string): string | undefined => {
    const row = originals.find(sha256);
    return row && archive.resolve(row.path);
  };
  const isHeld = (sha256: string, { name, holder }: ScannedFile): boolean =>
    isSidecarName(name)
      ? holder === undefined && !isOwnClaim(originals.find(sha256)?.claim ?? '')
      : isHeldBy(library, sha256, holder);
  const isStored = (file: SentBytes): boolean => isHere(file.sha256) && hasItem(library, file, file.sha256);
  const parts: ProcessorParts = {
    ...{
      files,
      clock,
      log,
      ingest,
      local: library.local,
      isHere,
      isHeld,
      isStored,
      placeOf,
      sidecars,
      mayUpload,
      accepted: (upload) => noteInstructions({ library, clock, senders }, upload),
      ...more,
    },
    // Folder assignments only apply to the home's own `incoming`.
    ...(changed.incoming === undefined && { personOf: library.local.personFolders.find }),
  };
  const processor = await openProcessor(parts, { incoming, work, mode, settle, workers, rescan, poll, ...changed });
  const noteSender = openLastPhotos(home.db, clock, (error) => log.warn({ err: error }, lastPhotoFailed));
  processor.on((event) => {
    if ((event.type === 'stored' || event.type === 'duplicate') && event.by !== undefined && event.sidecar !== true)
      noteSender(event.by);
  });
  return processor;
}

const lastPhotoFailed = 'The time of the last photo of a token could not be written.';

/** Takes over the claims of a killed import. */
async function gatherImport({ config, files }: Home): Promise<void> {
  const from = importWork(config.work);
  if (!(await files.stat(from))) return;
  const lock = takeLock(from);
  if (!lock) return;
  await handOver(from, config.work, files);
  lock.release();
}

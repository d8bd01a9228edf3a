/**
 * Imports an export: a pass of the spool with the export in place of `incoming`, and a report. The metadata of a photo
 * goes into its claim, and from there into its document together with the photo; for known bytes into the document at
 * once. So a crash leaves a photo with all of its metadata or with none, and the next run adds the missing metadata.
 */
import { dirname, resolve } from 'node:path';
import { systemClock as clock } from '../base/clock.js';
import type { Config } from '../base/config.js';
import { errnoOf, PhotospoolError, printable, sentence, toPhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { openLog } from '../base/log.js';
import { house, type Holder } from '../document/item-id.js';
import { planInbox } from '../importers/import-source.js';
import type { Export } from '../importers/open-export.js';
import { withEntries } from '../importers/packed-file-operations.js';
import { figuresOf, linesOf, reportOf } from '../importers/import-report.js';
import { isHeldBy } from '../ingest/arrival-holder.js';
import { recordBrought } from '../ingest/record-original.js';
import type { Library } from '../library/library.js';
import { headLength, identify, isBroken } from '../photo/formats/identify.js';
import { seenKey } from '../spool/claimer.js';
import type { PassSummary } from '../spool/spool-interface.js';
import type { Processor } from '../spool/processor.js';
import type { ScannedFile } from '../spool/scan-incoming.js';
import { importWork } from '../spool/work-folder.js';
import { describe, interruptible, sayEnded, withProgress } from './commands/process.js';
import { openHome, type Home } from '../home/open-home.js';
import { print, printJson, quiet, say } from './output.js';
import { exit } from './exit-codes.js';
import { openProgress } from './progress-bar.js';
import { openSpool } from '../home/open-spool.js';
import type { Flags } from './command.js';
import { viewHome } from '../home/open-read-only.js';

/** The flags of `import`. */
export type ImportFlags = Flags & { move?: boolean; for?: string; dryRun?: boolean; report?: string };

/** The result, or for a dry run the expected result: of a pass, and the bytes of each entry, by its id. */
interface Done {
  summary: PassSummary;
  hashOf: (id: string) => string | undefined;
  dryRun: boolean;
}

/**
 * Imports an open export and returns the exit code. `holder`: the person (a ULID) who gets it; by default the house.
 */
export async function importExport(
  found: Export,
  paths: readonly string[],
  config: Config,
  flags: ImportFlags,
  holder?: Holder,
): Promise<number> {
  const log = openLog(quiet(config));
  const home = await openHome(config, log);
  try {
    await checkReport(flags, home.files);
    const { sources, plan } = found;
    const files = withEntries(home.files, sources.packed);
    const failures = new Map<string, string>();
    const told = (file: ScannedFile, sha256: string): void => {
      try {
        if (file.brought) recordBrought(home.library, { holder: file.holder ?? house, sha256 }, file.brought);
      } catch (error) {
        failures.set(file.name, sentence(toPhotospoolError(error, 'add to', file.name)));
      }
    };
    const isHere = openIsHere(home.library, holder);
    const spool = await openSpool(
      { ...home, files },
      log,
      {
        // A single archive is read in place: files beside it are not part of the import.
        incoming: sources.folders[0] ?? dirname(paths[0]!),
        work: importWork(config.work),
        handOver: config.work,
        mode: flags.move ? 'move' : 'copy',
        settle: 0,
        countSeen: true,
        ...(holder !== undefined && { holder }),
        inbox: (works, openSidecars) => planInbox(plan, sources, files, clock, works, openSidecars, isHere, holder),
      },
      { told },
    );
    const { result, ended } = await interruptible(spool, (signal) => passes(spool, signal));
    const failed = [...failures].map(([name, reason]) => ({ name: printable(name), reason }));
    const stuckItems = [...result.stuckItems, ...failed];
    const summary = { ...result, stuck: stuckItems.length, stuckItems };
    const code = await tell(
      found,
      paths,
      { summary, hashOf: seenOf(found, home, holder), dryRun: false },
      home.files,
      flags,
    );
    return sayEnded(ended, code);
  } finally {
    for (const stage of found.sources.stages) await stage.clear(home.files);
    await home.close();
  }
}

/** Repeats passes until nothing waits for the disk. */
async function passes(spool: Processor, signal: AbortSignal): Promise<PassSummary> {
  // The claims of a killed import go first: otherwise their bytes would be unpacked again, and set aside.
  await spool.drain();
  let total = await withProgress(spool);
  const isEnded = (): boolean => signal.aborted;
  for (let waited = false; !isEnded(); waited = true) {
    const { held } = await spool.status();
    if (!held) break;
    if (!waited) say(`Waiting: ${printable(held.reason)} Press Ctrl-C to stop. To continue, run the command again.`);
    await clock.sleep(Math.max(0, Date.parse(held.until) - clock.now()), signal);
    if (isEnded()) break;
    const next = await withProgress(spool);
    const { stored, duplicates, seconds } = total;
    total = {
      ...next,
      stored: stored + next.stored,
      duplicates: duplicates + next.duplicates,
      seconds: seconds + next.seconds,
    };
  }
  return total;
}

/** The spool's memory of imported entries. */
function seenOf({ sources }: Export, { library }: Home, holder?: Holder): (id: string) => string | undefined {
  return (id) => {
    const file = sources.found.get(id);
    return file && library.local.seen.find(...seenKey({ ...file, ...(holder !== undefined && { holder }) }));
  };
}

/** Whether bytes are in the archive, and their holder has them. */
const openIsHere =
  (library: Library, holder?: Holder) =>
  (sha256: string): boolean =>
    library.local.originals.find(sha256)?.state === 'here' && isHeldBy(library, sha256, holder);

/**
 * Reports what an import would do: everything is read and hashed, nothing is stored. `holder`: as in `importExport`.
 */
export async function dryRun(
  found: Export,
  paths: readonly string[],
  config: Config,
  plain: Files,
  flags: ImportFlags,
  holder?: Holder,
): Promise<number> {
  await checkReport(flags, plain);
  const began = clock.now();
  const { sources, plan } = found;
  const files = withEntries(plain, sources.packed);
  const view = await viewHome(config);
  const progress = openProgress();
  try {
    const isHere = view ? openIsHere(view.library, holder) : () => false;
    const hashes = new Map<string, string>();
    const met = new Set<string>();
    const summary: PassSummary = { stored: 0, duplicates: 0, stuck: 0, ignored: 0, seconds: 0, stuckItems: [] };
    for (const [n, { entry }] of plan.photos.entries()) {
      progress.show(n, plan.photos.length, 'Reading photos');
      if (entry.trouble !== undefined) continue;
      try {
        const { path } = sources.found.get(entry.id)!;
        const what = identify(await files.head(path, headLength));
        if (what.kind !== 'photo' && !isBroken(entry.name, what)) summary.ignored++;
        else {
          const { sha256 } = await files.hash(path);
          hashes.set(entry.id, sha256);
          if (met.size < met.add(sha256).size && !isHere(sha256)) summary.stored++;
          else summary.duplicates++;
        }
      } catch (error) {
        summary.stuckItems.push({
          name: printable(entry.name),
          reason: sentence(toPhotospoolError(error, 'read', entry.path)),
        });
      }
    }
    progress.end();
    summary.stuck = summary.stuckItems.length;
    summary.seconds = (clock.now() - began) / 1000;
    return await tell(found, paths, { summary, hashOf: (id) => hashes.get(id), dryRun: true }, plain, flags);
  } finally {
    progress.end();
    view?.close();
  }
}

/** Prints the report, writes it to a file if requested, and returns the exit code. */
async function tell(
  { plan }: Export,
  paths: readonly string[],
  { summary, hashOf, dryRun }: Done,
  files: Files,
  flags: ImportFlags,
): Promise<number> {
  const { stuckItems, ...numbers } = summary;
  if (flags.report !== undefined) {
    const report = reportOf(plan, paths, summary, dryRun, hashOf);
    await files.write(resolve(flags.report), `${JSON.stringify(report, null, 1)}\n`);
  }
  if (flags.json === true) printJson({ ...numbers, ...(dryRun && { dryRun }), export: figuresOf(plan, paths) });
  else {
    for (const line of linesOf(plan, paths)) print(line);
    print(dryRun ? `Dry run: nothing was imported. The result would be: ${describe(summary)}` : describe(summary));
  }
  for (const { name, reason } of stuckItems) say(`stuck: ${name}: ${reason}`);
  for (const { path, reason } of flags.json === true ? plan.trouble : [])
    say(`can't be read: ${printable(path)} ${printable(reason)}`);
  return stuckItems.length + plan.trouble.length > 0 ? exit.stuck : exit.done;
}

/** @throws PhotospoolError `usage` if the report can't be written, before hours of work. */
async function checkReport({ report }: ImportFlags, files: Files): Promise<void> {
  if (report === undefined) return;
  const path = resolve(report);
  const [file, folder] = await Promise.all([files.stat(path), files.stat(dirname(path))]).catch((error: unknown) => {
    throw new PhotospoolError('usage', `The report can't be written to ${path} (${errnoOf(error) ?? 'unknown'}).`, {
      path,
    });
  });
  if (file || !folder?.isDirectory())
    throw new PhotospoolError('usage', file ? `${path} already exists.` : `${dirname(path)} is not a folder.`, {
      path,
      hint: 'Choose a new file name in an existing folder.',
    });
}

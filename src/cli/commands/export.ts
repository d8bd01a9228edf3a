/**
 * `photospool export`: the library of the house or of a person as a folder of originals, sidecars and albums;
 * home/export-home.ts documents the state after a crash. Works beside a running server. The export of a removed
 * person’s photos is audited.
 */
import { resolve } from 'node:path';
import { commandLine } from '../../access/actor.js';
import { checkApart } from '../../backup/disjoint-folders.js';
import { printable } from '../../base/errors.js';
import { counted } from '../../base/human-format.js';
import { house } from '../../document/item-id.js';
import { openExport, writeExport, type FileExported } from '../../home/export-home.js';
import { openHomeGate } from '../../home/open-gate.js';
import { filesOf } from '../../home/open-read-only.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { exportLibrary } from '../../server/files/library-export.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { exit } from '../exit-codes.js';
import { print, printJson, say } from '../output.js';
import { hasLibrary, presentOrRemoved, withAccess } from '../with-access.js';

type ExportFlags = Flags & { to: string; for?: string; locked?: boolean; edited?: boolean };

/** The verb `export`. */
export const exportVerb: Verb = (program, run) => {
  addVerb(program, 'export', 'Export a library to a folder: originals, sidecars with edits, and albums')
    .requiredOption('--to <DIR>', 'folder to export to; an interrupted export continues there')
    .option('--for <NAME>', 'person whose library to export, even if removed (default: the family library)')
    .option('--edited', 'also export a JPEG of each edited picture, and rotated videos')
    .option('--locked', 'include locked photos of that person')
    .action((flags: ExportFlags) => run(() => exportHolder(flags)));
};

async function exportHolder(flags: ExportFlags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  const folder = resolve(flags.to);
  const own = [config.incoming, config.work, config.done, config.data];
  await checkApart(folder, own, 'Choose a separate folder: nothing is written into the archive.');
  return withAccess(config, async (access, { db, library }) => {
    if (flags.for !== undefined) demandPeopleLibraries(openHomeGate({ db, library }));
    const person = flags.for === undefined ? undefined : presentOrRemoved(access, library, flags.for);
    if (person?.removed) access.audit.note('removed-exported', { who: commandLine.who, detail: person.name });
    const files = filesOf(config);
    const { parts, close } = openExport(config, files, library, access.people, flags.edited === true);
    const tally: Record<FileExported['outcome'], number> = { written: 0, same: 0, kept: 0, failed: 0 };
    try {
      const holder = person?.id ?? house;
      const entries = exportLibrary(parts, holder, flags.locked === true);
      for await (const one of writeExport(entries, folder, holder, files)) {
        tally[one.outcome]++;
        tell(one, flags.json === true);
      }
    } finally {
      await close();
    }
    if (flags.json) printJson(tally);
    else print(describe(tally));
    return tally.kept + tally.failed > 0 ? exit.stuck : exit.done;
  });
}

function tell({ path, outcome, reason }: FileExported, json: boolean): void {
  if (reason === undefined) return;
  if (json) printJson({ path, outcome, reason });
  else say(`${outcome === 'kept' ? 'not replaced' : 'not copied'}: ${printable(path)}: ${printable(reason)}`);
}

function describe({ written, same, kept, failed }: Record<'written' | 'same' | 'kept' | 'failed', number>): string {
  const parts = [`${counted(written, 'file')} written`];
  if (same > 0) parts.push(`${same} unchanged`);
  if (kept > 0) parts.push(`${kept} not replaced`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(', ');
}

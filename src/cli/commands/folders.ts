/**
 * `photospool folders`: folders of `incoming` whose files belong to a person. Works beside a running server, which
 * notices a change at its next scan.
 */
import { openHomeGate } from '../../home/open-gate.js';
import { filesOf } from '../../home/open-read-only.js';
import type { Config } from '../../base/config.js';
import { printable } from '../../base/errors.js';
import type { Records } from '../../home/open-records.js';
import { assignFolder, unassignFolder, type AssigningParts } from '../../spool/give-folder.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { exit } from '../exit-codes.js';
import { print, printJson } from '../output.js';
import { hasLibrary, personCalled, withAccess } from '../with-access.js';

/** The verb `folders`. */
export const folders: Verb = (program, run) => {
  const group = program
    .command('folders')
    .description('Manage folders in incoming that import into a person’s library');
  addVerb(group, 'give [FOLDER]', 'Create a folder in incoming and assign it to a person (default: @PERSON)')
    .requiredOption('--to <PERSON>', 'person whose library the files are imported into')
    .action((folder: string | undefined, flags: Flags & { to: string }) => run(() => give(folder, flags)));
  addVerb(group, 'list', 'List assigned folders').action((flags: Flags) => run(() => list(flags)));
  addVerb(group, 'take-back <FOLDER>', 'Unassign an empty folder').action((folder: string, flags: Flags) =>
    run(() => takeBack(folder, flags)),
  );
};

const partsOf = (config: Config, records: Records): AssigningParts => ({
  ...{ incoming: config.incoming, files: filesOf(config) },
  ...{ folders: records.library.local.personFolders, gate: openHomeGate(records) },
});

async function give(wanted: string | undefined, flags: Flags & { to: string }): Promise<number> {
  const config = configOf(flags);
  return withAccess(config, async (access, records) => {
    const person = personCalled(access, flags.to);
    const { folder, path } = await assignFolder(partsOf(config, records), person, wanted);
    if (flags.json) printJson({ folder, person: person.name, path });
    else print(`Files in ${printable(path)} are now imported into the library of ${printable(person.name)}`);
    return exit.done;
  });
}

async function list(flags: Flags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  return withAccess(config, (access, { library }) => {
    for (const { folder, person: id } of library.local.personFolders.list()) {
      const person = access.people.find(id)?.name ?? id;
      if (flags.json) printJson({ folder, person });
      else print(`${printable(folder)}  ${printable(person)}`);
    }
    return exit.done;
  });
}

async function takeBack(folder: string, flags: Flags): Promise<number> {
  const config = configOf(flags);
  return withAccess(config, async (_access, records) => {
    await unassignFolder(partsOf(config, records), folder);
    if (flags.json) printJson({ takenBack: folder });
    else print(`${printable(folder)} is no longer assigned`);
    return exit.done;
  });
}

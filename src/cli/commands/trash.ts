/**
 * `photospool trash`: after how many days photos are deleted from the trash. A running server deletes them; the setting
 * can be changed beside it. Anyone who can run this can delete the files anyway, so it requires no permission; with
 * `--for` it acts as that person, and the choice ends with their permission.
 */
import { commandLine } from '../../access/actor.js';
import { local } from '../../access/viewer.js';
import { choiceInForce, chooseDeletion } from '../../album/automatic-deletion.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { house } from '../../document/item-id.js';
import { openHomeGate } from '../../home/open-gate.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { trashPeriods, type TrashPeriod } from '../../library/trash-days.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { exit } from '../exit-codes.js';
import { print, printJson } from '../output.js';
import { hasLibrary, personCalled, withAccess } from '../with-access.js';

/** The verb `trash`. */
export const trash: Verb = (program, run) => {
  const group = program.command('trash').description('Manage the trash');
  addVerb(group, 'delete-after [DAYS]', 'Show or set after how many days photos are deleted: never, 30 or 60')
    .option('--for <NAME>', 'person whose trash it is (default: the family library)')
    .action((days: string | undefined, flags: ForFlags) => run(() => deleteAfter(days, flags)));
};

type ForFlags = Flags & { for?: string };

/** The days as typed; null for never. @throws PhotospoolError `usage`. */
function readDays(text: string | undefined): TrashPeriod | null | undefined {
  if (text === undefined || text === 'never') return text === undefined ? undefined : null;
  const days = trashPeriods.find((one) => String(one) === text);
  if (days) return days;
  throw new PhotospoolError('usage', `Photos can’t be deleted after ${printable(text)} days.`, {
    hint: `Use never, ${trashPeriods.join(' or ')}.`,
  });
}

async function deleteAfter(typed: string | undefined, flags: ForFlags): Promise<number> {
  const config = configOf(flags);
  const days = readDays(typed);
  if (days === undefined && !(await hasLibrary(config))) return exit.done;
  return withAccess(config, (access, { db, library }) => {
    const { senders, audit } = access;
    const person = flags.for === undefined ? undefined : personCalled(access, flags.for);
    if (person) demandPeopleLibraries(openHomeGate({ db, library }));
    const holder = person?.id ?? house;
    if (days !== undefined) {
      const viewer = person ? senders(`person:${person.id}`)! : local;
      const actor = person ? { ...commandLine, by: `person:${person.id}` } : commandLine;
      chooseDeletion({ library, audit }, viewer, { holder, days: days ?? undefined }, actor);
    }
    const name = person?.name ?? house;
    const now = choiceInForce({ library, senders }, holder)?.days ?? null;
    const whose = person ? `the library of ${printable(person.name)}` : 'the family library';
    if (flags.json) printJson({ name, days: now });
    else
      print(
        now === null
          ? `Photos in the trash of ${whose} are never deleted automatically.`
          : `Photos in the trash of ${whose} are deleted after ${now} days, while the server runs.`,
      );
    return exit.done;
  });
}

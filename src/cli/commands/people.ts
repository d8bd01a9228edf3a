/**
 * `photospool people confirm`: ends of access that are lost with the server that had them, and that what was given since waits for. Works
 * beside a running server. Whoever may run this may read the library’s file anyway, so nobody is asked who they are; the audit notes it.
 */
import { commandLine } from '../../access/actor.js';
import { confirmEnd, describeLostEnd, listLostEnds, nameOfAlbum, type LostEnd } from '../../access/lost-ends.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { counted } from '../../base/human-format.js';
import { albumDocumentId } from '../../library/control-documents.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { openHomeGate } from '../../home/open-gate.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { exit } from '../exit-codes.js';
import { print, printJson } from '../output.js';
import { hasLibrary, withAccess } from '../with-access.js';

/** The verb `people`. */
export const people: Verb = (program, run) => {
  const group = program.command('people').description('what people share with each other');
  addVerb(
    group,
    'confirm [END...]',
    'lists ends of access that are lost with the server that had them; confirms those that are named',
  )
    .option('--all', 'confirms all of them')
    .action((ends: string[], flags: ConfirmFlags) => run(() => confirm(ends, flags)));
};

type ConfirmFlags = Flags & { all?: boolean };

async function confirm(named: readonly string[], flags: ConfirmFlags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  return withAccess(config, (access, { db, library }) => {
    demandPeopleLibraries(openHomeGate({ db, library }));
    const lost = listLostEnds(library);
    const unknown = named.find((name) => !lost.some(({ key }) => key === name));
    if (unknown !== undefined)
      throw new PhotospoolError('usage', `${printable(unknown)} is no end that is lost.`, {
        hint: '`photospool people confirm` lists them.',
      });
    const nameOf = (person: string): string => printable(access.people.find(person)?.name ?? person);
    const albumName = (album: string): string =>
      printable(nameOfAlbum(library.get(albumDocumentId(album))?.body, album));
    for (const end of lost) {
      const sentence = describeLostEnd(end, nameOf, albumName);
      const isAsked = flags.all === true || named.includes(end.key);
      const confirmed = isAsked && confirmEnd(library, end, commandLine.by);
      if (confirmed) access.audit.note('end-confirmed', { who: commandLine.who, detail: sentence });
      report({ ...end, sentence, confirmed }, flags);
    }
    if (lost.length === 0 && !flags.json) print('No end of access is lost.');
    return exit.done;
  });
}

function report(
  { confirmed, sentence, ...end }: LostEnd & { sentence: string; confirmed: boolean },
  flags: Flags,
): void {
  if (flags.json) printJson({ ...end, sentence, confirmed });
  else
    print(
      `${printable(end.key)}  ${sentence} ${confirmed ? 'Confirmed.' : `${counted(end.waiting, 'document')} wait${end.waiting === 1 ? 's' : ''} for it.`}`,
    );
}

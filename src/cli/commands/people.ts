/**
 * `photospool people`: ends of access that were lost with a server and that later gives wait for; the storage that
 * people use; where their uploads go, and who sees them. Works beside a running server. It requires no sign-in: a
 * person who can run it can read the library’s file anyway; the audit log records confirmations.
 */
import type { Access } from '../../access/access.js';
import { commandLine } from '../../access/actor.js';
import { confirmEnd, describeLostEnd, listLostEnds, nameOfAlbum, type LostEnd } from '../../access/lost-ends.js';
import { setUploadAudience, setUploadTarget, uploadAudience, uploadTarget } from '../../access/upload-target.js';
import { purgeAllOf } from '../../album/empty-trash.js';
import { storageOfEach, storageOfOne, type HolderStorage } from '../../album/storage-totals.js';
import { local } from '../../access/viewer.js';
import { handOver } from '../../album/hand-over.js';
import { systemClock } from '../../base/clock.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { counted, sized } from '../../base/human-format.js';
import { catalogIsCurrent } from '../../catalog/catalog.js';
import { house, type Holder } from '../../document/item-id.js';
import { albumDocumentId } from '../../library/control-documents.js';
import type { Library } from '../../library/library.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { openDiscarder } from '../../home/export-home.js';
import { filesOf } from '../../home/open-read-only.js';
import { openHomeGate } from '../../home/open-gate.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { exit } from '../exit-codes.js';
import { print, printJson } from '../output.js';
import { hasLibrary, personCalled, presentOrRemoved, withAccess } from '../with-access.js';

/** The verb `people`. */
export const people: Verb = (program, run) => {
  const group = program.command('people').description('Manage the libraries of people');
  addVerb(group, 'confirm [END...]', 'List or confirm access changes that were lost with a server')
    .option('--all', 'confirm all of them')
    .action((ends: string[], flags: ConfirmFlags) => run(() => confirm(ends, flags)));
  addVerb(group, 'storage', 'Show the storage used by the family library and each person').action((flags: Flags) =>
    run(() => showStorage(flags)),
  );
  addVerb(
    group,
    'upload-to <NAME> [LIBRARY]',
    'Show or set the default upload library of a person: house (family library) or me (their own)',
  ).action((name: string, library: string | undefined, flags: Flags) => run(() => uploadTo(name, library, flags)));
  addVerb(
    group,
    'upload-audience <NAME> [AUDIENCE]',
    'Show or set who can see new uploads of a person: private or family',
  ).action((name: string, audience: string | undefined, flags: Flags) =>
    run(() => uploadsVisibleTo(name, audience, flags)),
  );
  addVerb(group, 'purge <NAME>', 'Permanently delete all photos of a removed person, on every server')
    .option('--yes', 'confirm; without it, only the number of photos is shown')
    .action((name: string, flags: Flags & { yes?: boolean }) => run(() => purgePhotos(name, flags)));
  addVerb(group, 'hand-over <NAME>', 'Save the photos of a removed person to another library')
    .option('--to <NAME>', 'person whose library to save to (default: the family library)')
    .action((name: string, flags: Flags & { to?: string }) => run(() => handOverPhotos(name, flags)));
  addVerb(group, 'publish <NAME>', 'Allow a person to publish their public photos')
    .option('--stop', 'revoke the permission; the photos are removed from public servers')
    .action((name: string, flags: Flags & { stop?: boolean }) => run(() => publish(name, flags)));
};

/** Purges the photos of a removed person; exit code 2 without `--yes`. */
async function purgePhotos(name: string, flags: Flags & { yes?: boolean }): Promise<number> {
  const config = configOf(flags);
  return withAccess(config, async (access, { db, library }) => {
    demandPeopleLibraries(openHomeGate({ db, library }));
    const person = removedPerson(access, library, name);
    const count = counted(library.count(`own:${person.id}:`), 'photo');
    if (flags.yes !== true)
      throw new PhotospoolError(
        'usage',
        `This would permanently delete ${count} of ${printable(person.name)} on every server.`,
        {
          hint: 'To keep a copy, run `photospool export --for NAME` first. Add --yes to purge them.',
        },
      );
    access.audit.note('removed-purged', { who: commandLine.who, detail: `${person.name}: ${count}` });
    const discarder = await openDiscarder(config, filesOf(config), library);
    const done = await purgeAllOf(library, discarder, person.id, commandLine.by);
    if (flags.json) printJson({ name: person.name, ...done });
    else
      print(
        `${counted(done.purged, 'photo')} of ${printable(person.name)} purged${done.left > 0 ? `, ${done.left} remaining: they are still being imported` : ''}`,
      );
    return done.left > 0 ? exit.stuck : exit.done;
  });
}

/** A removed person. @throws PhotospoolError `usage` for other names. */
function removedPerson(access: Access, library: Library, name: string) {
  const person = presentOrRemoved(access, library, name);
  if (person.removed) return person;
  throw new PhotospoolError('usage', `${printable(person.name)} has not been removed.`, {
    hint: 'Remove the person first: `photospool users remove NAME`.',
  });
}

/** The storage used by each holder, in full: a person who can run this can read everything anyway. */
async function showStorage(flags: Flags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  return withAccess(config, (access, { db, library, catalog }) => {
    demandPeopleLibraries(openHomeGate({ db, library }));
    if (!catalogIsCurrent(db))
      throw new PhotospoolError('unusable', 'The catalog must be rebuilt.', {
        hint: 'Run `photospool reindex`.',
      });
    const people = storageOfEach(catalog, library, access.people);
    const named = people.map(({ person, name, removed }) => ({ person, name, ...(removed && { removed }) }));
    const family: (typeof named)[number] = { person: house, name: 'house' };
    const called = (person: Holder, name: string): string => (person === house ? 'Family library' : printable(name));
    for (const { person, name, removed } of [family, ...named]) {
      const used = storageOfOne(catalog, person);
      if (flags.json) printJson({ ...(person !== house && { person }), name, ...(removed && { removed }), ...used });
      else print(`${called(person, name)}${removed ? ' (removed)' : ''}  ${describeStorage(used)}`);
    }
    return exit.done;
  });
}

const describeStorage = ({ photos, bytes, trash }: HolderStorage): string =>
  `${sized(bytes)} in ${counted(photos, 'photo')}${trash.photos > 0 ? `, ${sized(trash.bytes)} of it in the trash` : ''}`;

async function uploadTo(name: string, target: string | undefined, flags: Flags): Promise<number> {
  if (target !== undefined && target !== 'house' && target !== 'me')
    throw new PhotospoolError('usage', `Invalid upload library: ${printable(target)}.`, { hint: 'Use house or me.' });
  return withAccess(configOf(flags), (access, { db, library }) => {
    demandPeopleLibraries(openHomeGate({ db, library }));
    const { id, name: called, role } = personCalled(access, name);
    if (target !== undefined) setUploadTarget(library, id, target, commandLine.by);
    const to = uploadTarget(library, { id, role }, true);
    if (flags.json) printJson({ name: called, to });
    else print(`Uploads of ${printable(called)} go to ${to === 'me' ? 'their own library' : 'the family library'}.`);
    return exit.done;
  });
}

async function uploadsVisibleTo(name: string, audience: string | undefined, flags: Flags): Promise<number> {
  if (audience !== undefined && audience !== 'private' && audience !== 'family')
    throw new PhotospoolError('usage', `Invalid audience: ${printable(audience)}.`, { hint: 'Use private or family.' });
  return withAccess(configOf(flags), (access, { library }) => {
    const { id, name: called } = personCalled(access, name);
    if (audience !== undefined) setUploadAudience(library, access.audit, { id, name: called }, audience, commandLine);
    const present = uploadAudience(library, id);
    if (flags.json) printJson({ name: called, audience: present });
    else
      print(`New uploads of ${printable(called)} are ${present === 'family' ? 'visible to the family' : 'private'}.`);
    return exit.done;
  });
}

type ConfirmFlags = Flags & { all?: boolean };

async function confirm(named: readonly string[], flags: ConfirmFlags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  return withAccess(config, (access, { db, library }) => {
    demandPeopleLibraries(openHomeGate({ db, library }));
    const lost = listLostEnds(library);
    const unknown = named.find((name) => !lost.some(({ key }) => key === name));
    if (unknown !== undefined)
      throw new PhotospoolError('usage', `${printable(unknown)} is not a lost access change.`, {
        hint: 'Run `photospool people confirm` to list them.',
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
    if (lost.length === 0 && !flags.json) print('No access changes were lost.');
    return exit.done;
  });
}

/** Hands over the photos of a removed person. */
function handOverPhotos(name: string, flags: Flags & { to?: string }): Promise<number> {
  return withAccess(configOf(flags), async (access, { db, library }) => {
    const gate = openHomeGate({ db, library });
    demandPeopleLibraries(gate);
    const from = removedPerson(access, library, name);
    const to = flags.to === undefined ? house : personCalled(access, flags.to).id;
    const made = await handOver({ library, clock: systemClock, gate }, local, from.id, to);
    const detail = `${from.name}, to ${flags.to ?? 'the family library'}: ${made.saved}`;
    access.audit.note('photos-handed-over', { who: commandLine.who, detail });
    if (flags.json) printJson(made);
    else print(`${counted(made.saved, 'photo')} saved, ${made.known} already in that library.`);
    return exit.done;
  });
}

function publish(name: string, flags: Flags & { stop?: boolean }): Promise<number> {
  return withAccess(configOf(flags), (access, { db, library }) => {
    demandPeopleLibraries(openHomeGate({ db, library }));
    const { id, name: called } = personCalled(access, name);
    const isAllowed = flags.stop !== true;
    const changed = access.accounts.allowPublishing(id, isAllowed, commandLine);
    if (flags.json) printJson({ name: called, publishes: isAllowed, changed });
    else print(`${printable(called)} ${isAllowed ? 'can publish photos' : 'can’t publish photos'}.`);
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

/**
 * Locks and unlocks photos of a person for the commands. No PIN is required: a person who can run this can read the
 * files anyway. Each change is recorded in the audit log. After a crash, running it again completes it.
 */
import { commandLine } from '../access/actor.js';
import type { Viewer } from '../access/permissions.js';
import { personViewer } from '../access/viewer.js';
import { lockPhotos, unlockPhotos, type PhotosLocked } from '../album/lock-photos.js';
import { sightOf } from '../album/visibility.js';
import { PhotospoolError } from '../base/errors.js';
import { parseQuery } from '../catalog/search-parser.js';
import { openHomeGate } from '../home/open-gate.js';
import type { Records } from '../home/open-records.js';
import { demandPeopleLibraries } from '../library/people-libraries.js';
import { configOf, type Flags } from './command.js';
import { personCalled, withAccess } from './with-access.js';
import { photosDone, photosIn, report } from './with-sharing.js';

/** The flags of these commands. */
export type LockFlags = Flags & { for: string; all?: boolean };

/** Locks or unlocks photos (public ids); with `--all` every locked one. @throws PhotospoolError `usage`. */
export function changeLocks(what: 'lock' | 'unlock', ids: readonly string[], flags: LockFlags): Promise<number> {
  return withAccess(configOf(flags), async (access, records) => {
    const { id, name } = personCalled(access, flags.for);
    demandPeopleLibraries(openHomeGate(records));
    const person = access.people.find(id)!;
    const plain = personViewer(person, access.settings.read());
    const who: Viewer = what === 'lock' ? plain : { ...plain, locked: true };
    const wanted = flags.all === true ? await allLocked(records, who) : photosIn(records, who)(ids);
    if (wanted.length === 0 && flags.all !== true)
      throw new PhotospoolError('usage', 'No photo was given.', { hint: 'Give the ids of photos, or use --all.' });
    const done: PhotosLocked = await (what === 'lock' ? lockPhotos : unlockPhotos)(records, who, wanted);
    if (done.changed > 0) {
      const happened = what === 'lock' ? 'photos-locked' : 'photos-unlocked';
      access.audit.note(happened, { who: commandLine.who, detail: `${name}: ${done.changed}` });
    }
    const told = { ...done, refused: done.refused ?? [] };
    const sentence = what === 'lock' ? 'locked' : 'unlocked; they are archived, private and in no album';
    return report(told, photosDone(told, sentence), flags);
  });
}

async function allLocked({ catalog, library }: Records, who: Viewer): Promise<string[]> {
  catalog.catchUp(library.lastChange());
  await catalog.load();
  const ids: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = catalog.page(parseQuery(''), { ...{ limit: 5_000, viewer: sightOf(who) }, ...(cursor && { cursor }) });
    ids.push(...page.ids);
    if (page.next === undefined) return ids;
    cursor = page.next;
  }
}

/**
 * The defaults for a person's uploads: whether they go to the house or to their own library, and their audience. These
 * choices are registers in the person's document, so all servers have them; they affect only new uploads.
 */
import { own, textOf } from '../document/json-values.js';
import { countedIn, withRegisters } from '../document/overruled-registers.js';
import { owner } from '../document/photo-senders.js';
import type { Library } from '../library/library.js';
import type { Actor } from './actor.js';
import type { Audit } from './audit-log.js';
import type { Viewer } from './permissions.js';

/** The library that uploads go to. */
export type UploadTarget = 'house' | 'me';

const idOf = (person: string): string => `person:${person}`;

type Choice = 'uploadTo' | 'uploadAudience';

/** The choice of a person (a ULID); undefined before the first one. */
const chosen = (library: Library, person: string, choice: Choice): unknown =>
  own(countedIn(library.get(idOf(person))?.body, choice), 'value');

/** Returns whether that changed anything. */
function choose(library: Library, person: string, choice: Choice, value: string, by: string): boolean {
  if (chosen(library, person, choice) === value && isTheirs(library, person, choice)) return false;
  library.update(
    idOf(person),
    (body) => body && withRegisters(body, { [choice]: { value, at: library.stampAfter(body), by } }),
  );
  return true;
}

/** Whether a choice is by the person, or by a command on their behalf. */
const isTheirs = (library: Library, person: string, choice: Choice): boolean =>
  [idOf(person), owner].includes(textOf(own(countedIn(library.get(idOf(person))?.body, choice), 'by')));

function chosenTarget(library: Library, person: string): UploadTarget | undefined {
  const value = chosen(library, person, 'uploadTo');
  return value === 'me' || value === 'house' ? value : undefined;
}

/**
 * Where a person's uploads go by default: as chosen, otherwise those of owners to the house and those of others to
 * their own library, if people have libraries here (`on`).
 */
export const uploadTarget = (
  library: Library,
  { id, role }: { id: string; role: Viewer['role'] },
  on: boolean,
): UploadTarget => chosenTarget(library, id) ?? (on && role !== 'owner' ? 'me' : 'house');

/** Sets it, durably. `by`: in the form of `authorOf`. @throws PhotospoolError as `Library.update`. */
export const setUploadTarget = (library: Library, person: string, value: UploadTarget, by: string): void =>
  void choose(library, person, 'uploadTo', value, by);

/**
 * The audience of a new upload, in addition to those who see all photos of its library. No upload becomes public
 * automatically.
 */
export type UploadAudience = 'private' | 'family';

/**
 * The audience of a person's (a ULID) new uploads without an explicit one: as chosen by that person or a command;
 * private otherwise. A choice by other people has no effect.
 */
export const uploadAudience = (library: Library, person: string): UploadAudience =>
  chosen(library, person, 'uploadAudience') === 'family' && isTheirs(library, person, 'uploadAudience')
    ? 'family'
    : 'private';

/** The author of a changed setting, and the name and address for the audit log. */
export type Changing = Pick<Actor, 'by' | 'who' | 'address'>;

/** Sets it, durably, with an entry in the audit log. @throws PhotospoolError as `Library.update`. */
export function setUploadAudience(
  library: Library,
  audit: Pick<Audit, 'note'>,
  { id, name }: { id: string; name: string },
  value: UploadAudience,
  { by, who, address }: Changing,
): void {
  library.transaction(() => {
    if (!choose(library, id, 'uploadAudience', value, by)) return;
    audit.note('upload-audience-changed', {
      who,
      detail: `${name}: ${value}`,
      ...(address !== undefined && { address }),
    });
  });
}

/**
 * Where uploads of a person go that do not say it themselves, to the house or to their own library, and who sees them. What
 * a person chose are registers in their document, so they are the same on every server; they concern nothing but new uploads.
 */
import { own } from '../document/json-values.js';
import { countedIn, withRegisters } from '../document/overruled-registers.js';
import type { Library } from '../library/library.js';
import type { Viewer } from './permissions.js';

/** The library that uploads go to. */
export type UploadTarget = 'house' | 'me';

const idOf = (person: string): string => `person:${person}`;

type Choice = 'uploadTo' | 'uploadAudience';

/** What a person (a ULID) chose; undefined until they do. */
const chosen = (library: Library, person: string, choice: Choice): unknown =>
  own(countedIn(library.get(idOf(person))?.body, choice), 'value');

function choose(library: Library, person: string, choice: Choice, value: string, by: string): void {
  if (chosen(library, person, choice) === value) return;
  library.update(
    idOf(person),
    (body) => body && withRegisters(body, { [choice]: { value, at: library.stampAfter(body), by } }),
  );
}

function chosenTarget(library: Library, person: string): UploadTarget | undefined {
  const value = chosen(library, person, 'uploadTo');
  return value === 'me' || value === 'house' ? value : undefined;
}

/**
 * Where uploads of a person go: as they chose, otherwise those of owners to the house and those of others to their own
 * library, if people have libraries here (`on`).
 */
export const uploadTarget = (
  library: Library,
  { id, role }: { id: string; role: Viewer['role'] },
  on: boolean,
): UploadTarget => chosenTarget(library, id) ?? (on && role !== 'owner' ? 'me' : 'house');

/** Sets it, durably. `by`: as `authorOf` writes it. @throws PhotospoolError as `Library.update`. */
export const setUploadTarget = (library: Library, person: string, value: UploadTarget, by: string): void =>
  choose(library, person, 'uploadTo', value, by);

/** Who sees a new upload, besides those who see all photos of its library. No upload becomes public by itself. */
export type UploadAudience = 'private' | 'family';

/** Who sees new uploads of a person (a ULID) that do not say it themselves: as they chose, otherwise nobody else. */
export const uploadAudience = (library: Library, person: string): UploadAudience =>
  chosen(library, person, 'uploadAudience') === 'family' ? 'family' : 'private';

/** Sets it, durably. `by`: as `authorOf` writes it. @throws PhotospoolError as `Library.update`. */
export const setUploadAudience = (library: Library, person: string, value: UploadAudience, by: string): void =>
  choose(library, person, 'uploadAudience', value, by);

/**
 * Where uploads of a person go that do not say it themselves: to the house or to their own library. What a person chose is
 * a register in their document, so it is the same on every server; it concerns nothing but new uploads.
 */
import { own } from '../document/json-values.js';
import { countedIn, withRegisters } from '../document/overruled-registers.js';
import type { Library } from '../library/library.js';
import type { Viewer } from './permissions.js';

/** The library that uploads go to. */
export type UploadTarget = 'house' | 'me';

const idOf = (person: string): string => `person:${person}`;

/** What a person (a ULID) chose; undefined until they do. */
function chosenTarget(library: Library, person: string): UploadTarget | undefined {
  const value = own(countedIn(library.get(idOf(person))?.body, 'uploadTo'), 'value');
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
export function setUploadTarget(library: Library, person: string, value: UploadTarget, by: string): void {
  if (chosenTarget(library, person) === value) return;
  library.update(
    idOf(person),
    (body) => body && withRegisters(body, { uploadTo: { value, at: library.stampAfter(body), by } }),
  );
}

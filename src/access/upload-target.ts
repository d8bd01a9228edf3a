/**
 * Where uploads of a person go that do not say it themselves: to the house or to their own library. A register in the
 * person’s document, so it is the same on every server; it concerns nothing but new uploads.
 */
import { own } from '../document/json-values.js';
import { countedIn, withRegisters } from '../document/overruled-registers.js';
import type { Library } from '../library/library.js';

/** The library that uploads go to. */
export type UploadTarget = 'house' | 'me';

const idOf = (person: string): string => `person:${person}`;

/** Where uploads of a person (a ULID) go; the house until they choose otherwise. */
export function uploadTarget(library: Library, person: string): UploadTarget {
  const register = countedIn(library.get(idOf(person))?.body, 'uploadTo');
  return own(register, 'value') === 'me' ? 'me' : 'house';
}

/** Sets it, durably. `by`: as `authorOf` writes it. @throws PhotospoolError as `Library.update`. */
export function setUploadTarget(library: Library, person: string, value: UploadTarget, by: string): void {
  if (uploadTarget(library, person) === value) return;
  library.update(
    idOf(person),
    (body) => body && withRegisters(body, { uploadTo: { value, at: library.stampAfter(body), by } }),
  );
}

/**
 * The people of this album: `person:<ulid>` documents, which replicate. Each value is a register `{value, at, by}`, so that
 * two servers' documents merge by shape (document/shape.ts). Credentials are not in them. A document that a foreign writer
 * got wrong is nobody.
 */
import { ulid } from 'ulid';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import { own } from '../document/json.js';
import { format, type Body } from '../document/photo.js';
import { newestStamp } from '../document/stamp.js';
import type { Library } from '../library/library.js';
import { isName, keyOfName, readName } from './names.js';

/** What a person may be. */
export const personRoles = ['owner', 'family'] as const;
/** What a person is. */
export type PersonRole = (typeof personRoles)[number];

/** A person, as their document says. `canEdit` matters for family. */
export interface Person {
  /** A ULID. */
  id: string;
  name: string;
  role: PersonRole;
  canEdit: boolean;
}

/** What can be changed of a person. */
export type PersonChange = Partial<Omit<Person, 'id'>>;

/** The people of a library. */
export interface People {
  /** All who are not removed. */
  all(): Person[];
  find(id: string): Person | undefined;
  /** All who have a name, whatever its case; here there is one at most, but another server may have brought its own. */
  named(name: string): Person[];
  /** @throws PhotospoolError `invalid`, `conflict` where the name is taken. */
  add(person: { name: string; role: PersonRole }, by: string): Person;
  /** @throws PhotospoolError `invalid`, `conflict`, `not-found`. */
  change(id: string, change: PersonChange, by: string): Person;
  /** Removes a person, everywhere; what they edited stays. @throws PhotospoolError `not-found`. */
  remove(id: string, by: string): Person;
}

const prefix = 'person:';
const isId = (id: string): boolean => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id);

/** Opens the people of a library. */
export function openPeople(library: Library, clock: Pick<Clock, 'now'>): People {
  function find(id: string): Person | undefined {
    return isId(id) ? personOf(id, library.get(prefix + id)?.body) : undefined;
  }

  function known(id: string): Person {
    const person = find(id);
    if (person) return person;
    throw new PhotospoolError('not-found', 'There is no such person.', { op: 'find' });
  }

  function checkFree(name: string, but?: string): void {
    if (people.named(name).every(({ id }) => id === but)) return;
    throw new PhotospoolError('conflict', 'There is somebody of that name already.', { hint: 'Choose another name.' });
  }

  /** Writes values into a document, each as a register with the same stamp. */
  function write(id: string, values: object, by: string): void {
    library.update(prefix + id, (body) => {
      const newest = newestStamp(body);
      const at = newest === undefined ? library.stamp() : library.stamp(newest);
      const registers = Object.entries(values).map(([key, value]) => [key, { value: value as unknown, at, by }]);
      return { format, kind: 'person', ...body, ...(Object.fromEntries(registers) as object) };
    });
  }

  const people: People = {
    all: () => [...library.scan(prefix)].flatMap(({ id, body }) => personOf(id.slice(prefix.length), body) ?? []),
    find,
    named(name) {
      const key = keyOfName(name);
      return people.all().filter((person) => keyOfName(person.name) === key);
    },
    add: ({ name: given, role }, by) =>
      library.transaction(() => {
        const name = readName(given);
        checkFree(name);
        const id = ulid(clock.now());
        write(id, { name, role, canEdit: false, removed: false }, by);
        return { id, name, role, canEdit: false };
      }),
    change: (id, { name: given, ...rest }, by) =>
      library.transaction(() => {
        const before = known(id);
        const name = given === undefined ? before.name : readName(given);
        if (name !== before.name) checkFree(name, id);
        const after: Person = { ...before, ...rest, name };
        const changed = (['name', 'role', 'canEdit'] as const).filter((key) => after[key] !== before[key]);
        if (changed.length > 0) write(id, Object.fromEntries(changed.map((key) => [key, after[key]])), by);
        return after;
      }),
    remove: (id, by) =>
      library.transaction(() => {
        const person = known(id);
        write(id, { removed: true }, by);
        return person;
      }),
  };
  return people;
}

/** The person in a document; undefined where it is none, or of somebody who was removed. */
function personOf(id: string, body: Body | undefined): Person | undefined {
  const value = (key: string): unknown => own(own(body, key), 'value');
  const [name, given] = [value('name'), value('role')];
  const role = personRoles.find((one) => one === given);
  if (own(body, 'kind') !== 'person' || !isId(id) || !isName(name) || !role) return undefined;
  return value('removed') === true ? undefined : { id, name, role, canEdit: value('canEdit') === true };
}

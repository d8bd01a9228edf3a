/**
 * The grant set of the family, `library:people`: what is written there when a person is removed or comes back, and when they begin or cease
 * to act for the house. Removal also stands in the person’s own document, which is enough to take access away; the ends here keep what
 * was given before a removal from coming back with the person. A home in which nothing was ever shared has nothing to keep, and writes
 * none of this. Every function joins the caller’s transaction.
 */
import { withEnd, withGive } from '../document/grants.js';
import { peopleId } from '../document/item-id.js';
import { format, type Body } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import type { Standing } from './pending-roles.js';

/** Writes the grant set of the family. */
export interface PeopleGrants {
  /** Writes what a decision about a person (a ULID) changes: from `before`, as all servers were told, to `after`, as it is in force here. */
  decided(person: string, before: Standing, after: Standing, by: string): void;
  /**
   * Writes that a person stays, and stays an owner, where another server ended that. What they were given before, and what they shared, has to
   * be given anew.
   */
  kept(person: string, here: Standing, by: string): void;
}

/** Opens what writes the grant set of the family. */
export function openPeopleGrants(library: Library): PeopleGrants {
  const isEnded = (to: string): boolean =>
    [...(library.controls.find(peopleId)?.ends.values() ?? [])].some((end) => end.to === to);

  function write(change: (body: Body, at: string) => Body): void {
    library.update(peopleId, (body) =>
      change(
        body ?? library.controls.restoreEnds<Body>(peopleId, { format, kind: 'people' }),
        library.stampAfter(body),
      ),
    );
  }
  const end = (to: string, by: string): void => write((body, at) => withEnd(body, to, { at, by }));
  const give = (to: string, what: string, by: string): void =>
    write((body, at) => withGive(body, { to, what }, { at, by }));

  const member = (person: string): string => `person:${person}`;
  const role = (person: string): string => `role:${person}`;

  return {
    decided(person, before, after, by) {
      if (!library.controls.isUsed()) return;
      if (after.removed) {
        if (!before.removed) end(member(person), by);
        return;
      }
      // Who was removed by their own document alone comes back without what they had before, too.
      if (before.removed && !isEnded(member(person))) end(member(person), by);
      if (before.removed) give(member(person), 'member', by);
      if (before.role === 'owner' && after.role !== 'owner') end(role(person), by);
      if (before.role !== 'owner' && after.role === 'owner' && isEnded(role(person))) give(role(person), 'owner', by);
    },
    kept(person, { removed, role: inForce }, by) {
      if (removed || !library.controls.isUsed()) return;
      if (isEnded(member(person))) give(member(person), 'member', by);
      if (inForce === 'owner' && isEnded(role(person))) give(role(person), 'owner', by);
    },
  };
}

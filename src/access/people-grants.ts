/**
 * Writes the grant set of the family, `library:people`, when a person is removed or returns, and when they start or
 * stop acting for the house. The person’s own document also records a removal, which suffices to end access; the ends
 * here prevent that access given before a removal returns with the person. A home that has never shared anything writes
 * none of this. Every function joins the caller’s transaction.
 */
import { withEnd, withGive } from '../document/grants.js';
import { peopleId } from '../document/item-id.js';
import { format, type Body } from '../document/photo-document.js';
import { itemAccess } from './library-access.js';
import type { Library } from '../library/library.js';
import type { Standing } from './pending-roles.js';

/** Writes to the grant set of the family. */
export interface PeopleGrants {
  /**
   * Records a decision about a person (a ULID): from `before`, the standing that all servers know, to `after`, the one
   * in effect here.
   */
  decided(person: string, before: Standing, after: Standing, by: string): void;
  /**
   * Records that a person stays, and stays an owner, although another server ended that. Access given to them, and
   * their own sharing, must be given again.
   */
  kept(person: string, here: Standing, by: string): void;
  /**
   * Allows a person to publish their public photos, or stops it. False if nothing changed. The caller checks the
   * author's right and the gate.
   */
  publishing(person: string, isAllowed: boolean, by: string): boolean;
}

/** Opens the writer of the family’s grant set. */
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
      // A person removed only by their own document also returns without their former access.
      if (before.removed && !isEnded(member(person))) end(member(person), by);
      if (before.removed) give(member(person), 'member', by);
      if (before.role === 'owner' && after.role !== 'owner') end(role(person), by);
      if (before.role !== 'owner' && after.role === 'owner' && isEnded(role(person))) give(role(person), 'owner', by);
    },
    publishing(person, isAllowed, by) {
      const to = `publish:${person}`;
      const isNow = itemAccess(library).mayPublish(person);
      // Also stops a give that is not in effect yet because a document is missing here.
      const hasGive = library.controls.find(peopleId)?.gives.some((one) => one.to === to) === true;
      if (isAllowed ? isNow : !hasGive) return false;
      if (isAllowed) give(to, 'publish', by);
      else end(to, by);
      return isAllowed || isNow;
    },
    kept(person, { removed, role: inForce }, by) {
      if (removed || !library.controls.isUsed()) return;
      if (isEnded(member(person))) give(member(person), 'member', by);
      if (inForce === 'owner' && isEnded(role(person))) give(role(person), 'owner', by);
    },
  };
}

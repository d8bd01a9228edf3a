/**
 * Partners: a person grants another one access to all of their photos except archived, locked and trashed ones. The
 * grants are in a document of the granting person; each call is one transaction.
 */
import { itemAccess } from '../access/library-access.js';
import { authorOf, type Viewer } from '../access/permissions.js';
import { actsFor } from '../access/sharing-rights.js';
import { notFound, PhotospoolError } from '../base/errors.js';
import { noGrants, withEnd, withGive } from '../document/grants.js';
import { peopleId, sharingId } from '../document/item-id.js';
import { format, type Body } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import { demandPeopleLibraries } from '../library/people-libraries.js';
import type { MemberAlbumParts } from './member-albums.js';

/** The partners of a person: to whom they grant access, and who grants it to them. ULIDs, sorted. */
export interface PartnerList {
  given: string[];
  received: string[];
}

/**
 * The partners of all persons. All methods throw `conflict` while people have no libraries here, and `forbidden` for a
 * viewer who is not a person.
 */
export interface Partners {
  list(viewer: Viewer): PartnerList;
  /** Grants a person access to the viewer's photos. @throws PhotospoolError `not-found` if there is no such person. */
  give(viewer: Viewer, person: string): void;
  /** Revokes the viewer's grant to a person. True if there was one. */
  end(viewer: Viewer, person: string): boolean;
  /** Ends a person's grant to the viewer. True if there was one. */
  leave(viewer: Viewer, of: string): boolean;
}

/** Opens the partners; nothing needs to be closed. */
export function openPartners({ library, gate }: Omit<MemberAlbumParts, 'clock'>): Partners {
  /** The viewer's person. */
  function self(viewer: Viewer): string {
    demandPeopleLibraries(gate);
    const { person } = viewer;
    if (person !== undefined && actsFor(viewer, person, { access: itemAccess(library) })) return person;
    throw new PhotospoolError('forbidden', 'Sign in to use partner sharing.');
  }

  function end(viewer: Viewer, of: string, person: string): boolean {
    const before = itemAccess(library).isPartner(of, person);
    const given = (library.controls.find(sharingId(of)) ?? noGrants).gives;
    // Also revokes a grant that is not yet effective because a document is missing here.
    if (!given.some(({ to }) => to === `person:${person}`)) return false;
    write(library, of, (body, at) => withEnd(body, `person:${person}`, { at, by: authorOf(viewer) }));
    return before;
  }

  return {
    list(viewer) {
      const me = self(viewer);
      const access = itemAccess(library);
      const others = [...library.scan('person:')]
        .map(({ id }) => id.slice('person:'.length))
        .filter((id) => id !== me && access.isMember(id));
      return {
        given: others.filter((id) => access.isPartner(me, id)),
        received: others.filter((id) => access.isPartner(id, me)),
      };
    },
    give: (viewer, person) =>
      library.transaction(() => {
        const me = self(viewer);
        const access = itemAccess(library);
        if (person === me || !access.isMember(person)) throw notFound('This person doesn’t exist.');
        if (access.isPartner(me, person)) return;
        const sees = { [peopleId]: library.controls.find(peopleId) ?? noGrants };
        write(library, me, (body, at) =>
          withGive(body, { to: `person:${person}`, what: 'partner' }, { at, by: authorOf(viewer) }, sees),
        );
      }),
    end: (viewer, person) => library.transaction(() => end(viewer, self(viewer), person)),
    leave: (viewer, of) =>
      library.transaction(() => {
        const me = self(viewer);
        // A person who never was a partner must not learn anything about others.
        return itemAccess(library).isPartner(of, me) && end(viewer, of, me);
      }),
  };
}

function write(library: Library, person: string, change: (body: Body, at: string) => Body): void {
  const id = sharingId(person);
  library.update(id, (body) =>
    change(body ?? library.controls.restoreEnds<Body>(id, { format, kind: 'sharing' }), library.stampAfter(body)),
  );
}

/**
 * Two servers that know the same people and exchange documents at the request of a test, for tests of sharing between
 * people.
 */
import { readItem } from '../../src/access/item-access.js';
import { itemAccess } from '../../src/access/library-access.js';
import { maySee, type Viewer } from '../../src/access/permissions.js';
import { personViewer } from '../../src/access/viewer.js';
import { openMemberAlbums } from '../../src/album/member-albums.js';
import { openOffers } from '../../src/album/offers.js';
import { openPartners } from '../../src/album/partners.js';
import { house, itemId, itemOf, publicIdOf, type Holder } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import type { PeopleLibraries } from '../../src/library/people-libraries.js';
import { photo } from '../document/documents.js';
import { replicate } from '../library/libraries.js';
import { openTestAccess, type TestAccess } from './fixture.js';

/** One of the servers. */
export interface Side extends TestAccess {
  albums: ReturnType<typeof openMemberAlbums>;
  partners: ReturnType<typeof openPartners>;
  offers: ReturnType<typeof openOffers>;
  /** A person, as known to this server. */
  as(person: string): Viewer;
  sees(person: string, id: string): boolean;
}

function side(gate: () => PeopleLibraries): Side {
  const access = openTestAccess();
  const { library, clock } = access;
  const as = (person: string): Viewer => personViewer(access.people.find(person)!, access.settings.read());
  return {
    ...access,
    as,
    albums: openMemberAlbums({ library, clock, gate: { state: gate } }),
    partners: openPartners({ library, gate: { state: gate } }),
    // No photo here has a clip or a RAW: test/server/offers.
    offers: openOffers({
      ...{ library, clock, gate: { state: gate } },
      catalog: { clipOf: () => undefined, stackOf: () => [] },
    }),
    sees(person, id) {
      const document = library.items.find(id);
      const stored = document === undefined ? undefined : library.get(document);
      const item = document === undefined ? undefined : itemOf(document);
      const claims = stored && item && readItem(item, stored.body, library.controls.endsOf(document!));
      return claims !== undefined && maySee(as(person), itemAccess(library), claims);
    },
  };
}

/** Two servers that know the same people: an owner, and three of the family. */
export async function openSides() {
  const state = { gate: { on: true } as PeopleLibraries };
  const [a, b] = [side(() => state.gate), side(() => state.gate)];
  const [ada, anna, ben, cleo] = [
    await a.join('Ada', 'owner'),
    await a.join('Anna'),
    await a.join('Ben'),
    await a.join('Cleo'),
  ];
  const sync = (): void => {
    for (let n = 0; n < 2; n++) {
      replicate(a.library, b.library);
      replicate(b.library, a.library);
    }
  };
  sync();
  for (const { id, edition } of b.accounts.waiting()) b.accounts.approve(id, edition, { by: 'owner', who: 'owner' });
  let count = 0;
  /** Adds a photo of a holder at a server; returns its public id. */
  function add({ library }: Side, holder: Holder): string {
    const item = { holder, sha256: String(++count).padStart(64, '0') };
    const by = holder === house ? 'owner' : `person:${holder}`;
    library.update<PhotoDocument>(itemId(item), () => photo({ sighting: { by } }));
    return publicIdOf(item);
  }
  return { a, b, ada, anna, ben, cleo, sync, add, state };
}

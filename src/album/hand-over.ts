/**
 * Hands the photos of a removed person over to another person or to the house: as items that at first only the new
 * holder sees. It does not show the photos, and omits those that the person had locked or put in the trash. Each batch
 * is one transaction; after a crash, handing over again completes it. The caller audits it.
 */
import { readItem } from '../access/item-access.js';
import { itemAccess } from '../access/library-access.js';
import type { Viewer } from '../access/permissions.js';
import { checkRemoved } from '../access/removed-people.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import { notFound } from '../base/errors.js';
import { house, itemOf, publicIdOf, type Holder } from '../document/item-id.js';
import type { Body } from '../document/photo-document.js';
import { viewPhoto } from '../document/photo-view.js';
import { demandPeopleLibraries } from '../library/people-libraries.js';
import { readPhotos } from './find-photos.js';
import type { MemberAlbumParts } from './member-albums.js';
import { saveOne } from './save-photos.js';

const batch = 100;

/**
 * Hands them over; returns the number of photos that are new there, and of those that already were there.
 * @throws PhotospoolError `forbidden` unless the viewer is an owner; `not-found` if there is no removed person with
 * that id, or no such recipient; `conflict` while people have no libraries here.
 */
export async function handOver(
  { library, clock, gate }: MemberAlbumParts,
  viewer: Viewer,
  from: string,
  to: Holder,
): Promise<{ saved: number; known: number }> {
  const total = { saved: 0, known: 0 };
  const ids = [...library.scan(`own:${from}:`)].map(({ id }) => publicIdOf(itemOf(id)!));
  for (let at = 0; at === 0 || at < ids.length; at += batch) {
    await yieldToEventLoop();
    library.transaction(() => {
      demandPeopleLibraries(gate);
      checkRemoved(library, viewer, from);
      if (to !== house && !itemAccess(library).isMember(to)) throw notFound('This person doesn’t exist.');
      for (const { id, document, item, body } of readPhotos(library, ids.slice(at, at + batch))) {
        const claims = readItem(item, body as unknown as Body, library.controls.endsOf(document));
        if (!claims || claims.locked || claims.trashed || claims.guest) continue;
        const photo = { ...viewPhoto(id, body, { here: false }), item, pathTells: true };
        const target = { holder: to, sha256: item.sha256 };
        total[saveOne(library, viewer, photo, target, clock.now()) ? 'saved' : 'known']++;
      }
    });
  }
  return total;
}

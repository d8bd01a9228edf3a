/**
 * Withdrawing access in a mesh of people's libraries (people-mesh.ts) after giving it by a link or an offer: people
 * lock a photo and unlock it again, remove an album, or delete a copy saved from an offer. Earlier links and offers
 * must not show these photos again.
 */
import { withGive } from '../../src/document/grants.js';
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { isOpenTo, itemsIn, offersAt } from '../access/people-truth.js';
import { albums, items, people } from '../access/people-world.js';
import { count } from '../simulation/home.js';
import { openLocked } from './locked-routes.js';
import { isAlive, type Link } from './people-links.js';
import { giveUp, takenAt } from './people-offers.js';
import { act, ask, urlOf, type Mesh, type Place } from './people-places.js';
import { askerFor, type Asker } from './people-asking.js';

/** Unlocks a photo, without opening the locked folder. */
export function unlock({ home: { library } }: Place, item: Item): void {
  const by = `person:${item.holder}`;
  library.update<PhotoDocument>(itemId(item), (body) => {
    if (!body) return undefined;
    const author = { at: library.stampAfter(body), by };
    return { ...body, edits: withGive(body.edits, { to: '*', what: 'unlocked' }, author) };
  });
}

/** A person locks a photo, for which they open their locked photos, and close them again. */
export async function lock(mesh: Mesh, place: Place, asker: Asker, item: Item): Promise<void> {
  place.enter(asker.name, await openLocked(place.home, asker.looker!.person));
  const { status } = await ask(mesh, place, asker, ['POST', '/api/photos/lock', { ids: [publicIdOf(item)] }]);
  place.enter(asker.name, asker.viewer.session!);
  count(mesh, status === 200 ? 'photos locked' : 'locks refused');
}

/** Whether an item is linked, in an offer, or a copy saved from an offer. */
export const isTold = (place: Place, { holder, sha256 }: Item): boolean =>
  place.links.some(({ photo }) => photo?.holder === holder && photo.sha256 === sha256) ||
  offersAt(place).some((offer) =>
    itemsIn(place, offer).some((id) => items.some((one) => publicIdOf(one) === id && one.sha256 === sha256)),
  );

/** Whether a link or an offer shows an item. */
const isShown = (place: Place, item: Item): boolean =>
  place.links.some((link) => link.photo === item && isAlive(place, link)) ||
  offersAt(place).some(
    (offer) =>
      offer.startsWith(`${item.holder}:`) &&
      itemsIn(place, offer).includes(publicIdOf(item)) &&
      [...people, house].some((to) => isOpenTo(place, offer, to)),
  );

/** The photos of people that are shown at a server. */
const shownAt = (place: Place): Item[] =>
  items.filter((item) => item.holder !== house && place.documents.has(itemId(item)) && isShown(place, item));

/** The links to albums created from a selection. */
const linkedAt = (place: Place): Link[] =>
  place.links.filter((link) => !albums.includes(link.album ?? albums[0]!) && isAlive(place, link));

/**
 * A person withdraws access: to a photo, which they mostly unlock again at once, to an album, or by deleting photos
 * saved from an offer.
 */
export async function takeBack(mesh: Mesh): Promise<void> {
  const { dice, places } = mesh;
  const what = dice.pick(['photo', 'photo', 'album', 'copy'] as const);
  const has = { photo: shownAt, album: linkedAt, copy: takenAt }[what];
  const there = places.filter((place) => has(place).length > 0);
  if (there.length === 0) return;
  const place = dice.pick(there);
  if (what === 'copy') return giveUp(mesh, place, dice.pick(takenAt(place)));
  if (what === 'album') {
    const { holder, album } = dice.pick(linkedAt(place));
    const { did } = await ask(mesh, place, askerFor(holder), ['PATCH', urlOf(album!), { removed: true }]);
    return count(mesh, 'linked albums removed', did.length);
  }
  const item = dice.pick(shownAt(place));
  await lock(mesh, place, askerFor(item.holder), item);
  if (!dice.chance(0.7)) return;
  await act(mesh, place, () => unlock(place, item));
  count(mesh, 'photos locked and unlocked');
}

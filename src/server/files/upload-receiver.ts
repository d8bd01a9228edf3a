/**
 * The holder of an upload, and whether they already have its bytes: only the receiver's items are read, never those of
 * others.
 */
import type { Viewer } from '../../access/permissions.js';
import { uploadTarget } from '../../access/upload-target.js';
import { findPhoto, findPhotos, type FoundPhoto } from '../../album/find-photos.js';
import { PhotospoolError } from '../../base/errors.js';
import { house, publicIdOf, type Holder } from '../../document/item-id.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import type { Library } from '../../library/library.js';
import type { Context } from '../context.js';

/**
 * The holder that an upload is for. `wanted`: `me` or `house`, hostile text; absent: the person's setting, for others
 * the house. A person's token only uploads for that person.
 * @throws PhotospoolError `invalid`; `conflict` if people can’t have personal libraries, or the sender has no account.
 */
export function receiverOf(
  who: Viewer,
  wanted: string | undefined,
  { gate, library }: Pick<Context, 'gate' | 'library'>,
): Holder {
  if (wanted !== undefined && wanted !== 'me' && wanted !== 'house')
    throw new PhotospoolError('invalid', 'The library of an upload must be “me” or “house”.');
  const target = wanted ?? targetOf(who, library, gate);
  if (who.behalf === undefined && target !== 'me') return house;
  checkReceiver(who.person ?? house, gate);
  if (who.person !== undefined) return who.person;
  throw new PhotospoolError('conflict', 'You have no account on this server.', {
    hint: 'Create one with `photospool users add NAME`.',
  });
}

/** The default holder of a viewer's uploads. */
const targetOf = (
  { person, role }: Viewer,
  library: Library,
  gate: Context['gate'],
): ReturnType<typeof uploadTarget> =>
  person === undefined ? 'house' : uploadTarget(library, { id: person, role }, gate?.state().on === true);

/** @throws PhotospoolError `conflict` if a holder is a person, and people can’t have personal libraries. */
export function checkReceiver(holder: Holder | undefined, gate: Context['gate']): void {
  if (holder !== undefined && holder !== house) demandPeopleLibraries(gate);
}

/** A receiver's photo with that hash, if the sender may see it and its original is here. */
export function knownPhoto(library: Library, who: Viewer, holder: Holder, sha256: string): FoundPhoto | undefined {
  const photo = findPhoto(library, who, publicIdOf({ holder, sha256 }));
  return photo?.item.holder === holder && photo.original.here ? photo : undefined;
}

/**
 * Whether an original is stored safely on this server: `trashed` if all its photos visible to the viewer are in the
 * trash; null if there are none.
 */
export type Safety = 'safe' | 'trashed' | null;

/**
 * The safety of originals, by their hashes: only the viewer's own photos and the visible ones of the house are read,
 * never those of other people.
 */
export function safetyOf(library: Library, who: Viewer, hashes: readonly string[]): Safety[] {
  const holders = [house, ...(who.person === undefined ? [] : [who.person])];
  // Each once: otherwise the response time would reveal photos that are hidden from the viewer.
  const ids = [...new Set(hashes)].flatMap((sha256) => holders.map((holder) => publicIdOf({ holder, sha256 })));
  const safety = new Map<string, Safety>();
  for (const { item, original, trashed } of findPhotos(library, who, ids))
    if (original.here && (!trashed || !safety.has(item.sha256))) safety.set(item.sha256, trashed ? 'trashed' : 'safe');
  return hashes.map((sha256) => safety.get(sha256) ?? null);
}

/** Whose an upload becomes, and whether they have its bytes already: asked of the receiver's items only, never of anybody else's. */
import type { Viewer } from '../../access/permissions.js';
import { uploadTarget } from '../../access/upload-target.js';
import { findPhoto, findPhotos, type FoundPhoto } from '../../album/find-photos.js';
import { PhotospoolError } from '../../base/errors.js';
import { house, publicIdOf, type Holder } from '../../document/item-id.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import type { Library } from '../../library/library.js';
import type { Context } from '../context.js';

/**
 * The holder that an upload is for. `wanted`: `me` or `house`, hostile text; absent: as the person has set it, for others the
 * house. A token of a person only sends for them.
 * @throws PhotospoolError `invalid`; `conflict` where people can’t have libraries of their own, or who sends has no account.
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

/** Where uploads of a viewer go that do not say it. */
const targetOf = (
  { person, role }: Viewer,
  library: Library,
  gate: Context['gate'],
): ReturnType<typeof uploadTarget> =>
  person === undefined ? 'house' : uploadTarget(library, { id: person, role }, gate?.state().on === true);

/** @throws PhotospoolError `conflict` where a holder is a person, and people can’t have libraries of their own. */
export function checkReceiver(holder: Holder | undefined, gate: Context['gate']): void {
  if (holder !== undefined && holder !== house) demandPeopleLibraries(gate);
}

/** A receiver's photo with that hash, if the sender may see it and its original is here. */
export function knownPhoto(library: Library, who: Viewer, holder: Holder, sha256: string): FoundPhoto | undefined {
  const photo = findPhoto(library, who, publicIdOf({ holder, sha256 }));
  return photo?.item.holder === holder && photo.original.here ? photo : undefined;
}

/** Whether an original is safe here: `trashed` if all photos of it that the viewer sees are in the trash; null without one. */
export type Safety = 'safe' | 'trashed' | null;

/**
 * The safety of originals, by their hashes: asked of the viewer's own photos and those of the house, as far as the viewer
 * sees them, and never of other people's.
 */
export function safetyOf(library: Library, who: Viewer, hashes: readonly string[]): Safety[] {
  const holders = [house, ...(who.person === undefined ? [] : [who.person])];
  // Each once: otherwise the time of the answer would tell of a photo that the viewer doesn't see.
  const ids = [...new Set(hashes)].flatMap((sha256) => holders.map((holder) => publicIdOf({ holder, sha256 })));
  const safety = new Map<string, Safety>();
  for (const { item, original, trashed } of findPhotos(library, who, ids))
    if (original.here && (!trashed || !safety.has(item.sha256))) safety.set(item.sha256, trashed ? 'trashed' : 'safe');
  return hashes.map((sha256) => safety.get(sha256) ?? null);
}

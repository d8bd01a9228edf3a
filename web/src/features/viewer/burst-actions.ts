/** The actions for a photo of a burst: showing all of them, choosing the one in front, and keeping only one. */
import type { PhotoView } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';
import { route } from '../../lib/route.svelte.js';
import { idsFound } from '../albums/all-matches.js';

/** A photo that belongs to a burst. */
export type PhotoOfBurst = Pick<PhotoView, 'id'> & { burst: NonNullable<PhotoView['burst']> };

const searchOf = ({ burst }: PhotoOfBurst): string => `burst:${burst.id}`;

/** Shows all photos of the burst. */
export const showBurst = (photo: PhotoOfBurst): void => route.search(searchOf(photo));

/** Whether the open search shows this burst. */
export const isBurstShown = (photo: PhotoOfBurst): boolean => route.q === searchOf(photo);

/** Lets a photo stand for its burst. */
export const chooseFront = ({ id }: PhotoOfBurst): Promise<boolean> =>
  edits.do([id], { burstCover: true }, m.viewer.frontChosen);

/**
 * Moves the other photos of the burst to the trash, as one step that can be undone. A search for the burst, which then
 * finds nothing, is replaced by the photos. @throws ApiError
 */
export async function keepOnly(photo: PhotoOfBurst): Promise<void> {
  const others = (await idsFound(searchOf(photo))).filter((id) => id !== photo.id);
  if (others.length === 0 || !(await edits.do(others, { trashed: true }, m.edits.trashed(others.length)))) return;
  if (isBurstShown(photo)) route.openPhotos();
}

/**
 * What the viewer offers on a photo in the trash: to look at it, read its comments, restore it, delete it permanently, and
 * download it.
 */
import type { PhotoView } from '../../lib/api.js';

const inTrash: ReadonlySet<string> = new Set<PhotoView['can'][number]>([
  ...(['details', 'original', 'stripped', 'comment', 'history', 'trash'] as const),
]);

/** A photo; if it is in the trash, without the other actions that the server allows. */
export const asOffered = (photo: PhotoView): PhotoView =>
  photo.trashed ? { ...photo, can: photo.can.filter((action) => inTrash.has(action)) } : photo;

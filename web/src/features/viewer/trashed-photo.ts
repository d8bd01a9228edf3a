/**
 * The actions of the viewer on a photo in the trash: looking at it, reading its comments, restoring it, deleting it
 * permanently, and downloading it.
 */
import type { PhotoView } from '../../lib/api.js';

const inTrash: ReadonlySet<string> = new Set<PhotoView['can'][number]>([
  ...(['details', 'original', 'stripped', 'comment', 'history', 'trash'] as const),
]);

/** A photo; if it is in the trash, without the other actions that the server allows. */
export const asOffered = (photo: PhotoView): PhotoView =>
  photo.trashed ? { ...photo, can: photo.can.filter((action) => inTrash.has(action)) } : photo;

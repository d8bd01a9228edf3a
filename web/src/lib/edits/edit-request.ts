/** Requests that edit photos, many at once (docs/interface.md, "Photos"). */
import type { EditResult, PhotosEdit } from '../../../../src/api/answer-types.js';
import { ask, send } from '../api.js';

/**
 * A change of some photos. `restores` comes in ways back, and `from` names the photos from which it goes over: both keep what
 * others said their word, which a link to a search does not show.
 */
export type PhotosChange = PhotosEdit;
/** What is changed of photos. `shift` is seconds; null takes a value away, back to what the file says. */
export type Change = Omit<PhotosEdit, 'ids' | 'restores' | 'from'>;
/** What became of a change. `undo` brings back what was there. */
export type Changed = Omit<EditResult, 'undo'> & { undo: PhotosChange[] };

/** Photos in a request: few enough that the page can tell how far it is, many enough to be quick. */
const atOnce = 500;
/** Characters of changes in a request, well below what the server takes. */
const mostText = 400_000;

/** Makes a change of the same kind for some photos, in parts. */
export const inParts = (ids: readonly string[], change: Change): PhotosChange[] =>
  cut(ids).map((part) => ({ ...change, ids: part }));

/** Puts changes together into requests that are small enough. */
export function pack(each: readonly PhotosChange[]): PhotosChange[][] {
  const packs: PhotosChange[][] = [];
  let photos = Infinity;
  let text = 0;
  for (const { ids, ...change } of each) {
    for (const part of cut(ids)) {
      const size = JSON.stringify(change).length + part.length * 67;
      if (photos + part.length > atOnce || text + size > mostText) {
        packs.push([]);
        photos = text = 0;
      }
      packs.at(-1)!.push({ ...change, ids: part });
      photos += part.length;
      text += size;
    }
  }
  return packs;
}

function cut(ids: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at < ids.length; at += atOnce) parts.push(ids.slice(at, at + atOnce));
  return parts;
}

/**
 * Makes some changes. A change of one photo is sent to its end when the page is being closed (browsers bound such a body to
 * 64 KiB). @throws ApiError
 */
export const makeChanges = (each: PhotosChange[]): Promise<Changed> => {
  const keepalive = document.visibilityState === 'hidden' && each.length === 1 && each[0]!.ids.length === 1;
  return ask('/api/photos/each', { ...send('PATCH', { each, undo: true }), keepalive });
};

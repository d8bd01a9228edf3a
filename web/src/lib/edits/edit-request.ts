/** Requests that edit photos, many at once (docs/interface.md, "Photos"). */
import type { EditResult, PhotosEdit } from '../../../../src/api/answer-types.js';
import { ask, send } from '../api.js';

/**
 * A change of some photos. Undo changes have `restores`, and `from` names the photos that values are copied from: both
 * preserve the original authors, which share links depend on.
 */
export type PhotosChange = PhotosEdit;
/** The changed values of photos. `shift` is seconds; null removes an edit, back to the file's value. */
export type Change = Omit<PhotosEdit, 'ids' | 'restores' | 'from'>;
/** The result of a change. `undo` reverts it. */
export type Changed = Omit<EditResult, 'undo'> & { undo: PhotosChange[] };

/** Photos per request: few enough to show progress, many enough to be fast. */
const atOnce = 500;
/** Characters of changes per request, well below the server's limit. */
const mostText = 400_000;

/** One change for many photos, split into requests. */
export const inParts = (ids: readonly string[], change: Change): PhotosChange[] =>
  cut(ids).map((part) => ({ ...change, ids: part }));

/** Packs changes into requests below the limits. */
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
 * Whether changes may wait for the server (docs/offline.md). Not those that add to the current value: if the server
 * made one and its answer was lost, sending it again would add twice.
 */
export const mayWait = (each: readonly PhotosChange[]): boolean =>
  each.every(({ shift, turn }) => shift === undefined && turn === undefined);

/**
 * Sends changes that waited while the server was away, as `person`, and under a key, so that they are made only once
 * even if sent again.
 * @throws ApiError `conflict` if another person is signed in.
 */
export const makeWaiting = (each: PhotosChange[], key: string, person: string): Promise<Changed> => {
  const request = send('PATCH', { each, undo: true, key });
  const headers = new Headers(request.headers);
  headers.set('photospool-person', person);
  return ask('/api/photos/each', { ...request, headers });
};

/**
 * Sends changes. A change of one photo is completed even while the page closes (browsers limit such a body to 64 KiB).
 * `key`: under which they are sent again if no answer comes. @throws ApiError
 */
export const makeChanges = (each: PhotosChange[], key: string | undefined): Promise<Changed> => {
  const keepalive = document.visibilityState === 'hidden' && each.length === 1 && each[0]!.ids.length === 1;
  const body = { each, undo: true, ...(key !== undefined && { key }) };
  return ask('/api/photos/each', { ...send('PATCH', body), keepalive });
};

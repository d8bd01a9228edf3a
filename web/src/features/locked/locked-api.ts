/**
 * Requests about the locked photos of the signed-in person (docs/interface.md, "Locked photos"). The server allows no
 * cache to keep their answers, and neither do we.
 */
import type { LockedPhotos } from '../../../../src/api/answer-types.js';
import { addressed, ask, send, type Tile } from '../../lib/api.js';

export type { LockedPhotos };

/** Something that shows that it is the person, for setting a PIN: the current PIN, the password, or a passkey. */
export interface Proof {
  current?: string;
  password?: string;
  otp?: string;
  response?: unknown;
}

/** A page of locked photos. */
interface TilePage {
  tiles: Tile[];
  next?: string;
}

/** Whether locked photos are open in this session, and how they can be opened. */
export const fetchLocked = (): Promise<LockedPhotos> => ask('/api/locked');
/** Opens them for five minutes. @throws ApiError if the PIN or passkey is wrong. */
export const openLocked = (by: { pin: string } | { response: unknown }): Promise<LockedPhotos> =>
  ask('/api/locked/open', send('POST', by));
/** Closes them in this session. */
export const closeLocked = (): Promise<LockedPhotos> => ask('/api/locked/close', send('POST'));
/** Sets or changes the PIN; closes locked photos in all sessions. @throws ApiError if the proof is wrong. */
export const setPin = (pin: string, proof: Proof): Promise<LockedPhotos> =>
  ask('/api/locked/pin', send('PUT', { pin, ...proof }));
/** Removes the PIN; passkeys still open them. @throws ApiError if the proof is wrong. */
export const removePin = (proof: Proof): Promise<LockedPhotos> => ask('/api/locked/pin/remove', send('POST', proof));

/** 100 locked photos, newest first; with `trashed` those in the trash. */
export const fetchTiles = (trashed: boolean, cursor?: string): Promise<TilePage> =>
  ask(addressed('/api/locked/tiles', { limit: 100, ...(trashed && { q: 'is:trashed' }), ...(cursor && { cursor }) }));

/** Unlocks photos: they are then private and archived. */
export const unlock = (ids: readonly string[]): Promise<unknown> =>
  ask('/api/locked/photos/unlock', send('POST', { ids }));
/** Moves photos to the trash, or out of it. */
export const setTrashed = (ids: readonly string[], trashed: boolean): Promise<unknown> =>
  ask('/api/locked/photos', send('PATCH', { ids, trashed }));
/** Permanently deletes photos in the trash. */
export const purge = (ids: readonly string[]): Promise<unknown> =>
  ask('/api/locked/trash/empty', send('POST', { ids }));

/** The address of a picture or video of a locked photo. */
export const lockedMedia = ({ id, v }: Pick<Tile, 'id' | 'v'>, rendition: 'thumb' | 'preview' | 'video'): string =>
  addressed(`/locked/media/${id}/${rendition}`, { v });
/** The address of its original, as a download. */
export const lockedOriginal = (id: string): string => `/locked/originals/${id}?download`;

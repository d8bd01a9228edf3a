/**
 * Edits made offline, in the browser's database until the server has answered them (docs/offline.md). Each belongs to
 * its author. Every function resolves when its change is durable; a kill leaves each edit there or not.
 */
import { openIndexedStore } from '../indexed-store.js';
import type { PhotosChange } from './edit-request.js';

/** An edit that waits. */
export interface QueuedEdit {
  /** The order in which they were made. */
  id: number;
  /** A random id, under which the server makes it once. */
  key: string;
  /** The id of its author. */
  person: string;
  label: string;
  each: PhotosChange[];
}

const within = openIndexedStore('photospool-edits', 'waiting');

/** Adds an edit at the end; returns its id. */
export const queueEdit = async (edit: Omit<QueuedEdit, 'id'>): Promise<number> =>
  (await within('readwrite', (edits) => edits.add(edit))) as number;

/** The waiting edits of a person, in order. */
export const queuedEdits = async (person: string): Promise<QueuedEdit[]> =>
  (await within('readonly', (edits) => edits.getAll() as IDBRequest<QueuedEdit[]>)).filter(
    (edit) => edit.person === person,
  );

/** Removes an edit: the server answered it, or its author undid it. */
export const unqueueEdit = (id: number): Promise<unknown> => within('readwrite', (edits) => edits.delete(id));

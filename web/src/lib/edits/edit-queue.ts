/**
 * Edits made offline, in the browser's database until the server has answered them (docs/offline.md). Each belongs to
 * its author. Every function resolves when its change is durable; a kill leaves each edit there or not.
 */
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

const name = 'photospool-edits';
const store = 'waiting';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: 'id', autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error(name));
  });
}

async function within<T>(mode: IDBTransactionMode, work: (edits: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: 'strict' });
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error(name));
    });
  } finally {
    database.close();
  }
}

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

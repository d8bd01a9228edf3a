/**
 * Files that were shared to this app, kept in the browser's own database until the server has confirmed their bytes. The
 * service worker puts them in; the page and the worker take them out again, each only by `forget`.
 */

/** A file that waits on this device. */
export interface KeptFile {
  id: number;
  name: string;
  file: Blob;
  /** ms since 1970. */
  added: number;
  /** When it was last written where it came from, ms since 1970. */
  modified: number;
  /** Where the server takes it, once an upload was begun. */
  url?: string;
}

const name = 'photospool';
const store = 'shared';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: 'id', autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error(name));
  });
}

/** Runs `work` in one transaction; resolves when that is on the disk. */
async function within<T>(mode: IDBTransactionMode, work: (files: IDBObjectStore) => IDBRequest<T>): Promise<T> {
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

/** Keeps a file. Resolves when it is durable. */
export const keep = (file: Omit<KeptFile, 'id'>): Promise<unknown> => within('readwrite', (files) => files.add(file));

/** All that waits, the oldest first. */
export const keptFiles = (): Promise<KeptFile[]> =>
  within('readonly', (files) => files.getAll() as IDBRequest<KeptFile[]>);

/** How many wait. */
export const countKept = (): Promise<number> => within('readonly', (files) => files.count());

/** Writes down where the upload of a file was begun. */
export const note = (file: KeptFile): Promise<unknown> => within('readwrite', (files) => files.put(file));

/** Takes a file away: the server has it, or somebody said not to send it. */
export const forget = (id: number): Promise<unknown> => within('readwrite', (files) => files.delete(id));

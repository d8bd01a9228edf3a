/**
 * One object store in a database of the browser (IndexedDB), with ids in the order of insertion. Work resolves when it is
 * durable; a kill leaves each of its changes there or not.
 */

/** Runs `work` in one transaction of the store. Rejects without storage, or if there is no space. */
export type WithinStore = <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>) => Promise<T>;

/** Opens the store `store` of the database `name` for each piece of work, creating both. Its key is `id`. */
export function openIndexedStore(name: string, store: string): WithinStore {
  const open = (): Promise<IDBDatabase> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: 'id', autoIncrement: true });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error(name));
    });

  return async <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
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
  };
}

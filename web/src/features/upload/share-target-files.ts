/**
 * Files shared to this app, kept in the browser's database until the server has confirmed their bytes. The service
 * worker adds them; the page and the worker remove them, only with `forget`.
 */

import { openIndexedStore } from '../../lib/indexed-store.js';

/** A file that waits on this device. */
export interface KeptFile {
  id: number;
  name: string;
  file: Blob;
  /** ms since 1970. */
  added: number;
  /** The time of its last change, ms since 1970. */
  modified: number;
  /** The URL of its upload, once it was created. */
  url?: string;
}

const within = openIndexedStore('photospool', 'shared');

/** Stores a file. Resolves when it is durable. */
export const keep = (file: Omit<KeptFile, 'id'>): Promise<unknown> => within('readwrite', (files) => files.add(file));

/** All waiting files, the oldest first. */
export const keptFiles = (): Promise<KeptFile[]> =>
  within('readonly', (files) => files.getAll() as IDBRequest<KeptFile[]>);

/** The number of waiting files. */
export const countKept = (): Promise<number> => within('readonly', (files) => files.count());

/** Stores the upload URL of a file. */
export const note = (file: KeptFile): Promise<unknown> => within('readwrite', (files) => files.put(file));

/** Removes a file: the server has it, or the user cancelled it. */
export const forget = (id: number): Promise<unknown> => within('readwrite', (files) => files.delete(id));

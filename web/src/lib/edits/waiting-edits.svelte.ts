/**
 * The edits of the signed-in person that wait on this device until the server can be reached (docs/offline.md). They
 * are sent in order, by one tab at a time, each under its key; photos are shown as they will be. Only where the service
 * worker runs: elsewhere nothing could be seen offline.
 */
import { ApiError, showWaiting, toApiError } from '../api.js';
import { tilesWithChanges, withChanges } from './apply-change.js';
import { queuedEdits, queueEdit, unqueueEdit, type QueuedEdit } from './edit-queue.js';
import { makeWaiting, mayWait, type PhotosChange } from './edit-request.js';

/** The outcome of the edits that were sent. */
export interface Sent {
  sent: { label: string; each: PhotosChange[]; undo: PhotosChange[] }[];
  refused: { label: string; trouble: ApiError }[];
}

/** Answers after which the same edit may succeed: it keeps waiting. */
const passing = ['offline', 'unauthorized', 'slow-down', 'busy', 'changing', 'timeout', 'disk-full', 'read-only'];

/** The name of the lock of the tab that sends, and of the channel between tabs. */
const name = 'photospool-edits';

/** Changes of one request, and the key under which the server makes them once. */
export interface KeyedChanges {
  key: string | undefined;
  each: PhotosChange[];
}

/** The waiting edits. */
class WaitingEdits {
  /** Those of the person who is signed in, in order. */
  list: QueuedEdit[] = $state.raw([]);

  #person: string | undefined;
  #changed: () => void = () => undefined;
  #channel: BroadcastChannel | undefined;

  constructor() {
    const changes = (): PhotosChange[] => this.list.flatMap(({ each }) => each);
    showWaiting({
      photo: (photo) => (this.list.length === 0 ? photo : withChanges(photo, changes())),
      tiles: (tiles) => (this.list.length === 0 ? tiles : tilesWithChanges(tiles, changes())),
    });
  }

  /** Calls `act` when photos look different because of waiting edits. */
  whenChanged(act: () => void): void {
    this.#changed = act;
  }

  /** Reads the waiting edits of a person; none without a person or without storage. Never rejects. */
  async load(person: string | undefined): Promise<void> {
    this.#person = isPossible() ? person : undefined;
    if (this.#person !== undefined) this.#listen();
    await this.#read();
  }

  #listen(): void {
    this.#channel ??= new BroadcastChannel(name);
    this.#channel.onmessage = () => void this.#read();
  }

  async #read(): Promise<void> {
    const before = this.list;
    this.list = this.#person === undefined ? [] : await queuedEdits(this.#person).catch(() => []);
    if (before.map(({ id }) => id).join() !== this.list.map(({ id }) => id).join()) this.#changed();
  }

  /** Gives changes a key before they are sent; none where they can't wait. */
  keyed(each: PhotosChange[]): KeyedChanges {
    return { each, key: this.#person !== undefined && mayWait(each) ? crypto.randomUUID() : undefined };
  }

  /** Keeps changes durably, behind those that wait; undefined if this device can't, or if they can't wait. */
  async keep(packs: readonly KeyedChanges[], label: string): Promise<number[] | undefined> {
    const person = this.#person;
    if (person === undefined || packs.some(({ key }) => key === undefined)) return undefined;
    const ids: number[] = [];
    try {
      for (const { key, each } of packs) ids.push(await queueEdit({ key: key!, person, label, each }));
    } catch {
      if (ids.length === 0) return undefined;
    }
    await this.#tell();
    return ids;
  }

  /** Removes edits that were not sent; false if one of them was. */
  drop(ids: readonly number[]): Promise<boolean> {
    return alone(async () => {
      await this.#read();
      const waits = ids.every((id) => this.list.some((edit) => edit.id === id));
      if (waits) for (const id of ids) await unqueueEdit(id);
      await this.#tell();
      return waits;
    });
  }

  /** Sends waiting edits, until one can't be sent now. Never rejects. */
  async send(): Promise<Sent> {
    const done: Sent = { sent: [], refused: [] };
    await alone(async () => {
      for (await this.#read(); this.list[0]; await this.#read()) {
        const { id, key, label, each, person } = this.list[0];
        try {
          const { changed, missing, refused = [], undo = [] } = await makeWaiting(each, key, person);
          const none = changed === 0 && missing.length + refused.length > 0;
          if (none) done.refused.push({ label, trouble: new ApiError('not-found', '') });
          else done.sent.push({ label, each, undo });
        } catch (error) {
          const trouble = toApiError(error);
          // Another person is signed in: they did so in another tab, and this one doesn't know yet.
          if (passing.includes(trouble.code) || trouble.code === 'conflict') return;
          done.refused.push({ label, trouble });
        }
        await unqueueEdit(id);
      }
    }).catch(() => undefined);
    await this.#tell();
    return done;
  }

  async #tell(): Promise<void> {
    await this.#read();
    this.#channel?.postMessage('changed');
  }
}

/** Only a secure page has these, despite the types, and only one with a service worker is of use offline. */
const isPossible = (): boolean =>
  typeof navigator !== 'undefined' &&
  (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker?.controller instanceof ServiceWorker &&
  typeof indexedDB !== 'undefined';

/** Runs `work` in one tab at a time. */
const alone = <T>(work: () => Promise<T>): Promise<T> => navigator.locks.request(name, work);

export const waiting = new WaitingEdits();

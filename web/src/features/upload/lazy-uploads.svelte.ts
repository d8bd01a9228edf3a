/**
 * The entry point of uploads, small enough for every page: the upload script is loaded with the first file. Also checks
 * whether files shared to the app wait on this device.
 */
import { withMessages } from '../../lib/messages.js';
import type * as sending from './upload-script.js';
import { language } from '../../lib/language.js';
import { channel } from './share-target-channel.js';
import type { Source } from './dropped-files.js';

type Sending = typeof sending;

/** The state of uploads before their script is loaded. */
class Entry {
  /** The script, once it is loaded. */
  sending: Sending | undefined = $state.raw();
  /** True if the script could not be loaded. */
  failed = $state(false);

  #loading: Promise<Sending> | undefined;

  load(): Promise<Sending> {
    this.#loading ??= withMessages(import('./upload-script.js'), 'upload', 'activity').then(
      (sending) => (this.sending = sending),
      (error: unknown) => {
        this.#loading = undefined;
        this.failed = true;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Uploads chosen or dropped files. */
  async add(read: (sending: Sending) => Source[] | Promise<Source[]>): Promise<void> {
    const sending = await this.load();
    sending.uploads.add(await read(sending));
  }
}

/** The entry point of uploads. */
export const entry = new Entry();

/** Installs the service worker: seen photos are kept for offline use, and files shared to the app are accepted. */
export function install(): void {
  // Missing over plain HTTP, despite the types.
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  // Without it the album works the same, except offline and for the phone's share button.
  workers?.register(`/sw.js?language=${language}`, { type: 'module' }).catch(() => undefined);
}

/** Uploads files shared to the app, now and later, until the returned function is called. */
export function takeShared(): () => void {
  const heard = new BroadcastChannel(channel);
  const look = (): void => void takeKept().catch(() => undefined);
  heard.onmessage = look;
  look();
  return () => heard.close();
}

async function takeKept(): Promise<void> {
  const { countKept } = await import('./share-target-files.js');
  // Without storage nothing can be waiting.
  const kept = await countKept().catch(() => 0);
  if (kept > 0) await (await entry.load()).uploads.addKept();
}

/**
 * The way into uploads, small enough to be in every page: the script that does it is fetched when the first file comes. Looks
 * as well whether something waits on this device that was shared to the app.
 */
import type * as sending from './upload-script.js';
import { channel } from './share-target-channel.js';
import type { Source } from './dropped-files.js';

type Sending = typeof sending;

/** What the page knows of its uploads before any of their script is here. */
class Entry {
  /** The script, once it is there. */
  sending: Sending | undefined = $state.raw();
  /** True where the script could not be fetched. */
  failed = $state(false);

  #loading: Promise<Sending> | undefined;

  load(): Promise<Sending> {
    this.#loading ??= import('./upload-script.js').then(
      (sending) => (this.sending = sending),
      (error: unknown) => {
        this.#loading = undefined;
        this.failed = true;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Sends what was chosen or dropped. */
  async add(read: (sending: Sending) => Source[] | Promise<Source[]>): Promise<void> {
    const sending = await this.load();
    sending.uploads.add(await read(sending));
  }
}

/** The way into uploads. */
export const entry = new Entry();

/** The worker that keeps what is shared; installed for those who may upload. */
export function install(): () => void {
  const heard = new BroadcastChannel(channel);
  const look = (): void => void takeKept().catch(() => undefined);
  heard.onmessage = look;
  look();
  // Absent over plain HTTP, whatever the types say.
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  // Without it the album works the same, but for what the phone's share button sends.
  workers?.register('/sw.js', { type: 'module' }).catch(() => undefined);
  return () => heard.close();
}

async function takeKept(): Promise<void> {
  const { countKept } = await import('./share-target-files.js');
  // A browser that keeps nothing has nothing that waits.
  const kept = await countKept().catch(() => 0);
  if (kept > 0) await (await entry.load()).uploads.addKept();
}

/** The uploads of this page: three files at a time, in their order of arrival. */
import { isCalledOff, toApiError, type ApiError } from '../../lib/api.js';
import { session } from '../../lib/session.svelte.js';
import { cancelled, carry } from './upload-file.js';
import type { Source } from './dropped-files.js';
import { forget, keptFiles } from './share-target-files.js';

/** How a file is doing. `held`: the network or the server is away for a while; `known`: it is in the album already. */
export type State = 'waiting' | 'reading' | 'sending' | 'held' | 'paused' | 'done' | 'known' | 'failed';

const atOnce = 3;
const active: readonly State[] = ['waiting', 'reading', 'sending', 'held'];
const settled: readonly State[] = ['done', 'known'];

/** A file that is to be sent, is being sent, or was. */
export class Item {
  readonly source: Source;
  state: State = $state('waiting');
  /** Bytes that the server has. */
  sent = $state(0);
  trouble: ApiError | undefined = $state.raw();
  stop = new AbortController();

  constructor(source: Source) {
    this.source = source;
  }

  get bytes(): number {
    return this.source.file.size;
  }

  get isActive(): boolean {
    return active.includes(this.state);
  }

  get isSafe(): boolean {
    return settled.includes(this.state);
  }
}

/** The page's uploads. They go on whatever page of the album is open. */
class Uploads {
  items: Item[] = $state.raw([]);
  #running = 0;

  /** Takes files in, and begins. */
  add(sources: readonly Source[]): void {
    this.items = [...this.items, ...sources.map((source) => new Item(source))];
    this.#fill();
  }

  /** Takes in what was shared to this app and is not here yet. */
  async addKept(): Promise<void> {
    const here = new Set(this.items.map(({ source }) => source.kept));
    const files = (await keptFiles()).filter(({ id }) => !here.has(id));
    if (files.length > 0)
      this.add(files.map(({ id, name, file, modified }) => ({ kept: id, name, file, modified, folder: '' })));
  }

  /** True while something is being sent that goes with the page: what was shared to the app does not. */
  get isBusy(): boolean {
    return this.items.some(({ isActive, source }) => isActive && source.kept === undefined);
  }

  pause(items: readonly Item[] = this.items): void {
    for (const item of items.filter((one) => one.isActive)) {
      item.state = 'paused';
      item.stop.abort();
    }
  }

  /** Goes on with what is paused or has failed. */
  resume(items: readonly Item[] = this.items): void {
    for (const item of items.filter(({ state }) => state === 'paused' || state === 'failed')) {
      item.stop = new AbortController();
      item.trouble = undefined;
      item.state = 'waiting';
    }
    this.#fill();
  }

  /** Does not send a file after all. */
  cancel(item: Item): void {
    item.stop.abort(cancelled);
    this.items = this.items.filter((one) => one !== item);
    if (item.source.kept !== undefined) void forget(item.source.kept);
  }

  /** Takes what is safe off the list. */
  clear(): void {
    this.items = this.items.filter((item) => !item.isSafe);
  }

  #fill(): void {
    for (const item of this.items) {
      if (this.#running >= atOnce) return;
      if (item.state === 'waiting') void this.#run(item);
    }
  }

  async #run(item: Item): Promise<void> {
    this.#running++;
    const { stop } = item;
    const tell = (change: () => void): void => {
      if (item.stop === stop && !stop.signal.aborted) change();
    };
    const take = (state: State, trouble?: ApiError): void =>
      tell(() => {
        item.state = state;
        item.trouble = trouble;
      });
    take('reading');
    try {
      const outcome = await carry(item.source, stop.signal, {
        reading: () => take('reading'),
        held: (trouble) => take('held', trouble),
        sending: (bytes) => {
          if (item.state !== 'sending') take('sending');
          tell(() => (item.sent = bytes));
        },
      });
      // The server has it: only now it may go from this device.
      if (item.source.kept !== undefined) await forget(item.source.kept);
      tell(() => (item.sent = item.bytes));
      take(outcome);
    } catch (error) {
      const trouble = toApiError(error);
      if (trouble.code === 'unauthorized') void session.load();
      if (!isCalledOff(error)) take('failed', trouble);
    }
    this.#running--;
    this.#fill();
  }
}

/** The uploads of this page. */
export const uploads = new Uploads();

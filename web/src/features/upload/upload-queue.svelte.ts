/** The uploads of this page: three files at a time, in their order of arrival. */
import { isCalledOff, toApiError, type ApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';
import { session } from '../../lib/session.svelte.js';
import { TimeLeft } from '../../lib/time-left.js';
import { cancelled, carry } from './upload-file.js';
import type { Source } from './dropped-files.js';
import { forget, keptFiles } from './share-target-files.js';

/**
 * The state of a file. `held`: the network or the server is temporarily unavailable; `known`: it is in the library
 * already; `trashed`: it is in the trash already.
 */
export type State = 'waiting' | 'reading' | 'sending' | 'held' | 'paused' | 'done' | 'known' | 'trashed' | 'failed';

const atOnce = 3;
const active: readonly State[] = ['waiting', 'reading', 'sending', 'held'];
const settled: readonly State[] = ['done', 'known', 'trashed'];
/** The polling interval of the progress, in ms. */
const pace = 1_000;

/** A file to upload, or uploaded. */
export class Item {
  readonly source: Source;
  state: State = $state('waiting');
  /** The number of bytes on the server. */
  sent = $state(0);
  /** The highest number of them so far: a retry starts at 0 until the server reports where it continues. */
  most = 0;
  trouble: ApiError | undefined = $state.raw();
  /** The photo in the trash that it is (its id). */
  trashed: string | undefined;
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

  /** The number of bytes that were sent since the last call. */
  advance(): number {
    const before = this.most;
    this.most = Math.max(before, this.sent);
    return this.most - before;
  }
}

/** The page's uploads. They continue while other pages of the album are open. */
class Uploads {
  items: Item[] = $state.raw([]);
  #running = 0;
  #minutes: number | undefined = $state();
  #isMeasuring = false;

  /** Adds files, and starts. */
  add(sources: readonly Source[]): void {
    this.items = [...this.items, ...sources.map((source) => new Item(source))];
    this.#fill();
  }

  /** Adds files shared to this app that are not in the list yet. */
  async addKept(): Promise<void> {
    const here = new Set(this.items.map(({ source }) => source.kept));
    const files = (await keptFiles()).filter(({ id }) => !here.has(id));
    if (files.length > 0)
      this.add(files.map(({ id, name, file, modified }) => ({ kept: id, name, file, modified, folder: '' })));
  }

  /** True while uploads would be lost by closing the page: those of shared files would not. */
  get isBusy(): boolean {
    return this.items.some(({ isActive, source }) => isActive && source.kept === undefined);
  }

  /** True while files are to be sent, but the network or the server is unavailable. */
  get isHeld(): boolean {
    const left = this.#left;
    return left.length > 0 && left.every(({ state }) => state === 'held' || state === 'waiting');
  }

  /** The estimated time until all are sent, in minutes, as it is shown; undefined while none is sent or it is not known. */
  get minutesLeft(): number | undefined {
    return this.isHeld || this.#left.length === 0 ? undefined : this.#minutes;
  }

  pause(items: readonly Item[] = this.items): void {
    for (const item of items.filter((one) => one.isActive)) {
      item.state = 'paused';
      item.stop.abort();
    }
  }

  /** Resumes paused and failed uploads. */
  resume(items: readonly Item[] = this.items): void {
    this.#begin(items.filter(({ state }) => state === 'paused' || state === 'failed'));
  }

  /** Restores the photos of files that are in the trash; then they go where their uploads go. Never rejects. */
  async restore(items: readonly Item[]): Promise<void> {
    const photos = items.flatMap(({ trashed }) => trashed ?? []);
    if (await edits.do(photos, { trashed: false }, m.edits.restored(photos.length))) this.#begin(items);
  }

  #begin(items: readonly Item[]): void {
    for (const item of items) {
      item.stop = new AbortController();
      item.trouble = undefined;
      item.state = 'waiting';
    }
    this.#fill();
  }

  /** Cancels an upload. */
  cancel(item: Item): void {
    item.stop.abort(cancelled);
    this.items = this.items.filter((one) => one !== item);
    if (item.source.kept !== undefined) void forget(item.source.kept);
  }

  /** Removes finished files from the list. */
  clear(): void {
    this.items = this.items.filter((item) => !item.isSafe);
  }

  #fill(): void {
    if (!this.#isMeasuring) this.#measure();
    for (const item of this.items) {
      if (this.#running >= atOnce) return;
      if (item.state === 'waiting') void this.#run(item);
    }
  }

  get #left(): Item[] {
    return this.items.filter(({ isActive }) => isActive);
  }

  /** Estimates the time left until nothing is to be sent; the time in which nothing could be does not count. */
  #measure(): void {
    this.#isMeasuring = true;
    const estimate = new TimeLeft();
    let last = performance.now();
    this.#minutes = undefined;
    const timer = setInterval(() => {
      const ms = performance.now() - last;
      last += ms;
      const done = this.items.reduce((sum, item) => sum + item.advance(), 0);
      const left = this.#left;
      const bytes = left.reduce((sum, one) => sum + one.bytes - one.most, 0);
      if (!this.isHeld) this.#minutes = estimate.update(done, bytes, ms);
      if (left.length > 0) return;
      clearInterval(timer);
      this.#isMeasuring = false;
    }, pace);
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
        resuming: (bytes) => tell(() => (item.most = Math.max(bytes, item.most))),
        held: (trouble) => take('held', trouble),
        sending: (bytes) => {
          if (item.state !== 'sending') take('sending');
          tell(() => (item.sent = bytes));
        },
      });
      // The server has it: only now it may be removed from this device.
      if (item.source.kept !== undefined) await forget(item.source.kept);
      tell(() => (item.sent = item.bytes));
      if (typeof outcome === 'object') item.trashed = outcome.trashed;
      take(typeof outcome === 'object' ? 'trashed' : outcome);
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

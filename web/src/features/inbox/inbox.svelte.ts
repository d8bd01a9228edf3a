/**
 * The queue of unreviewed photos. Postponed photos go to its end; a choice takes effect at once, and undoing it brings
 * the photo back.
 */
import { addressed, ask, type Tile, toApiError, type ApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';
import { inboxSearch, waiting } from './inbox-count.svelte.js';

/** How many are requested at once, and the number remaining that requests more. */
const page = 200;
const ahead = 20;

/** The state of a review. */
export class Inbox {
  phase: 'loading' | 'ready' | 'failed' = $state('loading');
  trouble: ApiError | undefined = $state.raw();
  kept = $state(0);
  trashed = $state(0);

  #tiles: Tile[] = $state.raw([]);
  #at = $state(0);
  #next: string | null | undefined;
  #loading: Promise<void> | undefined;

  constructor() {
    void this.#load();
    void waiting.load();
  }

  /** The current photo; undefined if none is left. */
  get tile(): Tile | undefined {
    return this.#tiles[this.#at];
  }

  get before(): Tile | undefined {
    return this.#tiles[this.#at - 1];
  }

  get after(): Tile | undefined {
    return this.#tiles[this.#at + 1];
  }

  /** The number of postponed photos. */
  get later(): number {
    return this.#tiles.length;
  }

  /** Keeps the photo and moves on. */
  keep(): Promise<void> {
    return this.#away({ reviewed: true }, m.edits.reviewed(1), () => this.kept++);
  }

  /** Moves the photo to the trash and moves on. */
  trash(): Promise<void> {
    return this.#away({ trashed: true }, m.edits.trashed(1), () => this.trashed++);
  }

  /** Moves forward or back without a choice. */
  turn(by: 1 | -1): void {
    this.#at = Math.max(0, Math.min(this.#tiles.length, this.#at + by));
    this.#more();
  }

  /** Restarts with postponed, new and undone photos. */
  async again(): Promise<void> {
    this.#next = undefined;
    this.#at = 0;
    this.#tiles = [];
    await Promise.all([this.#load(), waiting.load()]);
  }

  /** The current photo is no longer in the inbox. */
  gone(): void {
    const { tile } = this;
    if (tile) this.#tiles = this.#tiles.filter(({ id }) => id !== tile.id);
    this.#more();
  }

  async #away(change: { reviewed: true } | { trashed: true }, label: string, count: () => void): Promise<void> {
    const { tile } = this;
    if (!tile || edits.busy) return;
    if (!(await edits.do([tile.id], change, label))) return;
    count();
    if (waiting.count !== undefined) waiting.count = Math.max(0, waiting.count - 1);
    this.gone();
  }

  #more(): void {
    if (this.#next !== null && this.#tiles.length - this.#at < ahead) void this.#load();
  }

  #load(): Promise<void> {
    this.#loading ??= this.#fetch().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #fetch(): Promise<void> {
    try {
      const asked = { q: inboxSearch, limit: page, cursor: this.#next ?? undefined };
      const { tiles, next } = await ask<{ tiles: Tile[]; next: string | null }>(addressed('/api/tiles', asked));
      this.#next = next;
      this.#tiles = [...this.#tiles, ...tiles];
      this.phase = 'ready';
    } catch (error) {
      this.trouble = toApiError(error);
      this.phase = this.#tiles.length > 0 ? 'ready' : 'failed';
    }
  }
}

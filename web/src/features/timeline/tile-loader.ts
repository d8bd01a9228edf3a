/**
 * Loads the photos of blocks by priority, a few at a time. It aborts requests that are no longer needed and block
 * others; a failed block is retried on the next demand, after a pause.
 */
import { fetchTiles, isCalledOff, type Tile } from '../../lib/api.js';
import type { Block } from './layout-blocks.js';

/** Concurrent requests; browsers allow six per server, and pictures need some of them. */
const atOnce = 3;
/** The pause after a failure, ms. */
const pause = 1500;

/** The queue of blocks to load for one search. */
export class Loader {
  #wanted: Block[] = [];
  readonly #going = new Map<string, AbortController>();
  #paused = false;
  #closed = false;
  readonly #q: string;
  readonly #arrived: (block: Block, tiles: Tile[]) => void;

  constructor(q: string, arrived: (block: Block, tiles: Tile[]) => void) {
    this.#q = q;
    this.#arrived = arrived;
  }

  /**
   * Replaces the wanted blocks, most urgent first. Requests that are no longer wanted are aborted when others need
   * their slot.
   */
  want(blocks: Block[]): void {
    this.#wanted = blocks.filter((block) => !block.tiles);
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    for (const call of this.#going.values()) call.abort();
  }

  #pump(): void {
    if (this.#paused || this.#closed) return;
    const waiting = this.#wanted.filter((block) => !block.tiles && !this.#going.has(block.key));
    if (waiting.length > atOnce - this.#going.size) this.#callOff();
    for (const block of waiting.slice(0, Math.max(0, atOnce - this.#going.size))) void this.#fetch(block);
  }

  /** Aborts requests that are no longer wanted, to make space for wanted ones. */
  #callOff(): void {
    const keys = new Set(this.#wanted.map((block) => block.key));
    for (const [key, call] of this.#going) if (!keys.has(key)) call.abort();
  }

  async #fetch(block: Block): Promise<void> {
    const call = new AbortController();
    this.#going.set(block.key, call);
    try {
      const tiles = await fetchTiles(this.#q, block.segment, call.signal);
      if (!this.#closed && !call.signal.aborted) this.#arrived(block, tiles);
    } catch (error) {
      if (!isCalledOff(error)) this.#rest();
    } finally {
      this.#going.delete(block.key);
      this.#pump();
    }
  }

  #rest(): void {
    this.#paused = true;
    setTimeout(() => {
      this.#paused = false;
      this.#pump();
    }, pause);
  }
}

/**
 * The timeline of one search: loaded blocks, geometry, visible part. The view stays in place while heights become
 * known, photos arrive, and the window changes its size.
 */
import { fetchSegments, isCalledOff, toApiError, type Segment, type Tile, type ApiError } from '../../lib/api.js';
import type { Place } from '../../lib/route.svelte.js';
import { findAnchor, lineOf, placeAt, returnTo, rowsOnScreen } from './scroll-anchor.js';
import { arrive, type Start } from './initial-position.js';
import {
  type Block,
  blocksBetween,
  firstGuess,
  type Guess,
  layOut,
  learn,
  lineBottom,
  makeBlocks,
  place,
} from './layout-blocks.js';
import type { Measure } from './row-height.js';
import { Loader } from './tile-loader.js';
import { refill } from './refresh-blocks.js';
import { Scroll } from './virtual-scroll.js';

/** Photos per block: small enough to load quickly, large enough that a library has few. */
export const blockSize = 250;
/** The number of blocks whose photos stay in memory. */
const keptBlocks = 48;
/** The time for which photos are requested in advance while scrolling, ms. */
const headStart = 2500;
/** Within this distance from the top (px) new photos may move the others down: there they are expected. */
const topEnough = 24;

/** The timeline of the search `q`. */
export class Album {
  readonly q: string;
  phase: 'loading' | 'ready' | 'failed' = $state('loading');
  trouble: ApiError | undefined = $state.raw();
  /** Increases whenever anything moved. */
  version = $state(0);
  /** Increases with every scroll. */
  ticks = $state(0);
  readonly scroll = new Scroll();
  blocks: Block[] = [];
  measure: Measure;
  /** The number of matches. */
  count = $state(0);

  /** The position to reach when the photos there are loaded. */
  #sought: Place | undefined;
  #guess: Guess;
  #learned = false;
  #ahead = 0;
  #refreshing = false;
  #stale: Set<string> | 'all' | undefined;
  readonly #loader: Loader;
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #closing = new AbortController();

  constructor(q: string, measure: Measure) {
    this.q = q;
    this.measure = measure;
    this.scroll.view = innerHeight;
    this.#guess = firstGuess(measure);
    this.#loader = new Loader(q, (block, tiles) => this.#arrive(block, tiles));
  }

  /** Loads the timeline, and scrolls to the last position, or to a time; also retries after an error. */
  async open(start: Start = this.#sought): Promise<void> {
    this.phase = 'loading';
    this.#sought = typeof start === 'object' ? start : undefined;
    try {
      this.#show(makeBlocks(await this.#fetch()));
      await arrive(this, start, () => (this.#sought = undefined));
      this.#count();
      this.phase = 'ready';
      // Changes that arrived meanwhile.
      if (this.#stale) void this.refresh([]);
    } catch (error) {
      if (isCalledOff(error)) return;
      this.trouble = toApiError(error);
      this.phase = 'failed';
    }
  }

  /**
   * The first visible photo, or the one being loaded; undefined at the top, null while the visible part is not loaded.
   */
  get place(): Place | undefined | null {
    if (this.#sought) return this.#sought;
    return this.scroll.at <= topEnough ? undefined : (placeAt(this, this.scroll.at) ?? null);
  }

  close(): void {
    this.#closing.abort();
    this.#loader.close();
  }

  /** Lays everything out for another width. */
  resize(measure: Measure): void {
    const same = measure.width === this.measure.width && measure.target === this.measure.target;
    const { lead, foot, scrubs } = this.measure;
    if (same && measure.lead === lead && measure.foot === foot && measure.scrubs === scrubs) return;
    this.#hold(() => {
      this.measure = measure;
      if (same) return;
      this.#guess = firstGuess(measure);
      this.#learned = false;
      for (const block of this.blocks) {
        block.known = false;
        if (block.tiles) layOut(block, block.tiles, measure);
      }
    });
    this.look();
  }

  /** Handles scrolling: loads the visible part, and ahead of it in the direction of `speed` (px/ms, negative is up). */
  look(speed = 0): void {
    if (this.blocks.length === 0) return;
    const { at, view } = this.scroll;
    this.#ahead = Math.sign(speed) || this.#ahead || 1;
    const far = Math.min(view * 60, view * 3 + Math.abs(speed) * headStart);
    const [before, after] = this.#ahead > 0 ? [view, far] : [far, view];
    const seen = blocksBetween(this.blocks, at, at + view);
    const near = blocksBetween(this.blocks, at - before, at + view + after);
    const rest = near.filter((block) => !seen.includes(block));
    if (this.#ahead < 0) rest.reverse();
    this.#loader.want([...seen, ...rest, ...this.#awaited()]);
    this.#forget(near);
  }

  /** Photos have changed: of these months, or of unknown ones. */
  async refresh(months: readonly string[] | undefined): Promise<void> {
    if (months === undefined || this.#stale === 'all') this.#stale = 'all';
    else this.#stale = new Set([...(this.#stale ?? []), ...months]);
    if (this.#refreshing || this.phase === 'loading') return;
    if (this.phase === 'failed') return this.open();
    this.#refreshing = true;
    try {
      while (this.#stale && !this.#closing.signal.aborted) {
        const stale = this.#stale;
        this.#stale = undefined;
        await this.#renew(stale);
      }
    } catch (error) {
      // The next event, or the next connection, retries; the shown photos stay.
      if (!isCalledOff(error)) this.#stale = 'all';
    } finally {
      this.#refreshing = false;
    }
  }

  #fetch(): Promise<Segment[]> {
    return fetchSegments(this.q, blockSize, this.#closing.signal);
  }

  async #renew(stale: Set<string> | 'all'): Promise<void> {
    const segments = await this.#fetch();
    const { at, view } = this.scroll;
    const seen = blocksBetween(this.blocks, at - view, at + view * 2).filter((block) => block.tiles);
    const fresh = await refill(this.q, this.blocks, segments, stale, seen, at < view, this.#closing.signal);
    const pins = at > topEnough ? rowsOnScreen(this, at, view) : undefined;
    this.#show(fresh, pins);
    this.#count();
    this.phase = 'ready';
    this.look();
  }

  /** Resolves when the photos of a block are loaded, or failed to load for some seconds. */
  async ensure(block: Block): Promise<void> {
    if (block.tiles) return;
    await new Promise<void>((resolve) => {
      this.#waiting.set(block.key, [...(this.#waiting.get(block.key) ?? []), resolve]);
      this.look();
      setTimeout(resolve, 8000);
    });
  }

  /** Scrolls just far enough that a photo is visible. */
  reveal(id: string, margin = 0): void {
    const found = lineOf(this, id);
    if (!found) return;
    const { scroll, measure } = this;
    const top = found.block.top + found.line.top - measure.top - margin;
    const bottom = lineBottom(found.block, found.line, measure) + margin;
    if (top < scroll.at) this.goTo(top);
    else this.goTo(Math.max(scroll.at, bottom - scroll.view));
  }

  /** Scrolls to a position. */
  goTo(y: number): void {
    this.scroll.at = y;
    this.scroll.jumped = true;
    this.scroll.bound();
    this.version++;
    this.look();
  }

  #awaited(): Block[] {
    return this.blocks.filter((block) => this.#waiting.has(block.key));
  }

  #arrive(block: Block, tiles: Tile[]): void {
    if (!this.blocks.includes(block)) return;
    this.#hold(() => {
      layOut(block, tiles, this.measure);
      if (!this.#learned) {
        const guess = learn(this.blocks);
        this.#learned = guess !== undefined;
        this.#guess = guess ?? this.#guess;
      }
    });
    for (const resolve of this.#waiting.get(block.key) ?? []) resolve();
    this.#waiting.delete(block.key);
  }

  /** Replaces the present blocks. */
  #show(blocks: Block[], pins?: ReadonlySet<string>): void {
    this.#hold(() => {
      this.blocks = blocks;
      for (const block of blocks) if (block.tiles && !block.known) layOut(block, block.tiles, this.measure, pins);
    });
  }

  #count(): void {
    this.count = this.blocks.reduce((sum, block) => sum + block.segment.count, 0);
  }

  /** Changes the geometry while keeping the visible part in place. */
  #hold(change: () => void): void {
    const anchor = this.scroll.at > topEnough ? findAnchor(this, this.scroll.at, this.scroll.view) : undefined;
    change();
    this.scroll.total = place(this.blocks, this.measure, this.#guess) + (this.measure.foot ?? 0);
    if (anchor) this.scroll.at = returnTo(this, anchor) ?? this.scroll.at;
    this.scroll.bound();
    this.version++;
  }

  #forget(near: readonly Block[]): void {
    const loaded = this.blocks.filter((block) => block.tiles);
    if (loaded.length <= keptBlocks) return;
    const keep = new Set(near);
    const middle = this.scroll.at;
    const far = loaded.filter((block) => !keep.has(block));
    far.sort((a, b) => Math.abs(b.top - middle) - Math.abs(a.top - middle));
    for (const block of far.slice(0, loaded.length - keptBlocks)) block.tiles = block.lines = undefined;
  }
}

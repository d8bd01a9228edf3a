/**
 * Loads the photos of blocks by priority, a few at a time; consecutive small blocks share a request, so that months with
 * few photos cost no more than large ones. It aborts requests that are no longer needed and block others; a failed
 * request is retried on the next demand, after a pause.
 */
import { fetchTiles, isCalledOff, type Tile } from '../../lib/api.js';
import type { Block } from './layout-blocks.js';

/** Concurrent requests; browsers allow six per server, and pictures need some of them. */
const atOnce = 3;
/** The pause after a failure, ms. */
const pause = 1500;
/** The maximum number of photos of several blocks in a request. */
const most = 250;

/** Consecutive blocks, loaded by one request. */
type Run = readonly Block[];

/** The longest run with the first of some blocks, from these blocks alone. */
export function runOf(blocks: readonly Block[]): Block[] {
  const waiting = new Map(blocks.map((block) => [block.index, block]));
  const run = blocks.slice(0, 1);
  let photos = run[0]?.segment.count ?? 0;
  const extend = (from: number, by: 1 | -1): void => {
    for (let next = waiting.get(from + by); next; next = waiting.get(next.index + by)) {
      photos += next.segment.count;
      if (photos > most) return;
      if (by > 0) run.push(next);
      else run.unshift(next);
    }
  };
  if (run[0]) {
    extend(run[0].index, 1);
    extend(run[0].index, -1);
  }
  return run;
}

/**
 * Divides the photos of a run among its blocks: by month, so that a photo is never under a wrong heading; without
 * months by their numbers.
 */
export function divide(run: Run, tiles: readonly Tile[]): Tile[][] {
  let at = 0;
  const monthAt = (index: number): string => tiles[index]?.taken.slice(0, 7) ?? '';
  return run.map(({ segment: { month, count } }, i) => {
    if (month === '') return tiles.slice(at, (at += count));
    const isLast = run[i + 1]?.segment.month !== month;
    const left = new Set(run.slice(i).map((block) => block.segment.month));
    while (at < tiles.length && !left.has(monthAt(at))) at++;
    const from = at;
    while (monthAt(at) === month && (isLast || at - from < count)) at++;
    return tiles.slice(from, at);
  });
}

/** The photos of each block of a run. @throws ApiError */
async function fetchRun(q: string, run: Run, signal: AbortSignal): Promise<Tile[][]> {
  const [first] = run;
  if (!first) return [];
  const count = run.reduce((sum, { segment }) => sum + segment.count, 0);
  const tiles = await fetchTiles(q, { ...first.segment, count }, signal);
  return run.length === 1 ? [tiles] : divide(run, tiles);
}

/** Loads the photos of all these blocks at once. @throws ApiError; then blocks may be missing their photos. */
export async function fetchRuns(q: string, blocks: readonly Block[], signal: AbortSignal): Promise<void> {
  const runs: Run[] = [];
  for (let rest = blocks; rest.length > 0;) {
    const run = runOf(rest);
    runs.push(run);
    rest = rest.filter((block) => !run.includes(block));
  }
  await Promise.all(
    runs.map(async (run) => {
      const found = await fetchRun(q, run, signal);
      run.forEach((block, i) => (block.tiles = found[i] ?? []));
    }),
  );
}

/** The queue of blocks to load for one search. */
export class Loader {
  #wanted: Block[] = [];
  readonly #going = new Map<Run, AbortController>();
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
    const going = new Set([...this.#going.keys()].flatMap((run) => run.map(({ key }) => key)));
    let waiting = this.#wanted.filter((block) => !block.tiles && !going.has(block.key));
    if (waiting.length > atOnce - this.#going.size) this.#callOff();
    while (waiting.length > 0 && this.#going.size < atOnce) {
      const run = runOf(waiting);
      waiting = waiting.filter((block) => !run.includes(block));
      void this.#fetch(run);
    }
  }

  /** Aborts requests that are no longer wanted, to make space for wanted ones. */
  #callOff(): void {
    const keys = new Set(this.#wanted.map((block) => block.key));
    for (const [run, call] of this.#going) if (!run.some(({ key }) => keys.has(key))) call.abort();
  }

  async #fetch(run: Run): Promise<void> {
    const call = new AbortController();
    this.#going.set(run, call);
    try {
      const found = await fetchRun(this.#q, run, call.signal);
      if (!this.#closed && !call.signal.aborted)
        run.forEach((block, i) => {
          this.#arrived(block, found[i] ?? []);
        });
    } catch (error) {
      if (!isCalledOff(error)) this.#rest();
    } finally {
      this.#going.delete(run);
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

/** The selected photos of a timeline, with their tiles, independent of the loaded parts. */
import type { Tile } from '../../lib/api.js';

/** The photos that are chosen. */
export class Selection {
  /** Counts up with every change. */
  version = $state(0);
  /** Where the last choice was made: shift goes from there. */
  last: string | undefined;

  /** True where somebody said that they want to choose, before the first photo is. */
  #begun = $state(false);
  readonly #chosen = new Map<string, Tile>();

  /** How many. */
  get size(): number {
    void this.version;
    return this.#chosen.size;
  }

  /** True while photos are being chosen: a click chooses then. */
  get on(): boolean {
    return this.#begun || this.size > 0;
  }

  has(id: string): boolean {
    void this.version;
    return this.#chosen.has(id);
  }

  /** All of them, in the order in which they were chosen. */
  get tiles(): Tile[] {
    void this.version;
    return [...this.#chosen.values()];
  }

  get ids(): string[] {
    void this.version;
    return [...this.#chosen.keys()];
  }

  begin(): void {
    this.#begun = true;
  }

  /** Chooses a photo, or not any more. */
  toggle(tile: Tile): void {
    if (!this.#chosen.delete(tile.id)) this.#chosen.set(tile.id, tile);
    this.last = tile.id;
    this.#changed();
  }

  /** Chooses some, or if all of them are chosen, none of them. */
  toggleAll(tiles: readonly Tile[]): void {
    if (tiles.every(({ id }) => this.#chosen.has(id))) for (const { id } of tiles) this.#chosen.delete(id);
    else for (const tile of tiles) this.#chosen.set(tile.id, tile);
    this.last = tiles.at(-1)?.id ?? this.last;
    this.#changed();
  }

  add(tiles: readonly Tile[]): void {
    for (const tile of tiles) this.#chosen.set(tile.id, tile);
    this.#changed();
  }

  /** Chooses exactly these. */
  set(tiles: readonly Tile[]): void {
    this.#chosen.clear();
    this.add(tiles);
  }

  clear(): void {
    this.#begun = false;
    this.#chosen.clear();
    this.last = undefined;
    this.#changed();
  }

  #changed(): void {
    if (this.#chosen.size === 0) this.last = undefined;
    this.version++;
  }
}

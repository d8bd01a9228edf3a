/** The selected photos of a timeline, with their tiles, independent of the loaded parts. */
import type { Tile } from '../../lib/api.js';

/** The selected photos. */
export class Selection {
  /** Increases with every change. */
  version = $state(0);
  /** The start of a range selection with Shift. */
  last: string | undefined;

  /** True if the selection mode was started before the first photo was selected. */
  #begun = $state(false);
  readonly #chosen = new Map<string, Tile>();

  /** The number of selected photos. */
  get size(): number {
    void this.version;
    return this.#chosen.size;
  }

  /** True in selection mode, in which a click selects. */
  get on(): boolean {
    return this.#begun || this.size > 0;
  }

  has(id: string): boolean {
    void this.version;
    return this.#chosen.has(id);
  }

  /** All selected photos, in the order of selection. */
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

  /** Toggles a photo. */
  toggle(tile: Tile): void {
    if (!this.#chosen.delete(tile.id)) this.#chosen.set(tile.id, tile);
    this.last = tile.id;
    this.#changed();
  }

  /** Selects some photos, or deselects them if all are selected. */
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

  /** Selects exactly these photos. */
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

/** Selects photos of a timeline by click, Shift, box, long press, key, and whole days and months. */
import { toApiError, type Tile } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import type { Album } from '../timeline/timeline-state.svelte.js';
import { spotOf } from '../timeline/scroll-anchor.js';
import { findPhoto } from '../timeline/find-photo.js';
import { Box } from './drag-box.svelte.js';
import type { PressDeeds } from './long-press.js';
import type { Selection } from './selection.svelte.js';
import { tilesBetween, tilesOf, tilesOfDay, tilesOfMonth } from './select-range.js';
import { m } from '../../lib/messages.js';

/** The selection gestures of a timeline. */
export class Choosing {
  readonly box: Box;
  readonly #album: () => Album;
  readonly #selection: () => Selection;
  #pressed: { id: string; before: Tile[] } | undefined;

  constructor(album: () => Album, selection: () => Selection) {
    this.#album = album;
    this.#selection = selection;
    this.box = new Box(album, selection);
  }

  /** Toggles a photo; with `stretch` selects all from the last selected one. */
  async choose(id: string, stretch = false): Promise<void> {
    const selection = this.#selection();
    const spot = spotOf(this.#album(), id);
    const tile = spot?.block.tiles?.[spot.index];
    if (!tile) return;
    const from = stretch ? selection.last : undefined;
    if (from === undefined) return selection.toggle(tile);
    await this.#take(async () => selection.add(await this.#between(from, id)));
    selection.last = id;
  }

  /** Selects all photos under a heading, or of one of its days; deselects them if all are selected. */
  chooseHead(month: string, day?: string): Promise<void> {
    const album = this.#album();
    return this.#take(async () =>
      this.#selection().toggleAll(
        await (day === undefined ? tilesOfMonth(album, month) : tilesOfDay(album, month, day)),
      ),
    );
  }

  /** Selects all matches. */
  chooseAll(): Promise<void> {
    return this.#take(async () => this.#selection().set(await tilesOf(this.#album(), this.#album().blocks)));
  }

  /** The effects of touch. */
  readonly press: PressDeeds = {
    begin: (id) => {
      this.#pressed = { id, before: this.#selection().tiles };
      if ('vibrate' in navigator) navigator.vibrate(12);
      void this.choose(id);
    },
    reach: (id) => {
      const pressed = this.#pressed;
      if (!pressed) return;
      void this.#between(pressed.id, id).then((tiles) => {
        if (this.#pressed === pressed) this.#selection().set([...pressed.before, ...tiles]);
      });
    },
  };

  async #between(from: string, to: string): Promise<Tile[]> {
    const album = this.#album();
    const known = this.#selection().tiles.find(({ id }) => id === from);
    const one = spotOf(album, from) ?? (known && (await findPhoto(album, from, known.taken)));
    const other = spotOf(album, to);
    return one && other ? tilesBetween(album, one, other) : [];
  }

  async #take(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      edits.say({ text: m.select.failed, trouble: toApiError(error) });
    }
  }
}

/**
 * State of the duplicates page. A settled group leaves the list at once and returns when undone. While the server still
 * compares photos, the page polls it.
 */
import type { DuplicateGroup, Duplicates } from '../../../../src/api/answer-types.js';
import { addressed, ask, type PhotoView, toApiError, type ApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { keepAll, keepOne, keepSuggested, outsideBursts } from './keep-one.js';
import { m } from '../../lib/messages.js';

/** How many groups are requested at once, and the number remaining that requests more. */
const page = 20;
const few = 5;
const most = 200;
/** The polling interval while photos are still compared, ms. */
const rest = 1500;

/** The identity of a group: it changes when a photo is added or removed. */
export const keyOf = ({ photos }: DuplicateGroup): string => photos.map(({ id }) => id).join();

/** The list of groups during a review. */
export class Review {
  groups: DuplicateGroup[] = $state.raw([]);
  /** The total number of groups; undefined until it is known. */
  count: number | undefined = $state();
  looking: Duplicates['looking'] = $state.raw(null);
  trouble: ApiError | undefined = $state.raw();
  next: string | null = $state(null);

  #turn = 0;
  #own = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #unwatch: () => void;

  constructor() {
    void this.load();
    // Edits that were undone, or made elsewhere in the page, reload the list.
    this.#unwatch = edits.watch(() => {
      if (!this.#own) void this.load();
    });
  }

  /** Reloads as many groups as are shown. Never rejects. */
  load(): Promise<void> {
    return this.#ask(undefined, Math.min(most, Math.max(page, this.groups.length)));
  }

  /** Loads the next groups. */
  async more(): Promise<void> {
    if (this.next !== null) await this.#ask(this.next, page);
  }

  /** Keeps one photo of a group; true if it succeeded. */
  keep({ photos }: DuplicateGroup, id: string): Promise<boolean> {
    const kept = photos.find((photo) => photo.id === id);
    const others = photos.filter((photo) => photo.id !== id);
    if (!kept) return Promise.resolve(false);
    return this.#settle(photos, edits.all(keepOne(kept, others), m.duplicates.keptOne(others.length)));
  }

  /** The groups whose suggested photos can be kept at once; those of bursts are decided one by one. */
  get suggested(): DuplicateGroup[] {
    return outsideBursts(this.groups);
  }

  /** Keeps the suggested photo of each of these groups, as one step; true if it succeeded. */
  keepSuggested(): Promise<boolean> {
    const groups = this.suggested;
    const photos = groups.flatMap((group) => group.photos);
    const label = m.duplicates.keptSuggested(groups.length, photos.length - groups.length);
    return this.#settle(photos, edits.all(keepSuggested(groups), label));
  }

  /** Marks the photos of a group as different; true if it succeeded. */
  keepAll({ photos }: DuplicateGroup): Promise<boolean> {
    return this.#settle(photos, edits.all(keepAll(photos), m.duplicates.keptAll(photos.length)));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#turn++;
    this.#unwatch();
  }

  async #settle(photos: readonly PhotoView[], work: Promise<boolean>): Promise<boolean> {
    this.#own = true;
    const done = await work;
    this.#own = false;
    if (!done) return false;
    // Responses in progress do not include this change.
    this.#turn++;
    const gone = new Set(photos.map(({ id }) => id));
    const before = this.groups.length;
    this.groups = this.groups.filter((group) => !group.photos.some(({ id }) => gone.has(id)));
    this.count = Math.max(this.groups.length, (this.count ?? before) - (before - this.groups.length));
    if (this.looking) this.#later();
    else if (this.groups.length < few) void this.more();
    return true;
  }

  async #ask(cursor: string | undefined, limit: number): Promise<void> {
    const turn = ++this.#turn;
    clearTimeout(this.#timer);
    try {
      const found = await ask<Duplicates>(addressed('/api/duplicates', { cursor, limit }));
      if (turn !== this.#turn) return;
      const known = new Set(cursor === undefined ? [] : this.groups.map(keyOf));
      this.groups = [
        ...(cursor === undefined ? [] : this.groups),
        ...found.groups.filter((group) => !known.has(keyOf(group))),
      ];
      this.count = found.count;
      this.next = found.next;
      this.looking = found.looking;
      this.trouble = undefined;
      if (found.looking) this.#later();
    } catch (error) {
      if (turn === this.#turn) this.trouble = toApiError(error);
    }
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), rest);
  }
}

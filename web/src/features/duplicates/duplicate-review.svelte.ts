/**
 * State of the duplicates page. A settled group leaves the list at once and returns when undone. While the server still
 * compares photos, the page polls it.
 */
import type { DuplicateGroup, Duplicates } from '../../../../src/api/answer-types.js';
import { addressed, ask, type PhotoView, toApiError, type ApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { keepAll, keepOne } from './keep-one.js';
import { duplicateTexts as texts } from './duplicate-texts.js';

/** So many groups are asked for at once, and more when so few are left. */
const page = 20;
const few = 5;
const most = 200;
/** While photos are looked at, it is asked again after so long, ms. */
const rest = 1500;

/** What a group is known by: it is another one when a photo comes or goes. */
export const keyOf = ({ photos }: DuplicateGroup): string => photos.map(({ id }) => id).join();

/** Working through the groups. */
export class Review {
  groups: DuplicateGroup[] = $state.raw([]);
  /** How many groups there are, shown or not; undefined until it is known. */
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
    // What was undone, or changed elsewhere in the page, is asked for anew.
    this.#unwatch = edits.watch(() => {
      if (!this.#own) void this.load();
    });
  }

  /** Asks from the beginning, for as many as are shown. Never rejects. */
  load(): Promise<void> {
    return this.#ask(undefined, Math.min(most, Math.max(page, this.groups.length)));
  }

  /** Asks for those that follow. */
  async more(): Promise<void> {
    if (this.next !== null) await this.#ask(this.next, page);
  }

  /** Keeps one photo of a group; true where it was done. */
  keep({ photos }: DuplicateGroup, id: string): Promise<boolean> {
    const kept = photos.find((photo) => photo.id === id);
    const others = photos.filter((photo) => photo.id !== id);
    if (!kept) return Promise.resolve(false);
    return this.#settle(photos, edits.all(keepOne(kept, others), texts.keptOne(others.length)));
  }

  /** Says that the photos of a group are not the same; true where it was done. */
  keepAll({ photos }: DuplicateGroup): Promise<boolean> {
    return this.#settle(photos, edits.all(keepAll(photos), texts.keptAll(photos.length)));
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
    // An answer that is under way does not know of it.
    this.#turn++;
    const gone = new Set(photos.map(({ id }) => id));
    this.groups = this.groups.filter((group) => !group.photos.some(({ id }) => gone.has(id)));
    this.count = Math.max(this.groups.length, (this.count ?? 1) - 1);
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

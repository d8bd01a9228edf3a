/** The number of unreviewed photos, fetched at a bounded rate and shared by all components that show it. */
import type { Month } from '../../../../src/api/answer-types.js';
import { addressed, ask } from '../../lib/api.js';

/** What the inbox holds, as a search. */
export const inboxSearch = '-is:reviewed';
/** Changes come in bursts; asking rests so long in between, ms. */
const rest = 1500;

/** The count. */
class Waiting {
  /** Undefined until it is known. */
  count: number | undefined = $state();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks soon; many calls are one question. */
  ask(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.load();
      },
      this.count === undefined ? 0 : rest,
    );
  }

  /** Asks now. What can't be had now is asked for with the next change. */
  async load(): Promise<void> {
    const months = await ask<Month[]>(addressed('/api/timeline', { q: inboxSearch })).catch(() => undefined);
    if (months) this.count = months.reduce((sum, { count }) => sum + count, 0);
  }
}

export const waiting = new Waiting();

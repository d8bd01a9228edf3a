/** The number of unreviewed photos, fetched at a bounded rate and shared by all components that show it. */
import type { Month } from '../../../../src/api/answer-types.js';
import { addressed, ask } from '../../lib/api.js';

/** The search for the contents of the inbox. */
export const inboxSearch = '-is:reviewed';
/** Changes come in bursts; the minimum interval between requests, ms. */
const rest = 1500;

/** The count. */
class Waiting {
  /** Undefined until it is known. */
  count: number | undefined = $state();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Requests the count soon; many calls are coalesced. */
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

  /** Requests it now. After an error, the next change requests it again. */
  async load(): Promise<void> {
    const months = await ask<Month[]>(addressed('/api/timeline', { q: inboxSearch })).catch(() => undefined);
    if (months) this.count = months.reduce((sum, { count }) => sum + count, 0);
  }
}

export const waiting = new Waiting();

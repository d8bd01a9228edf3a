/** Something that a page asks the server for, and asks again when it changed it. */
import { toTrouble, type Trouble } from './api.js';

/** What was asked for: the newest answer, or what went wrong. */
export class Asked<T> {
  /** The newest answer; kept while it is asked for again. */
  value: T | undefined = $state.raw();
  trouble: Trouble | undefined = $state.raw();

  #turn = 0;
  readonly #get: () => Promise<T>;

  constructor(get: () => Promise<T>) {
    this.#get = get;
    void this.load();
  }

  /** Asks (again). Never rejects; of answers that overtake each other the one asked for last counts. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const value = await this.#get();
      if (turn !== this.#turn) return;
      this.value = value;
      this.trouble = undefined;
    } catch (error) {
      if (turn === this.#turn) this.trouble = toTrouble(error);
    }
  }
}

/** Something that a button does: it is under way, or what went wrong. One at a time. */
export class Deed {
  busy = $state(false);
  trouble: Trouble | undefined = $state.raw();

  /** Does it; true where it was done. Work that answers `false` was not: the person turned away. Never rejects. */
  async do(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.trouble = undefined;
    try {
      return (await work()) !== false;
    } catch (error) {
      this.trouble = toTrouble(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

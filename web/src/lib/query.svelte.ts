/** Something that a page asks the server for, and asks again when it changed it. */
import { toApiError, type ApiError } from './api.js';

/** What was asked for: the newest answer, or what went wrong. */
export class Query<T> {
  /** The newest answer; kept while it is asked for again. */
  value: T | undefined = $state.raw();
  trouble: ApiError | undefined = $state.raw();

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
      if (turn === this.#turn) this.trouble = toApiError(error);
    }
  }
}

/** Something that a button does: it is under way, or what went wrong. One at a time. */
export class Mutation {
  busy = $state(false);
  trouble: ApiError | undefined = $state.raw();

  /** Does it; true where it was done. Work that answers `false` was not: the person turned away. Never rejects. */
  async do(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.trouble = undefined;
    try {
      return (await work()) !== false;
    } catch (error) {
      this.trouble = toApiError(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

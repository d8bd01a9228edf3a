/** Queries and mutations: the loading and error states of requests, as reactive state. */
import { toApiError, type ApiError } from './api.js';

/** A query: the newest response, or the error. */
export class Query<T> {
  /** The newest response; kept during a reload. */
  value: T | undefined = $state.raw();
  trouble: ApiError | undefined = $state.raw();

  #turn = 0;
  readonly #get: () => Promise<T>;

  constructor(get: () => Promise<T>) {
    this.#get = get;
    void this.load();
  }

  /** Loads or reloads. Never rejects; if responses arrive out of order, the last request counts. */
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

/** The action of a button: in progress, or failed with an error. One at a time. */
export class Mutation {
  busy = $state(false);
  trouble: ApiError | undefined = $state.raw();

  /** Runs `work`; true if it succeeded. `work` returns `false` if the person cancelled. Never rejects. */
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

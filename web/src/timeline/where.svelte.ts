/** Where photos were taken, for the heads of the timeline: of months all at once, of days when their months are looked at. */
import { fetchDayPlaces, fetchPlaces } from './places.js';

/** The places of one search. */
export class Where {
  /** By month (`2024-07`), in words. */
  months: ReadonlyMap<string, string> = $state.raw(new Map());
  /** By day (`2024-07-01`). */
  days: ReadonlyMap<string, string> = $state.raw(new Map());

  readonly #q: string;
  readonly #asked = new Set<string>();
  readonly #call = new AbortController();

  constructor(q: string) {
    this.#q = q;
    void fetchPlaces(q, this.#call.signal).then((found) => (this.months = found));
  }

  /** Asks for the days of some months, `from` and `to` among them, once. */
  need(from: string, to: string): void {
    const key = `${from} ${to}`;
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    void fetchDayPlaces(this.#q, from, to, this.#call.signal).then((found) => {
      if (found.size > 0) this.days = new Map([...this.days, ...found]);
    });
  }

  close(): void {
    this.#call.abort();
  }
}

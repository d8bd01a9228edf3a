/** The most frequent places of each month and day, for the headings of the timeline. */
import type { TimelinePlaces } from '../../../../src/api/answer-types.js';
import { SvelteMap } from 'svelte/reactivity';
import { addressed, ask, isCalledOff } from '../../lib/api.js';
import { inWords } from './format-places.js';

/** The places of a search. No method rejects: a heading works without a place. */
export class Places {
  readonly #q: string;
  readonly #months = new SvelteMap<string, string>();
  readonly #days = new SvelteMap<string, string>();
  /** Ranges that were requested already. */
  readonly #asked = new Set<string>();
  /** Months of the next request. */
  readonly #together: string[] = [];
  readonly #calls = new AbortController();

  constructor(q: string) {
    this.#q = q;
  }

  /** The places of a month (`2024-07`), in words: `Palisade, Colorado`. */
  month = (month: string): string | undefined => this.#months.get(month);

  /** The places of a day (`2024-07-03`), shorter: `Palisade`. */
  day = (day: string): string | undefined => this.#days.get(day);

  /** Loads the places of all months. */
  async load(): Promise<void> {
    for (const { month, places } of await this.#ask({ q: this.#q }))
      if (month !== undefined) this.#months.set(month, inWords(places));
  }

  /** Loads the places of the days of a month, once; of the months that appear together by one request. */
  async look(month: string): Promise<void> {
    if (this.#asked.has(month)) return;
    this.#asked.add(month);
    this.#together.push(month);
    if (this.#together.length > 1) return;
    await Promise.resolve();
    const months = this.#together.splice(0).sort();
    const span = months.length === 1 ? month : `${months[0]!}..${months.at(-1)!}`;
    for (const { day, places } of await this.#ask({ q: `${this.#q} taken:${span}`.trim(), by: 'day' }))
      if (day !== undefined) this.#days.set(day, inWords(places.map((place) => place.split(', ')[0]!)));
  }

  /** Stops loading. */
  close(): void {
    this.#calls.abort();
  }

  async #ask(query: Record<string, string>): Promise<TimelinePlaces[]> {
    try {
      return await ask<TimelinePlaces[]>(addressed('/api/timeline/places', query), { signal: this.#calls.signal });
    } catch (error) {
      if (!isCalledOff(error)) this.#asked.clear();
      return [];
    }
  }
}

/**
 * The people of the family, for the initials on their photos and for searches by holder. Loaded when the first of them
 * is requested.
 */
import type { PartnerList } from '../../../src/api/answer-types.js';
import { SvelteMap } from 'svelte/reactivity';
import { ask } from './api.js';
import { legible } from './legible.js';

/** A person whose photo is shown. */
export interface Holder {
  name: string;
  initials: string;
}

/** `AL` for Ada Lovelace, `Si` for Sister. Pure. */
export function initialsOf(name: string): string {
  const words = legible(name).trim().split(/\s+/u);
  const [first, last] = [[...(words[0] ?? '')], words.length > 1 ? [...(words.at(-1) ?? '')] : undefined];
  return last ? `${first[0] ?? ''}${last[0] ?? ''}`.toUpperCase() : first.slice(0, 2).join('');
}

/** The people of the family. */
class Holders {
  readonly #people = new SvelteMap<string, Holder>();
  /** Those who were looked up: an unknown person is looked up once. */
  readonly #tried = new Set<string>();
  #isLoading = false;

  /** The holder of a photo, if that is another person whose name is known; changes when it becomes known. */
  of(holder: string | undefined): Holder | undefined {
    if (holder === undefined) return undefined;
    const known = this.#people.get(holder);
    if (!known && !this.#tried.has(holder)) {
      this.#tried.add(holder);
      if (!this.#isLoading) void this.#load();
    }
    return known;
  }

  /** Never rejects: without names there are no initials. */
  async #load(): Promise<void> {
    this.#isLoading = true;
    const { people } = await ask<PartnerList>('/api/partners').catch(() => ({ people: [] }));
    for (const { id, name } of people) this.#people.set(id, { name, initials: initialsOf(name) });
    this.#isLoading = false;
  }
}

export const holders = new Holders();

/** The people of the family, for the initials on their photos. Loaded when the first photo of another person appears. */
import type { PartnerList } from '../../../../src/api/answer-types.js';
import { SvelteMap } from 'svelte/reactivity';
import { ask } from '../../lib/api.js';
import { legible } from '../../lib/legible.js';
import { session } from '../../lib/session.svelte.js';

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
  #asked = false;

  /** The holder of a photo, if that is another person whose name is known. */
  of(holder: string | undefined): Holder | undefined {
    if (holder === undefined || holder === session.now?.person?.id) return undefined;
    if (!this.#asked) void this.#load();
    return this.#people.get(holder);
  }

  /** Never rejects: without names there are no initials. */
  async #load(): Promise<void> {
    this.#asked = true;
    const { people } = await ask<PartnerList>('/api/partners').catch(() => ({ people: [] }));
    for (const { id, name } of people) this.#people.set(id, { name, initials: initialsOf(name) });
  }
}

export const holders = new Holders();

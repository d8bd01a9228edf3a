/** The names of places, cameras, tags and albums as the library writes them, for searches that are shown in words. */
import { SvelteMap } from 'svelte/reactivity';
import { folded } from '../../lib/ui/combobox-matches.js';
import type { Known, KnownOption } from './search-completion.js';

class KnownNames {
  readonly #known = new SvelteMap<string, readonly KnownOption[]>();
  #source: (() => Promise<Known>) | undefined;

  /** Sets the source of the names; they are loaded when the first one is requested. */
  comeFrom(source: () => Promise<Known>): void {
    this.#source = source;
  }

  /** The name of an album with members by its search, `in:HOLDER:ULID`; undefined until it is known. */
  album(term: string): string | undefined {
    return this.#of('album').find((one) => one.term === term)?.value;
  }

  /**
   * `Arezzo` for `arezzo`, `Canon` for `canon`: a value of one of these keys as the library writes it, or as it was
   * typed.
   */
  written(value: string, ...keys: readonly string[]): string {
    for (const key of keys) {
      const found = this.#find(value, key);
      if (found !== undefined) return found;
    }
    return value;
  }

  #find(value: string, key: string): string | undefined {
    const wanted = folded(value);
    const words = value.split(' ').length;
    for (const { value: known } of this.#of(key)) {
      const make = known.split(' ').slice(0, words).join(' ');
      const parts = key === 'place' ? known.split(', ') : key === 'camera' ? [known, make] : [known];
      const found = parts.find((part) => folded(part) === wanted);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #of(key: string): readonly KnownOption[] {
    const load = this.#source;
    this.#source = undefined;
    void load?.().then((known) => {
      for (const [name, values] of Object.entries(known)) this.#known.set(name, values ?? []);
    });
    return this.#known.get(key) ?? [];
  }
}

/** The names that are known. */
export const knownNames = new KnownNames();

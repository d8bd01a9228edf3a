/**
 * The contents of the photos of a search: people, places, kinds, years, cameras and folders, each as the term that
 * finds it, with the number of photos and a cover. From `GET /api/explore`.
 */
import type { ExploredPhotos, PartnerList } from '../../../../src/api/answer-types.js';
import { addressed, ask, type Tile } from '../../lib/api.js';
import { m } from '../../lib/messages.js';
import { Query } from '../../lib/query.svelte.js';
import { session } from '../../lib/session.svelte.js';
import { termFor } from './search-completion.js';

/** A value of the photos. */
export interface ExploredEntry {
  /** The term that finds its photos. */
  term: string;
  /** In words. */
  name: string;
  /** The number of its photos. */
  count: number;
  /** The newest of them. */
  tile: Tile;
}

/** The values in the photos of a search. Create it during the initialisation of a component. */
export class Explored {
  #names: ReadonlyMap<string, string> = $state.raw(new Map());
  #found: ExploredPhotos | undefined = $state.raw();
  /** Whether the first answers have come, or failed. */
  #isSettled = $state({ found: false, names: false });

  /** `q`: the search, now. */
  constructor(q: () => string) {
    const asked = $derived.by(() => {
      const text = q();
      return new Query(() => ask<ExploredPhotos>(addressed('/api/explore', { q: text })));
    });
    // The last answer stays while the next one is loading, so that nothing jumps.
    $effect(() => {
      if (asked.value) this.#found = asked.value;
      if (asked.value ?? asked.trouble) this.#isSettled.found = true;
    });
    $effect(() => {
      if (session.now?.libraries !== true) return void (this.#isSettled.names = true);
      void ask<PartnerList>('/api/partners')
        .then(
          ({ people }) => (this.#names = new Map(people.map(({ id, name }) => [id, name]))),
          () => undefined,
        )
        .finally(() => (this.#isSettled.names = true));
    });
  }

  /** Whether everything has been loaded once, or failed to load. */
  get isSettled(): boolean {
    return this.#isSettled.found && this.#isSettled.names;
  }

  /** The number of photos; undefined until the first answer. */
  get count(): number | undefined {
    return this.#found?.count;
  }

  get places(): ExploredEntry[] {
    return (this.#found?.places ?? []).map(({ value, ...one }) => ({
      ...{ ...one, name: value.split(', ')[0]!, term: termFor('place', value) },
    }));
  }

  get years(): ExploredEntry[] {
    return (this.#found?.years ?? []).map(({ value, ...one }) => ({ ...one, name: value, term: `taken:${value}` }));
  }

  get cameras(): ExploredEntry[] {
    return (this.#found?.cameras ?? []).map(({ value, ...one }) => ({
      ...{ ...one, name: value, term: termFor('camera', value) },
    }));
  }

  /** The folders that they came from, by their own names; preceded by their parent if two have the same name. */
  get folders(): ExploredEntry[] {
    const folders = this.#found?.folders ?? [];
    const own = (value: string): string => value.split('/').at(-1) ?? value;
    return folders.map(({ value, ...one }) => {
      const isAlone = folders.filter((other) => own(other.value) === own(value)).length === 1;
      return {
        ...one,
        name: isAlone ? own(value) : value.split('/').slice(-2).join('/'),
        term: termFor('folder', value),
      };
    });
  }

  /** Videos and the kinds of photos, by their names in searches. */
  get kinds(): ExploredEntry[] {
    return (this.#found?.kinds ?? []).flatMap(({ value, ...one }) => {
      const term = value === 'video' ? 'type:video' : `is:${value}`;
      const name = m.app.searchValues[term];
      return name === undefined ? [] : [{ ...one, name, term }];
    });
  }

  /** The holders of the photos; empty if there is only one, and so nothing to choose. */
  get people(): ExploredEntry[] {
    const holders = this.#found?.holders ?? [];
    if (holders.length < 2) return [];
    return holders.flatMap(({ value, ...one }) => {
      const me = session.now?.person?.id === value;
      const name = me ? m.search.me : value === 'house' ? m.search.house : this.#names.get(value);
      return name === undefined ? [] : [{ ...one, name, term: `holder:${me ? 'me' : value}` }];
    });
  }
}

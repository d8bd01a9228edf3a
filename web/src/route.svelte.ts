/**
 * What the address says: a search (`?q=`), and the photo that is open (`/photo/<id>`). Opening a photo makes a history
 * entry, going on to its neighbours does not: one step back is always the album.
 */

/** What the timeline of a history entry showed last: a photo, and how far below the window's top (px). */
export interface Place {
  id: string;
  taken: string;
  below: number;
}

interface Address {
  q: string;
  photo: string | undefined;
}

/** What is kept with a history entry. */
interface Entry {
  /** True for a photo that was opened from the album, so that a step back leads there. */
  inside?: boolean;
  place?: Place;
}

function read(): Address {
  const photo = /^\/photo\/([0-9a-f]{64})$/.exec(location.pathname)?.[1];
  return { q: new URLSearchParams(location.search).get('q') ?? '', photo };
}

const entry = (): Entry => (history.state as Entry | null) ?? {};

const searchPart = (q: string): string => (q === '' ? '' : `?${new URLSearchParams({ q }).toString()}`);

/** The address of a photo, seen among the results of `q`. */
export const photoPath = (id: string, q: string): string => `/photo/${id}${searchPart(q)}`;

/** The page's address. */
class Route {
  q = $state('');
  photo: string | undefined = $state();

  constructor() {
    // The browser would restore a place that the timeline, whose heights are not known yet, does not have.
    history.scrollRestoration = 'manual';
    this.#take();
    addEventListener('popstate', () => this.#take());
  }

  /** Opens a photo from the album. */
  open(id: string): void {
    history.pushState({ inside: true }, '', photoPath(id, this.q));
    this.#take();
  }

  /** Goes on to another photo. */
  turn(id: string): void {
    history.replaceState(history.state, '', photoPath(id, this.q));
    this.#take();
  }

  /** Back to the album; a step back in history where the photo was opened from it. */
  close(): void {
    if (entry().inside) history.back();
    else {
      history.replaceState(null, '', `/${searchPart(this.q)}`);
      this.#take();
    }
  }

  /** Where the timeline was when this history entry was left. */
  get place(): Place | undefined {
    return this.photo === undefined ? entry().place : undefined;
  }

  /** Keeps where the timeline is with the history entry. */
  keep(place: Place | undefined): void {
    if (this.photo !== undefined) return;
    const { place: _, ...rest } = entry();
    history.replaceState(place ? { ...rest, place } : rest, '');
  }

  /** Searches. */
  search(q: string): void {
    if (q === this.q) return;
    history.pushState(null, '', `/${searchPart(q)}`);
    this.#take();
  }

  #take(): void {
    const { q, photo } = read();
    this.q = q;
    this.photo = photo;
  }
}

export const route = new Route();

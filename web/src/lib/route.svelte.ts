/**
 * The state in the address: a search (`?q=`), the zoom of its timeline (`by=`) and position in time (`at=`), and the
 * open photo (`/photo/<id>`) or another page (`/spool`). Opening a photo makes a history entry, going on to its
 * neighbours does not: one step back is always the album. From other pages the arrow leads back to the album, however
 * many of them were visited.
 */

import { isPlainClick } from './modifier-keys.js';
import { base } from './api.js';
import type { Span } from '../features/timeline/overview-covers.js';

/** The pages beside the album, as they are called in the address. */
export const pageNames = [
  ...(['inbox', 'albums', 'tags', 'cameras', 'places', 'duplicates', 'trash'] as const),
  ...(['spool', 'servers', 'health', 'shares', 'people', 'me', 'tokens', 'access', 'audit'] as const),
  ...(['sign-in', 'setup', 'invite'] as const),
] as const;

/** The name of a page beside the album. */
export type PageName = (typeof pageNames)[number];

/** What the timeline of a history entry showed last: a photo, and how far below the window's top (px). */
export interface Place {
  id: string;
  taken: string;
  below: number;
}

interface Address {
  q: string;
  by: Span | undefined;
  at: string | undefined;
  photo: string | undefined;
  page: PageName | undefined;
  /** True where the address is that of no page. */
  unknown: boolean;
}

/** What is kept with a history entry. */
interface Entry {
  /** True for a photo that was opened from the album, so that a step back leads there. */
  inside?: boolean;
  /** How many steps back the album is. */
  steps?: number;
  place?: Place;
}

function read(): Address {
  const path = location.pathname.slice(base.length);
  const photo = /^\/photo\/([0-9a-f]{64})$/.exec(path)?.[1];
  const name = base === '' ? /^\/([a-z-]+)\/?$/.exec(path)?.[1] : undefined;
  const page = pageNames.find((known) => known === name);
  const asked = new URLSearchParams(page ? '' : location.search);
  const [by, at] = [asked.get('by'), asked.get('at')];
  return {
    q: asked.get('q') ?? '',
    by: photo === undefined && (by === 'month' || by === 'year') ? by : undefined,
    at: at !== null && /^\d{4}(?:-\d\d){0,2}$/.test(at) ? at : undefined,
    photo,
    page,
    unknown: photo === undefined && page === undefined && !/^\/?$/.test(path),
  };
}

const entry = (): Entry => (history.state as Entry | null) ?? {};

const searchPart = (q: string): string => (q === '' ? '' : `?${new URLSearchParams({ q }).toString()}`);

/** The address of a search. */
export const searchPath = (q: string): string => `${base}/${searchPart(q)}`;

/** The address of a search's timeline as months, years or (undefined) days, where `at` is. */
export function albumPath(q: string, by: Span | undefined, at?: string): string {
  const asked = { ...(q !== '' && { q }), ...(by && { by }), ...(at !== undefined && { at }) };
  const query = new URLSearchParams(asked).toString();
  return `${base}/${query === '' ? '' : `?${query}`}`;
}

/** The address of a photo, seen among the results of `q`. */
export const photoPath = (id: string, q: string): string => `${base}/photo/${id}${searchPart(q)}`;

/** The page's address. */
class Route {
  q = $state('');
  /** How far away the timeline is: by days where undefined. */
  by: Span | undefined = $state();
  /** Where in time it is to begin: `2024`, `2024-07`, `2024-07-01`. */
  at: string | undefined = $state();
  photo: string | undefined = $state();
  page: PageName | undefined = $state();
  /** True where the address is that of no page. */
  unknown = $state(false);

  constructor() {
    // The browser would restore a place that the timeline, whose heights are not known yet, does not have.
    history.scrollRestoration = 'manual';
    this.#take();
    addEventListener('popstate', () => this.#take());
  }

  /** Opens a photo from the album, among what `q` finds. */
  open(id: string, q = this.q): void {
    history.pushState({ inside: true }, '', photoPath(id, q));
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
      history.replaceState(null, '', `${base}/${searchPart(this.q)}`);
      this.#take();
    }
  }

  /** Goes to a page beside the album; `query` is put behind its address. */
  go(page: PageName, query = ''): void {
    const { steps } = entry();
    const next = this.page === undefined ? 1 : steps === undefined ? undefined : steps + 1;
    if (page !== this.page) history.pushState(next === undefined ? null : { steps: next }, '', `/${page}${query}`);
    this.#take();
    scrollTo(0, 0);
  }

  /** From a page beside the album back into it, where one had been if one came from there. */
  leave(): void {
    const { steps } = entry();
    if (steps !== undefined) history.go(-steps);
    else this.home();
  }

  /** To the album, in place of the page that is open: it is done with. */
  home(): void {
    history.replaceState(null, '', `${base}/`);
    this.#take();
  }

  /** Where the timeline was when this history entry was left. */
  get place(): Place | undefined {
    return this.photo === undefined ? entry().place : undefined;
  }

  /** Keeps where the timeline is with the history entry. */
  keep(place: Place | undefined): void {
    if (this.photo !== undefined || this.page !== undefined || this.by) return;
    const { place: _, ...rest } = entry();
    // Where one went to by the address is not where one is any more.
    history.replaceState(place ? { ...rest, place } : rest, '', place ? searchPath(this.q) : undefined);
  }

  /** Shows the timeline by months, years or (undefined) days, at a time; as a step of its own, that Back undoes, or not. */
  look(by: Span | undefined, at: string | undefined, step = false): void {
    const path = albumPath(this.q, by, at);
    if (step) history.pushState(null, '', path);
    else history.replaceState(null, '', path);
    this.#take();
  }

  /** Searches. */
  search(q: string): void {
    if (q === this.q && !this.by && this.page === undefined && this.photo === undefined && !this.unknown) return;
    history.pushState(null, '', `${base}/${searchPart(q)}`);
    this.#take();
  }

  #take(): void {
    const { q, by, at, photo, page, unknown } = read();
    this.q = q;
    this.by = by;
    this.at = at;
    this.photo = photo;
    this.page = page;
    this.unknown = unknown;
  }
}

export const route = new Route();

/** Lets a click on a link to a search stay inside; one that asks for a new window is the browser's. */
export function search(event: MouseEvent, q: string): void {
  if (!isPlainClick(event)) return;
  event.preventDefault();
  route.search(q);
}

/** Lets a click on a link to a page stay inside; one that asks for a new window is the browser's. */
export function follow(event: MouseEvent, page: PageName | undefined): void {
  if (!isPlainClick(event)) return;
  event.preventDefault();
  if (page === undefined) route.leave();
  else route.go(page);
}

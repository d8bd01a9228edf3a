/**
 * The state in the URL: a search (`?q=`), the zoom of its timeline (`by=`) and position in time (`at=`), and the open
 * photo (`/photo/<id>`) or another page (`/spool`). Opening a photo adds a history entry, moving to its neighbours does
 * not: one step back always leads to the album. From other pages the back arrow leads to the album, however many were
 * visited.
 */

import { isPlainClick } from './modifier-keys.js';
import { base } from './api.js';
import type { Span } from '../features/timeline/overview-covers.js';

/** The names of all pages except the album, as in the URL. */
export const pageNames = [
  ...(['inbox', 'albums', 'tags', 'cameras', 'places', 'duplicates', 'trash'] as const),
  ...(['spool', 'servers', 'health', 'shares', 'people', 'me', 'tokens', 'access', 'audit'] as const),
  ...(['sign-in', 'setup', 'invite'] as const),
] as const;

/** The name of a page other than the album. */
export type PageName = (typeof pageNames)[number];

/** The timeline position of a history entry: a photo, and its distance from the top of the window (px). */
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
  /** True if the URL matches no page. */
  unknown: boolean;
}

/** The state of a history entry. */
interface Entry {
  /** True for a photo opened from the album, so that a step back leads there. */
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

/** The path of a search. */
export const searchPath = (q: string): string => `${base}/${searchPart(q)}`;

/** The path of a search's timeline as months, years or (undefined) days, positioned at `at`. */
export function albumPath(q: string, by: Span | undefined, at?: string): string {
  const asked = { ...(q !== '' && { q }), ...(by && { by }), ...(at !== undefined && { at }) };
  const query = new URLSearchParams(asked).toString();
  return `${base}/${query === '' ? '' : `?${query}`}`;
}

/** The path of a photo among the results of `q`. */
export const photoPath = (id: string, q: string): string => `${base}/photo/${id}${searchPart(q)}`;

/** The URL of the page. */
class Route {
  q = $state('');
  /** The zoom of the timeline: days if undefined. */
  by: Span | undefined = $state();
  /** The start position in time: `2024`, `2024-07`, `2024-07-01`. */
  at: string | undefined = $state();
  photo: string | undefined = $state();
  page: PageName | undefined = $state();
  /** True if the URL matches no page. */
  unknown = $state(false);

  constructor() {
    // The browser would restore a position that the timeline, whose heights are not known yet, does not have.
    history.scrollRestoration = 'manual';
    this.#take();
    addEventListener('popstate', () => this.#take());
  }

  /** Opens a photo from the album, among the results of `q`. */
  open(id: string, q = this.q): void {
    history.pushState({ inside: true }, '', photoPath(id, q));
    this.#take();
  }

  /** Moves to another photo. */
  turn(id: string): void {
    history.replaceState(history.state, '', photoPath(id, this.q));
    this.#take();
  }

  /** Returns to the album; by a step back in history if the photo was opened from it. */
  close(): void {
    if (entry().inside) history.back();
    else {
      history.replaceState(null, '', `${base}/${searchPart(this.q)}`);
      this.#take();
    }
  }

  /** Opens a page other than the album; `query` is appended to its path. */
  go(page: PageName, query = ''): void {
    const { steps } = entry();
    const next = this.page === undefined ? 1 : steps === undefined ? undefined : steps + 1;
    if (page !== this.page) history.pushState(next === undefined ? null : { steps: next }, '', `/${page}${query}`);
    this.#take();
    scrollTo(0, 0);
  }

  /** Returns from another page to the album, at its former position if there is one. */
  leave(): void {
    const { steps } = entry();
    if (steps !== undefined) history.go(-steps);
    else this.home();
  }

  /** Replaces the open page, which is finished, by the album. */
  home(): void {
    history.replaceState(null, '', `${base}/`);
    this.#take();
  }

  /** The timeline position when this history entry was left. */
  get place(): Place | undefined {
    return this.photo === undefined ? entry().place : undefined;
  }

  /** Stores the timeline position in the history entry. */
  keep(place: Place | undefined): void {
    if (this.photo !== undefined || this.page !== undefined || this.by) return;
    const { place: _, ...rest } = entry();
    // After scrolling, the position in the URL no longer applies.
    history.replaceState(place ? { ...rest, place } : rest, '', place ? searchPath(this.q) : undefined);
  }

  /** Shows the timeline by months, years or (undefined) days at a time; with `step` as a history entry of its own. */
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

/** Handles a click on a link to a search inside the page; a click for a new window is left to the browser. */
export function search(event: MouseEvent, q: string): void {
  if (!isPlainClick(event)) return;
  event.preventDefault();
  route.search(q);
}

/** Handles a click on a link to a page inside the page; a click for a new window is left to the browser. */
export function follow(event: MouseEvent, page: PageName | undefined): void {
  if (!isPlainClick(event)) return;
  event.preventDefault();
  if (page === undefined) route.leave();
  else route.go(page);
}

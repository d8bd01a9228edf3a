/**
 * The state in the URL: a search (`?q=`), the zoom of its timeline (`by=`) and position in time (`at=`), and the open
 * photo (`/photo/<id>`), an album (`/albums/<id>`, a search like others) or another page (`/settings/import`). Opening
 * a photo or a page adds a history entry, moving to a photo's neighbours does not: one step back always leads to where
 * the person came from. Addresses of earlier versions are replaced in place.
 */

import { isPlainClick } from './modifier-keys.js';
import { albumOfSearch, searchOfAlbum } from './album-search.js';
import { base } from './api.js';
import { namedSearches, type SearchName } from './named-searches.js';
import type { Span } from '../features/timeline/overview-covers.js';

/** The sections of the settings, in the order of their list. */
export const settingsSections = [
  ...(['account', 'appearance', 'library', 'phone', 'import', 'family'] as const),
  ...(['sharing', 'servers', 'tokens', 'security', 'about'] as const),
] as const;

/** One of the sections. */
export type SettingsSection = (typeof settingsSections)[number];

/** The pages other than the timeline, by their paths. */
export const pageNames = [
  ...(['explore', 'explore/tags', 'explore/cameras', 'albums', 'sharing'] as const),
  ...(['review', 'duplicates', 'locked', 'places', 'activity', 'settings'] as const),
  ...settingsSections.map((section) => `settings/${section}` as const),
  ...(['sign-in', 'setup', 'invite'] as const),
] as const;

/** A page other than the timeline. */
export type PageName = (typeof pageNames)[number];

/** The addresses of earlier versions, which links and bookmarks still contain. */
const moved: Readonly<Record<string, PageName>> = {
  inbox: 'review',
  tags: 'explore/tags',
  cameras: 'explore/cameras',
  spool: 'settings/import',
  servers: 'settings/servers',
  health: 'settings/servers',
  shares: 'sharing',
  people: 'settings/family',
  me: 'settings/account',
  tokens: 'settings/tokens',
  access: 'settings/sharing',
  audit: 'settings/security',
};

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
  /** True for a photo or page opened from another one, so that a step back leads there. */
  inside?: boolean;
  place?: Place;
}

const named = Object.entries(namedSearches) as [SearchName, string][];

/** The search of `/favourites`, `/videos`, `/archive`, `/trash` or `/recent`. */
const searchAt = (path: string): string | undefined => named.find(([name]) => path === `/${name}`)?.[1];

/** The name of a search that has its own address. */
export const nameOfSearch = (q: string): SearchName | undefined => named.find(([, search]) => search === q)?.[0];

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function read(): Address {
  const path = location.pathname.slice(base.length).replace(/(?<=.)\/$/, '');
  const photo = /^\/photo\/([0-9a-f]{64})$/.exec(path)?.[1];
  const inner = base === '' ? path.slice(1) : '';
  const album = decoded(/^albums\/([^/]+)$/.exec(inner)?.[1]);
  const page = pageNames.find((known) => known === inner);
  const own = base !== '' ? undefined : album === undefined ? searchAt(path) : searchOfAlbum(album);
  const asked = new URLSearchParams(page ? '' : location.search);
  const [by, at] = [asked.get('by'), asked.get('at')];
  return {
    q: own ?? asked.get('q') ?? '',
    by: photo === undefined && (by === 'month' || by === 'year') ? by : undefined,
    at: at !== null && /^\d{4}(?:-\d\d){0,2}$/.test(at) ? at : undefined,
    ...{ photo, page },
    unknown: photo === undefined && page === undefined && own === undefined && path !== '/' && path !== '',
  };
}

/** Replaces an address of an earlier version by the present one; what follows `?` and `#` is kept. */
function modernise(): void {
  if (base !== '') return;
  const now = moved[location.pathname.replace(/^\/|\/$/g, '')];
  if (now !== undefined) history.replaceState(history.state, '', `/${now}${location.search}${location.hash}`);
  // Albums and named searches were addressed by their search once.
  const { q, ...asked } = Object.fromEntries(new URLSearchParams(location.search));
  if (location.pathname !== '/' || q === undefined || searchPath(q).includes('?')) return;
  history.replaceState(history.state, '', `${searchPath(q)}${queryPart(asked)}`);
}

const entry = (): Entry => (history.state as Entry | null) ?? {};

const queryPart = (asked: Record<string, string>): string => {
  const query = new URLSearchParams(asked).toString();
  return query === '' ? '' : `?${query}`;
};

/** The path of a search's timeline as months, years or (undefined) days, positioned at `at`. */
export function albumPath(q: string, by: Span | undefined, at?: string): string {
  const name = base === '' ? nameOfSearch(q) : undefined;
  const album = base === '' ? albumOfSearch(q) : undefined;
  const asked = { ...(q !== '' && !name && !album && { q }), ...(by && { by }), ...(at !== undefined && { at }) };
  return `${album === undefined ? `${base}/${name ?? ''}` : albumPagePath(album)}${queryPart(asked)}`;
}

/** The path of a search. */
export const searchPath = (q: string): string => albumPath(q, undefined);

/** The path of a photo among the results of `q`. */
export const photoPath = (id: string, q: string): string => `${base}/photo/${id}${queryPart(q === '' ? {} : { q })}`;

/** The path of an album's page: of `HOLDER:ULID`, or of the name of an album of the house. */
export const albumPagePath = (album: string): string => `/albums/${encodeURIComponent(album).replaceAll(/%3A/gi, ':')}`;

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

  /** The last position in the timeline of everything: a link to the photos returns there. */
  #last: Place | undefined;

  constructor() {
    // The browser would restore a position that the timeline, whose heights are not known yet, does not have.
    history.scrollRestoration = 'manual';
    this.#take();
    addEventListener('popstate', () => this.#take());
  }

  /** Opens a photo from the timeline, among the results of `q`. */
  open(id: string, q = this.q): void {
    history.pushState({ inside: true }, '', photoPath(id, q));
    this.#take();
  }

  /** Moves to another photo. */
  turn(id: string): void {
    history.replaceState(history.state, '', photoPath(id, this.q));
    this.#take();
  }

  /** Closes the photo; by a step back in history if it was opened from the timeline. */
  close(): void {
    if (entry().inside) history.back();
    else {
      history.replaceState(null, '', searchPath(this.q));
      this.#take();
    }
  }

  /** Opens a page other than the timeline; `rest` is appended to its path: `?q=…`. */
  go(page: PageName, rest = ''): void {
    this.#enter(`/${page}${rest}`);
  }

  /** Opens the page of an album: `HOLDER:ULID`, or the name of an album of the house. */
  openAlbum(album: string): void {
    this.#enter(albumPagePath(album));
  }

  /** Returns from a page to the one it was opened from, or to the photos. */
  leave(): void {
    if (entry().inside) history.back();
    else this.home();
  }

  /** Replaces the open page, which is finished, by the photos. */
  home(): void {
    history.replaceState(null, '', `${base}/`);
    this.#take();
  }

  /** Opens the photos: from other pages where they were left, from the timeline itself at the newest ones. */
  openPhotos(): void {
    const left = this.page === undefined && this.q === '' ? undefined : this.#last;
    history.pushState(left ? { place: left } : null, '', `${base}/`);
    this.#take();
    if (!left) scrollTo(0, 0);
  }

  /** The timeline position when this history entry was left. */
  get place(): Place | undefined {
    return this.photo === undefined ? entry().place : undefined;
  }

  /** Stores the timeline position in the history entry. */
  keep(place: Place | undefined): void {
    if (this.photo !== undefined || this.page !== undefined || this.by) return;
    if (this.q === '') this.#last = place;
    const { place: _, ...rest } = entry();
    // After scrolling, the position in the URL no longer applies.
    history.replaceState(place ? { ...rest, place } : rest, '', place ? searchPath(this.q) : undefined);
  }

  /** Shows the timeline by months, years or (undefined) days at a time; with `step` as a separate history entry. */
  look(by: Span | undefined, at: string | undefined, step = false): void {
    const path = albumPath(this.q, by, at);
    if (step) history.pushState(null, '', path);
    else history.replaceState(null, '', path);
    this.#take();
  }

  /** Searches. */
  search(q: string): void {
    if (q === this.q && !this.by && this.page === undefined && this.photo === undefined && !this.unknown) return;
    history.pushState({ inside: true }, '', searchPath(q));
    this.#take();
  }

  /** Opens the library with months or years, as chosen in this browser; a more specific address stays. */
  begin(start: Span): void {
    const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const bare = location.pathname === '/' && location.search === '' && base === '';
    if (bare && visit?.type === 'navigate') this.look(start, undefined);
  }

  #enter(path: string): void {
    if (path !== location.pathname + location.search) history.pushState({ inside: true }, '', path);
    this.#take();
    scrollTo(0, 0);
  }

  #take(): void {
    modernise();
    Object.assign(this, read());
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
  if (page === undefined) route.openPhotos();
  else route.go(page);
}

/** Handles a click on a link to an album's page; a click for a new window is left to the browser. */
export function followAlbum(event: MouseEvent, album: string): void {
  if (!isPlainClick(event)) return;
  event.preventDefault();
  route.openAlbum(album);
}

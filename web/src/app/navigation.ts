/** The entries of the navigation and of the settings, in their order, each with the right that it needs. */
import type { IconName } from '../lib/ui/Icon.svelte';
import { albumOfSearch } from '../lib/album-search.js';
import { namedSearches, type SearchName } from '../lib/named-searches.js';
import { type PageName, route, searchPath } from '../lib/route.svelte.js';
import { type Action, session } from '../lib/session.svelte.js';
import { tokenLibraries } from '../lib/token-libraries.js';
import { isWhole } from '../features/header/asked-search.js';
import { mayWithAll } from '../features/timeline/tile-rights.js';
import { m } from '../lib/messages.js';

/** A page that the navigation or the settings list; without `page` the photos, or with `name` a search. */
interface Listed {
  icon: IconName;
  needs: Action;
  /** True if the right on one's own photos is enough. */
  own?: true;
  page?: PageName;
  name?: SearchName;
}

/** An entry of the navigation. */
export interface NavigationEntry {
  key: string;
  icon: IconName;
  label: string;
  href: string;
  /** True if it leads to the open page. */
  current: boolean;
  /** Opens it within the page. */
  open: () => void;
}

const main: readonly Listed[] = [
  { icon: 'picture', needs: 'see' },
  { page: 'explore', icon: 'compass', needs: 'see' },
  { page: 'albums', icon: 'album', needs: 'see' },
  { page: 'sharing', icon: 'people', needs: 'own-links' },
];
const more: readonly Listed[] = [
  { name: 'favourites', icon: 'heart', needs: 'favourite' },
  { name: 'videos', icon: 'film', needs: 'see' },
  { page: 'review', icon: 'inbox', needs: 'trash' },
  { page: 'duplicates', icon: 'copies', needs: 'trash' },
  { page: 'locked', icon: 'lock', needs: 'unlock' },
  { name: 'trash', icon: 'trash', needs: 'trash', own: true },
];
const settings: Listed = { page: 'settings', icon: 'gear', needs: 'own-session' };

/** The sections of the settings; for `servers`, one of the rights of its two parts is enough. */
const sections: readonly (Listed & { page: PageName })[] = [
  { page: 'settings/account', icon: 'person', needs: 'own-session' },
  { page: 'settings/appearance', icon: 'sun', needs: 'own-session' },
  { page: 'settings/library', icon: 'disk', needs: 'own-library' },
  { page: 'settings/phone', icon: 'phone', needs: 'upload' },
  { page: 'settings/import', icon: 'folder', needs: 'spool' },
  { page: 'settings/family', icon: 'people', needs: 'people' },
  { page: 'settings/sharing', icon: 'share', needs: 'settings' },
  { page: 'settings/servers', icon: 'servers', needs: 'peers' },
  { page: 'settings/tokens', icon: 'key', needs: 'own-tokens' },
  { page: 'settings/security', icon: 'shield', needs: 'audit' },
  { page: 'settings/about', icon: 'info', needs: 'own-session' },
];

/** The entries under Explore. */
const exploring: readonly Listed[] = [
  { name: 'recent', icon: 'upload', needs: 'details' },
  { page: 'explore/tags', icon: 'tag', needs: 'see' },
  { page: 'explore/cameras', icon: 'camera', needs: 'see' },
  { page: 'places', icon: 'place', needs: 'details' },
  { name: 'archive', icon: 'archive', needs: 'trash', own: true },
];
const activity: Listed = { page: 'activity', icon: 'bell', needs: 'own-session' };

/** Where the open page is listed: map, tags, cameras, recently added and the archive under Explore. */
function isCurrent({ page, name }: Listed): boolean {
  if (page === undefined) {
    const isShown = name ? route.q === namedSearches[name] : isWhole(route.q);
    return route.page === undefined && !route.unknown && isShown;
  }
  const isExplored =
    route.page === undefined && exploring.some((one) => one.name !== undefined && route.q === namedSearches[one.name]);
  const open =
    route.page === 'places' || isExplored ? 'explore' : albumOfSearch(route.q) === undefined ? route.page : 'albums';
  return open === page || (open?.startsWith(`${page}/`) ?? false);
}

function entryOf(listed: Listed): NavigationEntry {
  const { page, name } = listed;
  const q = name ? namedSearches[name] : '';
  return {
    ...listed,
    key: page ?? name ?? 'photos',
    label: page ? m.app.pages[page] : m.app.searches[name ?? 'photos'],
    href: page ? `/${page}` : searchPath(q),
    current: isCurrent(listed),
    open: () => (page ? route.go(page) : name ? route.search(q) : route.openPhotos()),
  };
}

const allowed = ({ needs, own }: Listed): boolean => (own ? mayWithAll([], needs) : session.may(needs));

/** The first entries: photos, explore, albums, sharing. */
export const mainEntries = (): NavigationEntry[] => main.filter(allowed).map(entryOf);
/** The entries below them: favourites, videos, review, duplicates, locked photos, trash. */
export const moreEntries = (): NavigationEntry[] => more.filter(allowed).map(entryOf);
/** The entry of the settings. */
export const settingsEntry = (): NavigationEntry => entryOf(settings);

/** The sections of the settings that the viewer may open. Without an account there is none to change. */
export const openSections = (): NavigationEntry[] =>
  sections
    .filter((listed) => allowed(listed) && (listed.page !== 'settings/account' || session.now?.person !== undefined))
    .filter(({ page }) => page !== 'settings/tokens' || tokenLibraries().length > 0)
    .map(entryOf);

/** The ways to explore that the viewer may use. */
export const exploreEntries = (): NavigationEntry[] => exploring.filter(allowed).map(entryOf);

/** Whether the viewer may open a page. */
export function mayOpen(page: PageName): boolean {
  if (page.startsWith('settings/')) return openSections().some(({ key }) => key === page);
  const listed = [...main, ...more, settings, ...exploring, activity].find((one) => one.page === page);
  return listed !== undefined && allowed(listed);
}

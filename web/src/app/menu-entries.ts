/** The pages of the menu, in its order, each with the right that it needs. */
import type { IconName } from '../lib/ui/Icon.svelte';
import type { PageName } from '../lib/route.svelte.js';
import { type Action, session } from '../lib/session.svelte.js';

/** A page of the menu. */
export interface MenuPage {
  page: PageName;
  icon: IconName;
  needs: Action;
  /** True for the first page of a group: photos, machines, people. */
  begins?: true;
}

const all: readonly MenuPage[] = [
  { page: 'inbox', icon: 'inbox', needs: 'trash' },
  { page: 'albums', icon: 'album', needs: 'see' },
  { page: 'tags', icon: 'tag', needs: 'see' },
  { page: 'cameras', icon: 'camera', needs: 'see' },
  { page: 'places', icon: 'place', needs: 'details' },
  { page: 'duplicates', icon: 'copies', needs: 'trash' },
  { page: 'trash', icon: 'trash', needs: 'trash' },
  { page: 'spool', icon: 'spool', needs: 'spool', begins: true },
  { page: 'servers', icon: 'servers', needs: 'peers' },
  { page: 'health', icon: 'ring', needs: 'settings' },
  { page: 'shares', icon: 'share', needs: 'links', begins: true },
  { page: 'people', icon: 'people', needs: 'people' },
  { page: 'access', icon: 'lock', needs: 'settings' },
  { page: 'tokens', icon: 'key', needs: 'tokens' },
  { page: 'audit', icon: 'list', needs: 'audit' },
  { page: 'me', icon: 'person', needs: 'own-session' },
];

const groupOf = (page: MenuPage): number => all.slice(0, all.indexOf(page) + 1).filter(({ begins }) => begins).length;

/**
 * The pages permitted to the viewer; `apart` marks the start of a group. Without an account there is no account page.
 */
export function openPages(): readonly (MenuPage & { apart: boolean })[] {
  const open = all.filter(
    ({ page, needs }) => session.may(needs) && (page !== 'me' || session.now?.person !== undefined),
  );
  return open.map((page, i) => ({ ...page, apart: i > 0 && groupOf(open[i - 1]!) !== groupOf(page) }));
}

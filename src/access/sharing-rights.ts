/**
 * Who may do what with albums that have members, and with partners: the one function per right that decides it. What documents say of
 * access, item-access.ts decides; here it is asked of a viewer. Pure.
 */
import { albumNamed, house, type Holder } from '../document/item-id.js';
import type { AlbumRight, ItemAccess } from './item-access.js';
import { may, onlookerOf, type Viewer } from './permissions.js';

/** The decision on documents, and whether an album exists. */
export interface SharingState {
  access: Pick<ItemAccess, 'isMember' | 'albumRight'>;
  hasAlbum(album: string): boolean;
}

/**
 * Whether somebody acts for a holder: a person for themselves, an owner for the house. Programs share nothing: what they write is not by
 * the person.
 */
export function actsFor(viewer: Viewer | undefined, holder: Holder, { access }: Pick<SharingState, 'access'>): boolean {
  if (viewer?.role !== 'owner' && viewer?.role !== 'family') return false;
  if (holder === house) return may(viewer, 'share');
  return viewer.person === holder && access.isMember(holder);
}

/** What somebody has in an album (`<holder>:<ulid>`): that of its holder, that of a member, or undefined where it does not exist for them. */
export function rightIn(
  viewer: Viewer | undefined,
  album: string,
  state: SharingState,
): 'holder' | AlbumRight | undefined {
  const holder = albumNamed(album)?.holder;
  if (holder === undefined || !state.hasAlbum(album)) return undefined;
  if (actsFor(viewer, holder, state)) return 'holder';
  const onlooker = onlookerOf(viewer);
  // Whoever acts for the house without being a person, or a token of a holder, looks at what is theirs.
  if (onlooker?.kind === 'house') return holder === house ? 'view' : undefined;
  if (onlooker?.kind !== 'person' || !state.access.isMember(onlooker.person)) return undefined;
  const isTheirs = holder === onlooker.person || (holder === house && onlooker.actsForHouse);
  const right = isTheirs ? 'view' : state.access.albumRight(album, onlooker.person);
  // A token adds nothing.
  return right === 'add' && viewer?.role === 'program' ? 'view' : right;
}

/** Whether items of a holder may be put into an album by somebody: their own, into one that they hold or may add to. */
export function mayPutInto(viewer: Viewer | undefined, album: string, holder: Holder, state: SharingState): boolean {
  if (!actsFor(viewer, holder, state) || !state.hasAlbum(album)) return false;
  if (albumNamed(album)?.holder === holder) return true;
  return holder !== house && state.access.albumRight(album, holder) === 'add';
}

/**
 * The rights on albums with members, and on partners: one function per right. item-access.ts decides by documents;
 * these functions apply it to a viewer. Pure.
 */
import { albumNamed, house, type Holder } from '../document/item-id.js';
import type { AlbumRight, ItemAccess } from './item-access.js';
import { may, onlookerOf, type Viewer } from './permissions.js';

/** The decision by documents, and whether an album exists. */
export interface SharingState {
  access: Pick<ItemAccess, 'isMember' | 'albumRight' | 'seesAlbum'>;
  hasAlbum(album: string): boolean;
}

/**
 * Whether a viewer acts for a holder: a person for themselves, an owner for the house. Programs never share, since a
 * person must be the author.
 */
export function actsFor(viewer: Viewer | undefined, holder: Holder, { access }: Pick<SharingState, 'access'>): boolean {
  if (viewer?.role !== 'owner' && viewer?.role !== 'family') return false;
  if (holder === house) return may(viewer, 'share');
  return viewer.person === holder && access.isMember(holder);
}

/**
 * A viewer's right in an album (`<holder>:<ulid>`): the holder's, a member's, or undefined if the viewer can't see it.
 */
export function rightIn(
  viewer: Viewer | undefined,
  album: string,
  state: SharingState,
): 'holder' | AlbumRight | undefined {
  const holder = albumNamed(album)?.holder;
  if (holder === undefined || !state.hasAlbum(album)) return undefined;
  if (actsFor(viewer, holder, state)) return 'holder';
  const onlooker = onlookerOf(viewer);
  if (!onlooker || !state.access.seesAlbum(onlooker, album)) return undefined;
  // Tokens can't add.
  const isAdder = onlooker.kind === 'person' && viewer?.role !== 'program';
  return isAdder && state.access.albumRight(album, onlooker.person) === 'add' ? 'add' : 'view';
}

/**
 * Whether a viewer may put a holder's items into an album: only their own, into albums that they hold or may add to.
 */
export function mayPutInto(viewer: Viewer | undefined, album: string, holder: Holder, state: SharingState): boolean {
  if (!actsFor(viewer, holder, state) || !state.hasAlbum(album)) return false;
  if (albumNamed(album)?.holder === holder) return true;
  return holder !== house && state.access.albumRight(album, holder) === 'add';
}

/**
 * Whether a viewer has to become a member of an album of the house to add their own items: an owner acts for the holder
 * of the album, but their own items are in it as those of a member.
 */
export function mayJoinToAdd(viewer: Viewer | undefined, album: string, holder: Holder, state: SharingState): boolean {
  return (
    holder !== house &&
    albumNamed(album)?.holder === house &&
    actsFor(viewer, house, state) &&
    actsFor(viewer, holder, state) &&
    state.access.albumRight(album, holder) !== 'add'
  );
}

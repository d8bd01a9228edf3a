/** The scope of a new share link, and the uploads that it accepts: the same for the page and for commands. */
import { usualGuestLimits, type GuestLimits } from '../access/guest-uploads.js';
import { audiencesOf, mayLink, type Scope, type Viewer } from '../access/permissions.js';
import type { NewDraft, Share } from '../access/share-links.js';
import { PhotospoolError } from '../base/errors.js';
import { parseQuery } from '../catalog/search-parser.js';
import { house, type Holder } from '../document/item-id.js';
import type { Library } from '../library/library.js';
import { getPhoto } from './find-photos.js';
import type { MemberAlbums } from './member-albums.js';

/** The limits of a link that accepts photos. */
export const limitsOf = (uploads: boolean | Partial<GuestLimits> | undefined): { uploads?: GuestLimits } =>
  uploads === undefined || uploads === false
    ? {}
    : { uploads: { ...usualGuestLimits, ...(typeof uploads === 'object' && uploads) } };

/** The scope of a new link: exactly one of these. */
export interface WantedScope {
  photo?: string;
  photos?: string[];
  album?: string;
  search?: string;
  title: string;
}

/** The scope of a draft of a link: that of the link, but a selection does not become an album. @throws as `linkScope`. */
export function draftScope(
  parts: { library: Library; albums: MemberAlbums },
  who: Viewer,
  { photos, ...wanted }: WantedScope,
): Pick<NewDraft, 'scope' | 'holder' | 'title'> {
  const { photo, album, search, title } = wanted;
  if (photos === undefined || (photo ?? album ?? search) !== undefined)
    return linkScope(parts, who, { ...wanted, ...(photos && { photos }) });
  return { scope: { photos }, title, ...heldBy(who, parts.albums.holderOf(who, photos)) };
}

/** The scope of a link as its owners see it. */
export const targetOf = (scope: Scope): { photo: string } | { search: string } | { album: string } =>
  'album' in scope ? { album: scope.album } : scope;

/** The visitor of a link with this scope, without a stored link. */
export const visitorOf = (scope: Scope, holder: Holder): Viewer => ({
  ...{ role: 'link', share: 'preview', audiences: audiencesOf.link, canEdit: false, scope },
  ...{ ...(holder !== house && { of: holder }), originals: false, details: false },
});

/** The holder of a link's photos, as it is stored. @throws PhotospoolError `forbidden`. */
function heldBy(who: Viewer, holder: Holder): { holder?: Holder } {
  if (!mayLink(who, holder)) throw new PhotospoolError('forbidden', 'You can’t share this.');
  return holder === house ? {} : { holder };
}

/** The scope of a new link. A selection becomes an untitled album. @throws PhotospoolError if it may not be shared. */
export function linkScope(
  { library, albums }: { library: Library; albums: MemberAlbums },
  who: Viewer,
  { photo, photos, album, search, title }: WantedScope,
): Pick<Share, 'scope' | 'holder' | 'title'> {
  if ([photo, photos, album, search].filter((one) => one !== undefined).length !== 1)
    throw new PhotospoolError(
      'invalid',
      'Choose exactly one thing to link to: a photo, several photos, an album or a search.',
    );
  if (photo !== undefined)
    return { scope: { photo }, title, ...heldBy(who, getPhoto(library, who, photo).item.holder) };
  if (photos !== undefined) {
    const made = albums.createOf(who, photos, title === '' ? undefined : title);
    return { scope: { album: made.album }, title, ...heldBy(who, made.holder) };
  }
  if (album !== undefined) {
    const { right, holder, name } = albums.find(who, album);
    if (right !== 'holder') throw new PhotospoolError('forbidden', 'You can create links only for your own albums.');
    return { scope: { album }, title: title === '' ? name : title, ...heldBy(who, holder) };
  }
  const { terms } = parseQuery(search ?? '');
  if (terms.length === 0)
    throw new PhotospoolError('invalid', 'An empty search would share your whole library.', {
      hint: 'Enter a search, or share an album.',
    });
  if (terms.some(({ kind }) => kind === 'holder'))
    throw new PhotospoolError('invalid', 'A link to a search can’t use the filter holder:.', {
      hint: 'Remove holder: from the search.',
    });
  if (terms.some((term) => term.kind === 'value' && term.column === 'folder'))
    throw new PhotospoolError('invalid', 'A link to a search can’t use the filter folder:.', {
      hint: 'Create an album of these photos, and share that.',
    });
  if (terms.some(({ kind }) => kind === 'entry'))
    throw new PhotospoolError('invalid', 'A link to a search can’t use a shared album as a filter.', {
      hint: 'Create a link to the album instead.',
    });
  return { scope: { search: search ?? '' }, title, ...heldBy(who, house) };
}

/**
 * The information for visitors of a link in addition to its photos: its author, if that person agreed, and the text of
 * its album.
 */
import type { People } from '../access/people.js';
import type { OpenedShare, Share } from '../access/share-links.js';
import type { Library } from '../library/library.js';
import { descriptionOfAlbum } from './member-albums.js';

/** The name of a link's author, if the link shows it and the author has an account. */
export function senderOf(
  { author, named }: Pick<Share, 'author' | 'named'>,
  people: Pick<People, 'find'>,
): { from?: string } {
  const person = named ? people.find(author.replace(/^person:/, '')) : undefined;
  return person ? { from: person.name } : {};
}

/** The text of the album of a link; none for a link made to an album by name, as before it was shared with people. */
export function descriptionOf(library: Library, { scope }: Pick<OpenedShare, 'scope'>): { description?: string } {
  const description = 'album' in scope && !scope.was ? descriptionOfAlbum(library, scope.album) : '';
  return description === '' ? {} : { description };
}

/**
 * `photospool albums`: albums with members, and the order of all albums. Works beside a running server. It requires no
 * sign-in, because anyone who can run it can read the library’s file; without `--for` it acts for the house.
 */
import { mayArrange, orderedBy, planOrder, searchOfNamed, type WantedOrder } from '../../album/arrange-photos.js';
import type { MemberAlbum } from '../../album/member-albums.js';
import { makeAsk } from '../../album/query-catalog.js';
import { openAlbums } from '../../album/saved-searches.js';
import { sightOf } from '../../album/visibility.js';
import { systemClock } from '../../base/clock.js';
import { notFound, PhotospoolError, printable } from '../../base/errors.js';
import { counted } from '../../base/human-format.js';
import { parseQuery } from '../../catalog/search-parser.js';
import { albumSorts, type AlbumSort, type OrderChange } from '../../document/album-order.js';
import { albumNamed, house } from '../../document/item-id.js';
import { addVerb, type Verb } from '../command.js';
import { photosDone, report, reportAlbums, withSharing, type ForFlags, type SharingParts } from '../with-sharing.js';

type EditFlags = ForFlags & { name?: string; description?: string; cover?: string | false };

/** The verb `albums`. */
export const albums: Verb = (program, run) => {
  const group = program.command('albums').description('Manage shared albums');
  const on = (
    text: string,
    about: string,
    work: (parts: SharingParts, args: string[], flags: ForFlags) => number | Promise<number>,
  ) => {
    const verb = addVerb(group, text, about).option('--for <NAME>', 'person to act for (default: the family library)');
    if (text.startsWith('edit'))
      verb
        .option('--name <TEXT>', 'new name')
        .option('--description <TEXT>', 'new description; an empty one removes it')
        .option('--cover <PHOTO>', 'cover photo')
        .option('--no-cover', 'use the newest photo as cover');
    if (text.startsWith('share')) verb.option('--add', 'also allow the person to add photos');
    if (text.startsWith('move')) verb.option('--before <PHOTO>', 'photo to move them before (default: to the end)');
    verb.action((...given: unknown[]) => {
      const [flags, args] = [given.at(-2) as ForFlags, given.slice(0, -2).flat() as string[]];
      return run(() => withSharing(flags, (parts) => work(parts, args, flags)));
    });
  };
  on('list', 'List albums', ({ albums, who }, _, flags) => reportAlbums(albums.list(who), flags));
  on('create <NAME>', 'Create an album', ({ albums, who }, [name], flags) =>
    reportAlbums([albums.create(who, who.person ?? house, name!)], flags),
  );
  on('share <ALBUM> <PERSON>', 'Share an album with a person', ({ albums, who, named }, [album, name], flags) => {
    albums.give(who, album!, named(name!).id, flags.add === true ? 'add' : 'view');
    return reportAlbums([albums.find(who, album!)], flags);
  });
  on('edit <ALBUM>', 'Change the name, description or cover of an album', (parts, [album], flags) =>
    editAlbum(parts, album!, flags),
  );
  on(
    'unshare <ALBUM> <PERSON>',
    'Stop sharing an album with a person, or leave it',
    ({ albums, who, named }, [album, name], flags) => {
      const [called, person] = [nameOf(albums.find(who, album!)), named(name!)];
      const changed = albums.end(who, album!, person.id);
      const sentence = changed
        ? `no longer has access to the album ${called}.`
        : `had no access to the album ${called}.`;
      return report({ changed }, `${printable(person.name)} ${sentence}`, flags);
    },
  );
  on('put <ALBUM> <PHOTO...>', 'Add photos to an album', ({ albums, who, photos }, [album, ...ids], flags) => {
    const done = albums.add(who, album!, photos(ids));
    return report(done, photosDone(done, `added to the album ${nameOf(albums.find(who, album!))}`), flags);
  });
  on(
    'take-out <ALBUM> <PHOTO...>',
    'Remove photos from an album',
    ({ albums, who, photos }, [album, ...ids], flags) => {
      const done = albums.takeOut(who, album!, photos(ids));
      return report(done, photosDone(done, `removed from the album ${nameOf(albums.find(who, album!))}`), flags);
    },
  );
  on('sort <ALBUM> <ORDER>', 'Sort an album: newest, oldest or manual', async (parts, [album, sort], flags) => {
    if (!albumSorts.some((one) => one === sort))
      throw new PhotospoolError('usage', 'The order must be newest, oldest or manual.');
    return report(await orderAlbum(parts, album!, { sort: sort as AlbumSort }), `Sorted: ${sort!}.`, flags);
  });
  on(
    'move <ALBUM> <PHOTO...>',
    'Move photos in an album, ordering it by hand',
    async (parts, [album, ...ids], flags) => {
      const { before } = flags as { before?: string };
      const told = await orderAlbum(parts, album!, {
        move: { ids: parts.photos(ids), before: before === undefined ? null : parts.photos([before])[0]! },
      });
      return report(told, `${counted(ids.length, 'photo')} moved.`, flags);
    },
  );
  on('remove <ALBUM>', 'Delete an album for all members; its photos are kept', ({ albums, who }, [album], flags) => {
    const called = nameOf(albums.find(who, album!));
    albums.change(who, album!, { removed: true });
    return report({ removed: album }, `Deleted the album ${called} for all members. Its photos were kept.`, flags);
  });
};

/** Orders an album with members, or one that exists by name; returns the change. */
async function orderAlbum(
  { albums, who, records: { catalog, library } }: SharingParts,
  album: string,
  wanted: WantedOrder,
): Promise<OrderChange> {
  const isShared = albumNamed(album) !== undefined;
  if (isShared && albums.find(who, album).right !== 'holder')
    throw new PhotospoolError('forbidden', 'Only the owner of this album can do this.');
  const query = isShared ? parseQuery(`in:${album}`) : searchOfNamed(album);
  await makeAsk(library, catalog)('', 'count');
  if (!isShared && (!mayArrange(who) || catalog.count(query, sightOf(who)) === 0))
    throw notFound(`There is no album named ${printable(album)}.`);
  const named = openAlbums(library, systemClock);
  const { change } = planOrder(catalog, who, query, orderedBy(library, named, who, query), wanted);
  if (isShared) albums.change(who, album, change);
  else named.set(who, album, change);
  return change;
}

function editAlbum({ albums, who, photos }: SharingParts, album: string, flags: EditFlags): number {
  const { name, description, cover } = flags;
  const change = {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(cover !== undefined && { cover: cover === false ? null : photos([cover])[0]! }),
  };
  if (Object.keys(change).length === 0)
    throw new PhotospoolError('usage', 'No change was given.', {
      hint: 'Use --name, --description, --cover or --no-cover.',
    });
  albums.change(who, album, change);
  return reportAlbums([albums.find(who, album)], flags);
}

const nameOf = ({ name, album }: MemberAlbum): string => `“${printable(name === '' ? album : name)}”`;

/**
 * `photospool albums`: albums with members. Works beside a running server. Whoever may run this may read the library’s file anyway, so nobody
 * is asked who they are: without `--for` it acts for the house.
 */
import type { MemberAlbum } from '../../album/member-albums.js';
import { house } from '../../document/item-id.js';
import { addVerb, type Verb } from '../command.js';
import { printable } from '../../base/errors.js';
import { photosDone, report, reportAlbums, withSharing, type ForFlags, type SharingParts } from '../with-sharing.js';

/** The verb `albums`. */
export const albums: Verb = (program, run) => {
  const group = program.command('albums').description('Manage shared albums');
  const on = (text: string, about: string, work: (parts: SharingParts, args: string[], flags: ForFlags) => number) => {
    const verb = addVerb(group, text, about).option('--for <NAME>', 'person to act for (default: the family library)');
    if (text.startsWith('share')) verb.option('--add', 'also allow the person to add photos');
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
  on(
    'unshare <ALBUM> <PERSON>',
    'Stop sharing an album with a person, or leave it',
    ({ albums, who, named }, [album, name], flags) => {
      const [called, person] = [nameOf(albums.find(who, album!)), named(name!)];
      const changed = albums.end(who, album!, person.id);
      const sentence = changed ? `no longer sees the album ${called}.` : `did not see the album ${called}.`;
      return report({ changed }, `${printable(person.name)} ${sentence}`, flags);
    },
  );
  on('put <ALBUM> <PHOTO...>', 'Add photos to an album', ({ albums, who }, [album, ...ids], flags) => {
    const done = albums.add(who, album!, ids);
    return report(done, photosDone(done, `put into the album ${nameOf(albums.find(who, album!))}`), flags);
  });
  on('take-out <ALBUM> <PHOTO...>', 'Remove photos from an album', ({ albums, who }, [album, ...ids], flags) => {
    const done = albums.takeOut(who, album!, ids);
    return report(done, photosDone(done, `taken out of the album ${nameOf(albums.find(who, album!))}`), flags);
  });
  on('remove <ALBUM>', 'Delete an album for all members; its photos are kept', ({ albums, who }, [album], flags) => {
    const called = nameOf(albums.find(who, album!));
    albums.change(who, album!, { removed: true });
    return report({ removed: album }, `The album ${called} is removed for everybody; its photos stay.`, flags);
  });
};

const nameOf = ({ name, album }: MemberAlbum): string => `“${printable(name === '' ? album : name)}”`;

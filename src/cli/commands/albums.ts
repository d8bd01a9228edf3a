/**
 * `photospool albums`: albums with members. Works beside a running server. Whoever may run this may read the library’s file anyway, so nobody
 * is asked who they are: without `--for` it acts for the house.
 */
import { house } from '../../document/item-id.js';
import { addVerb, type Verb } from '../command.js';
import { report, withSharing, type ForFlags, type SharingParts } from '../with-sharing.js';

/** The verb `albums`. */
export const albums: Verb = (program, run) => {
  const group = program.command('albums').description('albums with members');
  const on = (
    text: string,
    about: string,
    work: (parts: SharingParts, args: string[], flags: ForFlags) => object | object[],
  ) => {
    const verb = addVerb(group, text, about).option('--for <NAME>', 'acts for a person (default: for the house)');
    if (text.startsWith('share')) verb.option('--add', 'they may add photos too');
    verb.action((...given: unknown[]) => {
      const [flags, args] = [given.at(-2) as ForFlags, given.slice(0, -2).flat() as string[]];
      return run(() => withSharing(flags, (parts) => report(work(parts, args, flags), flags)));
    });
  };
  on('list', 'lists them', ({ albums, who }) => albums.list(who));
  on('create <NAME>', 'makes one', ({ albums, who }, [name]) => albums.create(who, who.person ?? house, name!));
  on('share <ALBUM> <PERSON>', 'lets a person see one', ({ albums, who, named }, [album, name], { add }) => {
    albums.give(who, album!, named(name!).id, add === true ? 'add' : 'view');
    return albums.find(who, album!);
  });
  on('unshare <ALBUM> <PERSON>', 'ends that, or leaves it', ({ albums, who, named }, [album, name]) => ({
    changed: albums.end(who, album!, named(name!).id),
  }));
  on('put <ALBUM> <PHOTO...>', 'puts photos into one', ({ albums, who }, [album, ...ids]) =>
    albums.add(who, album!, ids),
  );
  on('take-out <ALBUM> <PHOTO...>', 'takes photos out', ({ albums, who }, [album, ...ids]) =>
    albums.takeOut(who, album!, ids),
  );
  on('remove <ALBUM>', 'takes one away for everybody', ({ albums, who }, [album]) => {
    albums.change(who, album!, { removed: true });
    return { removed: album };
  });
};

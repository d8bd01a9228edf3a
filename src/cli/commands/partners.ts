/** `photospool partners`: who sees all photos of a person. Works beside a running server; nobody is asked who they are, as for `albums`. */
import { addVerb, type Verb } from '../command.js';
import { report, withSharing, type ForFlags, type SharingParts } from '../with-sharing.js';

/** The verb `partners`. */
export const partners: Verb = (program, run) => {
  const group = program.command('partners').description('who sees all photos of a person');
  const on = (text: string, about: string, work: (parts: SharingParts, name: string) => object) => {
    addVerb(group, text, about)
      .requiredOption('--for <NAME>', 'the person whose photos they are')
      .action((...given: unknown[]) => {
        const flags = given.at(-2) as ForFlags;
        const name = given.length > 2 ? String(given[0]) : '';
        return run(() => withSharing(flags, (parts) => report(work(parts, name), flags)));
      });
  };
  on('list', 'lists them', ({ access, partners, who }) => {
    const nameOf = (id: string): string => access.people.find(id)?.name ?? id;
    const { given, received } = partners.list(who);
    return { given: given.map(nameOf), received: received.map(nameOf) };
  });
  on('add <PERSON>', 'lets a person see them', ({ partners, who, named }, name) => {
    partners.give(who, named(name).id);
    return { changed: true };
  });
  on('remove <PERSON>', 'ends that', ({ partners, who, named }, name) => ({
    changed: partners.end(who, named(name).id),
  }));
  on('leave <PERSON>', 'no longer sees the photos of a person', ({ partners, who, named }, name) => ({
    changed: partners.leave(who, named(name).id),
  }));
};

/**
 * `photospool partners`: who sees all photos of a person. Works beside a running server; requires no sign-in, like
 * `albums`.
 */
import type { Person } from '../../access/people.js';
import { printable } from '../../base/errors.js';
import { addVerb, type Verb } from '../command.js';
import { report, withSharing, type ForFlags, type SharingParts } from '../with-sharing.js';

/** The verb `partners`. */
export const partners: Verb = (program, run) => {
  const group = program.command('partners').description('Manage partner sharing (sharing all photos of a person)');
  const on = (text: string, about: string, work: (parts: SharingParts, name: string, flags: ForFlags) => number) => {
    addVerb(group, text, about)
      .requiredOption('--for <NAME>', 'person who owns the photos')
      .action((...given: unknown[]) => {
        const flags = given.at(-2) as ForFlags;
        const name = given.length > 2 ? String(given[0]) : '';
        return run(() => withSharing(flags, (parts) => work(parts, name, flags)));
      });
  };
  on('list', 'List partners', ({ access, partners, who }, _, flags) => {
    const nameOf = (id: string): string => access.people.find(id)?.name ?? id;
    const { given, received } = partners.list(who);
    const told = { given: given.map(nameOf), received: received.map(nameOf) };
    const some = (names: string[]): string => names.map(printable).join(', ') || 'none';
    const sentence = `Shared with: ${some(told.given)}\nReceived from: ${some(told.received)}`;
    return report(told, sentence, flags);
  });
  on('add <PERSON>', 'Share all photos with a person', ({ partners, who, named }, name, flags) => {
    const person = named(name);
    partners.give(who, person.id);
    return report({ changed: true }, sees(person, named(flags.for!), 'now sees'), flags);
  });
  on('remove <PERSON>', 'Stop sharing with a person', ({ partners, who, named }, name, flags) => {
    const person = named(name);
    const changed = partners.end(who, person.id);
    return report({ changed }, sees(person, named(flags.for!), changed ? 'no longer sees' : 'did not see'), flags);
  });
  on('leave <PERSON>', 'Stop seeing the photos of a person', ({ partners, who, named }, name, flags) => {
    const person = named(name);
    const changed = partners.leave(who, person.id);
    return report({ changed }, sees(named(flags.for!), person, changed ? 'no longer sees' : 'did not see'), flags);
  });
};

const sees = (viewer: Person, of: Person, how: string): string =>
  `${printable(viewer.name)} ${how} the photos of ${printable(of.name)}.`;

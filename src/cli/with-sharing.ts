/**
 * The common parts of commands that change albums with members, partners and offers: the acting viewer, and the output.
 * A crash leaves each change complete or not made.
 */
import type { Access } from '../access/access.js';
import type { Viewer } from '../access/permissions.js';
import type { Person } from '../access/people.js';
import { local, personViewer } from '../access/viewer.js';
import { findPhotos } from '../album/find-photos.js';
import { openMemberAlbums, type MemberAlbum, type MemberAlbums } from '../album/member-albums.js';
import { openOffers, type Offers } from '../album/offers.js';
import { openPartners, type Partners } from '../album/partners.js';
import { systemClock as clock } from '../base/clock.js';
import { PhotospoolError, printable } from '../base/errors.js';
import { counted } from '../base/human-format.js';
import { openHomeGate } from '../home/open-gate.js';
import type { Records } from '../home/open-records.js';
import { demandPeopleLibraries } from '../library/people-libraries.js';
import { configOf, type Flags } from './command.js';
import { exit } from './exit-codes.js';
import { print, printJson } from './output.js';
import { withAccess } from './with-access.js';

/** The flags of these commands. */
export type ForFlags = Flags & { for?: string; add?: boolean };

/** The dependencies of such a command. */
export interface SharingParts {
  access: Access;
  albums: MemberAlbums;
  partners: Partners;
  offers: Offers;
  records: Records;
  /** The acting viewer. */
  who: Viewer;
  named(name: string): Person;
  /** Completes the ids of photos (`photosIn`). */
  photos(given: readonly string[]): string[];
}

/** The minimum number of digits that identify a photo. */
const fewestDigits = 6;
/** The maximum number of photos whose ids begin with the same six digits that are compared. */
const mostAlike = 100;

/**
 * Completes the public ids of photos that a viewer sees: the first digits, as printed by `photospool list`, identify
 * the photo. Text that matches no photo stays unchanged. @throws PhotospoolError `usage` if several photos match.
 */
export const photosIn =
  ({ catalog, library }: Records, who: Viewer) =>
  (given: readonly string[]): string[] => {
    if (given.some(isShort)) catalog.catchUp(library.lastChange());
    return given.map((digits) => {
      if (!isShort(digits)) return digits;
      const found = findPhotos(library, who, catalog.idsBeginning(digits.toLowerCase(), mostAlike));
      if (found.length < 2) return found[0]?.id ?? digits;
      throw new PhotospoolError('usage', `The ids of ${found.length} photos begin with ${digits}.`, {
        hint: 'Use more digits of the id.',
      });
    });
  };

const isShort = (digits: string): boolean => new RegExp(`^[0-9a-f]{${fewestDigits},63}$`, 'i').test(digits);

/**
 * Opens a home for a command; It acts for the person of `--for`, by default for the house. @throws PhotospoolError
 * `usage` for an unknown name.
 */
export function withSharing(flags: ForFlags, work: (parts: SharingParts) => number | Promise<number>): Promise<number> {
  return withAccess(configOf(flags), (access, records) => {
    const { db, library } = records;
    const gate = openHomeGate({ db, library });
    demandPeopleLibraries(gate);
    const named = (name: string): Person => {
      const [person] = access.people.named(name);
      if (person) return person;
      throw new PhotospoolError('usage', `There is no person named ${printable(name)}.`, {
        hint: 'Run `photospool users list` to see the names.',
      });
    };
    const who = flags.for === undefined ? local : personViewer(named(flags.for), access.settings.read());
    return work({
      ...{
        access,
        who,
        named,
        records,
        photos: photosIn(records, who),
        offers: openOffers({ library, catalog: records.catalog, clock, gate }),
      },
      ...{ albums: openMemberAlbums({ library, clock, gate }), partners: openPartners({ library, gate }) },
    });
  });
}

/** Prints the result: `sentence` for people, `told` as JSON. */
export function report(told: object, sentence: string, flags: Flags): number {
  if (flags.json) printJson(told);
  else print(sentence);
  return exit.done;
}

/** Lists albums, one a line. */
export function reportAlbums(albums: readonly MemberAlbum[], flags: Flags): number {
  for (const album of albums) report(album, describe(album), flags);
  return exit.done;
}

/**
 * The result of a change to photos as a sentence: the number of changed ones (`done`: the past participle), and why
 * others were not changed.
 */
export function photosDone(
  { changed, missing = [], refused = [] }: { changed: number; missing?: string[]; refused?: string[] },
  done: string,
): string {
  const left = (ids: string[], why: string): string[] =>
    ids.length > 0 ? [`${why}: ${ids.map(printable).join(', ')}.`] : [];
  return [
    `${counted(changed, 'photo')} ${done}.`,
    ...left(missing, 'Not found or already up to date'),
    ...left(refused, 'Not allowed'),
  ].join(' ');
}

const describe = ({ album, name, right, members }: MemberAlbum): string =>
  `${album}  ${printable(name)}  (${right === 'holder' ? counted(members?.length ?? 0, 'member') : right})`;

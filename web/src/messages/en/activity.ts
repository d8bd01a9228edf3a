/** English: the activity panel. */
import { number, plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';

/** A person by name; without one the house. */
const sender = (name: string | undefined): string =>
  name === undefined ? 'The family library' : legible(name).slice(0, 60);

export const activity = {
  title: 'Activity',
  importing: (done: number, all: number) =>
    done > 0
      ? `Importing ${number(done)} of ${number(all)}`
      : plural(all, { one: 'Importing # file', other: 'Importing # files' }),
  left: (minutes: number) =>
    minutes < 1
      ? 'Less than a minute left'
      : minutes < 90
        ? plural(minutes, { one: 'About # minute left', other: 'About # minutes left' })
        : minutes < 48 * 60
          ? plural(Math.round(minutes / 60), { one: 'About # hour left', other: 'About # hours left' })
          : plural(Math.round(minutes / 60 / 24), { one: 'About # day left', other: 'About # days left' }),
  uploading: (done: number, all: number) => `Uploading ${number(done)} of ${number(all)}`,
  uploads: { waiting: 'Waiting', held: 'Waiting for the network', paused: 'Paused' },
  attention: (n: number) => plural(n, { one: '# file needs attention', other: '# files need attention' }),
  safe: 'No files were lost',
  held: 'Imports paused: disk error. Check the server’s disk.',
  skipped: (n: number) => plural(n, { one: '# file skipped', other: '# files skipped' }),
  showFiles: 'Show files',
  skippedAbout: 'These aren’t photos or videos. They stay where they are.',
  files: (n: number) => plural(n, { one: '# file', other: '# files' }),
  show: 'Show',
  retry: 'Try again',
  retryOne: (name: string) => `Try again: ${name}`,
  retryAll: 'Try all again',
  trash: 'Move to trash',
  trashSure: 'Move this file to the server’s import trash? Only an owner can restore it.',
  showAll: (n: number) => `Show all ${number(n)}`,
  ignore: 'Ignore',
  lostEnds: {
    sharing: (n: number) => plural(n, { one: '# sharing change to confirm', other: '# sharing changes to confirm' }),
    'settings/family': (n: number) =>
      plural(n, {
        one: '# change in the family library to confirm',
        other: '# changes in the family library to confirm',
      }),
  },
  lostEndsAbout: 'Until then, what was shared later stays hidden.',
  shared: 'Shared with you',
  sharedBy: (name: string | undefined, album: string) =>
    album === '' ? `${sender(name)} shared an album` : `${sender(name)} shared “${legible(album).slice(0, 80)}”`,
  addedTo: (n: number, album: string) =>
    plural(
      n,
      { one: '# new photo in {album}', other: '# new photos in {album}' },
      { album: album === '' ? 'an album' : `“${legible(album).slice(0, 80)}”` },
    ),
  sharesAll: (name: string) => `${sender(name)} shares all photos with you`,
  offered: (name: string | undefined, n: number) =>
    plural(n, { one: '{name} offers you # photo', other: '{name} offers you # photos' }, { name: sender(name) }),
  fromGuests: (n: number) =>
    plural(n, {
      one: '# photo from a guest is waiting for your approval',
      other: '# photos from guests are waiting for your approval',
    }),
  earlier: 'Earlier',
  added: (n: number) => plural(n, { one: '# photo added', other: '# photos added' }),
  today: (n: number) => plural(n, { one: '# photo added today', other: '# photos added today' }),
  duplicates: (n: number) => plural(n, { one: '# duplicate skipped', other: '# duplicates skipped' }),
  view: 'View',
  openImport: 'Open Import',
  none: 'Nothing new. Imports, uploads and problems appear here.',
  unread: 'New',
};

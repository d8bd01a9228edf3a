/** English: comments and history, below the info of a photo. */
import { number, plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';

export const comments = {
  title: 'Comments',
  write: 'Write a comment',
  send: 'Send',
  edited: 'edited',
  change: 'Edit',
  changeOf: 'Edit comment',
  save: 'Save',
  remove: 'Delete',
  removeSure: 'Delete this comment?',
};

export const history = {
  title: 'History',
  show: 'Show history',
  none: 'No changes yet.',
  cameIn: 'Added',
  sidecar: 'Sidecar',
  replaced: 'replaced by a newer one',
  inFolder: (folder: string) => `from the folder “${legible(folder)}”`,
  elsewhere: 'on another server',
  lost: 'Another server changed this at the same time. Its value is shown.',
  now: 'shown now',
  ahead: 'Time unknown',
  aheadWhy: (moment: string) => `The clock of the server was wrong. It showed ${moment}.`,
  more: (n: number) => `and ${n} older`,
  by: 'by',
  taken: 'removed',
  yes: 'yes',
  no: 'no',
  stars: (n: number) => (n === 1 ? '1 star' : `${n} stars`),
  added: (element: string) => `Added to “${element}”`,
  removed: (element: string) => `Removed from “${element}”`,
  fields: {
    title: 'Title',
    description: 'Description',
    taken: 'Time',
    place: 'Place',
    gps: 'Position',
    rating: 'Rating',
    favourite: 'Favourite',
    audience: 'Who can see it',
    reviewed: 'Reviewed',
    trashed: 'In the trash',
    tags: 'Tags',
    albums: 'Albums',
    favourites: 'Family favourites',
    facts: 'File metadata',
    renditions: 'Previews',
    sightings: 'Added to',
    sidecars: 'Sidecars',
  } as Record<string, string>,
  audiences: { private: 'Private', family: 'Family', public: 'Public' } as Record<string, string>,
};

export const metadata = {
  allTagsFind: 'Find in metadata',
  allTagsCut: 'Some values were too long and are not shown.',
  allTagsNone: 'No matches.',
  allTagsCount: (shown: number, all: number) =>
    shown === all ? plural(all, { one: '# value', other: '# values' }) : `${number(shown)} of ${number(all)} values`,
};

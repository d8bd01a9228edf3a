/** English: comments and history, below the info of a photo. */
import { legible } from '../../lib/legible.js';

export const comments = {
  title: 'Comments',
  write: 'Write a comment',
  send: 'Send',
  edited: 'changed',
  change: 'Change',
  changeOf: 'Change the comment',
  save: 'Save',
  remove: 'Remove',
  removeSure: 'Remove this comment?',
};

export const history = {
  title: 'History',
  show: 'Show who changed what',
  none: 'Nobody has changed anything yet.',
  cameIn: 'Came in',
  sidecar: 'Sidecar',
  replaced: 'a newer one counts',
  inFolder: (folder: string) => `in the folder “${legible(folder)}”`,
  elsewhere: 'on another server',
  lost: 'Made at the same time on another server. The other one is shown.',
  now: 'shown now',
  ahead: 'Time unknown',
  aheadWhy: (moment: string) => `The clock of its server was ahead. It said ${moment}.`,
  more: (n: number) => `and ${n} older`,
  by: 'by',
  taken: 'taken away',
  yes: 'yes',
  no: 'no',
  stars: (n: number) => (n === 1 ? '1 star' : `${n} stars`),
  added: (element: string) => `“${element}” put in`,
  removed: (element: string) => `“${element}” taken out`,
  fields: {
    title: 'Title',
    description: 'Description',
    taken: 'Time',
    place: 'Place',
    gps: 'Position',
    rating: 'Rating',
    favourite: 'Favourite',
    audience: 'Who may see it',
    reviewed: 'Reviewed',
    trashed: 'In the trash',
    tags: 'Tags',
    albums: 'Albums',
    favourites: 'Favourites of the family',
    facts: 'What the file says',
    renditions: 'Pictures',
    sightings: 'Where it came in',
    sidecars: 'Sidecars',
  } as Record<string, string>,
  audiences: { private: 'Only owners', family: 'Family', public: 'Everyone' } as Record<string, string>,
};

export const metadata = {
  allTagsFind: 'Find a tag or a value',
  allTagsCut: 'Some tags were too long to be kept.',
  allTagsNone: 'No tag has that.',
  allTagsCount: (shown: number, all: number) => (shown === all ? `${all} tags` : `${shown} of ${all} tags`),
};

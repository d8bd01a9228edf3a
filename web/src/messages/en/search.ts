/** English: the panel below the search field. */
import { number, plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

export const search = {
  panel: 'Search suggestions',
  show: (n: number) => plural(n, { one: 'Show # photo', other: 'Show # photos' }),
  showVideos: (n: number) => plural(n, { one: 'Show # video', other: 'Show # videos' }),
  none: 'No photos match all of these',
  people: 'People',
  house: 'Family library',
  me: 'Me',
  places: 'Places',
  tags: 'Tags',
  kinds: 'Media types',
  years: 'Years',
  cameras: 'Cameras',
  folders: 'Folders',
  more: 'More',
  recent: 'Recent searches',
  clear: 'Clear recent searches',
  pickDates: 'Pick dates',
  allYears: (n: number) => `Show all ${number(n)} years`,
  tile: (name: string, n: number, isOfVideos = false) =>
    `${legible(name)}, ${isOfVideos ? app.videos(n) : app.photos(n)}`,
  asText: 'Edit as text',

  previousYear: 'Previous year',
  nextYear: 'Next year',
  wholeYear: (year: string) => `All of ${year}`,
  wholeMonth: (month: string) => `All of ${month}`,
  toMonths: 'Back to months',
  pickEnd: 'Choose an end date to search a date range',
  addDates: (dates: string) => `Add ${dates}`,
  cancelDates: 'Cancel',
};

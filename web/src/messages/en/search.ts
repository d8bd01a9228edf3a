/** English: the panel below the search field. */
import { plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

export const search = {
  panel: 'Search suggestions',
  show: (n: number) => plural(n, { one: 'Show # photo', other: 'Show # photos' }),
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
  tile: (name: string, n: number) => `${legible(name)}, ${app.photos(n)}`,
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

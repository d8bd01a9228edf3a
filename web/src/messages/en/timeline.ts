/** English: the texts of the timeline: the choice of libraries, memories, and the menu of a photo. */
import { plural } from '../../lib/language.js';
import { app } from './core.js';

export const timeline = {
  filter: 'Show photos from',
  mine: 'Mine',
  house: 'Family library',
  everyone: 'Everyone',
  memories: (n: number, years: string) => `${app.onThisDay}, ${years}: ${app.photos(n)}`,
  severalYears: (n: number) => plural(n, { one: '# year', other: '# years' }),

  menu: (n: number) => (n === 1 ? 'Actions for this photo' : `Actions for ${app.photos(n)}`),
  open: 'Open',
  openTab: 'Open in a new tab',
};

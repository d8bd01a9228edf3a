/** English: the toolbar of a selection, and its panels. */
import { number } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

const named = (name: string): string => `“${legible(name).slice(0, 60)}”`;

export const panel = {
  dated: (n: number) => `Date changed of ${app.photos(n)}`,
  placed: (n: number, place: string) => `Place of ${app.photos(n)}: ${named(place)}`,
  unplaced: (n: number) => `Place of ${app.photos(n)} as the file says`,
  none: 'Choose photos',
  chosen: (n: number) => `${app.photos(n)} chosen`,
  all: (n: number) => `Choose all ${number(n)}`,
  end: 'Choose none',
  bar: 'What to do with the chosen photos',
  more: 'More',
  onAll: 'on all',
  onSome: (n: number, total: number) => `on ${n} of ${total}`,
  addToAll: (name: string) => `Add ${name} to all`,
  takeOff: (name: string) => `Take ${name} off all`,
  noTags: 'No tags yet.',
  noAlbums: 'Not in an album yet.',
  audiences: {
    private: ['Only owners', 'nobody else finds them'],
    family: ['Family', 'everyone who may sign in'],
    public: ['Everyone', 'also without an account'],
  } as const,
  noStars: 'No rating',
  move: 'Move',
  set: 'Set',
  moveAbout: 'For a camera whose clock was wrong: each photo keeps its distance to the others.',
  later: 'later',
  earlier: 'earlier',
  days: 'Days',
  hours: 'Hours',
  minutes: 'Minutes',
  fromTo: (from: string, to: string) => `${from} becomes ${to}`,
  moveIt: 'Move the dates',
  setAbout: 'All of them get this date and time.',
  dateAndTime: 'Date and time',
  setIt: 'Set the date',
  asFile: 'As the files say',
  findPlace: 'City, region, country, or coordinates',
  placeAbout: 'A name such as Palisade, Colorado, or a position such as 39.115, -108.400.',
  placeUnclear: 'A position is a latitude from -90 to 90 and a longitude from -180 to 180.',
};

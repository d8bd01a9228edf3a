/** English: the toolbar of a selection, and its panels. */
import { number, plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

const named = (name: string): string => `“${legible(name).slice(0, 60)}”`;

export const panel = {
  dated: (n: number) => `Changed the date of ${app.photos(n)}`,
  placed: (n: number, place: string) => `Set the place of ${app.photos(n)} to ${named(place)}`,
  unplaced: (n: number) => `Restored the original place of ${app.photos(n)}`,
  none: 'Select photos',
  /** Tiles, and the photos of them: a burst has several. */
  chosen: (tiles: number, photos: number) =>
    `${number(tiles)} selected${photos > tiles ? ` · ${app.photos(photos)}` : ''}`,
  all: (n: number) => `Select all (${number(n)})`,
  end: 'Clear selection',
  bar: 'Actions for selected photos',
  more: 'More',
  onAll: 'on all',
  onSome: (n: number, total: number) => `on ${n} of ${total}`,
  addToAll: (name: string) => `Add ${name} to all`,
  takeOff: (name: string) => `Remove ${name} from all`,
  noTags: 'No tags yet.',
  noAlbums: 'Not in an album yet.',
  audiences: {
    private: ['Private', 'only you; in the family library, its owners'],
    family: ['Family', 'everyone who can sign in'],
    public: ['Public', 'everyone, and visitors if they are allowed'],
  } as Record<'private' | 'family' | 'public', readonly [string, string]>,
  handOverAbout:
    'Give photos to another person permanently. Once they save them to their library, you can move your copies to trash.',
  familyLibrary: 'Family library',
  familyLibraryAbout: 'its owners decide who sees them',
  offered: (name: string, n: number, left: number) =>
    [
      n === 0
        ? 'None of these photos can be offered to someone else.'
        : plural(
            n,
            {
              one: 'Offered # photo to {name}. You’ll see the response under Sharing.',
              other: 'Offered # photos to {name}. You’ll see the response under Sharing.',
            },
            { name: legible(name) },
          ),
      n > 0 && left > 0 ? plural(left, { one: '# can’t be offered.', other: '# can’t be offered.' }) : '',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
  lockAbout:
    'Locked photos leave all albums, links and apps, and no one else sees them. You need your PIN to open them. Unlocking moves them to your archive, without their earlier albums and links.',
  lockYes: (n: number) => plural(n, { one: 'Lock # photo', other: 'Lock # photos' }),
  noStars: 'No rating',
  move: 'Shift',
  set: 'Set',
  moveAbout: 'Use this if the camera’s clock was wrong. All dates shift by the same amount.',
  later: 'later',
  earlier: 'earlier',
  days: 'Days',
  hours: 'Hours',
  minutes: 'Minutes',
  fromTo: (from: string, to: string) => `${from} becomes ${to}`,
  moveIt: 'Shift dates',
  setAbout: 'All selected photos get this date and time.',
  dateAndTime: 'Date and time',
  setIt: 'Save date',
  asFile: 'Restore original',
  findPlace: 'City, coordinates, or a link to a map',
  placeAbout: 'For example Palisade, Colorado, or 39.115, -108.400, or a link from a map.',
  chooseOnMap: 'Choose on map',
  placeBefore: 'Use the place of the previous photo',
  placeUnclear:
    'That isn’t a valid location. Enter a latitude (-90 to 90) and a longitude (-180 to 180), or paste a map link.',
};

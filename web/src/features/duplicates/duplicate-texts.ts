/** Texts of the duplicates page. */
import { texts } from '../../lib/texts.js';

const number = new Intl.NumberFormat();

export const duplicateTexts = {
  about:
    'These photos look the same. Proposed is the camera’s original, as far as it can be told. Tags, albums, title, rating, place and date of those that go are kept with the one that stays, where it has none.',
  groups: (n: number) => (n === 1 ? '1 group' : `${number.format(n)} groups`),
  looking: (done: number, total: number) =>
    total === 0
      ? 'Looking at your photos …'
      : `Looking at your photos: ${number.format(done)} of ${number.format(total)}`,
  none: 'No photos look the same',
  noneAbout: 'Copies in other sizes and formats, and shots of one moment, appear here when there are any.',
  group: (n: number, day: string) => `${texts.photos(n)} · ${day}`,
  choose: (n: number, of: number, facts: string) => `Photo ${n} of ${of}: ${facts}`,
  best: 'Proposed',
  stays: 'Stays',
  goes: 'Trash',
  open: (n: number) => `Open photo ${n}`,
  keepOne: (others: number) => (others === 1 ? 'Keep this, trash the other' : `Keep this, trash the other ${others}`),
  keepAll: 'Keep all',
  keptOne: (others: number) => `1 photo kept, ${texts.photos(others)} in the trash`,
  keptAll: (n: number) => `${texts.photos(n)} are not the same`,
  more: 'Show more',
  raw: 'RAW',
  ofFile: 'of the file',
  tags: (n: number) => (n === 1 ? '1 tag' : `${n} tags`),
  albums: (n: number) => (n === 1 ? '1 album' : `${n} albums`),
  rows: {
    pixels: 'Pixels',
    file: 'File',
    taken: 'Taken',
    camera: 'Camera',
    place: 'Place',
    has: 'With',
    name: 'Name',
  },
};

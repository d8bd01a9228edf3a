/** Texts of edits. */
import { texts } from '../texts.js';
import { legible } from '../legible.js';

const named = (name: string): string => `“${legible(name).slice(0, 60)}”`;

export const editTexts = {
  undo: 'Undo',
  redo: 'Redo',
  undone: (label: string) => `Undone: ${label}`,
  redone: (label: string) => `Redone: ${label}`,
  busy: (label: string) => `${label} …`,
  progress: (done: number, total: number) => `${done} of ${total}`,
  half: (done: number, total: number) => `Stopped: ${texts.photos(done)} of ${total} are done.`,
  failed: 'Nothing was changed.',
  nothing: 'No changes needed',
  goOn: 'Try again',
  close: 'Close this message',

  tagged: (n: number, tag: string) => `${texts.photos(n)} tagged ${named(tag)}`,
  untagged: (n: number, tag: string) => `${named(tag)} removed from ${texts.photos(n)}`,
  intoAlbum: (n: number, album: string) => `${texts.photos(n)} added to ${named(album)}`,
  outOfAlbum: (n: number, album: string) => `${texts.photos(n)} removed from ${named(album)}`,
  favoured: (n: number) => `${texts.photos(n)} marked as favourite`,
  unfavoured: (n: number) => `${texts.photos(n)} removed from favourites`,
  rated: (n: number, stars: number) =>
    stars === 0 ? `Rating removed from ${texts.photos(n)}` : `${texts.photos(n)} rated ${'★'.repeat(stars)}`,
  audience: (n: number, who: string) => `${texts.photos(n)}: seen by ${who}`,
  dated: (n: number) => `Date changed of ${texts.photos(n)}`,
  placed: (n: number, place: string) => `Place of ${texts.photos(n)}: ${named(place)}`,
  unplaced: (n: number) => `Place of ${texts.photos(n)} as the file says`,
  trashed: (n: number) => `${texts.photos(n)} in the trash`,
  restored: (n: number) => `${texts.photos(n)} back in the album`,
  titled: 'Title changed',
  described: 'Description changed',
  discarded: 'Changes discarded',
  saveThem: 'Save changes',
  reviewed: (n: number) => `${texts.photos(n)} kept`,
  renamed: (from: string, to: string) => `${named(from)} is called ${named(to)} now`,
  removed: (name: string) => `${named(name)} taken away`,
};

/** English: albums, tags, cameras and the trash. */
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

const named = (name: string): string => `“${legible(name).slice(0, 60)}”`;

export const albums = {
  find: 'Find',
  none: (what: string) => `Nothing is called “${what}”.`,
  open: (name: string, n: number) => `${name}, ${app.photos(n)}`,
  change: (name: string) => `Change ${name}`,
  more: (n: number) => `Show ${n} more`,

  albumsAbout: 'To make an album, choose photos and press Albums. Or search, and save what you search for as an album.',
  suggested: 'From your folders',
  suggestedAbout: 'These photos came in a folder with a name. Shall it be an album?',
  make: 'Make it',
  makeAlbum: (name: string) => `Make it: ${name}`,
  decline: 'No',
  declineAlbum: (name: string) => `No: ${name}`,
  declined: (name: string) => `${named(name)} is not suggested any more`,
  searches: 'Saved searches',
  saved: (name: string) => `${named(name)} is among your albums`,
  save: 'Save',
  saveTitle: 'Save as an album',
  saveName: 'Name of the album',
  saveAbout: (q: string) => `It shows what “${q}” finds, also what comes in later.`,
  covered: (name: string) => `${named(name)} has a new cover`,
  order: 'Order of the albums',
  byName: 'By name',
  bySize: 'Largest first',
  albumsNone: 'There is no album yet',
  favourites: 'Favourites',
  videos: 'Videos',

  tagsNone: 'There is no tag yet',
  tagsAbout: 'To tag photos, choose them and press Tags. Tags that came with your files are here, too.',
  cloud: 'Cloud',
  list: 'List',
  view: 'How to show the tags',

  name: 'New name',
  rename: 'Rename',
  merges: (name: string) => `There is “${name}” already: the two become one.`,
  takeAway: 'Take away',
  takeAwayTag: (n: number) => `Take this tag off ${app.photos(n)}? The photos stay.`,
  takeAwayAlbum: (n: number) => `Dissolve this album? Its ${app.photos(n)} stay.`,
  cancel: 'Cancel',

  cameras: 'Cameras',
  lenses: 'Lenses',
  camerasNone: 'None of the photos tells its camera',
  chart: (name: string, years: string) => `${name} by year: ${years}`,
  byYear: (year: string, n: number) => `${year}: ${app.photos(n)}`,

  trashNone: 'The trash is empty',
  trashAbout: (n: number) =>
    `${app.photos(n)} ${n === 1 ? 'is' : 'are'} in the trash. They stay until you empty it, and are nowhere else in the album.`,
  trashEmptyAbout: 'Photos that you put into the trash wait here until you empty it.',
  trashShow: 'Show them, or put some back',
  trashEmpty: 'Empty the trash',
  trashSure: (n: number) =>
    `Let go of ${app.photos(n)} for good, on all your servers? Tags, comments and edits go with them. The files move to archive/trash, where you can remove them yourself.`,
  trashYes: 'Empty it',
  trashBusy: (done: number, n: number) => `${done} of ${n} …`,
  trashDone: (n: number) => `${app.photos(n)} gone from the album`,
  renamed: (from: string, to: string) => `${named(from)} is called ${named(to)} now`,
  removed: (name: string) => `${named(name)} taken away`,
};

/** English: albums, tags, cameras and the trash. */
import { bytesText, listOf, plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

const named = (name: string): string => `“${legible(name).slice(0, 60)}”`;

export const albums = {
  find: 'Find',
  none: (what: string) => `No matches for “${what}”.`,
  change: (name: string) => `Edit ${name}`,
  more: (n: number) => `Show ${n} more`,

  albumsAbout:
    'To create an album, select photos, then choose Add to album. To create a smart album, search, then choose Save as smart album.',
  suggested: 'From your folders',
  suggestedAbout: 'Create albums from the folders your photos came from.',
  make: 'Create album',
  makeAlbum: (name: string) => `Create album ${name}`,
  decline: 'Dismiss',
  declineAlbum: (name: string) => `Dismiss ${name}`,
  declined: (name: string) => `${named(name)} won’t be suggested again`,
  searches: 'Smart albums',
  saved: (name: string) => `${named(name)} saved as smart album`,
  save: 'Save',
  saveTitle: 'Save as smart album',
  saveName: 'Album name',
  saveAbout: (q: string) => `Shows all photos that match “${q}”. New matches are added automatically.`,
  covered: (name: string) => `${named(name)} has a new cover`,
  order: 'Sort albums',
  orders: { newest: 'Newest photo', name: 'Name', count: 'Most photos' },
  albumsNone: 'No albums yet',
  favourites: 'Favourites',
  videos: 'Videos',

  untitled: 'Untitled album',
  newAlbum: 'New album',
  newName: 'Album name',
  createAlbum: 'Create album',
  toAlbums: 'Albums',
  editTitle: 'Edit title',
  addTitle: 'Add a title',
  editText: 'Edit description',
  addText: 'Add a description',
  described: (name: string) => `Description of ${named(name)} changed`,
  deleted: (name: string) => `${named(name)} deleted`,
  left: (name: string) => `You left ${named(name)}`,
  /** `videos`: how many of the photos are videos; more than all of them while the two counts come from different moments. */
  contents: ({ count, videos = 0 }: { count: number; videos?: number | undefined }) =>
    app.media(count, Math.min(count, videos)),
  takenOut: (n: number) =>
    plural(n, { one: '# photo removed from the album', other: '# photos removed from the album' }),
  putBackRefused: (n: number) =>
    plural(n, {
      one: '# photo was not put back: only the person who added it can do that.',
      other: '# photos were not put back: only the people who added them can do that.',
    }),
  takeOutRefused: 'You can remove only your own photos from this album.',
  sort: 'Sort photos',
  sorts: { newest: 'Newest first', oldest: 'Oldest first', manual: 'Custom order…' },
  sorted: (name: string, how: 'newest' | 'oldest' | 'manual') =>
    `${named(name)} sorted: ${{ newest: 'newest first', oldest: 'oldest first', manual: 'custom order' }[how]}`,
  arrangeTitle: (name: string) => `Arrange ${named(name)}`,
  arrangeAbout: 'Drag photos to arrange them, or select some and move them with the buttons.',
  arrangeList: 'Photos in order',
  arranged: (name: string) => `${named(name)} arranged`,
  moveGroup: (n: number) => plural(n, { one: 'Move selected photo', other: 'Move selected photos' }),
  moveFirst: 'Move photos to start',
  moveEarlier: 'Move photos earlier',
  moveLater: 'Move photos later',
  moveLast: 'Move photos to end',
  movedTo: (n: number, at: number, all: number) =>
    plural(n, { one: `Photo moved to position ${at} of ${all}`, other: `# photos moved to position ${at} of ${all}` }),
  by: (name: string) => `by ${legible(name)}`,
  heldIn: { house: 'in the family library', own: 'in your own library' },
  sharedWith: (names: string[]) => `Shared with ${listOf(names.map((name) => legible(name)))}`,
  alsoSharedWith: (names: string[]) => `Also shared with ${listOf(names.map((name) => legible(name)))}`,
  sharedBy: (name: string) => `Shared by ${legible(name)}`,
  sharedByHouse: 'Shared from the family library',
  theyAdd: 'they can add photos',
  share: 'Share',
  addPhotos: 'Add photos',
  fromLibrary: 'From your library',
  fromDevice: 'From this device',
  moreActions: 'More actions',
  download: 'Download all',
  leave: 'Leave album',
  leaveSure: (name: string) => `Leave ${named(name)}?`,
  leaveAbout: 'You will no longer see it. Photos you added leave the album and stay in your library.',
  deleteSure: (name: string) => `Delete ${named(name)}?`,
  deleteAbout: (n: number, shared: boolean) =>
    [
      n === 0
        ? 'It contains no photos.'
        : plural(n, { one: 'The # photo stays in your library.', other: 'The # photos stay in your library.' }),
      ...(shared ? ['People you shared the album with no longer see it.'] : []),
    ].join(' '),
  empty: 'There are no photos in this album yet.',
  emptyAdd: 'This album is empty. Add photos to get started.',
  ours: 'Albums',
  others: 'Shared with you',
  smart: 'Smart albums',
  smartAbout: 'New matches are added automatically.',

  pickTitle: (name: string) => `Add photos to ${named(name)}`,
  chooseCover: 'Choose cover',
  pickCover: (name: string) => `Choose a cover for ${named(name)}`,
  pickSearch: 'Search your photos',
  pickNone: 'No photos found',
  pickMore: 'Show more',
  pickOf: { house: 'Photos of the family library', me: 'Your own photos' },
  picked: (n: number) => plural(n, { one: 'Add # photo', other: 'Add # photos' }),
  pickAny: 'Select photos to add',
  pickRefused: (n: number) =>
    plural(n, {
      one: '# photo belongs to another library and was not added.',
      other: '# photos belong to another library and were not added.',
    }),
  /** Two sentences; the first one may lack its full stop. */
  then: (said: string, more: string) => `${said.replace(/\.$/u, '')}. ${more}`,
  gone: 'This album no longer exists. Choose another one.',

  tagsNone: 'No tags yet',
  tagsAbout: 'To tag photos, select them, then choose Tags. Tags in your files are listed here, too.',
  tiles: 'Tiles',
  list: 'List',
  view: 'Tag view',

  name: 'New name',
  rename: 'Rename',
  mergeInto: (name: string) => `Merge into ${named(name)}`,
  merges: (name: string) => `“${name}” already exists. The two will be merged.`,
  renameAlbum: 'Rename album',
  deleteAlbum: 'Delete album',
  removeTag: 'Remove tag',
  takeAwayTag: (n: number) => `Remove this tag from ${app.photos(n)}? The photos stay in your library.`,
  takeAwayAlbum: (n: number) =>
    plural(n, {
      one: 'Delete this album? The # photo stays in your library.',
      other: 'Delete this album? The # photos stay in your library.',
    }),
  cancel: 'Cancel',

  cameras: 'Cameras',
  lenses: 'Lenses',
  camerasNone: 'No photos with camera data yet',

  trashNone: 'The trash is empty',
  /** `days`: after how many days they are deleted; 0 if some are deleted after days and others never. */
  trashAbout: (days: number | undefined) =>
    days === undefined
      ? 'Photos stay here until you empty the trash.'
      : days === 0
        ? 'Photos that show days left are permanently deleted when that time is over.'
        : `Photos are permanently deleted after ${days} days in the trash.`,
  trashEmptyAbout: (days: number | undefined) =>
    days === undefined
      ? 'Photos that you move to the trash stay here until you empty it.'
      : days === 0
        ? 'Photos that you move to the trash show when they are permanently deleted.'
        : `Photos that you move to the trash are permanently deleted after ${days} days.`,
  trashLeft: (days: number) =>
    days === 0 ? 'Deleted today' : plural(days, { one: '# day left', other: '# days left' }),
  trashAfter: (isOn: boolean) => (isOn ? 'Change automatic deletion' : 'Set automatic deletion'),
  trashHolds: (n: number, bytes: number) => (bytes > 0 ? `${app.photos(n)} · ${bytesText(bytes)}` : app.photos(n)),
  trashEmpty: 'Empty trash',
  /** `files`: for people who reach the disk of the server. */
  trashSure: (n: number, files: boolean) =>
    `Permanently delete ${app.photos(n)} from all servers? Tags, comments and edits are deleted, too.${files ? ' The server keeps the original files in its folder archive/trash. To free up space, delete them there.' : ''}`,
  trashYes: 'Delete permanently',
  trashBusy: (done: number, n: number) => `${done} of ${n} …`,
  trashDone: (n: number) => `Deleted ${app.photos(n)} permanently`,
  renamed: (from: string, to: string) => `${named(from)} renamed to ${named(to)}`,
  removed: (name: string) => `${named(name)} removed`,
};

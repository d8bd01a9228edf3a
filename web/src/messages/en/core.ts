/**
 * English: the texts of the first script: the frame of the page, the timeline, photos, selections and edits. `areas` of
 * the catalogue hold the rest.
 */
import { listOf, number, plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';
import { lengthText } from '../../lib/video-length.js';

const named = (name: string): string => `“${legible(name).slice(0, 60)}”`;

/** The facts in a tile’s accessible name. */
interface TileFacts {
  type?: string | undefined;
  /** The length of a video. */
  seconds?: number | undefined;
  motion?: boolean | undefined;
  animated?: boolean | undefined;
  raw?: boolean | undefined;
  damaged?: boolean | undefined;
  /** The burst that it stands for. */
  burst?: { count: number } | undefined;
  favourite?: boolean | undefined;
  audience?: 'family' | 'public' | undefined;
  /** Where it was taken. */
  place?: string | undefined;
}

export const app = {
  name: 'Photospool',
  titled: (title: string) => `${legible(title).slice(0, 120)} – Photospool`,
  photos: (n: number) => plural(n, { one: '# photo', other: '# photos' }),
  videos: (n: number) => plural(n, { one: '# video', other: '# videos' }),
  /** `n` of both kinds, of which `videos` are videos. */
  media: (n: number, videos: number) =>
    [n > videos || n === 0 ? app.photos(n - videos) : '', videos > 0 ? app.videos(videos) : '']
      .filter(Boolean)
      .join(', '),
  photo: (
    date: string,
    {
      type = '',
      motion = false,
      animated = false,
      raw = false,
      damaged = false,
      favourite = false,
      place = '',
      ...tile
    }: TileFacts = {},
    holder?: string,
    nth = 1,
  ) => {
    const single = type.startsWith('video/') ? 'Video' : motion ? 'Live Photo' : animated ? 'Animation' : 'Photo';
    const kind = tile.burst ? `Burst of ${app.photos(tile.burst.count)}` : single;
    const seen = tile.audience && { family: ', shared with family', public: ', public' }[tile.audience];
    const by = holder === undefined ? '' : ` by ${legible(holder).slice(0, 60)}`;
    const length = single === 'Video' && tile.seconds !== undefined ? `, ${lengthText(tile.seconds)}` : '';
    const number = nth > 1 ? ` ${String(nth)}` : '';
    const where = place === '' ? '' : `, ${legible(place).slice(0, 60)}`;
    return `${kind}${number}${raw ? ' with RAW' : ''}${by}, ${date}${length}${where}${favourite ? ', favourite' : ''}${seen ?? ''}${damaged ? ', damaged' : ''}`;
  },

  unshown: { 'no-preview': 'RAW without a preview', damaged: 'Damaged' } as Partial<Record<string, string>>,
  unshownLong: {
    'no-preview': 'This RAW file has no preview. Download it to develop it; the file is unchanged.',
    damaged: 'This file is damaged and can’t be shown. You can still download it; the file is unchanged.',
  } as Partial<Record<string, string>>,
  damaged: 'Damaged file',
  damagedLong: 'Only part of this file can be shown. The file itself is unchanged.',
  damagedUnshown: 'It can’t be shown. The file is unchanged.',

  search: 'Search',
  searchLong: 'Search your photos',
  searchMore: 'Add a place, date or word',
  removeTerm: (word: string) => `Remove ${legible(word)}`,
  clearSearch: 'Clear search',
  editSearch: (words: string) => `Edit search: ${legible(words)}`,
  searchTerms: 'Search filters',
  openAlbum: (name: string) => `Open album ${named(name)}`,
  saveSearch: 'Save as smart album',
  close: 'Close',
  closeSearch: 'Close search',
  searchWrong: 'Check your search',
  /** The keys of searches, which stay as they are, with what their values mean. */
  searchKeys: {
    tag: 'a tag',
    album: 'an album',
    place: 'a place',
    near: 'near a position: near:39.11,-108.35,5km',
    taken: 'a date: 2024, 2024-06, 2024-06..2024-08',
    camera: 'a camera',
    lens: 'a lens',
    folder: 'a folder that photos came from',
    rating: 'a number of stars',
    is: 'favourite, screenshot, selfie, live, raw …',
    type: 'photo or video',
    audience: 'who can see it',
    iso: 'an ISO value',
    day: 'a day in every year: day:12-24',
    added: 'when it was added',
  } as Record<string, string>,
  searchCompletions: 'Suggestions',
  /** The kind of a suggestion, by its key. */
  searchKinds: {
    ...{ tag: 'Tag', album: 'Album', place: 'Place', camera: 'Camera', lens: 'Lens', folder: 'Folder' },
    ...{ taken: 'Date', day: 'Day', is: 'Kind', type: 'Kind', audience: 'Visible to', rating: 'Rating', iso: 'ISO' },
  } as Partial<Record<string, string>>,
  /** Terms of searches, which stay as they are, in words. */
  searchValues: {
    'is:favourite': 'Favourites',
    'is:reviewed': 'Reviewed',
    'is:archived': 'Archived',
    'is:trashed': 'Trash',
    'is:geotagged': 'With a location',
    '-is:geotagged': 'Without a location',
    'is:dated': 'With a date',
    '-is:dated': 'Without a date',
    'is:damaged': 'Damaged',
    'is:guest': 'From guests',
    'is:screenshot': 'Screenshots',
    'is:selfie': 'Selfies',
    'is:panorama': 'Panoramas',
    'is:360': '360° photos',
    'is:live': 'Live Photos',
    'is:raw': 'RAW',
    'type:video': 'Videos',
    'type:photo': 'Photos',
    'audience:private': 'Private',
    'audience:family': 'Shared with family',
    'audience:public': 'Public',
    'holder:me': 'Mine',
    'holder:house': 'Family library',
  } as Partial<Record<string, string>>,
  searchWords: {
    burst: 'Burst',
    not: (word: string, inside: boolean) => `${inside ? 'not' : 'Not'} ${word}`,
    notIn: (place: string, inside: boolean) => `${inside ? 'not' : 'Not'} in ${place}`,
    since: (date: string) => `since ${date}`,
    until: (date: string) => `until ${date}`,
    before: (date: string) => `before ${date}`,
    after: (date: string) => `after ${date}`,
    range: (from: string, to: string) => `${from} – ${to}`,
    added: (dates: string) => `Added ${dates}`,
    /** From 0, which is without a rating, to 5. */
    stars: (from: number, to: number) =>
      to === 5
        ? plural(from, { one: '# star or more', other: '# stars or more' })
        : from === 0
          ? plural(to, { one: 'At most # star', other: 'At most # stars' })
          : `${number(from)} to ${plural(to, { one: '# star', other: '# stars' })}`,
    iso: (value: string) =>
      `ISO ${value
        .replace('..', ' – ')
        .replace(/^>=(.*)$/, '$1+')
        .replace(/^[<>]=?/, '$& ')}`,
    area: 'An area of the map',
  },
  nothing: 'No photos found',
  nothingFor: (q: string) => `No photos match “${q}”.`,
  /** Searches with their own message when nothing matches. */
  nothingYet: {
    'is:favourite': 'No favourites yet. Open a photo and choose Favourite.',
    'is:archived': 'The archive is empty. Archived photos leave your timeline and stay in albums and searches.',
    'type:video': 'No videos yet.',
    'holder:me': 'No photos in your own library yet.',
    'holder:house': 'No photos in the family library yet.',
    '-is:dated': 'All photos have a date.',
    '-is:geotagged': 'All photos have a location.',
  } as Partial<Record<string, string>>,
  dropTitle: 'Try removing a term.',
  dropWord: (word: string) => `Without “${word}”`,
  dropFinds: (word: string, n: number) => `Without “${word}”: ${app.photos(n)}`,
  aloneNone: (word: string) => `No photos match “${word}”.`,
  togetherNone: 'Each term matches some photos, but no photo matches all of them.',
  showAll: 'Show all photos',
  headings: {
    'is:favourite': 'Favourites',
    'is:archived': 'Archive',
    'is:trashed': 'Trash',
    '-is:reviewed': 'To review',
    'type:video': 'Videos',
  },

  distance: 'Zoom level',
  byYears: 'Years',
  byMonths: 'Months',
  byDays: 'Days',
  yearsAndMonths: 'Years and months',

  loading: 'Loading photos',
  failed: 'Your photos can’t be shown',
  failedHint: 'The server reported an error. Try again, or check the server’s log.',
  unreachable: 'The server can’t be reached',
  unreachableHint: 'Your photos are safe. This page reconnects automatically.',
  again: 'Try again',
  offline: (since: string) => `Offline since ${since}. Reconnecting…`,
  unsent: (n: number) => plural(n, { one: '# change waiting to sync.', other: '# changes waiting to sync.' }),

  sharedTitle: 'Nothing is shared yet',
  sharedText: 'Photos that others share with you appear here.',
  copied: 'Copied',
  send: 'Send…',
  qrCode: 'QR code',
  qrOf: 'QR code of the link',
  broken: 'Something went wrong',
  brokenHint: 'This page can’t be shown. Your photos are safe. Reload the page or go back to your photos.',
  reload: 'Reload the page',
  notFound: 'Page not found',
  notFoundHint: 'There is no page at this address. Check the address or go back to your photos.',
  toPhotos: 'Go to photos',
  reach: {
    computer: 'Only this computer can open this link.',
    network: 'Only devices on your network can open this link.',
  },
  setAddress: 'Set a public address',
  samples: 'Try with sample photos',
  samplesComing: 'Adding sample photos…',
  samplesFailed: 'The sample photos couldn’t be added. Try again.',

  coming: (n: number) => `Importing ${number(n)}`,
  stuck: (n: number) => plural(n, { one: '# file couldn’t be imported', other: '# files couldn’t be imported' }),
  ignored: (n: number) => plural(n, { one: '# file skipped', other: '# files skipped' }),

  toReview: (n: number) => plural(n, { one: 'Review # new photo', other: 'Review # new photos' }),
  few: (n: number) => (n > 999 ? '999+' : `${n}`),

  account: 'Account',
  navigation: 'Navigation',
  more: 'More',
  used: (bytes: string) => `${bytes} used`,
  usedFree: (bytes: string, free: string) => `${bytes} used, ${free} free`,
  shortcuts: 'Keyboard shortcuts',
  skip: 'Skip to content',
  activity: 'Activity',
  activityNew: (what: string) => `Activity: ${what}`,
  activityUnread: 'new',
  moreUnread: 'More, with new activity',
  upload: 'Upload',
  uploadFiles: 'Upload files',
  uploadFolder: 'Upload folder',
  phoneBackup: 'Set up phone backup',
  searches: {
    ...{ photos: 'Photos', favourites: 'Favourites', videos: 'Videos', archive: 'Archive' },
    ...{ recent: 'Recently added', trash: 'Trash' },
  },
  pages: {
    explore: 'Explore',
    'explore/tags': 'Tags',
    'explore/cameras': 'Cameras',
    albums: 'Albums',
    sharing: 'Sharing',
    review: 'Review',
    duplicates: 'Duplicates',
    locked: 'Locked photos',
    places: 'Places',
    activity: 'Activity',
    settings: 'Settings',
    'settings/account': 'Account',
    'settings/appearance': 'Appearance',
    'settings/library': 'Library & storage',
    'settings/phone': 'Phone backup',
    'settings/import': 'Import',
    'settings/family': 'Family',
    'settings/sharing': 'Access and sharing',
    'settings/servers': 'Servers',
    'settings/tokens': 'API tokens',
    'settings/security': 'Security log',
    'settings/about': 'About',
    'sign-in': 'Sign in',
    setup: 'Set up',
    invite: 'Welcome',
  },
  byHand: 'Photos in custom order',
  show: 'Show',
  hide: 'Hide',
  showPassword: 'Show password',
  copy: 'Copy',
  done: 'Done',
  keep: 'Keep',
  cancel: 'Cancel',
  passkeyKnown: 'This device already has a passkey for this account.',
  passkeyFailed: 'The passkey didn’t work. Try again or use your password.',
  signIn: 'Sign in',
  signOut: 'Sign out',
  signOutFailed: 'Signing out failed. Try again in a moment.',
  nobody: 'On this computer',
  roles: {
    owner: 'Owner',
    family: 'Family',
    visitor: 'Visitor',
    program: 'Program',
    link: 'Shared with you',
  },

  addPhotos: 'Add photos',
  dropPhotos: 'Drop to upload',
  dropInto: (album: string) => `Drop to add to ${named(album)}`,
  share: 'Share these photos',
  shareDay: 'Share this day',
  sharedWith: 'Shared with you',
  shareDraft: 'This is a preview. Only you can open this page.',
  draftOver: 'This preview has ended',
  draftOverText: 'Open it again from the share dialog.',
  shareOver: 'This link doesn’t work',
  shareOverText: 'It may have expired or be incomplete. Ask the person who sent it for a new one.',

  toTop: 'Go to newest photos',
  jump: 'Go to a date',
  jumpGo: 'Go',
  jumpAbout: '2019, July 2019 or 2019-07-14',
  jumpWrong: 'Enter a date like 2019, July 2019 or 2019-07-14.',
  onThisDay: 'On this day',
  onThisDayAll: 'Show all',
  yearsAgo: (n: number) => plural(n, { one: '# year ago', other: '# years ago' }),

  back: 'Back to photos',
  backWord: 'Back',
  previous: 'Previous photo',
  next: 'Next photo',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  info: 'Info',
  infoClose: 'Close info',
  download: 'Download original',
  downloadJpeg: 'Download as JPEG',
  stacked: (type: string) => (type.startsWith('image/x-') ? 'Show the RAW of this shot' : 'Show the JPEG of this shot'),
  favourite: 'Favourite',
  favouriteNot: 'Remove from favourites',
  shared: {
    title: 'Visible to',
    private: 'Private',
    family: 'Family',
    public: 'Public',
  },
  missing: 'Photo not found',
  missingHint: 'It may have been deleted, or the address is wrong.',
  pictureFailed: 'The picture can’t be loaded. Check your connection.',
  notHere: 'The original is on another server',
  onItsWay: 'On its way from another server',
  bring: 'Get original',
  bringing: 'Getting original…',
  bringLater: 'No server with the original can be reached right now. The original will be downloaded when one is back.',
  fetchingOriginal: 'Getting original…',
  noOriginal: 'The original isn’t available right now. You’re seeing a preview.',

  moreTags: (n: number) => `and ${number(n)} more`,
  facts: {
    taken: 'Taken',
    place: 'Place',
    camera: 'Camera',
    name: 'File',
    tags: 'Tags',
  },
  stars: (n: number) => `${n} of 5 stars`,
  takenFrom: {
    exif: undefined,
    xmp: undefined,
    iptc: undefined,
    quicktime: undefined,
    edit: undefined,
    gps: 'time from GPS',
    sidecar: 'date from the sidecar file',
    name: 'date from the file name',
    modified: 'file date (no date in the photo)',
  } satisfies Record<string, string | undefined>,
};

export const edits = {
  undo: 'Undo',
  redo: 'Redo',
  undone: (label: string) => `Undone: ${label}`,
  redone: (label: string) => `Redone: ${label}`,
  busy: (label: string) => `${label} …`,
  progress: (done: number, total: number) => `${done} of ${total}`,
  half: (done: number, total: number) => `Stopped after ${number(done)} of ${app.photos(total)}.`,
  failed: 'The change couldn’t be saved.',
  partly: (label: string, left: number, all: number) =>
    `${label}. ${number(left)} of ${app.photos(all)} couldn’t be changed.`,
  none: (n: number) =>
    plural(n, {
      one: 'This photo couldn’t be changed. It may have been deleted.',
      other: 'These photos couldn’t be changed. They may have been deleted.',
    }),
  nothing: 'No changes needed',
  waits: (label: string) => `${label}. It will be sent when you’re back online.`,
  sent: (n: number) => plural(n, { one: '# offline change saved', other: '# offline changes saved' }),
  refused: (labels: string[]) => `The server rejected these offline changes: ${listOf(labels)}.`,
  sentAlready: 'This change has already been sent and can’t be cancelled. Edit the photo again to change it back.',
  goOn: 'Try again',
  close: 'Close message',

  tagged: (n: number, tag: string) => `${app.photos(n)} tagged ${named(tag)}`,
  untagged: (n: number, tag: string) => `${named(tag)} removed from ${app.photos(n)}`,
  intoAlbum: (n: number, album: string) => `${app.photos(n)} added to ${named(album)}`,
  intoFamilyAlbum: (n: number, album: string) => `${app.photos(n)} added to ${named(album)} in the family library`,
  outOfAlbum: (n: number, album: string) => `${app.photos(n)} removed from ${named(album)}`,
  favoured: (n: number) => `${app.photos(n)} added to favourites`,
  unfavoured: (n: number) => `${app.photos(n)} removed from favourites`,
  rated: (n: number, stars: number) =>
    stars === 0 ? `Rating removed from ${app.photos(n)}` : `${app.photos(n)} rated ${'★'.repeat(stars)}`,
  audience: (n: number, audience: 'private' | 'family' | 'public') =>
    ({
      private: `Made ${app.photos(n)} private`,
      family: `Shared ${app.photos(n)} with family`,
      public: `Made ${app.photos(n)} public`,
    })[audience],
  trashed: (n: number) => `Moved ${app.photos(n)} to trash`,
  restored: (n: number) => `Restored ${app.photos(n)}`,
  archived: (n: number) => `Archived ${app.photos(n)}`,
  unarchived: (n: number) => `Unarchived ${app.photos(n)}`,
  locked: (n: number) => `Moved ${app.photos(n)} to locked photos`,
  lockFailed: (n: number) => (n === 1 ? 'The photo wasn’t locked.' : 'The photos weren’t locked.'),
  titled: 'Title changed',
  described: 'Description changed',
  discarded: 'Changes discarded',
  saveThem: 'Save changes',
  reviewed: (n: number) => `Kept ${app.photos(n)}`,
  rotated: (n: number) => `Rotated ${app.photos(n)}`,
  pasted: (n: number) => `Pasted edits to ${app.photos(n)}`,
  saved: ({ saved, known, refused, missing }: Record<'saved' | 'known' | 'refused' | 'missing', number>) =>
    [
      saved > 0 && `Saved ${app.photos(saved)} to your library`,
      known > 0 &&
        plural(known, { one: '# photo is already in your library', other: '# photos are already in your library' }),
      refused > 0 &&
        plural(refused, {
          one: '# edited photo can’t be saved: only its owner has the original',
          other: '# edited photos can’t be saved: only their owners have the originals',
        }),
      missing > 0 && plural(missing, { one: '# photo is no longer shared', other: '# photos are no longer shared' }),
    ]
      .filter((part) => part !== false)
      .join('. '),
  savedPart: (saved: number, n: number) =>
    `Saved only ${number(saved)} of ${app.photos(n)} to your library. Try again.`,
  saveFailed: 'The photos weren’t saved to your library.',
};

export const select = {
  choose: 'Select photos',
  failed: 'These photos couldn’t be selected. Try again.',
  close: 'Close',
  day: (day: string) => `Select ${day}`,

  share: 'Share',
  save: 'Save to my library',
  saveWord: 'Save',
  favourite: 'Favourite',
  tags: 'Edit tags',
  albums: 'Add to album',
  albumWord: 'Album',
  cover: 'Set as cover',
  takeOut: 'Remove from album',
  compare: 'Compare',
  audience: 'Change visibility',
  rating: 'Set rating',
  date: 'Change date',
  place: 'Change place',
  download: 'Download',
  originals: 'Download originals',
  trash: 'Move to trash',
  trashWord: 'Trash',
  restored: 'Restore',
  purge: 'Delete permanently',
  purgeWord: 'Delete',
  reviewed: 'Keep',
  rotateLeft: 'Rotate left',
  rotateRight: 'Rotate right',
  pasteEdits: 'Paste edits',
  handOver: 'Give to someone',
  archive: 'Archive',
  unarchive: 'Unarchive',
  lock: 'Move to locked photos',

  addTag: 'Add a tag',
  addAlbum: 'Add to album',
  newAlbum: (name: string) => `New album ${named(name)}`,
  untitledAlbum: 'Untitled album',

  downloadTitle: (n: number) => `Downloading ${app.photos(n)}`,
  downloadMissing: (n: number) =>
    plural(n, {
      one: '# photo can’t be downloaded and is not included.',
      other: '# photos can’t be downloaded and are not included.',
    }),
  downloadFailed: 'The download couldn’t be started. Try again, or select fewer photos.',
};

/** Every word that the page says. Short and plain. */
const number = new Intl.NumberFormat();

const count = (n: number, one: string, many: string): string => `${number.format(n)} ${n === 1 ? one : many}`;

export const texts = {
  name: 'Photospool',
  photos: (n: number) => count(n, 'photo', 'photos'),
  photo: (date: string) => `Photo, ${date}`,

  search: 'Search',
  searchLong: 'Search your photos',
  clearSearch: 'Clear search',
  closeSearch: 'Close search',
  searchWrong: 'That search can’t be read',
  searchTips: [
    ['beach sunset', 'words in titles, tags, places and names'],
    ['taken:2024-06..2024-08', 'a span of time'],
    ['place:lisbon', 'where it was taken'],
    ['camera:canon', 'what took it'],
    ['tag:family -tag:work', 'with one tag, without another'],
  ] as const,
  searchTipsTitle: 'You can search for',
  nothing: 'No photos found',
  nothingFor: (q: string) => `Nothing matches “${q}”.`,
  dropTitle: 'Try it without one of its words.',
  dropWord: (word: string) => `Search without ${word}`,
  showAll: 'Show all photos',

  loading: 'Loading photos',
  failed: 'The album can’t be shown',
  failedHint: 'The server answered with an error. Its log says more.',
  unreachable: 'The server can’t be reached',
  unreachableHint: 'Your photos are safe where they are. The album comes back by itself when the server does.',
  again: 'Try again',
  offline: 'Offline. Reconnecting…',

  emptyTitle: 'Your album starts here',
  emptyText: 'Put photos into this folder. They appear here by themselves.',
  copyPath: 'Copy path',
  copied: 'Copied',
  samples: 'Put in some sample pictures',
  samplesComing: 'Sample pictures are on their way',
  samplesFailed: 'The sample pictures could not be put in.',

  coming: (n: number) => `${number.format(n)} on ${n === 1 ? 'its' : 'their'} way`,
  stuck: (n: number) => (n === 1 ? '1 photo can’t be read' : `${number.format(n)} photos can’t be read`),
  stuckText: 'They wait, untouched, in the work folder.',
  stuckTitle: 'What could not be taken in',
  ignored: (n: number) => `${count(n, 'file', 'files')} left alone`,
  ignoredText: 'These are no photos. They stay where you put them.',
  nextTry: (when: string) => `Next try at ${when}`,
  retry: 'Try again',

  toTop: 'To the newest photos',

  back: 'Back to the album',
  previous: 'Previous photo',
  next: 'Next photo',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  info: 'Info',
  infoClose: 'Close info',
  download: 'Download original',
  missing: 'This photo is not here',
  missingHint: 'It may have been removed, or the address is wrong.',
  pictureFailed: 'The picture can’t be loaded',
  notHere: 'The original is on another server',

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
    sidecar: 'time from its sidecar',
    name: 'time from the file’s name',
    modified: 'time of the file, the picture tells none',
  } satisfies Record<string, string | undefined>,
};

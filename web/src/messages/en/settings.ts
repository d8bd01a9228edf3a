/** English: the settings that are about this browser, the library and the program. */
import { number, plural } from '../../lib/language.js';

/** How the page looks in this browser. */
export const appearance = {
  about: 'These apply to this browser only.',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  start: 'Start with',
  startAbout: 'What the library shows when you open it.',
  starts: { day: 'Days', month: 'Months', year: 'Years' },
  size: 'Photo size',
  sizeAbout: 'Also changed with + and -, or by pinching.',
  sizes: { large: 'Large', normal: 'Normal', small: 'Small', tiny: 'Tiny' },
};

export const storage = {
  usedBy: (photos: number) => plural(photos, { one: 'used by # photo or video', other: 'used by # photos and videos' }),
  free: (free: string, size: string) => `${free} free of ${size}`,
  kinds: { photo: 'Photos', video: 'Videos', raw: 'RAW' },
  trash: 'Trash',
  years: 'By year taken',
  people: 'By person',
  peopleAbout: 'For people, trash and locked photos are not counted, and sizes are rounded up to 100 MB.',
  house: 'Family library',
  removed: 'removed',
  largest: 'Largest files',
  open: (name: string) => `Open ${name}`,
  more: (n: string) => `Show ${n} more`,

  copies: 'Copies',
  copiesAbout: 'Your photos are on these servers. Missing files are sent as soon as a server can be reached.',
  alone: 'Your photos are only on this server. If its disk fails, they are lost unless you have a backup.',
  here: 'This server',
  complete: 'Has all files',
  lacks: (n: number, size: string) =>
    plural(n, { one: `# file missing (${size})`, other: `# files missing (${size})` }),
  connect: 'Connect a second server',
  manage: 'Manage servers',

  tidy: 'Clean up',
  duplicates: 'Duplicates',
  looking: (done: number, total: number) => `Comparing photos: ${number(done)} of ${number(total)}`,
  groups: (n: number) =>
    n === 0 ? 'None found' : plural(n, { one: '# group of similar photos', other: '# groups of similar photos' }),
  nowhere: 'Without a location',
  inTrash: (n: number, size: string) =>
    n === 0 ? 'Empty' : plural(n, { one: `# item, ${size}`, other: `# items, ${size}` }),
  reviewDuplicates: 'Review duplicates',
  showNowhere: 'Show photos',
  openTrash: 'Open trash',
};

export const about = {
  what: 'Put a photo in a folder; find it in your library, on every server you own.',
  version: (version: string) => `Version ${version}`,
  library: 'Your library',
  licence: 'Licence',
  licenceName: 'MIT',
  licenceAbout: 'Photospool and everything it installs are free software.',
  maps: 'Maps and places',
  mapsAbout: 'Coasts and borders: Natural Earth. Names of places: GeoNames (CC BY).',
  docs: 'Help',
  docsAbout: 'The guides are in the folder docs of the program. For a list of commands, run photospool help.',
  api: 'API',
  apiAbout: 'For your own programs. Create a token first.',
  openApi: 'Open API description',
};

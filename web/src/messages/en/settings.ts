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
  sizeAbout: 'You can also press + or -, or pinch.',
  sizes: { large: 'Large', normal: 'Normal', small: 'Small', tiny: 'Tiny' },
};

export const storage = {
  unused: 'No photos or videos yet',
  disk: (size: string) => `${size} disk`,
  kinds: { photo: 'Photos', video: 'Videos', raw: 'RAW' },
  trash: 'Trash',
  years: 'By year taken',
  people: 'By person',
  peopleAbout: 'Sizes for people don’t include the trash or locked photos and are rounded up to the next 100 MB.',
  house: 'Family library',
  removed: 'removed',
  largest: 'Largest files',
  open: (name: string) => `Open ${name}`,
  more: (n: string) => `Show ${n} more`,

  copies: 'Copies',
  copiesAbout: 'Your photos are stored on these servers. Missing files are sent as soon as the server can be reached.',
  alone: 'Your photos are only on this server. If its disk fails, they are lost unless you have a backup.',
  here: 'This server',
  complete: 'Has all files',
  lacks: (n: number, size: string) =>
    plural(n, { one: `# file missing (${size})`, other: `# files missing (${size})` }),
  connect: 'Connect a second server',
  manage: 'Manage servers',

  export: 'Download your library',
  exportAbout:
    'All your own photos and videos in one ZIP file, with their original names, edits and albums. Locked photos are included only while they’re open.',
  exportMine: 'Download library',

  tidy: 'Clean up',
  duplicates: 'Duplicates',
  looking: (done: number, total: number) => `Comparing photos: ${number(done)} of ${number(total)}`,
  groups: (n: number) =>
    n === 0 ? 'None found' : plural(n, { one: '# group of similar photos', other: '# groups of similar photos' }),
  nowhere: 'Without a location',
  undated: 'Without a date',
  inTrash: (n: number, size: string) =>
    n === 0 ? 'Empty' : plural(n, { one: `# item, ${size}`, other: `# items, ${size}` }),
  reviewDuplicates: 'Review duplicates',
  showPhotos: 'Show photos',
  rowAction: (action: string, name: string) => `${action}: ${name}`,
  openTrash: 'Open trash',

  deletion: 'Delete photos in the trash',
  deletionAbout:
    'Photos are permanently deleted from all servers after this time in the trash. The days count from when you choose. Locked photos stay.',
  deletionOf: { house: 'Family library', me: 'My library' },
  deleteAfter: { never: 'Never', 30: 'After 30 days', 60: 'After 60 days' },
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
  docsAbout: 'The guides are in the docs folder of the installation. To list the commands, run photospool help.',
  api: 'API',
  apiAbout: 'For your own programs. Create a token first.',
  openApi: 'Open the API description',
};

export const phone = {
  about: 'Back up your phone automatically, see when its last photo arrived, and free up space on it.',
  connect: 'Connect a phone',
  kind: 'Phone',
  kinds: { iphone: 'iPhone', android: 'Android' },
  /** The steps for each kind of phone; `address` is entered as the WebDAV address, `host` and `path` are its parts. */
  steps: {
    iphone: ({ host, path }: PhoneAddress) => [
      'Create a token below and copy it.',
      'Install PhotoSync from the App Store. In PhotoSync, open Settings, then Configure, and choose WebDAV.',
      `Enter ${host} as the server and ${path} as the directory. The user name can be anything; the password is the token.`,
      'Turn on automatic transfer, and keep the original format, so that HEIC photos and Live Photos stay as they are.',
    ],
    android: ({ address }: PhoneAddress) => [
      'Create a token below and copy it.',
      'Install FolderSync from the Play Store. Add an account and choose WebDAV.',
      `Enter ${address} as the address. The login name can be anything; the password is the token.`,
      'Add a folder pair from the folder DCIM/Camera to this account, and choose when it is sent.',
    ],
  },
  byHand: {
    iphone: 'To add individual photos, open this page in Safari, add it to the Home Screen, and use Upload.',
    android:
      'To add individual photos, open this page in Chrome, choose Add to Home screen, and then share photos with Photospool.',
  },
  far: 'Phones can’t reach this address. Open this page at an address that your phone can reach, then connect it.',
  plain:
    'Most apps sign in only over HTTPS. Set up HTTPS before you connect a phone: see “Reaching your library from elsewhere” in the documentation.',
  make: 'Create a token',
  create: 'Create token',
  name: 'Name of the phone',
  library: 'Photos go to',
  libraries: { me: 'My library', house: 'Family library' },
  made: (name: string) => `Token for “${name}”`,
  madeAbout: 'Copy it now; you can’t see it again. It can only upload photos. If you lose the phone, revoke it here.',
  senders: 'Phones and apps',
  none: 'No phones or apps connected yet.',
  lastPhoto: 'Last photo',
  noPhoto: 'No photo yet',
  lastUsed: 'Last used',
  neverUsed: 'Never used',
  revoke: 'Revoke access',
  revokeSure: (name: string) => `Revoke “${name}”? It will no longer be able to upload. Photos it uploaded are kept.`,
  free: 'Free up space',
  freeAbout:
    'Choose photos on this device to see which ones are safe on the server. Their contents are compared; nothing is uploaded or deleted.',
  freeApple:
    'In the picker, open Options and choose Current, so that the originals are compared and not converted copies.',
  check: 'Check photos',
  checking: (done: number, all: number) => `Checking ${number(done)} of ${number(all)}`,
  stop: 'Stop checking',
  allSafe: (n: number) =>
    plural(n, {
      one: 'This photo is safe on the server. You can delete it from this device.',
      other: 'All # photos are safe on the server. You can delete them from this device.',
    }),
  someSafe: (safe: number, all: number) =>
    `${number(safe)} of ${number(all)} are safe on the server. Keep these on the device:`,
  noneSafe: (n: number) =>
    plural(n, {
      one: 'This photo isn’t safe on the server yet. Keep it on the device.',
      other: 'None of these # photos are safe on the server yet. Keep them on the device.',
    }),
  states: {
    missing: 'Not on the server',
    trashed: 'In the trash on the server',
    unreadable: 'Can’t be read',
  },
  upload: (n: number) => plural(n, { one: 'Upload # photo', other: 'Upload # photos' }),
  uploading: 'The uploads have started. Check the photos again when they are finished.',
  moreFiles: (n: number) => plural(n, { one: 'and # more', other: 'and # more' }),
};

/** The destination for photos from a phone. */
interface PhoneAddress {
  address: string;
  host: string;
  path: string;
}

/** English: the first steps. */

/** How photos get into an empty library, and what follows the first photos. */
export const first = {
  title: 'Add your first photos',
  text: 'Your originals are kept unchanged, in plain folders on your own server.',
  ownText: 'Your photos are private until you share them. Photos that others share with you appear here, too.',
  joined: (name: string) =>
    `This server is connected to ${name}. Photos from there appear here automatically. You can also add photos here:`,
  device: { computer: 'From this computer', phone: 'From this phone' },
  deviceText: {
    computer: 'Choose photos and videos, or drop photos and whole folders on this page.',
    phone: 'Choose photos and videos from this device.',
  },
  add: 'Add photos',
  phone: 'From a phone',
  phoneText:
    'Open this address on the phone, and choose More, then Upload. Phones can also upload new photos automatically.',
  phoneFar:
    'Phones can’t reach this server yet, because it only listens on this computer. To change that, create your account first.',
  phoneElsewhere:
    'Phones can’t reach this address. To add photos from a phone, open this page at an address that the phone can reach.',
  phoneCode: 'QR code of the address of this server',
  automatic: 'Automatically from this phone',
  automaticText: 'Connect an app on this phone, and new photos upload automatically.',
  folder: 'From a folder',
  folderText: 'Copy photos to this folder on the server, by hand or with any sync app. They appear here automatically.',
  other: 'From Google or Apple',
  otherText:
    'Request your photos from Google Takeout or Apple’s privacy page, then run this command on the server with the files you get. Dates, places, titles and albums are kept.',
  otherCommand: 'photospool import takeout-*.zip',
  copyCommand: 'Copy command',
  copyPath: 'Copy path',

  next: 'Next steps',
  account: 'Create your account',
  accountText: 'Then you can sign in from other devices and invite your family.',
  family: 'Invite your family',
  familyText: 'Everyone gets their own account and sees what you share with them.',
  show: { account: 'Create account', family: 'Invite family' },
  later: { account: 'Dismiss: Create your account', family: 'Dismiss: Invite your family' },
};

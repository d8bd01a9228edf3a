/** The texts of the page Servers. Short and plain. */
const number = new Intl.NumberFormat();
const count = (n: number, one: string, many: string): string => `${number.format(n)} ${n === 1 ? one : many}`;

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `3.4 MB` */
function bytesName(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: units[step]!,
    unitDisplay: 'short',
    maximumSignificantDigits: 3,
  }).format(bytes / 1000 ** step);
}

export const serversTexts = {
  about: 'Photos and edits made on any of your servers arrive on all of them. What is public goes to public ones.',
  alone: 'This server is on its own',
  aloneText: 'Add another one, and whatever you do on either arrives on both.',
  calm: 'Everything that can be reached has the same.',
  busyState: (n: number) => (n > 0 ? `${count(n, 'document is', 'documents are')} on the way.` : 'Being connected.'),
  picturesState: (n: number) => `${count(n, 'picture is', 'pictures are')} on the way.`,
  waitState: (n: number) => `${count(n, 'server', 'servers')} can’t be reached now. What you do is kept for later.`,
  alarmState: (n: number) => `${count(n, 'thing needs', 'things need')} you.`,
  picture: 'Your servers',
  here: 'this server',
  live: 'up to date',
  refused: 'needs you',
  busy: (n: number) => (n > 0 ? `${number.format(n)} to go` : 'catching up'),
  waits: 'not reached yet',
  behind: (span: string) => `${span} behind`,
  away: 'not connected',
  line: (from: string, to: string, state: string, go: string) => `${from} to ${to}: ${state}${go}`,
  go: (n: number) => `, ${count(n, 'document', 'documents')} to go`,
  goShort: (n: number) => number.format(n),
  morePeers: (n: number) => `and ${number.format(n)} more below`,

  coming: 'On the way to here',
  pictures: (n: number) => count(n, 'picture', 'pictures'),
  originals: (n: number) => count(n, 'original', 'originals'),
  bytes: bytesName,
  comingAbout: 'Originals come when somebody opens one, where a link says so.',

  alarms: 'Needs you',
  tokenRefused: (host: string) =>
    `${host} does not accept the token of this server any more. Make a new one there, and add the server again with it.`,
  passwordRefused: (host: string) =>
    `${host} does not accept the name and the password of this server. Add it again with those of an account that may read and write there.`,
  copiedAlarm: (by: string[]) =>
    `There are two copies of one home (${by.join(', ')}). Keep one, and stop the other: make a new home there, add this one as its peer, and put what only the copy has into it.`,
  heldAlarm: (host: string, why: string) => `No pictures go over the link to ${host} now: ${why}`,
  seePhoto: 'See the photo',

  aside: (n: number) => `${count(n, 'document', 'documents')} set aside`,
  asideAbout:
    'One side does not take these. They are kept where they are and tried again by themselves; everything else goes on.',
  asideHere: (host: string) => `Comes from ${host}, and is not taken here`,
  asideThere: (host: string) => `Not taken by ${host}`,
  asidePhoto: 'A photo',
  asideSince: 'set aside',
  retry: 'Try again',
  removeDocument: 'Remove document',
  removeDocumentSure: 'Remove this document of another program from all your servers? This can’t be undone.',
  moreAside: (n: number) => `Show ${number.format(n)} more`,

  servers: 'Links',
  peopleOff: (reason: string) => `People can’t have photos of their own yet. ${reason}`,
  bothWays: 'everything, both ways',
  publishes: 'gets what is public',
  publishesToo:
    'What you make private is hidden there at once. If another home publishes it there, too, and is offline, its text stays unseen in that home’s file until the home is back.',
  publisher: 'publishes to here',
  guest: 'keeps a link to here',
  policies: {
    all: 'all originals',
    'on-demand': 'originals when somebody opens one',
    none: 'no originals',
  },
  sent: (out: number, into: number) => `${number.format(out)} documents sent, ${number.format(into)} received`,
  moved: (bytes: string) => `${bytes} of pictures`,
  missing: (n: number, bytes: string) => `${count(n, 'picture', 'pictures')} (${bytes}) on the way to it`,
  held: (why: string) => `Pictures wait: ${why}`,
  next: 'next try',
  lastSeen: 'last heard of',
  remove: 'Remove',
  removeSure: (host: string) => `End the exchange with ${host}? What came stays.`,

  add: 'Add a server',
  addAbout: 'Make a token there first: on its page “Tokens”, or with “photospool tokens add”.',
  url: 'Address',
  urlHint: 'Like https://home.example:4780',
  token: 'Token',
  kind: 'It gets',
  kindAll: 'everything, and so does this server from it',
  kindPublish: 'only what is public; it is a public server',
  whichOriginals: 'Originals that come here',
  adding: 'Looking…',
  added: (host: string) => `${host} is added.`,

  merges: 'Merged',
  mergesAbout: 'Two servers changed the same photo before they met. Nothing is lost: both values are in its history.',
  mergeDays: (n: number) => `${count(n, 'document was', 'documents were')} merged in the last 14 days.`,
  noMerges: 'Nothing had to be merged yet.',
  won: 'shown',
  both: 'both kept',
  moreMerges: (n: number) => `Show ${number.format(n)} more`,
};

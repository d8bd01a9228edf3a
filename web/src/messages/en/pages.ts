/** English: the pages about the server, people, security, and duplicates. */
import { bytesText, decimal, number, plural } from '../../lib/language.js';
import { app } from './core.js';

export const spool = {
  number: (n: number) => number(n),
  rate: (n: number) => decimal(n),
  calm: 'All that came in is in your album.',
  busy: (n: number) => `${plural(n, { one: '# file is', other: '# files are' })} on the way into your album.`,
  stuckState: (n: number) =>
    `${plural(n, { one: '# file needs', other: '# files need' })} attention. No files were lost.`,
  heldState: (when: string) => `The disk is in trouble. Everything waits where it is; the next try is at ${when}.`,
  figures: { coming: 'On the way', today: 'Taken in today', rate: 'Per minute', duplicates: 'Duplicates today' },
  stuck: 'Couldn’t be imported',
  stuckAbout:
    'These files are unchanged, in the work folder. Temporary problems are retried automatically; a damaged file is imported as it is after a day.',
  attempts: (n: number) => plural(n, { one: '# try', other: '# tries' }),
  nextTry: (when: string) => `next at ${when}`,
  forGood: 'waits for you',
  retry: 'Try again',
  retryOne: (name: string) => `Try again: ${name}`,
  retryAll: 'Try all again',
  retrying: 'Trying…',
  asIs: 'Import anyway',
  asIsAt: (when: string) => `imported as it is at ${when}, unless it changes`,
  ignore: 'Ignore',
  trash: 'Move to trash',
  download: 'Download',
  restore: 'Restore',
  notTried: 'ignored, not retried',
  group: (title: string, n: number) => `${title}: ${plural(n, { one: '# file', other: '# files' })}`,
  ignoredFiles: (n: number) => plural(n, { one: '# ignored file', other: '# ignored files' }),
  done: {
    retry: (n: number) => `Trying ${plural(n, { one: '# file', other: '# files' })} again.`,
    asIs: (n: number) => `Importing ${plural(n, { one: '# file', other: '# files' })} anyway.`,
    ignore: (n: number) => `${plural(n, { one: '# file', other: '# files' })} ignored.`,
    trash: (n: number) =>
      `${plural(n, { one: '# file', other: '# files' })} moved to the trash folder of the spool (work/.trash).`,
  },
  more: (n: number) => `Show ${number(n)} more`,
  work: 'In hand',
  steps: {
    claim: 'being taken',
    hash: 'being read',
    render: 'its pictures are made',
    inspect: 'its facts are read',
    record: 'being recorded',
    archive: 'on the way to the archive',
  } as Record<string, string>,
  recent: 'Just in',
  duplicate: 'was there already',
  ignored: 'Skipped',
  ignoredAbout: 'These are not imported, for the reason beside each. They stay where they are.',
  into: 'Photos go into',
  look: 'Look now',
  looking: 'Looking…',
};

export const health = {
  about: 'Disks, clock, files, programs, servers and backups of this machine. To check every photo, run',
  verify: 'photospool verify',
  calm: 'Nothing is wrong.',
  found: (errors: number, warnings: number) =>
    errors > 0
      ? `${plural(errors, { one: '# thing needs', other: '# things need' })} you.`
      : warnings > 0
        ? `${plural(warnings, { one: '# thing', other: '# things' })} to look after.`
        : 'Nothing is wrong. Good to know:',
  severities: { error: 'Error', warning: 'Warning', note: 'Note' },
  again: 'Check again',
  checking: 'Checking…',
};

export const people = {
  about:
    'Owners do everything. Family sees photos that are for family or for everyone: you choose it in a photo’s info.',
  alone: 'Nobody signs in yet',
  aloneText:
    'Only this machine can see the album. To let others in, make an account for the owner first: open the set-up link that the server printed, or run this where it runs.',
  aloneCommand: 'photospool users add',
  you: 'you',
  seen: 'last here',
  never: 'not been here yet',
  noPassword: 'has no password yet',
  edits: 'may edit',
  manage: (name: string) => `Change ${name}`,
  change: 'Change',
  done: 'Done',
  name: 'Name',
  role: 'Role',
  owner: 'Owner',
  family: 'Family',
  roleHints: {
    owner: 'Sees and changes everything.',
    family: 'Sees what is shown to family.',
  },
  canEdit: 'May edit what they see',
  save: 'Save',
  newLink: 'Make a new link',
  newLinkAbout: 'For a forgotten password, or a link that ran out.',
  secondFactorOff: 'Turn off two-step sign-in',
  secondFactorAbout: 'For a lost phone and lost recovery codes.',
  secondFactorSure: (name: string) => `Turn it off? ${name} then signs in with the password alone.`,
  secondFactorYes: 'Turn off',
  remove: 'Remove this person',
  removeSure: (name: string) => `Remove ${name}? They are signed out everywhere.`,
  removeYes: 'Remove',
  add: 'Invite someone',
  invite: 'Make an invitation',
  linkFor: (name: string) => `Send this link to ${name}`,
  linkAbout: (until: string) => `It works once, until ${until}, and is not shown again.`,
  sessions: 'Where they are signed in',
};

/** The result of a pending change of a person. */
interface Standing {
  name: string;
  role: 'owner' | 'family';
  canEdit: boolean;
  removed: boolean;
}

export const approvals = {
  title: 'Waiting for you',
  about:
    'Another server changed these people. Nothing changes here until you approve it. Reject undoes it on all your servers.',
  changes: (here: Standing, change: Partial<Standing>): string[] => [
    ...(change.removed === true
      ? ['Remove this person']
      : change.removed === false
        ? ['Let this person come back']
        : []),
    ...(change.role === 'owner' ? ['Make an owner, who sees and changes everything'] : []),
    ...(change.role === 'family' ? ['Make family, no longer an owner'] : []),
    ...(change.canEdit === true && (change.role ?? here.role) === 'family' ? ['Allow to edit what they see'] : []),
    ...(change.name === undefined ? [] : [`Change the name to ${change.name}`]),
  ],
  from: (server: string) => `From ${server}`,
  elsewhere: 'another server',
  approve: 'Approve',
  approveOf: (name: string) => `Approve the change of ${name}`,
  reject: 'Reject',
  rejectOf: (name: string) => `Reject the change of ${name}`,
};

export const account = {
  password: 'Password',
  old: 'Password now',
  new: 'New password',
  newHint: 'At least 10 characters. A few words that do not belong together make a good one.',
  changePassword: 'Change password',
  passwordChanged: 'Your password is changed. All other devices are signed out.',
  passkeysGo: 'Also remove these passkeys',
  passkeySince: (name: string, at: string) => `${name}, added ${at}`,
  passkeys: 'Passkeys',
  passkeysAbout: 'Sign in by fingerprint, face or the lock of this device. Nothing to remember, nothing to steal.',
  passkeysNot: 'Passkeys work only over HTTPS and under a name, not at this address.',
  addPasskey: 'Add a passkey',
  passkeyName: 'Name of this device',
  passkeyAdd: 'Add',
  added: 'added',
  used: 'last used',
  neverUsed: 'never used',
  remove: 'Remove',
  removeSure: (name: string) => `Remove “${name}”?`,
  sessions: 'Signed in',
  current: 'this device',
  nowhere: 'Nowhere at the moment.',
  end: 'Sign out',
  endOthers: 'Sign out all others',
  lastUsed: 'last used',
  unknownBrowser: 'Unknown program',
};

export const twoStep = {
  title: 'Two-step sign-in',
  about: 'Signing in with your password then needs a code of an authenticator app too. Passkeys need none.',
  begin: 'Set up two-step sign-in',
  scan: 'Scan this with an authenticator app.',
  qr: 'QR code for your authenticator app',
  openApp: 'Open it in an app on this device',
  byHand: 'or type this key into the app:',
  type: 'Type the code that the app shows.',
  code: 'Code',
  turnOn: 'Turn on',
  on: 'On since',
  left: (count: number) => (count === 1 ? '1 recovery code left' : `${count} recovery codes left`),
  codes: 'Keep these recovery codes',
  codesAbout: 'Each one signs you in once, in place of a code, when your phone is lost. They are not shown again.',
  renew: 'Make new recovery codes',
  off: 'Turn off',
  offSure: 'Turn off two-step sign-in? Your password alone is enough then.',
  offYes: 'Turn off',
};

export const tokens = {
  about: 'For programs and other servers. A token is shown once, when it is made.',
  none: 'There are no tokens.',
  make: 'Make a token',
  name: 'Name',
  nameHint: 'What uses it: “phone upload”.',
  may: 'It may',
  kinds: {
    read: 'see all photos',
    edit: 'change what is known of photos',
    upload: 'put photos in',
    replicate: 'exchange everything with another server of yours',
    publish: 'publish to this server',
  },
  create: 'Make it',
  shown: (name: string) => `The token “${name}”`,
  shownAbout: 'Keep it where it is used. It is not shown again.',
  revoke: 'Revoke',
  revokeSure: (name: string) => `Revoke “${name}”? What uses it is locked out at once.`,
  made: 'made',
  by: 'by',
  used: 'last used',
  neverUsed: 'never used',
};

export const access = {
  visitors: 'Open to visitors',
  visitorsAbout: 'Anyone who knows the address sees your public photos, and nothing else.',
  familyEdits: 'Family may edit',
  familyEditsAbout: 'Titles, tags, places and ratings of photos that they see. Never who may see them.',
  address: 'Public address',
  addressAbout:
    'Links and invitations begin with it, for example https://photos.example.org. It must lead to this server: see “Reaching the album from elsewhere” in the documentation.',
  saveAddress: 'Save address',
  removeAddress: 'Remove address',
  noAddress: 'Not set. Links use the address in your browser.',
};

export const audit = {
  about: 'Who signed in, from where, and who changed what others may do.',
  none: 'Nothing yet.',
  older: 'Show older',
  from: 'from',
  entries: {
    'signed-in': 'Signed in',
    'sign-in-failed': 'Could not sign in',
    'signed-out': 'Signed out',
    'session-ended': 'Was signed out of a device',
    'set-up': 'Became the owner',
    'person-added': 'Added someone',
    'person-changed': 'Changed someone',
    'person-removed': 'Removed someone',
    'change-waiting': 'Asked to change someone',
    'change-approved': 'Approved a change',
    'change-rejected': 'Rejected a change',
    invited: 'Made an invitation',
    'password-changed': 'Changed a password',
    'passkey-added': 'Added a passkey',
    'passkey-removed': 'Removed a passkey',
    'second-factor-on': 'Turned two-step sign-in on',
    'second-factor-off': 'Turned two-step sign-in off',
    'recovery-codes-made': 'Made new recovery codes',
    'recovery-code-used': 'Used a recovery code',
    'token-made': 'Made a token',
    'token-used': 'Used a token from a new place',
    'token-revoked': 'Revoked a token',
    'share-made': 'Made a link',
    'share-revoked': 'Ended a link',
    'share-failed': 'Wrong password for a link',
    'access-changed': 'Changed who is let in',
    'peer-added': 'Linked a server',
    'peer-removed': 'Ended the link to a server',
    'document-removed': 'Removed a document of another program',
    'pin-set': 'Set a PIN for locked photos',
    'pin-removed': 'Removed the PIN of locked photos',
    'photos-locked': 'Locked photos of someone',
    'photos-unlocked': 'Unlocked photos of someone',
    'end-confirmed': 'Confirmed that access had ended',
  } as Record<string, string>,
};

export const servers = {
  about: 'Photos and edits made on any of your servers arrive on all of them. What is public goes to public ones.',
  alone: 'This server is on its own',
  aloneText: 'Add another one, and whatever you do on either arrives on both.',
  calm: 'Everything that can be reached has the same.',
  busyState: (n: number) =>
    n > 0 ? `${plural(n, { one: '# document is', other: '# documents are' })} on the way.` : 'Being connected.',
  picturesState: (n: number) => `${plural(n, { one: '# picture is', other: '# pictures are' })} on the way.`,
  waitState: (n: number) =>
    `${plural(n, { one: '# server', other: '# servers' })} can’t be reached now. What you do is kept for later.`,
  alarmState: (n: number) => `${plural(n, { one: '# thing needs', other: '# things need' })} you.`,
  picture: 'Your servers',
  here: 'this server',
  live: 'up to date',
  refused: 'needs you',
  busy: (n: number) => (n > 0 ? `${number(n)} to go` : 'catching up'),
  waits: 'not reached yet',
  behind: (span: string) => `${span} behind`,
  away: 'not connected',
  line: (from: string, to: string, state: string, go: string) => `${from} to ${to}: ${state}${go}`,
  go: (n: number) => `, ${plural(n, { one: '# document', other: '# documents' })} to go`,
  goShort: (n: number) => number(n),
  morePeers: (n: number) => `and ${number(n)} more below`,

  coming: 'On the way to here',
  pictures: (n: number) => plural(n, { one: '# picture', other: '# pictures' }),
  originals: (n: number) => plural(n, { one: '# original', other: '# originals' }),
  bytes: bytesText,
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

  aside: (n: number) => `${plural(n, { one: '# document', other: '# documents' })} set aside`,
  asideAbout:
    'One side does not take these. They are kept where they are and tried again by themselves; everything else goes on.',
  asideHere: (host: string) => `Comes from ${host}, and is not taken here`,
  asideThere: (host: string) => `Not taken by ${host}`,
  asidePhoto: 'A photo',
  asideSince: 'set aside',
  retry: 'Try again',
  removeDocument: 'Remove document',
  removeDocumentSure: 'Remove this document of another program from all your servers? This can’t be undone.',
  moreAside: (n: number) => `Show ${number(n)} more`,

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
  sent: (out: number, into: number) => `${number(out)} documents sent, ${number(into)} received`,
  moved: (bytes: string) => `${bytes} of pictures`,
  missing: (n: number, bytes: string) =>
    `${plural(n, { one: '# picture', other: '# pictures' })} (${bytes}) on the way to it`,
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
  mergeDays: (n: number) =>
    `${plural(n, { one: '# document was', other: '# documents were' })} merged in the last 14 days.`,
  noMerges: 'Nothing had to be merged yet.',
  won: 'shown',
  both: 'both kept',
  moreMerges: (n: number) => `Show ${number(n)} more`,
};

export const duplicates = {
  about:
    'These photos look the same. Proposed is the camera’s original, as far as it can be told. Tags, albums, title, rating, place and date of those that go are kept with the one that stays, where it has none.',
  groups: (n: number) => (n === 1 ? '1 group' : `${number(n)} groups`),
  looking: (done: number, total: number) =>
    total === 0 ? 'Looking at your photos …' : `Looking at your photos: ${number(done)} of ${number(total)}`,
  none: 'No photos look the same',
  noneAbout: 'Copies in other sizes and formats, and shots of one moment, appear here when there are any.',
  group: (n: number, day: string) => `${app.photos(n)} · ${day}`,
  choose: (n: number, of: number, facts: string) => `Photo ${n} of ${of}: ${facts}`,
  best: 'Proposed',
  stays: 'Stays',
  goes: 'Trash',
  open: (n: number) => `Open photo ${n}`,
  keepOne: (others: number) => (others === 1 ? 'Keep this, trash the other' : `Keep this, trash the other ${others}`),
  keepAll: 'Keep all',
  keptOne: (others: number) => `1 photo kept, ${app.photos(others)} in the trash`,
  keptAll: (n: number) => `${app.photos(n)} are not the same`,
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

export const layout = {
  photosPage: 'Photos',
  otherPages: 'Pages',
  noPage: 'This page is not here',
  noPageText: 'The address may be wrong, or the page is not for you.',
};

/** English: the pages about the server, people, security, and duplicates. */
import { bytesText, decimal, number, plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

export const spool = {
  number: (n: number) => number(n),
  rate: (n: number) => decimal(n),
  calm: 'All files are imported.',
  busy: (n: number) => plural(n, { one: 'Importing # file…', other: 'Importing # files…' }),
  stuckState: (n: number) =>
    plural(n, {
      one: '# file needs attention. No files were lost.',
      other: '# files need attention. No files were lost.',
    }),
  heldState: (when: string) =>
    `Imports are paused because of a disk error. Check the disk for errors and free space. Next attempt at ${when}.`,
  figures: { coming: 'Importing', today: 'Imported today', rate: 'Per minute', duplicates: 'Duplicates today' },
  stuck: 'Couldn’t be imported',
  stuckAbout:
    'These files are unchanged, in the work folder. Temporary problems are retried automatically. A damaged file is imported as is after a day.',
  attempts: (n: number) => plural(n, { one: '# attempt', other: '# attempts' }),
  nextTry: (when: string) => `next attempt at ${when}`,
  forGood: 'won’t be retried',
  retry: 'Try again',
  retryOne: (name: string) => `Try again: ${name}`,
  retryAll: 'Try all again',
  retryGroup: (title: string) => `Try again: all files in the group “${title}”`,
  retrying: 'Trying…',
  asIs: 'Import anyway',
  asIsAt: (when: string) => `imported as is at ${when} unless the file changes`,
  ignore: 'Ignore',
  trash: 'Move to trash',
  download: 'Download',
  restore: 'Restore',
  notTried: 'ignored, not retried',
  group: (title: string, n: number) => `${title}: ${plural(n, { one: '# file', other: '# files' })}`,
  ignoredFiles: (n: number) => plural(n, { one: '# ignored file', other: '# ignored files' }),
  done: {
    retry: (n: number) => plural(n, { one: 'Trying # file again.', other: 'Trying # files again.' }),
    asIs: (n: number) => plural(n, { one: 'Importing # file anyway.', other: 'Importing # files anyway.' }),
    ignore: (n: number) => plural(n, { one: 'Ignored # file.', other: 'Ignored # files.' }),
    trash: (n: number) =>
      plural(n, {
        one: 'Moved # file to the import trash (work/.trash).',
        other: 'Moved # files to the import trash (work/.trash).',
      }),
  },
  more: (n: number) => `Show ${number(n)} more`,
  work: 'Processing',
  steps: {
    claim: 'starting',
    hash: 'reading file',
    render: 'creating previews',
    inspect: 'reading metadata',
    record: 'saving',
    archive: 'moving to the archive',
  } as Record<string, string>,
  recent: 'Recently imported',
  duplicate: 'already in your library',
  ignored: 'Skipped',
  ignoredAbout: 'These files won’t be imported; the reason is shown next to each. They stay where they are.',
  look: 'Scan now',
  looking: 'Scanning…',
};

export const folders = {
  title: 'Folders of family members',
  about: 'Photos in these folders, inside the import folder, go to the library of one person.',
  add: 'Add folder',
  person: 'Person',
  name: 'Folder name',
  nameHint: 'If you leave it empty, the folder is named after the person, such as @Anna.',
  library: (name: string) => `Library of ${name}`,
  added: (folder: string, name: string) => `New photos in ${folder} go to the library of ${name}`,
  stop: 'Stop using folder',
  stopSure: (folder: string) => `Stop using ${folder}? New photos in it will go to the family library.`,
  stopped: (folder: string) => `New photos in ${folder} go to the family library`,
};

export const health = {
  about: 'Checks the disks, clock, files, programs, servers and backups of this server. To check every photo, run',
  verify: 'photospool verify',
  calm: 'No problems found.',
  found: (errors: number, warnings: number) =>
    errors > 0
      ? plural(errors, { one: '# problem needs your attention.', other: '# problems need your attention.' })
      : warnings > 0
        ? plural(warnings, { one: '# warning.', other: '# warnings.' })
        : 'No problems found. Good to know:',
  severities: { error: 'Error', warning: 'Warning', note: 'Note' },
  again: 'Check again',
  checking: 'Checking…',
};

export const people = {
  about:
    'Owners manage the family library and the settings. Family members have a library of their own, and see what is shared with them or with family.',
  alone: 'Create your account first',
  aloneText:
    'No one has an account yet, and only this computer can open the library. With your account you become its owner. Then you can invite your family, and open it on other devices. For security, you need a link that only the server prints.',
  aloneLink:
    'When Photospool starts, it prints a set-up link. Look in the window or log of the server, and open the link:',
  aloneAddress: (origin: string) => `${origin}/setup#…`,
  aloneRun: 'Or run this command on the server with your name, and open the link that it prints:',
  aloneCommand: 'photospool users add NAME',
  copyCommand: 'Copy command',
  you: 'you',
  seen: 'last seen',
  never: 'never signed in',
  noPassword: 'invitation pending',
  edits: 'can edit',
  manage: (name: string) => `Edit ${name}`,
  change: 'Edit',
  done: 'Done',
  name: 'Name',
  role: 'Role',
  owner: 'Owner',
  family: 'Family',
  roleHints: {
    owner: 'Can see and change everything in the family library, invite people and change settings.',
    family: 'Has a library of their own. Sees what others share with them or with family.',
  },
  canEdit: 'Can edit photos shared with them',
  save: 'Save',
  newLink: 'Create new link',
  newLinkAbout: 'For a forgotten password or an expired link.',
  secondFactorOff: 'Turn off two-step sign-in',
  secondFactorAbout: 'For someone who lost their phone and recovery codes.',
  secondFactorSure: (name: string) => `Turn off two-step sign-in? ${name} can then sign in with only the password.`,
  publish: 'Allow publishing',
  publishAbout: 'Photos that they make public don’t appear on your public servers.',
  unpublish: 'Stop publishing',
  unpublishAbout: 'Photos that they make public appear on your public servers.',
  close: 'Close account',
  closeAbout:
    'They can no longer sign in here. Their photos and what they share stay. A new link opens the account again.',
  closeSure: (name: string) => `Close ${name}’s account? They will be signed out everywhere.`,
  remove: 'Remove person',
  removeSure: (name: string) =>
    `Remove ${name}? They will be signed out everywhere. Their own photos are hidden until you export, keep or delete them.`,
  removeYes: 'Remove person',
  add: 'Invite a family member',
  invite: 'Create invitation',
  linkFor: (name: string) => `Send this link to ${name}`,
  linkAbout: (until: string) => `It works once, until ${until}. Copy it now; you can’t see it again.`,
  sessions: 'Signed-in devices',
};

export const removed = {
  title: 'Removed people',
  about: 'Their photos are hidden until you decide what to do with them. Nothing is deleted automatically.',
  holds: (n: number, size: string) => `${app.photos(n)} · ${size}`,
  export: 'Export photos',
  handOver: 'Save photos to…',
  house: 'Family library',
  library: (name: string) => `Library of ${legible(name)}`,
  kept: (n: number, name: string | undefined) => {
    const to = name === undefined ? 'the family library' : `the library of ${legible(name)}`;
    return plural(n, { one: '# photo saved to {to}', other: '# photos saved to {to}' }, { to });
  },
  purge: 'Delete permanently',
  purgeSure: (name: string, n: number) => `Permanently delete ${app.photos(n)} of ${legible(name)} from all servers?`,
  purged: (n: number) => plural(n, { one: '# photo deleted permanently', other: '# photos deleted permanently' }),
};

/** The result of a pending change of a person. */
interface Standing {
  name: string;
  role: 'owner' | 'family';
  canEdit: boolean;
  removed: boolean;
}

export const approvals = {
  title: 'Changes to approve',
  about:
    'Another server changed these people. Nothing changes here until you approve it. If you reject it, it’s undone on all your servers.',
  changes: (here: Standing, change: Partial<Standing>): string[] => [
    ...(change.removed === true ? ['Remove this person'] : change.removed === false ? ['Restore this person'] : []),
    ...(change.role === 'owner' ? ['Make owner, with full access'] : []),
    ...(change.role === 'family' ? ['Make family member, no longer owner'] : []),
    ...(change.canEdit === true && (change.role ?? here.role) === 'family'
      ? ['Allow editing photos shared with them']
      : []),
    ...(change.name === undefined ? [] : [`Change the name to ${change.name}`]),
  ],
  from: (server: string) => `From ${server}`,
  elsewhere: 'another server',
  approve: 'Approve',
  approveOf: (name: string) => `Approve the change to ${name}`,
  reject: 'Reject',
  rejectOf: (name: string) => `Reject the change to ${name}`,
};

export const account = {
  uploads: 'Uploads',
  uploadTo: 'Upload to',
  uploadTargets: { house: 'Family library', me: 'My library' },
  uploadVisible: 'Visible to',
  uploadAudiences: { private: 'Private', family: 'Family' },
  /** Without an audience the viewer can't choose it. */
  uploadsAbout: (to: 'house' | 'me', audience: 'private' | 'family' | undefined) =>
    to === 'me'
      ? {
          private: 'New uploads belong to you. Only you see them until you share them.',
          family: 'New uploads belong to you. Everyone in the family can see them.',
          unknown: 'New uploads belong to you.',
        }[audience ?? 'unknown']
      : {
          private: 'New uploads belong to the family library. Only its owners see them until they are shared.',
          family: 'New uploads belong to the family library. Everyone in the family can see them.',
          none: 'New uploads belong to the family library, and its owners decide who sees them. “Visible to” applies to uploads to your own library.',
        }[audience ?? 'none'],
  name: 'Name',
  changeName: 'Change name',
  nameHint: 'Your family sees this name, and you sign in with it.',
  nameChanged: 'Name changed. Sign in with it next time.',
  password: 'Password',
  old: 'Current password',
  new: 'New password',
  newHint: 'At least 10 characters. A few unrelated words make a good password.',
  changePassword: 'Change password',
  passwordChanged: 'Password changed. All other devices were signed out.',
  passkeysGo: 'Also remove these passkeys',
  passkeySince: (name: string, at: string) => `${name}, added ${at}`,
  passkeys: 'Passkeys',
  passkeysAbout: 'Sign in with your fingerprint, face or screen lock, without a password.',
  passkeysNot: 'Passkeys need HTTPS and a domain name.',
  addPasskey: 'Add passkey',
  passkeyName: 'Device name',
  passkeyAdd: 'Add passkey',
  added: 'added',
  used: 'last used',
  neverUsed: 'never used',
  remove: 'Remove passkey',
  removeSure: (name: string) => `Remove “${name}”?`,
  sessions: 'Signed-in devices',
  current: 'this device',
  nowhere: 'No signed-in devices.',
  end: 'Sign out',
  endOthers: 'Sign out all other devices',
  lastUsed: 'last used',
  unknownBrowser: 'Unknown browser',
};

export const twoStep = {
  title: 'Two-step sign-in',
  about: 'After your password, you also enter a code from an authenticator app. Passkeys need no code.',
  begin: 'Set up two-step sign-in',
  scan: 'Scan this code with an authenticator app.',
  qr: 'QR code for your authenticator app',
  openApp: 'Open it in an app on this device',
  byHand: 'or enter this key in the app:',
  type: 'Enter the code from the app.',
  code: 'Code',
  turnOn: 'Turn on two-step sign-in',
  on: 'On since',
  left: (n: number) => plural(n, { one: '# recovery code left', other: '# recovery codes left' }),
  codes: 'Save these recovery codes',
  codesAbout: 'If you lose your phone, each of these codes signs you in once. Copy them now; you can’t see them again.',
  renew: 'Create new recovery codes',
  off: 'Turn off two-step sign-in',
  offSure: 'Turn off two-step sign-in? You will sign in with only your password.',
  offYes: 'Turn off two-step sign-in',
};

export const tokens = {
  about: 'API tokens give programs and other servers access. A token is shown only once.',
  none: 'No tokens yet.',
  make: 'Create a token',
  name: 'Name',
  nameHint: 'For example “phone upload”.',
  library: 'Tokens for',
  libraries: { me: 'My library', house: 'Family library' },
  may: 'Permissions',
  readOwn: 'see what you see',
  kinds: {
    read: 'see all photos',
    edit: 'edit photos',
    upload: 'upload photos',
    replicate: 'sync everything with another of your servers',
    publish: 'publish to this server',
  },
  create: 'Create token',
  shown: (name: string) => `Token “${name}” created`,
  shownAbout: 'Copy it now; you can’t see it again.',
  shownAboutUpload: (address: string) =>
    `Copy it now; you can’t see it again. In a WebDAV app, enter the address ${address}, any user name, and this token as the password. For 30 days, the token can also read back the files sent with it.`,
  revoke: 'Revoke token',
  revokeSure: (name: string) => `Revoke “${name}”? Programs that use it will lose access immediately.`,
  made: 'created',
  by: 'by',
  used: 'last used',
  neverUsed: 'never used',
};

export const access = {
  visitors: 'Allow visitors',
  visitorsAbout: 'Anyone with the address can see photos marked Public.',
  familyEdits: 'Family can edit',
  familyEditsAbout: 'Family members can edit titles, tags, places and ratings, but not sharing.',
  front: 'Public page',
  frontAbout: 'The title and introduction that visitors see, and that previews of its address show.',
  frontTitle: 'Title',
  frontIntro: 'Introduction',
  saveFront: 'Save public page',
  address: 'Public address',
  addressAbout:
    'Links and invitations start with this address, for example https://photos.example.org. It must lead to this server: see “Reaching your library from elsewhere” in the documentation.',
  saveAddress: 'Save address',
  removeAddress: 'Remove address',
  noAddress: 'Not set. Links use the address in your browser.',
};

export const audit = {
  about: 'Sign-ins, and changes to accounts and permissions.',
  none: 'No entries yet.',
  older: 'Show older',
  from: 'from',
  /** The person who did something, before the description of it. */
  who: { owner: 'The owner', 'command line': 'A command on the server' } as Record<string, string>,
  token: (name: string) => `Token “${name}”`,
  photospool: 'Photospool',
  /** Sentences. `about`: who or what it was done to; `self`: it was done to the person who did it. */
  entries: {
    'signed-in': ({ who }) => `${who} signed in`,
    'sign-in-failed': ({ who }) => (who === '' ? 'Failed attempt to sign in' : `Failed attempt to sign in as ${who}`),
    'signed-out': ({ who }) => `${who} signed out`,
    'session-ended': ({ who, about, self }) =>
      self ? `${who} signed out of a device` : `${who} signed a device out: ${about}`,
    'set-up': ({ who }) => `${who} became the owner`,
    'person-added': ({ who, about }) => `${who} added ${about}`,
    'person-changed': ({ who }) => `${who} changed a person’s role or permissions`,
    'person-removed': ({ who, about }) => `${who} removed ${about}`,
    'change-waiting': ({ who }) => `${who} made a change that needs approval`,
    'change-approved': ({ who }) => `${who} approved a change`,
    'change-rejected': ({ who }) => `${who} rejected a change`,
    invited: ({ who, about, self }) => (self ? `${who} created an invitation` : `${who} invited ${about}`),
    'password-changed': ({ who, about, self }) =>
      self ? `${who} changed their password` : `${who} changed the password of ${about}`,
    'passkey-added': ({ who }) => `${who} added a passkey`,
    'passkey-removed': ({ who }) => `${who} removed a passkey`,
    'second-factor-on': ({ who }) => `${who} turned on two-step sign-in`,
    'second-factor-off': ({ who, about, self }) =>
      self ? `${who} turned off two-step sign-in` : `${who} turned off two-step sign-in for ${about}`,
    'recovery-codes-made': ({ who }) => `${who} created new recovery codes`,
    'recovery-code-used': ({ who }) => `${who} used a recovery code`,
    'token-made': ({ who }) => `${who} created a token`,
    'token-used': ({ who }) => `${who} was used from a new address`,
    'token-revoked': ({ who, about }) => `${who} revoked the token ${about}`,
    'share-made': ({ who }) => `${who} created a shared link`,
    'share-changed': ({ who }) => `${who} changed a shared link`,
    'share-readdressed': ({ who }) => `${who} changed the address of a shared link`,
    'share-revoked': ({ who }) => `${who} deleted a shared link`,
    'share-restored': ({ who }) => `${who} restored a shared link`,
    'share-failed': () => 'Wrong password for a shared link',
    'access-changed': ({ who }) => `${who} changed access for visitors or family`,
    'peer-added': ({ who }) => `${who} added a server`,
    'peer-removed': ({ who }) => `${who} removed a server`,
    'document-removed': ({ who }) => `${who} deleted a document written by another program`,
    'pin-set': ({ who }) => `${who} set a PIN for locked photos`,
    'pin-removed': ({ who }) => `${who} removed the PIN for locked photos`,
    'locked-opened': ({ who }) => `${who} opened locked photos`,
    'photos-locked': ({ who }) => `${who} locked photos`,
    'photos-unlocked': ({ who }) => `${who} unlocked photos`,
    'end-confirmed': ({ who }) => `${who} confirmed that access had ended`,
    'removed-exported': ({ who }) => `${who} exported a removed person’s photos`,
    'removed-purged': ({ who }) => `${who} permanently deleted a removed person’s photos`,
    'account-closed': ({ who, about }) => `${who} disabled sign-in for ${about}`,
    'publishing-allowed': ({ who, about }) => `${who} allowed ${about} to publish photos`,
    'publishing-stopped': ({ who, about }) => `${who} stopped ${about} from publishing photos`,
    'photos-handed-over': ({ who }) => `${who} handed over a removed person’s photos`,
    'trash-changed': ({ who }) => `${who} changed when photos in the trash are deleted`,
    'upload-audience-changed': ({ who }) => `${who} changed who sees new uploads`,
  } as Record<string, (entry: { who: string; about: string; self: boolean }) => string>,
};

export const servers = {
  about: 'Photos and edits are synced between all your servers. Public servers get only public photos.',
  alone: 'No other servers yet',
  aloneText: 'Add another server to keep photos and edits in sync on both.',
  calm: 'All reachable servers are in sync.',
  busyState: (n: number) =>
    n > 0 ? plural(n, { one: 'Syncing # change.', other: 'Syncing # changes.' }) : 'Connecting…',
  picturesState: (n: number) => plural(n, { one: 'Syncing # picture.', other: 'Syncing # pictures.' }),
  waitState: (n: number) =>
    plural(n, {
      one: '# server can’t be reached. Changes are synced when it is back.',
      other: '# servers can’t be reached. Changes are synced when they are back.',
    }),
  alarmState: (n: number) =>
    plural(n, { one: '# problem needs your attention.', other: '# problems need your attention.' }),
  picture: 'Your servers',
  here: 'this server',
  live: 'in sync',
  refused: 'needs attention',
  busy: (n: number) => (n > 0 ? `${number(n)} to go` : 'catching up'),
  waits: 'not reached yet',
  behind: (span: string) => `${span} behind`,
  away: 'not connected',
  line: (from: string, to: string, state: string, go: string) => `${from} to ${to}: ${state}${go}`,
  go: (n: number) => plural(n, { one: ', # change to sync', other: ', # changes to sync' }),
  goShort: (n: number) => number(n),
  morePeers: (n: number) => `and ${number(n)} more below`,

  coming: 'Coming to this server',
  pictures: (n: number) => plural(n, { one: '# picture', other: '# pictures' }),
  originals: (n: number) => plural(n, { one: '# original', other: '# originals' }),
  bytes: bytesText,
  comingAbout: 'On connections set to “originals on demand”, an original is downloaded when someone opens the photo.',

  alarms: 'Needs attention',
  tokenRefused: (host: string) =>
    `${host} no longer accepts the token of this server. Create a new token there, then add the server again with it.`,
  passwordRefused: (host: string) =>
    `${host} does not accept the name and password of this server. Add it again with an account that can read and write there.`,
  copiedAlarm: (by: string[]) =>
    `Two copies of the same home are running (${by.join(', ')}). Stop one of them. On that machine, create a new home, connect it to this server, and import the photos that only the copy has.`,
  heldAlarm: (host: string, why: string) => `No pictures are transferred to ${host}: ${why}`,
  seePhoto: 'View photo',

  aside: (n: number) => plural(n, { one: '# document set aside', other: '# documents set aside' }),
  asideAbout:
    'One of the two servers rejected these documents. They’re kept and retried automatically. Everything else is in sync.',
  asideHere: (host: string) => `From ${host}, rejected by this server`,
  asideThere: (host: string) => `Rejected by ${host}`,
  asidePhoto: 'A photo',
  asideSince: 'set aside',
  retry: 'Try again',
  removeDocument: 'Delete document',
  removeDocumentSure:
    'Delete this document from all your servers? It was written by another program. This can’t be undone.',
  moreAside: (n: number) => `Show ${number(n)} more`,

  servers: 'Connections',
  peopleOff: (reason: string) => `Personal libraries are off. ${reason}`,
  bothWays: 'syncs everything, both ways',
  publishes: 'gets public photos',
  publishesToo:
    'Photos you make private are hidden there immediately. If another server also publishes them and is offline, its copy of their titles and descriptions stays hidden and is removed when it’s back.',
  publisher: 'publishes to this server',
  guest: 'connects to this server',
  policies: {
    all: 'all originals',
    'on-demand': 'originals on demand',
    none: 'no originals',
  },
  sent: (out: number, into: number) => `${number(out)} documents sent, ${number(into)} received`,
  moved: (bytes: string) => `${bytes} of photos and previews`,
  missing: (n: number, bytes: string) => `${plural(n, { one: '# picture', other: '# pictures' })} (${bytes}) to send`,
  held: (why: string) => `Pictures aren’t being transferred: ${why}`,
  next: 'next attempt',
  lastSeen: 'last seen',
  remove: 'Remove server',
  removeSure: (host: string) => `Stop syncing with ${host}? Photos already synced are kept.`,

  add: 'Add server',
  addAbout:
    'First create a token on that server: in Settings, API tokens, with “sync everything with another of your servers”, or with “photospool tokens add NAME --may replicate”.',
  url: 'Address',
  urlHint: 'For example https://home.example:4780',
  token: 'Token',
  kind: 'Sync',
  kindAll: 'Everything, both ways',
  kindPublish: 'Only public photos, to a public server',
  trust:
    'The other server gets all photos of everyone, including private and locked ones. Anyone who manages it can see them and change who has access. It keeps its copies after you remove it here. Add only servers that you manage yourself.',
  whichOriginals: 'Originals on this server',
  adding: 'Connecting…',
  added: (host: string) => `${host} added.`,

  merges: 'Merged changes',
  mergesAbout: 'Two servers changed the same photo before they synced. Both values are kept in the photo’s history.',
  mergeDays: (n: number) =>
    plural(n, {
      one: '# document was merged in the last 14 days.',
      other: '# documents were merged in the last 14 days.',
    }),
  noMerges: 'No merged changes yet.',
  won: 'shown',
  both: 'both kept',
  moreMerges: (n: number) => `Show ${number(n)} more`,
};

export const duplicates = {
  about:
    'These photos look the same. The suggested photo is probably the original from the camera. Tags, albums, title, rating, place and date of the others are added to the photo you keep, where it has none.',
  groups: (n: number) => plural(n, { one: '# group', other: '# groups' }),
  looking: (done: number, total: number) =>
    total === 0 ? 'Comparing photos…' : `Comparing photos: ${number(done)} of ${number(total)}`,
  none: 'No duplicates found',
  noneAbout: 'Copies in other sizes and formats, and very similar shots, appear here.',
  group: (n: number, day: string) => `${app.photos(n)} · ${day}`,
  choose: (n: number, of: number, facts: string) => `Photo ${n} of ${of}: ${facts}`,
  best: 'Suggested',
  stays: 'Keep',
  goes: 'Trash',
  open: (n: number) => `Open photo ${n}`,
  keepOne: (others: number) =>
    plural(others, { one: 'Keep this, move the other to trash', other: 'Keep this, move the other # to trash' }),
  keepAll: 'Keep all',
  keepSuggested: (others: number) => `Keep all suggested photos, move the other ${number(others)} to trash`,
  keptSuggested: (groups: number, others: number) => `Kept ${app.photos(groups)}, moved ${app.photos(others)} to trash`,
  compare: 'Compare',
  keptOne: (others: number) => `Kept 1 photo, moved ${app.photos(others)} to trash`,
  keptAll: (n: number) => `Kept all ${app.photos(n)}`,
  more: 'Show more',
  raw: 'RAW',
  ofFile: 'file date',
  tags: (n: number) => plural(n, { one: '# tag', other: '# tags' }),
  albums: (n: number) => plural(n, { one: '# album', other: '# albums' }),
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
  health: 'Health',
  noPage: 'Page not found',
  noPageText: 'The address may be wrong, or you don’t have access to this page.',
};

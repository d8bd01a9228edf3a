/** The texts of all pages except the album: loaded with them. Short and plain. */
const number = new Intl.NumberFormat();
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

const count = (n: number, one: string, many: string): string => `${number.format(n)} ${n === 1 ? one : many}`;

export const spoolTexts = {
  number: (n: number) => number.format(n),
  rate: (n: number) => decimal.format(n),
  calm: 'All that came in is in your album.',
  busy: (n: number) => `${count(n, 'file is', 'files are')} on the way into your album.`,
  stuckState: (n: number) => `${count(n, 'file needs', 'files need')} attention. No files were lost.`,
  heldState: (when: string) => `The disk is in trouble. Everything waits where it is; the next try is at ${when}.`,
  figures: { coming: 'On the way', today: 'Taken in today', rate: 'Per minute', duplicates: 'Duplicates today' },
  stuck: 'Couldn’t be imported',
  stuckAbout:
    'These files are unchanged, in the work folder. Temporary problems are retried automatically; a damaged file is imported as it is after a day.',
  attempts: (n: number) => count(n, 'try', 'tries'),
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
  group: (title: string, n: number) => `${title}: ${count(n, 'file', 'files')}`,
  ignoredFiles: (n: number) => count(n, 'ignored file', 'ignored files'),
  done: {
    retry: (n: number) => `Trying ${count(n, 'file', 'files')} again.`,
    asIs: (n: number) => `Importing ${count(n, 'file', 'files')} anyway.`,
    ignore: (n: number) => `${count(n, 'file', 'files')} ignored.`,
    trash: (n: number) => `${count(n, 'file', 'files')} moved to the trash folder of the spool (work/.trash).`,
  },
  more: (n: number) => `Show ${number.format(n)} more`,
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

export const healthTexts = {
  about: 'Disks, clock, files, programs, servers and backups of this machine. To check every photo, run',
  verify: 'photospool verify',
  calm: 'Nothing is wrong.',
  found: (errors: number, warnings: number) =>
    errors > 0
      ? `${count(errors, 'thing needs', 'things need')} you.`
      : warnings > 0
        ? `${count(warnings, 'thing', 'things')} to look after.`
        : 'Nothing is wrong. Good to know:',
  severities: { error: 'Error', warning: 'Warning', note: 'Note' },
  again: 'Check again',
  checking: 'Checking…',
};

export const peopleTexts = {
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

export const waitingTexts = {
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

export const meTexts = {
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

export const factorTexts = {
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

export const tokenTexts = {
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

export const accessTexts = {
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

export const auditTexts = {
  about: 'Who signed in, from where, and who changed what others may do.',
  none: 'Nothing yet.',
  older: 'Show older',
  from: 'from',
};

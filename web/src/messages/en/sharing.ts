/** English: sharing with people and by links. */
import { listOf, number, plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';

const named = (name: string): string => `“${legible(name).slice(0, 60)}”`;

/** The messages of the share dialog. */
export const shareDialog = {
  title: (name: string, n: number) =>
    name === '' ? (n === 1 ? 'Share photo' : 'Share photos') : `Share ${named(name)}`,
  loading: 'Loading…',
  sees: (n: number) =>
    n === 0
      ? 'None of these photos can be shared.'
      : plural(n, { one: 'They will see # photo', other: 'They will see # photos' }),
  preview: 'Preview',
  linkSees: (n: number) => plural(n, { one: '# photo by link', other: '# photos by link' }),
  left: {
    others: (n: number) => plural(n, { one: '# is somebody else’s', other: '# are somebody else’s' }),
    trashed: (n: number) => plural(n, { one: '# is in the trash or locked', other: '# are in the trash or locked' }),
    apart: (n: number) =>
      plural(n, {
        one: '# is in your other library: share it separately',
        other: '# are in your other library: share them separately',
      }),
    unconfirmed: (n: number) =>
      plural(n, {
        one: '# was added by somebody who can’t share it',
        other: '# were added by people who can’t share them',
      }),
  },
  more: (n: number) => `+${number(n)}`,
  people: 'People',
  add: 'Add people from your family',
  addPerson: (name: string) => `Add ${legible(name)}`,
  right: (name: string) => `What ${legible(name)} can do`,
  rights: { view: 'Can view', add: 'Can view and add', end: 'Remove' },
  invited: 'Not shared yet',
  save: 'They can save photos to their own library. Saved copies stay when you stop sharing.',
  nobody: 'There is nobody else in your family yet.',
  invite: 'Invite someone',
  peopleOff: 'Sharing with people is off.',
  onlyLink: 'Searches can be shared only by link. To share with people, share photos or an album.',
  onlyHolder: (name: string) => `Only ${legible(name)} can share this album. You can share your own photos in it.`,
  linked: 'This album has a link that shows it by its name. Delete the link, then share the album with people.',
  convert: 'It becomes a shared album with the same name and photos.',
  converted: (name: string) => `${named(name)} is now a shared album`,
  share: (n: number) => plural(n, { one: 'Share with # person', other: 'Share with # people' }),
  shared: (names: string[]) => `Shared with ${listOf(names.map((name) => legible(name)))}`,
  seeIt: 'They find it under Sharing.',
  name: 'Album name (optional)',

  anyone: 'Anyone with the link',
  anyoneAbout: 'No account needed. View only.',
  anyoneAdds: 'No account needed. They can view and add photos.',
  address: 'Address of the link',
  copyLink: 'Copy link',
  open: 'Open link',
  changeAddress: 'Change address',
  once: 'Copy the address now; you can’t see it again.',
  renew: 'Create new address',
  another: 'Create another link',
  expires: 'Expires',
  on: (when: string) => `On ${when}`,
  savePassword: 'Set password',
  lockAbout: 'At least 8 characters. Send it separately from the link.',
  originalsAbout: 'Without this, they get pictures in screen size.',
  unedited: 'Include unedited originals',
  uneditedAbout: 'If this is off, edited photos are downloaded as they look here; what you cropped away stays private.',
  detailsAbout: 'Without this, nobody sees where and with which camera photos were taken.',
  named: 'Show my name',
  namedAbout: (name: string) => `They see that ${legible(name)} shared it. Without this, nobody sees who it is from.`,
  uploads: 'Allow adding photos',
  uploadsAbout: 'Their photos wait until you approve them.',
};

/** The messages of the page Sharing. */
export const sharingPage = {
  house: 'the family library',
  withMe: 'Shared with you',
  withMeNone: 'Albums that others share with you appear here.',
  byMe: 'Shared by you',
  byMeNone: 'Albums that you share with people appear here.',
  links: 'Links',
  partners: 'Partner sharing',
  partnersAbout:
    'A partner sees all your photos and new ones automatically, except archived, locked and trashed ones. These are the photos of your own library.',
  partnerReceived: 'Shares all photos with you. They are in your timeline.',
  partnerGiven: 'Sees all your photos',
  partnerNot: 'Doesn’t see all your photos',
  shareAll: 'Share all photos',
  shareAllWith: (name: string) => `Share all photos with ${legible(name)}`,
  stopSharing: 'Stop sharing',
  stopSharingSure: (name: string) => `Stop sharing all photos with ${legible(name)}? Copies they saved stay.`,
  stopSeeing: 'Stop seeing',
  stopSeeingSure: (name: string) => `Stop seeing the photos of ${legible(name)}?`,

  offers: 'Photos handed over',
  offered: (name: string, n: number) =>
    plural(n, { one: `${legible(name)} gives you # photo`, other: `${legible(name)} gives you # photos` }),
  offering: (name: string, n: number) =>
    plural(n, { one: `# photo for ${legible(name)}`, other: `# photos for ${legible(name)}` }),
  offeredPhoto: (n: number, of: number) => `Photo ${n} of ${of}`,
  states: {
    open: 'waiting for an answer',
    accepted: 'accepted',
    declined: 'declined',
    withdrawn: 'withdrawn',
    ended: 'ended',
  },
  taken: (n: number) => plural(n, { one: '# saved', other: '# saved' }),
  accept: 'Save to my library',
  decline: 'Decline',
  withdraw: 'Withdraw',
  hideOffer: 'Remove from list',
  trashMine: 'Move mine to the trash',
  accepted: (saved: number, missing: number) =>
    [
      plural(saved, { one: '# photo saved to your library.', other: '# photos saved to your library.' }),
      missing > 0
        ? plural(missing, {
            one: '# has not arrived on this server yet: accept again later.',
            other: '# have not arrived on this server yet: accept again later.',
          })
        : '',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),

  guests: 'Photos from guests',
  guestsAbout: 'Guests sent these photos through your links. Only you see them until you approve them.',
  someGuest: 'a guest',
  approve: 'Approve',
  approveAll: (n: number) => plural(n, { one: 'Approve # photo', other: 'Approve all # photos' }),
  declinePhoto: 'Decline: move to the trash',
};

/** The messages of links, and of their form. */
export const sharing = {
  about: 'Anyone with a link sees the photos it shares, without an account, and nothing else.',
  how: 'To share photos, select them and choose Share.',
  none: 'No shared links yet.',
  title: 'Title',
  titleHint: 'Shown above the photos.',
  untitled: 'Shared photos',
  ends: 'Expires',
  never: 'Never',
  days: { 7: 'In 1 week', 30: 'In 1 month', 365: 'In 1 year' } as Record<number, string>,
  lock: 'Require a password',
  password: 'Password of the link',
  originals: 'Allow downloading originals',
  originalsHint: 'Location and camera data are removed from them.',
  details: 'Show location, camera and file name',
  create: 'Create link',
  photo: 'One photo',
  album: 'An album',
  withOriginals: 'originals',
  withUnedited: 'unedited originals',
  withDetails: 'location, camera and file name',
  withPassword: 'password',
  withUploads: 'accepts photos',
  change: 'Edit',
  edit: (name: string) => `Edit the link ${name}`,
  endsAt: 'expires',
  over: 'expired',
  used: 'last opened',
  neverUsed: 'not opened yet',
  end: 'Delete link',
  endSure: (name: string) => `Delete the link “${name}”? It stops working at once.`,
  anyone: 'Anyone with the link',
};

export const lock = {
  shareLocked: 'Enter the password to see these photos',
  sharePassword: 'Password',
  shareOpen: 'View photos',
};

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
    others: (n: number) => plural(n, { one: '# belongs to someone else', other: '# belong to other people' }),
    trashed: (n: number) => plural(n, { one: '# is in the trash or locked', other: '# are in the trash or locked' }),
    apart: (n: number) =>
      plural(n, {
        one: '# is in your other library: share it separately',
        other: '# are in your other library: share them separately',
      }),
    unconfirmed: (n: number) =>
      plural(n, {
        one: '# was added by someone who can’t share it',
        other: '# were added by people who can’t share them',
      }),
  },
  more: (n: number) => `+${number(n)}`,
  people: 'People',
  add: 'Add people from your family',
  addPerson: (name: string) => `Add ${legible(name)}`,
  right: (name: string) => `What ${legible(name)} can do`,
  rights: { view: 'Can view', add: 'Can view and add', end: 'Remove' },
  endSure: (name: string) => `Remove ${legible(name)}? Photos they added are removed from the album.`,
  invited: 'Not shared yet',
  lapsed: (names: string[]) =>
    `${listOf(names.map((name) => legible(name)))} lost access because two servers changed it at the same time. Add them again.`,
  names: 'People you share with see each other’s names.',
  save: 'People can save photos to their own library. They keep those copies if you stop sharing.',
  nobody: 'No one else is in your family yet.',
  invite: 'Invite someone',
  peopleOff: 'You can’t share with people yet. The owner sees the reason in Settings, Servers.',
  onlyLink: 'Searches can be shared only by link. To share with people, share photos or an album.',
  onlyHolder: (name: string) => `Only ${legible(name)} can share this album. You can share your own photos in it.`,
  convert: 'It becomes a shared album with the same name and photos.',
  converted: (name: string) => `${named(name)} is now a shared album`,
  share: (n: number) => plural(n, { one: 'Share with # person', other: 'Share with # people' }),
  shared: (names: string[]) => `Shared with ${listOf(names.map((name) => legible(name)))}`,
  roleChanged: (name: string, right: 'view' | 'add' | 'end') =>
    legible(name) +
    { view: ' can now only view', add: ' can now view and add photos', end: ' was removed from the album' }[right],
  linkUpdated: 'Link updated',
  linkCreated: 'Link created',
  linkDeleted: 'Link deleted',
  seeIt: 'They’ll find it under Sharing.',
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
  originalsAbout: 'If this is off, visitors can download only screen-size copies.',
  unedited: 'Include unedited originals',
  uneditedAbout: 'If this is off, edited photos are downloaded as they look here; what you cropped away stays private.',
  detailsAbout: 'If this is off, visitors can’t see where photos were taken or which camera was used.',
  named: 'Show my name',
  namedAbout: (name: string) =>
    `Visitors see that ${legible(name)} shared this. If this is off, your name isn’t shown.`,
  uploads: 'Allow adding photos',
  uploadsAbout: 'Photos appear only after you approve them.',
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
  partnerReceived: 'Shares all photos with you. They appear in your timeline.',
  partnerGiven: 'Sees all your photos',
  partnerNot: 'Doesn’t see all your photos',
  viewPartner: 'View photos',
  viewPartnerOf: (name: string) => `View photos of ${legible(name)}`,
  shareAll: 'Share all photos',
  shareAllSure: (name: string) => `Share all your photos, and new ones automatically, with ${legible(name)}?`,
  sharesAll: (name: string) => `Sharing all photos with ${legible(name)}`,
  sharesNone: (name: string) => `Stopped sharing all photos with ${legible(name)}`,
  stopSharing: 'Stop sharing',
  stopSharingSure: (name: string) => `Stop sharing all photos with ${legible(name)}? They keep any copies they saved.`,
  stopSeeing: 'Leave partner sharing',
  stopSeeingSure: (name: string) =>
    `Stop seeing ${legible(name)}’s photos? Only ${legible(name)} can share them with you again.`,

  offers: 'Photos given and received',
  offered: (name: string, n: number) =>
    plural(n, { one: '{name} offers you # photo', other: '{name} offers you # photos' }, { name: legible(name) }),
  offering: (name: string, n: number) =>
    plural(n, { one: '# photo offered to {name}', other: '# photos offered to {name}' }, { name: legible(name) }),
  offeredPhoto: (n: number, of: number) => `Photo ${n} of ${of}`,
  states: {
    open: 'waiting for a response',
    accepted: 'accepted',
    declined: 'declined',
    withdrawn: 'withdrawn',
    ended: 'ended',
  },
  taken: (n: number) => plural(n, { one: '# saved', other: '# saved' }),
  accept: 'Save to my library',
  decline: 'Decline offer',
  declineSure: 'Decline this offer? You can’t accept it later.',
  withdraw: 'Withdraw offer',
  withdrawn: 'Offer withdrawn',
  hideOffer: 'Remove from list',
  trashMine: 'Move my copies to trash',
  accepted: (saved: number, missing: number) =>
    [
      plural(saved, { one: '# photo saved to your library.', other: '# photos saved to your library.' }),
      missing > 0
        ? plural(missing, {
            one: '# hasn’t reached this server yet. Accept the offer again later.',
            other: '# haven’t reached this server yet. Accept the offer again later.',
          })
        : '',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),

  guests: 'Photos from guests',
  guestsAbout: 'Guests sent these photos through your links. They appear in the album only after you approve them.',
  inLibrary: 'Already in the library',
  someGuest: 'a guest',
  approve: 'Approve',
  approveAll: (n: number) => plural(n, { one: 'Approve # photo', other: 'Approve all # photos' }),
  /** Approval can't be undone: every server that has the photo knows that its holder accepted it. */
  approveSure: (n: number) =>
    plural(n, {
      one: 'The photo is added to the library and shown where you share it, such as in the link’s album. This can’t be undone, but you can move the photo to the trash.',
      other:
        'The photos are added to the library and shown where you share them, such as in the link’s album. This can’t be undone, but you can move the photos to the trash.',
    }),
  /** Of photos that were in the library already. */
  approveKnownSure: (n: number) =>
    plural(n, {
      one: 'The photo is added to the link’s album. You can remove it from the album later.',
      other: 'The photos are added to the link’s album. You can remove them from the album later.',
    }),
  declineShort: 'Decline',
  declinePhoto: 'Decline and move to trash',
  declinedPhoto: 'Declined 1 photo and moved it to trash',
  /** Declining a photo that was in the library already: it stays there. */
  declineKnown: 'Decline without changing the photo',
  declinedKnown: 'Declined 1 photo',
};

/** The messages about ends of access that were lost with a server. */
export const lostEnds = {
  title: 'Sharing changes to confirm',
  about:
    'These changes were made on a server that hasn’t synced them. Until they arrive, everything shared after them stays hidden. If that server comes back, you don’t have to do anything. If it’s permanently lost, confirm them: the changes stay in effect, and everything shared after them is shown again.',
  hides: (n: number) => plural(n, { one: 'Holds back # later change', other: 'Holds back # later changes' }),
  confirm: 'Confirm change',
  confirmOne: (sentence: string) => `Confirm change: ${sentence}`,
  confirmAll: (n: number) => `Confirm all ${number(n)} changes`,
  confirmed: (n: number) =>
    plural(n, {
      one: '# change confirmed. What was shared after it is shown again.',
      other: '# changes confirmed. What was shared after them is shown again.',
    }),
  showAll: (n: number) => `Show all ${number(n)}`,
};

/** The messages of links, and of their form. */
export const sharing = {
  about: 'Anyone with a link can see the photos it shares, and nothing else. No account needed.',
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
  album: 'Untitled album',
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
  anyone: 'Anyone with the link',
};

export const lock = {
  shareLocked: 'Enter the password to see these photos',
  sharePassword: 'Password',
  shareOpen: 'View photos',
};

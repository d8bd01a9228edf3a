/** English: share links. */

/** The messages of links, and of their form. */
export const sharing = {
  about: 'Anyone with a link sees the photos it shares, without an account, and nothing else.',
  how: 'To share one photo, open it and choose Share.',
  none: 'No shared links yet.',
  make: 'Create link',
  search: 'Album or search',
  searchHint: 'For example album:"Trip" or tag:sea. New matches are added automatically.',
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
  shown: 'Link ready',
  shownAbout: 'Copy it now; you can’t see it again.',
  photo: 'One photo',
  withOriginals: 'originals',
  withDetails: 'location, camera and file name',
  withPassword: 'password',
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

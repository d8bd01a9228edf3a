/** Share links as the owner sees them (docs/sharing.md). Times are UTC. */
import type { ShareLink } from '../../../../src/api/answer-types.js';
import { ask, send } from '../../lib/api.js';

/** The settings of a new link. */
export interface NewShare {
  photo?: string;
  search?: string;
  title: string;
  password?: string;
  expires?: string;
  originals: boolean;
  details: boolean;
}

export const fetchShares = async (): Promise<ShareLink[]> => (await ask<{ shares: ShareLink[] }>('/api/shares')).shares;
export const makeShare = (share: NewShare): Promise<{ share: ShareLink; path: string }> =>
  ask('/api/shares', send('POST', share));
export const endShare = (id: string): Promise<unknown> => ask(`/api/shares/${encodeURIComponent(id)}`, send('DELETE'));

export const sharesTexts = {
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
};

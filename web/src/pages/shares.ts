/** Share links as the owner sees them (docs/sharing.md). Times are UTC. */
import { ask, send } from '../api.js';

/** A link, without its secret. */
export interface ShareRow {
  id: string;
  photo?: string;
  search?: string;
  title: string;
  locked: boolean;
  originals: boolean;
  details: boolean;
  created: string;
  by: string;
  expires?: string;
  over: boolean;
  lastUsed?: string;
}

/** What a link is to be. */
export interface NewShare {
  photo?: string;
  search?: string;
  title: string;
  password?: string;
  expires?: string;
  originals: boolean;
  details: boolean;
}

export const fetchShares = async (): Promise<ShareRow[]> => (await ask<{ shares: ShareRow[] }>('/api/shares')).shares;
export const makeShare = (share: NewShare): Promise<{ share: ShareRow; path: string }> =>
  ask('/api/shares', send('POST', share));
export const endShare = (id: string): Promise<unknown> => ask(`/api/shares/${encodeURIComponent(id)}`, send('DELETE'));

export const sharesTexts = {
  about: 'Whoever has a link sees what it shows, without an account, and nothing else.',
  how: 'Open a photo’s info to make a link to it, or say what to share.',
  none: 'There are no links.',
  make: 'Make a link',
  search: 'What to share',
  searchHint: 'A search: album:"Trip", tag:sea. What fits it later is shown too.',
  title: 'Title',
  titleHint: 'What they read above the photos.',
  untitled: 'Shared photos',
  ends: 'It ends',
  never: 'when I end it',
  days: { 7: 'in a week', 30: 'in a month', 365: 'in a year' } as Record<number, string>,
  lock: 'With a password',
  password: 'Password of the link',
  originals: 'Originals may be taken',
  originalsHint: 'JPEG and PNG only, without what they tell.',
  details: 'Also where, with what and under which file name',
  create: 'Make it',
  shown: 'The link',
  shownAbout: 'Send it to whom it is for. It is not shown again.',
  photo: 'a photo',
  withOriginals: 'with originals',
  withDetails: 'tells where and with what',
  withPassword: 'with a password',
  endsAt: 'ends',
  over: 'over',
  used: 'last used',
  neverUsed: 'never used',
  end: 'End it',
  endSure: (name: string) => `End “${name}”? Whoever has it sees nothing any more.`,
};

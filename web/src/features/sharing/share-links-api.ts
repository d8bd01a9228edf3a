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

/** Share links as their holders see them (docs/sharing.md). Times are UTC. */
import type { ShareLink, SharePreview } from '../../../../src/api/answer-types.js';
import { ask, send } from '../../lib/api.js';

/** The target of a link. */
export type LinkScope = { photo: string } | { photos: readonly string[] } | { album: string } | { search: string };

/** The settings of a link; null removes a password or an expiry date. */
export interface LinkSettings {
  title?: string;
  password?: string | null;
  expires?: string | null;
  originals?: boolean;
  /** With originals: those of edited photos are as taken. */
  unedited?: boolean;
  details?: boolean;
  /** Whether its visitors see who created it. */
  named?: boolean;
  /** Whether guests can add photos, or how many. */
  uploads?: boolean | NonNullable<ShareLink['uploads']>;
}

/**
 * The present settings of a link that a change replaces; undefined if the password is one of them, since it is not
 * known.
 */
export function settingsBefore(link: ShareLink, change: LinkSettings): LinkSettings | undefined {
  if ('password' in change && link.locked) return undefined;
  const { title = '', expires = null, originals, unedited, details, named, uploads = false } = link;
  const before = { title, expires, originals, unedited, details, named, uploads, password: null };
  // Without originals there are no unedited ones either.
  const keys = Object.keys('originals' in change ? { ...change, unedited } : change) as (keyof typeof before)[];
  return Object.fromEntries(keys.map((key) => [key, before[key]]));
}

/** A link and its address, which is shown only once. */
export interface LinkMade {
  share: ShareLink;
  address: string;
}

const at = (id: string): string => `/api/shares/${encodeURIComponent(id)}`;

interface Answer {
  share: ShareLink;
  path: string;
  address?: string;
}
/** Without a public address, links lead to where this page came from. */
const madeOf = ({ share, path, address }: Answer): LinkMade => ({
  share,
  address: address ?? `${location.origin}${path}`,
});

export const fetchShares = async (): Promise<ShareLink[]> => (await ask<{ shares: ShareLink[] }>('/api/shares')).shares;
export const previewShare = (scope: LinkScope): Promise<SharePreview> =>
  ask('/api/shares/preview', send('POST', scope));
export async function makeLink(scope: LinkScope, settings: LinkSettings): Promise<LinkMade> {
  const given = Object.entries(settings).filter(([, value]) => value !== null);
  return madeOf(await ask<Answer>('/api/shares', send('POST', { ...scope, ...Object.fromEntries(given) })));
}
/** The address of a preview of a link, in this session and for ten minutes. */
export async function draftLink(
  scope: LinkScope,
  settings: Pick<LinkSettings, 'title' | 'originals' | 'unedited' | 'details' | 'named'>,
): Promise<string> {
  const { path } = await ask<{ path: string }>('/api/shares/draft', send('POST', { ...scope, ...settings }));
  return `${location.origin}${path}`;
}
export const changeLink = async (id: string, settings: LinkSettings): Promise<ShareLink> =>
  (await ask<{ share: ShareLink }>(at(id), send('PATCH', settings))).share;
/** Gives a link a new address; the previous one ends. */
export const renewLink = async (id: string): Promise<LinkMade> =>
  madeOf(await ask<Answer>(`${at(id)}/address`, send('POST')));
export const endShare = (id: string): Promise<unknown> => ask(at(id), send('DELETE'));
/** Restores a link that was deleted within the last hour. */
export const restoreShare = async (id: string): Promise<ShareLink> =>
  (await ask<{ share: ShareLink }>(`${at(id)}/restore`, send('POST'))).share;

/** Links, newest first, after one of them was changed or restored; undefined if it was deleted. */
export function withLink(links: readonly ShareLink[], id: string, after: ShareLink | undefined): ShareLink[] {
  const others = links.filter((one) => one.id !== id);
  return after ? [...others, after].sort((a, b) => Date.parse(b.created) - Date.parse(a.created)) : others;
}

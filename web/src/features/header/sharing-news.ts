/** What others shared with the viewer, as reported by the server. Loaded on demand: the first view does without it. */
import type { MemberAlbum, Offer, PartnerList } from '../../../../src/api/answer-types.js';
import { ask } from '../../lib/api.js';
import { fetchMemberAlbums, fetchPartners, nameOfAlbum } from '../albums/member-albums-api.js';
import { countFound } from '../settings/storage-api.js';
import { fetchGuestPhotos, type GuestPhoto } from '../sharing/sharing-api.js';
import { followAlbums, followPartners, type KnownSharing } from './album-growth.js';

/**
 * What others shared with the viewer: an album that they are a member of, photos that were added to one, all photos of a
 * person, photos that they are offered, or a number of photos from guests that they approve or decline.
 */
export type SharedNews = { at: number } & (
  | { album: MemberAlbum; added?: number }
  | { partner: PartnerList['people'][number] }
  | { offer: Offer }
  | { guests: number }
);

/** The photos in an album from others: not from the viewer, nor, for an owner, from the house in its own album. */
const countOthers = (album: MemberAlbum): Promise<number> => {
  const house = album.right === 'holder' && album.holder === 'house' ? ' -holder:house' : '';
  return countFound(`in:${nameOfAlbum(album)} -holder:me${house}`);
};

/** News about what others shared, newest first, and the counts to compare with next time. @throws ApiError */
export async function fetchShared(
  before: KnownSharing,
  times: { now: number; seen: number },
): Promise<{ news: SharedNews[]; known: KnownSharing }> {
  const [albums, partners, { received }, guests] = await Promise.all([
    fetchMemberAlbums(),
    fetchPartners(),
    ask<{ received: Offer[] }>('/api/offers'),
    fetchGuestPhotos(),
  ]);
  const theirs = albums.filter(({ right }) => right !== 'holder');
  const shared = albums.filter(({ right, members = [] }) => right !== 'holder' || members.length > 0);
  const known = {
    albums: await followAlbums(shared, before.albums, { ...times, countOthers }),
    partners: followPartners(partners, before.partners, times.now),
  };
  const grown = shared.flatMap((album): SharedNews[] => {
    const { growth } = known.albums[nameOfAlbum(album)]!;
    return growth ? [{ album, added: growth.photos, at: growth.at }] : [];
  });
  const news: SharedNews[] = [
    ...grown,
    ...partners.people.flatMap((partner) => {
      const at = known.partners[partner.id] ?? 0;
      return at > 0 ? [{ partner, at }] : [];
    }),
    // Servers of earlier versions don’t report the time.
    ...theirs.map((album) => ({ album, at: Date.parse(album.sharedAt ?? album.added) })),
    ...received.filter(({ state }) => state === 'open').map((offer) => ({ offer, at: Date.parse(offer.made) })),
    ...waitingOf(guests),
  ];
  return { news: news.sort((a, b) => b.at - a.at), known };
}

/** The photos of guests as one piece of news, of the time when the last one arrived. */
function waitingOf(guests: readonly GuestPhoto[]): SharedNews[] {
  if (guests.length === 0) return [];
  const arrivals = guests.map(({ photo, known }) => Date.parse(known ?? photo.added ?? '') || 0);
  return [{ guests: guests.length, at: Math.max(...arrivals) }];
}

/** Offers of photos, photos of guests, and lost ends of access, on the server (docs/interface.md, "Access"). Times are UTC. */
import type { EntriesChanged, LostEnd, Offer, Photo } from '../../../../src/api/answer-types.js';
import { ask, send } from '../../lib/api.js';
import { session } from '../../lib/session.svelte.js';

/** Photos that are handed over: by the viewer, and to them. */
export interface Offers {
  given: Offer[];
  received: Offer[];
}

const at = ({ giver, offer }: Pick<Offer, 'giver' | 'offer'>): string => `/api/offers/${giver}/${offer}`;

export const fetchOffers = (): Promise<Offers> => ask('/api/offers');
/** The photos of an offer, by their ids. */
export const fetchOffered = async (offer: Offer): Promise<string[]> => (await ask<{ ids: string[] }>(at(offer))).ids;

/** The maximum number of photos per request. */
const most = 10_000;

/**
 * Offers photos to a person (an id) or to the house: one's own, and for owners those of the house. `offered`: how many
 * of them can be handed over. @throws ApiError
 */
export async function offerPhotos(to: string, ids: readonly string[]): Promise<{ offers: Offer[]; offered: number }> {
  const offers: Offer[] = [];
  const make = async (from: { from?: 'house' }, wanted: readonly string[]): Promise<string[]> => {
    const refused: string[] = [];
    for (let n = 0; n < wanted.length; n += most) {
      const made = await ask<{ offers: Offer[]; refused: string[] }>(
        '/api/offers',
        send('POST', { to, ids: wanted.slice(n, n + most), ...from }),
      );
      offers.push(...made.offers);
      refused.push(...made.refused);
    }
    return refused;
  };
  const rest = await make({}, ids);
  if (rest.length > 0 && to !== 'house' && session.now?.role === 'owner') await make({ from: 'house' }, rest);
  return { offers, offered: offers.reduce((sum, { photos }) => sum + photos, 0) };
}
/** Saves the photos of an offer to one's own library. */
export const acceptOffer = (offer: Offer): Promise<{ saved: number; known: number; missing: number }> =>
  ask(`${at(offer)}/accept`, send('POST'));
/** Declines, withdraws, or removes a closed offer from the list. */
export const endOffer = (offer: Offer): Promise<unknown> => ask(at(offer), send('DELETE'));
/** Moves the photos that were taken over to the trash. */
export const trashOffered = (offer: Offer): Promise<{ changed: number }> => ask(`${at(offer)}/trash`, send('POST'));

/** A photo that waits for approval, and who sent it. `known`: when it was sent, if it was already in the library. */
export interface GuestPhoto {
  photo: Photo;
  from: { link: string; guest?: string }[];
  known?: string;
}

/**
 * The first 200: those that were already in the library, then those that wait for the viewer's approval. @throws
 * ApiError `conflict` while people have no libraries here
 */
export const fetchGuestPhotos = async (): Promise<GuestPhoto[]> =>
  (await ask<{ photos: GuestPhoto[] }>('/api/guest-photos?limit=200')).photos;
export const decideGuestPhotos = (ids: readonly string[], verdict: 'approve' | 'decline'): Promise<EntriesChanged> =>
  ask(`/api/guest-photos/${verdict}`, send('POST', { ids }));
/** Lists a declined photo again that was already in the library. */
export const undoDecline = (id: string): Promise<EntriesChanged> =>
  ask('/api/guest-photos/decline', send('POST', { ids: [id], undo: true }));

/** The ends of access that were lost with a server and that the viewer can confirm; none while people have no libraries. */
export const fetchLostEnds = async (): Promise<LostEnd[]> =>
  session.now?.libraries === true ? (await ask<{ ends: LostEnd[] }>('/api/ends/lost')).ends : [];
/** Whether an end is of the family library; otherwise it is the viewer’s. */
export const isOfHouse = ({ holder }: LostEnd): boolean => holder === 'house';

/** The maximum number of ends per request. */
const mostEnds = 1_000;

/**
 * Confirms lost ends, so that photos shared after them are visible again; returns how many were confirmed. @throws
 * ApiError
 */
export async function confirmEnds(ends: readonly LostEnd[]): Promise<number> {
  let confirmed = 0;
  for (let n = 0; n < ends.length; n += mostEnds) {
    const part = ends.slice(n, n + mostEnds).map(({ set, key }) => ({ set, key }));
    confirmed += (await ask<{ confirmed: number }>('/api/ends/confirm', send('POST', { ends: part }))).confirmed;
  }
  return confirmed;
}

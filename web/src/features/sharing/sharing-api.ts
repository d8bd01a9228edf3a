/** Offers of photos, and photos of guests, on the server (docs/interface.md, "Access"). Times are UTC. */
import type { EntriesChanged, Offer, Photo } from '../../../../src/api/answer-types.js';
import { ask, send } from '../../lib/api.js';

/** Photos that are handed over: by the viewer, and to them. */
export interface Offers {
  given: Offer[];
  received: Offer[];
}

const at = ({ giver, offer }: Pick<Offer, 'giver' | 'offer'>): string => `/api/offers/${giver}/${offer}`;

export const fetchOffers = (): Promise<Offers> => ask('/api/offers');
/** Saves the photos of an offer to one's own library. */
export const acceptOffer = (offer: Offer): Promise<{ saved: number; known: number; missing: number }> =>
  ask(`${at(offer)}/accept`, send('POST'));
/** Declines, withdraws, or removes a closed offer from the list. */
export const endOffer = (offer: Offer): Promise<unknown> => ask(at(offer), send('DELETE'));
/** Moves the photos that were taken over to the trash. */
export const trashOffered = (offer: Offer): Promise<{ changed: number }> => ask(`${at(offer)}/trash`, send('POST'));

/** A photo that waits for approval, and who sent it. */
export interface GuestPhoto {
  photo: Photo;
  from: { link: string; guest?: string }[];
}

export const fetchGuestPhotos = async (): Promise<GuestPhoto[]> =>
  (await ask<{ photos: GuestPhoto[] }>('/api/guest-photos?limit=200')).photos;
export const decideGuestPhotos = (ids: readonly string[], verdict: 'approve' | 'decline'): Promise<EntriesChanged> =>
  ask(`/api/guest-photos/${verdict}`, send('POST', { ids }));

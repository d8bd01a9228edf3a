/** The place of the photo before others: the nearest older one with a position. */
import { addressed, ask, type PhotoView } from '../../lib/api.js';
import type { Change } from '../../lib/edits/edit-request.js';
import { legible } from '../../lib/legible.js';
import type { Chosen } from './selection-actions.js';

/** A place to take over. */
export interface PreviousPlace {
  change: Pick<Change, 'place' | 'gps'>;
  gps: { lat: number; lon: number };
  /** Its name, if it has one. */
  name: string;
}

/** How many photos with a position are looked through: those of the same day may all be newer. */
const most = 200;

/** The place of the newest photo with a position that is older than all of these, or as old; undefined if there is none. */
export async function placeBefore(photos: readonly Chosen[]): Promise<PreviousPlace | undefined> {
  const ids = new Set(photos.map(({ id }) => id));
  const oldest = photos.reduce((least, { taken }) => (taken < least ? taken : least), photos[0]?.taken ?? '');
  const q = ['is:geotagged', `taken:<=${oldest.slice(0, 10)}`].join(' ');
  const found = await ask<{ photos: PhotoView[] }>(addressed('/api/photos', { q, limit: most }));
  const before = found.photos.find(({ id, taken, gps }) => gps && taken <= oldest && !ids.has(id));
  if (!before?.gps) return undefined;
  const { lat, lon } = before.gps;
  const { city, region, country } = before.place ?? {};
  const name = legible([city, region].filter(Boolean).join(', '));
  const place = { ...(city && { city }), ...(region && { region }), ...(country && { country }) };
  return { change: { gps: { lat, lon }, ...(before.place && { place }) }, gps: { lat, lon }, name };
}

/** A position as text. */
export const positionText = ({ lat, lon }: { lat: number; lon: number }): string =>
  `${lat.toFixed(5)}, ${lon.toFixed(5)}`;

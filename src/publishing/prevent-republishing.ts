/**
 * Prevents a home that was restored from a backup from republishing photos that it had withdrawn since that backup. The
 * projection keeps the time of the last decision about each photo; an older decision never replaces a newer one. Pure.
 */
import type { Stamp } from '../document/photo-document.js';
import { withoutPictures, type ToldInPublic } from './public-fields.js';

/** The stamp of a photo without any decision: before all others. */
export const never: Stamp = '000000000000000-0000-0';

/** The later of two stamps. */
export const later = (a: Stamp, b: Stamp): Stamp => (a > b ? a : b);

/**
 * What to publish about a photo, given the last published state (`known`) and the current one (`now`); undefined and
 * null both mean nothing. The time of the decision never moves back: after a restore from a backup, a photo that was
 * withdrawn later stays withdrawn until someone decides again, and a photo that was cropped later stays as it was
 * published. For a photo that this home no longer has, the answer is a withdrawal with the stamp `never`, so that any
 * other home's decision overrides it.
 */
export function settle(known: ToldInPublic | undefined, now: ToldInPublic | undefined): ToldInPublic | undefined {
  if (!now) return known && (known.value === null ? known : withdrawn(known, never));
  if (!known) return now;
  if (now.value !== null && known.value === null && known.at > now.at) return known;
  const at = later(known.at, now.at);
  const cropped = later(known.developed ?? never, now.developed ?? never);
  const isBehind = (now.developed ?? never) < cropped;
  if (now.value === null) return { ...withdrawn(now, at), ...(cropped !== never && { developed: cropped }) };
  // A picture from before a crop that was published, or that was known when the photo was withdrawn.
  if (isBehind) return known.value === null ? { ...withoutPictures(now), at, developed: cropped } : { ...known, at };
  return { ...now, at };
}

/** A withdrawal that still records the crop: a home that publishes the photo again may not know it. */
const withdrawn = ({ developed }: ToldInPublic, at: Stamp): ToldInPublic => ({
  ...{ value: null, at },
  ...(developed !== undefined && { developed }),
});

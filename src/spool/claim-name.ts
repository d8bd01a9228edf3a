/**
 * The names of claims. Pure. A claim of the house is named by a ULID. One of a person has `-own` behind that: older versions take no
 * such folder for a claim, and so never make a photo of the house of it.
 */
import { isOwnClaim, ownSuffix } from '../ingest/reservations.js';

export { isOwnClaim };

const pattern = /^[0-9A-HJKMNP-TV-Z]{26}(?:-own)?$/;

/** Whether a folder in `work` is a claim, by its name. */
export const isClaimName = (name: string): boolean => pattern.test(name);

/** The name of a new claim; `isOwn`: of a person. */
export const newClaimName = (ulid: string, isOwn: boolean): string => (isOwn ? `${ulid}${ownSuffix}` : ulid);

/** The ULID in the name of a claim. */
export const ulidOf = (name: string): string => name.slice(0, 26);

/**
 * The names of claims. Pure. A claim of the house is named by a ULID. A claim of a person has the suffix `-own`: older
 * versions do not recognise such a folder as a claim, and so never turn its file into a photo of the house.
 */
import { isOwnClaim, ownSuffix } from '../ingest/reservations.js';

export { isOwnClaim };

const pattern = /^[0-9A-HJKMNP-TV-Z]{26}(?:-own)?$/;

/** Whether a folder in `work` is a claim, by its name. */
export const isClaimName = (name: string): boolean => pattern.test(name);

/** The name of a new claim; `isOwn`: for a person. */
export const newClaimName = (ulid: string, isOwn: boolean): string => (isOwn ? `${ulid}${ownSuffix}` : ulid);

/** The ULID in the name of a claim. */
export const ulidOf = (name: string): string => name.slice(0, 26);

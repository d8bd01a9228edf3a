/**
 * The ids of the Immich-compatible API: UUIDs, derived from our ids and the same on every server. The UUID of an item
 * is derived from its public id, so the ids of two people’s items with the same bytes reveal nothing about each other.
 * Pure.
 */
import { createHash } from 'node:crypto';
import type { Holder } from '../../document/item-id.js';

/** The number of hexadecimal digits at the beginning of a public id that its UUID also begins with. */
const kept = 12;

/** Hexadecimal digits as a UUID of version 8 (RFC 9562): 122 of its bits are theirs. */
function uuidFrom(hex: string): string {
  const variant = '89ab'[Number.parseInt(hex[30]!, 16) & 3];
  const parts = [hex.slice(0, 8), hex.slice(8, kept), `8${hex.slice(12, 15)}`];
  return [...parts, `${variant}${hex.slice(15, 18)}`, hex.slice(18, 30)].join('-');
}

const derived = (text: string): string => uuidFrom(createHash('sha256').update(text).digest('hex'));

/** The UUID of an item, by its public id (64 hexadecimal digits). */
export const assetUuid = (publicId: string): string => uuidFrom(publicId);

/** The beginning of the public ids that can have a UUID; undefined for text that is not a UUID. */
export const digitsOf = (uuid: string): string | undefined =>
  /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(uuid) ? uuid.replaceAll('-', '').slice(0, kept) : undefined;

/** The UUID of a holder: a person, or the house. */
export const userUuid = (holder: Holder): string => derived(`immich user ${holder}`);

/** The UUID of an album: `{ named }` one that exists by its name, `{ album }` one with members (`<holder>:<ulid>`). */
export const albumUuid = (album: { named: string } | { album: string }): string =>
  derived('named' in album ? `immich named album ${album.named}` : `immich album ${album.album}`);

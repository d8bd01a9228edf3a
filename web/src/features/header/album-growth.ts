/**
 * Counts the additions since this browser last checked: photos that others added to shared albums, and people who
 * started to share all their photos. Servers store no times for these. The first check only records the present state.
 * Pure.
 */
import type { MemberAlbum, PartnerList } from '../../../../src/api/answer-types.js';
import { nameOfAlbum } from '../albums/member-albums-api.js';

/** The number of photos that others added to an album, and when this browser noticed, ms. */
export interface Growth {
  photos: number;
  at: number;
}

/** The counts of a shared album at the last check: all its photos, those by others, and the last growth. */
export interface KnownAlbum {
  count: number;
  others: number;
  growth?: Growth;
}

/** Albums by `<holder>:<ulid>`, and when each partner was noticed, ms; 0 for those of the first check. */
export interface KnownSharing {
  albums: Record<string, KnownAlbum>;
  partners?: Record<string, number>;
}

/** Adds up the growth of each album until the viewer has seen it (`seen`, ms). `countOthers`: the number of photos by others. */
export async function followAlbums(
  albums: readonly MemberAlbum[],
  before: KnownSharing['albums'],
  { now, seen, countOthers }: { now: number; seen: number; countOthers(album: MemberAlbum): Promise<number> },
): Promise<KnownSharing['albums']> {
  const known: KnownSharing['albums'] = {};
  for (const album of albums) {
    const name = nameOfAlbum(album);
    const last = before[name];
    if (last?.count === album.count) {
      known[name] = last;
      continue;
    }
    const others = await countOthers(album);
    const more = last ? others - last.others : 0;
    const unseen = last?.growth && last.growth.at > seen ? last.growth.photos : 0;
    const growth = more > 0 ? { photos: unseen + more, at: now } : last?.growth;
    known[name] = { count: album.count, others, ...(growth && { growth }) };
  }
  return known;
}

/** The people who share all their photos with the viewer, and when each was noticed. */
export const followPartners = (
  { received }: PartnerList,
  before: KnownSharing['partners'],
  now: number,
): NonNullable<KnownSharing['partners']> =>
  Object.fromEntries(received.map((id) => [id, before?.[id] ?? (before ? now : 0)]));

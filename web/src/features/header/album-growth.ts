/**
 * What others added to shared albums, and who began to share all their photos, since this browser last looked: servers keep
 * no time of either. The first look at an album or at partners is where counting begins. Pure.
 */
import type { MemberAlbum, PartnerList } from '../../../../src/api/answer-types.js';
import { nameOfAlbum } from '../albums/member-albums-api.js';

/** Photos that others added to an album, and when that was noticed, ms. */
export interface Growth {
  photos: number;
  at: number;
}

/** A shared album when it was last looked at: its photos, those of them that are not the viewer's, and the last growth. */
export interface KnownAlbum {
  count: number;
  others: number;
  growth?: Growth;
}

/** What a browser knows: albums by `<holder>:<ulid>`, and for each partner when they were noticed, ms; 0 if first. */
export interface KnownSharing {
  albums: Record<string, KnownAlbum>;
  partners?: Record<string, number>;
}

/** What is new is counted on until the viewer has `seen` it, ms. `countOthers`: the photos of an album by others. */
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

/** Those who share all their photos with the viewer, with the time when that was noticed. */
export const followPartners = (
  { received }: PartnerList,
  before: KnownSharing['partners'],
  now: number,
): NonNullable<KnownSharing['partners']> =>
  Object.fromEntries(received.map((id) => [id, before?.[id] ?? (before ? now : 0)]));

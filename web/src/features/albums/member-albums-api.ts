/** Albums with members, and partners, on the server (docs/interface.md, "Access"). */
import type { EntriesChanged, MemberAlbum, PartnerList } from '../../../../src/api/answer-types.js';
import { ask, send } from '../../lib/api.js';

/** The maximum number of photos per request. */
const most = 1_000;

/** A member's right: seeing the album, or adding photos too. */
export type MemberRight = 'view' | 'add';

/** The name of an album in addresses and searches. */
export const nameOfAlbum = ({ holder, album }: Pick<MemberAlbum, 'holder' | 'album'>): string => `${holder}:${album}`;

const at = (name: string): string => `/api/albums/${name.replace(':', '/')}`;

export const fetchMemberAlbums = async (): Promise<MemberAlbum[]> =>
  (await ask<{ albums: MemberAlbum[] }>('/api/albums/shared')).albums;
export const fetchMemberAlbum = (name: string): Promise<MemberAlbum> => ask(at(name));
/** Makes an empty album: of the house, or one's own. */
export const makeAlbum = (name: string, house: boolean): Promise<MemberAlbum> =>
  ask('/api/albums/shared', send('POST', { name, ...(house && { holder: 'house' }) }));
export const changeMemberAlbum = (
  name: string,
  change: { name?: string; description?: string; cover?: string | null; removed?: boolean },
): Promise<unknown> => ask(at(name), send('PATCH', change));
export const giveMember = (name: string, person: string, right: MemberRight): Promise<unknown> =>
  ask(`${at(name)}/members/${person}`, send('PUT', { right }));
export const endMember = (name: string, person: string): Promise<unknown> =>
  ask(`${at(name)}/members/${person}`, send('DELETE'));

const none = { changed: 0, missing: [] as string[], refused: [] as string[], unchanged: [] as string[] };

async function inBatches(
  path: string,
  ids: readonly string[],
  after?: (changed: string[]) => void,
): Promise<Required<EntriesChanged>> {
  let all = none;
  for (let from = 0; from < ids.length; from += most) {
    const batch = ids.slice(from, from + most);
    const one = await ask<EntriesChanged>(path, send('POST', { ids: batch }));
    const others = new Set([...one.missing, ...one.refused, ...(one.unchanged ?? [])]);
    after?.(batch.filter((id) => !others.has(id)));
    all = {
      changed: all.changed + one.changed,
      missing: [...all.missing, ...one.missing],
      refused: [...all.refused, ...one.refused],
      unchanged: [...all.unchanged, ...(one.unchanged ?? [])],
    };
  }
  return all;
}

/** Puts photos into an album; `after` is called after each request with those that it added. @throws ApiError */
export const addToAlbum = (
  name: string,
  ids: readonly string[],
  after?: (added: string[]) => void,
): Promise<Required<EntriesChanged>> => inBatches(`${at(name)}/entries`, ids, after);
/** Takes photos out of an album. */
export const takeFromAlbum = (name: string, ids: readonly string[]): Promise<Required<EntriesChanged>> =>
  inBatches(`${at(name)}/entries/remove`, ids);

/**
 * Creates an album from photos of one library; untitled without a name. `made` is called with it as soon as it exists:
 * a later request, for more photos, may fail. @throws ApiError
 */
export async function makeAlbumOf(
  ids: readonly string[],
  name = '',
  made?: (album: MemberAlbum) => void,
): Promise<MemberAlbum> {
  const given = { ids: ids.slice(0, most), ...(name !== '' && { name }) };
  const album = await ask<MemberAlbum>('/api/albums/shared', send('POST', given));
  made?.(album);
  if (ids.length <= most) return album;
  await addToAlbum(nameOfAlbum(album), ids.slice(most));
  return fetchMemberAlbum(nameOfAlbum(album));
}

/** Turns an album of the house that exists by name into one with members. @throws ApiError */
export const shareNamed = (
  named: string,
  members: readonly { person: string; right: MemberRight }[],
): Promise<MemberAlbum> => ask('/api/albums/shared', send('POST', { named, members }));
/** Undoes that. @throws ApiError `conflict` if the album was changed since */
export const unshareNamed = (name: string): Promise<unknown> => ask(`${at(name)}/unshare`, send('POST'));

export const fetchPartners = (): Promise<PartnerList> => ask('/api/partners');
export const givePartner = (person: string): Promise<unknown> => ask(`/api/partners/${person}`, send('PUT'));
export const endPartner = (person: string): Promise<unknown> => ask(`/api/partners/${person}`, send('DELETE'));
export const leavePartner = (person: string): Promise<unknown> =>
  ask(`/api/partners/${person}/received`, send('DELETE'));

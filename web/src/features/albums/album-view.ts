/**
 * An album of either kind, as shown on its page and in the list of albums: one with members (`HOLDER:ULID`), or one of
 * the house that exists only by name, in the edits of its photos. Every change can be undone.
 */
import type { Facet, MemberAlbum, Month } from '../../../../src/api/answer-types.js';
import { isMemberAlbum } from '../../lib/album-search.js';
import { addressed, ApiError, ask, type Tile, toApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';
import { session } from '../../lib/session.svelte.js';
import { fetchCover } from './album-cover.js';
import { exactly, idsEverywhere } from './all-matches.js';
import {
  addToAlbum,
  changeMemberAlbum,
  endMember,
  fetchMemberAlbum,
  makeAlbum,
  nameOfAlbum,
  takeFromAlbum,
} from './member-albums-api.js';
import { fetchNamed, setNamed, type AlbumSort } from './album-orders.js';
import { undoable } from '../../lib/edits/undoable.js';
import { carryCover, chooseCover, fetchCovers } from './saved-searches.js';

/** An album of either kind. */
export interface AlbumView {
  /** Its id in addresses: `HOLDER:ULID`, or its name. */
  id: string;
  /** The search that finds its photos. */
  q: string;
  /** Empty for an untitled one. */
  name: string;
  description: string;
  sort: AlbumSort;
  count: number;
  /** How many of them are videos, as far as that is known. */
  videos?: number | undefined;
  /** When its newest photo was taken; of an album without photos when it was created. */
  latest?: string | undefined;
  tile?: Tile | undefined;
  /** The viewer's right: everything, adding photos, or seeing it. */
  right: 'holder' | 'add' | 'view';
  /** The members other than the viewer. */
  members?: MemberAlbum['members'];
  /** Its holder; absent for one’s own albums and those of the house. */
  holderName?: string | undefined;
  /** True if it has members, or can get them as it is. */
  shared: boolean;
}

/** The library whose photos an album takes; undefined if there is only one. */
export const libraryOf = ({ right, shared, id }: AlbumView): 'house' | 'me' | undefined => {
  if (session.now?.libraries !== true) return undefined;
  return right === 'holder' && (!shared || id.startsWith('house:')) ? 'house' : 'me';
};

/** Whether the viewer may upload into an album: only owners see what they upload to the family library. */
export const takesUploads = (album: AlbumView): boolean =>
  album.right !== 'view' && session.may('upload') && (libraryOf(album) === 'me' || session.may('share'));

/** An album with members. */
export const viewOfMember = (album: MemberAlbum): AlbumView => ({
  id: nameOfAlbum(album),
  q: `in:${nameOfAlbum(album)}`,
  ...{ name: album.name, description: album.description ?? '', count: album.count, tile: album.tile },
  ...{ videos: album.videos, latest: album.newest ?? album.added },
  ...{ sort: album.sort, right: album.right, members: album.members, shared: true },
  ...(album.right !== 'holder' && { holderName: album.holderName }),
});

/** An album of the house that exists by name. */
export const viewOfNamed = (
  { value: name, count, videos, newest, tile }: Facet,
  { description, sort }: Pick<AlbumView, 'description' | 'sort'> = { description: '', sort: 'newest' },
): AlbumView => ({
  ...{ id: name, q: exactly('album', name), name, description, sort, count, videos, latest: newest, tile },
  ...{ right: session.may('edit') ? 'holder' : 'view', shared: false },
});

/** Loads an album. @throws ApiError */
export async function fetchAlbum(id: string): Promise<AlbumView> {
  if (isMemberAlbum(id)) return viewOfMember(await fetchMemberAlbum(id));
  const q = exactly('album', id);
  // The page of an album may open before the viewer's rights are known.
  const rights = session.settled || session.load();
  const [{ tile, count }, covers, named] = await Promise.all([fetchCover(q), fetchCovers(), fetchNamed(id), rights]);
  const cover = covers.get(id) ?? tile;
  return viewOfNamed({ value: id, count, ...(cover && { tile: cover }) }, named);
}

/** When and where the photos of an album were taken, and how many are videos. */
export interface AlbumFacts {
  /** The newest and oldest month, `2024-07`. */
  newest?: string | undefined;
  oldest?: string | undefined;
  places: string[];
  videos: number;
}

/** Loads them. Never rejects: without them the page shows less. */
export async function fetchFacts(q: string): Promise<AlbumFacts> {
  const monthsOf = (search: string): Promise<Month[]> =>
    ask<Month[]>(addressed('/api/timeline', { q: search })).catch(() => []);
  const [months, films, spots] = await Promise.all([
    monthsOf(q),
    monthsOf(`${q} type:video`),
    ask<{ places: string[] }[]>(addressed('/api/timeline/places', { q })).catch(() => []),
  ]);
  const times = months.map(({ month }) => month).filter((month) => month !== '');
  const places = new Map<string, number>();
  for (const place of spots.flatMap((spot) => spot.places)) places.set(place, (places.get(place) ?? 0) + 1);
  const most = [...places].sort(([, a], [, b]) => b - a).slice(0, 2);
  return {
    ...{ newest: times[0], oldest: times.at(-1), places: most.map(([place]) => shortPlace(place)) },
    videos: films.reduce((sum, { count }) => sum + count, 0),
  };
}

/** `Palisade, United States` for `Palisade, Colorado, United States`. */
function shortPlace(place: string): string {
  const parts = place.split(', ');
  return parts.length > 2 ? `${parts[0]}, ${parts.at(-1)}` : place;
}

/** Renames an album; the new id, or undefined after an error. */
export async function renameAlbum(
  { id, name, tile }: AlbumView,
  wanted: string,
  after: () => void,
): Promise<string | undefined> {
  const label = m.albums.renamed(name || m.albums.untitled, wanted);
  if (isMemberAlbum(id)) {
    const set = (to: string): Promise<unknown> => changeMemberAlbum(id, { name: to });
    const work = async (): Promise<() => Promise<unknown>> => {
      await set(wanted);
      // An untitled album can’t become untitled again.
      return () => (name === '' ? Promise.resolve() : set(name));
    };
    return (await undoable(label, work, after)) ? id : undefined;
  }
  const ids = await idsEverywhere(exactly('album', name));
  if (!(await edits.do(ids, { albums: { add: [wanted], remove: [name] } }, label))) return undefined;
  if (tile) await carryCover(wanted, tile.id);
  // Without its settings it has no description, and is sorted newest first.
  await setNamed(wanted, { like: name }).catch(() => undefined);
  return wanted;
}

/** Changes the description of an album. `after` is called after that, and after undoing it. */
export const describeAlbum = (
  { id, description, name }: AlbumView,
  wanted: string,
  after: () => void,
): Promise<boolean> =>
  undoable(
    m.albums.described(name || m.albums.untitled),
    async () => {
      const set = (text: string): Promise<unknown> =>
        isMemberAlbum(id) ? changeMemberAlbum(id, { description: text }) : setNamed(id, { description: text });
      await set(wanted);
      return () => set(description);
    },
    after,
  );

/** Deletes an album; its photos stay. `after` is called after that, and after undoing it. */
export async function deleteAlbum({ id, name }: AlbumView, after: () => void): Promise<boolean> {
  const label = m.albums.deleted(name || m.albums.untitled);
  if (!isMemberAlbum(id))
    return edits.do(await idsEverywhere(exactly('album', name)), { albums: { remove: [name] } }, label);
  const work = async (): Promise<() => Promise<unknown>> => {
    await changeMemberAlbum(id, { removed: true });
    return () => changeMemberAlbum(id, { removed: false });
  };
  return undoable(label, work, after);
}

/** Leaves another person's album; only its holder can add one again. */
export async function leaveAlbum({ id, name }: AlbumView): Promise<boolean> {
  const person = session.now?.person?.id;
  if (person === undefined) return false;
  try {
    await endMember(id, person);
    edits.say({ text: m.albums.left(name || m.albums.untitled) });
    return true;
  } catch (error) {
    edits.say({ text: m.edits.failed, trouble: toApiError(error) });
    return false;
  }
}

/** Makes an empty album: of the house for its owners, otherwise one’s own. @throws ApiError */
export const createAlbum = async (name: string): Promise<AlbumView> =>
  viewOfMember(await makeAlbum(name, session.now?.role === 'owner'));

/** Makes a photo the cover of an album that contains it; true if it was done. */
export async function chooseCoverOf(id: string, photo: string, after: () => void = () => undefined): Promise<boolean> {
  if (!isMemberAlbum(id)) return chooseCover(id, photo, after);
  const { name, cover } = await fetchMemberAlbum(id);
  const work = async (): Promise<() => Promise<unknown>> => {
    await changeMemberAlbum(id, { cover: photo });
    return () => changeMemberAlbum(id, { cover: cover ?? null });
  };
  return undoable(m.albums.covered(name || m.albums.untitled), work, after);
}

/** Takes photos out of an album, and reports it; true if it was done. */
export async function takeOutOf(id: string, ids: readonly string[]): Promise<boolean> {
  if (!isMemberAlbum(id)) return edits.do(ids, { albums: { remove: [id] } }, m.albums.takenOut(ids.length));
  let out: string[] = [];
  const work = async (): Promise<() => Promise<unknown>> => {
    const { changed, refused, missing, unchanged } = await takeFromAlbum(id, ids);
    if (changed === 0 && refused.length > 0) throw new ApiError('forbidden', m.albums.takeOutRefused);
    const others = new Set([...refused, ...missing, ...unchanged]);
    out = ids.filter((photo) => !others.has(photo));
    return async () => {
      // Photos of others can be put back only by them.
      const { refused: kept } = await addToAlbum(id, out);
      if (kept.length > 0) throw new ApiError('forbidden', m.albums.putBackRefused(kept.length));
    };
  };
  return undoable(
    () => m.albums.takenOut(out.length),
    work,
    () => edits.tell(ids),
  );
}

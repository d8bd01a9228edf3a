/** The order of albums of either kind, and the description of those that exist by name, on the server. */
import type { AlbumOrder, NamedAlbum } from '../../../../src/api/answer-types.js';
import { isMemberAlbum, searchOfAlbum } from '../../lib/album-search.js';
import { addressed, ask, send, type Tile } from '../../lib/api.js';
import { m } from '../../lib/messages.js';
import { undoable } from '../../lib/edits/undoable.js';

/** By date, or by hand. */
export type AlbumSort = NamedAlbum['sort'];

/** A change of an order: another kind of order, photos moved before another one (null: to the end), or an undo. */
export interface OrderChange extends Partial<AlbumOrder> {
  move?: { ids: readonly string[]; before: string | null };
}

/** The settings of an album that exists by name. Never rejects: without them it is newest first. */
export const fetchNamed = (album: string): Promise<Pick<NamedAlbum, 'description' | 'sort'>> =>
  ask<NamedAlbum>(addressed('/api/albums/named', { album })).catch(() => ({ description: '', sort: 'newest' }));

/** Changes them; answers with the previous ones. @throws ApiError */
export const setNamed = (album: string, change: object): Promise<NamedAlbum & AlbumOrder> =>
  ask('/api/albums/named', send('POST', { album, ...change }));

/** Changes the order of an album; answers with its undo. @throws ApiError */
export async function changeOrder(id: string, change: OrderChange): Promise<AlbumOrder> {
  if (isMemberAlbum(id)) return ask(`/api/albums/${id.replace(':', '/')}/order`, send('POST', change));
  const { sort, positions } = await setNamed(id, change);
  return { sort, positions };
}

/** Sorts an album. `after` is called after that, and after undoing it. */
export const sortAlbum = (id: string, name: string, sort: AlbumSort, after: () => void): Promise<boolean> =>
  undoable(
    m.albums.sorted(name, sort),
    async () => {
      const before = await changeOrder(id, { sort });
      return () => changeOrder(id, before);
    },
    after,
  );

/** All photos of an album in its order. @throws ApiError */
export async function fetchOrdered(id: string): Promise<Tile[]> {
  const tiles: Tile[] = [];
  for (let cursor: string | undefined; ;) {
    const asked = { q: searchOfAlbum(id), order: 'album', limit: 5_000, cursor };
    const page = await ask<{ tiles: Tile[]; next: string | null }>(addressed('/api/tiles', asked));
    tiles.push(...page.tiles);
    if (page.next === null) return tiles;
    cursor = page.next;
  }
}

/** Moves some items to a position among the rest. Pure. */
export function withMoved<T>(items: readonly T[], moving: readonly T[], before: T | undefined): T[] {
  const rest = items.filter((item) => !moving.includes(item));
  const at = before === undefined ? rest.length : rest.indexOf(before);
  return [...rest.slice(0, at), ...moving, ...rest.slice(at)];
}

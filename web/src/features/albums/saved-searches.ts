/** Saved searches, suggested albums and covers on the server. Every change can be undone. */
import type { AlbumCover, SavedSearch, SuggestedAlbum } from '../../../../src/api/answer-types.js';
import { addressed, ask, send, toApiError, type Tile } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { undoable } from '../../lib/edits/undoable.js';
import { m } from '../../lib/messages.js';

/** The saved searches, by name. @throws ApiError */
export const fetchSaved = async (): Promise<SavedSearch[]> =>
  (await ask<{ albums: SavedSearch[] }>('/api/albums/saved')).albums;

/** The suggested albums. Never rejects: the page works without them. */
export const fetchSuggested = (): Promise<SuggestedAlbum[]> =>
  ask<{ albums: SuggestedAlbum[] }>('/api/albums/suggested').then(
    ({ albums }) => albums,
    () => [],
  );

const change = (id: string, body: object): Promise<unknown> => ask(`/api/albums/saved/${id}`, send('PATCH', body));

/** Saves a search. `after` is called after saving, and after undoing it. */
export const save = (name: string, q: string, after: () => void): Promise<boolean> =>
  undoable(
    m.albums.saved(name),
    async () => {
      const { id } = await ask<{ id: string }>('/api/albums/saved', send('POST', { name, q }));
      return () => change(id, { removed: true });
    },
    after,
  );

/** Renames a saved search. */
export const rename = ({ id, name: before }: SavedSearch, name: string, after: () => void): Promise<boolean> =>
  undoable(
    m.albums.renamed(before, name),
    async () => {
      await change(id, { name });
      return () => change(id, { name: before });
    },
    after,
  );

/** Deletes a saved search. */
export const remove = ({ id, name }: SavedSearch, after: () => void): Promise<boolean> =>
  undoable(
    m.albums.removed(name),
    async () => {
      await change(id, { removed: true });
      return () => change(id, { removed: false });
    },
    after,
  );

/** Creates a suggested album; an ordinary edit of its photos. Never rejects: a failure is shown. */
export async function acceptSuggested(name: string): Promise<boolean> {
  try {
    const { ids } = await ask<{ ids: string[] }>(addressed('/api/albums/suggested/photos', { name }));
    return await edits.do(ids, { albums: { add: [name] } }, m.edits.intoAlbum(ids.length, name));
  } catch (error) {
    edits.say({ text: m.edits.failed, trouble: toApiError(error) });
    return false;
  }
}

/** The chosen covers, by the name of the album. Never rejects: an album without one shows its newest photo. */
export const fetchCovers = (): Promise<ReadonlyMap<string, Tile>> =>
  ask<{ covers: AlbumCover[] }>('/api/albums/covers').then(
    ({ covers }) => new Map(covers.map(({ album, tile }) => [album, tile])),
    () => new Map(),
  );

const putCover = (album: string, photo: string | null): Promise<{ before: string | null }> =>
  ask('/api/albums/covers', send('POST', { album, photo }));

/** Makes a photo the cover of an album that contains it. */
export const chooseCover = (album: string, photo: string, after: () => void = () => undefined): Promise<boolean> =>
  undoable(
    m.albums.covered(album),
    async () => {
      const { before } = await putCover(album, photo);
      return () => putCover(album, before);
    },
    after,
  );

/** Keeps the cover of a renamed album. Never rejects: without it, the album shows its newest photo. */
export const carryCover = (album: string, photo: string): Promise<unknown> =>
  putCover(album, photo).catch(() => undefined);

/** Dismisses a suggestion permanently. */
export const decline = ({ name }: SuggestedAlbum, after: () => void): Promise<boolean> => {
  const say = (declined: boolean) => ask('/api/albums/suggested', send('POST', { name, declined }));
  return undoable(
    m.albums.declined(name),
    async () => {
      await say(true);
      return () => say(false);
    },
    after,
  );
};
